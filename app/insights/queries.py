"""Occupancy as pages and programs tell it: kept sums of closed days, counted sums of the rest."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from app.insights.closing import FORM
from app.insights.counting import DaySums, day_sums
from app.insights.facts import SpaceLife, facts_of, lives_of
from app.insights.rules import NOT_TOLD, REGULARS_FROM, Regulars, Wanted, regulars_of
from app.insights.spans import minute_of
from app.insights.sums import LEADS, NUMBERS, Sums, added, numbers_from
from app.inventory.rules import Kind
from app.platform.database import fetch

_DAY: Final = timedelta(days=1)
_WITH_HOURS: Final = ("available", "booked", "used")


@dataclass(slots=True)
class Occupancy:
    """All sums of what was wanted, each way; weekdays count from 1 (Monday).

    Only `by_weekday` knows the hours and lead times, the others are numbers alone.
    """

    total: Sums = field(default_factory=Sums)
    by_day: dict[date, Sums] = field(default_factory=lambda: defaultdict(Sums))
    by_weekday: dict[int, Sums] = field(default_factory=lambda: defaultdict(Sums))
    by_kind: dict[Kind, Sums] = field(default_factory=lambda: defaultdict(Sums))
    by_space: dict[int, Sums] = field(default_factory=lambda: defaultdict(Sums))


def by_week(found: Occupancy) -> dict[date, Sums]:
    """The days' sums by the Monday of their week."""
    weeks: dict[date, Sums] = {}
    for day, sums in sorted(found.by_day.items()):
        weeks.setdefault(day - timedelta(days=day.isoweekday() - 1), Sums()).add(sums)
    return weeks


async def occupancy(wanted: Wanted, now: datetime) -> Occupancy:
    """What was booked and used of what was there, on the days wanted, as far as it is known now."""
    lives = await lives_of(wanted.spaces)
    closed = await _closed(lives)
    found = Occupancy()
    for row in await _kept(wanted, closed):
        _enter_kept(found, row)
    for space, sums in (await _counted(wanted, lives, closed, now)).items():
        for (day, kind), one in sums.items():
            if wanted.kind in (None, kind):
                for into in (
                    found.by_day[day], found.by_weekday[day.isoweekday()], found.by_kind[kind], found.by_space[space]
                ):  # fmt: skip
                    into.add(one)
    found.total = added(found.by_weekday.values())
    return found


async def _closed(lives: Sequence[SpaceLife]) -> Mapping[int, date]:
    """Through which day the sums of each space are kept; without those of which older bookings came up."""
    first_days = {life.id: life.first_day for life in lives}
    rows = await fetch(
        "SELECT space, since, through FROM occupancy_closed WHERE space = ANY($1::bigint[]) AND form = $2",
        list(first_days),
        FORM,
    )
    found = {}
    for row in rows:
        first = first_days[row["space"]]
        if first is not None and row["since"] <= first:
            found[row["space"]] = row["through"]
    return found


_NUMBERS: Final = ", ".join(f"sum(d.{name})::bigint AS {name}" for name in NUMBERS)


def _lists(name: str, count: int) -> str:
    sums = ", ".join(f"sum(d.{name}[{n}])" for n in range(1, count + 1))
    return f"ARRAY[{sums}]::bigint[] AS {name}"


_FROM_KEPT: Final = """
      FROM occupancy_day d JOIN unnest($1::bigint[], $2::date[]) AS c (space, through) ON c.space = d.space
     WHERE d.day BETWEEN $3 AND least($4, c.through) AND ($5::text IS NULL OR d.kind = $5)
"""
_BY_DAY_AND_PLACE: Final = (
    f"SELECT d.day, d.space, d.kind, {_NUMBERS} {_FROM_KEPT} GROUP BY GROUPING SETS ((d.day), (d.space, d.kind))"
)
_HOURS: Final = ", ".join(_lists(name, 24) for name in _WITH_HOURS)
_ALL_OF_A_WEEKDAY: Final = f"{_HOURS}, {_lists('lead', len(LEADS))}, {_NUMBERS}"
_BY_WEEKDAY: Final = f"SELECT extract(isodow FROM d.day)::int AS weekday, {_ALL_OF_A_WEEKDAY} {_FROM_KEPT} GROUP BY 1"  # noqa: S608


async def _kept(wanted: Wanted, closed: Mapping[int, date]) -> Sequence[Mapping[str, Any]]:
    spaces = [space for space, through in closed.items() if through >= wanted.days.first]
    if not spaces:
        return []
    of = (spaces, [closed[space] for space in spaces], wanted.days.first, wanted.days.last, wanted.kind)
    return [*await fetch(_BY_DAY_AND_PLACE, *of), *await fetch(_BY_WEEKDAY, *of)]


def _enter_kept(found: Occupancy, row: Mapping[str, Any]) -> None:
    sums = numbers_from(row)
    if "weekday" in row:
        for name in (*_WITH_HOURS, "lead"):
            setattr(sums, name, list(row[name]))
        found.by_weekday[row["weekday"]].add(sums)
    elif row["day"] is not None:
        found.by_day[row["day"]].add(sums)
    else:
        found.by_kind[Kind(row["kind"])].add(sums)
        found.by_space[row["space"]].add(sums)


async def _counted(
    wanted: Wanted, lives: Sequence[SpaceLife], closed: Mapping[int, date], now: datetime
) -> Mapping[int, DaySums]:
    """The sums of days that are not closed, by space; beside other requests, since there may be many such days."""
    together: dict[date, list[SpaceLife]] = defaultdict(list)
    for life in lives:
        if life.first_day is not None and life.first_day <= wanted.days.last:
            first = max(wanted.days.first, life.first_day)
            if life.id in closed:
                first = max(first, closed[life.id] + _DAY)
            together[first].append(life)
    found: dict[int, DaySums] = {}
    for first, some in together.items():
        if first <= wanted.days.last:
            for space, facts in (await facts_of(some, first, wanted.days.last)).items():
                found[space] = await asyncio.to_thread(day_sums, facts, minute_of(now))
    return found


_VISITS: Final = """
    WITH midnight AS (
        SELECT s.id AS space, m.midnights FROM space s JOIN (
            SELECT zone, array_agg(day AT TIME ZONE zone ORDER BY day) AS midnights
              FROM (SELECT DISTINCT time_zone AS zone FROM space WHERE id = ANY($1::bigint[])) AS zones
             CROSS JOIN generate_series($2::date::timestamp, $3::date::timestamp, interval '1 day') AS day
             GROUP BY zone
        ) m ON m.zone = s.time_zone WHERE s.id = ANY($1::bigint[])
    ), visit AS (
        SELECT b.person, width_bucket(b.starts_at, m.midnights) AS day
          FROM booking b JOIN midnight m ON m.space = b.space
         WHERE b.space = ANY($1::bigint[]) AND b.starts_at >= m.midnights[1]
           AND b.starts_at < m.midnights[cardinality(m.midnights)] AND b.starts_at >= $4 AND b.starts_at <= $5
           AND b.status IN ('confirmed', 'checked_in', 'completed')
           AND ($6::text IS NULL OR (SELECT r.kind FROM resource r WHERE r.id = b.resource) = $6)
         GROUP BY 1, 2
    )
    SELECT days, count(*) AS people FROM (SELECT count(*) AS days FROM visit GROUP BY person) AS visitor GROUP BY days
"""
"""Looking a day up among its midnights is several times as quick as asking for the local date of each booking."""


async def regulars(wanted: Wanted, now: datetime) -> Regulars:
    """How many people came how often to these spaces; nothing of single persons (docs/design.md decision 14)."""
    days = wanted.days
    if days.last - days.first + _DAY < REGULARS_FROM or not wanted.spaces:
        return NOT_TOLD
    rows = await fetch(
        _VISITS,
        list(wanted.spaces),
        days.first,
        days.last + _DAY,
        datetime.combine(days.first, time(), UTC) - _DAY,
        min(now, datetime.combine(days.last, time(), UTC) + 2 * _DAY),
        wanted.kind,
    )
    return regulars_of({row["days"]: row["people"] for row in rows})
