"""Booked wall time stays: side by side, in both nights of the time change, on 29 February, with clocks that differ."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.bookings.arrivals import check_in
from app.bookings.cancellation import cancel
from app.bookings.moving import MoveBooking, move
from app.bookings.operations import BookDesk, book
from app.bookings.queries import booking_of
from app.bookings.rules import AlreadyTaken, InThePast, Status
from app.inventory.rules import Kind
from app.platform.database import fetch_value
from tests.bookings.test_races import OVERLAPS
from tests.worlds import NOW, APerson, World, a_world, at, rules_at, tomorrow

FORWARD, BACK = date(2027, 3, 28), date(2026, 10, 25)
LEAP_DAY = date(2028, 2, 29)


@pytest.fixture
async def world(undone: None) -> World:
    made = await a_world()
    await rules_at(made.polch, Kind.DESK, outside_hours="everyone")
    return made


async def booked(person: APerson, world: World, starts_at: datetime, ends_at: datetime, now: datetime = NOW) -> str:
    wish = BookDesk(world.polch["1"].public_id, starts_at, ends_at)
    return (await book(person.actor(), wish, now)).public_id


async def test_bookings_side_by_side_succeed_and_a_quarter_of_an_hour_into_each_other_does_not(world: World) -> None:
    await booked(world.mia, world, tomorrow(10), tomorrow(12))
    await booked(world.gundula, world, tomorrow(12), tomorrow(14))
    await booked(world.gundula, world, tomorrow(8), tomorrow(10))
    for starts_at, ends_at in ((tomorrow(7), tomorrow(8, 15)), (tomorrow(13, 45), tomorrow(15))):
        with pytest.raises(AlreadyTaken):
            await booked(world.mia, world, starts_at, ends_at)
    assert await fetch_value(OVERLAPS) == 0


@pytest.mark.parametrize(
    ("day", "hours"), [pytest.param(FORWARD, 23, id="clocks go forward"), pytest.param(BACK, 25, id="clocks go back")]
)
async def test_a_night_of_the_time_change_can_be_booked_slot_by_slot_and_across(
    world: World, day: date, hours: int
) -> None:
    now = at(day - timedelta(days=1), 12)
    starts_at, ends_at = (at(day + timedelta(days=n), 0).astimezone(UTC) for n in (0, 1))
    assert ends_at - starts_at == timedelta(hours=hours)
    slots = [starts_at + timedelta(hours=n) for n in range(hours)]
    ids = [await booked(world.mia, world, slot, slot + timedelta(hours=1), now) for slot in slots]
    assert len(ids) == hours
    assert await fetch_value(OVERLAPS) == 0
    for one in ids:
        await cancel(world.mia.actor(), one, now)
    across = await booked(world.mia, world, at(day, 1), at(day, 4), now)
    card = await booking_of(world.mia.id, across)
    assert card is not None
    assert (card.starts_at.hour, card.ends_at.hour) == (1, 4)
    assert card.period.duration == timedelta(hours=3 + hours - 24)


async def test_the_doubled_hour_can_be_booked_once_each(world: World) -> None:
    now = at(BACK, 0)
    first, second = (datetime(2026, 10, 25, hour, tzinfo=UTC) for hour in (0, 1))
    for starts_at in (first, second):
        assert starts_at.astimezone(at(BACK, 0).tzinfo).hour == 2
        await booked(world.mia, world, starts_at, starts_at + timedelta(hours=1), now)
    with pytest.raises(AlreadyTaken):
        await booked(world.gundula, world, first + timedelta(minutes=30), second + timedelta(minutes=30), now)


async def test_the_29th_of_february_is_a_day_like_others(world: World) -> None:
    now = at(date(2028, 2, 1), 12)
    leap = await booked(world.mia, world, at(LEAP_DAY, 9), at(LEAP_DAY, 17), now)
    moved = await move(
        world.mia.actor(), leap, MoveBooking(starts_at=at(date(2028, 3, 1), 9), ends_at=at(date(2028, 3, 1), 17)), now
    )
    assert (moved.starts_at.date(), moved.starts_at.hour) == (date(2028, 3, 1), 9)


@pytest.mark.parametrize("minutes_off", [-5, 5])
async def test_a_clock_five_minutes_off_moves_nobodys_wall_time(world: World, minutes_off: int) -> None:
    """One process's clock differs from another's: what was agreed stays, and each answers by its own."""
    off = timedelta(minutes=minutes_off)
    mine = await booked(world.mia, world, tomorrow(9), tomorrow(10), NOW + off)
    change = MoveBooking(starts_at=tomorrow(11), ends_at=tomorrow(12))
    card = await move(world.mia.actor(), mine, change, NOW)
    assert (card.starts_at, card.ends_at) == (tomorrow(11), tomorrow(12))
    with pytest.raises(AlreadyTaken):
        await booked(world.gundula, world, tomorrow(11), tomorrow(12), NOW + off)
    arrived = await check_in(world.mia.actor(), mine, tomorrow(11) + off)
    assert (arrived.status, arrived.starts_at) == (Status.CHECKED_IN, tomorrow(11))
    with pytest.raises(InThePast):
        await booked(world.gundula, world, tomorrow(8), tomorrow(8, 15), tomorrow(8, 20) + off)
