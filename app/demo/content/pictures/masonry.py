"""Parts of houses: walls of stone, slate roofs, windows framed in basalt, doors, the sign."""

from app.demo.content.pictures.canvas import Canvas, Point
from app.demo.content.pictures.landscape import GROUND
from app.demo.content.pictures.palette import (
    BASALT,
    BASALT_JOINT,
    BASALT_STONE,
    EDGE,
    GLASS,
    GLASS_DARK,
    GLASS_PALE,
    LIGHT,
    PAPER,
    SLATE,
    SLATE_COURSE,
    SLATE_DEEP,
    SLATE_ROOF,
    VINE,
    WHITE,
)


def roof(canvas: Canvas, left: float, right: float, eaves: float, ridge: float, hip: float = 40) -> None:
    """A slate roof seen from its long side, with its courses, the gutter and an overhang of 14 points."""
    left, right = left - 14, right + 14
    canvas.polygon([(left, eaves), (left + hip, ridge), (right - hip, ridge), (right, eaves)], SLATE_ROOF)
    rows = max(3, round((eaves - ridge) / 22))
    for row in range(1, rows):
        share = row / rows
        y = ridge + (eaves - ridge) * share
        inset = hip * (1 - share)
        canvas.line([(left + inset, y), (right - inset, y)], 2, SLATE_COURSE)
    canvas.rect(left, eaves - 3, right - left, 9, SLATE_DEEP)


def gable(canvas: Canvas, left: float, right: float, eaves: float, ridge: float, wall: str) -> None:
    """The triangle of a house seen from its narrow side, under the edge of its roof."""
    peak: Point = ((left + right) / 2, ridge)
    canvas.polygon([(left, eaves), peak, (right, eaves)], wall)
    canvas.line([(left - 20, eaves + 14), peak, (right + 20, eaves + 14)], 18, SLATE_ROOF)
    canvas.line([(left - 20, eaves + 23), (peak[0], peak[1] + 10), (right + 20, eaves + 23)], 3, SLATE_DEEP)


def stones(canvas: Canvas, x: float, y: float, width: float, height: float, wall: str, joint: str) -> None:
    """A wall of quarry stone in courses."""
    canvas.rect(x, y, width, height, wall)
    lengths = (58, 74, 46, 66, 52)
    rows = int(height // 26)
    for row in range(rows + 1):
        top = y + row * 26
        canvas.line([(x, top), (x + width, top)], 2, joint)
        at, number = x + 20 * (row % 3), row
        while at < x + width:
            canvas.line([(at, top), (at, min(top + 26, y + height))], 2, joint)
            at += lengths[number % 5]
            number += 1


def bricks(canvas: Canvas, x: float, y: float, width: float, height: float, wall: str, joint: str) -> None:
    canvas.rect(x, y, width, height, wall)
    for row in range(int(height // 18) + 1):
        canvas.line([(x, y + row * 18), (x + width, y + row * 18)], 1, joint)


def plinth(canvas: Canvas, x: float, width: float, height: float = 30) -> None:
    canvas.rect(x, GROUND - height, width, height, BASALT_STONE)
    for at in range(int(x) + 40, int(x + width), 70):
        canvas.line([(at, GROUND - height), (at, GROUND)], 2, BASALT_JOINT)


def window(canvas: Canvas, x: float, y: float, width: float, height: float, *, lit: bool = False) -> None:
    """A window with a basalt frame and one crossbar; `lit` by the morning sun or by somebody inside."""
    canvas.rect(x - 9, y - 9, width + 18, height + 18, BASALT_STONE)
    canvas.rect(x - 16, y + height + 7, width + 32, 9, BASALT_STONE)
    canvas.rect(x, y, width, height, WHITE)
    canvas.rect(x + 5, y + 5, width - 10, height - 10, LIGHT if lit else GLASS)
    if not lit:
        canvas.polygon(
            [
                (x + 5, y + height - 5),
                (x + 5, y + height * 0.45),
                (x + width * 0.7, y + 5),
                (x + width - 5, y + 5),
            ],
            GLASS_PALE,
        )
    canvas.rect(x + width / 2 - 3, y, 6, height, WHITE)
    canvas.rect(x, y + height * 0.34, width, 6, WHITE)


def windows(
    canvas: Canvas,
    left: float,
    right: float,
    y: float,
    count: int,
    width: float,
    height: float,
    lit: int = -1,
) -> None:
    """`count` windows at even distances between two edges; the one with the number `lit` is bright."""
    step = (right - left) / count
    for number in range(count):
        x = left + step * (number + 0.5) - width / 2
        window(canvas, x, y, width, height, lit=number == lit)


def glazing(
    canvas: Canvas,
    x: float,
    y: float,
    width: float,
    height: float,
    fields: int,
    rows: int = 1,
    bar: str = BASALT,
) -> None:
    """A large pane in a thin frame, for shops, halls and offices."""
    canvas.rect(x - 6, y - 6, width + 12, height + 12, bar)
    canvas.rect(x, y, width, height, GLASS)
    field = width / fields
    for number in range(0, fields, 2):
        at = x + number * field
        canvas.polygon(
            [(at, y + height), (at, y + height * 0.5), (at + field, y), (at + field, y + height)], GLASS_PALE
        )
    for number in range(1, fields):
        canvas.rect(x + number * field - 2.5, y, 5, height, bar)
    for number in range(1, rows):
        canvas.rect(x, y + height * number / rows - 2.5, width, 5, bar)


def door(canvas: Canvas, x: float, width: float, height: float, colour: str = VINE) -> None:
    """A house door on the ground, with a light above it and a step of basalt."""
    top = GROUND - height
    canvas.rect(x - 10, top - 10, width + 20, height + 10, BASALT_STONE)
    canvas.rect(x, top, width, height, colour)
    canvas.rect(x + 8, top + 8, width - 16, height * 0.2, LIGHT)
    canvas.rect(x + 12, top + height * 0.36, width - 24, height * 0.24, GLASS_DARK)
    canvas.rect(x + width - 14, top + height * 0.62, 6, 22, PAPER, 3)
    canvas.rect(x - 18, GROUND - 5, width + 36, 7, BASALT_STONE)


def glass_door(canvas: Canvas, x: float, width: float, height: float) -> None:
    top = GROUND - height
    canvas.rect(x - 7, top - 7, width + 14, height + 7, BASALT)
    for leaf in (x, x + width / 2 + 2):
        canvas.rect(leaf, top, width / 2 - 2, height, LIGHT)
        canvas.rect(leaf + 8, top + height * 0.66, width / 2 - 18, height * 0.3, PAPER)
    canvas.rect(x + width / 2 - 10, top + height * 0.46, 4, 34, BASALT)
    canvas.rect(x + width / 2 + 6, top + height * 0.46, 4, 34, BASALT)


def sign(canvas: Canvas, x: float, y: float, size: float = 56) -> None:
    """The mark of the network, three slates on a board."""
    canvas.rect(x, y, size, size, SLATE_DEEP, 4)
    unit = size / 30
    canvas.slate(x + 4 * unit, y + 4 * unit, 10 * unit, 10 * unit, PAPER)
    canvas.slate(x + 4 * unit, y + 16 * unit, 10 * unit, 10 * unit, EDGE)
    canvas.slate(x + 16 * unit, y + 10 * unit, 10 * unit, 10 * unit, LIGHT)


def signpost(canvas: Canvas, x: float, foot: float) -> None:
    """The sign on a post of its own, which stands at (x, foot)."""
    canvas.rect(x - 4, foot - 60, 8, 60, BASALT)
    sign(canvas, x - 22, foot - 100, 44)


def chimney(canvas: Canvas, x: float, y: float, width: float, height: float, colour: str) -> None:
    canvas.rect(x, y, width, height, colour)
    canvas.rect(x - 4, y, width + 8, 9, BASALT_STONE)


def clock(canvas: Canvas, x: float, y: float, radius: float) -> None:
    canvas.ellipse(x, y, radius, radius, BASALT)
    canvas.ellipse(x, y, radius - 5, radius - 5, PAPER)
    canvas.line([(x, y), (x, y - radius * 0.62)], 4, BASALT)
    canvas.line([(x, y), (x - radius * 0.42, y + radius * 0.1)], 5, SLATE)
