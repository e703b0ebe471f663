"""Today at a space: who comes, what is taken, and what is done with a booking there."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_date
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.bookings.arrivals import leave
from app.bookings.calendar import SHOWN, Entry, whole_days
from app.bookings.front_desk import booking_at, day_of, spaces_in_reach
from app.bookings.no_shows import release_missing
from app.bookings.queries import BookingCard
from app.bookings.settling import SETTLING, settle_at
from app.bookings.today import load_of_days
from app.bookings.walk_in import running_quarter
from app.identity.authentication import Visitor
from app.identity.rules import Action, Actor
from app.inventory.held_time import claims_within
from app.inventory.queries import ResourceCard, SpaceClock, hours_of, resources_of, taken_periods
from app.inventory.rules import Hours, Kind
from app.kernel.periods import Period
from app.kernel.refusals import NotFound, Refusal, marked
from app.network.queries import SpaceCard
from app.plans.fixed_desks import desks_at
from app.platform.live import latest_event
from app.platform.periodic import last_run_of
from app.platform.problems import status_of
from app.web.arrivals_view import arrival_row, grouped
from app.web.calendar_bars import bars_of
from app.web.day_table import day_table
from app.web.fixed_desks import expected_holders
from app.web.fixed_words import holder_names
from app.web.forms import notice
from app.web.front_desk import asked_day, booking_context, cancel_for_guest, check_in_guest, day_url, desk_space, single
from app.web.pages import PageRequest, Pages, go
from app.web.today_notes import notes_of
from app.web.week_heat import PARTS, week_of

NOTICES: Final[Mapping[str, str]] = {
    "da": marked("Als angekommen notiert."),
    "eingetragen": marked("Eingetragen und als angekommen notiert."),
    "gegangen": marked("Als gegangen notiert. Der Rest der Zeit ist frei."),
    "freigegeben": marked("Freigegeben. Wer doch noch kommt, bekommt den Platz zurück, solange er frei ist."),
    "abgesagt": marked("Abgesagt. Der Platz ist wieder frei."),
    "verschoben": marked("Verschoben."),
}
_WEEK: Final = 7


@get("/theke/{slug:str}")
async def today_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    return await show_day(request, visitor, pages, await desk_space(slug, visitor))


async def show_day(
    request: PageRequest, visitor: Visitor, pages: Pages, space: SpaceCard, refusal: Refusal | None = None
) -> Response[str]:
    """The day that the address names, else today on the space's clock."""
    context = await day_context(request, visitor, space)
    day: date = context["day"]
    context |= {
        "previous": day_url(space, day - timedelta(days=1)),
        "following": day_url(space, day + timedelta(days=1)),
        "has_others": len(await spaces_in_reach(visitor.signed_in)) > 1,
        "may_block": visitor.signed_in.may(Action.MANAGE_SPACE, operator=space.operator.id, space=space.id),
        "may_see_occupancy": visitor.signed_in.may(Action.SEE_OCCUPANCY, operator=space.operator.id, space=space.id),
        "notice": notice(request, NOTICES),
        "refusal": refusal,
    }
    status = status_of(refusal) if refusal else 422 if context["day_error"] else 200
    return await pages.show(request, visitor, "front_desk/day.html", context, status=status)


async def day_context(request: PageRequest, visitor: Visitor, space: SpaceCard) -> dict[str, Any]:
    """What the day's page and its sheet say alike."""
    event = await latest_event()
    await settle_at(space.id, visitor.now)
    now = visitor.now.astimezone(ZoneInfo(space.time_zone))
    day, error = asked_day(single(request).get("tag", ""), now.date(), visitor)
    monday = day - timedelta(days=day.weekday())
    days = [monday + timedelta(days=number) for number in range(_WEEK)]
    clock = SpaceClock(space.id, space.time_zone, space.holiday_region, space.open_on_holidays)
    hours = (await hours_of([clock], days[0], days[-1], visitor.language))[space.id]
    resources = await resources_of(space.id)
    desks = sum(resource.kind is Kind.DESK for resource in resources)
    rows = [arrival_row(arrival, visitor) for arrival in await day_of(space, day, visitor.now)]
    entries = [Entry(row.booking, row.name) for row in rows if row.booking.status in SHOWN]
    claims = await claims_within(space.id, whole_days(day, day, hours.zone), visitor.language)
    keys = {each.id for each in resources}
    fixed = await desks_at(space.id, day)
    holders = await holder_names(fixed)
    bars = bars_of(
        entries, claims, keys, [day], hours.zone, lambda booking: f"#b-{booking.public_id}", visitor, holders
    )
    groups = grouped(rows, visitor.now)
    is_today = day == now.date()
    ran_at = await last_run_of(SETTLING)
    ran_at = ran_at.astimezone(hours.zone) if ran_at else None
    return {
        "space": space,
        "day": day,
        "day_text": format_date(
            day, "EEEE, d. MMMM" if visitor.language == "de" else "EEEE d MMMM", locale=visitor.speaker.locale
        ),
        "is_today": is_today,
        "is_past": day < now.date(),
        "day_error": error,
        "groups": groups,
        "holders": await expected_holders(fixed, holders, day) if is_today else [],
        "free": await _free_desks(day, hours, resources, visitor),
        "notes": await notes_of(space, hours, groups, ran_at, visitor) if is_today else [],
        "board": day_table(day, hours, resources, bars, visitor),
        "week": week_of(await load_of_days(space.id, hours, days, desks), day, visitor),
        "parts": list(PARTS.values()),
        "desks": desks,
        "ran_at": ran_at,
        "event": event,
        "stamp": f"{now.hour}:{now.minute:02}",
    }


async def _free_desks(
    day: date, hours: Hours, resources: Sequence[ResourceCard], visitor: Visitor
) -> tuple[int, str] | None:
    """How many desks are free from now until it closes, or all day, and when it closes; None where it is closed."""
    quarter = running_quarter(visitor.now)
    left = [
        Period(max(period.starts_at, quarter), period.ends_at)
        for period in hours.periods_on(day)
        if period.ends_at > max(quarter, period.starts_at)
    ]
    if not left:
        return None
    desks = [each.id for each in resources if each.kind is Kind.DESK]
    taken = await taken_periods(desks, Period(left[0].starts_at, left[-1].ends_at))
    free = sum(not any(time.overlaps(period) for time in taken[desk] for period in left) for desk in desks)
    closes_at = left[-1].ends_at.astimezone(hours.zone)
    return free, visitor.speaker.time(closes_at.time())


@post("/theke/{slug:str}/buchungen/{public_id:str}/da")
async def arrived(
    request: PageRequest,
    slug: FromPath[str],
    public_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str] | Redirect:
    return await _done(request, slug, public_id, visitor, pages, "da", check_in_guest)


@post("/theke/{slug:str}/buchungen/{public_id:str}/gegangen")
async def gone(
    request: PageRequest,
    slug: FromPath[str],
    public_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str] | Redirect:
    return await _done(request, slug, public_id, visitor, pages, "gegangen", _leave)


@post("/theke/{slug:str}/buchungen/{public_id:str}/freigeben")
async def released(
    request: PageRequest,
    slug: FromPath[str],
    public_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str] | Redirect:
    """Gives the place of somebody who is missing to others."""
    return await _done(request, slug, public_id, visitor, pages, "freigegeben", release_missing)


@get("/theke/{slug:str}/buchungen/{public_id:str}/absagen")
async def ask_to_cancel(
    request: PageRequest,
    slug: FromPath[str],
    public_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    space = await desk_space(slug, visitor)
    context = await booking_context(await booking_at(space, public_id), space, visitor)
    return await pages.show(request, visitor, "front_desk/cancel.html", context)


@post("/theke/{slug:str}/buchungen/{public_id:str}/absagen")
async def cancel_booking(
    request: PageRequest,
    slug: FromPath[str],
    public_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str] | Redirect:
    return await _done(request, slug, public_id, visitor, pages, "abgesagt", cancel_for_guest)


async def _leave(actor: Actor, public_id: str, now: datetime) -> BookingCard:
    return await leave(actor, public_id, now, for_others=True)


async def _done(
    request: PageRequest,
    slug: str,
    public_id: str,
    visitor: Visitor,
    pages: Pages,
    what: str,
    act: Callable[[Actor, str, datetime], Awaitable[BookingCard]],
) -> Response[str] | Redirect:
    """Does it with a booking of this space, and shows its day again with what was done or refused."""
    space = await desk_space(slug, visitor)
    booking = await booking_at(space, public_id)
    try:
        await act(visitor.signed_in, public_id, visitor.now)
    except NotFound:
        raise
    except Refusal as refusal:
        return await show_day(request, visitor, pages, space, refusal)
    there = "" if what == "abgesagt" else f"#b-{public_id}"
    return go(f"{day_url(space, booking.starts_at.date())}&getan={what}{there}")


HANDLERS = [today_page, arrived, gone, released, ask_to_cancel, cancel_booking]
