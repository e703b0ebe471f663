"""The usual desk of a person, from the bookings that stand in the database."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from app.bookings.cancellation import cancel
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard
from app.bookings.usual_desk import UsualDesk, usual_desk
from app.platform.database import execute, queries_run
from tests.worlds import NOW, TOMORROW, APerson, World, a_world, at

LAST_TUESDAYS = [date(2026, 11, 10), date(2026, 11, 17)]


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


async def came(who: APerson, world: World, days: Sequence[date], desk: str = "2") -> list[BookingCard]:
    """Bookings from 8 to 17 that were made on the day before."""
    resource = world.polch[desk].public_id
    return [
        await book(who.actor(), BookDesk(resource, at(day, 8), at(day, 17)), at(day, 8) - timedelta(days=1))
        for day in days
    ]


async def usual(world: World) -> UsualDesk | None:
    return await usual_desk(world.mia.id, NOW, "de")


async def test_the_usual_desk_is_free_tomorrow(world: World) -> None:
    await came(world.mia, world, LAST_TUESDAYS)
    found = await usual(world)
    assert found is not None
    assert (found.day, found.desk and found.desk.name, found.is_free) == (TOMORROW, "2", True)
    assert found.space.slug == "regiohub-polch"


async def test_where_somebody_else_has_it_the_best_other_one_is_offered(world: World) -> None:
    await came(world.mia, world, LAST_TUESDAYS)
    await came(world.gundula, world, [TOMORROW])
    found = await usual(world)
    assert found is not None
    assert (found.resource.name, found.desk and found.desk.name, found.is_free) == ("2", "1", False)


async def test_where_nothing_is_free_nothing_is_offered_but_the_day_stays(world: World) -> None:
    await came(world.mia, world, LAST_TUESDAYS)
    for desk in ("1", "2", "3"):
        await came(world.gundula, world, [TOMORROW], desk)
    found = await usual(world)
    assert found is not None
    assert (found.day, found.desk, found.is_free) == (TOMORROW, None, False)


async def test_who_has_a_desk_tomorrow_is_offered_the_day_after(world: World) -> None:
    await came(world.mia, world, [*LAST_TUESDAYS, TOMORROW])
    found = await usual(world)
    assert found is not None
    assert found.day == TOMORROW + timedelta(days=1)


async def test_cancelled_bookings_are_no_habit(world: World) -> None:
    [first, _] = await came(world.mia, world, LAST_TUESDAYS)
    assert await usual(world) is not None
    await execute("UPDATE booking SET status = 'cancelled' WHERE id = $1", first.id)
    assert await usual(world) is None


async def test_a_cancelled_booking_leaves_its_day_open(world: World) -> None:
    *_, tomorrow = await came(world.mia, world, [*LAST_TUESDAYS, TOMORROW])
    await cancel(world.mia.actor(), tomorrow.public_id, NOW)
    found = await usual(world)
    assert found is not None
    assert found.day == TOMORROW


async def test_habits_are_ones_own(world: World) -> None:
    await came(world.gundula, world, LAST_TUESDAYS)
    assert await usual(world) is None


async def test_a_room_is_no_usual_desk(world: World) -> None:
    await came(world.mia, world, LAST_TUESDAYS, "Nette")
    assert await usual(world) is None


async def test_a_desk_that_is_gone_is_replaced_and_a_space_that_is_gone_offers_nothing(world: World) -> None:
    await came(world.mia, world, LAST_TUESDAYS)
    await execute("UPDATE resource SET retired_at = $2 WHERE id = $1", world.polch["2"].id, NOW)
    found = await usual(world)
    assert found is not None
    assert found.desk is not None
    assert found.desk.name == "1"
    await execute("UPDATE space SET retired_at = $2 WHERE id = $1", world.polch.id, NOW)
    assert await usual(world) is None


async def test_however_many_bookings_it_takes_four_queries(world: World) -> None:
    await came(world.mia, world, [TOMORROW - timedelta(days=n) for n in (1, 2, 5, 6, 7, 8, 9, 12, 13, 14)])
    noted: list[str] = []
    queries_run.set(noted)
    await usual(world)
    queries_run.set(None)
    assert len(noted) == 4
