"""The slip of a booking: what somebody needs on the way and at the door, on paper and without signal."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.bookings.first_visit import card_to_take_along
from app.bookings.kiosk import kiosk_code
from app.bookings.queries import BookingCard
from app.bookings.rules import HOLDING
from app.identity.authentication import Visitor
from app.identity.queries import people
from app.inventory.devices import has_kiosk
from app.inventory.rules import label
from app.network.queries import space_by_id
from app.web.bookings import own_booking
from app.web.pages import PageRequest, Pages
from app.web.space_facts import coming
from app.web.week_view import times_text


@get("/buchungen/{public_id:str}/zettel")
async def own_slip(
    request: PageRequest, public_id: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    booking = await own_booking(public_id, visitor)
    return await show_slip(request, visitor, pages, booking, f"/buchungen/{booking.public_id}")


async def show_slip(
    request: PageRequest, visitor: Visitor, pages: Pages, booking: BookingCard, back_url: str
) -> Response[str]:
    """The slip of this booking, which the caller has made sure that the visitor may see. `back_url` leads back."""
    holder = (await people([booking.person]))[booking.person]
    space = await space_by_id(booking.space.id)
    holds = booking.status in HOLDING and booking.period.ends_at > visitor.now
    context: dict[str, Any] = {
        "booking": booking,
        "label": label(booking.resource.kind, booking.resource.name),
        "times": times_text(booking.starts_at, booking.ends_at, visitor),
        "holder": holder.name,
        "holds": holds,
        "space": space,
        "coming": await coming(space, booking.period, visitor) if space and holds else None,
        "card": await card_to_take_along(booking, visitor.speaker, visitor.now),
        "kiosk_code": kiosk_code(booking.public_id) if holds and await has_kiosk(booking.space.id) else "",
        "made_on": visitor.now.astimezone(booking.space.zone).date(),
        "url": f"{pages.settings.address}/buchungen/{booking.public_id}" if holder.email else "",
        "back_url": back_url,
    }
    return await pages.show(request, visitor, "booking/slip.html", context)


HANDLERS = [own_slip]
