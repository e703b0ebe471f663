"""What pays for a booking, decided from facts alone. Pure.

The order is fixed and shown (docs/design.md decision 7): the team's pass and budget, the own membership's included
days, the pass that ends first, then money. The person may choose another of what is allowed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Final

from app.kernel.money import FREE, Money
from app.kernel.refusals import Conflict, Refusal, marked
from app.plans.limits import Counted, Limited, OwnLimits, Reason
from app.plans.needs import ANYWHERE, Need, Scope
from app.plans.nothing_pays import NothingPays, limit_refusal
from app.plans.prices import Price, cheapest, of_everybody
from app.plans.uses import HALVES_OF_A_DAY, NOTHING_USED, Entry, Unit, Use, after, hold


class Source(StrEnum):
    """Where an entitlement comes from, in the order of paying."""

    TEAM = "team"
    MEMBERSHIP = "membership"
    PASS = "pass"  # noqa: S105
    CREDIT = "credit"


_ORDER: Final[Mapping[Source, int]] = {source: number for number, source in enumerate(Source)}


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

    def is_replaced_by(self, other: "Entitlement") -> bool:
        """Whether the other one is of another month of the same membership or shared purse."""
        by_membership = self.membership is not None and self.membership == other.membership
        return by_membership or (self.purse is not None and self.purse == other.purse)

    def with_price(self, payment: "Payment") -> "Entitlement":
        """The same once this is paid: a bought day has cost that much more."""
        grown = payment.grown.ticket if payment.grown else payment.entitlement
        if self.paid is None or grown is None or grown.id != self.id:
            return self
        return replace(self, paid=self.paid + (payment.takes if payment.grown else payment.price.amount))

    @property
    def place_in_order(self) -> tuple[int, bool, bool, date, int]:
        """What a team provides to somebody alone comes before what its people share."""
        return _ORDER[self.source], self.unit is Unit.MONEY, self.is_shared, self.ends_on or date.max, self.id


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

    An entitlement without limit has no entries, unless a shared purse provides it. Money with an entitlement is what a
    day that was bought costs more; without one it may buy a day, the person's `ticket`-th of that day counted from 0.
    `counted` is what it adds to the person's month where the purse limits that.
    """

    kind: Pays = Pays.FREE
    entitlement: Entitlement | None = None
    use: Use = NOTHING_USED
    entry: Entry | None = None
    price: Money = FREE
    tariff: Price | None = None
    ticket: int = 0
    grown: Grown | None = None
    counted: Counted | None = None

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
    network or the operator is free of charge for good (docs/design.md decision 22). `limits` are the person's own in
    shared purses.
    """

    charges: bool = False
    entitlements: Sequence[Entitlement] = ()
    uses: Mapping[tuple[int, date], Use] = field(default_factory=dict)
    prices: Sequence[Price] = ()
    tickets: Mapping[date, int] = field(default_factory=dict)
    limits: Mapping[int, OwnLimits] = field(default_factory=dict)

    def used(self, entitlement: int, day: date) -> Use:
        return self.uses.get((entitlement, day), NOTHING_USED)

    def after(self, payment: Payment, day: date) -> "Purse":
        """The purse once this is paid, for several bookings that are decided in one go."""
        if payment.entitlement is None or payment.entry is None:
            return self
        purse = self.with_entry(payment.entitlement.id, day, payment.entry)
        if payment.grown is not None:
            purse = purse.with_entry(payment.grown.ticket.id, day, payment.grown.entry)
        if payment.counted is not None:
            limits = purse.limits[payment.counted.purse].after(payment.counted)
            purse = replace(purse, limits={**purse.limits, limits.purse: limits})
        return replace(purse, entitlements=[one.with_price(payment) for one in purse.entitlements])

    def without_limits(self) -> "Purse":
        """The same for who may pass what limits the person."""
        return replace(self, limits={})

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
    price, tariff = cheapest(need, purse.prices)
    if need.unit is Unit.MONEY and price is None:
        return [FREE_OF_CHARGE]
    by_account, by_money = [], []
    if price is not None:
        by_money.append(Payment(Pays.MONEY, price=price, tariff=tariff, ticket=purse.tickets.get(need.day, 0)))
    for way in _ways_by_account(need, purse, price, tariff):
        if _in_the_way(way, need, purse) is not None:
            continue
        if way.kind is Pays.MONEY:
            by_money.append(way)
        elif way.is_left:
            by_account.append(_counting(way, need, purse))
    cheaper_of_same_key = {way.key: way for way in sorted(by_account, key=_by_taken, reverse=True)}.values()
    least = sorted(by_money, key=_by_price)[:1]
    return [*sorted(cheaper_of_same_key, key=_in_order), *least]


def limits_in_the_way(need: Need, purse: Purse) -> list[Limited]:
    """By which limits of the person shared purses do not pay that would otherwise; one for each purse that pays in no
    other way either."""
    if not purse.charges:
        return []
    price, tariff = cheapest(need, purse.prices)
    found: dict[int, Limited] = {}
    paying: set[int] = set()
    for way in _ways_by_account(need, purse, price, tariff):
        if way.entitlement is None or way.entitlement.purse is None:
            continue
        limited = _in_the_way(way, need, purse)
        if limited is not None:
            found.setdefault(limited.purse, limited)
        elif way.is_left:
            paying.add(way.entitlement.purse)
        elif (budget := _budget_in_the_way(way, need, purse)) is not None:
            found.setdefault(budget.purse, budget)
    return [limited for key, limited in sorted(found.items()) if key not in paying]


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

    An account of another month stands for those of its membership or shared purse. Where the chosen one cannot pay, the
    first does with `or_else`. Raises NothingPays, CannotPayThat, and LimitReached where that is why.
    """
    ways = [way for way in ways_to_pay(need, purse) if by_money or way.kind is not Pays.MONEY]
    if not ways:
        for limited in limits_in_the_way(need, purse):
            raise limit_refusal(limited, need, space)
        raise NothingPays(space=space, need=need)
    if ways == [FREE_OF_CHARGE]:
        return FREE_OF_CHARGE
    if chosen is None:
        accounts = [(way.entitlement.id, way) for way in ways if way.entitlement is not None]
        again = (way for before in has_paid for account, way in accounts if account == before)
        return next(again, ways[0])
    for way in ways:
        if way.key == chosen:
            return way
    wanted = next((one for one in purse.entitlements if one.public_id == chosen), None)
    for way in ways if wanted is not None else ():
        if way.entitlement is not None and wanted is not None and wanted.is_replaced_by(way.entitlement):
            return way
    if or_else:
        return ways[0]
    for limited in limits_in_the_way(need, purse):
        if wanted is not None and wanted.purse == limited.purse:
            raise limit_refusal(limited, need, space)
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


def _ways_by_account(need: Need, purse: Purse, price: Money | None, tariff: Price | None) -> list[Payment]:
    """What each account that is for it would take, however much is left of it."""
    ways = (_by_account(one, need, purse, price, tariff) for one in purse.entitlements if one.covers(need))
    return [way for way in ways if way is not None]


def _by_account(
    one: Entitlement, need: Need, purse: Purse, price: Money | None, tariff: Price | None
) -> Payment | None:
    use = purse.used(one.id, need.day)
    if one.paid is not None:
        return _by_ticket(one, one.paid, need, purse, use)
    if one.unit is Unit.MONEY:
        if one.purse is not None:
            price, tariff = cheapest(need, of_everybody(purse.prices))
        return None if price is None else _by_credit(one, price.amount, use, tariff)
    if one.left is None and one.purse is None:
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
    prices = purse.prices if one.purse is None else of_everybody(purse.prices)
    whole, tariff = cheapest(replace(need, minutes=use.booked + need.minutes), prices)
    alone, _ = cheapest(need, prices)
    if whole is None or alone is None or whole.amount <= paid:
        return Payment(_kind(one), one, use, entry)
    due = Money(min(whole.amount - paid, alone.amount), whole.currency)
    credit = next((other for other in purse.entitlements if other.id == one.credit and other.covers(need)), None)
    if credit is not None and credit.left is not None and due.amount <= credit.left:
        return _by_credit(credit, due.amount, purse.used(credit.id, need.day), tariff, Grown(one, use, entry))
    return Payment(Pays.MONEY, one, use, entry, due, tariff)


def _in_the_way(way: Payment, need: Need, purse: Purse) -> Limited | None:
    one = way.entitlement
    own = purse.limits.get(one.purse) if one is not None and one.purse is not None else None
    return own.in_the_way(need, *_counts_as(way, need), one.label) if own is not None and one is not None else None


def _counting(way: Payment, need: Need, purse: Purse) -> Payment:
    one = way.entitlement
    own = purse.limits.get(one.purse) if one is not None and one.purse is not None else None
    return way if own is None else replace(way, counted=own.counted(need, *_counts_as(way, need)))


def _counts_as(way: Payment, need: Need) -> tuple[Unit, int]:
    """As how much it counts against a person's limits: what money in an account buys counts as what it is."""
    if way.entitlement is not None and way.entitlement.unit is not Unit.MONEY:
        return need.unit, way.takes
    if need.unit is Unit.DESK_DAY:
        return need.unit, 0 if way.grown is not None else HALVES_OF_A_DAY
    return need.unit, need.minutes if need.unit is Unit.ROOM_MINUTE else 0


def _budget_in_the_way(way: Payment, need: Need, purse: Purse) -> Limited | None:
    one, month = way.entitlement, need.day.replace(day=1)
    own = purse.limits.get(one.purse) if one is not None and one.purse is not None else None
    if one is None or own is None or one.unit is not Unit.MONEY:
        return None
    return Limited(own.purse, one.label, Reason.MONEY, month, own.most(Unit.MONEY, month))


def _in_order(way: Payment) -> tuple[bool, bool, tuple[int, bool, bool, date, int]]:
    assert way.entitlement is not None, "money comes last, beside these"
    is_own_money = way.entitlement.unit is Unit.MONEY and way.entitlement.source is not Source.TEAM
    return is_own_money, not (way.use.units and not way.takes), way.entitlement.place_in_order


def _by_taken(way: Payment) -> tuple[int, bool, int]:
    """A day that was bought already grows before another one is bought for as much."""
    return way.takes, way.grown is None, way.grown.ticket.id if way.grown is not None else 0


def _by_price(way: Payment) -> tuple[int, bool, int]:
    key = way.entitlement.id if way.entitlement is not None else 0
    return way.price.amount, way.entitlement is None, key
