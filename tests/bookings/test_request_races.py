"""Many ask at once for what needs approval, and arrivals race the release; with real connections.

The negative control switches the guard off, which proves the first test.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg
import pytest

from app.bookings import operations
from app.bookings.approval import AlreadyDecided, approve, decline
from app.bookings.arrivals import check_in
from app.bookings.operations import BookDesk, book
from app.bookings.queries import booking_by_id
from app.bookings.rules import AlreadyTaken, Status
from app.bookings.settling import settle_due
from app.inventory.queries import taken_periods
from app.inventory.rules import Kind
from app.kernel.periods import Period
from app.platform.database import DB, execute, fetch, fetch_value
from app.platform.new_rows import NewRow, insert_together
from tests.conftest import copied
from tests.worlds import NOW, World, a_world, rules_at, staffed_at, tomorrow

RUNNERS = 30
ROUNDS = 12


async def with_rules() -> World:
    world = await a_world()
    await rules_at(world.polch, Kind.ROOM, needs_approval=True)
    await rules_at(world.polch, Kind.DESK, no_show_after=30)
    await staffed_at(world.polch)
    return world


@pytest.fixture(scope="module")
async def world(database: str) -> World:
    return await with_rules()


@pytest.fixture(autouse=True)
async def nothing_booked(world: World) -> AsyncIterator[None]:
    yield
    for table in ("claim", "booking"):
        await execute(f"DELETE FROM {table}")


async def asked_for(world: World) -> Counter[str]:
    """How it goes for those who want the room at one time, and how many of them staff can approve in the end."""

    async def attempt() -> str:
        try:
            made = await book(
                world.mia.actor(), BookDesk(world.polch["Nette"].public_id, tomorrow(8), tomorrow(18)), NOW
            )
        except AlreadyTaken as refusal:
            return refusal.code
        return made.status

    outcomes = Counter(await asyncio.gather(*(attempt() for _ in range(RUNNERS))))
    for row in await fetch("SELECT public_id FROM booking"):
        await approve(world.frida.actor(), row["public_id"], NOW)
    outcomes["confirmed"] = await fetch_value("SELECT count(*) FROM booking WHERE status = 'confirmed'")
    return outcomes


async def test_two_requests_for_one_time_are_never_both_confirmed(world: World) -> None:
    assert await asked_for(world) == {"requested": 1, "desk_already_taken": RUNNERS - 1, "confirmed": 1}


async def test_without_the_constraint_they_would_be(
    admin_dsn: str, template: str, world: World, monkeypatch: pytest.MonkeyPatch, database: str
) -> None:
    """The negative control: look first, then take."""

    async def look_then_take(claim: NewRow, *others: NewRow) -> bool:
        resource, starts_at, ends_at, *_ = claim.values.values()
        if (await taken_periods([resource], Period(starts_at, ends_at)))[resource]:
            return False
        await asyncio.sleep(0.01)
        return await insert_together(replace(claim, yields_to=None), *others)

    await DB.close_pool()
    try:
        async with copied(admin_dsn, template, f"{template}_unguarded") as dsn:
            admin = await asyncpg.connect(dsn)
            await admin.execute("ALTER TABLE claim DROP CONSTRAINT claim_no_overlap")
            await admin.close()
            await DB.open_pool(dsn, size=8)
            unguarded = await with_rules()
            monkeypatch.setattr(operations, "insert_together", look_then_take)
            counted = await asked_for(unguarded)
            await DB.close_pool()
        assert counted["confirmed"] > 1
    finally:
        with contextlib.suppress(RuntimeError):
            await DB.open_pool(database, size=8)


async def test_of_two_who_decide_at_once_one_is_told_that_it_was_decided(world: World) -> None:
    for _ in range(ROUNDS):
        made = await book(world.mia.actor(), BookDesk(world.polch["Nette"].public_id, tomorrow(8), tomorrow(18)), NOW)
        done = await asyncio.gather(
            approve(world.frida.actor(), made.public_id, NOW),
            decline(world.otto.actor(), made.public_id, "", NOW),
            return_exceptions=True,
        )
        assert sum(isinstance(one, AlreadyDecided) for one in done) == 1, done
        now = await booking_by_id(made.id)
        assert now is not None
        claims = await fetch_value("SELECT count(*) FROM claim WHERE holder = $1", made.id)
        assert (now.status, claims) in ((Status.CONFIRMED, 1), (Status.CANCELLED, 0))
        await execute("DELETE FROM claim")


async def test_arrival_against_release_and_against_the_next_one_gives_the_desk_to_one(world: World) -> None:
    """Whoever wins: the desk has one holder, and who has arrived holds it."""
    seen: Counter[str] = Counter()
    for turn in range(ROUNDS):
        made = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(9), tomorrow(12)), NOW)
        await execute(
            "UPDATE booking SET asked_at = $2, due_at = $3 WHERE id = $1", made.id, tomorrow(9, 15), tomorrow(9, 30)
        )
        late = tomorrow(9, 40)
        acts = [
            check_in(world.mia.actor(), made.public_id, late),
            settle_due(late),
            book(world.rolf.actor(), BookDesk(world.polch["1"].public_id, tomorrow(10), tomorrow(12)), late),
        ]
        done = await asyncio.gather(*(acts[turn % 3 :] + acts[: turn % 3]), return_exceptions=True)
        assert all(isinstance(one, AlreadyTaken) or not isinstance(one, BaseException) for one in done), done
        holders = [row["holder"] for row in await fetch("SELECT holder FROM claim")]
        now = await booking_by_id(made.id)
        assert now is not None
        assert len(holders) == 1
        assert (now.status is Status.CHECKED_IN) == (holders == [made.id])
        assert now.status in (Status.CHECKED_IN, Status.NO_SHOW)
        seen[now.status] += 1
        for table in ("claim", "booking"):
            await execute(f"DELETE FROM {table}")
    assert sum(seen.values()) == ROUNDS


async def test_two_workers_settle_a_booking_once(world: World) -> None:
    made = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(9), tomorrow(12)), NOW)
    settled = await asyncio.gather(*(settle_due(tomorrow(9, 20)) for _ in range(6)))
    assert sum(settled) == 1
    asked = "SELECT count(*) FROM outbox_event WHERE name = 'booking.asked' AND aggregate_id = $1"
    assert await fetch_value(asked, made.id) == 1
