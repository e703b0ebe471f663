"""Closes days that are over: their sums are written down, so that a year of a network is told from them.

A day stays open for a while, because what happened on it may be settled late; then it is closed, and looked at again
where one of its bookings has changed all the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import msgspec

from app.insights.counting import day_sums
from app.insights.facts import Opened, SpaceLife, facts_of, lives_of, openings_of
from app.insights.spans import minute_of
from app.insights.sums import LISTS, NUMBERS, Sums
from app.inventory.queries import hours_of
from app.inventory.rules import Kind
from app.kernel.wall_time import Opening, local_day
from app.platform.database import execute, fetch, fetch_row, transaction

OPEN_FOR: Final = 3
"""So many days before today are still open."""

FORM: Final = 1
"""Goes up when a number gets another meaning; then everything is counted anew."""

_AT_ONCE: Final = timedelta(days=31)
_AT_THE_SAME_TIME: Final = timedelta(minutes=5)
"""What others were writing when somebody looked may be so much older than it seems."""

_COLUMNS: Final = ", ".join(("space", "day", "kind", *LISTS, *NUMBERS, "opened"))


@dataclass(frozen=True, slots=True)
class _Closed:
    """From which to which day a space's sums are kept, in which form, and when somebody looked for changes."""

    since: date
    through: date
    form: int
    looked_at: datetime


async def close_days(now: datetime) -> int:
    """Closes all days of all spaces that are due, and counts closed ones anew whose bookings have changed; how many.

    Each space a month at a time, so that it can be interrupted and goes on where it was.
    """
    return sum([await _close_space(life, now) for life in await lives_of() if life.first_day is not None])


async def _close_space(life: SpaceLife, now: datetime) -> int:
    first, last = life.first_day, local_day(now, life.clock.zone) - timedelta(days=OPEN_FOR + 1)
    assert first is not None
    row = await fetch_row("SELECT since, through, form, looked_at FROM occupancy_closed WHERE space = $1", life.id)
    closed = _Closed(**row) if row else None
    count, since = 0, first
    if closed is not None and closed.form == FORM and closed.since <= first:
        count = await _count_changed(life, closed, now)
        first, since = closed.through + timedelta(days=1), closed.since
    while first <= last:
        through = min(first + _AT_ONCE, last)
        async with transaction():
            await _write(life, first, through, closed, now)
            await execute(
                "INSERT INTO occupancy_closed (space, since, through, form, looked_at) VALUES ($1, $2, $3, $4, $5)"
                " ON CONFLICT (space) DO UPDATE SET since = excluded.since, through = excluded.through,"
                " form = excluded.form, looked_at = excluded.looked_at",
                life.id,
                since,
                through,
                FORM,
                now,
            )
        count += (through - first).days + 1
        first = through + timedelta(days=1)
    return count


async def _count_changed(life: SpaceLife, closed: _Closed, now: datetime) -> int:
    """Counts the closed days anew on which a booking has changed since somebody looked."""
    rows = await fetch(
        "SELECT DISTINCT day::date AS day FROM booking b CROSS JOIN LATERAL generate_series("
        " (b.starts_at AT TIME ZONE $4)::date, (b.ends_at AT TIME ZONE $4)::date, '1 day') AS day"
        " WHERE b.space = $1 AND b.updated_at > $2 AND day::date BETWEEN $5 AND $3 ORDER BY 1",
        life.id,
        closed.looked_at - _AT_THE_SAME_TIME,
        closed.through,
        life.clock.time_zone,
        closed.since,
    )
    async with transaction():
        for row in rows:
            await _write(life, row["day"], row["day"], closed, now)
        await execute("UPDATE occupancy_closed SET looked_at = $2 WHERE space = $1", life.id, now)
    return len(rows)


async def _write(life: SpaceLife, first: date, last: date, closed: _Closed | None, now: datetime) -> None:
    """Writes the sums of these days instead of those that were there; the hours of a day that was closed stay."""
    kept = await _opened(life.id, first, last, closed)
    hours = (await hours_of([life.clock], first, last))[life.id]
    sums = day_sums((await facts_of([life], first, last, kept))[life.id], minute_of(now))
    rows = [_row(life.id, day, kind, one, openings_of(hours, day, kept)) for (day, kind), one in sums.items()]
    await execute("DELETE FROM occupancy_day WHERE space = $1 AND day BETWEEN $2 AND $3", life.id, first, last)
    await execute(
        f"INSERT INTO occupancy_day ({_COLUMNS}) SELECT {_COLUMNS}"  # noqa: S608
        " FROM jsonb_populate_recordset(NULL::occupancy_day, $1::jsonb)",
        msgspec.json.encode(rows).decode(),
    )


def _row(space: int, day: date, kind: Kind, sums: Sums, opened: Sequence[Opening]) -> Mapping[str, object]:
    pairs = [minute for opening in opened for minute in (opening.opens, opening.closes)]
    numbers = {name: getattr(sums, name) for name in (*LISTS, *NUMBERS)}
    return {"space": space, "day": day, "kind": kind, "opened": pairs, **numbers}


async def _opened(space: int, first: date, last: date, closed: _Closed | None) -> Opened:
    """The openings of those days that were closed before; a day of which nothing was written had none."""
    opened: dict[date, Sequence[Opening]] = {}
    if closed is not None:
        day = max(first, closed.since)
        while day <= min(last, closed.through):
            opened[day] = ()
            day += timedelta(days=1)
    rows = await fetch(
        "SELECT DISTINCT ON (day) day, opened FROM occupancy_day WHERE space = $1 AND day BETWEEN $2 AND $3",
        space,
        first,
        last,
    )
    for row in rows:
        pairs = zip(row["opened"][::2], row["opened"][1::2], strict=True)
        opened[row["day"]] = [Opening(opens, closes) for opens, closes in pairs]
    return opened
