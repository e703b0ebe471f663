"""The seventeen houses of the demo network, each as it stands before its landscape."""

from collections.abc import Callable

from app.demo.content.pictures.canvas import Canvas
from app.demo.content.pictures.landscape import (
    GROUND,
    bench,
    bicycle,
    charging_post,
    hedge,
    tree,
)
from app.demo.content.pictures.masonry import (
    bricks,
    chimney,
    clock,
    door,
    gable,
    glass_door,
    glazing,
    plinth,
    roof,
    sign,
    signpost,
    stones,
    window,
    windows,
)
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
    SAND_DEEP,
    SLATE,
    SLATE_DEEP,
    SLATE_ROOF,
    SLATE_TINT,
    TUFF,
    TUFF_JOINT,
    VINE,
    WOOD,
    WOOD_DEEP,
    WOOD_PALE,
)
from app.demo.content.recipes import Building


def modern(canvas: Canvas) -> None:
    tree(canvas, 1060, 300)
    canvas.rect(250, 330, 480, GROUND - 330, PLASTER)
    canvas.rect(730, 420, 230, GROUND - 420, WOOD_PALE)
    for x in range(744, 960, 18):
        canvas.line([(x, 420), (x, GROUND)], 2, WOOD)
    canvas.polygon([(226, 340), (226, 312), (756, 272), (756, 340)], SLATE_ROOF)
    canvas.rect(720, 406, 262, 16, SLATE_DEEP)
    glazing(canvas, 300, 380, 380, 84, 6)
    glazing(canvas, 300, 510, 240, 130, 4)
    glass_door(canvas, 590, 96, 144)
    glazing(canvas, 780, 480, 140, 90, 3)
    sign(canvas, 900, 600, 44)
    bicycle(canvas, 770)
    bench(canvas, 100)


def rectory(canvas: Canvas) -> None:
    tree(canvas, 190, 330)
    chimney(canvas, 420, 190, 44, 120, BASALT_STONE)
    canvas.rect(330, 350, 560, GROUND - 350, PLASTER_OCHRE)
    for x in (330, 874):
        stones(canvas, x, 350, 20, GROUND - 350, BASALT_STONE, BASALT_JOINT)
    roof(canvas, 330, 890, 352, 214, 130)
    windows(canvas, 350, 870, 386, 5, 54, 84, lit=1)
    windows(canvas, 350, 558, 530, 2, 54, 84)
    windows(canvas, 662, 870, 530, 2, 54, 84)
    plinth(canvas, 330, 560)
    door(canvas, 574, 72, 140, SLATE)
    signpost(canvas, 460, GROUND + 70)
    hedge(canvas, 930, 230)


def arcade(canvas: Canvas) -> None:
    canvas.rect(160, 300, 900, GROUND - 300, PLASTER_BLUE)
    canvas.rect(140, 276, 940, 30, SLATE_DEEP)
    windows(canvas, 180, 1040, 342, 8, 60, 84, lit=5)
    canvas.rect(160, 462, 900, 26, SLATE)
    for number in range(5):
        glazing(canvas, 186 + 176 * number, 506, 140, GROUND - 512, 2)
    canvas.rect(538, 500, 140, GROUND - 500, PLASTER_BLUE)
    glass_door(canvas, 556, 104, 144)
    for number in range(6):
        canvas.rect(162 + 176 * number, 488, 16, GROUND - 488, BASALT_STONE)
    signpost(canvas, 1110, GROUND + 40)
    tree(canvas, 90, 230)
    bench(canvas, 860)
    bicycle(canvas, 240)


def cinema(canvas: Canvas) -> None:
    canvas.rect(300, 290, 560, GROUND - 290, PLASTER_ROSE)
    canvas.rect(420, 240, 320, 60, PLASTER_ROSE)
    canvas.rect(408, 226, 344, 18, SLATE_DEEP)
    canvas.rect(290, 282, 580, 16, SLATE_DEEP)
    for x in (452, 520, 588, 656):
        canvas.rect(x, 320, 44, 120, BASALT_STONE)
        canvas.rect(x + 6, 326, 32, 108, LIGHT if x == 588 else SLATE_TINT)
    canvas.polygon([(340, 470), (820, 470), (850, 516), (310, 516)], SLATE)
    canvas.rect(310, 514, 540, 12, SLATE_DEEP)
    for x in range(336, 840, 42):
        canvas.ellipse(x, 520, 5, 5, LIGHT)
    glass_door(canvas, 524, 112, 126)
    for x in (344, 432, 672, 760):
        canvas.rect(x, 546, 66, 92, BASALT_STONE)
        canvas.rect(x + 6, 552, 54, 80, PAPER)
        canvas.slate(x + 14, 566, 38, 34, LIGHT if x == 672 else SLATE)
    plinth(canvas, 300, 220, 16)
    plinth(canvas, 640, 220, 16)
    bicycle(canvas, 930)


def townhouses(canvas: Canvas) -> None:
    canvas.rect(190, 330, 270, GROUND - 330, PLASTER_GREEN)
    roof(canvas, 190, 460, 332, 220, 30)
    windows(canvas, 200, 450, 366, 3, 46, 76)
    windows(canvas, 200, 450, 510, 3, 46, 84, lit=0)
    canvas.rect(460, 300, 300, GROUND - 300, PLASTER)
    gable(canvas, 460, 760, 300, 140, PLASTER)
    window(canvas, 586, 210, 48, 60)
    windows(canvas, 475, 745, 334, 3, 48, 78, lit=2)
    canvas.rect(760, 350, 270, GROUND - 350, PLASTER_OCHRE)
    roof(canvas, 776, 1030, 352, 246, 30)
    windows(canvas, 770, 1020, 386, 3, 46, 72)
    glazing(canvas, 790, 520, 210, 112, 3)
    glazing(canvas, 486, 490, 130, 144, 2)
    plinth(canvas, 190, 270, 22)
    door(canvas, 648, 74, 142, SLATE)
    sign(canvas, 540, 440, 36)
    tree(canvas, 1110, 250)
    bench(canvas, 230)


def hall(canvas: Canvas) -> None:
    stones(canvas, 180, 400, 840, GROUND - 400, BASALT_STONE, BASALT_JOINT)
    for number in range(4):
        left = 180 + 210 * number
        canvas.polygon([(left, 402), (left, 290), (left + 210, 402)], SLATE_ROOF)
        canvas.polygon([(left + 6, 396), (left + 6, 306), (left + 46, 327), (left + 46, 396)], SLATE_TINT)
        canvas.line([(left + 26, 318), (left + 26, 396)], 3, SLATE_DEEP)
    canvas.rect(168, 396, 864, 14, SLATE_DEEP)
    glazing(canvas, 230, 460, 190, 130, 5, 3)
    glazing(canvas, 780, 460, 190, 130, 5, 3)
    canvas.rect(478, 450, 244, GROUND - 450, SLATE)
    for x in range(502, 722, 24):
        canvas.line([(x, 450), (x, GROUND)], 2, SLATE_DEEP)
    glass_door(canvas, 612, 76, 132)
    sign(canvas, 520, 486, 54)
    for x, width in ((70, 60), (40, 76), (96, 70)):
        canvas.ellipse(x, GROUND + 20 - width / 4, width * 0.6, width * 0.36, BASALT_STONE)
    bicycle(canvas, 830, VINE)


def cottage(canvas: Canvas) -> None:
    tree(canvas, 950, 270)
    chimney(canvas, 690, 254, 40, 90, BASALT_STONE)
    stones(canvas, 380, 430, 400, GROUND - 430, TUFF, TUFF_JOINT)
    roof(canvas, 380, 780, 432, 296, 26)
    for x in (440, 640):
        canvas.polygon([(x, 396), (x, 352), (x + 44, 326), (x + 88, 352), (x + 88, 396)], PLASTER)
        canvas.line([(x - 8, 358), (x + 44, 324), (x + 96, 358)], 10, SLATE_DEEP)
        window(canvas, x + 28, 358, 32, 32, lit=x == 640)
    windows(canvas, 390, 550, 492, 2, 46, 80, lit=1)
    window(canvas, 690, 492, 52, 80)
    plinth(canvas, 380, 400, 20)
    door(canvas, 572, 68, 132, VINE)
    signpost(canvas, 820, GROUND + 10)
    bench(canvas, 416)


def school(canvas: Canvas) -> None:
    tree(canvas, 120, 340)
    canvas.rect(240, 350, 760, GROUND - 350, PLASTER)
    roof(canvas, 240, 1000, 352, 240, 90)
    canvas.rect(530, 310, 180, GROUND - 310, PLASTER)
    gable(canvas, 530, 710, 310, 210, PLASTER)
    clock(canvas, 620, 290, 30)
    windows(canvas, 256, 526, 384, 4, 42, 92, lit=2)
    windows(canvas, 714, 984, 384, 4, 42, 92)
    windows(canvas, 256, 526, 526, 4, 42, 92)
    windows(canvas, 714, 984, 526, 4, 42, 92, lit=3)
    windows(canvas, 545, 695, 384, 2, 44, 86)
    plinth(canvas, 240, 760, 22)
    door(canvas, 580, 80, 140, SLATE)
    sign(canvas, 674, 560, 36)
    bench(canvas, 800)


def bank(canvas: Canvas) -> None:
    canvas.rect(280, 270, 620, GROUND - 270, PLASTER)
    canvas.rect(262, 252, 656, 22, SLATE_DEEP)
    windows(canvas, 296, 884, 304, 6, 58, 70, lit=4)
    canvas.rect(280, 416, 620, GROUND - 416, BASALT_STONE)
    for y in range(416, GROUND, 40):
        canvas.line([(280, y), (900, y)], 2, BASALT_JOINT)
    glazing(canvas, 310, 456, 190, 160, 3, bar=PAPER)
    glazing(canvas, 680, 456, 190, 160, 3, bar=PAPER)
    canvas.rect(530, 446, 120, GROUND - 446, PAPER)
    glass_door(canvas, 544, 92, 150)
    sign(canvas, 566, 450, 48)
    tree(canvas, 1030, 260)
    charging_post(canvas, 960)
    bicycle(canvas, 130)


def barn(canvas: Canvas) -> None:
    stones(canvas, 330, 400, 520, GROUND - 400, TUFF, TUFF_JOINT)
    gable(canvas, 330, 850, 400, 190, TUFF)
    canvas.polygon([(392, 384), (590, 224), (788, 384)], WOOD_DEEP)
    for x in range(410, 780, 22):
        canvas.line([(x, 384), (x, 384 - (198 - abs(590 - x)) * 0.8)], 2, WOOD)
    canvas.rect(452, 392, 276, GROUND - 392, BASALT_STONE)
    glazing(canvas, 470, 410, 240, GROUND - 416, 4, 3, bar=WOOD_DEEP)
    canvas.rect(534, 520, 112, GROUND - 520, LIGHT)
    canvas.rect(586, 520, 6, GROUND - 520, WOOD_DEEP)
    window(canvas, 368, 520, 48, 70)
    window(canvas, 764, 520, 48, 70, lit=True)
    sign(canvas, 570, 306, 44)
    canvas.rect(60, 560, 270, GROUND - 560, PLASTER)
    roof(canvas, 60, 316, 562, 470, 20)
    windows(canvas, 70, 320, 588, 3, 38, 44)
    bicycle(canvas, 900)


def station(canvas: Canvas) -> None:
    canvas.rect(120, 400, 860, GROUND - 400, PLASTER_OCHRE)
    roof(canvas, 120, 980, 402, 310, 50)
    canvas.rect(430, 320, 240, GROUND - 320, PLASTER_OCHRE)
    gable(canvas, 430, 670, 320, 200, PLASTER_OCHRE)
    windows(canvas, 445, 655, 344, 3, 40, 76, lit=0)
    clock(canvas, 550, 288, 32)
    windows(canvas, 140, 430, 520, 4, 44, 96)
    windows(canvas, 670, 960, 520, 4, 44, 96, lit=2)
    plinth(canvas, 120, 860, 22)
    door(canvas, 512, 78, 130, VINE)
    canvas.polygon([(90, 486), (90, 468), (1010, 468), (1010, 486)], SLATE)
    canvas.rect(90, 484, 920, 8, SLATE_DEEP)
    for x in (130, 320, 780, 960):
        canvas.rect(x, 490, 12, GROUND - 490, SLATE_DEEP)
        canvas.line([(x - 26, 492), (x + 6, 528), (x + 38, 492)], 6, SLATE_DEEP)
    sign(canvas, 614, 540, 38)
    bench(canvas, 800)
    canvas.rect(1080, 470, 8, GROUND - 470, BASALT)
    canvas.rect(1040, 470, 90, 40, SLATE)
    canvas.rect(1050, 486, 70, 8, PAPER)


def townhall(canvas: Canvas) -> None:
    canvas.rect(320, 320, 540, GROUND - 320, PLASTER_ROSE)
    roof(canvas, 320, 860, 322, 190, 70)
    canvas.rect(560, 150, 60, 70, SLATE_TINT)
    canvas.polygon([(550, 152), (590, 84), (630, 152)], SLATE_ROOF)
    clock(canvas, 590, 190, 24)
    windows(canvas, 336, 844, 358, 6, 50, 94, lit=3)
    for number in range(4):
        left = 350 + 126 * number
        canvas.rect(left, 540, 100, GROUND - 540, BASALT_STONE)
        canvas.ellipse(left + 50, 540, 50, 44, BASALT_STONE)
        canvas.rect(left + 12, 544, 76, GROUND - 544, SLATE_DEEP)
        canvas.ellipse(left + 50, 546, 38, 34, SLATE_DEEP)
    canvas.rect(488, 564, 76, GROUND - 564, LIGHT)
    canvas.rect(523, 564, 5, GROUND - 564, BASALT)
    signpost(canvas, 910, GROUND + 10)
    tree(canvas, 1020, 230)
    bench(canvas, 120)


def postoffice(canvas: Canvas) -> None:
    canvas.rect(300, 370, 460, GROUND - 370, PLASTER_OCHRE)
    roof(canvas, 300, 760, 372, 250, 120)
    canvas.rect(760, 490, 240, GROUND - 490, PLASTER)
    canvas.rect(748, 474, 268, 18, SLATE_DEEP)
    windows(canvas, 316, 744, 404, 5, 48, 76, lit=0)
    glazing(canvas, 330, 530, 130, 100, 2)
    glazing(canvas, 600, 530, 130, 100, 2)
    plinth(canvas, 300, 460, 18)
    door(canvas, 492, 78, 132, SLATE)
    canvas.rect(790, 530, 180, GROUND - 530, SLATE)
    for y in range(550, GROUND, 22):
        canvas.line([(790, y), (970, y)], 2, SLATE_DEEP)
    signpost(canvas, 260, GROUND + 30)
    bicycle(canvas, 820, LIGHT)
    charging_post(canvas, 1050)
    tree(canvas, 180, 280)


def works(canvas: Canvas) -> None:
    chimney(canvas, 880, 120, 54, 300, BRICK)
    bricks(canvas, 220, 300, 720, GROUND - 300, BRICK, BRICK_JOINT)
    canvas.rect(204, 282, 752, 22, BASALT_STONE)
    for number in range(5):
        left = 250 + 136 * number
        glazing(canvas, left, 334, 106, 116, 3, 3)
        if number != 2:
            glazing(canvas, left, 508, 106, 128, 3, 3)
    canvas.rect(510, 490, 130, GROUND - 490, BASALT_STONE)
    glass_door(canvas, 526, 98, 146)
    signpost(canvas, 730, GROUND + 50)
    hedge(canvas, 970, 170)
    bicycle(canvas, 90, VINE)


def office(canvas: Canvas) -> None:
    canvas.rect(210, 210, 780, GROUND - 210, PLASTER)
    canvas.rect(194, 192, 812, 20, SLATE_DEEP)
    for floor, top in enumerate((242, 372, 502)):
        glazing(canvas, 240, top, 560, 88, 9)
        if floor == 1:
            canvas.rect(242 + 560 / 9 * 3, top + 2, 560 / 9 * 2 - 8, 84, LIGHT)
            canvas.rect(242 + 560 / 9 * 4 - 5, top, 5, 88, BASALT)
    canvas.rect(830, 210, 160, GROUND - 210, SLATE)
    glass_door(canvas, 856, 108, 146)
    sign(canvas, 878, 250, 64)
    plinth(canvas, 210, 620, 22)
    charging_post(canvas, 1050)
    charging_post(canvas, 1110)
    tree(canvas, 110, 240)


def firehouse(canvas: Canvas) -> None:
    canvas.rect(720, 250, 120, GROUND - 250, PLASTER)
    gable(canvas, 720, 840, 250, 180, PLASTER)
    window(canvas, 762, 280, 36, 60)
    canvas.rect(330, 420, 400, GROUND - 420, PLASTER)
    roof(canvas, 330, 726, 422, 310, 40)
    canvas.rect(370, 470, 200, GROUND - 470, BASALT_STONE)
    glazing(canvas, 384, 486, 172, GROUND - 490, 4, 2, bar=SLATE)
    door(canvas, 622, 68, 130, VINE)
    window(canvas, 756, 430, 48, 64, lit=True)
    plinth(canvas, 580, 26, 18)
    plinth(canvas, 716, 124, 18)
    sign(canvas, 760, 560, 40)
    tree(canvas, 210, 240)
    hedge(canvas, 880, 190)


def brewery(canvas: Canvas) -> None:
    chimney(canvas, 300, 130, 60, 320, BRICK)
    stones(canvas, 240, 380, 320, GROUND - 380, BASALT_STONE, BASALT_JOINT)
    roof(canvas, 240, 560, 382, 300, 40)
    stones(canvas, 560, 300, 380, GROUND - 300, BASALT_STONE, BASALT_JOINT)
    roof(canvas, 560, 940, 302, 190, 90)
    for x in (610, 730, 850):
        canvas.rect(x - 8, 352, 66, 100, SAND_DEEP)
        canvas.ellipse(x + 25, 352, 33, 28, SAND_DEEP)
        canvas.rect(x, 354, 50, 92, LIGHT if x == 730 else SLATE_TINT)
        canvas.ellipse(x + 25, 356, 25, 22, LIGHT if x == 730 else SLATE_TINT)
        canvas.rect(x + 23, 334, 4, 112, EDGE)
    glazing(canvas, 290, 470, 180, 130, 4, 2, bar=PAPER)
    glazing(canvas, 790, 500, 110, 110, 3, 2, bar=PAPER)
    canvas.rect(612, 500, 130, GROUND - 500, PAPER)
    glass_door(canvas, 626, 102, 146)
    sign(canvas, 496, 560, 44)
    bench(canvas, 300)
    tree(canvas, 1050, 290)


BUILDINGS: dict[Building, Callable[[Canvas], None]] = {
    "modern": modern,
    "rectory": rectory,
    "arcade": arcade,
    "cinema": cinema,
    "townhouses": townhouses,
    "hall": hall,
    "cottage": cottage,
    "school": school,
    "bank": bank,
    "barn": barn,
    "station": station,
    "townhall": townhall,
    "postoffice": postoffice,
    "works": works,
    "office": office,
    "firehouse": firehouse,
    "brewery": brewery,
}
