"""Floor plans as data, and as the drawing that people see."""

import json
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

import pytest
from jinja2 import StrictUndefined

from app.inventory.floor_plans import (
    LONGEST_SIDE,
    MOST_SHAPES,
    Door,
    FloorPlanDrawing,
    FloorPlanMalformed,
    FloorPlanTooLarge,
    Furniture,
    Label,
    OutsideFloorPlan,
    Placement,
    Room,
    Wall,
    Window,
    check_placements,
    decode,
    encode,
)
from app.platform.templates import Templates

DRAWING = FloorPlanDrawing(
    720,
    540,
    (
        Wall(((10, 10), (710, 10), (710, 530), (10, 530)), outer=True),
        Wall(((520, 10), (520, 186), (710, 186))),
        Room(520, 10, 190, 176, "Raum Nette"),
        Room(10, 418, 230, 112, "Teeküche"),
        Window(40, 10, 220, 10),
        Door(470, 530, 72, "up"),
        Furniture(636, 340, 58, 42, "Drucker", 4),
        Label(592, 508, "Eingang"),
    ),
)


@dataclass
class Place:
    id: str
    kind: str
    label: str
    detail: str
    state: str
    placement: Placement | None
    href: str | None
    aria: str
    fits: bool = False


DESKS = [
    Place("a1", "desk", "1", "", "free", Placement(40, 40), "?platz=a1", "Platz 1, frei. Wählen"),
    Place("a2", "desk", "2", "", "taken", Placement(136, 40), None, "Platz 2, belegt"),
    Place("a3", "desk", "3", "", "closed", Placement(232, 40), None, "Platz 3, nicht buchbar"),
    Place("a4", "desk", "4", "", "yours", Placement(40, 200, 62, 84, 90), "?platz=a4", "Platz 4, Ihre Wahl"),
    Place(
        "r1",
        "room",
        "Raum Nette",
        "6 Personen",
        "free",
        Placement(520, 10, 190, 176),
        "?platz=r1",
        "Raum Nette",
    ),
    Place("p1", "parking", "P1", "", "free", None, "?platz=p1", "Parkplatz 1"),
]
SVG = "{http://www.w3.org/2000/svg}"


def drawn(places: list[Place], drawing: FloorPlanDrawing = DRAWING) -> ElementTree.Element:
    environment = Templates(Path("templates"), lambda name: name).environment("de").overlay(undefined=StrictUndefined)
    macro = environment.get_template("parts/floor_plan.html").module.floor_plan  # type: ignore[attr-defined]
    markup = str(macro(drawing, places, "Grundriss <RegioHub>")).replace(
        "<svg ", '<svg xmlns="http://www.w3.org/2000/svg" '
    )
    return ElementTree.fromstring(markup)


def document(**changes: object) -> str:
    return json.dumps({**json.loads(encode(DRAWING)), **changes})


def test_a_drawing_survives_the_way_to_json_and_back() -> None:
    assert decode(encode(DRAWING)) == DRAWING
    assert encode(decode(encode(DRAWING))) == encode(DRAWING)


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "[]",
        "null",
        b"\xff\xfe",
        "[" * 100_000,
        document(width=0),
        document(width="720"),
        document(extra=1),
        document(shapes=[{"kind": "script", "x": 1, "y": 1}]),
        document(shapes=[{"kind": "room", "x": 1, "y": 1, "width": -5, "height": 5}]),
        document(shapes=[{"kind": "wall", "points": [[1, 1]]}]),
        document(shapes=[{"kind": "door", "x": 1, "y": 1, "width": 5, "swing": "out"}]),
        document(shapes=[{"kind": "label", "x": 1, "y": 1, "text": "a\u0000b"}]),
        document(shapes=[{"kind": "label", "x": 1, "y": 1, "text": "a" * 61}]),
    ],
)
def test_what_is_no_drawing_is_refused(broken: str | bytes) -> None:
    with pytest.raises(FloorPlanMalformed):
        decode(broken)


@pytest.mark.parametrize(
    "huge",
    [
        document(width=LONGEST_SIDE + 1),
        document(height=10**30),
        document(shapes=[{"kind": "label", "x": 1, "y": 1, "text": ""}] * (MOST_SHAPES + 1)),
        " " * 300_000,
    ],
)
def test_what_no_page_could_draw_is_refused(huge: str) -> None:
    with pytest.raises(FloorPlanTooLarge) as refused:
        decode(huge)
    assert refused.value.text.format(**refused.value.facts).endswith("höchstens 1000 Formen und 60 Meter je Seite.")


@pytest.mark.parametrize(
    "shape",
    [
        {"kind": "label", "x": -1, "y": 1, "text": "x"},
        {"kind": "room", "x": 700, "y": 10, "width": 21, "height": 10},
        {"kind": "wall", "points": [[10, 10], [10, 541]]},
        {"kind": "window", "x1": 10, "y1": 10, "x2": 721, "y2": 10},
    ],
)
def test_a_shape_beyond_the_edge_is_refused(shape: dict[str, object]) -> None:
    with pytest.raises(OutsideFloorPlan):
        decode(document(shapes=[shape]))


def test_a_place_has_to_lie_in_its_drawing() -> None:
    check_placements([Placement(636, 478)], DRAWING)
    with pytest.raises(OutsideFloorPlan):
        check_placements([Placement(637, 478)], DRAWING)
    with pytest.raises(FloorPlanMalformed):
        check_placements([Placement(1, 1, 0, 62)], DRAWING)


@pytest.mark.parametrize(
    ("placement", "corner"),
    [
        (Placement(100, 100), (124, 167)),
        (Placement(100, 100, 62, 84, 90), (81, 124)),
        (Placement(100, 100, 84, 62, 180), (124, 81)),
        (Placement(100, 100, 62, 84, 270), (167, 124)),
    ],
)
def test_the_chair_stands_on_the_side_that_the_rotation_names(placement: Placement, corner: tuple[int, int]) -> None:
    assert (placement.chair.x, placement.chair.y) == corner
    assert not placement.chair.overlaps(placement.bounds)


@pytest.mark.parametrize("swing", ["up", "down", "left", "right"])
@pytest.mark.parametrize("hinge", ["start", "end"])
def test_a_door_turns_about_its_hinge_from_open_to_shut(swing: str, hinge: str) -> None:
    door = Door(100, 100, 72, swing, hinge)  # type: ignore[arg-type]
    (hinge_x, hinge_y), (far_x, far_y) = door.jambs
    tip_x, tip_y = door.tip
    quarter = 1 if door.clockwise else -1
    turned = (hinge_x - quarter * (tip_y - hinge_y), hinge_y + quarter * (tip_x - hinge_x))
    assert turned == (far_x, far_y)
    assert (door.swept.width, door.swept.height) == (72, 72)


def test_a_window_has_two_panes_beside_its_wall() -> None:
    assert Window(40, 10, 220, 10).panes == (((40, 7), (220, 7)), ((40, 13), (220, 13)))
    assert Window(10, 200, 10, 350).panes == (((13, 200), (13, 350)), ((7, 200), (7, 350)))


def test_only_what_can_be_chosen_is_a_link_and_each_place_speaks() -> None:
    plan = drawn(DESKS)
    links = plan.findall(f".//{SVG}a")
    assert [link.get("href") for link in links] == ["?platz=a1", "?platz=a4", "?platz=r1"]
    marks = links + plan.findall(f".//{SVG}g[@role='img']")
    assert {mark.get("aria-label") for mark in marks} == {place.aria for place in DESKS if place.placement}
    assert {mark.get("data-n"): mark.get("class") for mark in marks} == {
        "a1": "desk free",
        "a2": "desk busy",
        "a3": "desk not",
        "a4": "desk free yours",
        "r1": "desk free",
    }


def test_a_room_that_can_be_booked_is_named_once() -> None:
    def words(places: list[Place]) -> str:
        return "|".join(drawn(places).itertext())

    assert words(DESKS).count("Raum Nette") == 1
    assert words(DESKS[:4]).count("Raum Nette") == 1
    assert "Teeküche" in words(DESKS)
    assert "6 Personen" in words(DESKS)


TWO_LANGUAGES = FloorPlanDrawing(
    720,
    540,
    (
        Room(10, 418, 230, 112, "Teeküche", "mit Herd", "Kitchen", "with stove"),
        Furniture(636, 340, 58, 42, "Drucker", 4, "Printer"),
        Label(592, 508, "Eingang", "Entrance"),
        Label(300, 508, "Windfang"),
        Wall(((10, 10), (710, 10))),
    ),
)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", {"Teeküche", "mit Herd", "Drucker", "Eingang", "Windfang"}),
        ("en", {"Kitchen", "with stove", "Printer", "Entrance", "Windfang"}),
    ],
)
def test_words_are_the_readers_and_german_where_no_others_are(language: str, words: set[str]) -> None:
    kept = decode(encode(TWO_LANGUAGES))
    assert {word.strip() for word in drawn([], kept.in_language(language)).itertext()} - {""} == words


def test_a_drawing_from_before_there_was_english_can_be_read() -> None:
    old = document(shapes=[{"kind": "label", "x": 1, "y": 1, "text": "Eingang"}])
    [label] = decode(old).in_language("en").labels
    assert label.text == "Eingang"


def test_long_names_wrap_and_every_line_is_kept() -> None:
    desk = Place("x", "desk", "Am Fenster links", "", "taken", Placement(40, 40), None, "Am Fenster links")
    lines = [line.text for line in drawn([desk]).findall(f".//{SVG}text[@class='cap']/{SVG}tspan")]
    assert len(lines) > 1
    assert "".join(line or "" for line in lines).replace(" ", "") == "AmFensterlinks"


def test_names_are_text_and_never_markup() -> None:
    room = Room(10, 10, 300, 100, "<script>x</script>")
    desk = Place('"><b>', "desk", "<i>", "", "free", Placement(40, 140), '?a="b"', '"quoted"')
    plan = drawn([desk], FloorPlanDrawing(720, 540, (room,)))
    assert plan.find(f".//{SVG}script") is None
    assert "<script>x</script>" in "".join(plan.itertext()).replace("\n", "")
    assert plan.find(f".//{SVG}a").get("aria-label") == '"quoted"'  # type: ignore[union-attr]


def test_the_markup_needs_no_exception_from_the_content_security_policy() -> None:
    for element in drawn(DESKS).iter():
        assert "style" not in element.attrib
        assert element.tag.split("}")[-1] not in {"script", "style"}
        assert not any(name.startswith("on") for name in element.attrib)


def test_a_plan_without_links_can_still_be_scrolled_by_keyboard() -> None:
    assert drawn(DESKS).get("tabindex") is None
    assert drawn(DESKS[1:3]).get("tabindex") == "0"


def test_two_plans_on_a_page_have_their_own_hatching() -> None:
    def hatches(places: list[Place]) -> set[str | None]:
        return {pattern.get("id") for pattern in drawn(places).iter(f"{SVG}pattern")}

    assert hatches(DESKS[:2]).isdisjoint(hatches(DESKS[2:]))
