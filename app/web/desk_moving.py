"""The plain form that moves a booking at the desk, and the way back to the page that it was opened from."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.bookings.front_desk import booking_at
from app.bookings.moving import MoveBooking, move
from app.bookings.queries import BookingCard
from app.bookings.rules import DayPart
from app.identity.authentication import Visitor
from app.kernel.money import Money
from app.kernel.refusals import NotFound, Refusal
from app.kernel.wall_time import local_day
from app.network.queries import SpaceCard
from app.platform.problems import status_of
from app.web.calendar_address import Asked, asked_of_url
from app.web.desk_bookings import accepted_edition, asked_place, asked_times, errors_of, form_context
from app.web.front_desk import booking_context, day_url, desk_space, single
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.paying_view import agreed_in, changed_price
from app.web.search_form import clock_text, read_when


@get("/theke/{slug:str}/buchungen/{public_id:str}/verschieben")
async def choose_move(
    request: PageRequest,
    slug: FromPath[str],
    public_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    space = await desk_space(slug, visitor)
    booking = await booking_at(space, public_id)
    starts, ends = booking.starts_at, booking.ends_at
    data = {
        "tag": starts.date().isoformat(),
        "zeit": DayPart.OWN.value,
        "von": clock_text(starts.hour * 60 + starts.minute),
        "bis": clock_text((ends.hour * 60 + ends.minute) or 24 * 60),
        "was": booking.resource.public_id,
    }
    data |= {name: value for name, value in single(request).items() if name in data}
    return await _show(request, visitor, pages, space, booking, data)


@post("/theke/{slug:str}/buchungen/{public_id:str}/verschieben")
async def move_booking(
    request: PageRequest,
    slug: FromPath[str],
    public_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    space = await desk_space(slug, visitor)
    booking = await booking_at(space, public_id)
    wanted, errors = read_when(data, visitor)
    if wanted is None:
        return await _show(request, visitor, pages, space, booking, data, errors, 422)
    starts_at, ends_at = await asked_times(space, wanted, visitor)
    change = MoveBooking(
        asked_place(data, space),
        starts_at,
        ends_at,
        house_rules=accepted_edition(data),
        agreed_price=agreed_in(data) if "agreed_price" in data else None,
    )
    try:
        moved = await move(visitor.signed_in, public_id, change, visitor.now, for_others=True)
    except NotFound:
        raise
    except Refusal as refusal:
        return await _show(
            request,
            visitor,
            pages,
            space,
            booking,
            data,
            errors_of(refusal, visitor),
            status_of(refusal),
            changed_price(refusal),
        )
    day, calendar = moved.starts_at.date(), _calendar(request, space, visitor)
    there = calendar.at(day).url if calendar else day_url(space, day)
    return go(f"{there}&getan=verschoben#b-{public_id}")


async def _show(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    space: SpaceCard,
    booking: BookingCard,
    data: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    due: Money | None = None,
) -> Response[str]:
    context = await form_context(data, space, booking.person, visitor, moving=booking)
    calendar = _calendar(request, space, visitor)
    context |= await booking_context(booking, space, visitor) | {
        "errors": errors or {},
        "calendar": calendar,
        "due": due,
    }
    return await pages.show(request, visitor, "front_desk/move.html", context, status=status)


def _calendar(request: PageRequest, space: SpaceCard, visitor: Visitor) -> Asked | None:
    """The view of this space's calendar that the visitor came from; None who came from its day."""
    today = local_day(visitor.now, ZoneInfo(space.time_zone))
    return asked_of_url(single(request).get("zurueck", ""), space.slug, today, visitor)


HANDLERS = [choose_move, move_booking]
