"""GET /api/v1/spaces/{slug}/occupancy: how far a space was booked and used, for who sees its occupancy."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from msgspec import Meta

from app.api.access import SIGNED_IN, only_staff_who_may
from app.api.parameters import SlugInPath, known_slug
from app.api.problem_shapes import refusals
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.insights.access import space_seen
from app.insights.queries import Occupancy, by_week, occupancy
from app.insights.rules import DateUnreadable, Days, Preset, Wanted, checked_days, days_of
from app.insights.sums import LEADS, Sums
from app.inventory.rules import Kind
from app.kernel.wall_time import local_day


class By(StrEnum):
    """Of what each row is the sum."""

    DAY = "day"
    WEEK = "week"
    WEEKDAY = "weekday"
    HOUR = "hour"
    KIND = "kind"


class MinutesShape(msgspec.Struct, frozen=True):
    """Minutes of places. `used`, `no_show`, `late` and `unnoted` are parts of `booked`, and `booked` of `available`."""

    available: Annotated[int, Meta(description="Open, not blocked, and there at that time.")]
    booked: Annotated[int, Meta(description="Of these, what somebody had; no minute of a place counts twice.")]
    used: Annotated[int, Meta(description="From arriving to leaving.")]
    no_show: Annotated[int, Meta(description="Nobody came, and nobody else took it.")]
    late: Annotated[int, Meta(description="Given back too late, and not taken over.")]
    unnoted: Annotated[int, Meta(description="Over, and nobody noted an arrival.")]
    outside: Annotated[int, Meta(description="Booked while it was not available; not in `booked`.")]
    cancelled: Annotated[int, Meta(description="Available time of what was cancelled; not in `booked`.")]


class NumbersShape(msgspec.Struct, frozen=True):
    """Bookings by the day on which they begin; `cancellations` are not among `bookings`."""

    bookings: int
    arrivals: int
    no_shows: int
    late: int
    unnoted: int
    cancellations: int


class OccupancyRow(msgspec.Struct, frozen=True):
    """The sums of one day, week (by its Monday), weekday (1 is Monday), hour of a weekday, or kind.

    Of an hour there are no `numbers`, and only three kinds of minutes.
    """

    available: int
    booked: int
    used: int
    day: str | None = None
    weekday: int | None = None
    hour: int | None = None
    kind: Kind | None = None
    minutes: MinutesShape | None = None
    numbers: NumbersShape | None = None


class LeadShape(msgspec.Struct, frozen=True):
    """So many bookings were made so many days ahead; without `to_days` at least so many."""

    from_days: int
    to_days: int | None
    bookings: int


class OccupancyShape(msgspec.Struct, frozen=True):
    """What was asked for, its sums in all and in rows."""

    from_day: Annotated[str, Meta(description="YYYY-MM-DD, by the space's clock.")]
    to_day: Annotated[str, Meta(description="The last day, which counts.")]
    by: By
    minutes: MinutesShape
    numbers: NumbersShape
    lead_times: list[LeadShape]
    items: list[OccupancyRow]
    next: None = None


_DAY: Final = {"format": "date", "examples": ["2026-11-01"]}


@get(
    "/api/v1/spaces/{slug:str}/occupancy",
    operation_id="show_occupancy",
    response_description="The sums.",
    summary="How far a space is booked and used",
    description="Minutes booked against used against available, and what became of the bookings, from one day to "
    "another and on both; at most 366 days. Without days the last four weeks. For an operator's managers and "
    "accountants and the network's administrators.",
    tags=["operators"],
    guards=only_staff_who_may(Action.SEE_OCCUPANCY),
    security=SIGNED_IN,
    responses=refusals(403, 404, 422),
)
async def show_occupancy(
    *,
    visitor: NamedDependency[Visitor],
    slug: SlugInPath,
    from_day: Annotated[
        str | None, QueryParameter(name="from", description="The first day.", schema_extra=_DAY)
    ] = None,
    to_day: Annotated[str | None, QueryParameter(name="to", description="The last day.", schema_extra=_DAY)] = None,
    kind: Annotated[Kind | None, QueryParameter(description="Only these; all kinds without it.")] = None,
    by: Annotated[By, QueryParameter(description="Of what each row is the sum.")] = By.DAY,
) -> OccupancyShape:
    space = await space_seen(visitor.signed_in, known_slug(slug))
    usual = days_of(Preset.FOUR_WEEKS, local_day(visitor.now, ZoneInfo(space.time_zone)))
    days = Days(
        _day("from", from_day) if from_day is not None else usual.first,
        _day("to", to_day) if to_day is not None else usual.last,
    )
    days = checked_days(days.first, days.last)
    found = await occupancy(Wanted((space.id,), days, kind), visitor.now)
    total = found.total
    leads = zip(LEADS, (*LEADS[1:], None), total.lead, strict=True)
    return OccupancyShape(
        days.first.isoformat(),
        days.last.isoformat(),
        by,
        _minutes(total),
        _numbers(total),
        [LeadShape(least, after - 1 if after else None, count) for least, after, count in leads],
        list(_rows(found, by)),
    )


HANDLERS = [show_occupancy]


def _day(field: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise DateUnreadable(field=field) from error


def _rows(found: Occupancy, by: By) -> Iterable[OccupancyRow]:
    match by:
        case By.DAY:
            return [_row(sums, day=day.isoformat()) for day, sums in sorted(found.by_day.items())]
        case By.WEEK:
            return [_row(sums, day=monday.isoformat()) for monday, sums in by_week(found).items()]
        case By.WEEKDAY:
            return [_row(sums, weekday=weekday) for weekday, sums in sorted(found.by_weekday.items())]
        case By.KIND:
            return [_row(found.by_kind[kind], kind=kind) for kind in Kind if kind in found.by_kind]
        case By.HOUR:
            return [
                OccupancyRow(sums.available[hour], sums.booked[hour], sums.used[hour], weekday=weekday, hour=hour)
                for weekday, sums in sorted(found.by_weekday.items())
                for hour in range(24)
                if sums.available[hour]
            ]


def _row(sums: Sums, *, day: str | None = None, weekday: int | None = None, kind: Kind | None = None) -> OccupancyRow:
    return OccupancyRow(
        sums.available_minutes,
        sums.booked_minutes,
        sums.used_minutes,
        day=day,
        weekday=weekday,
        kind=kind,
        minutes=_minutes(sums),
        numbers=_numbers(sums),
    )


def _minutes(sums: Sums) -> MinutesShape:
    return MinutesShape(
        sums.available_minutes,
        sums.booked_minutes,
        sums.used_minutes,
        sums.no_show_minutes,
        sums.late_minutes,
        sums.unnoted_minutes,
        sums.outside_minutes,
        sums.cancelled_minutes,
    )


def _numbers(sums: Sums) -> NumbersShape:
    return NumbersShape(sums.bookings, sums.arrivals, sums.no_shows, sums.late, sums.unnoted, sums.cancellations)
