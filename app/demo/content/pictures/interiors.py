"""The rooms of the demo network as seen from the door: a wall, what its windows look out on, and desks."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from app.demo.content.pictures.canvas import HEIGHT, WIDTH, Canvas
from app.demo.content.pictures.furniture import (
    FLOOR,
    desk,
    folders,
    meeting_table,
    pendant,
    plant,
    rug,
)
from app.demo.content.pictures.landscape import hills, sky
from app.demo.content.pictures.masonry import bricks, clock, sign, stones
from app.demo.content.pictures.palette import (
    BASALT,
    BASALT_JOINT,
    BASALT_STONE,
    BRICK,
    BRICK_JOINT,
    EDGE,
    LIGHT,
    PAPER,
    PLASTER,
    PLASTER_BLUE,
    PLASTER_GREEN,
    PLASTER_OCHRE,
    PLASTER_ROSE,
    SAND,
    SAND_DEEP,
    SLATE,
    SLATE_DEEP,
    SLATE_TINT,
    TUFF,
    TUFF_JOINT,
    VINE,
    WHITE,
    WOOD,
    WOOD_DEEP,
    WOOD_PALE,
)
from app.demo.content.recipes import Hills, InsideRecipe, Interior, Outlook, Plaster

OUTLOOKS: Final[dict[Outlook, Hills]] = {
    "fields": "fields",
    "hills": "eifel",
    "mosel": "mosel",
    "rhine": "rhine",
    "town": "none",
}
PLASTERS: Final[dict[Plaster, str]] = {
    "white": PLASTER,
    "ochre": PLASTER_OCHRE,
    "rose": PLASTER_ROSE,
    "green": PLASTER_GREEN,
    "blue": PLASTER_BLUE,
}
Stones = Callable[[Canvas, float, float, float, float, str, str], None]


@dataclass(frozen=True, slots=True)
class Wall:
    """A back wall: its colour or its stones, and the openings through which the landscape shows."""

    colour: str
    openings: tuple[tuple[int, int], ...]
    top: int
    bottom: int
    joint: str = ""
    stones: Stones | None = None
    frame: str = WHITE
    panes: tuple[int, int] = (2, 2)
    floor: str = WOOD_PALE
    boards: str = WOOD


WALLS: Final[dict[Interior, Wall]] = {
    "plain": Wall(PLASTER, ((150, 210), (495, 210), (840, 210)), 150, 410),
    "study": Wall(PLASTER, ((660, 420),), 150, 420, panes=(4, 2)),
    "cottage": Wall(PLASTER, ((90, 170), (300, 170)), 190, 400, panes=(2, 3), floor=SAND, boards=SAND_DEEP),
    "gallery": Wall(PLASTER_BLUE, ((60, 1080),), 90, 560, frame=BASALT, panes=(7, 1), floor=SAND, boards=SAND_DEEP),
    "cinema": Wall(SLATE_DEEP, ((800, 150), (990, 150)), 150, 420, frame=PAPER),
    "hall": Wall(
        BASALT_STONE,
        ((120, 300), (780, 300)),
        190,
        420,
        BASALT_JOINT,
        stones,
        BASALT,
        (5, 3),
        SAND_DEEP,
        EDGE,
    ),
    "school": Wall(PLASTER_GREEN, ((620, 140), (820, 140), (1020, 140)), 110, 430, panes=(2, 3)),
    "bank": Wall(PLASTER, ((830, 290),), 150, 430, frame=BASALT, panes=(3, 1), floor=SAND, boards=SAND_DEEP),
    "barn": Wall(TUFF, ((420, 360),), 120, 590, TUFF_JOINT, stones, WOOD_DEEP, (4, 3)),
    "station": Wall(PLASTER_OCHRE, ((120, 150), (330, 150), (720, 150), (930, 150)), 170, 430, panes=(2, 3)),
    "brick": Wall(BRICK, ((110, 260), (470, 260), (830, 260)), 140, 420, BRICK_JOINT, bricks, BASALT, (4, 3)),
}


def interior(recipe: InsideRecipe) -> Canvas:
    """The room with its `desks`, evenly spread along the wall."""
    canvas = _empty(recipe)
    step = 1120 / recipe.desks
    for number in range(recipe.desks):
        desk(canvas, 40 + step * (number + 0.5), screen=number % 2 == 0, lamp=number % 3 == 1)
    return canvas


def meeting_room(recipe: InsideRecipe) -> Canvas:
    """A room for talks in the same house."""
    canvas = _empty(recipe)
    meeting_table(canvas, 600, 780)
    return canvas


def _empty(recipe: InsideRecipe) -> Canvas:
    """The room before anything stands in it but its fittings."""
    canvas = sky()
    canvas.lift = 210
    hills(canvas, OUTLOOKS[recipe.view])
    canvas.lift = 0
    wall = WALLS[recipe.room]
    if wall.colour == PLASTER:
        wall = replace(wall, colour=PLASTERS[recipe.plaster])
    _wall(canvas, wall)
    _floor(canvas, wall)
    FITTINGS[recipe.room](canvas)
    return canvas


def _wall(canvas: Canvas, wall: Wall) -> None:
    def piece(x: float, y: float, width: float, height: float) -> None:
        if wall.stones:
            wall.stones(canvas, x, y, width, height, wall.colour, wall.joint)
        else:
            canvas.rect(x, y, width, height, wall.colour)

    piece(0, 0, WIDTH, wall.top)
    piece(0, wall.bottom, WIDTH, FLOOR - wall.bottom)
    left = 0
    for x, width in wall.openings:
        piece(left, wall.top, x - left, wall.bottom - wall.top)
        _frame(canvas, wall, x, width)
        left = x + width
    piece(left, wall.top, WIDTH - left, wall.bottom - wall.top)
    for x, width in wall.openings:
        canvas.rect(x - 16, wall.bottom, width + 32, 14, wall.frame)


def _frame(canvas: Canvas, wall: Wall, x: float, width: float) -> None:
    height = wall.bottom - wall.top
    columns, rows = wall.panes
    for number in range(columns + 1):
        canvas.rect(x + (width - 8) * number / columns, wall.top, 8, height, wall.frame)
    for number in range(rows + 1):
        canvas.rect(x, wall.top + (height - 8) * number / rows, width, 8, wall.frame)


def _floor(canvas: Canvas, wall: Wall) -> None:
    canvas.rect(0, FLOOR, WIDTH, HEIGHT - FLOOR, wall.floor)
    for y in (FLOOR + 26, FLOOR + 62, FLOOR + 108):
        canvas.line([(0, y), (WIDTH, y)], 2, wall.boards)
    canvas.rect(0, FLOOR - 12, WIDTH, 12, WHITE if wall.stones is None else wall.joint)


def _plain(canvas: Canvas) -> None:
    for x in (255, 600, 945):
        pendant(canvas, x, 120, SLATE)
    sign(canvas, 400, 250, 56)
    folders(canvas, 722, 260, 90)
    plant(canvas, 60, FLOOR + 30)
    rug(canvas, 600, SLATE_TINT)


def _study(canvas: Canvas) -> None:
    canvas.rect(90, 90, 440, FLOOR - 90, WOOD)
    for y in (106, 196, 286, 376, 466):
        canvas.rect(104, y, 412, 78, WOOD_DEEP)
        for x in (108, 246, 384):
            folders(canvas, x, y + 74, 100 + y % 36)
    pendant(canvas, 760, 110, SLATE)
    pendant(canvas, 980, 110, SLATE)
    plant(canvas, 1150, FLOOR + 30)
    rug(canvas, 640, SAND)


def _cottage(canvas: Canvas) -> None:
    canvas.rect(0, 0, WIDTH, 70, WOOD_PALE)
    for x in range(-20, WIDTH, 170):
        canvas.polygon([(x, 70), (x + 60, 70), (x + 46, 110), (x + 14, 110)], WOOD_DEEP)
    canvas.rect(0, 66, WIDTH, 10, WOOD)
    canvas.rect(587, 76, 26, 240, BASALT)
    canvas.rect(527, 316, 146, 250, BASALT_STONE, 8)
    canvas.rect(551, 350, 98, 84, BASALT)
    canvas.rect(565, 372, 70, 54, LIGHT)
    canvas.rect(517, 566, 166, FLOOR - 550, SLATE_DEEP)
    sign(canvas, 730, 230, 52)
    folders(canvas, 1000, 330, 130)
    pendant(canvas, 880, 150, LIGHT, cable=76)
    plant(canvas, 1150, FLOOR + 40)


def _gallery(canvas: Canvas) -> None:
    canvas.rect(0, 0, WIDTH, 50, SLATE_DEEP)
    for x in (160, 420, 680, 940):
        pendant(canvas, x + 40, 150, LIGHT)
    for x in (325, 860):
        canvas.rect(x, 50, 30, FLOOR - 50, PAPER)
    plant(canvas, 50, FLOOR + 40)
    plant(canvas, 1150, FLOOR + 40)
    rug(canvas, 600, SLATE_TINT)


def _cinema(canvas: Canvas) -> None:
    canvas.rect(120, 90, 560, 330, BASALT)
    canvas.rect(132, 102, 536, 306, PAPER)
    canvas.slate(300, 180, 90, 80, SLATE)
    canvas.slate(300, 275, 90, 60, EDGE)
    canvas.slate(410, 215, 100, 90, LIGHT)
    for x in (40, 70, 700, 730):
        canvas.rect(x, 60, 26, FLOOR - 72, SLATE)
    canvas.rect(20, 48, 760, 14, WOOD_DEEP)
    pendant(canvas, 970, 110, LIGHT)
    plant(canvas, 1150, FLOOR + 30)


def _hall(canvas: Canvas) -> None:
    canvas.rect(0, 60, WIDTH, 16, SLATE)
    canvas.rect(0, 130, WIDTH, 12, SLATE)
    for x in range(0, WIDTH, 120):
        canvas.line([(x, 136), (x + 60, 68), (x + 120, 136)], 8, SLATE)
    for x in (270, 930):
        pendant(canvas, x, 190, LIGHT, cable=142)
    canvas.rect(520, 250, 160, 190, WOOD_PALE)
    for number, height in enumerate((120, 90, 140, 70, 110)):
        canvas.rect(540 + 26 * number, 272, 8, height, BASALT)
        canvas.rect(534 + 26 * number, 272, 20, 16, BASALT)
    sign(canvas, 700, 200, 54)
    plant(canvas, 1140, FLOOR + 30)


def _school(canvas: Canvas) -> None:
    canvas.rect(90, 170, 460, 250, WOOD)
    canvas.rect(104, 184, 432, 222, VINE)
    canvas.line([(150, 330), (220, 260), (300, 300), (380, 230), (470, 270)], 5, PAPER)
    canvas.line([(150, 360), (490, 360)], 4, PAPER)
    canvas.rect(90, 420, 460, 14, WOOD_DEEP)
    canvas.rect(140, 412, 40, 8, WHITE)
    for x in (320, 720, 920):
        pendant(canvas, x, 90, PAPER, globe=True)
    plant(canvas, 1150, FLOOR + 40)


def _bank(canvas: Canvas) -> None:
    canvas.ellipse(250, 310, 170, 170, SLATE)
    canvas.ellipse(250, 310, 140, 140, EDGE)
    canvas.ellipse(250, 310, 122, 122, SLATE_TINT)
    for start, end in (((250, 230), (250, 390)), ((170, 310), (330, 310)), ((194, 254), (306, 366))):
        canvas.line([start, end], 12, SLATE_DEEP)
    canvas.ellipse(250, 310, 30, 30, LIGHT)
    for row in range(4):
        for column in range(4):
            x, y = 490 + 74 * column, 180 + 62 * row
            canvas.rect(x, y, 66, 54, WOOD_PALE)
            canvas.ellipse(x + 50, y + 27, 5, 5, BASALT)
    for x in (640, 975):
        pendant(canvas, x, 100, SLATE)
    plant(canvas, 1150, FLOOR + 30)


def _barn(canvas: Canvas) -> None:
    for x in (60, 330, 834, 1104):
        canvas.rect(x, 0, 36, FLOOR, WOOD_DEEP)
    canvas.rect(0, 64, WIDTH, 34, WOOD_DEEP)
    for x, reach in ((96, 70), (330, -70), (870, 70), (1104, -70)):
        canvas.line([(x, 170), (x + reach, 90)], 18, WOOD)
    for x in (215, 985):
        pendant(canvas, x, 200, LIGHT, cable=98)
    folders(canvas, 160, 320, 110)
    folders(canvas, 930, 320, 110)
    plant(canvas, 1160, FLOOR + 30)


def _station(canvas: Canvas) -> None:
    for x in (120, 330, 720, 930):
        canvas.rect(x - 12, 142, 174, 28, BASALT_STONE)
    clock(canvas, 600, 240, 76)
    sign(canvas, 574, 350, 52)
    canvas.rect(0, 96, WIDTH, 10, WOOD)
    for x in (300, 900):
        pendant(canvas, x, 110, PAPER, globe=True)
    canvas.rect(0, 480, WIDTH, FLOOR - 492, WOOD_PALE)
    for x in range(30, WIDTH, 60):
        canvas.line([(x, 480), (x, FLOOR - 12)], 2, WOOD)
    canvas.rect(0, 472, WIDTH, 12, WOOD_DEEP)


def _brick(canvas: Canvas) -> None:
    canvas.rect(0, 70, WIDTH, 18, EDGE)
    for x in (90, 420, 780, 1120):
        canvas.rect(x, 64, 14, 30, BASALT_STONE)
    for x in (240, 600, 960):
        pendant(canvas, x, 150, LIGHT, cable=88)
    folders(canvas, 395, 330, 60)
    plant(canvas, 1150, FLOOR + 30)
    rug(canvas, 600, SAND)


FITTINGS: Final[dict[Interior, Callable[[Canvas], None]]] = {
    "plain": _plain,
    "study": _study,
    "cottage": _cottage,
    "gallery": _gallery,
    "cinema": _cinema,
    "hall": _hall,
    "school": _school,
    "bank": _bank,
    "barn": _barn,
    "station": _station,
    "brick": _brick,
}
