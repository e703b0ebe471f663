"""How much of an entitlement a person's day uses, and what changes when a booking comes or goes. Pure.

A use is everything that one person's bookings of one calendar day take from one entitlement. It grows with each booking
and shrinks with each that is given back, so that one desk day covers all desks of that day.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final


class Unit(StrEnum):
    """What an entitlement is an account of. Desk days are counted in half days, money in minor units."""

    DESK_DAY = "desk_day"
    ROOM_MINUTE = "room_minute"
    MONEY = "money"


HALVES_OF_A_DAY: Final = 2

HALF_DAY_MINUTES: Final = 5 * 60
"""Any five hours of a day are half of it, so that 7:30 to 12:30 fits school."""


class Change(StrEnum):
    """What an entry of the account is."""

    GRANT = "grant"
    HOLD = "hold"
    CONSUME = "consume"
    RELEASE = "release"
    EXPIRE = "expire"
    ADJUST = "adjust"


@dataclass(frozen=True, slots=True)
class Use:
    """What a day has used so far: `booked` minutes (or cents), of which `held` and `consumed` units pay.

    `step` counts its entries; the next one is written as the next step or not at all, so that two bookings at once
    never pay for one day twice.
    """

    booked: int = 0
    held: int = 0
    consumed: int = 0
    step: int = 0

    @property
    def units(self) -> int:
        return self.held + self.consumed


NOTHING_USED: Final = Use()


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of an account: how what is left, held and booked changes with it."""

    change: Change
    left: int = 0
    held: int = 0
    booked: int = 0


def counted(unit: Unit, units: int) -> int | float:
    """Units as people count them: whole and half days, minutes, minor units of money."""
    if unit is not Unit.DESK_DAY:
        return units
    return units // HALVES_OF_A_DAY if units % HALVES_OF_A_DAY == 0 else units / HALVES_OF_A_DAY


def units_for(unit: Unit, booked: int, *, half_days: bool) -> int:
    """What a day with so many booked minutes (or cents) takes."""
    if unit is not Unit.DESK_DAY:
        return booked
    if booked <= 0:
        return 0
    return 1 if half_days and booked <= HALF_DAY_MINUTES else HALVES_OF_A_DAY


def after(use: Use, entry: Entry) -> Use:
    """The use with this entry: what leaves the account and is not held is consumed."""
    return replace(
        use,
        booked=use.booked + entry.booked,
        held=use.held + entry.held,
        consumed=use.consumed - entry.left - entry.held,
        step=use.step + 1,
    )


def hold(use: Use, unit: Unit, booked: int, *, half_days: bool) -> Entry:
    """A booking of so many minutes more that day."""
    more = max(0, units_for(unit, use.booked + booked, half_days=half_days) - use.units)
    return Entry(Change.HOLD, left=-more, held=more, booked=booked)


def release(use: Use, unit: Unit, booked: int, *, half_days: bool) -> Entry:
    """So many minutes of that day less: what they have taken comes back, what is held first."""
    back = max(0, use.units - units_for(unit, use.booked - booked, half_days=half_days))
    return Entry(Change.RELEASE, left=back, held=-min(back, use.held), booked=-booked)


def consume(use: Use, units: int) -> Entry | None:
    """That a booking was used which takes so many units by itself: they are spent as far as they are held, so that of
    two half days the other one stays. None where nothing is."""
    used = min(units, use.held)
    return Entry(Change.CONSUME, held=-used) if used > 0 else None


def unused(use: Use) -> Entry | None:
    """That the day is over and nobody came for what is still held: it comes back. None where nothing is held."""
    return Entry(Change.RELEASE, left=use.held, held=-use.held) if use.held else None
