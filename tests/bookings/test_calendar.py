"""How much of each day is taken, as a space's month says it."""

from datetime import timedelta

import pytest

from app.bookings.arrivals import check_in, leave
from app.bookings.calendar import Load, entries_within, load_of_days, summed, whole_days
from app.bookings.cancellation import cancel
from app.bookings.operations import BookDesk, book
from app.network.managing import managed_space
from app.network.queries import SpaceCard
from app.platform.database import execute
from tests.worlds import HERE, NOW, TOMORROW, World, a_world, tomorrow, with_parts

DAYS = [TOMORROW + timedelta(days=number) for number in range(-1, 3)]


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


@pytest.fixture
async def polch(world: World) -> SpaceCard:
    return await managed_space(world.otto.actor(), world.polch.slug)


async def test_what_is_booked_counts_at_its_place_and_takes_its_parts(world: World, polch: SpaceCard) -> None:
    await with_parts(world.polch["Nette"], world.polch["K1"])
    for starts, ends in ((9, 11), (13, 14)):
        await book(world.mia.actor(), BookDesk(world.polch["Nette"].public_id, tomorrow(starts), tomorrow(ends)), NOW)
    gone = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(9), tomorrow(11)), NOW)
    await cancel(world.mia.actor(), gone.public_id, NOW)
    assert await load_of_days(polch, DAYS) == {
        (world.polch["Nette"].id, TOMORROW): Load(2, 180, 0),
        (world.polch["K1"].id, TOMORROW): Load(0, 180, 0),
    }


async def test_a_night_counts_on_both_days(world: World, polch: SpaceCard) -> None:
    await execute("UPDATE weekly_hours SET opens = 0, closes = 1440 WHERE space = $1", polch.id)
    night = BookDesk(world.polch["1"].public_id, tomorrow(22), tomorrow(22) + timedelta(hours=5))
    await book(world.mia.actor(), night, NOW)
    desk = world.polch["1"].id
    found = await load_of_days(polch, DAYS)
    assert found == {(desk, TOMORROW): Load(1, 120), (desk, TOMORROW + timedelta(days=1)): Load(1, 180)}
    assert summed(list(found.values())) == Load(2, 300)


async def test_who_has_left_is_no_longer_there(world: World, polch: SpaceCard) -> None:
    booked = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(9), tomorrow(17)), NOW)
    await check_in(world.mia.actor(), booked.public_id, tomorrow(9))
    await leave(world.mia.actor(), booked.public_id, tomorrow(12))
    assert await load_of_days(polch, DAYS) == {(world.polch["1"].id, TOMORROW): Load(1, 180)}
    [entry] = await entries_within(polch, whole_days(TOMORROW, TOMORROW, HERE))
    assert (entry.name, entry.period.ends_at) == ("Mia Hammes", tomorrow(12))
