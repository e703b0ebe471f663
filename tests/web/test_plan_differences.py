"""Two states of a floor in words. Pure."""

from app.inventory.floor_plans import FloorPlanDrawing, Label, Placement, Room
from app.inventory.floor_sheets import FloorSheet
from app.inventory.rules import Kind, label
from app.platform.language import speaker
from app.web.plan_differences import differences

NAMES = {"a": label(Kind.DESK, "1"), "b": label(Kind.DESK, "2"), "c": label(Kind.DESK, "3")}


def said(now: FloorSheet, wanted: FloorSheet, language: str = "de") -> list[tuple[str, str, str]]:
    say = speaker(language)
    return [
        (say.word(each.what), say.word(each.now) if each.now else "", say.word(each.wanted) if each.wanted else "")
        for each in differences(now, wanted, NAMES)
    ]


def test_each_difference_says_both_states() -> None:
    kitchen = Room(0, 0, 200, 100, "Küche")
    now = FloorSheet(FloorPlanDrawing(800, 600, (kitchen,)), {"a": Placement(100, 100), "b": Placement(0, 0)})
    wanted = FloorSheet(
        FloorPlanDrawing(800, 640, (Label(10, 10, "Flur"),)),
        {"a": Placement(100, 100, 62, 84, 90), "b": Placement(0, 0), "c": Placement(4, 4)},
    )
    assert said(now, wanted) == [
        (
            "Platz 1",
            "150 cm von links, 150 cm von oben, 126 × 93 cm",
            "150 cm von links, 150 cm von oben, 93 × 126 cm, um 90° gedreht",
        ),
        ("Platz 3", "", "6 cm von links, 6 cm von oben, 126 × 93 cm"),
        ("Küche (Bereich)", "0 cm von links, 0 cm von oben, 300 × 150 cm", ""),
        ("Flur (Beschriftung)", "", "15 cm von links, 15 cm von oben"),
        ("Zeichenfläche", "1200 × 900 cm", "1200 × 960 cm"),
    ]
    assert said(now, wanted, "en")[1] == ("Desk 3", "", "6 cm from the left, 6 cm from the top, 126 × 93 cm")
    assert said(now, now) == []


def test_one_of_two_equal_shapes_is_a_difference() -> None:
    shelf = Room(0, 0, 20, 10)
    two = FloorSheet(FloorPlanDrawing(80, 60, (shelf, shelf)))
    assert said(two, FloorSheet(FloorPlanDrawing(80, 60, (shelf,)))) == [
        ("Bereich", "0 cm von links, 0 cm von oben, 30 × 15 cm", "")
    ]
