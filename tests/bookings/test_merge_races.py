"""Booking for a record while it is being merged, with real connections: the booking ends up with who stays."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from app.bookings import front_desk  # noqa: F401  moves bookings
from app.bookings.operations import BookDesk, book
from app.identity.merging import merge_people
from app.identity.operations import NewPerson, create_people
from app.platform.database import execute, fetch, fetch_value
from tests.worlds import NOW, World, a_world, tomorrow

ROUNDS = 12


@pytest.fixture(scope="module")
async def world(database: str) -> World:
    return await a_world()


@pytest.fixture(autouse=True)
async def nothing_booked(world: World) -> AsyncIterator[None]:
    yield
    for table in ("claim", "booking"):
        await execute(f"DELETE FROM {table}")


async def doubles(world: World) -> tuple[int, int]:
    first, second = await create_people([NewPerson("Erna", operator=world.operator) for _ in range(2)], NOW)
    return first, second


async def test_no_booking_stays_with_the_record_that_goes(world: World) -> None:
    for n in range(ROUNDS):
        kept, gone = await doubles(world) if n % 2 else reversed(await doubles(world))
        results = await asyncio.gather(
            merge_people(world.otto.actor(), kept, gone, NOW),
            *(
                book(
                    world.otto.actor(), BookDesk(world.polch[desk].public_id, tomorrow(8), tomorrow(9)), NOW, whom=gone
                )
                for desk in ("1", "2", "3")
            ),
        )
        assert await fetch_value("SELECT count(*) FROM booking WHERE person = $1", kept) == 3, results
        assert await fetch_value("SELECT count(*) FROM booking WHERE person = $1", gone) == 0
        for table in ("claim", "booking"):
            await execute(f"DELETE FROM {table}")


async def test_two_merges_of_the_same_records_end_with_one_that_stays(world: World) -> None:
    for _ in range(ROUNDS):
        first, second = await doubles(world)
        results = await asyncio.gather(
            merge_people(world.otto.actor(), first, second, NOW),
            merge_people(world.otto.actor(), second, first, NOW),
            return_exceptions=True,
        )
        assert sum(result is None for result in results) == 1, results
        rows = await fetch("SELECT merged_into FROM person WHERE id = ANY($1)", [first, second])
        assert sorted(row["merged_into"] is None for row in rows) == [False, True]
