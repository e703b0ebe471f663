"""Booking, cancelling, moving and arriving, as the person sees it."""

from datetime import timedelta

import pytest

from app.bookings.arrivals import check_in
from app.bookings.cancellation import cancel
from app.bookings.moving import MoveBooking, move
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingFilter, bookings_of
from app.bookings.quoting import quote
from app.bookings.rules import (
    AlreadyTakenOthersFree,
    AnyOf,
    ClosedForReason,
    InThePast,
    NothingFree,
    NotOpenToChange,
    OutsideOpeningHours,
    Status,
)
from app.inventory.queries import taken_periods
from app.inventory.rules import Kind
from app.kernel.periods import Period
from app.kernel.refusals import NotFound
from app.platform.database import execute, fetch, fetch_value
from app.platform.language import speaker
from tests.worlds import NOW, World, a_world, at, tomorrow


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


def desk(world: World, name: str = "1", starts: int = 8, ends: int = 18) -> BookDesk:
    return BookDesk(world.polch[name].public_id, tomorrow(starts), tomorrow(ends))


async def claims() -> int:
    return int(await fetch_value("SELECT count(*) FROM claim"))


async def events() -> list[str]:
    return [row["name"] for row in await fetch("SELECT name FROM outbox_event ORDER BY id")]


async def test_a_booking_holds_the_desk_for_its_time(world: World) -> None:
    booking = await book(world.mia.actor(), desk(world), NOW)
    assert booking.status is Status.CONFIRMED
    assert (booking.starts_at.hour, booking.ends_at.hour) == (8, 18)
    window = Period(tomorrow(0), tomorrow(23))
    assert await taken_periods([world.polch["1"].id], window) == {world.polch["1"].id: [booking.period]}
    assert await events() == ["booking.confirmed"]


async def test_a_taken_desk_is_refused_with_those_that_are_free(world: World) -> None:
    await book(world.mia.actor(), desk(world), NOW)
    with pytest.raises(AlreadyTakenOthersFree) as raised:
        await book(world.gundula.actor(), desk(world, starts=17), NOW)
    assert raised.value.facts["alternatives"] == [
        (world.polch["2"].public_id, "2"),
        (world.polch["3"].public_id, "3"),
    ]
    said = speaker("de").refusal(raised.value)
    assert said == "Platz 1 ist in dieser Zeit vergeben. Frei sind noch: 2 und 3."


async def test_neighbouring_times_do_not_collide(world: World) -> None:
    for starts, ends in ((8, 10), (12, 14), (10, 12)):
        await book(world.mia.actor(), desk(world, starts=starts, ends=ends), NOW)
    assert await claims() == 3


async def test_any_desk_takes_the_best_free_one_until_none_is_left(world: World) -> None:
    anything = BookDesk(AnyOf("regiohub-polch", Kind.DESK), tomorrow(8), tomorrow(18))
    got = [(await book(world.mia.actor(), anything, NOW)).resource.name for _ in range(3)]
    assert got == ["1", "2", "3"]
    with pytest.raises(NothingFree):
        await book(world.mia.actor(), anything, NOW)


async def test_what_is_refused_leaves_nothing_behind(world: World) -> None:
    closed = BookDesk(
        world.polch["1"].public_id, at(NOW.date().replace(month=12), 8), at(NOW.date().replace(month=12), 9)
    )
    for command, refusal in (
        (closed, ClosedForReason),
        (desk(world, starts=7), OutsideOpeningHours),
        (
            BookDesk(world.polch["1"].public_id, tomorrow(8) - timedelta(days=9), tomorrow(9) - timedelta(days=9)),
            InThePast,
        ),
        (BookDesk("no-such-desk", tomorrow(8), tomorrow(9)), NotFound),
        (BookDesk(AnyOf("no-such-space", Kind.DESK), tomorrow(8), tomorrow(9)), NotFound),
        (BookDesk(AnyOf("regiohub-polch", Kind.PARKING), tomorrow(8), tomorrow(9)), NotFound),
    ):
        with pytest.raises(refusal):
            await book(world.mia.actor(), command, NOW)
    assert (await claims(), await events()) == (0, [])
    assert await fetch_value("SELECT count(*) FROM booking") == 0


@pytest.mark.parametrize("column", ["resource.retired_at", "space.retired_at", "operator.retired_at"])
async def test_nothing_retired_can_be_booked(world: World, column: str) -> None:
    table, _, name = column.partition(".")
    await execute(f"UPDATE {table} SET {name} = $1", NOW)
    with pytest.raises(NotFound):
        await book(world.mia.actor(), desk(world), NOW)


async def test_a_space_that_is_not_published_cannot_be_booked(world: World) -> None:
    await execute("UPDATE space SET published_at = NULL")
    with pytest.raises(NotFound):
        await book(world.mia.actor(), desk(world), NOW)


async def test_cancelling_gives_the_time_back_and_raises_the_sequence(world: World) -> None:
    booking = await book(world.mia.actor(), desk(world), NOW)
    gone = await cancel(world.mia.actor(), booking.public_id, NOW)
    assert (gone.status, gone.sequence) == (Status.CANCELLED, 1)
    assert await claims() == 0
    assert (await book(world.gundula.actor(), desk(world), NOW)).status is Status.CONFIRMED
    with pytest.raises(NotOpenToChange):
        await cancel(world.mia.actor(), booking.public_id, NOW)


async def test_another_persons_booking_is_not_found(world: World) -> None:
    booking = await book(world.mia.actor(), desk(world), NOW)
    for stranger in (world.gundula, world.rolf, world.otto, world.nadja):
        for attempt in (
            cancel(stranger.actor(), booking.public_id, NOW),
            move(stranger.actor(), booking.public_id, MoveBooking(starts_at=tomorrow(9)), NOW),
            check_in(stranger.actor(), booking.public_id, tomorrow(8)),
        ):
            with pytest.raises(NotFound):
                await attempt


async def test_moving_keeps_the_booking_and_changes_what_was_asked(world: World) -> None:
    booking = await book(world.mia.actor(), desk(world, ends=12), NOW)
    moved = await move(
        world.mia.actor(), booking.public_id, MoveBooking(world.polch["2"].public_id, ends_at=tomorrow(14)), NOW
    )
    assert (moved.public_id, moved.ical_uid, moved.sequence) == (booking.public_id, booking.ical_uid, 1)
    assert (moved.resource.name, moved.ends_at.hour) == ("2", 14)
    assert await claims() == 1


async def test_moving_within_its_own_time_does_not_collide_with_itself(world: World) -> None:
    booking = await book(world.mia.actor(), desk(world, ends=12), NOW)
    moved = await move(
        world.mia.actor(), booking.public_id, MoveBooking(starts_at=tomorrow(9), ends_at=tomorrow(13)), NOW
    )
    assert (moved.starts_at.hour, moved.ends_at.hour, moved.resource.name) == (9, 13, "1")


async def test_a_move_that_fails_keeps_the_old_place(world: World) -> None:
    mine = await book(world.mia.actor(), desk(world), NOW)
    await book(world.gundula.actor(), desk(world, "2"), NOW)
    with pytest.raises(AlreadyTakenOthersFree):
        await move(world.mia.actor(), mine.public_id, MoveBooking(world.polch["2"].public_id), NOW)
    with pytest.raises(OutsideOpeningHours):
        await move(world.mia.actor(), mine.public_id, MoveBooking(ends_at=tomorrow(19)), NOW)
    [still] = await bookings_of(world.mia.id, BookingFilter(), limit=10, latest_first=False)
    assert (still.resource.name, still.period, still.sequence) == ("1", mine.period, 0)
    assert await claims() == 2


async def test_a_new_note_alone_changes_neither_time_nor_sequence(world: World) -> None:
    booking = await book(world.mia.actor(), desk(world), NOW)
    changed = await move(world.mia.actor(), booking.public_id, MoveBooking(note="Komme um neun"), NOW)
    assert (changed.note, changed.sequence) == ("Komme um neun", 0)
    assert await events() == ["booking.confirmed"]


async def test_arriving_is_noted_once(world: World) -> None:
    booking = await book(world.mia.actor(), desk(world), NOW)
    for _ in range(2):
        assert (await check_in(world.mia.actor(), booking.public_id, tomorrow(8))).status is Status.CHECKED_IN
    assert await events() == ["booking.confirmed", "booking.checked_in"]


async def test_every_change_is_in_the_audit_trail_with_who_acted(world: World) -> None:
    booking = await book(world.mia.actor(), desk(world), NOW)
    await move(world.mia.actor(), booking.public_id, MoveBooking(starts_at=tomorrow(9)), NOW)
    await cancel(world.mia.actor(), booking.public_id, NOW)
    rows = await fetch("SELECT action, actor FROM audit_entry WHERE subject_kind = 'booking' ORDER BY id")
    assert [(row["action"], row["actor"]) for row in rows] == [
        ("booking.made", world.mia.id),
        ("booking.moved", world.mia.id),
        ("booking.cancelled", world.mia.id),
    ]


async def test_a_quote_says_what_the_booking_then_does_and_changes_nothing(world: World) -> None:
    free = await quote(desk(world), NOW)
    assert (free.refusal, free.resource and free.resource.name) == (None, "1")
    await book(world.mia.actor(), desk(world), NOW)
    taken = await quote(desk(world), NOW)
    assert isinstance(taken.refusal, AlreadyTakenOthersFree)
    anything = await quote(BookDesk(AnyOf("regiohub-polch", Kind.DESK), tomorrow(8), tomorrow(18)), NOW)
    assert anything.resource
    assert anything.resource.name == "2"
    assert await claims() == 1


async def test_one_person_may_hold_several_desks_at_once(world: World) -> None:
    for name in ("1", "2", "3"):
        await book(world.mia.actor(), desk(world, name), NOW)
    assert await claims() == 3


async def test_own_bookings_come_in_order_and_by_page(world: World) -> None:
    for hour in (14, 8, 11):
        await book(world.mia.actor(), desk(world, starts=hour, ends=hour + 1), NOW)
    first = await bookings_of(world.mia.id, BookingFilter(), limit=2, latest_first=False)
    rest = await bookings_of(
        world.mia.id, BookingFilter(), limit=2, after=(first[-1].period.starts_at, first[-1].id), latest_first=False
    )
    assert [b.starts_at.hour for b in first + rest] == [8, 11, 14]
    assert await bookings_of(world.gundula.id, BookingFilter(), limit=2, latest_first=False) == []
