"""The list beside a floor plan says in words what the drawing shows."""

import pytest

from app.inventory.floor_plans import FloorPlanDrawing as Drawing
from app.inventory.floor_plans import Furniture, Label, Placement, Room
from app.inventory.rules import Kind, label
from app.platform.language import speaker
from app.web.plan_words import Placed, whereabouts

WIDTH, DEPTH = 84, 62


def desk(name: str, x: int, y: int, rotation: int = 0) -> Placed:
    width, height = (WIDTH, DEPTH) if rotation in (0, 180) else (DEPTH, WIDTH)
    return Placed(label(Kind.DESK, name), Placement(x, y, width, height, rotation), True)  # type: ignore[arg-type]


def said(places: list[Placed], *shapes: Room | Furniture | Label) -> list[str]:
    words = whereabouts(places, Drawing(2000, 2000, [*shapes]))
    return [", ".join(speaker("de").word(word) for word in of_place) for of_place in words]


def test_desks_in_a_row_stand_beside_each_other() -> None:
    row = [desk(str(n + 1), 100 + n * (WIDTH + 20), 100) for n in range(3)]
    assert said(row) == ["neben Platz 2", "neben Platz 1 und Platz 3", "neben Platz 2"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (desk("1", 100, 100, 180), desk("2", 100, 100 + DEPTH + 4, 0)),
        (desk("1", 100, 100, 90), desk("2", 100 + DEPTH + 4, 100, 270)),
    ],
)
def test_desks_whose_chairs_look_at_each_other_are_opposite(one: Placed, other: Placed) -> None:
    assert said([one, other]) == ["gegenüber von Platz 2", "gegenüber von Platz 1"]


def test_behind_the_chair_across_a_corner_and_beyond_a_metre_nobody_is_a_neighbour() -> None:
    behind = desk("2", 100, 100 + DEPTH + 40, 0)
    assert said([desk("1", 100, 100, 0), behind])[0] == ""
    assert said([desk("1", 100, 100), desk("2", 100 + WIDTH, 100 + DEPTH)]) == ["", ""]
    assert said([desk("1", 100, 100), desk("2", 100 + WIDTH + 71, 100)]) == ["", ""]


def test_the_nearest_thing_with_a_name_is_said_as_far_as_four_metres() -> None:
    here, entrance = desk("1", 100, 100), Label(400, 130, "Eingang")
    assert said([here], entrance, Furniture(100, 400, 40, 40, "Drucker")) == ["nahe: Eingang"]
    assert said([here], Furniture(100, 400, 40, 40, "Drucker")) == ["nahe: Drucker"]
    assert said([here], Furniture(100, 500, 40, 40, "Drucker")) == [""]
    assert said([here], Furniture(100, 200, 40, 40)) == [""], "what has no name is not said"


def test_the_area_is_named_and_not_said_to_be_near() -> None:
    quiet = Room(50, 50, 500, 500, "Ruhezone")
    assert said([desk("1", 100, 100)], quiet) == ["im Bereich Ruhezone"]


def test_a_room_that_is_booked_is_not_its_own_area() -> None:
    nette = Placed(label(Kind.ROOM, "Nette"), Placement(50, 50, 300, 300), False)
    assert said([nette], Room(50, 50, 300, 300, "Nette"), Label(360, 200, "Eingang")) == ["nahe: Eingang"]
