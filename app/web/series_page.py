"""A series' own page: its dates, and changing or cancelling all of them, some, or this and those that follow."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.bookings.series_queries import series_for
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.kernel.refusals import NotFound
from app.web.forms import checked_id
from app.web.home import FormData
from app.web.pages import PageRequest, Pages
from app.web.series_acts import (
    ShownSeries,
    asked_in,
    cancel_dates,
    change_dates,
    news_in,
    show_cancel,
    show_change,
    shown,
)
from app.web.series_view import booked_line


@get("/woche/serien/{series:str}")
async def series_page(
    request: PageRequest, series: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """All its dates: those to come, and the others folded away."""
    own = await _own(series, visitor)
    coming = {booking.id for booking in own.ahead}
    context = own.context(visitor) | {
        "ahead": [booked_line(booking, visitor) for booking in own.ahead],
        "others": [booked_line(booking, visitor) for booking in own.bookings if booking.id not in coming],
        "news": news_in(request),
    }
    return await pages.show(request, visitor, "series/show.html", context)


@get("/woche/serien/{series:str}/absagen")
async def ask_to_cancel(
    request: PageRequest, series: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    return await show_cancel(request, visitor, pages, await _own(series, visitor), asked_in(request), None)


@post("/woche/serien/{series:str}/absagen")
async def cancel(
    request: PageRequest,
    series: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[Any]:
    visitor.allowed(Action.BOOK_OWN)
    return await cancel_dates(request, visitor, pages, await _own(series, visitor), data)


@get("/woche/serien/{series:str}/aendern")
async def ask_to_change(
    request: PageRequest, series: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    return await show_change(request, visitor, pages, await _own(series, visitor), asked_in(request), None)


@post("/woche/serien/{series:str}/aendern")
async def change(
    request: PageRequest,
    series: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[Any]:
    """Changes the dates as they were shown, all or none."""
    visitor.allowed(Action.BOOK_OWN)
    return await change_dates(request, visitor, pages, await _own(series, visitor), data)


async def _own(public_id: str, visitor: Visitor) -> ShownSeries:
    """The visitor's own series; anybody else's is not found."""
    card = await series_for(visitor.allowed(Action.SEE_OWN_BOOKINGS), checked_id(public_id))
    if card is None:
        raise NotFound
    return await shown(card, visitor, "/woche/serien")


HANDLERS = [series_page, ask_to_cancel, cancel, ask_to_change, change]
