"""A membership over time: which terms hold on which days, what each month grants, and what each period costs. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.plans.grants import Allowance, Days, granted, month_of, months_of
from app.plans.terms import Billed, PlanTerms, PriceClass
from app.plans.uses import HALVES_OF_A_DAY, Unit

_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days on which one copy of terms holds."""

    days: Days
    terms: PlanTerms
    price_class: PriceClass = PriceClass.NORMAL


@dataclass(frozen=True, slots=True)
class Timeline:
    """A membership's stretches in order, without gaps, and the days on which it rests. One that ended before it began
    has none."""

    stretches: Sequence[Stretch]
    pauses: Sequence[Days] = ()

    @property
    def days(self) -> Days:
        return Days(self.stretches[0].days.first, self.stretches[-1].days.last)

    def on(self, day: date) -> Stretch | None:
        """What holds on this day; None before, after and while it rests."""
        if any(pause.within(Days(day, day)) for pause in self.pauses):
            return None
        return next((stretch for stretch in self.stretches if stretch.days.within(Days(day, day))), None)


@dataclass(frozen=True, slots=True)
class MonthsGrant:
    """What a month grants of a unit: the days on which it can be spent, and how much. Without limit `units` is None."""

    unit: Unit
    days: Days
    units: int | None
    terms: PlanTerms


@dataclass(frozen=True, slots=True)
class PeriodsDue:
    """What a period costs, gross in minor units, and which one it is."""

    days: Days
    amount: int
    terms: PlanTerms


def grants_of(timeline: Timeline, until: date) -> Iterator[MonthsGrant]:
    """Everything that the membership grants up to the month in which `until` lies. Nothing of it outlasts its end."""
    if not timeline.stretches:
        return
    for stretch in timeline.stretches:
        if stretch.terms.unlimited_desks:
            for days in stretch.days.without(timeline.pauses):
                yield MonthsGrant(Unit.DESK_DAY, days, None, stretch.terms)
    for month in months_of(timeline.days, until):
        running = timeline.days.within(month)
        assert running is not None, "the month touches it"
        latest = max(
            (stretch for stretch in timeline.stretches if stretch.days.within(month)), key=lambda one: one.days.first
        )
        for unit in (Unit.DESK_DAY, Unit.ROOM_MINUTE):
            allowances = [Allowance(one.days, _monthly(one.terms, unit)) for one in timeline.stretches]
            halves = latest.terms.half_days
            units = granted(unit, month, allowances, timeline.pauses, halves=halves)
            if units:
                last = _rolled_over(running.last, latest.terms.rolls_over_months)
                spent = Days(running.first, last).within(timeline.days)
                assert spent is not None, "it begins within them"
                yield MonthsGrant(unit, spent, units, latest.terms)


def dues_of(timeline: Timeline, until: date) -> Iterator[PeriodsDue]:
    """What each period up to the one in which `until` lies costs: of each of its terms in proportion to its days.

    A month is charged by the calendar, a year from the day on which the membership begins.
    """
    for period in _periods(timeline, until):
        running = timeline.days.within(period)
        if running is None:
            continue
        weighted = 0
        for stretch in timeline.stretches:
            days = stretch.days.within(period)
            if days is not None:
                price = stretch.terms.price_for(stretch.price_class)
                weighted += price * sum(piece.count for piece in days.without(timeline.pauses))
        amount = (2 * weighted + period.count) // (2 * period.count)
        first = next(stretch for stretch in timeline.stretches if stretch.days.within(period))
        yield PeriodsDue(running, amount, first.terms)


def _periods(timeline: Timeline, until: date) -> Iterator[Days]:
    if not timeline.stretches:
        return
    first = timeline.stretches[0]
    if first.terms.billed is Billed.MONTHLY:
        yield from months_of(timeline.days, until)
        return
    last = timeline.days.last
    begins = first.days.first
    year = 0
    while (starts := anniversary(begins, year)) <= until and (last is None or starts <= last):
        year += 1
        yield Days(starts, anniversary(begins, year) - _A_DAY)


def anniversary(day: date, years: int) -> date:
    """The same day so many years later; who began on 29 February has it on 1 March where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the month's last where it is shorter (BGB § 188 Abs. 3)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = month_of(date(year, month + 1, 1)).last
    assert last is not None, "a month ends"
    return date(year, month + 1, min(day.day, last.day))


def last_of_months(first: date, months: int) -> date:
    """The last day of so many months that begin with this day: the one before the day of the same number, or the
    month's last where it has no such day (BGB § 188 Abs. 2 and 3)."""
    following = months_later(first, months)
    return following - _A_DAY if following.day == first.day else following


def first_term_of(starts_on: date, terms: PlanTerms) -> date:
    """The last day of the first term."""
    return last_of_months(starts_on, terms.first_term_months)


def earliest_end(noticed_on: date, first_term_ends_on: date, terms: PlanTerms) -> date:
    """The last day of a membership that is ended by notice on this day: after the first term and the notice."""
    return max(first_term_ends_on, noticed_on + timedelta(days=terms.notice_days))


def _monthly(terms: PlanTerms, unit: Unit) -> int:
    if unit is Unit.DESK_DAY:
        return 0 if terms.unlimited_desks else terms.desk_days * HALVES_OF_A_DAY
    return terms.room_hours * 60


def _rolled_over(last: date | None, months: int) -> date | None:
    if last is None or not months:
        return last
    return month_of(months_later(last.replace(day=1), months)).last
