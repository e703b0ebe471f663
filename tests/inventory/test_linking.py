"""What a resource consists of: flattened, without circles, and in step with what is booked."""

import pytest

from app.bookings.operations import BookDesk, book
from app.bookings.rules import AlreadyTaken
from app.inventory.linking import (
    EquipmentInUse,
    EquipmentNameUnusable,
    PartOfItself,
    PartTakenThen,
    add_equipment,
    flattened,
    linked_at,
    retire_equipment,
    set_parts,
)
from app.inventory.queries import resources_of
from app.inventory.rules import Kind
from app.kernel.refusals import NotFound
from app.network.managing import managed_space
from app.network.queries import SpaceCard
from app.platform.database import fetch_value
from tests.worlds import NOW, AResource, World, a_resource, a_world, tomorrow


def test_parts_of_parts_are_parts() -> None:
    assert flattened({1: [2, 3], 2: [4], 3: [4, 5], 4: []}) == {1: (2, 4, 3, 5), 2: (4,), 3: (4, 5), 4: ()}


@pytest.mark.parametrize("direct", [{1: [1]}, {1: [2], 2: [1]}, {1: [2], 2: [3], 3: [1]}])
def test_a_circle_is_none(direct: dict[int, list[int]]) -> None:
    with pytest.raises(ValueError, match=r"\d"):
        flattened(direct)


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


async def polch(world: World) -> SpaceCard:
    return await managed_space(world.otto.actor(), world.polch.slug)


async def a_hall(world: World) -> tuple[AResource, AResource, AResource]:
    """A hall and its halves, not linked yet."""
    hall, north, south = [await a_resource(world.polch.id, Kind.ROOM, name) for name in ("Halle", "Nord", "Süd")]
    return hall, north, south


async def link(world: World, whole: AResource, *parts: AResource) -> None:
    await set_parts(world.otto.actor(), await polch(world), whole.public_id, [part.public_id for part in parts], NOW)


def wish(resource: AResource, hour: int = 9) -> BookDesk:
    return BookDesk(resource.public_id, tomorrow(hour), tomorrow(hour + 2))


async def test_hall_and_halves_exclude_each_other(world: World) -> None:
    hall, north, south = await a_hall(world)
    await link(world, hall, north, south)
    await book(world.mia.actor(), wish(north), NOW)
    with pytest.raises(AlreadyTaken):
        await book(world.gundula.actor(), wish(hall), NOW)
    await book(world.gundula.actor(), wish(south), NOW)
    await book(world.gundula.actor(), wish(hall, 14), NOW)
    for half in (north, south):
        with pytest.raises(AlreadyTaken):
            await book(world.mia.actor(), wish(half, 15), NOW)


async def test_what_is_booked_already_holds_new_parts_and_lets_go_of_old_ones(world: World) -> None:
    hall, north, south = await a_hall(world)
    await book(world.mia.actor(), wish(hall), NOW)
    await link(world, hall, north)
    with pytest.raises(AlreadyTaken):
        await book(world.gundula.actor(), wish(north), NOW)
    await link(world, hall, south)
    await book(world.gundula.actor(), wish(north), NOW)
    with pytest.raises(AlreadyTaken):
        await book(world.gundula.actor(), wish(south), NOW)


async def test_parts_that_are_booked_by_others_then_are_not_taken_along(world: World) -> None:
    hall, north, _ = await a_hall(world)
    await book(world.mia.actor(), wish(hall), NOW)
    await book(world.gundula.actor(), wish(north), NOW)
    with pytest.raises(PartTakenThen):
        await link(world, hall, north)


async def test_a_change_deep_down_reaches_the_top(world: World) -> None:
    hall, north, south = await a_hall(world)
    otto, space = world.otto.actor(), await polch(world)
    await link(world, hall, north)
    projector = await add_equipment(otto, space, "Beamer", NOW)
    await set_parts(otto, space, north.public_id, [projector.public_id, south.public_id], NOW)
    parts = {each.name: each.parts for each in await linked_at(space.id)}
    assert parts["Halle"] == (north.id, south.id, projector.id)
    with pytest.raises(PartOfItself):
        await link(world, south, hall)


async def test_equipment_is_in_one_room_at_a_time_and_booked_by_nobody_alone(world: World) -> None:
    _, north, south = await a_hall(world)
    otto, space = world.otto.actor(), await polch(world)
    projector = await add_equipment(otto, space, "Beamer", NOW)
    for room in (north, south):
        await set_parts(otto, space, room.public_id, [projector.public_id], NOW)
    await book(world.mia.actor(), wish(north), NOW)
    with pytest.raises(AlreadyTaken):
        await book(world.gundula.actor(), wish(south), NOW)
    await book(world.gundula.actor(), wish(south, 13), NOW)
    with pytest.raises(NotFound):
        await book(world.mia.actor(), BookDesk(projector.public_id, tomorrow(15), tomorrow(16)), NOW)
    assert projector.id not in {resource.id for resource in await resources_of(space.id)}
    with pytest.raises(EquipmentInUse):
        await retire_equipment(otto, space, projector.public_id, NOW)
    with pytest.raises(EquipmentNameUnusable):
        await add_equipment(otto, space, " beamer ", NOW)


async def test_others_link_nothing(world: World) -> None:
    hall, north, _ = await a_hall(world)
    space = await polch(world)
    with pytest.raises(NotFound):
        await set_parts(world.rolf.actor(), space, hall.public_id, [north.public_id], NOW)
    with pytest.raises(NotFound):
        await set_parts(world.otto.actor(), space, hall.public_id, [world.andernach["A1"].public_id], NOW)
    assert await fetch_value("SELECT count(*) FROM resource WHERE parts <> '{}'") == 0
