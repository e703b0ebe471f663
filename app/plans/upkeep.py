"""What memberships grant and cost, made into accounts and charges as far as it is known. Twice does nothing more."""

from datetime import date, datetime
from typing import Final

import msgspec

from app.billing.operations import Due, new_charge, take_back
from app.kernel.money import Money
from app.plans.accounts import NewAccount, change_grant, open_account
from app.plans.ending import EndedBecause
from app.plans.forgetting import is_forgotten
from app.plans.queries import MembershipCard, membership_by_id
from app.plans.rules import Source
from app.plans.timeline import MonthsGrant, PeriodsDue, dues_of, grants_of, months_later
from app.platform.database import DatabaseAway, execute, fetch, fetch_row, fetch_value, retried, transaction
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
    wrong: dict[int, Exception] = {}
    for row in rows:
        try:
            await _settle_one(row["id"], now, today)
        except DatabaseAway:
            raise
        except Exception as error:
            wrong[row["id"]] = error
    if wrong:
        raise ExceptionGroup(f"memberships {list(wrong)} cannot be settled", list(wrong.values()))
    return len(rows)


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
    for grant in grants_of(card.timeline, months_later(today, GRANTED_AHEAD_MONTHS)):
        if not is_forgotten(grant.days.last, today):
            await _grant(card, grant, now)
    await _drop_grants(card, now, today)
    for due in () if card.ended_because is EndedBecause.WITHDRAWN_FREE else dues_of(card.timeline, today):
        await _charge(card, due, now)
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


async def _grant(card: MembershipCard, grant: MonthsGrant, now: datetime) -> None:
    row = await fetch_row(
        "SELECT id FROM entitlement WHERE membership = $1 AND unit = $2 AND starts_on = $3"
        " AND (left_units IS NULL) = $4",
        card.id,
        grant.unit,
        grant.days.first,
        grant.units is None,
    )
    if row is None:
        await open_account(account_of(card.id, card.person, grant), now)
        return
    await execute(
        "UPDATE entitlement SET ends_on = $2, label_de = $3, label_en = $4, scope = $5::jsonb, half_days = $6,"
        " no_show_spends = $7,"
        " expired_at = CASE WHEN left_units IS NOT NULL THEN expired_at END WHERE id = $1",
        row["id"],
        grant.days.last,
        grant.terms.name_de,
        grant.terms.name_en,
        msgspec.json.encode(grant.terms.scope).decode(),
        grant.terms.half_days,
        grant.terms.no_show_spends,
    )
    if grant.units is not None:
        await change_grant(row["id"], grant.units, now)


async def _drop_grants(card: MembershipCard, now: datetime, today: date) -> None:
    """Months to come that grant nothing any more, because the membership rests or has ended, are emptied."""
    wanted = {
        (grant.unit.value, grant.days.first, grant.units is None)
        for grant in grants_of(card.timeline, months_later(today, GRANTED_AHEAD_MONTHS))
    }
    rows = await fetch(
        "SELECT id, unit, starts_on, left_units FROM entitlement WHERE membership = $1 AND expired_at IS NULL", card.id
    )
    for row in rows:
        is_unlimited = row["left_units"] is None
        if (row["unit"], row["starts_on"], is_unlimited) in wanted or row["starts_on"] < card.starts_on:
            continue
        if is_unlimited:
            await execute("UPDATE entitlement SET ends_on = starts_on, expired_at = $2 WHERE id = $1", row["id"], now)
        else:
            await change_grant(row["id"], 0, now)


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


async def _charge(card: MembershipCard, due: PeriodsDue, now: datetime) -> None:
    """Charges what a period costs; where that has changed since, the old charge is taken back and a new one made."""
    key = due_of(card.id, card.payer, card.seller, due).key
    rows = await fetch(
        "SELECT c.id, c.amount, c.key FROM charge c WHERE (c.key = $1 OR c.key LIKE $1 || ':v%') AND c.corrects IS NULL"
        " AND NOT EXISTS (SELECT FROM charge back WHERE back.corrects = c.id) ORDER BY c.id",
        key,
    )
    if sum(row["amount"] for row in rows) == due.amount:
        return
    for row in rows:
        await take_back(row["id"], now)
    if not due.amount:
        return
    times: int = await fetch_value("SELECT count(*) FROM charge WHERE key = $1 OR key LIKE $1 || ':v%'", key)
    version = f":v{times}" if times else ""
    await insert_together(await new_charge(due_of(card.id, card.payer, card.seller, due, version), now))
