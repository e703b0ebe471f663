"""What somebody usually books, seen from the bookings themselves. Pure: no clock, no database."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from app.inventory.rules import MINUTES_OF_A_DAY, Hours, wall_instant
from app.kernel.periods import Period
from app.kernel.wall_time import Opening

HABIT_SEEN_FOR: Final = timedelta(weeks=8)
"""How far back bookings tell a habit; those to come tell it too."""

MAKES_A_HABIT: Final = 2
DAYS_OFFERED: Final = 14


@dataclass(frozen=True, slots=True)
class Visit:
    """A booking that stands: a resource by key and its time on the clock of its space."""

    resource: int
    starts_at: datetime
    ends_at: datetime

    @property
    def span(self) -> Opening | None:
        """The visit's wall time; None where it ends on another day than it began."""
        opens, closes = (at.hour * 60 + at.minute for at in (self.starts_at, self.ends_at))
        nights = (self.ends_at.date() - self.starts_at.date()).days
        if nights == 0 and closes > opens:
            return Opening(opens, closes)
        return Opening(opens, MINUTES_OF_A_DAY) if nights == 1 and closes == 0 else None


@dataclass(frozen=True, slots=True)
class Habit:
    """The resource and wall time that come back, how often they did, and on which weekdays (1 is Monday)."""

    resource: int
    span: Opening
    visits: int
    weekdays: frozenset[int]

    @property
    def is_settled(self) -> bool:
        """Whether it came often enough to be called a habit."""
        return self.visits >= MAKES_A_HABIT


def habit_of(visits: Iterable[Visit], now: datetime) -> Habit | None:
    """The resource and wall time that was booked most often; of equals the one that begins last.

    Its weekdays are those on which it came at least twice, or all of its days where none did.
    """
    by_what: dict[tuple[int, Opening], list[Visit]] = defaultdict(list)
    for visit in visits:
        span = visit.span
        if span is not None and visit.starts_at > now - HABIT_SEEN_FOR:
            by_what[visit.resource, span].append(visit)
    if not by_what:
        return None
    resource, span = max(
        by_what, key=lambda what: (len(by_what[what]), max(visit.starts_at for visit in by_what[what]))
    )
    came = Counter(visit.starts_at.isoweekday() for visit in by_what[resource, span])
    often = frozenset(weekday for weekday, times in came.items() if times >= MAKES_A_HABIT)
    return Habit(resource, span, came.total(), often or frozenset(came))


def on_day(day: date, span: Opening, hours: Hours) -> Period | None:
    """That wall time on this day; None where the clock jumps over all of it."""
    starts_at, ends_at = (wall_instant(day, minute, hours.zone) for minute in (span.opens, span.closes))
    return Period(starts_at, ends_at) if starts_at < ends_at else None


def next_day(today: date, span: Opening, hours: Hours, booked: Collection[date]) -> date | None:
    """The first day after today on which the space is open all that time and nothing is booked yet."""
    for ahead in range(1, DAYS_OFFERED + 1):
        day = today + timedelta(days=ahead)
        period = on_day(day, span, hours)
        if day not in booked and period is not None and hours.covers(period):
            return day
    return None
