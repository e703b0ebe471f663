"""The ways in which time becomes free, and that whoever gives it up for something else comes before the line."""

import pytest

from app.bookings.cancellation import cancel
from app.bookings.holds import HELD_FOR, Newcomer, hold_desk
from app.bookings.lapsing import lapse_holds
from app.bookings.line_keeping import look_after_lines
from app.bookings.moving import MoveBooking, move
from app.bookings.operations import BookDesk, book
from app.bookings.quoting import quote
from app.bookings.rules import AlreadyTaken
from app.bookings.serving import serve_line
from app.bookings.waiting import WaitingCard, WaitingStatus, waiting_by_id
from app.inventory.rules import Kind
from app.platform.database import execute, queries_run
from tests.bookings.lines import all_desks, claims_for, states, taken, waits
from tests.identity.conftest import KEY
from tests.worlds import NOW, World, a_resource, a_world, tomorrow


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


async def now_is(place: WaitingCard) -> WaitingCard:
    found = await waiting_by_id(place.id)
    assert found is not None
    return found


async def test_ones_own_offer_is_free_for_oneself_and_the_rest_of_it_goes_on(world: World) -> None:
    first, *_ = await all_desks(world)
    mia = await waits(world.mia)
    gundula = await waits(world.gundula, starts=13, ends=18)
    await cancel(world.otto.actor(), first.public_id, NOW)
    wish = BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(12))
    assert (await quote(wish, NOW, person=world.mia.id)).refusal is None
    assert (await quote(wish, NOW, person=world.rolf.id)).refusal is not None
    await book(world.mia.actor(), wish, NOW)
    assert [(await now_is(place)).status for place in (mia, gundula)] == ["ended", "offered"]


async def test_ones_own_offer_stays_where_the_other_booking_fails(world: World) -> None:
    first, *_ = await all_desks(world)
    mia = await waits(world.mia, ends=12)
    await cancel(world.otto.actor(), first.public_id, NOW)
    await book(world.gundula.actor(), BookDesk(world.polch["1"].public_id, tomorrow(12), tomorrow(18)), NOW)
    with pytest.raises(AlreadyTaken):
        await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(18)), NOW)
    assert (await now_is(mia)).status is WaitingStatus.OFFERED
    assert await claims_for("offer") == 1


async def test_a_move_keeps_its_own_time_and_hands_on_what_is_left_of_it(world: World) -> None:
    first, *_ = await all_desks(world)
    early = await waits(world.mia, world.polch["1"].public_id, starts=8, ends=10)
    late = await waits(world.gundula, world.polch["1"].public_id, starts=16, ends=18)
    await move(world.otto.actor(), first.public_id, MoveBooking(starts_at=tomorrow(9), ends_at=tomorrow(15)), NOW)
    assert [(await now_is(place)).status for place in (early, late)] == ["waiting", "offered"]
    await move(world.otto.actor(), first.public_id, MoveBooking(starts_at=tomorrow(10), ends_at=tomorrow(15)), NOW)
    assert (await now_is(early)).status is WaitingStatus.OFFERED


async def test_what_a_newcomer_let_lapse_goes_to_the_line(world: World) -> None:
    await taken(world, "2", "3")
    held = BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(18))
    await hold_desk(held, Newcomer("Nina", "nina@example.org", "de"), NOW, key=KEY, address="x")
    mia = await waits(world.mia)
    await lapse_holds(NOW + HELD_FOR)
    assert (await now_is(mia)).status is WaitingStatus.OFFERED


async def test_a_newcomer_who_mends_the_address_does_not_lose_the_desk_to_the_line(world: World) -> None:
    await taken(world, "2", "3")
    held = BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(18))
    wrong = await hold_desk(held, Newcomer("Nina", "nima@example.org", "de"), NOW, key=KEY, address="x")
    mia = await waits(world.mia)
    right = Newcomer("Nina", "nina@example.org", "de")
    await hold_desk(held, right, NOW, key=KEY, address="x", instead_of=wrong.public_id)
    assert (await now_is(mia)).status is WaitingStatus.WAITING


async def test_a_new_desk_is_offered_with_the_next_look_or_by_who_added_it(world: World) -> None:
    await all_desks(world)
    mia, gundula = await waits(world.mia), await waits(world.gundula)
    await a_resource(world.polch.id, Kind.DESK, "4")
    assert await look_after_lines(NOW) == 1
    await a_resource(world.polch.id, Kind.DESK, "5")
    assert await serve_line(world.polch.id, NOW) == 1
    assert [(await now_is(place)).status for place in (mia, gundula)] == ["offered", "offered"]
    assert await look_after_lines(NOW) == 0


async def test_nothing_is_offered_a_quarter_of_an_hour_before(world: World) -> None:
    first, *_ = await all_desks(world)
    mia = await waits(world.mia)
    await cancel(world.otto.actor(), first.public_id, tomorrow(7, 50))
    assert (await now_is(mia)).status is WaitingStatus.WAITING
    await look_after_lines(tomorrow(7, 50))
    assert await states() == [("ended", "over")]


async def test_giving_back_asks_the_database_nothing_more_where_nobody_waits(world: World) -> None:
    first, second, third = await all_desks(world)
    await waits(world.mia, world.polch["3"].public_id)

    async def asked(public_id: str) -> int:
        token = queries_run.set([])
        await cancel(world.otto.actor(), public_id, NOW)
        count = len(queries_run.get() or [])
        queries_run.reset(token)
        return count

    await execute("UPDATE waiting SET starts_at = starts_at + interval '1 day', ends_at = ends_at + interval '1 day'")
    without = await asked(first.public_id)
    await execute("UPDATE waiting SET starts_at = starts_at - interval '1 day', ends_at = ends_at - interval '1 day'")
    assert await asked(second.public_id) == without + 3, "the line is locked, and nobody in it wants this desk"
    assert await asked(third.public_id) > without + 3
