"""What stands in the rooms: desks with chairs, lamps, shelves, plants."""

from app.demo.content.pictures.canvas import Canvas
from app.demo.content.pictures.palette import (
    BASALT,
    BASALT_STONE,
    EDGE,
    LIGHT,
    LIGHT_TINT,
    PAPER,
    PLASTER_ROSE,
    SLATE,
    SLATE_DEEP,
    SLATE_TINT,
    VINE,
    VINE_MID,
    WOOD,
    WOOD_DEEP,
)

FLOOR = 620
"""Where the back wall meets the floor."""
TABLE = 548


def desk(canvas: Canvas, middle: float, *, screen: bool, lamp: bool) -> None:
    """A desk with its chair before it; on it a large screen or a laptop."""
    left, width = middle - 115, 230
    if screen:
        canvas.rect(middle - 8, TABLE - 40, 16, 40, BASALT)
        canvas.rect(middle - 34, TABLE - 8, 68, 8, BASALT)
        canvas.rect(middle - 76, TABLE - 128, 152, 92, BASALT, 5)
        canvas.rect(middle - 70, TABLE - 122, 140, 80, SLATE_TINT)
        for row, share in enumerate((0.7, 0.5, 0.62)):
            canvas.rect(middle - 56, TABLE - 106 + 20 * row, 110 * share, 8, SLATE)
    else:
        canvas.polygon(
            [
                (middle - 50, TABLE - 62),
                (middle + 50, TABLE - 62),
                (middle + 56, TABLE),
                (middle - 56, TABLE),
            ],
            EDGE,
        )
        canvas.slate(middle - 9, TABLE - 40, 18, 16, PAPER)
    if lamp:
        canvas.line([(left + 30, TABLE), (left + 42, TABLE - 70), (left + 80, TABLE - 100)], 6, BASALT)
        canvas.polygon(
            [
                (left + 66, TABLE - 112),
                (left + 96, TABLE - 96),
                (left + 84, TABLE - 76),
                (left + 60, TABLE - 96),
            ],
            LIGHT,
        )
        canvas.rect(left + 14, TABLE - 6, 34, 6, BASALT)
    canvas.rect(left + width - 44, TABLE - 24, 20, 24, LIGHT_TINT if screen else PLASTER_ROSE, 3)
    canvas.rect(left, TABLE, width, 14, WOOD)
    for x in (left + 12, left + width - 22):
        canvas.rect(x, TABLE + 14, 10, 128, BASALT_STONE)
    canvas.rect(left + width - 66, TABLE + 14, 48, 60, WOOD_DEEP)
    canvas.rect(left + width - 50, TABLE + 36, 16, 5, PAPER)
    _chair(canvas, middle - 20)


def meeting_table(canvas: Canvas, middle: float, width: float) -> None:
    """A long table with chairs behind it, seen from the front, and behind them a large screen on its stand."""
    canvas.rect(middle - 7, 366, 14, FLOOR - 366, BASALT)
    canvas.rect(middle - 60, FLOOR - 8, 120, 8, BASALT)
    canvas.rect(middle - 150, 190, 300, 176, BASALT, 6)
    canvas.rect(middle - 140, 200, 280, 156, SLATE_TINT)
    for row, share in enumerate((0.8, 0.55, 0.7)):
        canvas.rect(middle - 116, 226 + 36 * row, 200 * share, 12, SLATE)
    left = middle - width / 2
    seats = int(width // 150)
    for number in range(seats):
        _chair(canvas, left + width * (number + 0.5) / seats)
    canvas.rect(left, TABLE + 6, width, 18, WOOD)
    for x in (left + 40, left + width - 54):
        canvas.rect(x, TABLE + 24, 14, 122, BASALT_STONE)
    for number in range(seats):
        canvas.rect(left + width * (number + 0.5) / seats - 24, TABLE - 2, 48, 8, PAPER)


def _chair(canvas: Canvas, middle: float) -> None:
    canvas.rect(middle - 46, TABLE + 4, 92, 78, SLATE, 16)
    canvas.rect(middle - 36, TABLE + 14, 72, 10, SLATE_DEEP, 5)
    canvas.rect(middle - 5, TABLE + 82, 10, 24, BASALT)
    canvas.rect(middle - 54, TABLE + 100, 108, 20, SLATE_DEEP, 9)
    canvas.rect(middle - 4, TABLE + 120, 8, 42, BASALT)
    canvas.line([(middle - 44, TABLE + 178), (middle, TABLE + 158), (middle + 44, TABLE + 178)], 8, BASALT)
    for x in (middle - 44, middle, middle + 44):
        canvas.ellipse(x, TABLE + 180, 7, 7, BASALT)


def pendant(canvas: Canvas, x: float, y: float, colour: str, *, cable: float = 0, globe: bool = False) -> None:
    """A lamp that hangs from height `cable` down to y."""
    canvas.line([(x, cable), (x, y)], 3, BASALT)
    if globe:
        canvas.ellipse(x, y + 24, 26, 26, colour)
        canvas.rect(x - 8, y - 6, 16, 10, BASALT)
    else:
        canvas.polygon([(x - 10, y), (x + 10, y), (x + 44, y + 34), (x - 44, y + 34)], colour)
        canvas.ellipse(x, y + 36, 14, 8, LIGHT_TINT)


def folders(canvas: Canvas, x: float, y: float, width: float) -> None:
    """A board on the wall with folders on it."""
    colours = (SLATE, PAPER, LIGHT, SLATE_TINT, VINE_MID)
    number, at = 0, x + 4
    while at + 14 <= x + width:
        height = 62 - 7 * (number % 3)
        canvas.rect(at, y - height, 14, height, colours[number % 5])
        number, at = number + 1, at + 17
    canvas.rect(x - 8, y, width + 16, 10, WOOD_DEEP)


def plant(canvas: Canvas, x: float, foot: float) -> None:
    for reach, height, colour in (
        (-46, 130, VINE),
        (44, 140, VINE),
        (-16, 180, VINE_MID),
        (22, 170, VINE_MID),
    ):
        tip, base = (x + reach, foot - 50 - height), foot - 60
        middle = (x + reach * 0.5, foot - 60 - height * 0.55)
        canvas.polygon([(x, base), (middle[0] - 22, middle[1]), tip, (middle[0] + 22, middle[1])], colour)
    canvas.polygon([(x - 34, foot - 64), (x + 34, foot - 64), (x + 26, foot), (x - 26, foot)], PAPER)
    canvas.rect(x - 38, foot - 70, 76, 14, EDGE)


def rug(canvas: Canvas, middle: float, colour: str) -> None:
    canvas.polygon([(middle - 380, 700), (middle + 380, 700), (middle + 460, 772), (middle - 460, 772)], colour)
