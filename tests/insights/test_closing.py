"""Days that are over: closed once, counted anew where something has changed, and with the hours that they had."""

from datetime import date, datetime, timedelta

import pytest

from app.bookings.operations import BookDesk, book
from app.insights.closing import OPEN_FOR, close_days
from app.insights.queries import occupancy
from app.insights.rules import Days, Wanted
from app.insights.sums import Sums
from app.platform.database import execute, fetch_value
from tests.worlds import NOW, TOMORROW, World, a_world, tomorrow

LATER = NOW + timedelta(days=OPEN_FOR + 2)


@pytest.fixture
async def world(undone: None) -> World:
    world = await a_world()
    await execute("UPDATE space SET published_at = $1", NOW - timedelta(days=10))
    await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(16)), NOW)
    return world


async def that_day(world: World, now: datetime = LATER) -> Sums:
    return (await occupancy(Wanted((world.polch.id,), Days(TOMORROW, TOMORROW)), now)).total


async def closed_through(world: World) -> date | None:
    through: date | None = await fetch_value("SELECT through FROM occupancy_closed WHERE space = $1", world.polch.id)
    return through


async def test_a_day_is_closed_once_it_has_been_over_for_a_while(world: World) -> None:
    await close_days(LATER - timedelta(days=1))
    assert await closed_through(world) == TOMORROW - timedelta(days=1)
    assert await close_days(LATER) == 2
    assert await closed_through(world) == TOMORROW
    assert await close_days(LATER) == 0


async def test_other_opening_hours_do_not_rewrite_a_closed_day(world: World) -> None:
    await close_days(LATER)
    before = await that_day(world)
    await execute("UPDATE weekly_hours SET opens = 600 WHERE space = $1", world.polch.id)
    assert await that_day(world) == before
    await execute("UPDATE booking SET status = 'no_show', updated_at = $1", LATER)
    await close_days(LATER + timedelta(minutes=1))
    after = await that_day(world)
    assert after.available == before.available
    assert (before.no_shows, after.no_shows, after.no_show_minutes) == (0, 1, 480)


async def test_an_older_booking_closes_everything_anew(world: World) -> None:
    await close_days(LATER)
    await execute(
        "UPDATE booking SET starts_at = starts_at - interval '30 days', ends_at = ends_at - interval '30 days'"
    )
    moved = Wanted((world.polch.id,), Days(TOMORROW - timedelta(days=30), TOMORROW))
    found = await occupancy(moved, LATER)
    assert found.total.booked_minutes == 480
    assert found.by_day[TOMORROW - timedelta(days=30)].booked_minutes == 480
    await close_days(LATER)
    assert (await occupancy(moved, LATER)).total == found.total


async def test_a_space_that_was_never_published_has_nothing_to_close(world: World) -> None:
    await execute("UPDATE space SET published_at = NULL WHERE id = $1", world.andernach.id)
    await close_days(LATER)
    assert await fetch_value("SELECT count(*) FROM occupancy_closed WHERE space = $1", world.andernach.id) == 0
