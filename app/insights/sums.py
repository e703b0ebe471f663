"""The numbers that occupancy is told by, of one day of one kind or of any sum of them. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

LEADS: Final = (0, 1, 2, 4, 8, 15, 31)
"""From how many days on a class of lead times begins; 0 is the same day, the last one has no end."""


def _day() -> list[int]:
    return [0] * 24


@dataclass(slots=True)
class Sums:
    """Minutes of places, hour by hour of the wall clock and in all, and numbers of bookings.

    `booked` and `used` lie within `available`; `used`, `no_show_minutes`, `late_minutes` and `unnoted_minutes` are
    parts of what was booked that do not overlap, and what is left of it was not used although somebody came, or is to
    come. Numbers count a booking on the day it begins. docs/decisions/0028-occupancy.md has each word.
    """

    available: list[int] = field(default_factory=_day)
    booked: list[int] = field(default_factory=_day)
    used: list[int] = field(default_factory=_day)
    lead: list[int] = field(default_factory=lambda: [0] * len(LEADS))
    available_minutes: int = 0
    booked_minutes: int = 0
    used_minutes: int = 0
    no_show_minutes: int = 0
    late_minutes: int = 0
    unnoted_minutes: int = 0
    outside_minutes: int = 0
    cancelled_minutes: int = 0
    bookings: int = 0
    arrivals: int = 0
    no_shows: int = 0
    late: int = 0
    unnoted: int = 0
    cancellations: int = 0

    def add(self, other: "Sums") -> None:
        """Adds all numbers of the other."""
        for name in LISTS:
            mine = getattr(self, name)
            for n, number in enumerate(getattr(other, name)):
                mine[n] += number
        for name in NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def unused_minutes(self) -> int:
        """Booked by somebody who came, and not used: before arriving and after leaving; or still to come."""
        return self.booked_minutes - self.used_minutes - self.no_show_minutes - self.late_minutes - self.unnoted_minutes

    @property
    def is_empty(self) -> bool:
        """Nothing could be booked, nothing was."""
        return not any(getattr(self, name) for name in NUMBERS)


LISTS: Final = ("available", "booked", "used", "lead")
NUMBERS: Final = tuple(each.name for each in fields(Sums) if each.name not in LISTS)


def added(many: Iterable[Sums]) -> Sums:
    """The sum of them."""
    total = Sums()
    for one in many:
        total.add(one)
    return total


def numbers_from(row: Mapping[str, Any]) -> Sums:
    """Sums from a row's columns of the same names; what it does not have is 0."""
    sums = Sums()
    for name in NUMBERS:
        setattr(sums, name, row[name])
    return sums


def lead_class(days: int) -> int:
    """The class of a lead time in days; who books the running quarter of an hour books on the same day."""
    return max(n for n, least in enumerate(LEADS) if least <= max(days, 0))


def percent(part: int, whole: int) -> int | None:
    """How much of it, rounded to whole percents; None where there is nothing to be a part of.

    Only all of it is 100, and only nothing is 0.
    """
    if not whole:
        return None
    if 0 < part < whole:
        return min(max(round(100 * part / whole), 1), 99)
    return 100 if part else 0
