"""What employers' contracts grant and cost, made into accounts and charges. Twice does nothing more."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from typing import Any, Final

from app.billing.operations import Due
from app.kernel.money import Money
from app.plans.accounts import NewAccount, new_account
from app.plans.grants import Days
from app.plans.rules import Source
from app.plans.team_contracts import TeamContractCard, team_contract_by_id
from app.plans.terms import TeamUse
from app.plans.timeline import MonthsGrant, PeriodsDue, Stretch, Timeline, dues_of, grants_of, months_later
from app.plans.upkeep import GRANTED_AHEAD_MONTHS, keep_charged, keep_granted, kept_account, settle_each
from app.platform.database import execute, fetch, retried, transaction
from app.platform.new_rows import NewRow, insert_together

_LOOKED_BACK_MONTHS: Final = 2
"""So long after its end a contract or a holder is still looked after."""


async def settle_team_contracts(now: datetime, today: date) -> int:
    """Grants and charges what has become due of all employers' contracts; how many there are.

    One that cannot be settled keeps no other waiting; what was wrong is raised when all have had their turn.
    """
    rows = await fetch(
        "SELECT id FROM team_contract WHERE ends_on IS NULL OR ends_on >= $1 ORDER BY id",
        months_later(today, -_LOOKED_BACK_MONTHS),
    )
    return await settle_each("team contracts", [row["id"] for row in rows], lambda key: _settle_one(key, now, today))


@retried
async def _settle_one(contract: int, now: datetime, today: date) -> None:
    async with transaction():
        await locked_contract(contract)
        await settle_team_contract(contract, now, today)


async def locked_contract(contract: int) -> None:
    """Until the transaction ends nobody else changes the contract or its seats."""
    await execute("SELECT FROM team_contract WHERE id = $1 FOR UPDATE", contract)


async def settle_team_contract(contract: int, now: datetime, today: date) -> TeamContractCard:
    """Makes accounts and charges of what the contract grants and costs. Its row is locked."""
    card = await team_contract_by_id(contract)
    assert card is not None, "it is locked"
    if not card.is_plan:
        return card
    if card.use is TeamUse.POOL:
        await _fill_pool(card, now, today)
    else:
        await _fill_seats(card, now, today)
    for due in dues_of(card.timeline, today):
        await keep_charged(partial(due_of, card, due), now)
    return card


async def _fill_pool(card: TeamContractCard, now: datetime, today: date) -> None:
    rows = await fetch(f"{_ACCOUNTS} WHERE t.team_contract = $1", card.id)
    wanted = list(grants_of(card.timeline, months_later(today, GRANTED_AHEAD_MONTHS)))

    async def open_one(grant: MonthsGrant) -> None:
        await open_team_account(account_of(card, None, grant), card.id, None, now)

    await keep_granted([kept_account(row) for row in rows], wanted, card.starts_on, open_one, now, today)


async def _fill_seats(card: TeamContractCard, now: datetime, today: date) -> None:
    rows = await fetch(
        "SELECT h.id, h.person, h.first, h.last FROM seat_holding h JOIN seat s ON s.id = h.seat"
        " WHERE s.team_contract = $1 AND coalesce(h.last, 'infinity') >= $2 AND h.person IS NOT NULL ORDER BY h.id",
        card.id,
        months_later(today, -_LOOKED_BACK_MONTHS),
    )
    accounts = await fetch(f"{_ACCOUNTS} WHERE t.team_contract = $1", card.id)
    for row in rows:
        days = _days_of(row).within(card.days) if _has_days(row) else None
        timeline = Timeline([Stretch(days, card.plan)] if days else [])
        wanted = list(grants_of(timeline, months_later(today, GRANTED_AHEAD_MONTHS)))
        have = [kept_account(one) for one in accounts if one["seat_holding"] == row["id"]]

        async def open_one(grant: MonthsGrant, person: int = row["person"], holding: int = row["id"]) -> None:
            await open_team_account(account_of(card, person, grant), card.id, holding, now)

        await keep_granted(have, wanted, row["first"], open_one, now, today)


def _has_days(row: Mapping[str, Any]) -> bool:
    return row["last"] is None or row["last"] >= row["first"]


def _days_of(row: Mapping[str, Any]) -> Days:
    return Days(row["first"], row["last"])


_ACCOUNTS: Final = """
    SELECT e.id, e.unit, e.starts_on, e.left_units, e.expired_at, t.seat_holding
      FROM team_account t JOIN entitlement e ON e.id = t.entitlement
"""


def account_of(card: TeamContractCard, person: int | None, grant: MonthsGrant) -> NewAccount:
    """The account that a month fills: of one person who has a seat, or of all in the team."""
    return NewAccount(
        person,
        grant.unit,
        Source.TEAM,
        grant.units,
        grant.days.first,
        grant.days.last,
        grant.terms.name_de,
        grant.terms.name_en,
        grant.terms.scope,
        grant.terms.half_days,
        no_show_spends=grant.terms.no_show_spends,
        purse=card.purse,
    )


async def open_team_account(account: NewAccount, contract: int, holding: int | None, now: datetime) -> int:
    """Its key; noted down as filled by the contract. Call it in the transaction of what it comes from."""
    key, rows = await new_account(account, now)
    of_it = NewRow("team_account", {"entitlement": key, "team_contract": contract, "seat_holding": holding})
    await insert_together(*rows, of_it)
    return key


def due_of(card: TeamContractCard, period: PeriodsDue, version: str = "") -> Due:
    """What a period of the contract costs, as an amount due."""
    last = period.days.last or period.days.first
    first, until = card.quantity_on(period.days.first), card.quantity_on(last)
    pieces = str(until) if first == until else f"{min(first, until)}–{max(first, until)}"
    return Due(
        key=f"team_contract:{card.id}:{period.days.first.isoformat()}{version}",
        payer=card.payer,
        seller=card.seller,
        what_de=f"{pieces} × {card.terms.name_de}",
        what_en=f"{pieces} × {card.terms.name_en}",
        price=Money(period.amount, period.terms.currency),
        tax_code=period.terms.tax_code,
        supply_from=period.days.first,
        supply_until=last,
    )
