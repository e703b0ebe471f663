"""What a space's calendar shows: bookings with their people, and over a month how much of each day is booked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.bookings.queries import BookingCard, bookings_where
from app.bookings.rules import HOLDING, LONGEST, Status
from app.identity.queries import people
from app.inventory.rules import wall_instant
from app.kernel.periods import Period
from app.network.queries import SpaceCard
from app.platform.database import fetch

SHOWN: Final = (*sorted(HOLDING), Status.COMPLETED)
"""What took or takes its place; whoever gave it back, or never came, leaves it to others."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A booking in the calendar, and the name of whose it is."""

    booking: BookingCard
    name: str

    @property
    def period(self) -> Period:
        """The time during which the place is theirs: who has left early is no longer there."""
        booked, left_at = self.booking.period, self.booking.left_at
        if left_at is not None and booked.starts_at < left_at < booked.ends_at:
            return Period(booked.starts_at, left_at)
        return booked


@dataclass(frozen=True, slots=True)
class Load:
    """What of a resource's day is taken: how many bookings it has, and minutes booked and blocked."""

    bookings: int = 0
    booked: int = 0
    blocked: int = 0


def whole_days(first: date, last: date, zone: ZoneInfo) -> Period:
    """From the first day's midnight to the last one's end."""
    return Period(wall_instant(first, 0, zone), wall_instant(last + timedelta(days=1), 0, zone))


async def entries_within(space: SpaceCard, window: Period) -> list[Entry]:
    """The bookings of the space that touch the window, by start; two queries."""
    bookings = await bookings_where(
        "b.space = $1 AND b.starts_at > $2 AND b.starts_at < $3 AND b.ends_at > $4 AND b.status = ANY($5)"
        " ORDER BY b.starts_at, b.id",
        space.id,
        window.starts_at - LONGEST,
        window.ends_at,
        window.starts_at,
        SHOWN,
    )
    known = await people({booking.person for booking in bookings})
    return [Entry(booking, known[booking.person].name) for booking in bookings]


async def load_of_days(space: SpaceCard, days: Sequence[date]) -> Mapping[tuple[int, date], Load]:
    """The load by resource and day of a run of days; days without any are left out. One query, however much is booked.

    A booking takes what it consists of as well, and is counted at what was booked. A fixed desk is its holder's.
    """
    zone = ZoneInfo(space.time_zone)
    window = whole_days(days[0], days[-1], zone)
    rows = await fetch(
        """
        WITH taken AS (
            SELECT part.id AS resource, part.id = r.id AS is_own, false AS is_blocked, b.starts_at,
                   CASE WHEN b.left_at > b.starts_at AND b.left_at < b.ends_at THEN b.left_at ELSE b.ends_at END
                   AS ends_at
              FROM booking b JOIN resource r ON r.id = b.resource CROSS JOIN unnest(r.id || r.parts) AS part (id)
             WHERE b.space = $1 AND b.starts_at > $4 AND b.starts_at < $5 AND b.ends_at > $6 AND b.status = ANY($7)
            UNION ALL
            SELECT r.id, false, c.reason = 'blocker', c.starts_at, c.ends_at
              FROM resource r JOIN claim c ON c.resource = r.id
             WHERE r.space = $1 AND r.retired_at IS NULL AND c.reason IN ('blocker', 'fixed_desk')
               AND c.starts_at < $5 AND c.ends_at > $6
        )
        SELECT t.resource, touched.day, count(*) FILTER (WHERE t.is_own) AS bookings,
               coalesce(sum(o.minutes) FILTER (WHERE NOT t.is_blocked), 0) AS booked,
               coalesce(sum(o.minutes) FILTER (WHERE t.is_blocked), 0) AS blocked
          FROM taken t
         CROSS JOIN LATERAL generate_series(
               greatest(width_bucket(t.starts_at, $2::timestamptz[]), 1),
               width_bucket(t.ends_at - interval '1 microsecond', $2)
         ) AS touched (day)
         CROSS JOIN LATERAL (
               SELECT (extract(epoch FROM least(t.ends_at, ($3::timestamptz[])[touched.day])
                                          - greatest(t.starts_at, $2[touched.day])) / 60)::integer AS minutes
         ) o
         WHERE o.minutes > 0
         GROUP BY t.resource, touched.day
        """,
        space.id,
        [wall_instant(day, 0, zone) for day in days],
        [wall_instant(day + timedelta(days=1), 0, zone) for day in days],
        window.starts_at - LONGEST,
        window.ends_at,
        window.starts_at,
        SHOWN,
    )
    return {
        (row["resource"], days[row["day"] - 1]): Load(row["bookings"], row["booked"], row["blocked"]) for row in rows
    }


def summed(loads: Collection[Load]) -> Load:
    """The load of several resources together."""
    return Load(
        sum(load.bookings for load in loads),
        sum(load.booked for load in loads),
        sum(load.blocked for load in loads),
    )
