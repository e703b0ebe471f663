"""Who gives a place back too late gets the day back when somebody else takes it."""

from datetime import datetime, timedelta

import pytest

from app.bookings.cancellation import cancel
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard, booking_by_id
from app.bookings.rules import Status
from app.bookings.taking_over import take_over
from app.inventory.rules import Kind
from app.platform.database import fetch
from tests.worlds import NOW, APerson, World, a_world, rules_at, tomorrow

BACK_AT = tomorrow(7)


@pytest.fixture
async def world(undone: None) -> World:
    world = await a_world()
    await rules_at(world.polch, Kind.DESK, cancel_before=24 * 60)
    return world


@pytest.fixture
async def late(world: World) -> BookingCard:
    """Mia's day from 8 to 18, which she gave back an hour before."""
    made = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(18)), NOW)
    released = await cancel(world.mia.actor(), made.public_id, BACK_AT)
    assert (released.status, released.is_late, released.counts) == (Status.RELEASED, True, True)
    return released


async def taken(
    world: World, person: APerson, starts: datetime, ends: datetime, name: str = "1", now: datetime = BACK_AT
) -> BookingCard:
    return await book(person.actor(), BookDesk(world.polch[name].public_id, starts, ends), now)


async def counts(booking: BookingCard) -> bool:
    found = await booking_by_id(booking.id)
    assert found is not None
    return found.counts


async def told(booking: BookingCard) -> int:
    rows = await fetch("SELECT 1 FROM outbox_event WHERE aggregate_id = $1 AND name = 'booking.taken_over'", booking.id)
    return len(rows)


async def test_half_of_the_time_is_enough_and_it_is_told_once(world: World, late: BookingCard) -> None:
    taker = await taken(world, world.rolf, tomorrow(8), tomorrow(13))
    assert await take_over(taker.id, BACK_AT) == 1
    assert await take_over(taker.id, BACK_AT) == 0
    assert not await counts(late)
    assert await told(late) == 1


async def test_less_than_half_is_not_enough(world: World, late: BookingCard) -> None:
    taker = await taken(world, world.rolf, tomorrow(8), tomorrow(12, 45))
    assert await take_over(taker.id, BACK_AT) == 0
    assert await counts(late)


async def test_what_several_take_adds_up(world: World, late: BookingCard) -> None:
    for starts, ends, person, freed in ((8, 11, world.rolf, 0), (14, 16, world.gundula, 1)):
        taker = await taken(world, person, tomorrow(starts), tomorrow(ends))
        assert await take_over(taker.id, BACK_AT) == freed
    assert not await counts(late)


async def test_who_takes_the_own_place_again_takes_nothing_over(world: World, late: BookingCard) -> None:
    taker = await taken(world, world.mia, tomorrow(8), tomorrow(18))
    assert await take_over(taker.id, BACK_AT) == 0


async def test_another_desk_or_another_day_takes_nothing_over(world: World, late: BookingCard) -> None:
    next_day = timedelta(days=1)
    for taker in (
        await taken(world, world.rolf, tomorrow(8), tomorrow(18), "2"),
        await taken(world, world.rolf, tomorrow(8) + next_day, tomorrow(18) + next_day),
    ):
        assert await take_over(taker.id, BACK_AT) == 0
    assert await counts(late)


async def test_who_was_given_back_in_time_needs_nobody(world: World) -> None:
    made = await book(
        world.mia.actor(),
        BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(18)),
        NOW,
    )
    in_time = await cancel(world.mia.actor(), made.public_id, NOW + timedelta(minutes=29))
    assert (in_time.status, in_time.counts) == (Status.CANCELLED, False)
    taker = await taken(world, world.rolf, tomorrow(8), tomorrow(18))
    assert await take_over(taker.id, BACK_AT) == 0


async def test_only_what_was_still_free_counts_of_a_day_that_had_begun(world: World) -> None:
    made = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(18)), NOW)
    late = await cancel(world.mia.actor(), made.public_id, tomorrow(14))
    taker = await taken(world, world.rolf, tomorrow(14), tomorrow(16), now=tomorrow(14))
    assert await take_over(taker.id, tomorrow(14)) == 1
    assert not await counts(late)


async def test_a_taker_who_gives_it_back_before_has_taken_nothing(world: World, late: BookingCard) -> None:
    taker = await taken(world, world.rolf, tomorrow(8), tomorrow(18))
    await cancel(world.rolf.actor(), taker.public_id, BACK_AT + timedelta(minutes=1))
    assert await take_over(taker.id, BACK_AT) == 0
    assert await counts(late)
