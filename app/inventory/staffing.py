"""Who and what is there: hours with somebody of the operator's, and what will be heard at the desks. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.inventory.needs import NO_NOISE, STAFFED
from app.inventory.rules import MINUTES_OF_A_DAY, Hours, wall_instant
from app.kernel.periods import Period, merged, without
from app.kernel.wall_time import Opening, local_day


class Presence(StrEnum):
    """Whether somebody of the operator's is there during a period."""

    WHOLE = "whole"
    PART = "part"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Staffing:
    """When somebody is there. Nobody is while the space is closed, whatever the hours of the staff say."""

    hours: Hours
    week: Mapping[int, Sequence[Opening]]
    changes: Mapping[date, Sequence[Opening | None]]

    def staffed_on(self, day: date) -> tuple[Opening, ...]:
        """The day's staffed times in order. A change goes before a holiday, a holiday before the week."""
        changes = self.changes.get(day)
        if changes is not None:
            staffed = [opening for opening in changes if opening is not None]
        elif day in self.hours.holidays and not self.hours.open_on_holidays:
            staffed = []
        else:
            staffed = list(self.week.get(day.isoweekday(), ()))
        return both(staffed, self.hours.openings_on(day))

    def usual(self, weekday: int) -> tuple[Opening, ...]:
        """The staffed times of an ordinary weekday; 1 is Monday."""
        return both(self.week.get(weekday, ()), self.hours.week.get(weekday, ()))

    def periods_within(self, window: Period) -> list[Period]:
        """All staffed time in the window, cut at its ends."""
        first, last = (local_day(at, self.hours.zone) for at in (window.starts_at, window.ends_at))
        staffed = merged(
            Period(starts_at, ends_at)
            for day in (first + timedelta(days=n) for n in range((last - first).days + 1))
            for opening in self.staffed_on(day)
            if (starts_at := wall_instant(day, opening.opens, self.hours.zone))
            < (ends_at := wall_instant(day, opening.closes, self.hours.zone))
        )
        return [part for period in staffed if (part := period.clipped_to(window)) is not None]

    def during(self, window: Period) -> Presence:
        """Whether somebody is there during the window: the whole of it, some of it, or none."""
        staffed = self.periods_within(window)
        if not staffed:
            return Presence.NONE
        return Presence.PART if without([window], staffed) else Presence.WHOLE


@dataclass(frozen=True, slots=True)
class NoisyEvent:
    """Something that will be heard at the desks, in the reader's language."""

    period: Period
    what: str

    def hours_on(self, day: date, zone: ZoneInfo) -> Opening | None:
        """When it is heard on a day of the wall clock; None where it is not."""
        part = self.period.clipped_to(whole_day(day, zone))
        if part is None:
            return None
        starts, ends = (at.astimezone(zone) for at in (part.starts_at, part.ends_at))
        closes = ends.hour * 60 + ends.minute if ends.date() == day else MINUTES_OF_A_DAY
        return Opening(starts.hour * 60 + starts.minute, closes)


@dataclass(frozen=True, slots=True)
class OnSite:
    """What somebody meets who comes to a space: people of the operator's, and noise."""

    staffing: Staffing
    noise: Sequence[NoisyEvent]

    def noise_during(self, window: Period) -> list[NoisyEvent]:
        """What will be heard in the window, in order."""
        return sorted(
            (event for event in self.noise if event.period.overlaps(window)), key=lambda event: event.period.starts_at
        )

    def noise_on(self, day: date) -> list[NoisyEvent]:
        """What will be heard on the day of the space's clock, at whatever hour."""
        return self.noise_during(whole_day(day, self.staffing.hours.zone))


def time_fits(words: Collection[str], on_site: OnSite, window: Period) -> bool:
    """Whether the window is as these words of needs.py want it; words that say nothing of time are passed over."""
    if STAFFED in words and on_site.staffing.during(window) is not Presence.WHOLE:
        return False
    return NO_NOISE not in words or not on_site.noise_during(window)


def whole_day(day: date, zone: ZoneInfo) -> Period:
    """From one midnight of the wall clock to the next."""
    return Period(wall_instant(day, 0, zone), wall_instant(day, MINUTES_OF_A_DAY, zone))


def both(some: Iterable[Opening], others: Iterable[Opening]) -> tuple[Opening, ...]:
    """The time that lies in openings of either kind, in order and in as few pieces as possible."""
    others = list(others)
    pieces = sorted(
        (opens, closes)
        for one in some
        for other in others
        if (opens := max(one.opens, other.opens)) < (closes := min(one.closes, other.closes))
    )
    joined: list[Opening] = []
    for opens, closes in pieces:
        if joined and opens <= joined[-1].closes:
            joined[-1] = Opening(joined[-1].opens, max(joined[-1].closes, closes))
        else:
            joined.append(Opening(opens, closes))
    return tuple(joined)
