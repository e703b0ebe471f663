"""What a space's day shows beside its bookings: how full the week is, closed days still booked, requests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from app.bookings.rules import DAY_PARTS, HOLDING, LONGEST, DayPart, Status
from app.inventory.rules import MINUTES_OF_A_DAY, Hours, Kind, wall_instant
from app.kernel.periods import Period
from app.kernel.wall_time import local_day
from app.network.queries import SpaceCard
from app.platform.database import fetch, fetch_value

LOOKED_AHEAD: Final = timedelta(days=60)
"""How far ahead a closed day is told that still has bookings."""

_USED = (*HOLDING, Status.COMPLETED)


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """A day on which the space is closed, and how many bookings still lie on it."""

    day: date
    reason_de: str
    reason_en: str
    bookings: int

    def reason(self, language: str) -> str:
        return self.reason_en or self.reason_de if language == "en" else self.reason_de


@dataclass(frozen=True, slots=True)
class HalfDay:
    """What of a day's morning or afternoon is booked, of all desks, in whole percent; None where it is closed."""

    day: date
    part: DayPart
    percent: int | None


def open_halves(hours: Hours, day: date) -> dict[DayPart, list[Period]]:
    """The open time of the day's morning and of its afternoon, without the hour between them."""
    noon, after_noon = DAY_PARTS[DayPart.MORNING][1], DAY_PARTS[DayPart.AFTERNOON][0]
    spans = {DayPart.MORNING: (0, noon), DayPart.AFTERNOON: (after_noon, MINUTES_OF_A_DAY)}
    return {
        part: [
            clipped
            for period in hours.periods_on(day)
            if (clipped := period.clipped_to(_between(day, *span, hours))) is not None
        ]
        for part, span in spans.items()
    }


def _between(day: date, opens: int, closes: int, hours: Hours) -> Period:
    return Period(wall_instant(day, opens, hours.zone), wall_instant(day, closes, hours.zone))


async def load_of_days(space: int, hours: Hours, days: Sequence[date], desks: int) -> list[HalfDay]:
    """How much of the open time of each half day is booked or somebody's own, of so many desks; one query."""
    halves = [(day, part, open_time) for day in days for part, open_time in open_halves(hours, day).items()]
    windows = [(number, period) for number, (_, _, open_time) in enumerate(halves) for period in open_time]
    rows = await fetch(
        """
        SELECT w.i, sum(extract(epoch FROM least(b.ends_at, w.ends_at) - greatest(b.starts_at, w.starts_at))) AS seconds
          FROM unnest($2::integer[], $3::timestamptz[], $4::timestamptz[]) AS w (i, starts_at, ends_at)
          JOIN LATERAL (
               SELECT b.starts_at, b.ends_at FROM booking b JOIN resource r ON r.id = b.resource AND r.kind = $7
                WHERE b.space = $1 AND b.starts_at < w.ends_at AND b.starts_at > w.starts_at - $6::interval
                  AND b.ends_at > w.starts_at AND b.status = ANY($5)
               UNION ALL
               SELECT c.starts_at, c.ends_at FROM resource r JOIN claim c ON c.resource = r.id
                WHERE r.space = $1 AND r.kind = $7 AND c.reason = 'fixed_desk'
                  AND c.starts_at < w.ends_at AND c.ends_at > w.starts_at
          ) b ON true
         GROUP BY w.i
        """,
        space,
        [number for number, _ in windows],
        [period.starts_at for _, period in windows],
        [period.ends_at for _, period in windows],
        list(_USED),
        LONGEST,
        Kind.DESK,
    )
    booked = {row["i"]: float(row["seconds"]) for row in rows}
    return [
        HalfDay(day, part, _percent(booked.get(number, 0.0), open_time, desks))
        for number, (day, part, open_time) in enumerate(halves)
    ]


def _percent(seconds: float, open_time: Sequence[Period], desks: int) -> int | None:
    there = sum(period.duration.total_seconds() for period in open_time) * desks
    return min(100, round(100 * seconds / there)) if there else None


async def closed_days_still_booked(space: SpaceCard, hours: Hours, now: datetime) -> list[ClosedDay]:
    """The days ahead that were closed while there are bookings on them.

    What an organisation has booked is not meant: it may be there when the space is closed.
    """
    today = local_day(now, hours.zone)
    rows = await fetch(
        """
        SELECT e.day, min(e.reason_de) AS reason_de, min(e.reason_en) AS reason_en, count(DISTINCT b.id) AS bookings
          FROM hours_exception e
          JOIN booking b ON b.space = e.space AND b.status = ANY($4) AND b.organisation IS NULL
               AND b.starts_at >= (e.day::timestamp AT TIME ZONE $5)
               AND b.starts_at < ((e.day + 1)::timestamp AT TIME ZONE $5)
         WHERE e.space = $1 AND e.day > $2 AND e.day <= $3
         GROUP BY e.day HAVING bool_and(e.opens IS NULL) ORDER BY e.day
        """,
        space.id,
        today,
        today + LOOKED_AHEAD,
        list(HOLDING),
        space.time_zone,
    )
    return [ClosedDay(**row) for row in rows]


async def count_requests_at(space: int, now: datetime) -> int:
    """How many requests at the space wait for a decision."""
    count: int = await fetch_value(
        "SELECT count(*) FROM booking WHERE space = $1 AND status = 'requested' AND decide_by > $2", space, now
    )
    return count
