"""The calendar of a space at its front desk: a day by hours, a week by days, a month in numbers."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_date
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.bookings.calendar import entries_within, load_of_days, whole_days
from app.bookings.front_desk import booking_at
from app.bookings.moving import MoveBooking, move
from app.bookings.queries import BookingCard
from app.bookings.settling import settle_at
from app.identity.authentication import Visitor
from app.identity.rules import Action, Actor
from app.inventory.floors import floors_of
from app.inventory.held_time import claims_within
from app.inventory.queries import SpaceClock, hours_of, resources_of
from app.kernel.refusals import NotFound, Refusal, marked
from app.kernel.wall_time import local_day
from app.network.queries import SpaceCard
from app.plans.fixed_desks import desks_at
from app.platform.live import latest_event
from app.platform.problems import status_of
from app.web.calendar_address import Asked, Choice, View, chosen, floors, kinds, read_asked, views
from app.web.calendar_bars import bars_of
from app.web.calendar_month import month_table
from app.web.calendar_week import week_table
from app.web.day_table import day_table
from app.web.desk_bookings import asked_place, asked_times
from app.web.fixed_words import holder_names
from app.web.forms import notice
from app.web.front_desk import cancel_for_guest, check_in_guest, desk_space, single
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import read_when

NOTICES = {
    "verschoben": marked("Verschoben."),
    "abgesagt": marked("Abgesagt. Der Platz ist wieder frei."),
    "da": marked("Als angekommen notiert."),
}
_WISH = ("tag", "zeit", "von", "bis", "was")
"""The fields of a move, as the plain form has them."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why something was not done, and the plain form in which to go on from there."""

    text: str
    status: int
    form_url: str = ""


@get("/theke/{slug:str}/kalender")
async def calendar_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    space = await desk_space(slug, visitor)
    return await _show(request, visitor, pages, space, asked_of(request, space, visitor))


def asked_of(request: PageRequest, space: SpaceCard, visitor: Visitor) -> Asked:
    """The view that this page's address names, or leads back to."""
    return read_asked(single(request), space.slug, local_day(visitor.now, ZoneInfo(space.time_zone)), visitor)


def may_block(space: SpaceCard, visitor: Visitor) -> bool:
    """Whether the visitor may block time there, as those who manage the space do."""
    return visitor.signed_in.may(Action.MANAGE_SPACE, operator=space.operator.id, space=space.id)


async def _show(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    space: SpaceCard,
    asked: Asked,
    refused: Refused | None = None,
) -> Response[str]:
    """The calendar as it stands, and what was refused."""
    event = await latest_event()
    await settle_at(space.id, visitor.now)
    zone, days = ZoneInfo(space.time_zone), asked.days
    clock = SpaceClock(space.id, space.time_zone, space.holiday_region, space.open_on_holidays)
    hours = (await hours_of([clock], days[0], days[-1], visitor.language))[space.id]
    there, on_floors = await resources_of(space.id), await floors_of(space.id)
    resources = chosen(asked, there, on_floors)
    now = visitor.now.astimezone(zone)
    today = now.date()
    context: dict[str, Any] = {
        "space": space,
        "asked": asked,
        "title": _title(asked, days[0], days[-1], visitor),
        "views": views(asked, visitor),
        "kinds": kinds(asked, there, visitor),
        "floors": floors(asked, on_floors, visitor),
        "only": [*_chosen(kinds(asked, there, visitor)), *_chosen(floors(asked, on_floors, visitor))],
        "today_url": asked.at(today).url if today not in days else "",
        "closed": "",
        "event": event,
        "stamp": f"{now.hour}:{now.minute:02}",
        "notice": notice(request, NOTICES),
        "refused": refused,
        "may_block": may_block(space, visitor),
        "resources": resources,
        "day_table": None,
        "week_table": None,
        "month_table": None,
    }
    if asked.view is View.MONTH:
        loads = await load_of_days(space, days)
        context["month_table"] = month_table(days, hours, resources, loads, asked, visitor)
    else:
        window = whole_days(days[0], days[-1], zone)
        claims = await claims_within(space.id, window, visitor.language)
        keys = {resource.id for resource in resources}
        holders = await holder_names(await desks_at(space.id, days[0]))
        entries = await entries_within(space, window)
        bars = bars_of(entries, claims, keys, days, zone, asked.booking_url, visitor, holders)
        if asked.view is View.DAY:
            context["day_table"] = day_table(asked.day, hours, resources, bars, visitor, asked)
            context["closed"] = _why_closed(hours.openings_on(asked.day), hours.why_closed(asked.day), visitor)
        else:
            context["week_table"] = week_table(days, hours, resources, bars, asked, visitor)
    status = refused.status if refused else 422 if asked.error else 200
    return await pages.show(request, visitor, "front_desk/calendar.html", context, status=status)


def _chosen(choices: Sequence[Choice]) -> list[str]:
    """What narrows the view, without the choice of everything."""
    return [choice.text for choice in choices[1:] if choice.current]


def _why_closed(openings: object, why: str | None, visitor: Visitor) -> str:
    if openings:
        return ""
    say = visitor.speaker
    return say.say(marked("Geschlossen: {reason}."), reason=why) if why else say.gettext(marked("Geschlossen."))


def _title(asked: Asked, first: date, last: date, visitor: Visitor) -> str:
    """Mittwoch, 25. November 2026; 23. – 29. November 2026; November 2026."""
    say = visitor.speaker
    if asked.view is View.MONTH:
        return format_date(first, "LLLL y", locale=say.locale)
    if asked.view is View.DAY:
        return f"{say.weekday(first)}, {say.day_of_year(first)}"
    pattern = "d." if first.month == last.month else "d. MMMM" if first.year == last.year else "d. MMMM y"
    begins = format_date(first, pattern if say.language == "de" else pattern.replace(".", ""), locale=say.locale)
    return f"{begins} – {say.day_of_year(last)}"


@post("/theke/{slug:str}/kalender/buchungen/{public_id:str}/verschieben")
async def drop_booking(
    request: PageRequest,
    slug: FromPath[str],
    public_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """Moves the booking to where its bar was put down; or shows the calendar with the bar where it was, and why."""
    space = await desk_space(slug, visitor)
    booking, asked = await booking_at(space, public_id), asked_of(request, space, visitor)
    wanted, errors = read_when(data, visitor)
    form = f"/theke/{slug}/buchungen/{public_id}/verschieben?{urlencode(_wish(data))}&{asked.way_back}"
    if wanted is None:
        return await _show(request, visitor, pages, space, asked, Refused(next(iter(errors.values())), 422, form))
    try:
        starts_at, ends_at = await asked_times(space, wanted, visitor)
        change = MoveBooking(asked_place(data, space), starts_at, ends_at)
        moved = await move(visitor.signed_in, booking.public_id, change, visitor.now, for_others=True)
    except NotFound:
        raise
    except Refusal as refusal:
        refused = Refused(visitor.speaker.refusal(refusal), status_of(refusal), form)
        return await _show(request, visitor, pages, space, asked, refused)
    return go(f"{asked.at(moved.starts_at.date()).url}&getan=verschoben#b-{public_id}")


def _wish(data: Mapping[str, str]) -> dict[str, str]:
    return {name: data[name][:40] for name in _WISH if data.get(name)}


@post("/theke/{slug:str}/kalender/buchungen/{public_id:str}/absagen")
async def cancel_from_calendar(
    request: PageRequest,
    slug: FromPath[str],
    public_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str] | Redirect:
    return await _done(request, slug, public_id, visitor, pages, "abgesagt", cancel_for_guest)


@post("/theke/{slug:str}/kalender/buchungen/{public_id:str}/da")
async def check_in_from_calendar(
    request: PageRequest,
    slug: FromPath[str],
    public_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str] | Redirect:
    return await _done(request, slug, public_id, visitor, pages, "da", check_in_guest)


async def _done(
    request: PageRequest,
    slug: str,
    public_id: str,
    visitor: Visitor,
    pages: Pages,
    what: str,
    act: Callable[[Actor, str, datetime], Awaitable[BookingCard]],
) -> Response[str] | Redirect:
    """Does it with a booking of this space, and shows the calendar again with what was done or refused."""
    space = await desk_space(slug, visitor)
    booking, asked = await booking_at(space, public_id), asked_of(request, space, visitor)
    try:
        await act(visitor.signed_in, booking.public_id, visitor.now)
    except NotFound:
        raise
    except Refusal as refusal:
        refused = Refused(visitor.speaker.refusal(refusal), status_of(refusal))
        return await _show(request, visitor, pages, space, asked, refused)
    return go(f"{asked.url}&getan={what}")


HANDLERS = [calendar_page, drop_booking, cancel_from_calendar, check_in_from_calendar]
