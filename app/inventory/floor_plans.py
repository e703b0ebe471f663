"""The drawing of a floor: walls, rooms, windows, doors, furniture, and where resources stand in it.

One unit is 1.5 cm. The origin is the upper left corner, x grows to the right and y downwards, as in SVG.
A drawing travels as JSON; `decode` accepts nothing that a page could not draw. Its words stand in it in German and,
in the fields that end in `_en`, in English; what has no English word is called by its German one.
"""

from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec
from msgspec.structs import replace

from app.kernel.refusals import Refusal, marked
from app.platform.language import LANGUAGES

CENTIMETRES_PER_UNIT = 1.5
LONGEST_SIDE = 4_000
MOST_SHAPES = 1_000
MOST_BYTES = 256 * 1024

DESK_WIDTH, DESK_DEPTH = 84, 62
CHAIR_WIDTH, CHAIR_DEPTH, CHAIR_DISTANCE = 36, 14, 5

Text = Annotated[str, msgspec.Meta(max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""One line without control characters; it may be empty."""
Length = Annotated[int, msgspec.Meta(ge=0)]
Rotation = Literal[0, 90, 180, 270]
Point = tuple[float, float]


class FloorPlanMalformed(Refusal):
    """What was sent is no floor plan."""

    code = "floor_plan_malformed"
    text = marked("Das ist kein lesbarer Grundriss.")


class FloorPlanTooLarge(Refusal):
    """More shapes or longer sides than a page can draw."""

    code = "floor_plan_too_large"
    text = marked("Der Grundriss ist zu groß: höchstens {shapes} Formen und {metres} Meter je Seite.")

    def __init__(self) -> None:
        super().__init__(shapes=MOST_SHAPES, metres=int(LONGEST_SIDE * CENTIMETRES_PER_UNIT / 100))


class OutsideFloorPlan(Refusal):
    """A shape or a place lies beyond the edge of the drawing."""

    code = "outside_floor_plan"
    text = marked("Etwas liegt außerhalb des Grundrisses.")


class Box(msgspec.Struct, frozen=True):
    """A rectangle along the axes."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    def overlaps(self, other: "Box") -> bool:
        """Whether the two share area; touching edges do not."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom

    def contains(self, other: "Box") -> bool:
        return self.x <= other.x and self.y <= other.y and other.right <= self.right and other.bottom <= self.bottom


class _Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    """What all shapes share: the JSON field `kind` tells them apart."""


class Room(_Shape, frozen=True, tag="room"):
    """A named area of the floor; its walls are shapes of their own."""

    x: int
    y: int
    width: Length
    height: Length
    name: Text = ""
    detail: Text = ""
    name_en: Text = ""
    detail_en: Text = ""

    def in_english(self) -> "Room":
        return replace(self, name=self.name_en or self.name, detail=self.detail_en or self.detail)

    @property
    def bounds(self) -> Box:
        return Box(self.x, self.y, self.width, self.height)


class Wall(_Shape, frozen=True, tag="wall"):
    """A line of wall. An outer wall closes itself, and what it encloses is the floor."""

    points: Annotated[tuple[tuple[int, int], ...], msgspec.Meta(min_length=2, max_length=200)]
    outer: bool = False

    @property
    def bounds(self) -> Box:
        left, top = min(x for x, _ in self.points), min(y for _, y in self.points)
        right, bottom = max(x for x, _ in self.points), max(y for _, y in self.points)
        return Box(left, top, right - left, bottom - top)


class Window(_Shape, frozen=True, tag="window"):
    """A window in a wall, from one point to the other."""

    x1: int
    y1: int
    x2: int
    y2: int

    @property
    def bounds(self) -> Box:
        return Box(min(self.x1, self.x2), min(self.y1, self.y2), abs(self.x2 - self.x1), abs(self.y2 - self.y1))

    @property
    def panes(self) -> tuple[tuple[Point, Point], tuple[Point, Point]]:
        """The two lines of glass, 3 units to either side of the wall's line."""
        length = ((self.x2 - self.x1) ** 2 + (self.y2 - self.y1) ** 2) ** 0.5 or 1
        dx, dy = round(3 * (self.y2 - self.y1) / length, 1), round(3 * (self.x2 - self.x1) / length, 1)
        return (
            ((self.x1 + dx, self.y1 - dy), (self.x2 + dx, self.y2 - dy)),
            ((self.x1 - dx, self.y1 + dy), (self.x2 - dx, self.y2 + dy)),
        )


class Door(_Shape, frozen=True, tag="door"):
    """An opening of `width` in a wall: from (x, y) to the right, or downwards where it swings sideways.

    `swing` is the side to which the leaf opens, `hinge` the end of the opening at which it hangs. A door
    with `leaf` false is a mere opening.
    """

    x: int
    y: int
    width: Length
    swing: Literal["up", "down", "left", "right"]
    hinge: Literal["start", "end"] = "start"
    leaf: bool = True

    @property
    def bounds(self) -> Box:
        (x1, y1), (x2, y2) = self.jambs
        return Box(min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1))

    @property
    def jambs(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Both ends of the opening, the one with the hinge first."""
        far = (self.x + self.width, self.y) if self.swing in {"up", "down"} else (self.x, self.y + self.width)
        near = (self.x, self.y)
        return (near, far) if self.hinge == "start" else (far, near)

    @property
    def tip(self) -> tuple[int, int]:
        """Where the leaf ends when the door stands open."""
        (x, y), _ = self.jambs
        dx, dy = {"up": (0, -1), "down": (0, 1), "left": (-1, 0), "right": (1, 0)}[self.swing]
        return x + dx * self.width, y + dy * self.width

    @property
    def clockwise(self) -> bool:
        """Whether the leaf's end runs clockwise on its way from open to shut."""
        (hinge_x, hinge_y), (far_x, far_y) = self.jambs
        tip_x, tip_y = self.tip
        return (tip_x - hinge_x) * (far_y - hinge_y) - (tip_y - hinge_y) * (far_x - hinge_x) > 0

    @property
    def swept(self) -> Box:
        """The floor that the leaf needs."""
        (x1, y1), (x2, y2) = self.jambs
        tip_x, tip_y = self.tip
        left, top = min(x1, x2, tip_x), min(y1, y2, tip_y)
        return Box(left, top, max(x1, x2, tip_x) - left, max(y1, y2, tip_y) - top)


class Furniture(_Shape, frozen=True, tag="furniture"):
    """A thing that stands there and cannot be booked; `rounded` is the radius of its corners."""

    x: int
    y: int
    width: Length
    height: Length
    name: Text = ""
    rounded: Length = 0
    name_en: Text = ""

    def in_english(self) -> "Furniture":
        return replace(self, name=self.name_en or self.name)

    @property
    def bounds(self) -> Box:
        return Box(self.x, self.y, self.width, self.height)


class Label(_Shape, frozen=True, tag="label"):
    """A word on the floor, centred on its point."""

    x: int
    y: int
    text: Text
    text_en: Text = ""

    def in_english(self) -> "Label":
        return replace(self, text=self.text_en or self.text)

    @property
    def bounds(self) -> Box:
        return Box(self.x, self.y, 0, 0)


Shape = Room | Wall | Window | Door | Furniture | Label


class FloorPlanDrawing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One floor with its shapes, in the order in which shapes of one kind are drawn."""

    width: Length
    height: Length
    shapes: tuple[Shape, ...] = ()

    @property
    def rooms(self) -> list[Room]:
        return [shape for shape in self.shapes if isinstance(shape, Room)]

    @property
    def walls(self) -> list[Wall]:
        return [shape for shape in self.shapes if isinstance(shape, Wall)]

    @property
    def windows(self) -> list[Window]:
        return [shape for shape in self.shapes if isinstance(shape, Window)]

    @property
    def doors(self) -> list[Door]:
        return [shape for shape in self.shapes if isinstance(shape, Door)]

    @property
    def furniture(self) -> list[Furniture]:
        return [shape for shape in self.shapes if isinstance(shape, Furniture)]

    @property
    def labels(self) -> list[Label]:
        return [shape for shape in self.shapes if isinstance(shape, Label)]

    def in_language(self, language: str) -> "FloorPlanDrawing":
        """The drawing as it is shown to readers of this language."""
        if language == LANGUAGES[0]:
            return self
        shapes = (s.in_english() if isinstance(s, Room | Furniture | Label) else s for s in self.shapes)
        return replace(self, shapes=tuple(shapes))


class Placement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a resource lies in a drawing.

    x, y, width and height are the box as it lies there. `rotation` says on which side a desk's chair
    stands: 0 below, 90 to the left, 180 above, 270 to the right; rooms keep 0.
    """

    x: int
    y: int
    width: Length = DESK_WIDTH
    height: Length = DESK_DEPTH
    rotation: Rotation = 0

    @property
    def bounds(self) -> Box:
        return Box(self.x, self.y, self.width, self.height)

    @property
    def chair(self) -> Box:
        """The box of a desk's chair."""
        across = self.x + (self.width - CHAIR_WIDTH) // 2
        along = self.y + (self.height - CHAIR_WIDTH) // 2
        match self.rotation:
            case 0:
                return Box(across, self.y + self.height + CHAIR_DISTANCE, CHAIR_WIDTH, CHAIR_DEPTH)
            case 90:
                return Box(self.x - CHAIR_DISTANCE - CHAIR_DEPTH, along, CHAIR_DEPTH, CHAIR_WIDTH)
            case 180:
                return Box(across, self.y - CHAIR_DISTANCE - CHAIR_DEPTH, CHAIR_WIDTH, CHAIR_DEPTH)
            case 270:
                return Box(self.x + self.width + CHAIR_DISTANCE, along, CHAIR_DEPTH, CHAIR_WIDTH)


def encode(drawing: FloorPlanDrawing) -> str:
    """The drawing as JSON; the same drawing gives the same text."""
    return msgspec.json.encode(drawing).decode()


def decode(document: str | bytes) -> FloorPlanDrawing:
    """The drawing in a JSON document.

    Raises FloorPlanMalformed for anything that is no drawing, FloorPlanTooLarge above the limits of this
    module, OutsideFloorPlan where a shape leaves the drawing.
    """
    if len(document) > MOST_BYTES:
        raise FloorPlanTooLarge
    try:
        drawing = msgspec.json.decode(document, type=FloorPlanDrawing)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise FloorPlanMalformed from error
    _check(drawing)
    return drawing


def check_placements(placements: Iterable[Placement], drawing: FloorPlanDrawing) -> None:
    """Refuses with OutsideFloorPlan what leaves the drawing, with FloorPlanMalformed what has no area."""
    paper = Box(0, 0, drawing.width, drawing.height)
    for placement in placements:
        if min(placement.width, placement.height) <= 0:
            raise FloorPlanMalformed
        if not paper.contains(placement.bounds):
            raise OutsideFloorPlan


def _check(drawing: FloorPlanDrawing) -> None:
    if min(drawing.width, drawing.height) <= 0:
        raise FloorPlanMalformed
    if max(drawing.width, drawing.height) > LONGEST_SIDE or len(drawing.shapes) > MOST_SHAPES:
        raise FloorPlanTooLarge
    paper = Box(0, 0, drawing.width, drawing.height)
    for shape in drawing.shapes:
        if not paper.contains(shape.bounds):
            raise OutsideFloorPlan
