"""What the demo network's team has ordered: seats and a pool with their orders and documents, and a quote for more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import msgspec

from app.billing.operations import charge_row
from app.demo.content.plans import TEAM_POOL, TEAM_SEAT
from app.demo.rows import copy_all, new_keys, steady_id
from app.demo.teams import PAYER, ZONE, DemoTeam
from app.inventory.rules import wall_instant
from app.plans.accounts import NewAccount, account_rows
from app.plans.grants import Days
from app.plans.order_documents import Paper
from app.plans.products import Offer
from app.plans.rules import Entitlement, Source
from app.plans.team_contracts import TeamContractCard, team_contract_by_id
from app.plans.team_upkeep import account_of, due_of
from app.plans.terms import PlanTerms
from app.plans.timeline import Stretch, Timeline, dues_of, first_term_of, grants_of, months_later
from app.plans.upkeep import GRANTED_AHEAD_MONTHS
from app.platform.database import execute, fetch, fetch_value
from app.platform.new_rows import NewRow
from app.teams.buying_queries import team_order_by_id
from app.teams.order_documents import write_team_confirmation
from app.teams.purchase_terms import prepared_for_team

SEATS: Final = 3
POOL_DAYS: Final = 60


@dataclass(frozen=True, slots=True)
class _Bought:
    """So many pieces of an offer since a day; the team's `number`-th order."""

    offer: Offer
    quantity: int
    since: date
    number: int


async def enter_purchases(
    demo: DemoTeam,
    seated: Sequence[int],
    offers: Mapping[str, Offer],
    paper: Paper,
    since: date,
    today: date,
) -> dict[int, list[Entitlement]]:
    """Orders both on this day and pays for them since; what everybody in the team can spend of it, by person."""
    seats = await _order(demo, _Bought(offers[TEAM_SEAT.name_de], SEATS, since, 1), paper, today)
    pool = await _order(demo, _Bought(offers[TEAM_POOL.name_de], POOL_DAYS, since, 2), paper, today)
    shared = await _open(pool, None, None, since, today)
    opened = {member.person: list(shared) for member in demo.members}
    for person, holding in (await _seat_people(seats, seated, since)).items():
        opened[person] += await _open(seats, person, holding, since, today)
    return opened


async def _order(demo: DemoTeam, bought: _Bought, paper: Paper, today: date) -> TeamContractCard:
    """The contract with its order, the document of it, and what was charged since."""
    card = await _enter_contract(demo, bought)
    agreed = await prepared_for_team(bought.offer, bought.quantity, bought.since, bought.since)
    at = wall_instant(bought.since, 9 * 60, ZONE)
    key: int = await fetch_value(
        "INSERT INTO team_order (public_id, team, number, team_contract, quantity, amount, currency, starts_on, shown,"
        " terms_valid_from, placed_by, placed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9,"
        " (SELECT max(valid_from) FROM legal_text WHERE kind = 'terms' AND valid_from <= $11), $10, $11) RETURNING id",
        steady_id("team_order", bought.number),
        demo.team.id,
        bought.number,
        card.id,
        bought.quantity,
        agreed.total.gross.amount,
        agreed.total.gross.currency,
        bought.since,
        agreed.mark,
        demo.emil.person,
        at,
    )
    order = await team_order_by_id(key)
    assert order is not None, "it was just entered"
    await write_team_confirmation(paper, demo.team, order, agreed, PAYER, at)
    dues = [due_of(card, period) for period in dues_of(card.timeline, today) if period.amount]
    keys = await new_keys("charge", len(dues))
    await copy_all(
        [
            charge_row(key, due, wall_instant(due.supply_from, 10 * 60, ZONE))
            for key, due in zip(keys, dues, strict=True)
        ]
    )
    return card


async def _enter_contract(demo: DemoTeam, bought: _Bought) -> TeamContractCard:
    terms, at = bought.offer.terms, wall_instant(bought.since, 9 * 60, ZONE)
    assert isinstance(terms, PlanTerms), "the demo's team has plans"
    key: int = await fetch_value(
        "INSERT INTO team_contract (public_id, purse, payer, product_version, terms, ordered_at, starts_on,"
        " first_term_ends_on) VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7, $8) RETURNING id",
        steady_id("team_contract", bought.number),
        demo.team.purse,
        demo.team.payer,
        bought.offer.version,
        msgspec.json.encode(terms).decode(),
        at,
        bought.since,
        first_term_of(bought.since, terms),
    )
    await execute(
        "INSERT INTO team_contract_step (team_contract, quantity, valid_from, agreed_at) VALUES ($1, $2, $3, $4)",
        key,
        bought.quantity,
        bought.since,
        at,
    )
    card = await team_contract_by_id(key)
    assert card is not None, "it was just entered"
    return card


async def _seat_people(card: TeamContractCard, seated: Sequence[int], since: date) -> Mapping[int, int]:
    """The holdings of those who are seated, by person; the other seats are free."""
    await execute(
        "INSERT INTO seat (public_id, team_contract, number, first)"
        " SELECT id, $1, number, $2 FROM unnest($3::text[]) WITH ORDINALITY AS steady (id, number)",
        card.id,
        since,
        [steady_id("seat", number) for number in range(1, card.quantity_on(since) + 1)],
    )
    rows = await fetch(
        "INSERT INTO seat_holding (seat, person, first, given_at) SELECT s.id, who.person, $3, $4"
        " FROM unnest($2::bigint[]) WITH ORDINALITY AS who (person, number)"
        " JOIN seat s ON s.team_contract = $1 AND s.number = who.number RETURNING id, person",
        card.id,
        list(seated),
        since,
        wall_instant(since, 10 * 60, ZONE),
    )
    return {row["person"]: row["id"] for row in rows}


async def _open(
    card: TeamContractCard, person: int | None, holding: int | None, since: date, today: date
) -> list[Entitlement]:
    """The accounts of each month: of the person's seat, or of the pool."""
    timeline = card.timeline if holding is None else Timeline([Stretch(Days(since), card.plan)])
    accounts = [
        account_of(card, person, grant) for grant in grants_of(timeline, months_later(today, GRANTED_AHEAD_MONTHS))
    ]
    rows: list[NewRow] = []
    opened = []
    for key, account in zip(await new_keys("entitlement", len(accounts)), accounts, strict=True):
        public_id = steady_id("account", key)
        first, *entries = account_rows(key, account, wall_instant(card.starts_on, 0, ZONE))
        of_it = {"entitlement": key, "team_contract": card.id, "seat_holding": holding}
        rows += [
            NewRow(first.table, {**first.values, "public_id": public_id}),
            *entries,
            NewRow("team_account", of_it),
        ]
        opened.append(_entitlement(key, public_id, account))
    await copy_all(rows)
    return opened


def _entitlement(key: int, public_id: str, account: NewAccount) -> Entitlement:
    return Entitlement(
        key,
        public_id,
        account.unit,
        Source.TEAM,
        account.label_de,
        account.units,
        account.starts_on,
        account.ends_on,
        account.scope.read(),
        account.half_days,
        purse=account.purse,
        is_shared=account.person is None,
    )
