"""Withdrawal: a consumer takes an order back within the law's days, and pays at most for what was had.

What is due is corrected by charges, and what was had becomes a charge of its own: a membership costs the share of its
days (BGH III ZR 169/20), a pass that of its units.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.billing.operations import Due, new_charge, take_back
from app.billing.queries import law_values
from app.billing.rules import TaxCode, Voucher
from app.identity.audit import record
from app.identity.rules import Actor
from app.kernel.money import Money
from app.kernel.wall_time import instant, local_day
from app.network.holidays import public_holidays
from app.plans.accounts import expire
from app.plans.contracts import ContractCard, contracts_where
from app.plans.ending import (
    UNINFORMED_MONTHS,
    BoughtOnTheSpot,
    EndedAlready,
    EndedBecause,
    FullyUsed,
    NoConsumer,
    NotWithdrawable,
    WithdrawalOver,
    last_day_to_withdraw,
    share_of,
)
from app.plans.grants import Days
from app.plans.memberships import end
from app.plans.queries import MembershipCard, membership_by_id
from app.plans.timeline import Timeline, dues_of, months_later
from app.platform.database import execute, fetch, fetch_row, fetch_value, transaction
from app.platform.new_rows import insert_together
from app.platform.outbox import emit

_ZONE: Final = ZoneInfo("Europe/Berlin")
_STATE: Final = "RP"
"""Whose public holidays a deadline does not end on."""

_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class WithdrawalTerms:
    """What a withdrawal today would do: until when it is possible, or what stands in its way; what was charged so far,
    and what of it stays owed."""

    last_day: date
    refusal: NotWithdrawable | None
    charged: Money
    owed: Money

    @property
    def back(self) -> Money:
        """What is taken back on balance."""
        return Money(self.charged.amount - self.owed.amount, self.charged.currency)


async def withdrawal_terms(contract: ContractCard, today: date) -> WithdrawalTerms:
    """What a withdrawal from this contract does that is declared on this day. Changes nothing."""
    stated = contract.stated
    law = await law_values(today)
    last = last_day_to_withdraw(
        local_day(contract.ordered_at, _ZONE),
        law["withdrawal_days"],
        is_working_day,
        informed=stated.was_informed,
    )
    granted, used = await _used(contract, today) if contract.is_pass else (0, 0)
    is_fully_used = bool(granted) and used >= granted and stated.asked_for_early_start and stated.knows_of_loss
    charges = await _charges(contract)
    charged = Money(sum(charge.amount for charge in charges), contract.terms.currency)
    owed = 0
    if stated.pays_for_use and contract.is_pass:
        owed = share_of(charged.amount, used, granted) if granted else 0
    elif stated.pays_for_use:
        owed = await _days_had(contract, today)
    refusal = _refusal(contract, last, today, is_fully_used=is_fully_used)
    return WithdrawalTerms(last, refusal, charged, Money(owed, charged.currency))


async def withdrawable(person: int, today: date) -> Mapping[str, date]:
    """The person's contracts that can be withdrawn from, by public id: the last day for it."""
    days = (await law_values(today))["withdrawal_days"]
    long_ago = months_later(today, -UNINFORMED_MONTHS) - timedelta(days=2 * days)
    recent = await contracts_where("c.person = $1 AND c.ordered_at > $2", person, instant(long_ago, time(), _ZONE))
    found = {one.public_id: await withdrawal_terms(one, today) for one in recent if not one.is_over(today)}
    return {contract: terms.last_day for contract, terms in found.items() if terms.refusal is None}


async def withdraw(
    actor: Actor | None, contract: ContractCard, declared_on: date, now: datetime, today: date
) -> WithdrawalTerms:
    """The contract ended when it was declared: all that was charged is taken back, and what is owed charged anew.

    Whether there is a right to it is the caller's question: staff may agree to more. Raises EndedAlready and
    AlreadyEnding.
    """
    async with transaction():
        terms = await withdrawal_terms(contract, declared_on)
        because = EndedBecause.WITHDRAWN if terms.owed.amount else EndedBecause.WITHDRAWN_FREE
        charges = await _charges(contract)
        if not contract.is_pass:
            for charge in charges:
                await take_back(charge.id, now)
            await end(actor, contract.id, declared_on, because, now, today)
            return terms
        if not await execute(
            "UPDATE pass SET withdrawn_at = $2 WHERE id = $1 AND withdrawn_at IS NULL", contract.id, now
        ):
            raise EndedAlready
        await _charge_what_was_had(charges, terms.owed.amount, now, declared_on)
        await _close(contract, now, declared_on)
        await record("pass.withdrawn", "pass", contract.id, actor, now, whom=contract.person, owed=terms.owed.amount)
        await emit("pass.withdrawn", "pass", contract.id, now)
        return terms


async def balance_of(contract: ContractCard) -> Money:
    """What has been charged for the contract, less what was taken back."""
    amount: int = await fetch_value(
        "SELECT coalesce(sum(amount), 0)::int FROM charge WHERE key = $1 OR key LIKE $1 || ':%'", contract.key
    )
    return Money(amount, contract.terms.currency)


async def refund_unused(contract: ContractCard, now: datetime, today: date) -> None:
    """Takes back of a pass what has not been used, and closes its account."""
    granted, used = await _used(contract, today)
    charges = await _charges(contract)
    owed = share_of(sum(charge.amount for charge in charges), used, granted) if granted else 0
    await _charge_what_was_had(charges, owed, now, today)
    await _close(contract, now, today)


@dataclass(frozen=True, slots=True)
class _Charged:
    """A charge for a contract that stands."""

    id: int
    amount: int
    due: Due


async def _charges(contract: ContractCard) -> Sequence[_Charged]:
    rows = await fetch(
        "SELECT c.* FROM charge c WHERE (c.key = $1 OR c.key LIKE $1 || ':%') AND c.corrects IS NULL"
        " AND NOT EXISTS (SELECT FROM charge back WHERE back.corrects = c.id) ORDER BY c.id",
        contract.key,
    )
    return [
        _Charged(
            row["id"],
            row["amount"],
            Due(
                row["key"],
                row["payer"],
                row["seller"],
                row["what_de"],
                row["what_en"],
                Money(row["amount"], row["currency"]),
                TaxCode(row["tax_code"]),
                row["supply_from"],
                row["supply_until"],
                Voucher(row["voucher"]),
            ),
        )
        for row in rows
    ]


async def _charge_what_was_had(charges: Sequence[_Charged], owed: int, now: datetime, today: date) -> None:
    """Takes these charges back and charges what is owed once, up to today."""
    if owed == sum(charge.amount for charge in charges):
        return
    for charge in charges:
        await take_back(charge.id, now)
    if owed:
        first = charges[0].due
        price = Money(owed, first.price.currency)
        had = replace(first, key=f"{first.key}:had", price=price, supply_until=max(first.supply_from, today))
        await insert_together(await new_charge(had, now))


async def _close(contract: ContractCard, now: datetime, today: date) -> None:
    """What is left of a pass lapses, and nothing can be paid from it after today."""
    key: int = await fetch_value("SELECT id FROM entitlement WHERE pass = $1", contract.id)
    await expire(key, now)
    await execute("UPDATE entitlement SET ends_on = greatest(starts_on, $2) WHERE id = $1", key, today)


async def _used(contract: ContractCard, today: date) -> tuple[int, int]:
    """The units that a pass was filled with, and what days up to today have taken of it."""
    row = await fetch_row(
        "SELECT coalesce(sum(x.left_change) FILTER (WHERE x.change IN ('grant', 'adjust')), 0)::int AS granted,"
        " coalesce(-sum(x.left_change) FILTER (WHERE x.day <= $2), 0)::int AS used"
        " FROM entitlement e JOIN entitlement_entry x ON x.entitlement = e.id WHERE e.pass = $1",
        contract.id,
        today,
    )
    assert row is not None, "it adds up"
    return row["granted"], row["used"]


async def _days_had(contract: ContractCard, today: date) -> int:
    """What a membership costs that ends today."""
    card = await membership_by_id(contract.id)
    assert card is not None, "a contract that was found"
    return sum(due.amount for due in dues_of(_cut(card, today), today))


def _cut(card: MembershipCard, last: date) -> Timeline:
    """The membership's time up to this day."""
    until = Days(card.starts_on, last) if card.starts_on <= last else None
    cut = [
        replace(stretch, days=days)
        for stretch in card.timeline.stretches
        if until is not None and (days := stretch.days.within(until)) is not None
    ]
    return replace(card.timeline, stretches=cut)


def _refusal(contract: ContractCard, last: date, today: date, *, is_fully_used: bool) -> NotWithdrawable | None:
    if not contract.is_consumer:
        return NoConsumer()
    if not contract.stated.is_distance:
        return BoughtOnTheSpot()
    if today > last:
        return WithdrawalOver(last_day=last)
    return FullyUsed() if is_fully_used else None


def is_working_day(day: date) -> bool:
    """Whether a deadline may end on it (BGB § 193)."""
    return day.weekday() < _SATURDAY and day not in public_holidays(_STATE, day.year)
