"""What memberships grant and cost, made into accounts and charges as far as it is known. Twice does nothing more."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, Final

import msgspec

from app.billing.operations import Due, new_charge, take_back
from app.kernel.money import Money
from app.plans.accounts import NewAccount, change_grant, open_account
from app.plans.ending import EndedBecause
from app.plans.forgetting import is_forgotten
from app.plans.queries import MembershipCard, membership_by_id
from app.plans.rules import Source
from app.plans.timeline import MonthsGrant, PeriodsDue, dues_of, grants_of, months_later
from app.platform.database import DatabaseAway, execute, fetch, fetch_value, retried, transaction
from app.platform.new_rows import insert_together

GRANTED_AHEAD_MONTHS: Final = 14
"""Bookings reach 400 days ahead, and each is held against its own month's grant."""


async def settle_running(now: datetime, today: date) -> int:
    """Grants and charges what has become due of all memberships; how many there are. Twice does nothing more.

    One that cannot be settled keeps no other waiting; what was wrong is raised when all have had their turn.
    """
    rows = await fetch(
        "SELECT id FROM membership WHERE ends_on IS NULL OR ends_on >= $1 ORDER BY id", months_later(today, -2)
    )
    return await settle_each("memberships", [row["id"] for row in rows], lambda key: _settle_one(key, now, today))


async def settle_each(what: str, keys: Sequence[int], settle: Callable[[int], Awaitable[None]]) -> int:
    """Settles each of these, whatever becomes of the others; how many there are. Raises an ExceptionGroup of all that
    went wrong, and DatabaseAway at once."""
    wrong: dict[int, Exception] = {}
    for key in keys:
        try:
            await settle(key)
        except DatabaseAway:
            raise
        except Exception as error:
            wrong[key] = error
    if wrong:
        raise ExceptionGroup(f"{what} {list(wrong)} cannot be settled", list(wrong.values()))
    return len(keys)


@retried
async def _settle_one(membership: int, now: datetime, today: date) -> None:
    async with transaction():
        await execute("SELECT FROM membership WHERE id = $1 FOR UPDATE", membership)
        await settle_membership(membership, now, today)


async def settle_membership(membership: int, now: datetime, today: date) -> MembershipCard:
    """Makes accounts and charges of what the membership grants and costs; when it is over, returns the deposit. Its row
    is locked."""
    card = await membership_by_id(membership)
    assert card is not None, "it is locked"
    await _grant(card, now, today)
    for due in () if card.ended_because is EndedBecause.WITHDRAWN_FREE else dues_of(card.timeline, today):
        await keep_charged(partial(due_of, card.id, card.payer, card.seller, due), now)
    if card.ends_on is not None and card.ends_on < today:
        await _return_deposit(card, now)
    return card


async def _return_deposit(card: MembershipCard, now: datetime) -> None:
    """What was put down at the beginning is owed no more, once the last day is over."""
    deposit = await fetch_value("SELECT id FROM charge WHERE key = $1", deposit_key(card.id))
    if deposit is not None:
        await take_back(deposit, now)


def deposit_key(membership: int) -> str:
    """Names the charge of what was put down when this membership was ordered."""
    return f"membership:{membership}:deposit"


async def _grant(card: MembershipCard, now: datetime, today: date) -> None:
    rows = await fetch(
        "SELECT id, unit, starts_on, left_units, expired_at FROM entitlement WHERE membership = $1", card.id
    )

    async def open_one(grant: MonthsGrant) -> None:
        await open_account(account_of(card.id, card.person, grant), now)

    wanted = list(grants_of(card.timeline, months_later(today, GRANTED_AHEAD_MONTHS)))
    await keep_granted([kept_account(row) for row in rows], wanted, card.starts_on, open_one, now, today)


@dataclass(frozen=True, slots=True)
class KeptAccount:
    """An account that a month has filled."""

    id: int
    unit: str
    first: date
    is_unlimited: bool
    is_expired: bool

    @property
    def of(self) -> tuple[str, date, bool]:
        return self.unit, self.first, self.is_unlimited


def kept_account(row: Mapping[str, Any]) -> KeptAccount:
    """Of a row with id, unit, starts_on, left_units and expired_at."""
    return KeptAccount(
        row["id"], row["unit"], row["starts_on"], row["left_units"] is None, row["expired_at"] is not None
    )


async def keep_granted(
    have: Sequence[KeptAccount],
    wanted: Sequence[MonthsGrant],
    begins: date,
    open_one: Callable[[MonthsGrant], Awaitable[None]],
    now: datetime,
    today: date,
) -> None:
    """Brings the accounts of a contract that begins that day to what it grants. Months to come that grant nothing any
    more, because it rests or has ended, are emptied; those that are forgotten stay as they are."""
    known = {one.of: one for one in have}
    for grant in wanted:
        one = known.pop((grant.unit.value, grant.days.first, grant.units is None), None)
        if is_forgotten(grant.days.last, today):
            continue
        if one is None:
            await open_one(grant)
        else:
            await _bring_to(one.id, grant, now)
    for one in known.values():
        if one.is_expired or one.first < begins:
            continue
        if one.is_unlimited:
            await execute("UPDATE entitlement SET ends_on = starts_on, expired_at = $2 WHERE id = $1", one.id, now)
        else:
            await change_grant(one.id, 0, now)


async def _bring_to(entitlement: int, grant: MonthsGrant, now: datetime) -> None:
    await execute(
        "UPDATE entitlement SET ends_on = $2, label_de = $3, label_en = $4, scope = $5::jsonb, half_days = $6,"
        " no_show_spends = $7,"
        " expired_at = CASE WHEN left_units IS NOT NULL THEN expired_at END WHERE id = $1",
        entitlement,
        grant.days.last,
        grant.terms.name_de,
        grant.terms.name_en,
        msgspec.json.encode(grant.terms.scope).decode(),
        grant.terms.half_days,
        grant.terms.no_show_spends,
    )
    if grant.units is not None:
        await change_grant(entitlement, grant.units, now)


def account_of(membership: int, person: int, grant: MonthsGrant) -> NewAccount:
    """The account that holds what a month grants."""
    return NewAccount(
        person,
        grant.unit,
        Source.MEMBERSHIP,
        grant.units,
        grant.days.first,
        grant.days.last,
        grant.terms.name_de,
        grant.terms.name_en,
        grant.terms.scope,
        grant.terms.half_days,
        membership=membership,
        no_show_spends=grant.terms.no_show_spends,
    )


def due_of(membership: int, payer: int, seller: int | None, period: PeriodsDue, version: str = "") -> Due:
    """What a period costs, as an amount due; `version` tells one that follows a charge taken back from it."""
    return Due(
        key=f"membership:{membership}:{period.days.first.isoformat()}{version}",
        payer=payer,
        seller=seller,
        what_de=period.terms.name_de,
        what_en=period.terms.name_en,
        price=Money(period.amount, period.terms.currency),
        tax_code=period.terms.tax_code,
        supply_from=period.days.first,
        supply_until=period.days.last or period.days.first,
    )


async def keep_charged(due: Callable[[str], Due], now: datetime) -> None:
    """Charges what a period costs; where that has changed since, the old charge is taken back and a new one made.

    `due` says the amount due, with a version at the end of its key.
    """
    first = due("")
    rows = await fetch(
        "SELECT c.id, c.amount, c.key FROM charge c WHERE (c.key = $1 OR c.key LIKE $1 || ':v%') AND c.corrects IS NULL"
        " AND NOT EXISTS (SELECT FROM charge back WHERE back.corrects = c.id) ORDER BY c.id",
        first.key,
    )
    if sum(row["amount"] for row in rows) == first.price.amount:
        return
    for row in rows:
        await take_back(row["id"], now)
    if not first.price.amount:
        return
    times: int = await fetch_value("SELECT count(*) FROM charge WHERE key = $1 OR key LIKE $1 || ':v%'", first.key)
    await insert_together(await new_charge(due(f":v{times}") if times else first, now))
