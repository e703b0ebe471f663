"""Which offer fits whom, from how many days a week somebody works here. Pure.

A month has 52 weeks by 12. What an offer costs for that is compared, days beyond an allowance at its own price or at
that of a single day; ways of paying that do not carry so many days are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from app.plans.products import Offer
from app.plans.terms import Billed, PassTerms, PlanTerms, PriceClass
from app.plans.uses import Unit

MOST_DAYS_A_WEEK: Final = 5
_WEEKS_A_MONTH: Final = Fraction(52, 12)
_MORNING, _EVENING = 8 * 60, 18 * 60


@dataclass(frozen=True, slots=True)
class Habit:
    """How often somebody comes; half days are up to five hours."""

    days_a_week: int
    half_days: bool = False

    @property
    def days_a_month(self) -> Fraction:
        return self.days_a_week * _WEEKS_A_MONTH

    @property
    def rounded_days(self) -> int:
        """As people say it."""
        return round(self.days_a_month)


@dataclass(frozen=True, slots=True)
class Fit:
    """What an offer costs somebody: a month and each day, in minor units. Without `offer` each day is bought alone."""

    offer: Offer | None
    month: int
    day: int


def fits(habit: Habit, offers: Sequence[Offer], single_day: int | None) -> list[Fit]:
    """What carries this habit, the cheapest first; the first of the seller's order where two cost the same."""
    found = []
    for offer in offers:
        month = monthly_cost(habit, offer.terms, single_day)
        if month is not None:
            found.append(_fit(offer, month, habit))
    if single_day is not None:
        found.append(_fit(None, single_day * habit.days_a_month, habit))
    return sorted(found, key=lambda fit: (fit.month, fit.offer is None))


def monthly_cost(habit: Habit, terms: PlanTerms | PassTerms, single_day: int | None) -> Fraction | None:
    """What somebody with this habit pays a month on average; None where these terms are not for it."""
    if isinstance(terms, PassTerms):
        return _of_pass(habit, terms)
    return _of_plan(habit, terms, single_day)


def _of_pass(habit: Habit, terms: PassTerms) -> Fraction | None:
    if terms.unit is not Unit.DESK_DAY or terms.is_trial or not _covers(habit, terms):
        return None
    return Fraction(terms.price, terms.amount) * _days_taken(habit, terms)


def _of_plan(habit: Habit, terms: PlanTerms, single_day: int | None) -> Fraction | None:
    if not _covers(habit, terms):
        return None
    price = monthly_price(terms)
    if terms.unlimited_desks or terms.fixed_desk:
        return price
    if not terms.desk_days:
        return None
    beyond = max(Fraction(0), _days_taken(habit, terms) - terms.desk_days)
    if not beyond:
        return price
    overage = terms.overage.get(Unit.DESK_DAY)
    said = [each for each in (overage.day if overage else None, single_day) if each is not None]
    return price + beyond * min(said) if said else None


def monthly_price(terms: PlanTerms) -> Fraction:
    """What everybody pays for a month of it."""
    price = terms.price_for(PriceClass.NORMAL)
    return Fraction(price, 12) if terms.billed is Billed.YEARLY else Fraction(price)


def price_of_a_day(terms: PlanTerms | PassTerms) -> int | None:
    """What a day costs whoever uses all that is included; None where there is no such number."""
    if isinstance(terms, PassTerms):
        return _rounded(Fraction(terms.price, terms.amount)) if terms.unit is Unit.DESK_DAY else None
    if terms.unlimited_desks or terms.fixed_desk:
        return _rounded(monthly_price(terms) / (5 * _WEEKS_A_MONTH))
    return _rounded(monthly_price(terms) / terms.desk_days) if terms.desk_days else None


def _covers(habit: Habit, terms: PlanTerms | PassTerms) -> bool:
    """Whether it holds on as many weekdays, and for long enough between 8 and 18, which is when people work."""
    scope = terms.scope
    if scope.weekdays and len(set(scope.weekdays)) < habit.days_a_week:
        return False
    opens, closes = scope.opens or 0, 24 * 60 if scope.closes is None else scope.closes
    hours = min(closes, _EVENING) - max(opens, _MORNING)
    return hours >= 8 * 60 or (habit.half_days and hours >= 4 * 60)


def _days_taken(habit: Habit, terms: PlanTerms | PassTerms) -> Fraction:
    return habit.days_a_month / 2 if habit.half_days and terms.half_days else habit.days_a_month


def _fit(offer: Offer | None, month: Fraction | int, habit: Habit) -> Fit:
    return Fit(offer, _rounded(Fraction(month)), _rounded(Fraction(month) / habit.days_a_month))


def _rounded(amount: Fraction) -> int:
    """To the minor unit, half up."""
    return int(amount + Fraction(1, 2))
