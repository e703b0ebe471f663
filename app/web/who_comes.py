"""Who comes along to a booking: how many, and the guests by name."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.bookings.moving import MoveBooking, move
from app.bookings.queries import BookingCard, guests_of
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.kernel.refusals import NotFound, Refusal
from app.platform.problems import status_of
from app.web.bookings import named, own_booking
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.summary_form import Typed


@get("/buchungen/{public_id:str}/gaeste")
async def ask_who_comes(
    request: PageRequest, public_id: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    booking = await own_booking(public_id, visitor)
    guests = (await guests_of([booking.id])).get(booking.id, [])
    return await _show(request, visitor, pages, booking, Typed(people=str(booking.people), guests="\n".join(guests)))


@post("/buchungen/{public_id:str}/gaeste")
async def change_who_comes(
    request: PageRequest,
    public_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[Any]:
    typed = Typed.in_form(data)
    try:
        change = MoveBooking(people=typed.people_coming(), guests=typed.guests_coming)
        await move(visitor.allowed(Action.BOOK_OWN), public_id, change, visitor.now)
    except NotFound:
        raise
    except Refusal as refusal:
        return await _show(request, visitor, pages, await own_booking(public_id, visitor), typed, refusal)
    return go(f"/buchungen/{public_id}?gaeste=1")


async def _show(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    booking: BookingCard,
    typed: Typed,
    refusal: Refusal | None = None,
) -> Response[str]:
    context: Mapping[str, Any] = {
        "booking": booking,
        **named(booking, visitor),
        "typed": typed,
        "refusal": refusal,
        "errors": {
            "personen" if refusal.field == "people" else "gaeste": visitor.speaker.refusal(refusal)
            for refusal in [refusal]
            if refusal is not None and refusal.field in ("people", "guests")
        },
    }
    status = status_of(refusal) if refusal else 200
    return await pages.show(request, visitor, "booking/who_comes.html", context, status=status)


HANDLERS = [ask_who_comes, change_who_comes]
