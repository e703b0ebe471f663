"""Many at once for one desk, with real connections; and the same with the guard off, which proves the test."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg
import pytest

from app.bookings import operations
from app.bookings.moving import MoveBooking, move
from app.bookings.operations import BookDesk, book
from app.bookings.rules import AlreadyTaken, AnyOf, NothingFree
from app.inventory.queries import taken_periods
from app.inventory.rules import Kind
from app.kernel.periods import Period
from app.platform.database import DB, execute, fetch_value
from app.platform.new_rows import NewRow, insert_together
from tests.conftest import copied
from tests.worlds import NOW, World, a_world, tomorrow

RUNNERS = 50
OVERLAPS = """
    SELECT count(*) FROM claim a JOIN claim b ON a.resource = b.resource AND a.id < b.id
       AND tstzrange(a.starts_at, a.ends_at) && tstzrange(b.starts_at, b.ends_at)
"""


@pytest.fixture(scope="module")
async def world(database: str) -> World:
    return await a_world()


@pytest.fixture(autouse=True)
async def nothing_booked(world: World) -> AsyncIterator[None]:
    yield
    for table in ("claim", "booking"):
        await execute(f"DELETE FROM {table}")


async def outcomes(world: World, what: str | AnyOf) -> Counter[str]:
    async def attempt() -> str:
        try:
            await book(world.mia.actor(), BookDesk(what, tomorrow(8), tomorrow(18)), NOW)
        except (AlreadyTaken, NothingFree) as refusal:
            return refusal.code
        return "booked"

    return Counter(await asyncio.gather(*(attempt() for _ in range(RUNNERS))))


async def test_one_of_fifty_gets_the_desk_and_the_others_are_told(world: World) -> None:
    assert await outcomes(world, world.polch["1"].public_id) == {"booked": 1, "desk_already_taken": RUNNERS - 1}
    assert await fetch_value("SELECT count(*) FROM booking") == 1


async def test_any_desk_gives_each_desk_away_once(world: World) -> None:
    assert await outcomes(world, AnyOf("regiohub-polch", Kind.DESK)) == {"booked": 3, "nothing_free": RUNNERS - 3}
    assert await fetch_value(OVERLAPS) == 0


async def test_two_who_swap_desks_neither_deadlock_nor_lose_their_place(world: World) -> None:
    for _ in range(10):
        mine = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(18)), NOW)
        yours = await book(world.rolf.actor(), BookDesk(world.polch["2"].public_id, tomorrow(8), tomorrow(18)), NOW)
        moves = (
            move(world.mia.actor(), mine.public_id, MoveBooking(world.polch["2"].public_id), NOW),
            move(world.rolf.actor(), yours.public_id, MoveBooking(world.polch["1"].public_id), NOW),
        )
        done = await asyncio.gather(*moves, return_exceptions=True)
        assert all(isinstance(one, AlreadyTaken) or not isinstance(one, BaseException) for one in done), done
        assert await fetch_value("SELECT count(*) FROM claim") == 2
        assert await fetch_value(OVERLAPS) == 0
        await execute("DELETE FROM claim")


async def test_without_the_constraint_the_same_rush_gives_the_desk_away_again_and_again(
    admin_dsn: str, template: str, world: World, monkeypatch: pytest.MonkeyPatch, database: str
) -> None:
    """The negative control: look first, then take, as it is done elsewhere."""

    async def look_then_take(claim: NewRow, *others: NewRow) -> bool:
        resource, starts_at, ends_at, *_ = claim.values.values()
        if (await taken_periods([resource], Period(starts_at, ends_at)))[resource]:
            return False
        await asyncio.sleep(0.01)  # somebody else looks meanwhile
        return await insert_together(replace(claim, yields_to=None), *others)

    await DB.close_pool()
    try:
        async with copied(admin_dsn, template, f"{template}_unguarded") as dsn:
            admin = await asyncpg.connect(dsn)
            await admin.execute("ALTER TABLE claim DROP CONSTRAINT claim_no_overlap")
            await admin.close()
            await DB.open_pool(dsn, size=8)
            unguarded = await a_world()
            monkeypatch.setattr(operations, "insert_together", look_then_take)
            counted = await outcomes(unguarded, unguarded.polch["1"].public_id)
            await DB.close_pool()
        assert counted["booked"] > 1
    finally:
        with contextlib.suppress(RuntimeError):
            await DB.open_pool(database, size=8)
