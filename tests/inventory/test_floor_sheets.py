"""A floor's sheet: what is accepted, how things are set, measured and scaled. Pure."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.inventory.floor_plans import (
    Door,
    FloorPlanDrawing,
    FloorPlanMalformed,
    FloorPlanTooLarge,
    Furniture,
    OutsideFloorPlan,
    Placement,
    Room,
    Wall,
    Window,
)
from app.inventory.floor_sheets import (
    FloorSheet,
    NoRoomLeft,
    centimetres,
    decode_sheet,
    empty_floor,
    encode_sheet,
    free_spot,
    overlapping,
    scaled,
    set_in_row,
    units,
    with_shape,
    without_shape,
)
from app.inventory.rules import Kind
from app.kernel.refusals import Refusal

ROOM = Room(500, 40, 200, 160, "Nette")
SHEET = FloorSheet(FloorPlanDrawing(800, 600, (ROOM,)), {"a": Placement(40, 40)})


def test_a_sheet_comes_back_as_it_was() -> None:
    assert decode_sheet(encode_sheet(SHEET)) == SHEET


@pytest.mark.parametrize(
    ("document", "refusal"),
    [
        ("", FloorPlanMalformed),
        ("[]", FloorPlanMalformed),
        ('{"drawing": {"width": 800, "height": 600}, "more": 1}', FloorPlanMalformed),
        ('{"drawing": {"width": 800, "height": 600}, "places": {"a": {"x": "40", "y": 1}}}', FloorPlanMalformed),
        ('{"drawing": {"width": 80, "height": 60}, "places": {"a": {"x": 4, "y": 1, "to": 45}}}', FloorPlanMalformed),
        ('{"drawing": {"width": 800, "height": 600}, "places": {"a": {"x": 790, "y": 1}}}', OutsideFloorPlan),
        ('{"drawing": {"width": 800, "height": 600}, "places": {"a": {"x": 1e99, "y": 1}}}', FloorPlanMalformed),
        ('{"drawing": {"width": 0, "height": 600}}', FloorPlanMalformed),
        ('{"drawing": {"width": 4001, "height": 600}}', FloorPlanTooLarge),
        ('{"drawing": {"width": 9, "height": 9}, "places": {"' + "a" * 300_000 + '": 1}}', FloorPlanTooLarge),
    ],
)  # fmt: skip
def test_what_no_page_can_draw_is_refused(document: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        decode_sheet(document)


def test_a_room_without_area_is_refused() -> None:
    with pytest.raises(FloorPlanMalformed):
        decode_sheet(encode_sheet(with_shape(SHEET, Room(10, 10, 0, 50))))


@given(st.integers(0, 4_000))
def test_what_the_fields_show_is_read_back_as_the_same_length(length: int) -> None:
    assert units(centimetres(length)) == length


def test_an_empty_floor_is_as_large_as_was_said() -> None:
    drawing = empty_floor(1200, 900)
    assert (drawing.width, drawing.height) == (840, 640)
    wall = drawing.walls[0].bounds
    assert (centimetres(wall.width), centimetres(wall.height)) == (1200, 900)


def test_a_row_stands_side_by_side_from_the_click() -> None:
    row = set_in_row(SHEET, ["b", "c"], Kind.DESK, 0, (142, 331)).places
    assert (row["b"], row["c"]) == (Placement(100, 300), Placement(196, 300))
    upright = set_in_row(SHEET, ["b", "c"], Kind.DESK, 90, (131, 242)).places
    assert upright["b"] == Placement(100, 200, 62, 84, 90)
    assert upright["c"] == Placement(100, 296, 62, 84, 90)


def test_a_click_at_the_edge_stays_on_the_paper() -> None:
    assert set_in_row(SHEET, ["b"], Kind.DESK, 0, (799, 599)).places["b"] == Placement(716, 538)


def test_a_room_takes_the_drawn_area_that_was_clicked_once() -> None:
    once = set_in_row(SHEET, ["nette"], Kind.ROOM, 0, (600, 100))
    assert once.places["nette"].bounds == ROOM.bounds
    twice = set_in_row(once, ["elz"], Kind.ROOM, 0, (600, 100))
    assert twice.places["elz"].bounds != ROOM.bounds
    desk = set_in_row(SHEET, ["b"], Kind.DESK, 0, (600, 100))
    assert (desk.places["b"].width, desk.places["b"].height) == (84, 62)


@settings(max_examples=10)
@given(st.integers(1, 60))
def test_free_spots_never_lie_on_anything(count: int) -> None:
    sheet = FloorSheet(FloorPlanDrawing(1200, 900, (Furniture(300, 40, 90, 300),)))
    try:
        for number in range(count):
            sheet = set_in_row(sheet, [str(number)], Kind.DESK, 0, None)
    except NoRoomLeft:
        assert count > 50
    assert not list(overlapping(sheet))
    assert not any(place.bounds.overlaps(sheet.drawing.furniture[0].bounds) for place in sheet.places.values())


def test_a_full_floor_says_so() -> None:
    with pytest.raises(NoRoomLeft):
        free_spot(SHEET, 790, 62)


def test_scaling_moves_everything_and_leaves_desks_their_size() -> None:
    shapes = (ROOM, Wall(((0, 0), (800, 0))), Window(10, 0, 60, 0), Door(100, 0, 60, "down"))
    sheet = FloorSheet(
        FloorPlanDrawing(800, 600, shapes), {"a": Placement(100, 200), "nette": Placement(500, 40, 200, 160)}
    )
    larger = scaled(sheet, 1.5, {"a"})
    assert (larger.drawing.width, larger.drawing.height) == (1200, 900)
    assert larger.drawing.rooms[0].bounds == larger.places["nette"].bounds
    assert (larger.places["a"].width, larger.places["a"].height) == (84, 62)
    assert larger.places["a"].x + 42 == 213
    with pytest.raises(FloorPlanTooLarge):
        scaled(sheet, 6, {"a"})


@given(st.floats(0.05, 4.9))
def test_whatever_the_scale_the_sheet_can_be_drawn(factor: float) -> None:
    shapes = (ROOM, Wall(((0, 0), (800, 600))), Door(740, 0, 60, "down"), Furniture(799, 599, 1, 1))
    sheet = FloorSheet(FloorPlanDrawing(800, 600, shapes), {"a": Placement(716, 538), "b": Placement(0, 0)})
    larger = scaled(sheet, factor, {"a"})
    assert decode_sheet(encode_sheet(larger)) == larger


def test_shapes_are_replaced_and_removed_by_their_number() -> None:
    two = with_shape(SHEET, Furniture(1, 1, 5, 5, "Regal"))
    assert [type(shape) for shape in two.drawing.shapes] == [Room, Furniture]
    assert with_shape(two, Furniture(9, 9, 5, 5), 1).drawing.furniture[0].x == 9
    assert without_shape(two, 0).drawing.rooms == []
    with pytest.raises(FloorPlanMalformed):
        with_shape(two, ROOM, 7)


def test_what_lies_on_one_another_is_named() -> None:
    sheet = FloorSheet(SHEET.drawing, {"a": Placement(0, 0), "b": Placement(83, 0), "c": Placement(167, 0)})
    assert list(overlapping(sheet)) == [("a", "b")]
