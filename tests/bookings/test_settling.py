"""What happens by itself: nobody came, nobody decided; and what people say in between."""

from datetime import datetime

import pytest

from app.bookings.arrivals import check_in, come_later, leave
from app.bookings.cancellation import cancel
from app.bookings.due import NEVER_ASKED, NotThere
from app.bookings.front_desk import find_people
from app.bookings.holds import Newcomer, hold_desk
from app.bookings.moving import MoveBooking, move
from app.bookings.no_shows import no_shows_here, own_no_shows
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard, booking_by_id
from app.bookings.quoting import quote
from app.bookings.rules import AlreadyTaken, NotOpenToChange, Status
from app.bookings.settling import settle_at, settle_due
from app.identity.operations import NewPerson, create_people
from app.inventory.queries import taken_periods
from app.inventory.rules import Kind
from app.kernel.periods import Period
from app.kernel.refusals import NotFound
from app.platform.database import execute, fetch, fetch_value
from tests.identity.conftest import KEY
from tests.worlds import NOW, World, a_world, rules_at, staffed_at, tomorrow

QUESTION, RELEASE = tomorrow(9, 15), tomorrow(9, 30)


@pytest.fixture
async def world(undone: None) -> World:
    """Desks at Polch are released when nobody came for half an hour, and somebody is there all day."""
    world = await a_world()
    await rules_at(world.polch, Kind.DESK, no_show_after=30)
    await staffed_at(world.polch)
    return world


def morning(world: World, name: str = "1") -> BookDesk:
    return BookDesk(world.polch[name].public_id, tomorrow(9), tomorrow(12))


@pytest.fixture
async def booking(world: World) -> BookingCard:
    return await book(world.mia.actor(), morning(world), NOW)


async def now_of(booking: BookingCard) -> BookingCard:
    found = await booking_by_id(booking.id)
    assert found is not None
    return found


async def is_taken(world: World, name: str = "1") -> bool:
    key = world.polch[name].id
    return bool((await taken_periods([key], Period(tomorrow(9), tomorrow(12))))[key])


async def events(booking: BookingCard) -> list[str]:
    rows = await fetch("SELECT name FROM outbox_event WHERE aggregate_id = $1 ORDER BY id", booking.id)
    return [row["name"] for row in rows]


async def the_worker_runs(at: datetime) -> None:
    """Mails have gone out; the tests of mails look at them."""
    await execute("UPDATE outbox_event SET dispatched_at = $1 WHERE dispatched_at IS NULL", at)


async def released(booking: BookingCard) -> BookingCard:
    await settle_due(QUESTION)
    await the_worker_runs(QUESTION)
    await settle_due(RELEASE)
    return await now_of(booking)


async def test_who_does_not_come_is_asked_first_and_then_the_desk_is_free(world: World, booking: BookingCard) -> None:
    assert await settle_due(tomorrow(9, 14)) == 0
    await settle_due(QUESTION)
    asked = await now_of(booking)
    assert (asked.status, asked.asked_at, asked.due_at) == (Status.CONFIRMED, QUESTION, RELEASE)
    await the_worker_runs(QUESTION)
    assert await settle_due(tomorrow(9, 29)) == 0
    await settle_due(RELEASE)
    gone = await now_of(booking)
    assert (gone.status, gone.reason, gone.due_at) == (Status.NO_SHOW, "no_show", None)
    assert not await is_taken(world)
    assert await events(booking) == ["booking.confirmed", "booking.asked", "booking.no_show"]
    assert await settle_due(tomorrow(10)) == 0


async def test_where_nobody_is_on_site_nobody_is_released(world: World, booking: BookingCard) -> None:
    await execute("DELETE FROM staffed_hours")
    await settle_due(QUESTION)
    kept = await now_of(booking)
    assert (kept.status, kept.asked_at, kept.due_at) == (Status.CONFIRMED, None, None)
    assert await settle_due(tomorrow(11)) == 0
    assert await is_taken(world)


async def test_staff_that_comes_later_than_the_booking_does_not_count(world: World, booking: BookingCard) -> None:
    await execute("UPDATE staffed_hours SET opens = $1", 10 * 60)
    await settle_due(tomorrow(10, 30))
    assert (await now_of(booking)).due_at is None


async def test_who_cannot_be_asked_is_not_released(world: World) -> None:
    [erna] = await create_people([NewPerson("Erna Schmitz", operator=world.operator, space=world.polch.id)], NOW)
    made = await book(world.frida.actor(), morning(world), NOW, whom=erna)
    await settle_due(RELEASE)
    assert (await now_of(made)).status is Status.CONFIRMED
    assert await is_taken(world)


async def test_come_later_keeps_the_desk_to_the_end(world: World, booking: BookingCard) -> None:
    await settle_due(QUESTION)
    later = await come_later(world.mia.actor(), booking.public_id, tomorrow(9, 20))
    assert (later.coming_later_at, later.due_at) == (tomorrow(9, 20), None)
    assert await settle_due(tomorrow(11, 59)) == 0
    assert await is_taken(world)
    again = await come_later(world.mia.actor(), booking.public_id, tomorrow(9, 40))
    assert again.coming_later_at == tomorrow(9, 20)


async def test_who_has_arrived_is_neither_asked_nor_released(world: World, booking: BookingCard) -> None:
    await check_in(world.mia.actor(), booking.public_id, tomorrow(8, 45))
    assert await settle_due(tomorrow(11)) == 0
    assert (await now_of(booking)).status is Status.CHECKED_IN


async def test_who_arrives_after_all_takes_the_desk_back(world: World, booking: BookingCard) -> None:
    await released(booking)
    back = await check_in(world.mia.actor(), booking.public_id, tomorrow(10))
    assert (back.status, back.reason) == (Status.CHECKED_IN, None)
    assert await is_taken(world)
    assert await own_no_shows(world.mia.id, tomorrow(11)) == 0


async def test_who_arrives_after_all_and_finds_it_taken_is_told(world: World, booking: BookingCard) -> None:
    await released(booking)
    await book(world.rolf.actor(), BookDesk(world.polch["1"].public_id, tomorrow(10), tomorrow(12)), tomorrow(9, 50))
    for act in (check_in, come_later):
        with pytest.raises(AlreadyTaken):
            await act(world.mia.actor(), booking.public_id, tomorrow(10))
    assert (await now_of(booking)).status is Status.NO_SHOW


async def test_with_the_worker_stopped_a_no_shows_desk_is_booked_all_the_same(
    world: World, booking: BookingCard
) -> None:
    wish = BookDesk(world.polch["1"].public_id, tomorrow(10), tomorrow(12))
    await settle_due(QUESTION)
    await the_worker_runs(QUESTION)  # and never again
    assert (await quote(wish, tomorrow(9, 45))).refusal is None
    assert (await now_of(booking)).status is Status.NO_SHOW


async def test_a_booking_attempt_settles_what_is_overdue_there(world: World, booking: BookingCard) -> None:
    await settle_due(QUESTION)
    await the_worker_runs(QUESTION)
    taken = await book(
        world.rolf.actor(), BookDesk(world.polch["1"].public_id, tomorrow(10), tomorrow(12)), tomorrow(9, 45)
    )
    assert taken.resource.name == "1"
    assert (await now_of(booking)).status is Status.NO_SHOW


async def test_a_move_onto_an_overdue_desk_settles_it_and_leaves_its_own_booking_alone(world: World) -> None:
    mine = await book(world.mia.actor(), morning(world, "1"), NOW)
    theirs = await book(world.rolf.actor(), morning(world, "2"), NOW)
    for one in (mine, theirs):
        await execute("UPDATE booking SET asked_at = $2, due_at = $3 WHERE id = $1", one.id, QUESTION, RELEASE)
    moved = await move(
        world.mia.actor(),
        mine.public_id,
        MoveBooking(world.polch["2"].public_id, tomorrow(10), tomorrow(12)),
        tomorrow(9, 50),
    )
    assert (moved.status, moved.resource.name, moved.asked_at) == (Status.CONFIRMED, "2", None)
    assert (await now_of(theirs)).status is Status.NO_SHOW


async def test_who_could_not_be_asked_in_time_is_not_blamed(world: World, booking: BookingCard) -> None:
    """The worker has stopped: the desk goes to others, the person keeps a clean record."""
    await settle_due(QUESTION)
    await settle_at(world.polch.id, RELEASE)
    gone = await now_of(booking)
    assert (gone.status, gone.reason) == (Status.NO_SHOW, NEVER_ASKED)
    assert not await is_taken(world)
    assert await own_no_shows(world.mia.id, tomorrow(11)) == 0


async def test_a_reader_settles_one_space_and_leaves_the_others(world: World, booking: BookingCard) -> None:
    assert not await settle_at(world.andernach.id, tomorrow(10))
    assert await settle_at(world.polch.id, tomorrow(10))
    assert not await settle_at(world.polch.id, tomorrow(10))


async def test_one_booking_that_fails_does_not_stop_the_others(
    world: World, booking: BookingCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await book(world.rolf.actor(), morning(world, "2"), NOW)

    async def fails(key: int) -> BookingCard | None:
        if key == booking.id:
            raise ValueError("broken")
        return await booking_by_id(key)

    monkeypatch.setattr("app.bookings.settling.booking_by_id", fails)
    assert await settle_at(None, QUESTION)
    assert (await now_of(other)).asked_at == QUESTION
    with pytest.raises(ValueError, match="broken"):
        await settle_due(QUESTION)


async def test_no_shows_are_counted_for_the_person_and_for_the_spaces_where_they_were(
    world: World, booking: BookingCard
) -> None:
    await released(booking)
    assert await own_no_shows(world.mia.id, tomorrow(10)) == 1
    assert await no_shows_here(world.frida.actor(), world.mia.id, tomorrow(10)) == 1
    assert await no_shows_here(world.rolf.actor(), world.mia.id, tomorrow(10)) == 0
    next_year = tomorrow(10).replace(year=2027, month=12)
    assert await own_no_shows(world.mia.id, next_year) == 0
    assert [person.name for person in await find_people(world.frida.actor(), "Mia", tomorrow(10))] == ["Mia Hammes"]


async def test_leaving_early_gives_the_rest_to_the_others(world: World, booking: BookingCard) -> None:
    with pytest.raises(NotThere):
        await leave(world.mia.actor(), booking.public_id, tomorrow(9))
    await check_in(world.mia.actor(), booking.public_id, tomorrow(9))
    with pytest.raises(NotFound):
        await leave(world.gundula.actor(), booking.public_id, tomorrow(10))
    left = await leave(world.mia.actor(), booking.public_id, tomorrow(10))
    assert (left.status, left.left_at) == (Status.COMPLETED, tomorrow(10))
    await book(world.rolf.actor(), BookDesk(world.polch["1"].public_id, tomorrow(10), tomorrow(12)), tomorrow(10))
    assert (await leave(world.mia.actor(), booking.public_id, tomorrow(11))).left_at == tomorrow(10)
    with pytest.raises(NotOpenToChange):
        await cancel(world.mia.actor(), booking.public_id, tomorrow(10))


async def test_the_front_desk_notes_who_has_gone_and_a_rival_does_not(world: World, booking: BookingCard) -> None:
    await check_in(world.mia.actor(), booking.public_id, tomorrow(9))
    with pytest.raises(NotFound):
        await leave(world.rolf.actor(), booking.public_id, tomorrow(10), for_others=True)
    assert (await leave(world.frida.actor(), booking.public_id, tomorrow(10), for_others=True)).left_at


async def test_a_booking_that_begins_now_is_not_overdue_at_once(world: World) -> None:
    made = await book(world.mia.actor(), morning(world), tomorrow(9, 10))
    assert made.no_show_at == tomorrow(9, 40)
    assert await settle_due(tomorrow(9, 24)) == 0


async def test_nothing_is_left_of_claims_and_the_books_agree(world: World, booking: BookingCard) -> None:
    await released(booking)
    assert await fetch_value("SELECT count(*) FROM claim WHERE holder = $1", booking.id) == 0


async def test_a_hold_that_nobody_has_swept_up_does_not_keep_the_desk_from_who_arrives(
    world: World, booking: BookingCard
) -> None:
    await released(booking)
    wish = BookDesk(world.polch["1"].public_id, tomorrow(9, 30), tomorrow(10))
    await hold_desk(wish, Newcomer("Nina Neu", "nina@example.org", "de"), tomorrow(9, 35), key=KEY, address="::1")
    with pytest.raises(AlreadyTaken):
        await check_in(world.mia.actor(), booking.public_id, tomorrow(9, 49))
    assert (await check_in(world.mia.actor(), booking.public_id, tomorrow(9, 50))).status is Status.CHECKED_IN
