"""The display at a room: what it says at each moment, and what can be pressed."""

from datetime import datetime, timedelta

import pytest

from app.bookings.operations import BookDesk, book
from app.bookings.room_display import (
    DoorState,
    NotFreeNow,
    ad_hoc_periods,
    arrive_here,
    book_now,
    public_name,
    room_door,
)
from app.bookings.rules import CheckInNotOpen, Status
from app.inventory.booking_rules import BookingRules, Who
from app.inventory.devices import DeviceCard, DeviceKind
from app.inventory.linking import set_parts
from app.inventory.rule_setting import RulesFor, set_rules
from app.inventory.rules import Kind
from app.kernel.periods import Period
from app.kernel.refusals import NotFound
from app.network.managing import managed_space
from app.platform.database import execute, fetch_row, fetch_value
from tests.bookings.devices import a_device
from tests.worlds import NOW, World, a_world, house_rules_at, tomorrow

ROOM = "Nette"


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


@pytest.fixture
async def display(world: World) -> DeviceCard:
    device, _ = await a_device(world, DeviceKind.DISPLAY, ROOM)
    return device


async def booked(world: World, starts_at: datetime, ends_at: datetime, room: str = ROOM) -> str:
    wanted = BookDesk(world.polch[room].public_id, starts_at, ends_at)
    return (await book(world.mia.actor(), wanted, NOW)).public_id


async def rules(world: World, said: BookingRules) -> None:
    otto = world.otto.actor()
    space = await managed_space(otto, world.polch.slug)
    await set_rules(otto, RulesFor(space, Kind.ROOM), said, 0, NOW)


async def test_a_free_room_is_free_until_the_next_booking(world: World, display: DeviceCard) -> None:
    await booked(world, tomorrow(11), tomorrow(12))
    door = await room_door(display, tomorrow(9, 5))
    assert (door.state, door.until) == (DoorState.FREE, tomorrow(11))
    assert door.offer == Period(tomorrow(9), tomorrow(9, 45))
    assert door.following is not None
    assert door.following.booking.period.starts_at == tomorrow(11)
    after = await room_door(display, tomorrow(12))
    assert (after.state, after.until, after.following) == (DoorState.FREE, tomorrow(18), None)


async def test_a_booked_room_is_taken_and_offers_nothing(world: World, display: DeviceCard) -> None:
    mine = await booked(world, tomorrow(9), tomorrow(11))
    door = await room_door(display, tomorrow(10))
    assert (door.state, door.until, door.offer) == (DoorState.BUSY, tomorrow(11), None)
    assert door.arriving is not None
    assert door.arriving.booking.public_id == mine
    with pytest.raises(NotFreeNow):
        await book_now(display, tomorrow(10))


@pytest.mark.parametrize(("hour", "until"), [(6, tomorrow(8)), (20, None)])
async def test_a_closed_house_says_when_it_opens(
    world: World, display: DeviceCard, hour: int, until: datetime | None
) -> None:
    door = await room_door(display, tomorrow(hour))
    assert (door.state, door.until, door.offer) == (DoorState.CLOSED, until, None)


async def test_nobody_is_named_unless_the_device_is_set_so(world: World, display: DeviceCard) -> None:
    await booked(world, tomorrow(9), tomorrow(11))
    door = await room_door(display, tomorrow(10))
    assert door.current is not None
    assert door.current.name == ""
    await execute("UPDATE device SET shows_names = true")
    other, _ = await a_device(world, DeviceKind.DISPLAY, ROOM, shows_names=True)
    named = (await room_door(other, tomorrow(10))).current
    assert named is not None
    assert named.name == "Mia H."


def test_a_name_on_a_door_is_a_first_name_and_an_initial() -> None:
    said = {name: public_name(name) for name in ("Mia Hammes", "Mia", "Anna Maria von Bergen", "")}
    assert said == {"Mia Hammes": "Mia H.", "Mia": "Mia", "Anna Maria von Bergen": "Anna B.", "": ""}


async def test_what_is_booked_at_the_door_belongs_to_the_spaces_record_and_has_begun(
    world: World, display: DeviceCard
) -> None:
    await house_rules_at(world.polch)
    now = tomorrow(9, 5)
    booking = await book_now(display, now)
    assert (booking.person, booking.status) == (display.walk_in, Status.CHECKED_IN)
    assert booking.period == Period(tomorrow(9), tomorrow(9, 45))
    entry = await fetch_row("SELECT actor, via FROM audit_entry WHERE action = 'booking.made' ORDER BY id DESC LIMIT 1")
    assert entry is not None
    assert (entry["actor"], entry["via"]) == (display.walk_in, "device")
    door = await room_door(display, now)
    assert (door.state, door.until, door.arriving) == (DoorState.BUSY, tomorrow(9, 45), None)
    assert await fetch_value("SELECT count(*) FROM house_rules_acceptance") == 1


@pytest.mark.parametrize(
    "said",
    [
        BookingRules(needs_approval=True),
        BookingRules(notice=timedelta(hours=2)),
        BookingRules(who=Who.MEMBERS),
        BookingRules(shortest=timedelta(hours=3), grid=timedelta(hours=1)),
    ],
    ids=["approval", "notice", "members", "too short"],
)
async def test_at_the_door_the_rules_hold_as_for_anybody(world: World, display: DeviceCard, said: BookingRules) -> None:
    await rules(world, said)
    assert (await room_door(display, tomorrow(9, 5))).offer is None
    with pytest.raises(NotFreeNow):
        await book_now(display, tomorrow(9, 5))


async def test_a_room_for_whole_hours_is_given_for_one(world: World, display: DeviceCard) -> None:
    await rules(world, BookingRules(grid=timedelta(hours=1), shortest=timedelta(hours=1)))
    assert (await room_door(display, tomorrow(9, 5))).offer == Period(tomorrow(9), tomorrow(10))


async def test_half_a_hall_is_taken_while_the_hall_is(world: World, display: DeviceCard) -> None:
    otto = world.otto.actor()
    space = await managed_space(otto, world.polch.slug)
    await set_parts(otto, space, world.polch[ROOM].public_id, [world.polch["K1"].public_id], NOW)
    half, _ = await a_device(world, DeviceKind.DISPLAY, "K1")
    await booked(world, tomorrow(9), tomorrow(11))
    door = await room_door(half, tomorrow(10))
    assert (door.state, door.until) == (DoorState.BUSY, tomorrow(11))


async def test_arriving_at_the_door(world: World, display: DeviceCard) -> None:
    mine = await booked(world, tomorrow(9), tomorrow(11))
    elsewhere = await booked(world, tomorrow(9), tomorrow(11), "K1")
    early = await room_door(display, tomorrow(8, 40))
    assert early.arriving is None
    with pytest.raises((CheckInNotOpen, NotFound)):
        await arrive_here(display, mine, tomorrow(8, 40))
    with pytest.raises(NotFound):
        await arrive_here(display, elsewhere, tomorrow(9))
    assert (await arrive_here(display, mine, tomorrow(8, 50))).status is Status.CHECKED_IN
    assert (await room_door(display, tomorrow(9))).arriving is None


@pytest.mark.parametrize(
    ("now", "free_until", "best"),
    [
        ((9, 0), None, ((9, 0), (9, 30))),
        ((9, 1), None, ((9, 0), (9, 45))),
        ((9, 1), (9, 30), ((9, 0), (9, 30))),
        ((9, 5), (9, 20), ((9, 0), (9, 15))),
        ((9, 5), (9, 10), None),
    ],
)
def test_what_is_left_is_offered(
    now: tuple[int, int], free_until: tuple[int, int] | None, best: tuple[tuple[int, int], tuple[int, int]] | None
) -> None:
    periods = list(ad_hoc_periods(tomorrow(*now), tomorrow(*free_until) if free_until else None))
    expected = Period(tomorrow(*best[0]), tomorrow(*best[1])) if best else None
    assert (periods[0] if periods else None) == expected


async def test_a_retired_room_has_no_door(world: World, display: DeviceCard) -> None:
    await execute("UPDATE resource SET retired_at = $2 WHERE id = $1", world.polch[ROOM].id, NOW)
    with pytest.raises(NotFound):
        await room_door(display, tomorrow(9))
