"""The page behind a mail's link: one booking, to cancel or to move within its week, without signing in."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.bookings.mail_links import cancel_by_link, days_open_to_link, linked_booking, move_by_link
from app.bookings.queries import BookingCard
from app.bookings.rules import Status, check_changeable
from app.identity.authentication import Visitor
from app.kernel.refusals import NotFound, Refusal
from app.platform.problems import status_of
from app.platform.rate_limits import TooMany
from app.web.bookings import asked_move, named, show_move
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.week_view import passes

_HEADERS: Final = {"Referrer-Policy": "no-referrer"}
"""The address is the key to the booking, so no other page learns it."""


@get("/absagen/{link:str}")
async def linked_page(
    request: PageRequest, link: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """Place, day and time, and two buttons; programs that look through mail change nothing by opening it."""
    return await _show(request, link, visitor, pages, await _linked(link, visitor, pages), None)


@post("/absagen/{link:str}")
async def cancel_linked(
    request: PageRequest, link: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[Any]:
    try:
        await cancel_by_link(link, visitor.now, key=pages.settings.signing_key, address=visitor.address)
    except (NotFound, TooMany):
        raise
    except Refusal as refusal:
        booking = await _linked(link, visitor, pages)
        if booking.status is not Status.CANCELLED:
            return await _show(request, link, visitor, pages, booking, refusal)
    return go(f"/absagen/{link}")


@get("/absagen/{link:str}/verschieben")
async def choose_linked_move(
    request: PageRequest, link: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _show_move(request, link, visitor, pages, None)


@post("/absagen/{link:str}/verschieben")
async def move_linked(
    request: PageRequest,
    link: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[Any]:
    booking = await _linked(link, visitor, pages)
    try:
        await move_by_link(
            link,
            asked_move(data, booking),
            visitor.now,
            key=pages.settings.signing_key,
            address=visitor.address,
        )
    except (NotFound, TooMany):
        raise
    except Refusal as refusal:
        return await _show_move(request, link, visitor, pages, refusal)
    return go(f"/absagen/{link}?verschoben=1")


async def _linked(link: str, visitor: Visitor, pages: Pages) -> BookingCard:
    _, booking = await linked_booking(link, visitor.now, key=pages.settings.signing_key, address=visitor.address)
    return booking


async def _show(
    request: PageRequest, link: str, visitor: Visitor, pages: Pages, booking: BookingCard, refusal: Refusal | None
) -> Response[str]:
    context = {
        "booking": booking,
        **named(booking, visitor),
        "page": f"/absagen/{link}",
        "refusal": refusal,
        "is_cancelled": booking.status is Status.CANCELLED,
        "may_change": passes(check_changeable, booking.status, booking.period.ends_at, visitor.now),
        "moved": "verschoben" in request.query_params,
    }
    status = status_of(refusal) if refusal else 200
    return await pages.show(request, visitor, "booking/linked.html", context, status=status, headers=_HEADERS)


async def _show_move(
    request: PageRequest, link: str, visitor: Visitor, pages: Pages, refusal: Refusal | None
) -> Response[str]:
    booking = await _linked(link, visitor, pages)
    days = days_open_to_link(booking, visitor.now)
    return await show_move(request, visitor, pages, booking, refusal, f"/absagen/{link}", days=days, headers=_HEADERS)


HANDLERS = [linked_page, cancel_linked, choose_linked_move, move_linked]
