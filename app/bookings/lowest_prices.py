"""What a time at spaces would cost somebody at least, for lists of spaces: a price, or something of his own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from app.billing.rules import TaxCode
from app.inventory.rules import Kind
from app.kernel.money import FREE, Money
from app.kernel.periods import Period
from app.kernel.wall_time import local_day
from app.network.operators import TaxKind
from app.network.queries import SpaceCard
from app.plans.grants import Days
from app.plans.purses import Paid, purses_of
from app.plans.rules import Payment, Pays, Purse, ways_to_pay
from app.plans.sellers import Seller
from app.platform.database import fetch


@dataclass(frozen=True, slots=True)
class Lowest:
    """What pays at least: money at a price with what is said of the tax, or an account; `way` is None where nothing
    does."""

    way: Payment | None
    tax: str = ""

    @property
    def price(self) -> Money | None:
        """Nothing to pay where an account pays; None where nothing does."""
        if self.way is None:
            return None
        return self.way.price if self.way.kind is Pays.MONEY else FREE


async def lowest_at(
    windows: Sequence[tuple[SpaceCard, Period]], kind: Kind, person: int | None, now: datetime, language: str
) -> Mapping[int, Lowest]:
    """By the spaces' keys; those that are free of charge are left out. Two queries, one where nothing costs."""
    taxes = await _taxes_of_charging({space.operator.id for space, _ in windows}, now)
    charging = [(space, period) for space, period in windows if space.operator.id in taxes]
    if not charging:
        return {}
    zone = ZoneInfo(charging[0][0].time_zone)
    days = Days(
        min(local_day(period.starts_at, zone) for _, period in charging),
        max(local_day(period.ends_at, zone) for _, period in charging),
    )
    purses = await purses_of(person, sorted(taxes), kind, days, local_day(now, zone), language)
    return {space.id: _lowest(space, period, kind, purses[space.operator.id], taxes) for space, period in charging}


def _lowest(space: SpaceCard, period: Period, kind: Kind, purse: Purse, taxes: Mapping[int, TaxKind | None]) -> Lowest:
    """Over all resources that have a price of their own."""
    found = []
    for resource in sorted({price.resource or 0 for price in purse.prices} | {0}):
        need = Paid(kind, space.operator.id, space.id, resource).need(period, ZoneInfo(space.time_zone))
        found += ways_to_pay(need, purse)[:1]
    way = min(found, key=lambda each: (each.kind is Pays.MONEY, each.price.amount), default=None)
    if way is None or way.tariff is None or way.kind is not Pays.MONEY:
        return Lowest(way)
    seller = way.tariff.seller
    tax = TaxKind.STANDARD if seller is None else taxes.get(seller)
    return Lowest(way, Seller(seller, "", "", "", "", tax).tax_note(TaxCode(way.tariff.tax_code)))


async def _taxes_of_charging(operators: set[int], now: datetime) -> Mapping[int, TaxKind | None]:
    """Those of these operators that charge, with how they are taxed."""
    rows = await fetch(
        "SELECT id, (SELECT kind FROM tax_status WHERE tax_status.operator = o.id AND valid_from <= $2"
        " ORDER BY valid_from DESC, tax_status.id DESC LIMIT 1) AS tax FROM operator o"
        " WHERE id = ANY($1::bigint[]) AND o.charges AND (SELECT charges FROM network ORDER BY id LIMIT 1)",
        sorted(operators),
        now.date(),
    )
    return {row["id"]: TaxKind(row["tax"]) if row["tax"] else None for row in rows}
