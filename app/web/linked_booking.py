"""The page behind a mail's link: one booking, to cancel, keep or move within its week, without signing in."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.bookings.due import check_coming_later
from app.bookings.mail_links import (
    cancel_by_link,
    check_in_by_link,
    come_later_by_link,
    days_open_to_link,
    linked_booking,
    move_by_link,
)
from app.bookings.owned import again
from app.bookings.queries import BookingCard
from app.bookings.rules import Status, check_changeable, check_check_in
from app.bookings.settling import settle_at
from app.identity.authentication import Visitor
from app.kernel.refusals import Refusal, passes
from app.web.behind_links import KEPT_TO_ITSELF, proof, refusal_of, show_linked
from app.web.bookings import asked_move, begins, named, show_move
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.paying_view import with_agreement
from app.web.spaces import has_page

_GIVEN_BACK: Final = (Status.CANCELLED, Status.RELEASED)


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
    refusal = await refusal_of(cancel_by_link(link, visitor.now, **proof(visitor, pages)))
    if refusal:
        booking = await _linked(link, visitor, pages)
        if booking.status not in _GIVEN_BACK:
            return await _show(request, link, visitor, pages, booking, refusal)
    return go(f"/absagen/{link}")


@get("/absagen/{link:str}/spaeter")
async def later_page(
    request: PageRequest, link: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """What the mail asks: 'I come later', 'I am there'; changes nothing before one of them is pressed."""
    return await _show_later(request, link, visitor, pages, None)


@post("/absagen/{link:str}/spaeter")
async def delay_linked(
    request: PageRequest, link: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[Any]:
    refusal = await refusal_of(come_later_by_link(link, visitor.now, **proof(visitor, pages)))
    if refusal:
        return await _show_later(request, link, visitor, pages, refusal)
    return go(f"/absagen/{link}/spaeter")


@post("/absagen/{link:str}/da")
async def arrive_linked(
    request: PageRequest, link: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[Any]:
    refusal = await refusal_of(check_in_by_link(link, visitor.now, **proof(visitor, pages)))
    if refusal:
        return await _show_later(request, link, visitor, pages, refusal)
    return go(f"/absagen/{link}/spaeter")


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

    async def run() -> None:
        wanted = asked_move(data, booking)

        async def moved(agreed: int | None) -> BookingCard:
            asked = replace(wanted, agreed_price=agreed)
            return await move_by_link(link, asked, visitor.now, **proof(visitor, pages))

        await with_agreement(moved, data, booking.person, begins(wanted, booking), visitor.now)

    refusal = await refusal_of(run())
    if refusal:
        return await _show_move(request, link, visitor, pages, refusal, data)
    return go(f"/absagen/{link}?verschoben=1")


async def _linked(link: str, visitor: Visitor, pages: Pages) -> BookingCard:
    now = visitor.now
    _, booking = await linked_booking(link, now, **proof(visitor, pages))
    if booking.due_at is not None and booking.due_at <= now and await settle_at(booking.space.id, now):
        return await again(booking)
    return booking


async def _show(
    request: PageRequest, link: str, visitor: Visitor, pages: Pages, booking: BookingCard, refusal: Refusal | None
) -> Response[str]:
    context = {
        "booking": booking,
        **named(booking, visitor),
        "page": f"/absagen/{link}",
        "is_cancelled": booking.status in _GIVEN_BACK,
        "is_late": booking.is_late_at(visitor.now),
        "may_check_in": _may_arrive(booking, visitor),
        "may_change": passes(check_changeable, booking.status, booking.period.ends_at, visitor.now),
        "has_page": await has_page(booking.space.id, visitor),
        "moved": "verschoben" in request.query_params,
    }
    return await show_linked(request, visitor, pages, "booking/linked.html", context, refusal)


async def _show_later(
    request: PageRequest, link: str, visitor: Visitor, pages: Pages, refusal: Refusal | None
) -> Response[str]:
    booking = await _linked(link, visitor, pages)
    context = {
        "booking": booking,
        **named(booking, visitor),
        "page": f"/absagen/{link}",
        "is_kept": booking.status is Status.CONFIRMED and booking.coming_later_at is not None,
        "may_delay": booking.coming_later_at is None and passes(check_coming_later, booking, visitor.now),
        "may_check_in": _may_arrive(booking, visitor),
        "may_change": passes(check_changeable, booking.status, booking.period.ends_at, visitor.now),
    }
    return await show_linked(request, visitor, pages, "booking/later.html", context, refusal)


def _may_arrive(booking: BookingCard, visitor: Visitor) -> bool:
    """Whether the arrival can be noted now, also where the place was released meanwhile."""
    return booking.status in (Status.CONFIRMED, Status.NO_SHOW) and passes(
        check_check_in, Status.CONFIRMED, booking.period, booking.space.zone, visitor.now
    )


async def _show_move(
    request: PageRequest,
    link: str,
    visitor: Visitor,
    pages: Pages,
    refusal: Refusal | None,
    asked: Mapping[str, str] | None = None,
) -> Response[str]:
    booking = await _linked(link, visitor, pages)
    days, page = days_open_to_link(booking, visitor.now), f"/absagen/{link}"
    return await show_move(
        request, visitor, pages, booking, refusal, page, days=days, headers=KEPT_TO_ITSELF, asked=asked
    )


HANDLERS = [
    linked_page,
    cancel_linked,
    later_page,
    delay_linked,
    arrive_linked,
    choose_linked_move,
    move_linked,
]
