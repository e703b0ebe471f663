"""What pays for a booking, decided from facts alone. Pure.

The order is fixed and shown (docs/design.md decision 7): the team's pass, the own membership's included days, the pass
that ends first, then money. The person may choose another of what is allowed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Final

from app.kernel.money import FREE, Money
from app.kernel.refusals import Conflict, Refusal, marked
from app.plans.needs import ANYWHERE, Need, Scope
from app.plans.uses import HALF_DAY_MINUTES, NOTHING_USED, Entry, Unit, Use, after, hold


class Source(StrEnum):
    """Where an entitlement comes from, in the order of paying."""

    TEAM = "team"
    MEMBERSHIP = "membership"
    PASS = "pass"  # noqa: S105
    CREDIT = "credit"


NORMAL: Final = "normal"
"""The price class of everybody who has shown no proof of another."""

CLUB: Final = "club"
"""That of an organisation's bookings."""

_ORDER: Final[Mapping[Source, int]] = {source: number for number, source in enumerate(Source)}


class NothingPays(Refusal):
    """No entitlement covers it and it has no price. `facts["need"]` is what is to be paid; whoever tells somebody adds
    what would (offering.py)."""

    code = "no_entitlement"
    text = marked("Dafür braucht es einen Tarif oder eine Karte, die in {space} gilt.")


class CannotPayThat(Refusal):
    """What was chosen to pay does not cover this booking."""

    code = "cannot_pay_with_that"
    text = marked("Damit lässt sich diese Buchung nicht bezahlen.")


class PriceChanged(Conflict):
    """It costs more than was agreed to. `facts["price"]` is what it costs, `facts["tariff"]` by what."""

    code = "price_changed"
    text = marked("Diese Buchung kostet {price}. Bitte bestätigen Sie den Preis.")


@dataclass(frozen=True, slots=True)
class Entitlement:
    """An account that may pay. Without limit `left` is None; `membership` where one grants it.

    `paid` is what a day that was bought with a booking has cost so far, None for every other account; `credit` the
    account of money that such a day was bought out of. `purse` is the shared one that provides it; one that `is_shared`
    is spent by several people, and what is left of it tells of them.
    """

    id: int
    public_id: str
    unit: Unit
    source: Source
    label: str
    left: int | None
    starts_on: date
    ends_on: date | None
    scope: Scope = ANYWHERE
    half_days: bool = False
    membership: int | None = None
    paid: int | None = None
    credit: int | None = None
    purse: int | None = None
    is_shared: bool = False

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    def covers(self, need: Need) -> bool:
        """Whether it is for this at all, however much is left; money is for everything that has a price."""
        is_for_it = self.unit in (need.unit, Unit.MONEY)
        return is_for_it and self.holds_on(need.day) and self.scope.covers(need)

    def with_price(self, payment: "Payment") -> "Entitlement":
        """The same once this is paid: a bought day has cost that much more."""
        grown = payment.grown.ticket if payment.grown else payment.entitlement
        if self.paid is None or grown is None or grown.id != self.id:
            return self
        return replace(self, paid=self.paid + (payment.takes if payment.grown else payment.price.amount))

    @property
    def place_in_order(self) -> tuple[int, date, int]:
        return _ORDER[self.source], self.ends_on or date.max, self.id


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


class Pays(StrEnum):
    """What pays, as the interface says it."""

    FREE = "free"
    ENTITLEMENT = "entitlement"
    MONEY = "money"
    TEAM = "team"


@dataclass(frozen=True, slots=True)
class Grown:
    """A day bought out of an account of money that becomes longer, with its next entry; that account pays for it."""

    ticket: Entitlement
    use: Use
    entry: Entry


@dataclass(frozen=True, slots=True)
class Payment:
    """One way in which a booking is paid: by an entitlement with its next entry, by money at a price, or it is free.

    An entitlement without limit has no entries. Money with an entitlement is what a day that was bought costs more;
    without one it may buy a day, the person's `ticket`-th of that day counted from 0.
    """

    kind: Pays = Pays.FREE
    entitlement: Entitlement | None = None
    use: Use = NOTHING_USED
    entry: Entry | None = None
    price: Money = FREE
    tariff: Price | None = None
    ticket: int = 0
    grown: Grown | None = None

    @property
    def takes(self) -> int:
        """Units of the entitlement; 0 where the day is paid already."""
        return -self.entry.left if self.entry else 0

    @property
    def is_left(self) -> bool:
        """Whether the entitlement has what it takes."""
        return self.entitlement is None or self.entitlement.left is None or self.takes <= self.entitlement.left

    @property
    def left_after(self) -> int | None:
        """None without an entitlement, where it has no limit, and where it would tell of others."""
        one = self.entitlement
        if one is None or one.left is None or one.paid is not None or one.is_shared:
            return None
        return one.left - self.takes

    @property
    def key(self) -> str:
        """By which somebody chooses it."""
        return self.entitlement.public_id if self.entitlement and self.kind is not Pays.MONEY else self.kind


FREE_OF_CHARGE: Final = Payment()


@dataclass(frozen=True, slots=True)
class Purse:
    """All that could pay for somebody's bookings: entitlements with what their days have used, and prices.

    `tickets` counts the days that were ever bought with a booking, given back or not. `charges` is False where the
    network or the operator is free of charge for good (docs/design.md decision 22).
    """

    charges: bool = False
    entitlements: Sequence[Entitlement] = ()
    uses: Mapping[tuple[int, date], Use] = field(default_factory=dict)
    prices: Sequence[Price] = ()
    tickets: Mapping[date, int] = field(default_factory=dict)

    def used(self, entitlement: int, day: date) -> Use:
        return self.uses.get((entitlement, day), NOTHING_USED)

    def after(self, payment: Payment, day: date) -> "Purse":
        """The purse once this is paid, for several bookings that are decided in one go."""
        if payment.entitlement is None or payment.entry is None:
            return self
        purse = self.with_entry(payment.entitlement.id, day, payment.entry)
        if payment.grown is not None:
            purse = purse.with_entry(payment.grown.ticket.id, day, payment.grown.entry)
        return replace(purse, entitlements=[one.with_price(payment) for one in purse.entitlements])

    def with_entry(self, entitlement: int, day: date, entry: Entry) -> "Purse":
        """The purse with this entry in one of its accounts."""
        left = [
            replace(one, left=one.left + entry.left) if one.id == entitlement and one.left is not None else one
            for one in self.entitlements
        ]
        used = after(self.used(entitlement, day), entry)
        return replace(self, entitlements=left, uses={**self.uses, (entitlement, day): used})


def ways_to_pay(need: Need, purse: Purse) -> list[Payment]:
    """All ways in which this can be paid, the one that is taken unless another is chosen first.

    What the day has paid for already comes before everything else, at nothing more; then the fixed order. What only
    money could pay, like a parking place, is free where it has no price. Empty where nothing pays.
    """
    if not purse.charges:
        return [FREE_OF_CHARGE]
    price, tariff = _cheapest(need, purse.prices)
    if need.unit is Unit.MONEY and price is None:
        return [FREE_OF_CHARGE]
    by_account, by_money = [], []
    if price is not None:
        by_money.append(Payment(Pays.MONEY, price=price, tariff=tariff, ticket=purse.tickets.get(need.day, 0)))
    for one in purse.entitlements:
        way = _by_account(one, need, purse, price, tariff) if one.covers(need) else None
        if way is not None and way.kind is Pays.MONEY:
            by_money.append(way)
        elif way is not None and way.is_left:
            by_account.append(way)
    cheaper_of_same_key = {way.key: way for way in sorted(by_account, key=_by_taken, reverse=True)}.values()
    cheapest = sorted(by_money, key=_by_price)[:1]
    return [*sorted(cheaper_of_same_key, key=_in_order), *cheapest]


def chosen_way(
    need: Need,
    purse: Purse,
    chosen: str | None,
    space: str,
    *,
    has_paid: Sequence[int] = (),
    or_else: bool = False,
    by_money: bool = True,
) -> Payment:
    """The way that was chosen by its key, or the first account that has paid before, or the first.

    An account of another month stands for those of its membership. Where the chosen one cannot pay, the first does with
    `or_else`. Raises NothingPays, CannotPayThat.
    """
    ways = [way for way in ways_to_pay(need, purse) if by_money or way.kind is not Pays.MONEY]
    if not ways:
        raise NothingPays(space=space, need=need)
    if ways == [FREE_OF_CHARGE]:
        return FREE_OF_CHARGE
    if chosen is None:
        accounts = [(way.entitlement.id, way) for way in ways if way.entitlement is not None]
        again = (way for before in has_paid for account, way in accounts if account == before)
        return next(again, ways[0])
    membership = next((one.membership for one in purse.entitlements if one.public_id == chosen), None)
    for way in ways:
        granted_by = way.entitlement.membership if way.entitlement else None
        if way.key == chosen or (membership is not None and granted_by == membership):
            return way
    if or_else:
        return ways[0]
    raise CannotPayThat(field="pays")


def check_agreed(payment: Payment, agreed: int | None) -> None:
    """Raises PriceChanged where more than what somebody has agreed to has to be paid, in minor units; None agrees to
    whatever it costs."""
    if agreed is not None and payment.price.amount > agreed:
        raise PriceChanged(field="agreed_price", price=payment.price, tariff=payment.tariff)


def check_total(price: Money, agreed: int | None) -> None:
    """The same for several bookings together."""
    if agreed is not None and price.amount > agreed:
        raise PriceChanged(field="agreed_price", price=price)


def _by_account(
    one: Entitlement, need: Need, purse: Purse, price: Money | None, tariff: Price | None
) -> Payment | None:
    use = purse.used(one.id, need.day)
    if one.paid is not None:
        return _by_ticket(one, one.paid, need, purse, use)
    if one.unit is Unit.MONEY:
        return None if price is None else _by_credit(one, price.amount, use, tariff)
    if one.left is None:
        return Payment(_kind(one), one)
    return Payment(_kind(one), one, use, hold(use, one.unit, need.minutes, half_days=one.half_days))


def _kind(one: Entitlement) -> Pays:
    return Pays.TEAM if one.source is Source.TEAM else Pays.ENTITLEMENT


def _by_credit(one: Entitlement, amount: int, use: Use, tariff: Price | None, grown: Grown | None = None) -> Payment:
    return Payment(_kind(one), one, use, hold(use, one.unit, amount, half_days=False), tariff=tariff, grown=grown)


def _by_ticket(one: Entitlement, paid: int, need: Need, purse: Purse, use: Use) -> Payment:
    """A bought day costs the difference where it becomes longer, and never more than the booking would by itself.

    The account of money that it was bought out of pays for that where it can.
    """
    entry = hold(use, one.unit, need.minutes, half_days=False)
    whole, tariff = _cheapest(replace(need, minutes=use.booked + need.minutes), purse.prices)
    alone, _ = _cheapest(need, purse.prices)
    if whole is None or alone is None or whole.amount <= paid:
        return Payment(Pays.ENTITLEMENT, one, use, entry)
    due = Money(min(whole.amount - paid, alone.amount), whole.currency)
    credit = next((other for other in purse.entitlements if other.id == one.credit and other.covers(need)), None)
    if credit is not None and credit.left is not None and due.amount <= credit.left:
        return _by_credit(credit, due.amount, purse.used(credit.id, need.day), tariff, Grown(one, use, entry))
    return Payment(Pays.MONEY, one, use, entry, due, tariff)


def _in_order(way: Payment) -> tuple[bool, bool, tuple[int, date, int]]:
    assert way.entitlement is not None, "money comes last, beside these"
    is_money = way.entitlement.unit is Unit.MONEY
    return is_money, not (way.use.units and not way.takes), way.entitlement.place_in_order


def _by_taken(way: Payment) -> tuple[int, bool, int]:
    """A day that was bought already grows before another one is bought for as much."""
    return way.takes, way.grown is None, way.grown.ticket.id if way.grown is not None else 0


def _by_price(way: Payment) -> tuple[int, bool, int]:
    key = way.entitlement.id if way.entitlement is not None else 0
    return way.price.amount, way.entitlement is None, key


def _cheapest(need: Need, prices: Sequence[Price]) -> tuple[Money | None, Price | None]:
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
