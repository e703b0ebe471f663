"""Memberships that are round the clock: where spaces allow it, they may be used outside the opening hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.plans.grants import Days
from app.plans.needs import Scope
from app.plans.queries import MembershipCard, memberships_of


@dataclass(frozen=True, slots=True)
class AnyTime:
    """Days on which somebody may come at any time, and where."""

    days: Days
    scope: Scope

    def is_at(self, space: int, operator: int) -> bool:
        everywhere = not (self.scope.operators or self.scope.spaces)
        return everywhere or operator in self.scope.operators or space in self.scope.spaces

    def covers(self, day: date) -> bool:
        is_that_weekday = not self.scope.weekdays or day.weekday() in self.scope.weekdays
        return is_that_weekday and self.days.within(Days(day, day)) is not None


def any_time_in(memberships: Sequence[MembershipCard]) -> list[AnyTime]:
    """On which days these memberships are round the clock; not while they rest."""
    return [
        AnyTime(days, stretch.terms.scope.read())
        for card in memberships
        for stretch in card.timeline.stretches
        if stretch.terms.round_the_clock
        for days in stretch.days.without(card.timeline.pauses)
    ]


async def any_time_of(person: int) -> list[AnyTime]:
    """The same for all that the person has."""
    return any_time_in(await memberships_of(person))
