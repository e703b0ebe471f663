"""An operator sets up floors: who may, what a stale save meets, what stands where afterwards."""

from dataclasses import replace

import pytest

from app.inventory.floor_plans import FloorPlanDrawing, Furniture, Placement
from app.inventory.floor_setting import (
    Floor,
    FloorChangedMeanwhile,
    FloorInUse,
    FloorName,
    FloorNameMissing,
    FloorSave,
    PlaceGone,
    add_floor,
    copy_floor,
    floor_of,
    floors_of,
    move_floor_up,
    put_picture,
    remove_floor,
    remove_picture,
    rename_floor,
    save_floor,
    sheet_of,
    show_picture,
)
from app.inventory.floor_sheets import FloorSheet, empty_floor
from app.inventory.queries import floor_plans_of, resources_of
from app.kernel.refusals import NotFound
from app.network.managing import managed_space
from app.network.queries import SpaceCard
from app.platform.database import execute, fetch
from tests.worlds import NOW, World, a_world

PICTURE = f"{'ab' * 32}.webp"


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


@pytest.fixture
async def polch(world: World) -> SpaceCard:
    return await managed_space(world.otto.actor(), world.polch.slug)


async def a_floor(world: World, polch: SpaceCard, name: str = "Erdgeschoss", en: str = "") -> Floor:
    return await add_floor(world.otto.actor(), polch, FloorName(name, en), empty_floor(1200, 900), NOW)


def on(floor: Floor, **places: Placement) -> FloorSheet:
    return FloorSheet(floor.drawing, places)


async def saved(world: World, polch: SpaceCard, floor: Floor, sheet: FloorSheet, **more: float) -> Floor:
    wanted = FloorSave(sheet, floor.version, **more)
    return await save_floor(world.otto.actor(), polch, floor.public_id, wanted, NOW)


async def test_what_is_saved_is_what_guests_see_at_once(world: World, polch: SpaceCard) -> None:
    floor = await a_floor(world, polch, "Erdgeschoss", "Ground floor")
    desk = world.polch["1"].public_id
    drawing = replace_shapes(floor.drawing, Furniture(300, 300, 60, 60, "Regal", name_en="Shelf"))
    await saved(world, polch, floor, FloorSheet(drawing, {desk: Placement(100, 100, 62, 84, 90)}))
    [card] = await floor_plans_of(polch.id, "en")
    assert (card.name, card.drawing.furniture[0].name) == ("Ground floor", "Shelf")
    placed = {each.name: (each.floor_plan, each.placement) for each in await resources_of(polch.id)}
    assert placed["1"] == (card.id, Placement(100, 100, 62, 84, 90))
    assert placed["2"] == (None, None)
    [entry] = await fetch("SELECT actor, details::text FROM audit_entry WHERE action = 'floor_plan.changed'")
    assert entry["actor"] == world.otto.id
    assert '"1"' in entry["details"], "the trail names what was moved"


def replace_shapes(drawing: FloorPlanDrawing, *more: Furniture) -> FloorPlanDrawing:
    return FloorPlanDrawing(drawing.width, drawing.height, (*drawing.shapes, *more))


async def test_a_stale_save_changes_nothing(world: World, polch: SpaceCard) -> None:
    floor = await a_floor(world, polch)
    one, two = world.polch["1"].public_id, world.polch["2"].public_id
    first = await saved(world, polch, floor, on(floor, **{one: Placement(50, 50)}))
    with pytest.raises(FloorChangedMeanwhile):
        await saved(world, polch, floor, on(floor, **{two: Placement(50, 50)}))
    assert (await sheet_of(first)).places == {one: Placement(50, 50)}
    again = await saved(world, polch, first, on(first, **{two: Placement(50, 50)}))
    assert again.version > first.version
    assert (await sheet_of(again)).places == {two: Placement(50, 50)}


async def test_saving_the_same_again_is_no_new_version(world: World, polch: SpaceCard) -> None:
    floor = await a_floor(world, polch)
    assert (await saved(world, polch, floor, on(floor))).version == floor.version


async def test_what_moves_to_another_floor_leaves_the_first_and_makes_its_forms_stale(
    world: World, polch: SpaceCard
) -> None:
    ground, upper = await a_floor(world, polch), await a_floor(world, polch, "Obergeschoss")
    desk = world.polch["1"].public_id
    ground = await saved(world, polch, ground, on(ground, **{desk: Placement(50, 50)}))
    upper = await saved(world, polch, upper, on(upper, **{desk: Placement(90, 90)}))
    assert upper.standing == 1
    assert (await floor_of(polch.id, ground.public_id)).standing == 0
    with pytest.raises(FloorChangedMeanwhile):
        await saved(world, polch, ground, on(ground, **{desk: Placement(50, 50)}))


async def test_only_resources_in_use_of_this_space_can_be_set(world: World, polch: SpaceCard) -> None:
    floor = await a_floor(world, polch)
    with pytest.raises(PlaceGone):
        await saved(world, polch, floor, on(floor, **{world.andernach["A1"].public_id: Placement(50, 50)}))
    await execute("UPDATE resource SET retired_at = $2 WHERE id = $1", world.polch["1"].id, NOW)
    with pytest.raises(PlaceGone):
        await saved(world, polch, floor, on(floor, **{world.polch["1"].public_id: Placement(50, 50)}))


async def test_nobody_else_changes_a_floor(world: World, polch: SpaceCard) -> None:
    floor = await a_floor(world, polch)
    for stranger in (world.rolf, world.frida, world.mia):
        for attempt in (
            add_floor(stranger.actor(), polch, FloorName("Dach"), floor.drawing, NOW),
            save_floor(stranger.actor(), polch, floor.public_id, FloorSave(on(floor), floor.version), NOW),
            rename_floor(stranger.actor(), polch, floor.public_id, FloorName("Dach"), NOW),
            remove_floor(stranger.actor(), polch, floor.public_id, NOW),
            put_picture(stranger.actor(), polch, floor.public_id, PICTURE, (10, 10), NOW),
        ):
            with pytest.raises(NotFound):
                await attempt


async def test_a_floor_of_another_space_is_not_found(world: World, polch: SpaceCard) -> None:
    floor = await a_floor(world, polch)
    andernach = await managed_space(world.rolf.actor(), world.andernach.slug)
    with pytest.raises(NotFound):
        await save_floor(world.rolf.actor(), andernach, floor.public_id, FloorSave(on(floor), floor.version), NOW)


async def test_floors_are_named_ordered_copied_and_deleted(world: World, polch: SpaceCard) -> None:
    otto = world.otto.actor()
    ground, upper = await a_floor(world, polch), await a_floor(world, polch, "Obergeschoss")
    await move_floor_up(otto, polch, upper.public_id, NOW)
    await rename_floor(otto, polch, ground.public_id, FloorName("  Unten  ", "Downstairs"), NOW)
    assert [(each.name, each.name_en) for each in await floors_of(polch.id)] == [
        ("Obergeschoss", ""),
        ("Unten", "Downstairs"),
    ]
    ground = await floor_of(polch.id, ground.public_id)
    ground = await saved(world, polch, ground, on(ground, **{world.polch["1"].public_id: Placement(50, 50)}))
    twin = await copy_floor(otto, polch, ground.public_id, FloorName("Dach"), NOW)
    assert (twin.drawing, twin.standing) == (ground.drawing, 0)
    with pytest.raises(FloorInUse):
        await remove_floor(otto, polch, ground.public_id, NOW)
    await execute("UPDATE resource SET retired_at = $2 WHERE id = $1", world.polch["1"].id, NOW)
    await remove_floor(otto, polch, ground.public_id, NOW)
    assert [each.name for each in await floors_of(polch.id)] == ["Obergeschoss", "Dach"]
    with pytest.raises(FloorNameMissing):
        await rename_floor(otto, polch, twin.public_id, FloorName(" "), NOW)


async def test_a_picture_sets_the_size_of_an_empty_floor_and_grows_with_the_scale(
    world: World, polch: SpaceCard
) -> None:
    otto = world.otto.actor()
    floor = await add_floor(otto, polch, FloorName("Dach"), FloorPlanDrawing(800, 600), NOW)
    floor = await put_picture(otto, polch, floor.public_id, PICTURE, (2400, 1200), NOW)
    assert (floor.drawing.width, floor.drawing.height) == (1000, 500)
    floor = await saved(world, polch, floor, on(floor, **{world.polch["1"].public_id: Placement(100, 100)}), factor=1.2)
    assert floor.picture is not None
    assert (floor.drawing.width, floor.picture.width, floor.picture.height) == (1200, 1200, 600)
    floor = await put_picture(otto, polch, floor.public_id, PICTURE, (600, 600), NOW)
    assert floor.picture is not None
    assert (floor.drawing.width, floor.picture.width, floor.picture.height) == (1200, 600, 600), "the drawing stays"
    await show_picture(otto, polch, floor.public_id, False, NOW)
    assert (await floor_plans_of(polch.id))[0].picture is None
    await remove_picture(otto, polch, floor.public_id, NOW)
    assert replace(await floor_of(polch.id, floor.public_id), version=0).picture is None
