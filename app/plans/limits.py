"""What one person may spend of a purse that is filled for several people: by the month, by space and weekday. Pure.

Days and hours are counted by what was taken of the purse's accounts for the person's days of a calendar month; money is
an account of its own, the person's budget of the month. What is given on top of it for a month holds for that month
alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Final

import msgspec

from app.plans.needs import Need
from app.plans.uses import Unit


class LimitShape(msgspec.Struct, frozen=True, omit_defaults=True):
    """Limits as they are kept: half days and minutes in rooms a month, a budget a month in minor units (None is none),
    and the only spaces and weekdays (Monday is 0) on which the purse pays. What is left out does not limit."""

    desk_halves: int | None = None
    room_minutes: int | None = None
    money: int | None = None
    spaces: list[int] = []
    weekdays: list[int] = []

    def monthly(self, unit: Unit) -> int | None:
        """The most of a month; of money what is provided."""
        return {Unit.DESK_DAY: self.desk_halves, Unit.ROOM_MINUTE: self.room_minutes, Unit.MONEY: self.money}[unit]

    @property
    def counts(self) -> bool:
        """Whether days or hours of a month are limited."""
        return self.desk_halves is not None or self.room_minutes is not None


UNLIMITED: Final = LimitShape()


class Reason(StrEnum):
    """What stands in the way of a purse that would pay otherwise."""

    SPACE = "space"
    WEEKDAY = "weekday"
    DESK_DAYS = "desk_days"
    ROOM_HOURS = "room_hours"
    MONEY = "money"


_OF_UNIT: Final[Mapping[Unit, Reason]] = {
    Unit.DESK_DAY: Reason.DESK_DAYS,
    Unit.ROOM_MINUTE: Reason.ROOM_HOURS,
    Unit.MONEY: Reason.MONEY,
}


@dataclass(frozen=True, slots=True)
class Amounts:
    """Half days, minutes in rooms, and minor units of money."""

    desk_halves: int = 0
    room_minutes: int = 0
    money: int = 0

    def of(self, unit: Unit) -> int:
        return {Unit.DESK_DAY: self.desk_halves, Unit.ROOM_MINUTE: self.room_minutes, Unit.MONEY: self.money}[unit]

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(
            self.desk_halves + other.desk_halves, self.room_minutes + other.room_minutes, self.money + other.money
        )

    @classmethod
    def one(cls, unit: Unit, units: int) -> "Amounts":
        """So much of this unit alone."""
        return cls(
            units if unit is Unit.DESK_DAY else 0,
            units if unit is Unit.ROOM_MINUTE else 0,
            units if unit is Unit.MONEY else 0,
        )


NOTHING: Final = Amounts()


@dataclass(frozen=True, slots=True)
class Counted:
    """What a booking adds to a person's month of a purse, as its next step.

    The step is written once, so that two bookings at the same moment never pass a limit together. `rest` is what is
    left of the month's limit after it, None where this is not limited.
    """

    purse: int
    month: date
    step: int
    amounts: Amounts = NOTHING
    rest: int | None = None


@dataclass(frozen=True, slots=True)
class Limited:
    """Why a purse does not pay: which limit, in which month, and how much it is; None where it is no amount."""

    purse: int
    label: str
    reason: Reason
    month: date
    most: int | None = None


@dataclass(frozen=True, slots=True)
class OwnLimits:
    """The limits of one person in one purse, with what was spent and what was given on top by month (its first day),
    and how many steps each month has had."""

    purse: int
    limits: LimitShape = UNLIMITED
    spent: Mapping[date, Amounts] = field(default_factory=dict)
    extra: Mapping[date, Amounts] = field(default_factory=dict)
    steps: Mapping[date, int] = field(default_factory=dict)

    def most(self, unit: Unit, month: date) -> int | None:
        """The most of this month; None without limit."""
        usual = self.limits.monthly(unit)
        return None if usual is None else max(0, usual + self.extra.get(month, NOTHING).of(unit))

    def rest(self, unit: Unit, month: date) -> int | None:
        """What is left of it; None without limit."""
        most = self.most(unit, month)
        return None if most is None else max(0, most - self.spent.get(month, NOTHING).of(unit))

    def in_the_way(self, need: Need, unit: Unit, units: int, label: str) -> Limited | None:
        """What keeps the purse from paying for this, which would count as so many units; None where nothing does."""
        month = need.day.replace(day=1)
        if self.limits.spaces and need.space not in self.limits.spaces:
            return Limited(self.purse, label, Reason.SPACE, month)
        if self.limits.weekdays and need.day.weekday() not in self.limits.weekdays:
            return Limited(self.purse, label, Reason.WEEKDAY, month)
        if unit is Unit.MONEY:
            return None
        rest = self.rest(unit, month)
        if units <= 0 or rest is None or units <= rest:
            return None
        return Limited(self.purse, label, _OF_UNIT[unit], month, self.most(unit, month))

    def counted(self, need: Need, unit: Unit, units: int) -> Counted | None:
        """What paying for this counts; None where nothing is limited by the month."""
        if not self.limits.counts or units <= 0:
            return None
        month = need.day.replace(day=1)
        rest = self.rest(unit, month)
        left = None if rest is None else rest - units
        return Counted(self.purse, month, self.steps.get(month, 0) + 1, Amounts.one(unit, units), left)

    def after(self, counted: Counted) -> "OwnLimits":
        """The same once this is paid."""
        month = counted.month
        return replace(
            self,
            spent={**self.spent, month: self.spent.get(month, NOTHING) + counted.amounts},
            steps={**self.steps, month: counted.step},
        )
