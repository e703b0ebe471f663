"""The same time on some weekdays for some weeks: which dates that are and what each would be. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from app.bookings.habits import on_day
from app.bookings.rules import comfort
from app.inventory.queries import ResourceCard
from app.inventory.rules import Hours
from app.kernel.periods import Period
from app.kernel.refusals import BadInput, Conflict, Refusal, marked
from app.kernel.wall_time import Opening

MOST_WEEKS: Final = 12
_STATE_LENGTH: Final = 16


class NoWeekday(BadInput):
    code = "no_weekday"
    text = marked("Bitte wählen Sie mindestens einen Wochentag.")


class WeeksUnusable(BadInput):
    code = "weeks_unusable"
    text = marked("Möglich sind 1 bis {most} Wochen.")


class NothingToRepeat(Refusal):
    """Not one of the dates can be booked."""

    code = "nothing_to_repeat"
    text = marked("An keinem dieser Tage lässt sich etwas buchen.")


class PlanChanged(Conflict):
    """Since the dates were shown, somebody was faster or the hours have changed. Nothing was booked."""

    code = "plan_changed"
    text = marked("Inzwischen hat sich an den Terminen etwas geändert. Gebucht ist noch nichts.")


class Fate(StrEnum):
    """What becomes of one date."""

    FREE = "free"
    OTHER = "other"
    LEFT_OUT = "left_out"
    FULL = "full"
    CLOSED = "closed"
    BOOKED = "booked"


@dataclass(frozen=True, slots=True)
class Repeat:
    """A resource by its public id at a wall time, on weekdays (1 is Monday) of so many weeks from tomorrow on.

    Where it is taken, another of its kind there is booked or the date is left out.
    """

    resource: str
    weekdays: frozenset[int]
    span: Opening
    weeks: int
    takes_others: bool = True

    def days(self, today: date) -> list[date]:
        """The dates, in order."""
        days = (today + timedelta(days=n) for n in range(1, self.weeks * 7 + 1))
        return [day for day in days if day.isoweekday() in self.weekdays]


@dataclass(frozen=True, slots=True)
class RepeatFacts:
    """What the dates are decided on: all resources of the kind there, what holds their time, the person's own time."""

    wanted: ResourceCard
    resources: Sequence[ResourceCard]
    hours: Hours
    taken: Mapping[int, Sequence[Period]]
    booked: Sequence[Period]

    def is_free(self, resource: int, period: Period) -> bool:
        return not any(period.overlaps(taken) for taken in self.taken[resource])


@dataclass(frozen=True, slots=True)
class RepeatDay:
    """One date. `desk` is what would be booked in `period`, None where nothing would be."""

    day: date
    fate: Fate
    period: Period | None = None
    desk: ResourceCard | None = None
    openings: Sequence[Opening] = ()
    why_closed: str | None = None


def checked_weeks(weeks: int) -> int:
    """Raises WeeksUnusable."""
    if not 1 <= weeks <= MOST_WEEKS:
        raise WeeksUnusable(field="wochen", most=MOST_WEEKS)
    return weeks


def checked_weekdays(weekdays: frozenset[int]) -> frozenset[int]:
    """Raises NoWeekday."""
    if not weekdays:
        raise NoWeekday(field="wochentage")
    return weekdays


def planned(repeat: Repeat, facts: RepeatFacts, today: date) -> list[RepeatDay]:
    """What each date would be, in order."""
    return [_planned(day, repeat, facts) for day in repeat.days(today)]


def _planned(day: date, repeat: Repeat, facts: RepeatFacts) -> RepeatDay:
    period = on_day(day, repeat.span, facts.hours)
    if period is None or not facts.hours.covers(period):
        return RepeatDay(
            day, Fate.CLOSED, openings=facts.hours.openings_on(day), why_closed=facts.hours.why_closed(day)
        )
    if any(period.overlaps(own) for own in facts.booked):
        return RepeatDay(day, Fate.BOOKED)
    if facts.is_free(facts.wanted.id, period):
        return RepeatDay(day, Fate.FREE, period, facts.wanted)
    if not repeat.takes_others:
        return RepeatDay(day, Fate.LEFT_OUT)
    best_first = sorted(facts.resources, key=lambda resource: -comfort(resource.features))
    other = next((resource for resource in best_first if facts.is_free(resource.id, period)), None)
    return RepeatDay(day, Fate.OTHER, period, other) if other else RepeatDay(day, Fate.FULL)


def to_book(days: Sequence[RepeatDay]) -> list[tuple[ResourceCard, Period]]:
    """What of the plan would be booked."""
    return [(day.desk, day.period) for day in days if day.desk is not None and day.period is not None]


def state_of(days: Sequence[RepeatDay]) -> str:
    """The same for two plans exactly when they book the same: what was shown can be told from what is now."""
    booked = "\n".join(
        f"{desk.public_id} {period.starts_at.timestamp()} {period.ends_at.timestamp()}"
        for desk, period in to_book(days)
    )
    return hashlib.sha256(booked.encode()).hexdigest()[:_STATE_LENGTH]
