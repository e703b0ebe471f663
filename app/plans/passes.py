"""Passes: sold with a charge, and an account of what they hold."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import msgspec

from app.billing.operations import Due, new_charge
from app.billing.queries import law_values
from app.billing.rules import Voucher
from app.identity.audit import record
from app.identity.rules import Actor
from app.kernel.money import Money
from app.kernel.refusals import Conflict, marked
from app.plans.accounts import NewAccount, new_account
from app.plans.grants import Days
from app.plans.products import Offer, pass_of
from app.plans.purses import ScopeShape
from app.plans.rules import Source
from app.plans.terms import PassTerms, PriceClass
from app.plans.timeline import last_of_months
from app.plans.uses import HALVES_OF_A_DAY, Unit
from app.platform.database import fetch, fetch_value, refuse_constraint, transaction
from app.platform.new_rows import NewRow, insert_together
from app.platform.outbox import emit
from app.platform.random_ids import new_public_id

_ONE_RATE = frozenset({"standard"})


class TrialUsed(Conflict):
    """A trial is once a person."""

    code = "trial_used"
    text = marked("Einen Probetag gibt es nur einmal. Ihren haben Sie schon genutzt.")


refuse_constraint("pass_one_trial", TrialUsed)


@dataclass(frozen=True, slots=True)
class SoldPass:
    """A pass that was sold, the account that it fills, and whether anything is due for it."""

    id: int
    public_id: str
    entitlement: int
    is_charged: bool


async def sell_pass(
    actor: Actor | None,
    person: int,
    payer: int,
    offer: Offer,
    price_class: PriceClass,
    now: datetime,
    today: date,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> SoldPass:
    """The person has the pass, from today on if no other day is said; what is due is charged. Raises TrialUsed.

    Where no last day is said, the terms say it. An offer without a product has the version 0.
    """
    terms, starts_on = pass_of(offer), starts_on or today
    ends_on = ends_on or last_day_of(terms, starts_on, (await law_values(today))["pass_years"])
    async with transaction():
        key: int = await fetch_value("SELECT nextval(pg_get_serial_sequence('pass', 'id'))")
        public_id = new_public_id()
        charge = await _charge(key, payer, offer, price_class, Days(starts_on, ends_on), now, today)
        sold = NewRow(
            "pass",
            {
                "id": key,
                "public_id": public_id,
                "person": person,
                "payer": payer,
                "seller": offer.seller,
                "product_version": offer.version or None,
                "charge": charge.values["id"] if charge else None,
                "terms": msgspec.to_builtins(terms, str_keys=True),
                "price_class": price_class,
                "is_trial": terms.is_trial,
                "bought_at": now,
            },
        )
        account = NewAccount(
            person,
            terms.unit,
            Source.PASS,
            units_in(terms),
            starts_on,
            ends_on,
            terms.name_de,
            terms.name_en,
            terms.scope,
            terms.half_days,
            bought=key,
        )
        entitlement, opened = await new_account(account, now)
        await insert_together(*([charge] if charge else []), sold, *opened)
        await record("pass.sold", "pass", key, actor, now, whom=person)
        await emit("pass.sold", "pass", key, now)
    return SoldPass(key, public_id, entitlement, charge is not None)


async def _charge(
    bought: int, payer: int, offer: Offer, price_class: PriceClass, days: Days, now: datetime, today: date
) -> NewRow | None:
    price = offer.terms.price_for(price_class)
    if not price:
        return None
    due = Due(
        key=f"pass:{bought}",
        payer=payer,
        seller=offer.seller,
        what_de=offer.terms.name_de,
        what_en=offer.terms.name_en,
        price=Money(price, offer.terms.currency),
        tax_code=offer.terms.tax_code,
        supply_from=days.first,
        supply_until=days.last or days.first,
        voucher=await voucher_of(offer.seller, offer.terms.scope, today),
    )
    return await new_charge(due, now)


def units_in(terms: PassTerms) -> int:
    """What the pass fills its account with: half days, minutes or minor units."""
    return terms.amount * {Unit.DESK_DAY: HALVES_OF_A_DAY, Unit.ROOM_MINUTE: 60, Unit.MONEY: 1}[terms.unit]


def last_day_of(terms: PassTerms, today: date, years: int) -> date:
    """The last day of a pass that is sold today.

    Where its terms say nothing, the end of the calendar year so many years on, as claims lapse (BGB §§ 195, 199).
    """
    if terms.valid_days is not None:
        return today + timedelta(days=terms.valid_days - 1)
    if terms.valid_months is None:
        return last_day_of_years(today, years)
    return last_of_months(today, terms.valid_months)


def last_day_of_years(today: date, years: int) -> date:
    """The end of the calendar year so many years on."""
    return date(today.year + years, 12, 31)


def voucher_class(seller: int | None, accepting: Collection[str | None]) -> Voucher:
    """What a pass is for the tax (UStG § 3 Abs. 14 and 15).

    Of one operator's own spaces it is a payment in advance; of the network single-purpose where all who accept it are
    taxed alike (None is not known), else multi-purpose.
    """
    if seller is not None:
        return Voucher.ADVANCE
    return Voucher.SINGLE_PURPOSE if accepting and set(accepting) <= _ONE_RATE else Voucher.MULTI_PURPOSE


async def voucher_of(seller: int | None, scope: ScopeShape, today: date) -> Voucher:
    """What a pass with this scope is when it is sold today, by how those who accept it are taxed."""
    rows = await fetch(
        "SELECT (SELECT kind FROM tax_status WHERE tax_status.operator = o.id AND valid_from <= $1"
        "         ORDER BY valid_from DESC, tax_status.id DESC LIMIT 1) AS kind"
        "  FROM operator o"
        " WHERE coalesce(o.ends_at::date, 'infinity') > $1 AND EXISTS (SELECT FROM space s WHERE s.operator = o.id"
        "   AND s.published_at IS NOT NULL AND (cardinality($2::bigint[]) + cardinality($3::bigint[]) = 0"
        "   OR o.id = ANY($2) OR s.id = ANY($3)))",
        today,
        scope.operators,
        scope.spaces,
    )
    return voucher_class(seller, [row["kind"] for row in rows])
