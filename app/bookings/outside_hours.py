"""Who may book outside the opening hours, and which of its rules let somebody do so at any time."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date

from app.inventory.booking_rules import BookingRules, OutsideHours, SpaceRules
from app.plans.round_the_clock import AnyTime, any_time_of


def may_come_at_any_time(
    outside: OutsideHours, days: Iterable[date], at_any_time: Sequence[AnyTime], *, for_organisation: bool
) -> bool:
    """Whether a rule lets somebody come outside the hours on all of these days."""
    match outside:
        case OutsideHours.NOBODY:
            return False
        case OutsideHours.EVERYONE:
            return True
        case OutsideHours.ORGANISATIONS:
            return for_organisation
        case OutsideHours.MEMBERSHIPS:
            return for_organisation or all(any(one.covers(day) for one in at_any_time) for day in days)


async def any_time_asked(person: int | None, rules: Iterable[BookingRules]) -> Sequence[AnyTime]:
    """When the person may come at any time by a plan; not looked up where none of these rules asks for it."""
    is_asked = any(one.outside_hours is OutsideHours.MEMBERSHIPS for one in rules)
    return await any_time_of(person) if person is not None and is_asked else ()


def open_to(said: SpaceRules | None, space: int, at_any_time: Collection[AnyTime], day: date) -> SpaceRules | None:
    """The space's rules as they are that day to somebody with these plans: what they open stands open to everybody."""
    if said is None or not any(one.is_at(space, said.operator) and one.covers(day) for one in at_any_time):
        return said
    return replace(
        said,
        rules=tuple(
            replace(one, outside_hours=OutsideHours.EVERYONE) if one.outside_hours is OutsideHours.MEMBERSHIPS else one
            for one in said.rules
        ),
    )
