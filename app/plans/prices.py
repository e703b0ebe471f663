"""Prices where no account pays, and which of them counts. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.kernel.money import Money
from app.plans.needs import ANYWHERE, Need, Scope
from app.plans.uses import HALF_DAY_MINUTES, Unit

NORMAL: Final = "normal"
"""The price class of everybody who has shown no proof of another."""

CLUB: Final = "club"
"""That of an organisation's bookings."""


@dataclass(frozen=True, slots=True)
class Price:
    """What a day, half a day or an hour costs where no account pays: gross, in minor units; all None is no price.

    `seller` is an operator's key, None for the network; `membership` the one whose terms set it beyond the allowance.
    An operator's list says it for one of its resources, for a space or for all of them, and for a price class.
    """

    unit: Unit
    day: int | None = None
    half_day: int | None = None
    hour: int | None = None
    currency: str = "EUR"
    tax_code: str = "standard"
    seller: int | None = None
    membership: int | None = None
    scope: Scope = ANYWHERE
    starts_on: date = date.min
    ends_on: date | None = None
    price_class: str = NORMAL
    space: int | None = None
    resource: int | None = None

    def is_for(self, need: Need) -> bool:
        holds = self.starts_on <= need.day and (self.ends_on is None or need.day <= self.ends_on)
        is_there = self.space in (None, need.space) and self.resource in (None, need.resource)
        return self.unit is need.unit and holds and is_there and self.scope.covers(need)

    @property
    def narrowness(self) -> tuple[bool, bool]:
        return self.resource is not None, self.space is not None

    def of(self, need: Need) -> Money | None:
        """The cheapest of what it says; None where it says nothing."""
        said = priced(self.day, self.half_day, self.hour, need.minutes)
        return None if said is None else Money(said, self.currency)


def priced(day: int | None, half_day: int | None, hour: int | None, minutes: int) -> int | None:
    """The cheapest of these prices for so many minutes, hours by the minute and rounded down to a minor unit."""
    possible = [day, half_day if minutes <= HALF_DAY_MINUTES else None]
    if hour is not None:
        possible.append(hour * minutes // 60)
    return min((amount for amount in possible if amount is not None), default=None)


def of_everybody(prices: Sequence[Price]) -> list[Price]:
    """Those of lists that need no membership and no proof: at these somebody else pays for the person."""
    return [price for price in prices if price.membership is None and price.price_class == NORMAL]


def cheapest(need: Need, prices: Sequence[Price]) -> tuple[Money | None, Price | None]:
    """Of a list the narrowest entry of each price class counts, and of all that count the lowest price: of equal ones
    that of a membership."""
    counting: dict[tuple[int | None, str], Price] = {}
    for one in prices:
        kind = (one.membership, one.price_class)
        if one.is_for(need) and (kind not in counting or one.narrowness > counting[kind].narrowness):
            counting[kind] = one
    said = [(price, one) for one in counting.values() if (price := one.of(need)) is not None]
    return min(said, key=lambda each: (each[0].amount, *_of_equals(each[1])), default=(None, None))


def _of_equals(price: Price) -> tuple[bool, int, bool, str]:
    return price.membership is None, price.membership or 0, price.price_class != NORMAL, price.price_class
