"""What lies behind and before a house: sky, hills, rivers, ground, trees."""

from app.demo.content.pictures.canvas import HEIGHT, WIDTH, Canvas
from app.demo.content.pictures.palette import (
    ASPHALT,
    BASALT,
    BASALT_STONE,
    EDGE,
    FIELD_GOLD,
    HILL_FAR,
    HILL_MID,
    HILL_NEAR,
    LIGHT,
    PAPER,
    PLASTER,
    PLASTER_OCHRE,
    PLASTER_ROSE,
    RIVER,
    RIVER_PALE,
    SAND,
    SAND_DEEP,
    SKY,
    SKY_LOW,
    SLATE,
    SLATE_ROOF,
    SUN,
    VINE,
    VINE_MID,
    VINE_PALE,
    VINE_TINT,
    WHITE,
    WOOD,
    WOOD_DEEP,
)
from app.demo.content.recipes import Ground, Hills

GROUND = 660
"""Where houses meet the ground."""


def sky() -> Canvas:
    """A clear morning: a pale band above the horizon and a low sun."""
    canvas = Canvas(SKY)
    canvas.ridge(430, [(300, 500, 30)], SKY_LOW)
    canvas.ellipse(210, 250, 62, 62, SUN)
    for x, y, size in ((690, 120, 1.0), (980, 190, 0.7), (420, 90, 0.6)):
        canvas.rect(x, y, 190 * size, 22 * size, WHITE, 11 * size)
        canvas.rect(x + 50 * size, y - 20 * size, 110 * size, 30 * size, WHITE, 15 * size)
    return canvas


def hills(canvas: Canvas, kind: Hills) -> None:
    match kind:
        case "fields":
            canvas.ridge(520, [(150, 300, 40), (900, 400, 60)], HILL_FAR)
            canvas.ridge(560, [(500, 420, 50)], VINE_TINT)
            canvas.ridge(590, [(1000, 380, 60), (80, 240, 30)], FIELD_GOLD)
            canvas.ridge(620, [(300, 460, 44)], VINE_PALE)
        case "eifel":
            canvas.ridge(520, [(230, 170, 170), (640, 260, 110), (1010, 150, 190)], HILL_FAR)
            canvas.ridge(560, [(80, 200, 90), (480, 190, 110), (900, 260, 90)], HILL_MID)
            canvas.ridge(600, [(1120, 220, 110), (260, 260, 50)], HILL_NEAR)
        case "mosel":
            canvas.ridge(500, [(350, 400, 150)], HILL_FAR)
            canvas.ridge(560, [(1050, 420, 330), (0, 200, 120)], HILL_MID)
            for step in range(7):
                canvas.ridge(575 + 8 * step, [(1080, 400 - 14 * step, 270 - 40 * step)], VINE_MID)
                canvas.ridge(583 + 8 * step, [(1080, 396 - 14 * step, 262 - 40 * step)], VINE_PALE)
            _river(canvas, 596)
        case "rhine":
            canvas.ridge(520, [(200, 320, 130), (720, 300, 90), (1100, 220, 140)], HILL_FAR)
            canvas.ridge(560, [(60, 220, 90), (980, 320, 70)], HILL_MID)
            _river(canvas, 560)
        case "none":
            canvas.ridge(540, [(300, 360, 50), (960, 300, 70)], HILL_FAR)
            _roofs(canvas)


def ground(canvas: Canvas, kind: Ground) -> None:
    """The floor before the house, from its wall to the lower edge."""
    match kind:
        case "square":
            canvas.rect(0, GROUND, WIDTH, HEIGHT - GROUND, SAND)
            for row, y in enumerate((684, 714, 752)):
                canvas.line([(0, y), (WIDTH, y)], 2, SAND_DEEP)
                for x in range(-40 + 60 * (row % 2), WIDTH, 120 + 20 * row):
                    canvas.line([(x, y), (x - 8, y + 30 + 8 * row)], 2, SAND_DEEP)
        case "garden":
            canvas.rect(0, GROUND, WIDTH, HEIGHT - GROUND, VINE_PALE)
            canvas.polygon([(560, GROUND), (640, GROUND), (760, HEIGHT), (440, HEIGHT)], SAND)
            for x in (40, 130, 220, 900, 1000, 1110):
                canvas.ellipse(x, GROUND + 8, 52, 26, VINE_MID)
        case "street":
            canvas.rect(0, GROUND, WIDTH, 40, SAND)
            canvas.rect(0, GROUND + 40, WIDTH, 8, EDGE)
            canvas.rect(0, GROUND + 48, WIDTH, HEIGHT, ASPHALT)
            for x in range(30, WIDTH, 200):
                canvas.rect(x, 752, 96, 7, PAPER)
        case "yard":
            canvas.rect(0, GROUND, WIDTH, HEIGHT - GROUND, SAND_DEEP)
            canvas.polygon([(0, 730), (WIDTH, 700), (WIDTH, HEIGHT), (0, HEIGHT)], SAND)
        case "platform":
            canvas.rect(0, GROUND, WIDTH, 58, SAND)
            canvas.rect(0, GROUND + 40, WIDTH, 6, PAPER)
            canvas.rect(0, GROUND + 58, WIDTH, 16, BASALT_STONE)
            canvas.rect(0, GROUND + 74, WIDTH, HEIGHT, ASPHALT)
            for x in range(10, WIDTH, 70):
                canvas.rect(x, 752, 40, 34, WOOD_DEEP)
            for y in (756, 778):
                canvas.rect(0, y, WIDTH, 5, BASALT)


def tree(canvas: Canvas, x: float, height: float) -> None:
    """A round deciduous tree whose trunk stands at x."""
    radius = height * 0.3
    top = GROUND + 6 - height
    canvas.rect(x - height * 0.03, GROUND + 6 - height * 0.5, height * 0.06, height * 0.5, WOOD_DEEP)
    canvas.ellipse(x, top + radius, radius, radius * 1.1, VINE_MID)
    canvas.ellipse(x + radius * 0.6, top + radius * 1.5, radius * 0.7, radius * 0.7, VINE_MID)
    canvas.ellipse(x - radius * 0.35, top + radius * 0.8, radius * 0.55, radius * 0.55, VINE_PALE)


def bench(canvas: Canvas, x: float) -> None:
    for y in (GROUND - 8, GROUND + 8):
        canvas.rect(x, y, 120, 8, WOOD)
    for leg in (x + 10, x + 102):
        canvas.rect(leg, GROUND - 8, 8, 44, BASALT)


def bicycle(canvas: Canvas, x: float, colour: str = SLATE) -> None:
    y = GROUND + 14
    for wheel in (x, x + 78):
        canvas.ring(wheel, y, 25, 4, BASALT)
    saddle, pedal, head = (x + 24, y - 38), (x + 34, y), (x + 66, y - 40)
    canvas.line([(x, y), saddle, head, pedal, (x, y)], 4, colour)
    canvas.line([saddle, pedal], 4, colour)
    canvas.line([(x + 78, y), (x + 62, y - 54), (x + 74, y - 56)], 4, colour)
    canvas.line([(x + 22, y - 38), (x + 20, y - 48)], 4, BASALT)
    canvas.rect(x + 8, y - 54, 26, 6, BASALT, 3)


def charging_post(canvas: Canvas, x: float) -> None:
    canvas.rect(x, GROUND - 62, 24, 76, SLATE, 6)
    canvas.rect(x + 6, GROUND - 52, 12, 16, LIGHT, 2)
    canvas.line([(x + 24, GROUND - 30), (x + 38, GROUND - 14), (x + 30, GROUND + 6)], 3, BASALT)


def hedge(canvas: Canvas, x: float, width: float) -> None:
    canvas.rect(x, GROUND - 40, width, 48, VINE, 16)
    canvas.rect(x + 8, GROUND - 40, width - 16, 20, VINE_MID, 10)


def _river(canvas: Canvas, y: float) -> None:
    canvas.rect(0, y, WIDTH, 70, RIVER)
    for x, row, length in ((60, 16, 170), (380, 34, 240), (760, 12, 200), (940, 44, 220), (180, 52, 130)):
        canvas.rect(x, y + row, length, 5, RIVER_PALE, 2)
    canvas.rect(0, y + 60, WIDTH, HEIGHT, VINE_TINT)


def _roofs(canvas: Canvas) -> None:
    """A row of neighbours, far enough away to be plain shapes."""
    walls = (PLASTER, PLASTER_ROSE, PLASTER_OCHRE)
    for number, (x, width, top) in enumerate(
        (
            (-40, 170, 470),
            (120, 140, 500),
            (250, 190, 455),
            (840, 170, 490),
            (1000, 130, 460),
            (1120, 160, 500),
        )
    ):
        canvas.rect(x, top, width, 300, walls[number % 3])
        canvas.polygon([(x - 8, top), (x + width / 2, top - 80), (x + width + 8, top)], SLATE_ROOF)
        for row in range(2):
            for column in (0.22, 0.6):
                canvas.rect(x + width * column, top + 36 + 70 * row, width * 0.16, 36, HILL_FAR)
