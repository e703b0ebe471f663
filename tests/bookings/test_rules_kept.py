"""Operators' rules as a booking meets them: seats, buffers, halls that can be split, limits, deadlines."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.bookings.arrivals import check_in
from app.bookings.availability import count_bookable
from app.bookings.cancellation import cancel
from app.bookings.decision import NoGuests, TooManyOpen, TooManyPeople, TooShort
from app.bookings.facts import free_resources
from app.bookings.holds import HELD_FOR, Newcomer, hold_desk
from app.bookings.moving import MoveBooking, move
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard, guests_of
from app.bookings.quoting import quote
from app.bookings.rules import AlreadyTaken, AnyOf, NothingFree, Status
from app.inventory.queries import SpaceClock, SpaceWindow, hours_of, resources_of, taken_periods
from app.inventory.rules import Kind
from app.kernel.periods import Period
from app.kernel.refusals import NotFound, Refusal
from app.platform.database import fetch
from tests.identity.conftest import KEY
from tests.worlds import (
    NOW,
    TOMORROW,
    APerson,
    AResource,
    World,
    a_resource,
    a_world,
    rules_at,
    tomorrow,
    with_parts,
)


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


def room(world: World, starts: datetime | None = None, ends: datetime | None = None, **more: object) -> BookDesk:
    wish = BookDesk(world.polch["Nette"].public_id, starts or tomorrow(9), ends or tomorrow(10))
    return replace(wish, **more)  # type: ignore[arg-type]


async def booked(person: APerson, what: AResource, starts: int, ends: int) -> BookingCard:
    return await book(person.actor(), BookDesk(what.public_id, tomorrow(starts), tomorrow(ends)), NOW)


async def free_at(world: World, kind: Kind, starts: datetime, ends: datetime) -> dict[str, bool]:
    """What is free by each of the ways in which it is asked; they must agree."""
    period = Period(starts, ends)
    cards = await resources_of(world.polch.id, kind)
    taken = await taken_periods([card.id for card in cards], period)
    listed = {resource.id for resource in await free_resources(world.polch.id, kind, period)}
    clock = SpaceClock(world.polch.id, "Europe/Berlin", "RP", open_on_holidays=False)
    hours = await hours_of([clock], TOMORROW, TOMORROW)
    [count] = await count_bookable([SpaceWindow(world.polch.id, period)], kind, hours, NOW, person=world.mia.id)
    answers = {}
    for card in cards:
        quoted = await quote(BookDesk(card.public_id, starts, ends), NOW, person=world.mia.id)
        assert (quoted.refusal is None) == (card.id in listed) == (not taken[card.id]), card.name
        answers[card.name] = card.id in listed
    assert (count.free, count.total) == (sum(answers.values()), len(cards))
    return answers


async def test_a_buffer_is_kept_before_and_after_and_is_nobodys_time(world: World) -> None:
    await rules_at(world.polch, Kind.ROOM, buffer_before=15, buffer_after=30)
    await booked(world.mia, world.polch["Nette"], 10, 11)
    for starts, ends, is_free in [
        (tomorrow(8), tomorrow(9, 15), True),
        (tomorrow(8), tomorrow(9, 30), False),
        (tomorrow(11, 30), tomorrow(12), False),
        (tomorrow(11, 45), tomorrow(12), True),
    ]:
        assert (await free_at(world, Kind.ROOM, starts, ends))["Nette"] is is_free, (starts, ends)
    with pytest.raises(AlreadyTaken):
        await book(world.gundula.actor(), room(world, tomorrow(11, 30), tomorrow(12)), NOW)
    assert await book(world.gundula.actor(), room(world, tomorrow(11, 45), tomorrow(12)), NOW)


async def test_what_is_given_back_takes_its_buffers_with_it(world: World) -> None:
    await rules_at(world.polch, Kind.ROOM, buffer_before=15, buffer_after=30)
    first = await booked(world.mia, world.polch["Nette"], 10, 11)
    await cancel(world.mia.actor(), first.public_id, NOW)
    assert await fetch("SELECT 1 FROM claim") == []
    second = await book(world.gundula.actor(), room(world, tomorrow(10, 15), tomorrow(11, 15)), NOW)
    change = MoveBooking(starts_at=tomorrow(10), ends_at=tomorrow(11))
    assert (await move(world.gundula.actor(), second.public_id, change, NOW)).period.starts_at == tomorrow(10)


async def test_a_hold_that_is_over_keeps_nothing_free_beside_it(world: World) -> None:
    await rules_at(world.polch, Kind.ROOM, buffer_before=15, buffer_after=30)
    newcomer = Newcomer("Nina Neu", "nina@example.org", "de")
    await hold_desk(room(world), newcomer, NOW, key=KEY, address="192.0.2.1")
    beside = room(world, tomorrow(10, 15), tomorrow(11))
    with pytest.raises(AlreadyTaken):
        await book(world.mia.actor(), beside, NOW)
    assert await book(world.mia.actor(), beside, NOW + HELD_FOR)


async def hall(world: World) -> tuple[AResource, AResource, AResource]:
    """A hall with two halves."""
    whole, left, right = [await a_resource(world.polch.id, Kind.ROOM, name) for name in ("Saal", "Links", "Rechts")]
    await with_parts(whole, left, right)
    return whole, left, right


async def test_halves_and_the_whole_exclude_each_other_and_the_halves_do_not(world: World) -> None:
    whole, left, right = await hall(world)
    await booked(world.mia, left, 9, 11)
    assert await free_at(world, Kind.ROOM, tomorrow(10), tomorrow(12)) == {
        "Nette": True,
        "Saal": False,
        "Links": False,
        "Rechts": True,
    }
    with pytest.raises(AlreadyTaken):
        await booked(world.gundula, whole, 10, 12)
    await booked(world.gundula, right, 10, 12)
    await booked(world.gundula, whole, 12, 13)
    with pytest.raises(AlreadyTaken):
        await booked(world.mia, right, 12, 13)
    assert (await free_at(world, Kind.ROOM, tomorrow(12), tomorrow(13)))["Links"] is False


async def test_moving_from_a_half_to_the_whole_needs_the_other_half_alone(world: World) -> None:
    whole, left, right = await hall(world)
    mine = await booked(world.mia, left, 9, 11)
    moved = await move(world.mia.actor(), mine.public_id, MoveBooking(whole.public_id), NOW)
    assert moved.resource.name == "Saal"
    assert len(await fetch("SELECT 1 FROM claim WHERE holder = $1", moved.id)) == 3
    back = await move(world.mia.actor(), mine.public_id, MoveBooking(left.public_id), NOW)
    await booked(world.gundula, right, 9, 11)
    with pytest.raises(AlreadyTaken):
        await move(world.mia.actor(), back.public_id, MoveBooking(whole.public_id), NOW)
    assert (await free_at(world, Kind.ROOM, tomorrow(9), tomorrow(11)))["Links"] is False


async def test_a_room_brings_its_equipment_which_nobody_books_alone(world: World) -> None:
    nette = world.polch["Nette"]
    other = await a_resource(world.polch.id, Kind.ROOM, "Elz")
    projector = await a_resource(world.polch.id, "equipment", "Beamer")  # type: ignore[arg-type]
    await with_parts(nette, projector)
    await with_parts(other, projector)
    assert "Beamer" not in {card.name for card in await resources_of(world.polch.id)}
    with pytest.raises(NotFound):
        await booked(world.mia, projector, 9, 10)
    await booked(world.mia, nette, 9, 10)
    with pytest.raises(AlreadyTaken):
        await booked(world.gundula, other, 9, 10)
    await booked(world.gundula, other, 10, 11)


async def test_any_desk_passes_over_those_whose_own_rules_forbid_it(world: World) -> None:
    await rules_at(world.polch, Kind.DESK, world.polch["1"], shortest=240)
    any_desk = BookDesk(AnyOf("regiohub-polch", Kind.DESK), tomorrow(9), tomorrow(10))
    assert (await quote(any_desk, NOW, person=world.mia.id)).resource.name == "2"  # type: ignore[union-attr]
    assert [(await book(world.mia.actor(), any_desk, NOW)).resource.name for _ in range(2)] == ["2", "3"]
    with pytest.raises(TooShort):
        await book(world.mia.actor(), any_desk, NOW)
    whole_day = replace(any_desk, ends_at=tomorrow(18), starts_at=tomorrow(10))
    assert (await book(world.mia.actor(), whole_day, NOW)).resource.name == "1"


async def test_nothing_is_free_where_all_is_taken_whatever_the_rules_say(world: World) -> None:
    await rules_at(world.polch, Kind.DESK, notice=30)
    any_desk = BookDesk(AnyOf("regiohub-polch", Kind.DESK), tomorrow(9), tomorrow(10))
    for _ in range(3):
        await book(world.mia.actor(), any_desk, NOW)
    with pytest.raises(NothingFree):
        await book(world.mia.actor(), any_desk, NOW)


async def test_no_more_open_bookings_than_one_may_hold(world: World) -> None:
    await rules_at(world.polch, Kind.ROOM, most_open=2)
    first = await book(world.mia.actor(), room(world), NOW)
    await book(world.mia.actor(), room(world, tomorrow(10), tomorrow(11)), NOW)
    with pytest.raises(TooManyOpen):
        await book(world.mia.actor(), room(world, tomorrow(11), tomorrow(12)), NOW)
    await book(world.gundula.actor(), room(world, tomorrow(11), tomorrow(12)), NOW)
    moved = await move(
        world.mia.actor(),
        first.public_id,
        MoveBooking(starts_at=tomorrow(12), ends_at=tomorrow(13)),
        NOW,
    )
    await cancel(world.mia.actor(), moved.public_id, NOW)
    assert await book(world.mia.actor(), room(world, tomorrow(13), tomorrow(14)), NOW)


async def test_guests_are_named_counted_and_no_more_than_there_are_seats(world: World) -> None:
    booking = await book(world.mia.actor(), room(world, guests=("  Ada   Lovelace ", "", "Karl Marx")), NOW)
    assert (booking.people, await guests_of([booking.id])) == (3, {booking.id: ["Ada Lovelace", "Karl Marx"]})
    with pytest.raises(TooManyPeople):
        await book(world.mia.actor(), room(world, tomorrow(11), tomorrow(12), people=9), NOW)
    changed = await move(world.mia.actor(), booking.public_id, MoveBooking(guests=("Rosa Luxemburg",), people=2), NOW)
    assert (changed.people, await guests_of([booking.id])) == (2, {booking.id: ["Rosa Luxemburg"]})
    await rules_at(world.polch, Kind.ROOM, most_guests=0)
    with pytest.raises(NoGuests):
        await book(world.mia.actor(), room(world, tomorrow(11), tomorrow(12), guests=("Ada",)), NOW)


async def test_after_the_deadline_the_place_is_free_and_the_booking_counts(world: World) -> None:
    await rules_at(world.polch, Kind.ROOM, cancel_before=24 * 60)
    booking = await book(world.mia.actor(), room(world), NOW)
    assert booking.cancel_until == NOW + timedelta(minutes=30)
    late = await cancel(world.mia.actor(), booking.public_id, NOW + timedelta(minutes=31))
    assert (late.status, late.is_late) == (Status.RELEASED, True)
    assert await book(world.gundula.actor(), room(world), NOW + timedelta(minutes=32))


async def test_within_half_an_hour_it_is_as_if_it_had_never_been(world: World) -> None:
    await rules_at(world.polch, Kind.ROOM, cancel_before=24 * 60)
    booking = await book(world.mia.actor(), room(world), NOW)
    done = await cancel(world.mia.actor(), booking.public_id, NOW + timedelta(minutes=29))
    assert (done.status, done.is_late) == (Status.CANCELLED, False)


async def test_moving_far_ahead_does_not_bring_a_passed_deadline_back(world: World) -> None:
    await rules_at(world.polch, Kind.ROOM, cancel_before=24 * 60)
    booking = await book(world.mia.actor(), room(world), NOW)
    later = NOW + timedelta(hours=1)
    week = timedelta(days=7)
    change = MoveBooking(starts_at=tomorrow(9) + week, ends_at=tomorrow(10) + week)
    await move(world.mia.actor(), booking.public_id, change, later)
    assert (await cancel(world.mia.actor(), booking.public_id, later)).status is Status.RELEASED


async def test_what_needs_approval_is_asked_for_and_holds_the_place(world: World) -> None:
    await rules_at(world.polch, Kind.ROOM, needs_approval=True)
    asked = await book(world.mia.actor(), room(world), NOW)
    assert (asked.status, asked.decide_by) == (Status.REQUESTED, tomorrow(9))
    with pytest.raises(AlreadyTaken):
        await book(world.gundula.actor(), room(world), NOW)
    with pytest.raises(Refusal):
        await check_in(world.mia.actor(), asked.public_id, tomorrow(9))
    assert (await cancel(world.mia.actor(), asked.public_id, NOW)).status is Status.CANCELLED


async def test_front_desk_books_at_once_what_members_ask_for(world: World) -> None:
    await rules_at(world.polch, Kind.ROOM, needs_approval=True, notice=2880, who="groups", groups=[1])
    booking = await book(world.frida.actor(), room(world), NOW, whom=world.mia.id)
    assert booking.status is Status.CONFIRMED
