"""A floor as its editor has it: the drawing, and which resource lies where. Pure; each change makes a new sheet."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, TypeVar

import msgspec
from msgspec.structs import replace

from app.inventory.floor_plans import (
    CENTIMETRES_PER_UNIT,
    DESK_DEPTH,
    DESK_WIDTH,
    LONGEST_SIDE,
    MOST_BYTES,
    Box,
    Door,
    FloorPlanDrawing,
    FloorPlanMalformed,
    FloorPlanTooLarge,
    Furniture,
    Label,
    Placement,
    Room,
    Rotation,
    Shape,
    Wall,
    Window,
    check_placements,
    decode,
    encode,
)
from app.inventory.rules import Kind
from app.kernel.refusals import BadInput, marked

GRID: Final = 10
"""Units between two lines to which a drawing hand is drawn: 15 cm."""

GAP: Final = 12
"""Units between two desks that are set in a row."""

MARGIN: Final = 20
MOST_AT_ONCE: Final = 20

SIZES: Final[Mapping[Kind, tuple[int, int]]] = {
    Kind.DESK: (DESK_WIDTH, DESK_DEPTH),
    Kind.ROOM: (240, 200),
    Kind.BOOTH: (90, 90),
    Kind.PARKING: (170, 340),
}
"""How large a resource is when it is set, in units."""


Boxed = TypeVar("Boxed", Room, Furniture, Placement)


class NoRoomLeft(BadInput):
    """What shall be set finds no free spot."""

    code = "no_room_left"
    text = marked("In diesem Grundriss ist kein Platz mehr frei. Machen Sie ihn größer oder rücken Sie etwas zusammen.")


class FloorSheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The drawing of a floor, and by public id where resources lie in it."""

    drawing: FloorPlanDrawing
    places: dict[str, Placement] = {}

    @property
    def paper(self) -> Box:
        return Box(0, 0, self.drawing.width, self.drawing.height)


def encode_sheet(sheet: FloorSheet) -> str:
    """The sheet as JSON; the same sheet gives the same text."""
    return msgspec.json.encode(sheet).decode()


def decode_sheet(document: str) -> FloorSheet:
    """The sheet in a JSON document. Raises what `checked` raises, and FloorPlanMalformed for anything else."""
    if len(document) > MOST_BYTES:
        raise FloorPlanTooLarge
    try:
        sheet = msgspec.json.decode(document, type=FloorSheet)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise FloorPlanMalformed from error
    return checked(sheet)


def checked(sheet: FloorSheet) -> FloorSheet:
    """The sheet, if a page can draw it. Raises FloorPlanMalformed, FloorPlanTooLarge and OutsideFloorPlan."""
    decode(encode(sheet.drawing))
    check_placements(sheet.places.values(), sheet.drawing)
    areas = [shape.bounds for shape in sheet.drawing.shapes if isinstance(shape, Room | Furniture)]
    if any(min(area.width, area.height) <= 0 for area in areas):
        raise FloorPlanMalformed
    return sheet


def units(centimetres: float) -> int:
    """The nearest length of the drawing."""
    return round(centimetres / CENTIMETRES_PER_UNIT)


def centimetres(length: int) -> int:
    """Whole centimetres, so that `units` of them is the same length again."""
    return int(length * CENTIMETRES_PER_UNIT // 1)


def empty_floor(width_cm: int, depth_cm: int) -> FloorPlanDrawing:
    """A floor of this size within its outer wall."""
    width, depth = units(width_cm), units(depth_cm)
    corners = ((0, 0), (width, 0), (width, depth), (0, depth))
    outline = Wall(tuple((x + MARGIN, y + MARGIN) for x, y in corners), outer=True)
    return FloorPlanDrawing(width + 2 * MARGIN, depth + 2 * MARGIN, (outline,))


def set_at(sheet: FloorSheet, resource: str, placement: Placement) -> FloorSheet:
    """The resource lies there, wherever it lay before."""
    return replace(sheet, places=sheet.places | {resource: placement})


def taken_out(sheet: FloorSheet, resource: str) -> FloorSheet:
    return replace(sheet, places={key: place for key, place in sheet.places.items() if key != resource})


def with_shape(sheet: FloorSheet, shape: Shape, at: int | None = None) -> FloorSheet:
    """The shape instead of the one at this place in the list, or as a new one. Raises FloorPlanMalformed."""
    shapes = list(sheet.drawing.shapes)
    if at is None:
        shapes.append(shape)
    elif at < len(shapes):
        shapes[at] = shape
    else:
        raise FloorPlanMalformed
    return replace(sheet, drawing=replace(sheet.drawing, shapes=tuple(shapes)))


def without_shape(sheet: FloorSheet, at: int) -> FloorSheet:
    shapes = sheet.drawing.shapes
    return replace(sheet, drawing=replace(sheet.drawing, shapes=shapes[:at] + shapes[at + 1 :]))


def on_paper(sheet: FloorSheet, width: int, height: int) -> FloorSheet:
    """The same drawing on paper of this size."""
    return replace(sheet, drawing=replace(sheet.drawing, width=width, height=height))


def set_in_row(
    sheet: FloorSheet, resources: Sequence[str], kind: Kind, rotation: Rotation, centre: tuple[int, int] | None
) -> FloorSheet:
    """Sets resources of one kind side by side, the first with its middle there, or on the first free spots.

    A room that is set into a drawn one that no other has takes its whole area. Raises NoRoomLeft.
    """
    width, height = SIZES[kind]
    if kind is Kind.DESK and rotation in (90, 270):
        width, height = height, width
    turned: Rotation = rotation if kind is Kind.DESK else 0
    corner = (_on_grid(centre[0] - width // 2), _on_grid(centre[1] - height // 2)) if centre else None
    for resource in resources:
        x, y = free_spot(sheet, width, height) if corner is None else _inside(sheet.paper, *corner, width, height)
        box = Box(x, y, width, height)
        if centre is not None and kind is not Kind.DESK and resource == resources[0]:
            box = _drawn_room(sheet, centre) or box
        sheet = set_at(sheet, resource, Placement(box.x, box.y, box.width, box.height, turned))
        if corner is not None:
            across = rotation in (0, 180)
            corner = (box.right + GAP, box.y) if across else (box.x, box.bottom + GAP)
    return sheet


def free_spot(sheet: FloorSheet, width: int, height: int) -> tuple[int, int]:
    """The first corner, row by row, at which nothing lies yet within GAP. Raises NoRoomLeft."""
    taken = [place.bounds for place in sheet.places.values()] + [thing.bounds for thing in sheet.drawing.furniture]
    wide = [Box(box.x - GAP, box.y - GAP, box.width + 2 * GAP, box.height + 2 * GAP) for box in taken]
    for y in range(2 * MARGIN, sheet.drawing.height - height + 1, GRID):
        x = 2 * MARGIN
        while x + width <= sheet.drawing.width:
            own = Box(x, y, width, height)
            hit = next((box for box in wide if box.overlaps(own)), None)
            if hit is None:
                return x, y
            x = max(_on_grid(hit.right + GRID - 1), x + GRID)
    raise NoRoomLeft(field="platz")


def overlapping(sheet: FloorSheet) -> Iterator[tuple[str, str]]:
    """Pairs of resources that lie on one another."""
    boxes = [(key, place.bounds) for key, place in sheet.places.items()]
    for number, (one, own) in enumerate(boxes):
        for other, box in boxes[number + 1 :]:
            if own.overlaps(box):
                yield one, other


def scaled(sheet: FloorSheet, factor: float, desks: Collection[str]) -> FloorSheet:
    """The sheet after it turned out that everything is so many times as large.

    Desks keep their size, since they were never measured in the drawing; their middle moves.
    Raises FloorPlanTooLarge.
    """
    drawing = sheet.drawing
    width, height = _times(drawing.width, factor), _times(drawing.height, factor)
    if max(width, height) > LONGEST_SIDE:
        raise FloorPlanTooLarge
    shapes = tuple(_scaled_shape(shape, factor) for shape in drawing.shapes)
    larger = FloorSheet(FloorPlanDrawing(max(width, 1), max(height, 1), shapes))
    places = {
        key: _moved_desk(place, factor, larger.paper) if key in desks else _scaled_box(place, factor)
        for key, place in sheet.places.items()
    }
    return replace(larger, places=places)


def _times(length: int, factor: float) -> int:
    return int(length * factor + 0.5)


def _moved_desk(place: Placement, factor: float, paper: Box) -> Placement:
    x = _times(2 * place.x + place.width, factor) // 2 - place.width // 2
    y = _times(2 * place.y + place.height, factor) // 2 - place.height // 2
    width, height = min(place.width, paper.width), min(place.height, paper.height)
    x, y = _inside(paper, x, y, width, height)
    return replace(place, x=x, y=y, width=width, height=height)


def _span(start: int, length: int, factor: float) -> tuple[int, int]:
    """Where something begins and how long it is; both ends stay on the paper, and something is left of it."""
    end = max(_times(start + length, factor), 1)
    begin = min(_times(start, factor), end - 1)
    return begin, end - begin


def _scaled_box(box: Boxed, factor: float) -> Boxed:
    (x, width), (y, height) = _span(box.x, box.width, factor), _span(box.y, box.height, factor)
    return replace(box, x=x, y=y, width=width, height=height)


def _scaled_shape(shape: Shape, factor: float) -> Shape:
    match shape:
        case Room():
            return _scaled_box(shape, factor)
        case Furniture():
            return _scaled_box(shape, factor)
        case Wall():
            return replace(shape, points=tuple((_times(x, factor), _times(y, factor)) for x, y in shape.points))
        case Window():
            ends = {name: _times(getattr(shape, name), factor) for name in ("x1", "y1", "x2", "y2")}
            return replace(shape, **ends)
        case Door():
            along = "x" if shape.swing in {"up", "down"} else "y"
            begin, width = _span(getattr(shape, along), shape.width, factor)
            at = {"x": _times(shape.x, factor), "y": _times(shape.y, factor)} | {along: begin}
            return replace(shape, **at, width=width)
        case Label():
            return replace(shape, x=_times(shape.x, factor), y=_times(shape.y, factor))


def _on_grid(length: int) -> int:
    return round(length / GRID) * GRID


def _inside(paper: Box, x: int, y: int, width: int, height: int) -> tuple[int, int]:
    return max(0, min(x, paper.width - width)), max(0, min(y, paper.height - height))


def _drawn_room(sheet: FloorSheet, point: tuple[int, int]) -> Box | None:
    """The area of the drawn room around the point, unless a resource has it already."""
    spot = Box(*point, 0, 0)
    taken = {(place.x, place.y) for place in sheet.places.values()}
    rooms = [room.bounds for room in sheet.drawing.rooms if room.bounds.contains(spot)]
    return next((room for room in rooms if (room.x, room.y) not in taken), None)
