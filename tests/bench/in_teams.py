"""Teams: a pool of 100 days that 2,000 people may spend, each within limits of the month, and many do at once."""

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from app.billing.payers import PayerDetails, PayerKind
from app.identity.operations import NewPerson, create_people
from app.identity.queries import actor_of_person, person_of_email
from app.kernel.clock import system_clock
from app.plans.accounts import NewAccount, accounts_out_of_balance, open_account
from app.plans.limits import LimitShape
from app.plans.purse_limits import set_limits_for_all
from app.plans.rules import Source
from app.plans.uses import HALVES_OF_A_DAY, Unit
from app.platform.database import execute, fetch, fetch_row, fetch_value, transaction
from app.teams.company import CompanyDetails
from app.teams.operations import JoinedBy, found_team, join_team
from app.web.search_form import ZONE
from tests.bench.in_plans import CLIENTS, LAST_DAYS, WANTED, Spent
from tests.bench.installation import Installation
from tests.bench.load import by_clients, request_bytes
from tests.bench.world import HALL, Slot, hour_of, member_emails, working_day

PEOPLE = 2_000
MANAGER = "employer@demo.example"
_PAYER = PayerDetails(
    PayerKind.TEAM, "Berta Becker", "Becker GmbH", "Industriestraße 5", "56727", "Mayen", "b@b.example"
)


async def add_team() -> int:
    """The members of the load test and 1,980 more share a pool of 100 days; its key."""
    now = system_clock()
    today = now.astimezone(ZONE).date()
    manager = await person_of_email(MANAGER)
    operator: int = await fetch_value("SELECT operator FROM space WHERE slug = $1", HALL)
    assert manager is not None, "the demo network has an employer"
    actor = await actor_of_person(manager)
    team = await found_team(actor, CompanyDetails("Becker", _PAYER), now)
    assert team.purse is not None, "somebody pays for it"
    for email in member_emails():
        person = await person_of_email(email)
        assert person is not None, "the demo network has members"
        await join_team(None, team, person, JoinedBy.MANAGER, now, today)
    others = PEOPLE - len(member_emails())
    more = await create_people([NewPerson(f"Kollegin {n}", operator=operator) for n in range(others)], now)
    await execute(
        "INSERT INTO team_member (public_id, team, person, joined_by, joined_at)"
        " SELECT translate(substr(md5('team' || p), 1, 16), '01', 'gh'), $1, p, 'file', $3 FROM unnest($2::bigint[]) p",
        *(team.id, list(more), now),
    )
    await execute(
        "INSERT INTO purse_member (purse, person, first) SELECT $1, p, $3 FROM unnest($2::bigint[]) p",
        *(team.purse, list(more), today),
    )
    await set_limits_for_all(team.purse, LimitShape(desk_halves=40, room_minutes=600))
    days, last = LAST_DAYS * HALVES_OF_A_DAY, today + timedelta(days=500)
    async with transaction():
        pool = NewAccount(None, Unit.DESK_DAY, Source.TEAM, days, today, last, "Becker", "Becker", purse=team.purse)
        return await open_account(pool, now)


async def spend(installation: Installation, tokens: Sequence[str], pool: int) -> Spent:
    """20 clients want 130 days of it for 20 people at the same moment."""
    desks = await fetch(
        "SELECT r.public_id FROM resource r JOIN space s ON s.id = r.space WHERE s.slug = $1 ORDER BY r.position", HALL
    )
    account: str = await fetch_value("SELECT public_id FROM entitlement WHERE id = $1", pool)
    days = list(dict.fromkeys(working_day(ahead) for ahead in range(11, 60)))
    requests = []
    for number in range(WANTED):
        person, day = number % len(tokens), days[number // len(tokens)]
        slot = Slot(desks[person]["public_id"], hour_of(day, 12), hour_of(day, 14))
        body = msgspec.json.encode(msgspec.json.decode(slot.body()) | {"pays": account})
        requests.append(request_bytes("POST", "/api/v1/bookings", token=tokens[person], body=body))
    taken = await by_clients(installation.port, requests, clients=CLIENTS)
    row = await fetch_row("SELECT left_units, held_units FROM entitlement WHERE id = $1", pool)
    assert row is not None, "the pool is there"
    return Spent(taken, row["left_units"], row["held_units"], len(await accounts_out_of_balance()))
