"""Linked resources and buffers: all that says what is free says the same, and booking agrees."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.bookings.availability import count_bookable, what_forbids
from app.bookings.consistency import disagreements
from app.bookings.decision import TooLongHere
from app.bookings.facts import free_resources
from app.bookings.operations import BookDesk, book
from app.bookings.quoting import quote
from app.bookings.rules import AlreadyTaken, AnyOf
from app.inventory.booking_rules import BookingRules
from app.inventory.linking import add_equipment, set_parts
from app.inventory.queries import ResourceCard, SpaceClock, SpaceWindow, hours_of, resources_of, taken_periods
from app.inventory.rule_setting import RulesFor, set_rules
from app.inventory.rules import Kind
from app.kernel.periods import Period
from app.network.managing import managed_space
from app.network.queries import SpaceCard
from app.platform.database import transaction
from tests.worlds import NOW, TOMORROW, World, a_resource, a_world, tomorrow


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


async def a_house(world: World) -> SpaceCard:
    """Polch with a hall of two halves, a small room that shares the north half's projector, and buffers."""
    otto = world.otto.actor()
    space = await managed_space(otto, world.polch.slug)
    hall, north, south, small = [
        await a_resource(space.id, Kind.ROOM, name, order=order)
        for order, name in enumerate(("Halle", "Nord", "Süd", "Klein"), 10)
    ]
    projector = await add_equipment(otto, space, "Beamer", NOW)
    await set_parts(otto, space, hall.public_id, [north.public_id, south.public_id], NOW)
    for room in (north, small):
        await set_parts(otto, space, room.public_id, [projector.public_id], NOW)
    quarter = timedelta(minutes=15)
    await set_rules(
        otto, RulesFor(space, Kind.ROOM), BookingRules(buffer_before=quarter, buffer_after=2 * quarter), 0, NOW
    )
    own = next(resource for resource in await resources_of(space.id, Kind.ROOM) if resource.name == "Süd")
    await set_rules(otto, RulesFor(space, Kind.ROOM, own), BookingRules(buffer_after=4 * quarter), 0, NOW)
    return space


QUARTERS = st.integers(min_value=0, max_value=39)
WISHES = st.lists(
    st.tuples(st.sampled_from(("Halle", "Nord", "Süd", "Klein", "Nette")), QUARTERS, st.integers(1, 8)),
    min_size=1,
    max_size=12,
)


def period_of(quarter: int, length: int) -> Period:
    starts_at = tomorrow(8) + timedelta(minutes=15 * quarter)
    return Period(starts_at, min(starts_at + timedelta(minutes=15 * length), tomorrow(18)))


async def said_free(space: SpaceCard, period: Period) -> dict[str, frozenset[str]]:
    """By who says it the names of the rooms that are free then."""
    rooms = await resources_of(space.id, Kind.ROOM)
    clock = SpaceClock(space.id, space.time_zone, space.holiday_region, space.open_on_holidays)
    hours = (await hours_of([clock], TOMORROW, TOMORROW))[space.id]
    taken = await taken_periods([room.id for room in rooms], period)
    forbidden = await what_forbids(rooms, space.name, hours, period, NOW, person=None)
    [count] = await count_bookable([SpaceWindow(space.id, period)], Kind.ROOM, {space.id: hours}, NOW, person=None)
    by_quote = []
    for room in rooms:
        answer = await quote(BookDesk(room.public_id, period.starts_at, period.ends_at), NOW)
        if answer.refusal is None:
            by_quote.append(room.name)
    free = {
        "free_resources": frozenset(one.name for one in await free_resources(space.id, Kind.ROOM, period)),
        "taken_periods": frozenset(room.name for room in rooms if not taken[room.id] and room.id not in forbidden),
        "quote": frozenset(by_quote),
    }
    assert count.free == len(free["quote"]), (count, free)
    return free


async def test_all_that_says_what_is_free_says_the_same_and_so_does_booking(world: World) -> None:
    space = await a_house(world)
    rooms = {room.name: room for room in await resources_of(space.id, Kind.ROOM)}
    examples: list[list[tuple[str, int, int]]] = []

    @settings(max_examples=12, database=None, derandomize=True)
    @given(WISHES)
    def gather(wishes: list[tuple[str, int, int]]) -> None:
        examples.append(wishes)

    gather()
    for wishes in examples:
        with suppress(Undone):
            async with transaction():
                await walk(world, space, rooms, wishes)
                raise Undone


class Undone(Exception):
    """Rolls back what an example has booked."""


async def walk(
    world: World, space: SpaceCard, rooms: Mapping[str, ResourceCard], wishes: list[tuple[str, int, int]]
) -> None:
    """Books one wish after the other and compares before each what is said to be free with what can be had."""
    for name, quarter, length in wishes:
        period = period_of(quarter, length)
        free = await said_free(space, period)
        assert len(set(free.values())) == 1, (free, wishes)
        try:
            await book(world.mia.actor(), BookDesk(rooms[name].public_id, period.starts_at, period.ends_at), NOW)
        except AlreadyTaken:
            assert name not in free["quote"], wishes
        else:
            assert name in free["quote"], wishes
    assert await disagreements() == []


async def test_bookings_side_by_side_keep_the_buffer(world: World) -> None:
    space = await a_house(world)
    room = next(room for room in await resources_of(space.id, Kind.ROOM) if room.name == "Klein")
    await book(world.mia.actor(), BookDesk(room.public_id, tomorrow(9), tomorrow(10)), NOW)
    with pytest.raises(AlreadyTaken):
        await book(world.mia.actor(), BookDesk(room.public_id, tomorrow(10, 30), tomorrow(11)), NOW)
    await book(world.mia.actor(), BookDesk(room.public_id, tomorrow(10, 45), tomorrow(11)), NOW)


async def test_any_desk_passes_over_desks_whose_own_rules_refuse(world: World) -> None:
    otto = world.otto.actor()
    space = await managed_space(otto, world.polch.slug)
    for desk in await resources_of(space.id, Kind.DESK):
        if desk.name in ("1", "2"):
            rules = BookingRules(longest=timedelta(hours=1))
            await set_rules(otto, RulesFor(space, Kind.DESK, desk), rules, 0, NOW)
    pool = AnyOf(space.slug, Kind.DESK)
    wanted = BookDesk(pool, tomorrow(9), tomorrow(12))
    assert (await book(world.mia.actor(), wanted, NOW)).resource.name == "3"
    with pytest.raises(TooLongHere):
        await book(world.mia.actor(), wanted, NOW)
    free = await quote(BookDesk(pool, tomorrow(9), tomorrow(10)), NOW)
    assert free.resource is not None
    assert free.resource.name in ("1", "2"), "an hour may be had there"
