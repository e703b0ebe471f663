"""What a membership grants each month, by the days on which it runs. Pure.

A month's grant is in proportion to the days on which each of the terms holds, rounded up to what can be spent: whoever
joins or changes inside a month never gets less than the days are worth, and nobody a second whole month.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.plans.uses import HALVES_OF_A_DAY, Unit

_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Days:
    """Calendar days from `first` to `last`, both included; without a last day they go on."""

    first: date
    last: date | None = None

    def within(self, other: "Days") -> "Days | None":
        """The days that are in both."""
        first = max(self.first, other.first)
        lasts = [last for last in (self.last, other.last) if last is not None]
        last = min(lasts, default=None)
        return None if last is not None and last < first else Days(first, last)

    def without(self, others: Iterable["Days"]) -> list["Days"]:
        """What is left of them without the others."""
        left: list[Days] = [self]
        for other in sorted(others, key=lambda days: days.first):
            left = [piece for days in left for piece in days._cut(other)]
        return left

    def _cut(self, other: "Days") -> Iterator["Days"]:
        if self.within(other) is None:
            yield self
            return
        if self.first < other.first:
            yield Days(self.first, other.first - _A_DAY)
        if other.last is not None and (self.last is None or other.last < self.last):
            yield Days(other.last + _A_DAY, self.last)

    @property
    def count(self) -> int:
        """How many there are. Raises ValueError for days that go on."""
        if self.last is None:
            raise ValueError("these days go on")
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many units a whole month while these days run."""

    days: Days
    units: int


def month_of(day: date) -> Days:
    """The calendar month that the day lies in."""
    first = day.replace(day=1)
    return Days(first, next_month(first) - _A_DAY)


def next_month(day: date) -> date:
    """The first of the month after."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def months_of(days: Days, until: date) -> Iterator[Days]:
    """The calendar months that the days touch, up to the one in which `until` lies."""
    month = month_of(days.first)
    last = until if days.last is None else min(until, days.last)
    while month.first <= last:
        yield month
        month = month_of(next_month(month.first))


def granted(unit: Unit, month: Days, allowances: Sequence[Allowance], pauses: Sequence[Days], *, halves: bool) -> int:
    """The units of this month, rounded up: of desk days to whole ones unless half days can be spent."""
    weighted = 0
    for allowance in allowances:
        running = allowance.days.within(month)
        if running is not None:
            weighted += allowance.units * sum(days.count for days in running.without(pauses))
    step = HALVES_OF_A_DAY if unit is Unit.DESK_DAY and not halves else 1
    return -(-weighted // (month.count * step)) * step
