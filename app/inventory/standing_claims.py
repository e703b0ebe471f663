"""Time that stands held for long, day by day: it follows what is wanted, and yields to whoever is there before."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.inventory.operations import lock_resources
from app.inventory.rules import MINUTES_OF_A_DAY, wall_instant
from app.kernel.periods import Period, merged, without
from app.kernel.wall_time import local_day
from app.platform.database import execute, fetch, fetch_row

FIXED_DESK: Final = "fixed_desk"
"""The reason of a fixed desk's claims; their holder is its key."""

_A_DAY: Final = timedelta(days=1)
_AN_INSTANT: Final = timedelta(microseconds=1)


def whole_day(day: date, zone: ZoneInfo) -> Period:
    """The day from midnight to midnight there: 23, 24 or 25 hours."""
    return Period(wall_instant(day, 0, zone), wall_instant(day, MINUTES_OF_A_DAY, zone))


async def hold_days(
    holder: int, resources: Sequence[int], days: Sequence[date], since: date, zone: ZoneInfo
) -> list[Period]:
    """Lets the holder have these whole days of these resources, as far as nobody else has them, and no other day from
    `since` on; what time came free by it.

    One claim for each free piece of a day. Days have to be in order. Twice does nothing more.
    """
    await lock_resources(resources)
    wanted = {day: whole_day(day, zone) for day in days}
    begins = wall_instant(since, 0, zone)
    ends = max((period.ends_at for period in wanted.values()), default=begins)
    rows = await fetch(
        "SELECT id, resource, starts_at, ends_at, (holder = $1 AND reason = $2) AS is_own FROM claim"
        " WHERE (resource = ANY($3::bigint[]) AND starts_at < $5 AND ends_at > $4)"
        " OR (holder = $1 AND reason = $2 AND ends_at > $4) ORDER BY starts_at",
        holder,
        FIXED_DESK,
        list(resources),
        begins,
        ends,
    )
    gone, freed = [], []
    held: dict[tuple[int, date], list[Period]] = defaultdict(list)
    for row in rows:
        period = Period(row["starts_at"], row["ends_at"])
        if row["is_own"] and (row["resource"] not in resources or local_day(period.starts_at, zone) not in wanted):
            gone.append(row["id"])
            freed.append(period)
            continue
        for day in days_of(period, zone):
            held[row["resource"], day].append(period)
    if gone:
        await execute("DELETE FROM claim WHERE id = ANY($1::bigint[])", gone)
    await _claim(holder, _gaps(resources, wanted, held))
    return merged(freed)


def _gaps(
    resources: Sequence[int], wanted: Mapping[date, Period], held: Mapping[tuple[int, date], Sequence[Period]]
) -> list[tuple[int, Period]]:
    return [
        (resource, piece)
        for resource in sorted(resources)
        for day, period in wanted.items()
        for piece in without([period], held.get((resource, day), ()))
    ]


def days_of(period: Period, zone: ZoneInfo) -> Iterator[date]:
    """The days there on which any of the period is."""
    day, last = local_day(period.starts_at, zone), local_day(period.ends_at - _AN_INSTANT, zone)
    while day <= last:
        yield day
        day += _A_DAY


async def _claim(holder: int, wanted: Sequence[tuple[int, Period]]) -> None:
    """Whoever is faster keeps what he has."""
    if not wanted:
        return
    await execute(
        "INSERT INTO claim (resource, starts_at, ends_at, reason, holder)"
        " SELECT resource, starts_at, ends_at, $4, $5"
        "   FROM unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[]) AS w (resource, starts_at, ends_at)"
        " ON CONFLICT ON CONSTRAINT claim_no_overlap DO NOTHING",
        [resource for resource, _ in wanted],
        [period.starts_at for _, period in wanted],
        [period.ends_at for _, period in wanted],
        FIXED_DESK,
        holder,
    )


async def held_piece(holder: int, resource: int, at: datetime) -> Period | None:
    """The free piece of its day that the holder of a fixed desk holds at this time."""
    row = await fetch_row(
        "SELECT starts_at, ends_at FROM claim WHERE holder = $1 AND reason = $2 AND resource = $3"
        " AND starts_at <= $4 AND ends_at > $4",
        holder,
        FIXED_DESK,
        resource,
        at,
    )
    return Period(row["starts_at"], row["ends_at"]) if row else None


async def make_way_within(resources: Sequence[int], period: Period, holder: int) -> None:
    """Ends what the holder of a fixed desk holds of it then, because the holder himself takes it as a booking."""
    await execute(
        "DELETE FROM claim WHERE holder = $1 AND reason = $2 AND resource = ANY($3::bigint[])"
        " AND starts_at < $5 AND ends_at > $4",
        holder,
        FIXED_DESK,
        list(resources),
        period.starts_at,
        period.ends_at,
    )


async def others_then(holder: int, resources: Sequence[int], days: Sequence[date], zone: ZoneInfo) -> list[Period]:
    """What is booked of these resources on these days, or kept for somebody who may book it, in order."""
    periods = [whole_day(day, zone) for day in days]
    rows = await fetch(
        "SELECT DISTINCT c.starts_at, c.ends_at FROM unnest($1::timestamptz[], $2::timestamptz[]) AS d (begins, ends)"
        " JOIN claim c ON c.resource = ANY($3::bigint[]) AND c.starts_at < d.ends AND c.ends_at > d.begins"
        " WHERE c.reason NOT IN ('blocker', 'buffer') AND NOT (c.holder = $4 AND c.reason = $5) ORDER BY c.starts_at",
        [period.starts_at for period in periods],
        [period.ends_at for period in periods],
        list(resources),
        holder,
        FIXED_DESK,
    )
    return [Period(row["starts_at"], row["ends_at"]) for row in rows]


async def is_fixed(resources: Sequence[int], period: Period) -> bool:
    """Whether any of these is somebody's fixed desk then."""
    row = await fetch_row(
        "SELECT FROM claim WHERE resource = ANY($1::bigint[]) AND reason = $2 AND starts_at < $4 AND ends_at > $3"
        " LIMIT 1",
        list(resources),
        FIXED_DESK,
        period.starts_at,
        period.ends_at,
    )
    return row is not None
