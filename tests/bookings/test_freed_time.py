"""All that an act frees is handed on at once, to the first in line, and to nobody before the act is done."""

from datetime import datetime

import pytest

from app.bookings.block_plan import Block
from app.bookings.blocking import block, plan_block
from app.bookings.cancellation import cancel
from app.bookings.holds import Newcomer, hold_desk
from app.bookings.moving import MoveBooking, move
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard
from app.bookings.rules import Status
from app.bookings.together import book_together
from app.inventory.rules import Kind
from app.network.managing import managed_space
from tests.bookings.lines import states, taken, waits
from tests.identity.conftest import KEY
from tests.worlds import NOW, APerson, World, a_world, rules_at, tomorrow


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


def wish(world: World, name: str, starts: datetime, ends: datetime) -> BookDesk:
    return BookDesk(world.polch[name].public_id, starts, ends)


async def booked(world: World, person: APerson, name: str, starts: datetime, ends: datetime) -> BookingCard:
    return await book(person.actor(), wish(world, name, starts, ends), NOW)


async def blocked_from_noon(world: World, name: str) -> None:
    otto = world.otto.actor()
    space = await managed_space(otto, world.polch.slug)
    command = Block((world.polch[name].public_id,), tomorrow(12), tomorrow(18), "Heizung")
    await block(otto, space, command, (await plan_block(otto, space, command, NOW)).state, {}, NOW)


@pytest.mark.parametrize(("starts", "ends"), [(9, 9.5), (11.5, 12)])
async def test_time_that_was_kept_free_is_handed_on_too(world: World, starts: float, ends: float) -> None:
    await rules_at(world.polch, Kind.ROOM, world.polch["Nette"], buffer_before=15, buffer_after=30)
    meeting = await booked(world, world.otto, "Nette", tomorrow(10), tomorrow(11))
    await waits_from(world, world.mia, "Nette", starts, ends)
    await cancel(world.otto.actor(), meeting.public_id, NOW)
    assert await states() == [("offered", None)]


async def test_of_what_is_given_back_in_one_act_the_first_in_line_comes_first(world: World) -> None:
    both = [wish(world, "1", tomorrow(8), tomorrow(10)), wish(world, "1", tomorrow(11), tomorrow(12))]
    one, _ = await book_together(world.otto.actor(), both, NOW)
    await waits_from(world, world.mia, "1", 10, 12)
    await waits_from(world, world.gundula, "1", 8, 11)
    await cancel(world.otto.actor(), one.public_id, NOW)
    assert await states() == [("offered", None), ("waiting", None)]


async def test_what_is_left_of_a_hold_that_is_blocked_is_handed_on(world: World) -> None:
    newcomer = Newcomer("Nina", "nina@example.org", "de")
    await hold_desk(wish(world, "1", tomorrow(8), tomorrow(18)), newcomer, NOW, key=KEY, address="x")
    await waits_from(world, world.mia, "1", 8, 10)
    await blocked_from_noon(world, "1")
    assert await states() == [("offered", None)]


async def test_who_was_offered_what_is_blocked_waits_on_and_the_rest_is_handed_on(world: World) -> None:
    [day] = await taken(world, "1")
    await waits_from(world, world.gundula, "1", 8, 18)
    await waits_from(world, world.mia, "1", 8, 10)
    await cancel(world.otto.actor(), day.public_id, NOW)
    await blocked_from_noon(world, "1")
    assert await states() == [("waiting", None), ("offered", None)]


async def test_who_moves_beside_an_overdue_offer_keeps_the_old_time_until_it_is_swept_up(world: World) -> None:
    mine = await booked(world, world.mia, "1", tomorrow(8), tomorrow(12))
    afternoon = await booked(world, world.otto, "1", tomorrow(12), tomorrow(18))
    await waits_from(world, world.gundula, "1", 12, 18)
    await waits_from(world, world.rolf, "1", 8, 13)
    await cancel(world.otto.actor(), afternoon.public_id, NOW)
    later = MoveBooking(starts_at=tomorrow(9), ends_at=tomorrow(13))
    assert (await move(world.mia.actor(), mine.public_id, later, tomorrow(7))).status is Status.CONFIRMED
    assert await states() == [("ended", "lapsed"), ("waiting", None)]


async def test_a_newcomer_who_chooses_anew_keeps_the_old_time_until_what_is_over_is_swept_up(world: World) -> None:
    nina, otto = Newcomer("Nina", "nina@example.org", "de"), world.otto.actor()
    afternoon = await booked(world, world.otto, "1", tomorrow(12), tomorrow(18))
    await waits_from(world, world.gundula, "1", 12, 18)
    await waits_from(world, world.rolf, "1", 8, 13)
    await cancel(otto, afternoon.public_id, NOW)
    now = tomorrow(7)
    await hold_desk(wish(world, "1", tomorrow(8), tomorrow(12)), nina, now, key=KEY, address="x")
    await hold_desk(wish(world, "1", tomorrow(9), tomorrow(13)), nina, now, key=KEY, address="x")
    assert await states() == [("ended", "lapsed"), ("waiting", None)]


async def test_of_the_old_time_and_the_own_offer_that_a_move_gives_up_the_first_in_line_comes_first(
    world: World,
) -> None:
    mine = await booked(world, world.mia, "1", tomorrow(8), tomorrow(10))
    late = await booked(world, world.otto, "1", tomorrow(10, 30), tomorrow(12))
    await waits_from(world, world.mia, "1", 10.5, 12)
    await waits_from(world, world.rolf, "1", 9, 10.5)
    await cancel(world.otto.actor(), late.public_id, NOW)
    await waits_from(world, world.gundula, "1", 10, 11)
    await move(world.mia.actor(), mine.public_id, MoveBooking(starts_at=tomorrow(11), ends_at=tomorrow(12)), NOW)
    assert await states() == [("ended", "booked_elsewhere"), ("offered", None), ("waiting", None)]


async def waits_from(world: World, person: APerson, name: str, starts: float, ends: float) -> None:
    await waits(person, world.polch[name].public_id, starts=starts, ends=ends)
