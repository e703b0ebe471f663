"""Time as whole minutes since 1970: sorted spans of them, and which hour of the wall clock a minute belongs to. Pure.

A year of a network is some million pieces of time, so these are plain numbers and not periods; what is shorter than a
minute is cut off.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.inventory.rules import MINUTES_OF_A_DAY, wall_instant

Span = tuple[int, int]
"""From a minute up to, not including, another one; never empty."""

Spans = list[Span]
"""Sorted, and none touches the next."""

_QUARTER: Final = 15
ENDLESS: Final = 2**40


def minute_of(at: datetime) -> int:
    """The minute that is running then."""
    return int(at.timestamp() // 60)


def joined(spans: Iterable[Span]) -> Spans:
    """The same time, sorted, in as few spans as possible."""
    found: Spans = []
    for starts, ends in sorted(spans):
        if starts >= ends:
            continue
        if found and starts <= found[-1][1]:
            if ends > found[-1][1]:
                found[-1] = (found[-1][0], ends)
        else:
            found.append((starts, ends))
    return found


def common(some: Spans, others: Spans) -> Spans:
    """What lies in both."""
    found: Spans = []
    if not others:
        return found
    for starts, ends in some:
        at = max(bisect_right(others, (starts, ENDLESS)) - 1, 0)
        while at < len(others) and others[at][0] < ends:
            low, high = max(starts, others[at][0]), min(ends, others[at][1])
            if low < high:
                found.append((low, high))
            at += 1
    return found


def without(some: Spans, cuts: Spans) -> Spans:
    """What is left of some when the others are cut out."""
    if not cuts or not some:
        return some
    gaps: Spans = []
    after = -ENDLESS
    for starts, ends in cuts:
        if after < starts:
            gaps.append((after, starts))
        after = ends
    gaps.append((after, ENDLESS))
    return common(some, gaps)


def length(spans: Spans) -> int:
    """How many minutes."""
    return sum(ends - starts for starts, ends in spans)


class WallClock:
    """Days from first to last as the clocks of a zone show them, on which an hour may be missing or come twice."""

    def __init__(self, zone: ZoneInfo, first: date, last: date) -> None:
        self.zone = zone
        self.days: Sequence[date] = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        self._midnights = [minute_of(wall_instant(day, 0, zone)) for day in [*self.days, last + timedelta(days=1)]]
        self._odd = {
            n: self._hours_of_quarters(n)
            for n, midnight in enumerate(self._midnights[:-1])
            if self._midnights[n + 1] - midnight != MINUTES_OF_A_DAY
        }

    @property
    def span(self) -> Span:
        """All of it."""
        return self._midnights[0], self._midnights[-1]

    def day_of(self, minute: int) -> int:
        """Which of `days` the minute belongs to."""
        return bisect_right(self._midnights, minute) - 1

    def days_between(self, minute: int, later: int) -> int:
        """How many midnights lie between two minutes, of which the first may lie before the first of `days`."""
        if minute >= self._midnights[0]:
            return self.day_of(later) - self.day_of(minute)
        local = datetime.fromtimestamp(minute * 60, self.zone).date()
        return (self.days[0] - local).days + self.day_of(later)

    def hours_in(self, span: Span) -> Iterator[tuple[int, int, int]]:
        """The span hour by hour: (which of `days`, hour that the clocks show, minutes). It must lie within `span`."""
        at, ends = span
        day = self.day_of(at)
        while at < ends:
            midnight, day_ends = self._midnights[day], min(ends, self._midnights[day + 1])
            odd = self._odd.get(day)
            while at < day_ends:
                if odd is None:
                    hour = (at - midnight) // 60
                    until = min(day_ends, midnight + (hour + 1) * 60)
                else:
                    quarter = (at - midnight) // _QUARTER
                    hour = odd[quarter]
                    until = min(day_ends, midnight + (quarter + 1) * _QUARTER)
                yield day, hour, until - at
                at = until
            day += 1

    def _hours_of_quarters(self, day: int) -> Sequence[int]:
        """Offsets are whole quarters of an hour everywhere, so the hour never changes within one."""
        return [
            datetime.fromtimestamp(minute * 60, self.zone).hour
            for minute in range(self._midnights[day], self._midnights[day + 1], _QUARTER)
        ]
