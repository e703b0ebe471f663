"""What the tests of the interface send."""

from datetime import datetime
from io import BytesIO
from typing import Any

from PIL import Image

from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard
from app.kernel.periods import Period
from tests.worlds import NOW, TOMORROW_MORNING, APerson, AResource


def window(starts_at: datetime, ends_at: datetime) -> dict[str, str]:
    """The parameters of a window."""
    return {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}


def wish(resource: AResource, period: Period = TOMORROW_MORNING, **more: Any) -> dict[str, Any]:
    """The body that books this resource."""
    return {"resource_id": resource.public_id, **window(period.starts_at, period.ends_at), **more}


async def booked(person: APerson, resource: AResource, period: Period, now: datetime = NOW) -> BookingCard:
    """A booking that exists already."""
    return await book(person.actor(), BookDesk(resource.public_id, period.starts_at, period.ends_at), now)


def a_picture(colour: str = "teal") -> bytes:
    """A picture of one colour, as PNG."""
    written = BytesIO()
    Image.new("RGB", (60, 40), colour).save(written, "PNG")
    return written.getvalue()
