"""Staff changes and cancels somebody's series: the pages of the series itself, for who is asked at the desk."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.bookings.series_queries import series_for
from app.identity.authentication import Visitor
from app.identity.queries import people
from app.kernel.refusals import NotFound
from app.web.forms import checked_id
from app.web.front_desk import desk_space
from app.web.home import FormData
from app.web.pages import PageRequest, Pages
from app.web.series_acts import (
    AtTheDesk,
    ShownSeries,
    asked_in,
    cancel_dates,
    change_dates,
    line_of,
    news_in,
    show_cancel,
    show_change,
    shown,
)


@get("/theke/{slug:str}/serien/{series:str}")
async def series_at_desk(
    request: PageRequest,
    slug: FromPath[str],
    series: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """All its dates, those to come with what can be done with each."""
    found = await _found(slug, series, visitor)
    coming = {booking.id for booking in found.ahead}
    context = found.context(visitor) | {
        "ahead": [line_of(booking, found, visitor) for booking in found.ahead],
        "others": [line_of(booking, found, visitor) for booking in found.bookings if booking.id not in coming],
        "news": news_in(request),
    }
    return await pages.show(request, visitor, "series/show.html", context)


@get("/theke/{slug:str}/serien/{series:str}/absagen")
async def ask_to_cancel_at_desk(
    request: PageRequest,
    slug: FromPath[str],
    series: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    return await show_cancel(request, visitor, pages, await _found(slug, series, visitor), asked_in(request), None)


@post("/theke/{slug:str}/serien/{series:str}/absagen")
async def cancel_at_desk(
    request: PageRequest,
    slug: FromPath[str],
    series: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[Any]:
    return await cancel_dates(request, visitor, pages, await _found(slug, series, visitor), data)


@get("/theke/{slug:str}/serien/{series:str}/aendern")
async def ask_to_change_at_desk(
    request: PageRequest,
    slug: FromPath[str],
    series: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    return await show_change(request, visitor, pages, await _found(slug, series, visitor), asked_in(request), None)


@post("/theke/{slug:str}/serien/{series:str}/aendern")
async def change_at_desk(
    request: PageRequest,
    slug: FromPath[str],
    series: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[Any]:
    return await change_dates(request, visitor, pages, await _found(slug, series, visitor), data)


async def _found(slug: str, public_id: str, visitor: Visitor) -> ShownSeries:
    """The series at this space, for which the visitor is a front desk. Raises NotFound for any other."""
    space = await desk_space(slug, visitor)
    card = await series_for(visitor.signed_in, checked_id(public_id), for_others=True)
    if card is None or card.space.id != space.id:
        raise NotFound
    person = (await people([card.person]))[card.person]
    return await shown(card, visitor, f"/theke/{slug}/serien", AtTheDesk(space, person))


HANDLERS = [series_at_desk, ask_to_cancel_at_desk, cancel_at_desk, ask_to_change_at_desk, change_at_desk]
