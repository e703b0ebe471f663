"""Who may book outside the opening hours. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date

from app.inventory.booking_rules import OutsideHours
from app.plans.round_the_clock import AnyTime


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
