"""What becomes of each date of a series: booked as asked, on another resource, or not at all and why. Pure."""

import hashlib
from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from app.bookings.candidates import Candidate, claims_of
from app.bookings.decision import Booker, Place, Wish, decide
from app.bookings.queries import BookedResource
from app.bookings.rules import AlreadyTaken, Blocked
from app.inventory.held_time import HeldTime
from app.inventory.recurrence import Slot
from app.inventory.rules import label
from app.kernel.money import FREE, Money
from app.kernel.periods import Period
from app.kernel.refusals import Conflict, Refusal, marked
from app.kernel.wall_time import TimeDoesNotExist
from app.network.school_holidays import SchoolHolidays, school_holidays_on

_STATE_LENGTH: Final = 16


class OnConflict(StrEnum):
    """What becomes of dates on which what was asked for cannot be had."""

    REFUSE = "refuse"
    SKIP = "skip"
    ANOTHER = "another"


class SeriesConflicts(Conflict):
    """Some dates cannot be had, so that nothing was booked. `facts["conflicts"]` names them with their codes."""

    code = "series_conflicts"
    text = marked("Von {total} Terminen gehen {count} nicht. Gebucht ist noch nichts.")


class NothingOfSeries(Refusal):
    """Not one of the dates can be booked."""

    code = "nothing_to_book"
    text = marked("An keinem dieser Tage lässt sich etwas buchen.")


class PlanChanged(Conflict):
    """Since the dates were shown, somebody was faster or the hours have changed. Nothing was booked."""

    code = "plan_changed"
    text = marked("Inzwischen hat sich an den Terminen etwas geändert. Gebucht ist noch nichts.")


class OverlapsItself(Conflict):
    """The date, with the time kept free around it, lies on another one of the same series."""

    code = "series_overlaps_itself"
    text = marked("Dieser Termin überschneidet sich mit dem vorigen der Serie.")


class AlreadyYours(Refusal):
    code = "already_booked"
    text = marked("Für diese Zeit haben Sie schon gebucht.")


@dataclass(frozen=True, slots=True)
class SeriesFacts:
    """What all dates are decided on.

    `held` is by resource, parts included; `others` are of the same kind, the best first; `own` is the person's own time
    where dates shall not lie beside it; `has_paid` the accounts that paid before, by the date's start.
    """

    wanted: BookedResource
    others: Sequence[BookedResource]
    places: Mapping[int, Place]
    held: Mapping[int, Sequence[HeldTime]]
    booker: Booker
    holiday_region: str
    own: Sequence[Period] = ()
    has_paid: Mapping[datetime, Sequence[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlannedDate:
    """One date. `taken` is what is booked, None where nothing is; `refusal` says why it is not as it was asked for."""

    slot: Slot
    taken: Candidate | None = None
    refusal: Refusal | None = None
    school_holidays: SchoolHolidays | None = None

    @property
    def is_left_out(self) -> bool:
        """Whether it was asked for and is not booked; school holidays were not asked for."""
        return self.taken is None and self.school_holidays is None


@dataclass(slots=True)
class _Calendar:
    """What holds resources' time: others' claims, and those of the series' earlier dates."""

    held: Mapping[int, Sequence[HeldTime]]
    own: dict[int, list[HeldTime]] = field(default_factory=lambda: defaultdict(list))

    def refusal_of(self, resource: BookedResource, place: Place, period: Period) -> Refusal | None:
        """Why this time of the resource, its parts and what is kept free around it cannot be had."""
        for wanted in claims_of(resource, period, place.rules):
            if _touching(self.own.get(wanted.resource, ()), wanted.period):
                return OverlapsItself()
            held = _touching(self.held.get(wanted.resource, ()), wanted.period)
            if held:
                name = label(resource.kind, resource.name)
                return (
                    Blocked(name=name, reason=held.blocked_because) if held.blocked_because else AlreadyTaken(name=name)
                )
        return None

    def take(self, candidate: Candidate, period: Period) -> None:
        for wanted in candidate.claims(period):
            insort(self.own[wanted.resource], HeldTime(wanted.period), key=lambda held: held.period.starts_at)


def planned(
    slots: Sequence[Slot], wish: Wish, facts: SeriesFacts, on_conflict: OnConflict, *, skips_school_holidays: bool
) -> list[PlannedDate]:
    """What each date would be, in order; each counts among the open bookings of those behind it, and what pays for it
    pays for none of them."""
    calendar, placed, purse = _Calendar(facts.held), Counter[int](), facts.booker.purse
    dates = []
    for slot in slots:
        holidays = school_holidays_on(slot.day, facts.holiday_region) if skips_school_holidays else None
        date = (
            PlannedDate(slot, school_holidays=holidays)
            if holidays
            else _planned(slot, wish, facts, on_conflict, calendar, replace(_with(placed, facts.booker), purse=purse))
        )
        if date.taken is not None and slot.period is not None:
            calendar.take(date.taken, slot.period)
            placed[date.taken.decision.rules.key] += 1
            purse = purse.after(date.taken.decision.payment, slot.day)
        dates.append(date)
    return dates


def _planned(
    slot: Slot, wish: Wish, facts: SeriesFacts, on_conflict: OnConflict, calendar: _Calendar, booker: Booker
) -> PlannedDate:
    period = slot.period
    if period is None:
        wall = slot.starts_at.astimezone(facts.places[facts.wanted.id].hours.zone)
        return PlannedDate(slot, refusal=TimeDoesNotExist(time=wall.time(), date=slot.day))
    if any(period.overlaps(own) for own in facts.own):
        return PlannedDate(slot, refusal=AlreadyYours())
    this = replace(wish, period=period, has_paid=facts.has_paid.get(slot.starts_at, ()), or_else=True)

    def tried(resource: BookedResource) -> Candidate | Refusal:
        place = facts.places[resource.id]
        in_the_way = calendar.refusal_of(resource, place, period)
        try:
            decision = decide(this, place, booker)
        except Refusal as refusal:
            return refusal
        return in_the_way or Candidate(resource, decision)

    asked = tried(facts.wanted)
    if isinstance(asked, Candidate):
        return PlannedDate(slot, asked)
    if on_conflict is OnConflict.ANOTHER and isinstance(asked, Conflict):
        others = (other for other in facts.others if not calendar.refusal_of(other, facts.places[other.id], period))
        found = next((other for other in map(tried, others) if isinstance(other, Candidate)), None)
        return PlannedDate(slot, found, asked)
    return PlannedDate(slot, refusal=asked)


def best_for(
    slots: Sequence[Slot], wish: Wish, facts: SeriesFacts, resources: Sequence[BookedResource]
) -> BookedResource:
    """The one of these (the best first) that can be had on most dates; one that the rules forbid only where all are."""
    calendar = _Calendar(facts.held)
    first = next((slot.period for slot in slots if slot.period), None)

    def drawbacks(resource: BookedResource) -> tuple[bool, int]:
        place = facts.places[resource.id]
        misses = sum(
            slot.period is None or calendar.refusal_of(resource, place, slot.period) is not None for slot in slots
        )
        return first is not None and not _passes(replace(wish, period=first), place, facts.booker), misses

    return min(resources, key=drawbacks)


def conflicts_of(dates: Collection[PlannedDate]) -> list[tuple[Slot, Refusal]]:
    """The dates that were asked for and are not booked, with the reason."""
    return [(date.slot, date.refusal) for date in dates if date.is_left_out and date.refusal is not None]


def total_of(dates: Collection[PlannedDate]) -> Money:
    """What all dates together cost."""
    prices = [date.taken.decision.price for date in dates if date.taken is not None]
    return sum((price for price in prices if price.amount), start=FREE)


def state_of(dates: Sequence[PlannedDate]) -> str:
    """The same for two plans exactly when they book the same and pay it alike: what was shown can be told from what is
    now."""
    booked = [
        (
            date.taken.resource.public_id,
            date.slot.period.starts_at.timestamp(),
            date.slot.period.ends_at.timestamp(),
            date.taken.decision.payment.key,
            date.taken.decision.price.amount,
        )
        for date in dates
        if date.taken is not None and date.slot.period is not None
    ]
    return hashlib.sha256(repr(booked).encode()).hexdigest()[:_STATE_LENGTH]


def _passes(wish: Wish, place: Place, booker: Booker) -> bool:
    try:
        decide(wish, place, booker)
    except Refusal:
        return False
    return True


def _with(placed: Counter[int], booker: Booker) -> Booker:
    """The booker with the series' earlier dates among the open bookings."""
    return replace(booker, open_bookings=Counter(booker.open_bookings) + placed) if placed else booker


def _touching(held: Sequence[HeldTime], period: Period) -> HeldTime | None:
    """What of these, which never overlap each other, touches the period."""
    after = bisect_left(held, period.ends_at, key=lambda one: one.period.starts_at)
    last = held[after - 1] if after else None
    return last if last is not None and last.period.ends_at > period.starts_at else None
