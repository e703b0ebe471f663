"""Plans: what the decision of what pays adds to a booking after three years, and an account that many spend at once."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice

import msgspec

from app.demo.contracts import Contract, enter_contracts
from app.demo.history import FURTHEST_AHEAD
from app.identity.operations import NewPerson, create_people
from app.identity.queries import person_of_email
from app.kernel.clock import system_clock
from app.plans.accounts import NewAccount, accounts_out_of_balance, open_account
from app.plans.grants import month_of
from app.plans.products import offers_on_sale, plan_of
from app.plans.rules import Source
from app.plans.timeline import months_later
from app.plans.uses import HALVES_OF_A_DAY, Unit
from app.platform.database import execute, fetch, fetch_row, transaction
from app.platform.installation import DatabaseAddress
from app.web.search_form import ZONE
from tests.bench.installation import Installation
from tests.bench.load import Client, Taken, by_clients, request_bytes
from tests.bench.measurements import statements_logged
from tests.bench.world import HALL, Slot, free_slots, hour_of, member_emails, working_day

LAST_DAYS, CLIENTS, WANTED = 100, 20, 130
SPENDER = "spender@demo.example"
_MONTHS_OF_HISTORY = 36
_DAYS_A_MONTH = 20
_ROUNDS, _BOOKINGS = 4, 12


@dataclass(frozen=True, slots=True)
class Decided:
    """Database time of a booking in ms: where the network charges nothing, and where an account of years pays."""

    free_ms: float
    paid_ms: float

    @property
    def adds(self) -> float:
        return self.paid_ms - self.free_ms


@dataclass(frozen=True, slots=True)
class Spent:
    """What became of an account that many spend at once."""

    taken: Taken
    left: int
    held: int
    out_of_balance: int


async def add_years() -> None:
    """The first member of the load test has had a plan for three years and used it; accounts of all months stand."""
    today = system_clock().astimezone(ZONE).date()
    person = await person_of_email(member_emails()[0])
    assert person is not None, "the demo network has members"
    offer = next(offer for offer in await offers_on_sale(system_clock()) if offer.is_plan and plan_of(offer).desk_days)
    much = msgspec.structs.replace(plan_of(offer), desk_days=31)
    since = month_of(months_later(today, -_MONTHS_OF_HISTORY)).first
    await enter_contracts([Contract(person, replace(offer, terms=much), since)], today)
    for change, left, held, booked in (("hold", -2, 2, 480), ("consume", 0, -2, 0)):
        await execute(
            "INSERT INTO entitlement_entry (entitlement, change, left_change, held_change, booked_change, person, day,"
            " step, at) SELECT e.id, $2, $3, $4, $5, e.person, e.starts_on + n, $6, e.created_at"
            " FROM entitlement e CROSS JOIN generate_series(0, $7 - 1) n"
            " WHERE e.person = $1 AND e.unit = 'desk_day' AND e.ends_on < $8 AND e.left_units IS NOT NULL",
            *(person, change, left, held, booked, 1 if change == "hold" else 2, _DAYS_A_MONTH, today),
        )
    await execute("UPDATE entitlement SET expired_at = now() WHERE person = $1 AND ends_on < $2", person, today)


async def decide(installation: Installation, address: DatabaseAddress, token: str) -> Decided:
    """Bookings by turns where nothing is charged and where the member's account pays."""
    took: dict[bool, list[float]] = {False: [], True: []}
    slots = iter(await free_slots(2 * (_ROUNDS + 1) * _BOOKINGS))
    client = Client(installation.port)
    async with statements_logged(installation, address) as sums:
        for turn in range(_ROUNDS + 1):
            for charges in (False, True):
                await execute("UPDATE network SET charges = $1", charges)
                await sums()
                for slot in islice(slots, _BOOKINGS):
                    answer = await client.send(_booking(slot, token))
                    assert answer.status == 201, answer.body
                    paid = msgspec.json.decode(answer.body)["paid_by"]
                    assert paid == ("entitlement" if charges else "free"), answer.body
                    milliseconds, _ = await sums()
                    if turn:  # the first has warmed up
                        took[charges].append(milliseconds)
    client.close()
    return Decided(statistics.median(took[False]), statistics.median(took[True]))


async def open_last_days() -> int:
    """Somebody has an account of 100 days and nothing else, at an operator that sells no days; the account's key."""
    today = system_clock().astimezone(ZONE).date()
    [person] = await create_people([NewPerson("Vera Viel", SPENDER, is_confirmed=True)], system_clock())
    await execute(
        "INSERT INTO price_list_entry (operator, kind, valid_from, entered_at)"
        " SELECT operator, 'desk', $2, $3 FROM space WHERE slug = $1",
        *(HALL, today, system_clock()),
    )
    async with transaction():
        return await open_account(
            NewAccount(
                person,
                Unit.DESK_DAY,
                Source.PASS,
                LAST_DAYS * HALVES_OF_A_DAY,
                today,
                today + timedelta(days=500),
                "Hundert Tage",
                "Hundred days",
            ),
            system_clock(),
        )


async def spend(installation: Installation, token: str, account: int) -> Spent:
    """20 clients want 130 days of it."""
    desks = await fetch(
        "SELECT r.public_id FROM resource r JOIN space s ON s.id = r.space WHERE s.slug = $1 ORDER BY r.position", HALL
    )
    days = list(dict.fromkeys(working_day(ahead) for ahead in range(10, FURTHEST_AHEAD)))[:WANTED]
    assert len(days) == WANTED, "so many days can be booked"
    requests: Sequence[bytes] = [
        _booking(Slot(desks[number % len(desks)]["public_id"], hour_of(day, 16), hour_of(day, 18)), token)
        for number, day in enumerate(days)
    ]
    taken = await by_clients(installation.port, requests, clients=CLIENTS)
    row = await fetch_row("SELECT left_units, held_units FROM entitlement WHERE id = $1", account)
    assert row is not None, "the account is there"
    return Spent(taken, row["left_units"], row["held_units"], len(await accounts_out_of_balance()))


def _booking(slot: Slot, token: str) -> bytes:
    return request_bytes("POST", "/api/v1/bookings", token=token, body=slot.body())
