"""When a space is open and when somebody is there: the week, single days, holidays; with what is booked outside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.bookings.clearing import AffectedChanged
from app.bookings.hours_changing import HoursPlan, change_hours, plan_hours
from app.identity.authentication import Visitor
from app.inventory.hours_setting import (
    DropDay,
    HoursChangedMeanwhile,
    HoursCommand,
    Of,
    SetDay,
    SetWeek,
    StatedHours,
    set_staffed,
    stated_hours,
    wrong_with,
)
from app.inventory.rules import label
from app.kernel.refusals import Conflict, Refusal, marked
from app.kernel.wall_time import local_day
from app.network.holidays import public_holidays
from app.network.queries import SpaceCard
from app.web.block_form import DayMissing
from app.web.fact_form import read_date
from app.web.forms import NO_ERRORS, notice, show_again
from app.web.front_desk import single
from app.web.home import FormData
from app.web.hours_form import WEEKDAY_NAMES, read_day, read_week, typed_openings, typed_week, week_field
from app.web.managing import operators_space
from app.web.pages import PageRequest, Pages, go
from app.web.week_view import times_text

WEEK, DAY, DROP = "woche", "tag", "tag-weg"
_ADDRESS: Final = {Of.SPACE: "oeffnungszeiten", Of.STAFF: "personal"}
_TEMPLATE: Final = {Of.SPACE: "operator/hours.html", Of.STAFF: "operator/staffed.html"}
NOTICES = {
    WEEK: marked("Die Zeiten gelten ab sofort."),
    DAY: marked("Der Tag ist eingetragen."),
    DROP: marked("An diesem Tag gelten wieder die Zeiten der Woche."),
}


@dataclass(frozen=True, slots=True)
class HolidayRow:
    """A public holiday ahead, and what holds on it."""

    day: date
    name: str
    hours: str


@get("/betrieb/{slug:str}/oeffnungszeiten")
async def hours_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _show(request, visitor, pages, await operators_space(slug, visitor), Of.SPACE, single(request))


@get("/betrieb/{slug:str}/personal")
async def staffed_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _show(request, visitor, pages, await operators_space(slug, visitor), Of.STAFF, single(request))


async def _show(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    space: SpaceCard,
    of: Of,
    data: Mapping[str, str],
    refused: Sequence[Refusal] = (),
) -> Response[str]:
    today = local_day(visitor.now, ZoneInfo(space.time_zone))
    stands = await stated_hours(space.id, of, today)
    is_week = data.get("art") == WEEK
    say = visitor.speaker
    exceptions = [(each, typed_openings(each.openings)) for each in stands.exceptions]
    context: dict[str, Any] = {
        "space": space,
        "address": f"/betrieb/{space.slug}/{_ADDRESS[of]}",
        "state": stands.state,
        "week": data if is_week else typed_week(stands.week),
        "is_open_on_holidays": data.get("feiertage") == "ja" if is_week else stands.open_on_holidays,
        "day": {} if is_week else data,
        "weekdays": [(week_field(number), say.gettext(text)) for number, text in enumerate(WEEKDAY_NAMES, 1)],
        "exceptions": exceptions,
        "holidays": _holidays(space, stands, today, visitor),
        "today": today.isoformat(),
        "stands": typed_week(stands.week) if any(isinstance(e, HoursChangedMeanwhile) for e in refused) else {},
        "notice": notice(request, NOTICES),
    }
    if refused:
        return await show_again(request, visitor, pages, _TEMPLATE[of], context, refused)
    return await pages.show(request, visitor, _TEMPLATE[of], context | {"errors": NO_ERRORS})


def _holidays(space: SpaceCard, stands: StatedHours, today: date, visitor: Visitor) -> list[HolidayRow]:
    """The holidays of the region until the end of the next year."""
    say, changed = visitor.speaker, {each.day: typed_openings(each.openings) for each in stands.exceptions}
    rows = []
    for year in (today.year, today.year + 1):
        language = "en" if say.language == "en" else "de"
        for day, name in public_holidays(space.holiday_region, year, language).items():
            if day < today:
                continue
            usual = typed_openings(stands.week.get(day.isoweekday(), ())) if stands.open_on_holidays else ""
            rows.append(HolidayRow(day, name, changed.get(day, usual)))
    return rows


@post("/betrieb/{slug:str}/personal")
async def save_staffed(
    request: PageRequest,
    slug: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """`art` is woche, tag or tag-weg."""
    space = await operators_space(slug, visitor)
    command, refused = _read(data)
    if command is not None and not refused:
        today = local_day(visitor.now, ZoneInfo(space.time_zone))
        try:
            await set_staffed(visitor.signed_in, space, command, data.get("fassung", ""), today, visitor.now)
            return go(f"/betrieb/{slug}/personal?getan={data['art']}")
        except Conflict as refusal:
            refused = [refusal]
    return await _show(request, visitor, pages, space, Of.STAFF, data, refused)


@post("/betrieb/{slug:str}/oeffnungszeiten")
async def save_hours(
    request: PageRequest,
    slug: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """Saves where nothing is booked outside the new hours; else lists it, and saves what was said of that list.

    `art` is woche, tag or tag-weg.
    """
    space = await operators_space(slug, visitor)
    command, refused = _read(data)
    if command is None or refused:
        return await _show(request, visitor, pages, space, Of.SPACE, data, refused)
    today = local_day(visitor.now, ZoneInfo(space.time_zone))
    plan = await plan_hours(visitor.signed_in, space, command, today, visitor.now)
    if plan.hours_state != data.get("fassung", ""):
        return await _show(request, visitor, pages, space, Of.SPACE, data, [HoursChangedMeanwhile()])
    if plan.outside and "stand" not in data:
        return await _outside(request, visitor, pages, space, plan, data)
    kept = {name.removeprefix("buchung-") for name, value in data.items() if value == "keep"}
    try:
        state = data.get("stand", plan.state)
        await change_hours(visitor.signed_in, space, command, state, kept, today, visitor.now)
    except AffectedChanged as refusal:
        return await _outside(request, visitor, pages, space, plan, data, refusal)
    except Conflict as refusal:
        return await _show(request, visitor, pages, space, Of.SPACE, data, [refusal])
    return go(f"/betrieb/{slug}/oeffnungszeiten?getan={data['art']}")


def _read(data: Mapping[str, str]) -> tuple[HoursCommand | None, list[Refusal]]:
    """What shall hold, or all that cannot be read or stand."""
    refused: list[Refusal] = []
    command: HoursCommand
    if data.get("art") == WEEK:
        command = SetWeek(read_week(data, refused), data.get("feiertage") == "ja")
    else:
        day = read_date(data, "tag", refused)
        if day is None:
            return None, refused or [DayMissing(field="tag")]
        if data.get("art") == DROP:
            return DropDay(day), []
        try:
            openings = read_day(data, "hours")
        except Refusal as refusal:
            return None, [refusal]
        command = SetDay(day, openings, data.get("reason_de", "").strip(), data.get("reason_en", "").strip())
    return command, refused or wrong_with(command)


async def _outside(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    space: SpaceCard,
    plan: HoursPlan,
    data: Mapping[str, str],
    changed: AffectedChanged | None = None,
) -> Response[str]:
    """What is booked outside the new hours, and what shall become of it; nothing has happened yet."""
    say = visitor.speaker
    rows = [
        (
            booking.public_id,
            person,
            f"{say.day(booking.starts_at.date())}, {times_text(booking.starts_at, booking.ends_at, visitor)}",
            say.word(label(booking.resource.kind, booking.resource.name)),
            data.get(f"buchung-{booking.public_id}", "cancel"),
        )
        for booking, person in plan.outside
    ]
    own = ("_csrf_token", "stand")
    context = {
        "space": space,
        "rows": rows,
        "state": plan.state,
        "kept": {name: text for name, text in data.items() if name not in own and not name.startswith("buchung-")},
    }
    if changed is not None:
        return await show_again(request, visitor, pages, "operator/hours_outside.html", context, [changed])
    return await pages.show(request, visitor, "operator/hours_outside.html", context | {"errors": NO_ERRORS})


HANDLERS = [hours_page, staffed_page, save_staffed, save_hours]
