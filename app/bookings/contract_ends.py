"""How a contract ends together with what is booked behind its end.

What the contract pays for on later days is paid by another entitlement where one covers it, in the order of paying, and
is cancelled otherwise. Nobody is charged for it: money was not agreed to.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.bookings.clearing import CONTRACT_ENDED, AffectedChanged
from app.bookings.paying_otherwise import MAY_END, Behind, otherwise_paid, settle_behind
from app.bookings.queries import bookings_where
from app.bookings.serving import lock_lines
from app.identity.rules import Actor
from app.kernel.wall_time import local_day
from app.plans.contracts import ContractCard
from app.plans.declarations import DeclarationKind
from app.plans.ending import EndedAlready, EndedBecause
from app.plans.notice import earliest_end, end_contract_row
from app.plans.withdrawal import WithdrawalTerms, withdraw, withdrawal_terms
from app.platform.database import fetch, retried, transaction

_ZONE: Final = ZoneInfo("Europe/Berlin")
"""Contracts end with a day of the network's."""


@dataclass(frozen=True, slots=True)
class EndWish:
    """How a contract shall end. Without a day as early as possible; `is_agreed` where both sides want this very day.

    All deadlines count from `declared_on`, however late it is settled, and what was had of a booking is counted up to
    `declared_at`; without them from now.
    """

    kind: DeclarationKind
    day: date | None = None
    is_agreed: bool = False
    declared_on: date | None = None
    declared_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EndPlan:
    """What the end does. `withdrawal` says what is owed and taken back where that is how it ends.

    `state` is another one as soon as anything of it is.
    """

    contract: ContractCard
    last_day: date
    behind: Sequence[Behind]
    withdrawal: WithdrawalTerms | None = None

    @property
    def state(self) -> str:
        bookings = [(each.booking.id, each.booking.sequence, each.payment and each.payment.key) for each in self.behind]
        money = (self.withdrawal.owed, self.withdrawal.charged) if self.withdrawal else None
        return hashlib.sha256(repr((self.last_day, bookings, money)).encode()).hexdigest()[:16]


async def plan_end(contract: ContractCard, wish: EndWish, now: datetime) -> EndPlan:
    """What would follow, and changes nothing."""
    declared_on = wish.declared_on or local_day(now, _ZONE)
    last = await _last_day(contract, wish, declared_on)
    behind = await _behind(contract, last, now)
    if wish.kind is not DeclarationKind.WITHDRAWAL:
        return EndPlan(contract, last, behind)
    return EndPlan(contract, last, behind, await withdrawal_terms(contract, declared_on))


@retried
async def end_contract(
    actor: Actor | None, contract: ContractCard, wish: EndWish, shown_state: str | None, now: datetime
) -> EndPlan:
    """Ends it, and settles what is booked behind the end with it.

    Whether there is a right to it is the caller's question. Raises AffectedChanged where what was shown is no longer
    so, EndedAlready and AlreadyEnding.
    """
    today = local_day(now, _ZONE)
    if contract.is_over(today):
        raise EndedAlready
    async with transaction():
        await _lock(contract, now)
        plan = await plan_end(contract, wish, now)
        if shown_state is not None and plan.state != shown_state:
            raise AffectedChanged
        await settle_behind(actor, plan.behind, CONTRACT_ENDED, now)
        if wish.kind is DeclarationKind.WITHDRAWAL:
            await withdraw(actor, contract, plan.last_day, now, today)
        elif wish.kind is DeclarationKind.FOR_CAUSE:
            await end_contract_row(actor, contract, plan.last_day, EndedBecause.CAUSE, now, today)
        else:
            await end_contract_row(actor, contract, plan.last_day, EndedBecause.NOTICE, now, today)
        return plan


async def _accounts_from(contract: ContractCard) -> frozenset[int]:
    """The accounts that the contract has filled, and the days that were bought out of them."""
    rows = await fetch(
        f"WITH filled AS (SELECT id FROM entitlement WHERE {contract.kind} = $1)"  # noqa: S608
        " SELECT id FROM filled UNION ALL SELECT id FROM entitlement WHERE credit IN (SELECT id FROM filled)",
        contract.id,
    )
    return frozenset(row["id"] for row in rows)


async def _last_day(contract: ContractCard, wish: EndWish, declared_on: date) -> date:
    """A withdrawal holds at once, a cause from the wished day on, a notice after its time or from a later day on."""
    if wish.kind is DeclarationKind.WITHDRAWAL:
        return declared_on
    wished = max(wish.day or declared_on, declared_on)
    if wish.kind is DeclarationKind.FOR_CAUSE:
        return declared_on if contract.is_pass else wished
    if wish.is_agreed:
        return wished
    earliest = await earliest_end(contract, declared_on)
    return earliest if contract.is_pass else max(earliest, wished)


async def _lock(contract: ContractCard, now: datetime) -> None:
    """Until the transaction ends nobody else changes the contract, what it pays for, or the lines there."""
    await fetch(f"SELECT FROM {contract.kind} WHERE id = $1 FOR UPDATE", contract.id)
    rows = await fetch(
        "SELECT id, space FROM booking WHERE starts_at > $2 AND status = ANY($3)"
        " AND entitlement = ANY($1::bigint[]) ORDER BY id FOR UPDATE",
        sorted(await _accounts_from(contract)),
        now,
        MAY_END,
    )
    await lock_lines({row["space"] for row in rows})


async def _behind(contract: ContractCard, last: date, now: datetime) -> Sequence[Behind]:
    its_own = await _accounts_from(contract)
    bookings = await bookings_where(
        "b.entitlement = ANY($1::bigint[]) AND b.starts_at > $2 AND b.status = ANY($3) ORDER BY b.starts_at, b.id",
        sorted(its_own),
        now,
        MAY_END,
    )
    later = [booking for booking in bookings if booking.starts_at.date() > last]
    return await otherwise_paid(later, its_own, local_day(now, _ZONE))
