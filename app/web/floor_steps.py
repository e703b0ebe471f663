"""One step at a floor plan as a plain form sends it: fields in centimetres, read into a new sheet."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from app.inventory.floor_plans import (
    FloorPlanMalformed,
    Placement,
    Rotation,
    Shape,
    Wall,
)
from app.inventory.floor_sheets import (
    MOST_AT_ONCE,
    SIZES,
    FloorSheet,
    centimetres,
    on_paper,
    set_at,
    set_in_row,
    taken_out,
    units,
    with_shape,
    without_shape,
)
from app.inventory.queries import ResourceCard
from app.kernel.refusals import BadInput, NotFound, marked
from app.web.rule_form import FigureUnreadable

PIXELS_PER_UNIT: Final = 1
"""How large the plan is drawn where a click says where something goes."""

_LENGTHS: Final = ("x", "y", "width", "height", "x1", "y1", "x2", "y2", "rounded")
_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "room": ("x", "y", "width", "height", "name", "name_en", "detail", "detail_en"),
    "furniture": ("x", "y", "width", "height", "rounded", "name", "name_en"),
    "window": ("x1", "y1", "x2", "y2"),
    "door": ("x", "y", "width", "swing", "hinge", "leaf"),
    "label": ("x", "y", "text", "text_en"),
    "wall": ("points", "outer"),
}
"""What the form asks of each kind of shape."""

KIND_OF_SHAPE: Final = tuple(_FIELDS)
NEW_SHAPES: Final[Mapping[str, Mapping[str, object]]] = {
    "room": {"x": 60, "y": 60, "width": 450, "height": 300},
    "wall": {"points": "60 60\n510 60"},
    "window": {"x1": 60, "y1": 30, "x2": 210, "y2": 30},
    "door": {"x": 60, "y": 30, "width": 90, "swing": "down", "hinge": "start", "leaf": True},
    "furniture": {"x": 60, "y": 60, "width": 120, "height": 60, "rounded": 0},
    "label": {"x": 150, "y": 60},
}
"""What a new shape begins with, in centimetres."""


class PointsUnreadable(BadInput):
    code = "points_unreadable"
    text = marked("Bitte je Zeile einen Punkt: Zentimeter von links und von oben, etwa „120 340“. Mindestens zwei.")


def taken_step(data: Mapping[str, str], sheet: FloorSheet, resources: Sequence[ResourceCard]) -> FloorSheet:
    """The sheet after the step. Raises NotFound for a step that is none, and refusals beside their fields."""
    match data.get("was"):
        case "setzen":
            return _set(data, sheet, resources)
        case "platz":
            resource = _resource(data, resources)
            return set_at(sheet, resource.public_id, _placement(data, sheet.places.get(resource.public_id)))
        case "platz-raus":
            return taken_out(sheet, _resource(data, resources).public_id)
        case "form":
            return with_shape(sheet, read_shape(data), _index(data))
        case "form-weg":
            return without_shape(sheet, _index(data) or 0)
        case "papier":
            return on_paper(sheet, length(data, "breite", metres=True), length(data, "tiefe", metres=True))
    raise NotFound


def unplaced(resources: Sequence[ResourceCard], sheet: FloorSheet) -> list[ResourceCard]:
    """What can still be set: first what stands nowhere, then what stands on another floor."""
    free = [resource for resource in resources if resource.public_id not in sheet.places]
    return sorted(free, key=lambda resource: resource.placement is not None)


def typed_place(placement: Placement | None, resource: ResourceCard) -> dict[str, object]:
    """The fields as a resource fills them."""
    width, height = SIZES[resource.kind]
    place = placement or Placement(40, 40, width, height)
    lengths = {name: centimetres(getattr(place, name)) for name in ("x", "y", "width", "height")}
    return {**lengths, "rotation": str(place.rotation)}


def typed_shape(shape: Shape) -> tuple[str, dict[str, object]]:
    """The shape's kind and its fields as the form shows them."""
    plain = msgspec.to_builtins(shape)
    typed = {name: centimetres(value) if name in _LENGTHS else value for name, value in plain.items()}
    if isinstance(shape, Wall):
        typed["points"] = "\n".join(f"{centimetres(x)} {centimetres(y)}" for x, y in shape.points)
    return plain["kind"], typed


def read_shape(data: Mapping[str, str]) -> Shape:
    """The shape in the form's fields. Raises FigureUnreadable, PointsUnreadable and FloorPlanMalformed."""
    kind = data.get("art", "")
    if kind not in _FIELDS:
        raise FloorPlanMalformed
    values: dict[str, Any] = {"kind": kind}
    for name in _FIELDS[kind]:
        if name in _LENGTHS or (kind, name) == ("door", "width"):
            values[name] = length(data, name)
        elif name == "points":
            values[name] = _points(data.get("points", ""))
        elif name in {"outer", "leaf"}:
            values[name] = data.get(name) == "ja"
        else:
            values[name] = data.get(name, "").strip()
    try:
        shape: Shape = msgspec.convert(values, type=Shape)
    except msgspec.ValidationError as error:
        raise FloorPlanMalformed from error
    return shape


def length(data: Mapping[str, str], field: str, *, metres: bool = False) -> int:
    """The field's centimetres, or metres, in units. Raises FigureUnreadable and FloorPlanTooLarge."""
    return units(figure(data, field) * (100 if metres else 1))


def figure(data: Mapping[str, str], field: str) -> float:
    """A figure as people type it, with a comma or a point. Raises FigureUnreadable and FloorPlanTooLarge."""
    text = data.get(field, "").strip().replace(",", ".")
    if not re.fullmatch(r"[0-9]{1,7}(\.[0-9]{1,3})?", text):
        raise FigureUnreadable(field=field)
    return float(text)


def _set(data: Mapping[str, str], sheet: FloorSheet, resources: Sequence[ResourceCard]) -> FloorSheet:
    first = _resource(data, resources)
    count = int(figure(data, "anzahl")) if data.get("anzahl") else 1
    rest = [each for each in unplaced(resources, sheet) if each.kind is first.kind and each.position > first.position]
    row = [first, *rest][: max(1, min(count, MOST_AT_ONCE))]
    return set_in_row(sheet, [each.public_id for each in row], first.kind, _rotation(data), _click(data))


def _click(data: Mapping[str, str]) -> tuple[int, int] | None:
    """Where the plan was clicked; the corner is what a keyboard says that pressed it without pointing."""
    x, y = (data.get(f"klick.{axis}", "") for axis in "xy")
    if not re.fullmatch(r"[0-9]{1,5} [0-9]{1,5}", f"{x} {y}") or (x, y) == ("0", "0"):
        return None
    return round(int(x) / PIXELS_PER_UNIT), round(int(y) / PIXELS_PER_UNIT)


def _placement(data: Mapping[str, str], before: Placement | None) -> Placement:
    x, y, width, height = (length(data, name) for name in ("x", "y", "width", "height"))
    rotation = _rotation(data)
    if before and (before.rotation - rotation) % 180 and (width, height) == (before.width, before.height):
        width, height = height, width
    return Placement(x, y, width, height, rotation)


def _rotation(data: Mapping[str, str]) -> Rotation:
    turns: dict[str, Rotation] = {"0": 0, "90": 90, "180": 180, "270": 270}
    return turns.get(data.get("rotation", ""), 0)


def _resource(data: Mapping[str, str], resources: Sequence[ResourceCard]) -> ResourceCard:
    found = next((each for each in resources if each.public_id == data.get("platz")), None)
    if found is None:
        raise NotFound
    return found


def _index(data: Mapping[str, str]) -> int | None:
    text = data.get("form", "")
    if text == "neu":
        return None
    if not re.fullmatch(r"[0-9]{1,4}", text):
        raise NotFound
    return int(text)


def _points(text: str) -> list[tuple[int, int]]:
    lines = [line.replace(",", " ").split() for line in text[:4_000].splitlines() if line.strip()]
    if len(lines) < 2 or not all(len(line) == 2 and all(re.fullmatch("[0-9]{1,5}", n) for n in line) for line in lines):
        raise PointsUnreadable(field="points")
    return [(units(int(x)), units(int(y))) for x, y in lines]
