"""What is asked of occupancy, and what is told of people. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from app.inventory.rules import Kind
from app.kernel.refusals import BadInput, marked

MOST_DAYS: Final = 366
FEWEST_PEOPLE: Final = 5
"""Of fewer people nothing is told (docs/design.md decision 14)."""

REGULARS_FROM: Final = timedelta(days=28)
"""In a shorter time it would show who came when."""

VISITS: Final = (1, 2, 5, 10, 20, 50)
"""From how many days on a class of people begins; the last one has no end."""


class DateUnreadable(BadInput):
    code = "date_unreadable"
    text = marked("Ein Tag sieht so aus: 2026-11-25.")


class DaysReversed(BadInput):
    code = "days_reversed"
    text = marked("Der letzte Tag liegt vor dem ersten.")


class DayOutOfReach(BadInput):
    code = "day_out_of_reach"
    text = marked("Das Jahr muss zwischen {first} und {last} liegen.")


class TooManyDays(BadInput):
    code = "too_many_days"
    text = marked("Auf einmal lassen sich höchstens {days} Tage auswerten.")


@dataclass(frozen=True, slots=True)
class Days:
    """From the first day to the last and on it, by the clock of each space."""

    first: date
    last: date

    @property
    def count(self) -> int:
        return (self.last - self.first).days + 1


_YEARS: Final = range(2000, 2200)


def checked_days(first: date, last: date) -> Days:
    """Raises DayOutOfReach, DaysReversed, and TooManyDays where it is more than a year."""
    for field, day in (("from", first), ("to", last)):
        if day.year not in _YEARS:
            raise DayOutOfReach(field=field, first=_YEARS[0], last=_YEARS[-1])
    if last < first:
        raise DaysReversed(field="to")
    if (last - first).days >= MOST_DAYS:
        raise TooManyDays(field="to", days=MOST_DAYS)
    return Days(first, last)


class Preset(StrEnum):
    """Days that are often asked for."""

    THIS_WEEK = "diese-woche"
    LAST_WEEK = "letzte-woche"
    FOUR_WEEKS = "vier-wochen"
    MONTH = "monat"
    LAST_MONTH = "letzter-monat"
    YEAR = "jahr"
    TWELVE_MONTHS = "zwoelf-monate"


def days_of(preset: Preset, today: date) -> Days:
    """The days that it means today."""
    monday = today - timedelta(days=today.isoweekday() - 1)
    month = today.replace(day=1)
    match preset:
        case Preset.THIS_WEEK:
            return Days(monday, monday + timedelta(days=6))
        case Preset.LAST_WEEK:
            return Days(monday - timedelta(days=7), monday - timedelta(days=1))
        case Preset.FOUR_WEEKS:
            return Days(today - timedelta(days=28), today - timedelta(days=1))
        case Preset.MONTH:
            return Days(month, (month + timedelta(days=31)).replace(day=1) - timedelta(days=1))
        case Preset.LAST_MONTH:
            return Days((month - timedelta(days=1)).replace(day=1), month - timedelta(days=1))
        case Preset.YEAR:
            return Days(date(today.year, 1, 1), date(today.year, 12, 31))
        case Preset.TWELVE_MONTHS:
            return Days(today - timedelta(days=365), today - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Of which spaces (by key), which days and which kind; without a kind of all."""

    spaces: tuple[int, ...]
    days: Days
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class VisitClass:
    """So many people came on `least` to `most` days; without `most` on at least so many."""

    least: int
    most: int | None
    people: int


@dataclass(frozen=True, slots=True)
class Regulars:
    """How many people came how often; without classes there were too few of them, or the time is too short.

    `people` is None where it may not be told.
    """

    people: int | None
    classes: tuple[VisitClass, ...]


NOT_TOLD: Final = Regulars(None, ())


def regulars_of(people_by_days: Mapping[int, int]) -> Regulars:
    """Classes of people by the number of days on which they came, none of fewer than five people.

    A class of fewer is told together with the next one below it, and the lowest with the next above, so that nobody can
    subtract it from the sum. Of fewer than five in all nothing is told.
    """
    people = sum(people_by_days.values())
    if people < FEWEST_PEOPLE:
        return NOT_TOLD
    counts = [
        sum(count for days, count in people_by_days.items() if least <= days and (most is None or days <= most))
        for least, most in _bounds(VISITS)
    ]
    groups: list[tuple[int, int]] = []
    for least, count in zip(reversed(VISITS), reversed(counts), strict=True):
        if groups and groups[-1][1] < FEWEST_PEOPLE:
            groups[-1] = least, groups[-1][1] + count
        else:
            groups.append((least, count))
    if len(groups) > 1 and groups[-1][1] < FEWEST_PEOPLE:
        least, few = groups.pop()
        groups[-1] = least, groups[-1][1] + few
    groups.reverse()
    bounds = _bounds([least for least, _ in groups])
    classes = (VisitClass(*bound, count) for bound, (_, count) in zip(bounds, groups, strict=True))
    return Regulars(people, tuple(classes))


def _bounds(starts: Sequence[int]) -> list[tuple[int, int | None]]:
    """Each class with its last number."""
    ends: list[int | None] = [start - 1 for start in starts[1:]]
    return list(zip(starts, [*ends, None], strict=True))
