"""The demo network's employer: a team with seats, a pool, and people in it.

Emil manages it and Mia is paid for by it. Eight more of the crowd belong to it, share its pool and go on with what they
have of their own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from app.billing.operations import charge_row
from app.billing.payers import PayerDetails, PayerKind
from app.demo.content.plans import TEAM_POOL, TEAM_SEAT
from app.demo.rows import steady_id
from app.identity.queries import actor_of_person
from app.inventory.rules import wall_instant
from app.plans.accounts import NewAccount, account_rows
from app.plans.grants import Days, month_of
from app.plans.products import Offer
from app.plans.rules import Entitlement, Source
from app.plans.team_contracts import TeamContractCard, team_contract_by_id
from app.plans.team_upkeep import account_of, due_of
from app.plans.terms import PlanTerms
from app.plans.timeline import Stretch, Timeline, dues_of, first_term_of, grants_of, months_later
from app.plans.upkeep import GRANTED_AHEAD_MONTHS
from app.platform.database import execute, fetch, fetch_value
from app.platform.new_rows import NewRow, insert_all
from app.teams.company import CompanyDetails
from app.teams.operations import JoinedBy, found_team, join_team
from app.teams.queries import TeamCard

_ZONE: Final = ZoneInfo("Europe/Berlin")
NAME: Final = "Becker Maschinenbau"
PAYER: Final = PayerDetails(
    PayerKind.TEAM,
    "Emil Hoffmann",
    "Becker Maschinenbau GmbH",
    "Robert-Bosch-Straße 12",
    "56751",
    "Polch",
    "rechnung@becker.example",
)
SEATS: Final = 3
POOL_DAYS: Final = 20
COLLEAGUES: Final = 8


@dataclass(frozen=True, slots=True)
class _Bought:
    """So many pieces of an offer since a day."""

    offer: Offer
    quantity: int
    since: date


async def enter_team(
    manager: int, seated: int, offers: Mapping[str, Offer], since: date, today: date
) -> list[Entitlement]:
    """The team with its contracts since then; the accounts of who is seated, which have paid since."""
    emil = await actor_of_person(manager)
    assert emil is not None, "he has an account"
    founded = wall_instant(since, 8 * 60, _ZONE)
    team = await found_team(emil, CompanyDetails(NAME, PAYER), founded)
    await execute("UPDATE team SET public_id = $2 WHERE id = $1", team.id, steady_id("team", 1))
    for person in (seated, *await _colleagues(manager, seated)):
        await join_team(emil, team, person, JoinedBy.INVITATION, founded, since)
    seats = await _enter_contract(team, _Bought(offers[TEAM_SEAT.name_de], SEATS, since), 1, today)
    pool = await _enter_contract(team, _Bought(offers[TEAM_POOL.name_de], POOL_DAYS, month_of(today).first), 2, today)
    await _open(pool, None, None, since, today)
    holding = await _seat_people(seats, seated, since)
    return await _open(seats, seated, holding, since, today)


async def _colleagues(*but_for: int) -> Sequence[int]:
    """Some of the crowd who come often, always the same."""
    rows = await fetch(
        "SELECT b.person FROM booking b JOIN membership m ON m.person = b.person JOIN person p ON p.id = b.person"
        " WHERE b.person <> ALL($1::bigint[]) AND p.email IS NULL AND p.entered_by_operator IS NULL GROUP BY b.person"
        " ORDER BY count(*) DESC, b.person LIMIT $2",
        list(but_for),
        COLLEAGUES,
    )
    return [row["person"] for row in rows]


async def _enter_contract(team: TeamCard, bought: _Bought, number: int, today: date) -> TeamContractCard:
    terms, at = bought.offer.terms, wall_instant(bought.since, 9 * 60, _ZONE)
    assert isinstance(terms, PlanTerms), "the demo's teams have plans"
    key: int = await fetch_value(
        "INSERT INTO team_contract (public_id, purse, payer, product_version, terms, ordered_at, starts_on,"
        " first_term_ends_on) VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7, $8) RETURNING id",
        steady_id("team_contract", number),
        team.purse,
        team.payer,
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
    dues = [due_of(card, period) for period in dues_of(card.timeline, today) if period.amount]
    keys = await fetch(
        "SELECT nextval(pg_get_serial_sequence('charge', 'id')) AS key FROM generate_series(1, $1)", len(dues)
    )
    rows = [
        charge_row(row["key"], due, wall_instant(due.supply_from, 10 * 60, _ZONE))
        for row, due in zip(keys, dues, strict=True)
    ]
    await insert_all(rows)
    return card


async def _seat_people(card: TeamContractCard, seated: int, since: date) -> int:
    """The holding of who is seated; the other seats are free."""
    at = wall_instant(since, 10 * 60, _ZONE)
    for number in range(1, card.quantity_on(since) + 1):
        await execute(
            "INSERT INTO seat (public_id, team_contract, number, first) VALUES ($1, $2, $3, $4)",
            steady_id("seat", number),
            card.id,
            number,
            since,
        )
    holding: int = await fetch_value(
        "INSERT INTO seat_holding (seat, person, first, given_at)"
        " SELECT id, $2, $3, $4 FROM seat WHERE team_contract = $1 AND number = 1 RETURNING id",
        card.id,
        seated,
        since,
        at,
    )
    return holding


async def _open(
    card: TeamContractCard, person: int | None, holding: int | None, since: date, today: date
) -> list[Entitlement]:
    """The accounts of each month: of the person's seat, or of the pool."""
    timeline = card.timeline if holding is None else Timeline([Stretch(Days(since), card.plan)])
    accounts = [
        account_of(card, person, grant) for grant in grants_of(timeline, months_later(today, GRANTED_AHEAD_MONTHS))
    ]
    keys = await fetch(
        "SELECT nextval(pg_get_serial_sequence('entitlement', 'id')) AS key FROM generate_series(1, $1)", len(accounts)
    )
    rows: list[NewRow] = []
    opened = []
    for row, account in zip(keys, accounts, strict=True):
        public_id = steady_id("account", row["key"])
        first, *entries = account_rows(row["key"], account, wall_instant(card.starts_on, 0, _ZONE))
        of_it = {"entitlement": row["key"], "team_contract": card.id, "seat_holding": holding}
        rows += [
            NewRow(first.table, {**first.values, "public_id": public_id}),
            *entries,
            NewRow("team_account", of_it),
        ]
        opened.append(_entitlement(row["key"], public_id, account))
    await insert_all(rows)
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
