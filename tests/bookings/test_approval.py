"""Requests: they hold the place, staff decides, and the deadline decides where staff does not."""

from datetime import timedelta

import pytest

from app.bookings.approval import (
    AlreadyDecided,
    AnswerTooLong,
    DecidedTooLate,
    approve,
    count_requests,
    decline,
    requests_for,
)
from app.bookings.cancellation import cancel
from app.bookings.holds import Newcomer, book_held, hold_desk
from app.bookings.moving import MoveBooking, move
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard, booking_by_id
from app.bookings.rules import AlreadyTaken, Status
from app.bookings.settling import settle_due
from app.bookings.together import book_together
from app.identity.mailed_links import link_to_mail
from app.identity.rules import Grant, Role
from app.inventory.queries import taken_periods
from app.inventory.rules import Kind
from app.kernel.periods import Period
from app.kernel.refusals import NotFound
from app.platform.database import execute, fetch, fetch_value
from tests.identity.conftest import KEY
from tests.worlds import NOW, World, a_person, a_world, at, rules_at, tomorrow

NEXT_WEEK = tomorrow(9) + timedelta(days=7)


@pytest.fixture
async def world(undone: None) -> World:
    """The room at Polch needs approval within a day and is free to cancel until two days before."""
    world = await a_world()
    await rules_at(
        world.polch, Kind.ROOM, needs_approval=True, decide_within=24 * 60, cancel_before=48 * 60, no_show_after=30
    )
    return world


def wish(world: World) -> BookDesk:
    return BookDesk(world.polch["Nette"].public_id, NEXT_WEEK, NEXT_WEEK + timedelta(hours=3))


@pytest.fixture
async def request_(world: World) -> BookingCard:
    return await book(world.mia.actor(), wish(world), NOW)


async def is_taken(world: World) -> bool:
    key = world.polch["Nette"].id
    return bool((await taken_periods([key], Period(NEXT_WEEK, NEXT_WEEK + timedelta(hours=3))))[key])


async def events(booking: BookingCard) -> list[str]:
    rows = await fetch("SELECT name FROM outbox_event WHERE aggregate_id = $1 ORDER BY id", booking.id)
    return [row["name"] for row in rows]


async def test_a_request_holds_the_place_and_says_until_when(world: World, request_: BookingCard) -> None:
    assert (request_.status, request_.decide_by) == (Status.REQUESTED, NOW + timedelta(hours=24))
    assert await is_taken(world)
    with pytest.raises(AlreadyTaken):
        await book(world.gundula.actor(), wish(world), NOW)


async def test_staff_approves_and_what_comes_later_is_set(world: World, request_: BookingCard) -> None:
    booked = await approve(world.frida.actor(), request_.public_id, NOW)
    assert (booked.status, booked.decided_by) == (Status.CONFIRMED, world.frida.id)
    assert booked.sequence == request_.sequence + 1
    assert booked.due_at == NEXT_WEEK + timedelta(minutes=15)
    assert await events(booked) == ["booking.requested", "booking.confirmed"]
    assert await is_taken(world)
    with pytest.raises(AlreadyDecided):
        await approve(world.frida.actor(), request_.public_id, NOW)
    with pytest.raises(AlreadyDecided):
        await decline(world.frida.actor(), request_.public_id, "", NOW)


async def test_staff_declines_with_words_and_the_place_is_free(world: World, request_: BookingCard) -> None:
    gone = await decline(world.otto.actor(), request_.public_id, " Da tagt der Rat. ", NOW)
    assert (gone.status, gone.reason, gone.answer) == (Status.CANCELLED, "declined", "Da tagt der Rat.")
    assert not await is_taken(world)
    assert await events(gone) == ["booking.requested", "booking.declined"]
    with pytest.raises(AlreadyDecided):
        await approve(world.otto.actor(), request_.public_id, NOW)


async def test_an_endless_answer_is_refused_beside_its_field(world: World, request_: BookingCard) -> None:
    with pytest.raises(AnswerTooLong) as raised:
        await decline(world.otto.actor(), request_.public_id, "x" * 501, NOW)
    assert raised.value.field == "answer"


async def test_only_staff_of_the_space_decides(world: World, request_: BookingCard) -> None:
    telephone = await a_person("Tilda", "tilda@example.org", Grant(Role.TELEPHONE, "network", None))
    for stranger in (world.mia, world.gundula, world.rolf, telephone):
        with pytest.raises(NotFound):
            await approve(stranger.actor(), request_.public_id, NOW)
        with pytest.raises(NotFound):
            await decline(stranger.actor(), request_.public_id, "", NOW)
        assert await requests_for(stranger.actor(), NOW) == []
        assert await count_requests(stranger.actor(), NOW) == 0
    for staff in (world.frida, world.otto, world.nadja):
        assert [each.name for each in await requests_for(staff.actor(), NOW)] == ["Mia Hammes"]
        assert await count_requests(staff.actor(), NOW) == 1


async def test_the_deadline_passes_into_a_refusal(world: World, request_: BookingCard) -> None:
    deadline = NOW + timedelta(hours=24)
    assert await settle_due(deadline - timedelta(seconds=1)) == 0
    for decide in (approve(world.frida.actor(), request_.public_id, deadline),):
        with pytest.raises(DecidedTooLate):
            await decide
    await settle_due(deadline)
    gone = await booking_by_id(request_.id)
    assert gone is not None
    assert (gone.status, gone.reason, gone.due_at) == (Status.CANCELLED, "not_decided", None)
    assert not await is_taken(world)
    assert await events(gone) == ["booking.requested", "booking.declined"]
    with pytest.raises(DecidedTooLate):
        await approve(world.frida.actor(), request_.public_id, deadline)


async def test_withdrawing_a_request_is_never_late(world: World, request_: BookingCard) -> None:
    gone = await cancel(world.mia.actor(), request_.public_id, NOW + timedelta(hours=23))
    assert (gone.status, gone.is_late) == (Status.CANCELLED, False)
    await execute("UPDATE booking SET status = 'requested', cancel_until = $2 WHERE id = $1", request_.id, NOW)
    again = await cancel(world.mia.actor(), request_.public_id, NOW + timedelta(hours=1))
    assert (again.status, again.is_late) == (Status.CANCELLED, False)


async def test_who_is_approved_after_the_time_to_cancel_has_half_an_hour_for_it(world: World) -> None:
    start = at(tomorrow(9).date(), 15)
    made = await book(
        world.mia.actor(), BookDesk(world.polch["Nette"].public_id, start, start + timedelta(hours=2)), NOW
    )
    later = NOW + timedelta(hours=5)
    booked = await approve(world.frida.actor(), made.public_id, later)
    assert booked.cancel_until == later + timedelta(minutes=30)
    gone = await cancel(world.mia.actor(), made.public_id, later + timedelta(minutes=29))
    assert gone.status is Status.CANCELLED


async def test_moving_a_booking_asks_anew(world: World, request_: BookingCard) -> None:
    await approve(world.frida.actor(), request_.public_id, NOW)
    moved = await move(
        world.mia.actor(),
        request_.public_id,
        MoveBooking(starts_at=NEXT_WEEK + timedelta(hours=1), ends_at=NEXT_WEEK + timedelta(hours=4)),
        NOW + timedelta(hours=2),
    )
    assert (moved.status, moved.decided_by) == (Status.REQUESTED, None)
    assert (await events(moved))[-1] == "booking.requested"
    assert await fetch_value("SELECT count(*) FROM claim WHERE holder = $1", moved.id) == 1


async def test_the_list_goes_by_deadline_and_continues(world: World, request_: BookingCard) -> None:
    later = await book(
        world.gundula.actor(),
        BookDesk(world.polch["Nette"].public_id, NEXT_WEEK + timedelta(days=1), NEXT_WEEK + timedelta(days=1, hours=1)),
        NOW + timedelta(hours=1),
    )
    listed = await requests_for(world.frida.actor(), NOW + timedelta(hours=2), space=world.polch.id)
    assert [each.booking.id for each in listed] == [request_.id, later.id]
    assert request_.decide_by is not None
    rest = await requests_for(
        world.frida.actor(), NOW + timedelta(hours=2), limit=1, after=(request_.decide_by, request_.id)
    )
    assert [each.booking.id for each in rest] == [later.id]
    assert await requests_for(world.frida.actor(), NOW, space=world.andernach.id) == []


async def test_what_a_newcomer_asks_for_as_it_begins_can_be_decided_until_it_is_over(world: World) -> None:
    """The mail is opened ten minutes after the room was held, when the time has begun."""
    command = BookDesk(world.polch["Nette"].public_id, tomorrow(10), tomorrow(12))
    newcomer = Newcomer("Nina Neu", "nina@example.org", "de")
    hold = await hold_desk(command, newcomer, tomorrow(9, 52), key=KEY, address="::1")
    token = (await link_to_mail(hold.link, tomorrow(9, 52), key=KEY)).token
    asked = (await book_held(token, tomorrow(10, 2))).booking
    assert asked is not None
    assert (asked.status, asked.decide_by) == (Status.REQUESTED, tomorrow(12))
    assert await settle_due(tomorrow(10, 2)) == 0
    assert (await approve(world.frida.actor(), asked.public_id, tomorrow(10, 3))).status is Status.CONFIRMED


async def test_what_nobody_decides_takes_along_what_was_booked_with_it(world: World) -> None:
    names = (world.polch["K1"], world.polch["Nette"], world.andernach["A1"])
    wanted = [BookDesk(one.public_id, NEXT_WEEK, NEXT_WEEK + timedelta(hours=3)) for one in names]
    booth, hall, elsewhere = await book_together(world.mia.actor(), wanted, NOW)
    assert hall.decide_by is not None
    await settle_due(hall.decide_by)
    found = [await booking_by_id(one.id) for one in (booth, hall, elsewhere)]
    assert [(one.status, one.reason) for one in found if one] == [
        (Status.CANCELLED, "declined_with"),
        (Status.CANCELLED, "not_decided"),
        (Status.CONFIRMED, None),
    ]
    assert await fetch_value("SELECT count(*) FROM claim WHERE holder = ANY($1)", [booth.id, hall.id]) == 0


async def test_declining_one_declines_what_was_booked_with_it(world: World) -> None:
    """The hall, a booth that is confirmed and would count by now, and a desk at another operator's."""
    await rules_at(world.polch, Kind.BOOTH, cancel_before=44_640)
    names = (world.polch["K1"], world.polch["Nette"], world.andernach["A1"])
    wanted = [BookDesk(one.public_id, NEXT_WEEK, NEXT_WEEK + timedelta(hours=3)) for one in names]
    booth, hall, elsewhere = await book_together(world.mia.actor(), wanted, NOW)
    later = NOW + timedelta(hours=1)
    [seen] = await requests_for(world.frida.actor(), later)
    assert [other.id for other in seen.along] == [booth.id], "what staff declines with it is said before"
    await decline(world.frida.actor(), hall.public_id, "Da tagt der Rat.", later)
    found = [await booking_by_id(one.id) for one in (booth, hall, elsewhere)]
    assert [(one.status, one.reason, one.is_late) for one in found if one] == [
        (Status.CANCELLED, "declined_with", False),
        (Status.CANCELLED, "declined", False),
        (Status.CONFIRMED, None, False),
    ]
    assert [one.answer for one in found[:2] if one] == ["Da tagt der Rat."] * 2
    assert await fetch_value("SELECT count(*) FROM claim WHERE holder = ANY($1)", [booth.id, hall.id]) == 0
    whom = await fetch("SELECT details::text AS said FROM audit_entry WHERE action = 'booking.declined'")
    assert [str(world.mia.id) in row["said"] for row in whom] == [True, True]
