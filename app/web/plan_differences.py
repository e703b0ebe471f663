"""Two states of a floor, side by side in words. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from app.inventory.floor_plans import (
    Door,
    FloorPlanDrawing,
    Furniture,
    Label,
    Placement,
    Room,
    Shape,
    Wall,
    Window,
)
from app.inventory.floor_sheets import FloorSheet, centimetres
from app.kernel.refusals import Phrase, marked, phrase

SHAPE_NAMES: Mapping[type[Shape], str] = {
    Room: marked("Bereich"),
    Wall: marked("Wand"),
    Window: marked("Fenster"),
    Door: marked("Tür"),
    Furniture: marked("Möbel"),
    Label: marked("Beschriftung"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """What of the floor is not the same, how it stands now and how it would be; None where it is missing."""

    what: Phrase
    now: Phrase | None
    wanted: Phrase | None


def shape_name(shape: Shape) -> Phrase:
    """What a shape is called in lists: its kind, and its own name where it has one."""
    kind = phrase(SHAPE_NAMES[type(shape)])
    name = shape.text if isinstance(shape, Label) else getattr(shape, "name", "")
    return phrase(marked("{name} ({kind})"), kind=kind, name=name) if name else kind


def spot(x: int, y: int) -> Phrase:
    """Where something begins, for people."""
    return phrase(marked("{x} cm von links, {y} cm von oben"), x=centimetres(x), y=centimetres(y))


def area(thing: Placement | Room | Furniture) -> Phrase:
    """Where something lies and how large it is."""
    size = phrase(marked("{width} × {height} cm"), width=centimetres(thing.width), height=centimetres(thing.height))
    return phrase(marked("{spot}, {size}"), spot=spot(thing.x, thing.y), size=size)


def shape_spot(shape: Shape) -> Phrase:
    """Where a shape lies."""
    return area(shape) if isinstance(shape, Room | Furniture) else spot(shape.bounds.x, shape.bounds.y)


def differences(now: FloorSheet, wanted: FloorSheet, names: Mapping[str, Phrase]) -> list[Difference]:
    """All in which the two differ; `names` are those of the resources by public id."""
    found = []
    for key in (*now.places, *(key for key in wanted.places if key not in now.places)):
        here, there = now.places.get(key), wanted.places.get(key)
        if here != there:
            found.append(Difference(names.get(key, phrase(marked("ein Platz"))), _placed(here), _placed(there)))
    return [*found, *_shapes(now.drawing, wanted.drawing), *_paper(now.drawing, wanted.drawing)]


def _placed(place: Placement | None) -> Phrase | None:
    if place is None or not place.rotation:
        return area(place) if place else None
    return phrase(marked("{area}, um {degrees}° gedreht"), area=area(place), degrees=place.rotation)


def _shapes(now: FloorPlanDrawing, wanted: FloorPlanDrawing) -> list[Difference]:
    here, there = Counter(now.shapes), Counter(wanted.shapes)
    only_now = [Difference(shape_name(shape), shape_spot(shape), None) for shape in (here - there).elements()]
    only_wanted = [Difference(shape_name(shape), None, shape_spot(shape)) for shape in (there - here).elements()]
    return only_now + only_wanted


def _paper(now: FloorPlanDrawing, wanted: FloorPlanDrawing) -> list[Difference]:
    sizes = [
        phrase(marked("{width} × {height} cm"), width=centimetres(each.width), height=centimetres(each.height))
        for each in (now, wanted)
    ]
    return [Difference(phrase(marked("Zeichenfläche")), *sizes)] if sizes[0] != sizes[1] else []
