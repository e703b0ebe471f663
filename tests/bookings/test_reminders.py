"""Whom the evening's work reminds, and when."""

from datetime import date, datetime, timedelta

import pytest

from app.bookings.cancellation import cancel
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard
from app.bookings.reminders import announce_tomorrow, is_time_to_remind
from app.identity.reminders import choose_reminders, wants_reminders
from app.kernel.refusals import NotAllowed
from app.platform.database import execute, fetch, fetch_value
from tests.worlds import HERE, NOW, TOMORROW, APerson, World, a_world, at, tomorrow

TODAY = TOMORROW - timedelta(days=1)
SIX = at(TODAY, 18)


@pytest.fixture
async def world(undone: None) -> World:
    world = await a_world()
    await choose_reminders(world.mia.actor(), True, NOW)
    return world


async def booked(
    world: World,
    starts_at: datetime | None = None,
    made_at: datetime = SIX,
    who: APerson | None = None,
    desk: str = "1",
) -> BookingCard:
    starts_at = starts_at or tomorrow(8)
    command = BookDesk(world.polch[desk].public_id, starts_at, starts_at + timedelta(hours=1))
    return await book((who or world.mia).actor(), command, made_at - timedelta(minutes=1))


async def reminded() -> list[int]:
    rows = await fetch("SELECT aggregate_id FROM outbox_event WHERE name = 'booking.reminder_came_due' ORDER BY id")
    return [row["aggregate_id"] for row in rows]


@pytest.mark.parametrize(
    ("clock", "is_time"),
    [((17, 59), False), ((18, 0), True), ((21, 59), True), ((22, 0), False), ((2, 30), False)],
)
@pytest.mark.parametrize("day", [TODAY, date(2027, 6, 15), date(2027, 3, 28), date(2027, 10, 31)])
def test_evenings_are_the_same_in_summer_and_winter(day: date, clock: tuple[int, int], is_time: bool) -> None:
    assert is_time_to_remind(at(day, *clock), HERE) is is_time


async def test_who_wants_it_is_reminded_of_tomorrows_bookings(world: World) -> None:
    await choose_reminders(world.otto.actor(), True, NOW)
    mias = await booked(world)
    ottos = await booked(world, tomorrow(9), who=world.otto)
    assert await announce_tomorrow(SIX, HERE) == 2
    assert await reminded() == [mias.id, ottos.id]


async def test_nobody_else_is(world: World) -> None:
    await booked(world, who=world.gundula)
    assert await announce_tomorrow(SIX, HERE) == 0


async def test_other_days_are_not_announced(world: World) -> None:
    for starts_at in (at(TODAY, 17), tomorrow(8) + timedelta(days=1)):
        await booked(world, starts_at, made_at=at(TODAY, 12))
    assert await announce_tomorrow(SIX, HERE) == 0


async def test_nobody_is_reminded_of_what_was_cancelled(world: World) -> None:
    booking = await booked(world)
    await cancel(world.mia.actor(), booking.public_id, SIX - timedelta(minutes=1))
    assert await announce_tomorrow(SIX, HERE) == 0


async def test_what_is_booked_in_the_evening_needs_no_reminder(world: World) -> None:
    await booked(world, made_at=SIX + timedelta(hours=1))
    assert await announce_tomorrow(SIX + timedelta(hours=2), HERE) == 0


async def test_a_missed_evening_is_caught_up_until_ten_and_not_later(world: World) -> None:
    booking = await booked(world)
    assert await announce_tomorrow(at(TODAY, 22), HERE) == 0
    assert await announce_tomorrow(at(TOMORROW, 2, 30), HERE) == 0
    assert await announce_tomorrow(at(TODAY, 21, 59), HERE) == 1
    assert await reminded() == [booking.id]


async def test_nobody_without_address_is_announced(world: World) -> None:
    await booked(world)
    await execute("UPDATE person SET email = NULL WHERE id = $1", world.mia.id)
    assert await announce_tomorrow(SIX, HERE) == 0


async def test_whoever_chooses_is_asked_no_more(world: World) -> None:
    assert await wants_reminders(world.mia.id)
    await choose_reminders(world.mia.actor(), False, NOW)
    await choose_reminders(world.mia.actor(), False, NOW)
    assert not await wants_reminders(world.mia.id)
    chosen = await fetch_value("SELECT count(*) FROM audit_entry WHERE action = 'person.reminders_chosen'")
    assert chosen == 2, "the same choice leaves no trace"


async def test_a_program_cannot_choose_for_its_person(world: World) -> None:
    with pytest.raises(NotAllowed):
        await choose_reminders(world.mia.actor("token", frozenset({"read", "bookings"})), False, NOW)
