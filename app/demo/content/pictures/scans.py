"""A plan as an operator has scanned it: what lies under the places before anybody draws walls."""

from app.demo.content.pictures.canvas import HEIGHT, WIDTH, Canvas
from app.demo.content.pictures.palette import BASALT, EDGE, PAPER, WHITE

HALL = (90, 110, 1020, 580)
"""The hall on the picture: left, top, width, height. Its two halves meet in the middle."""


def hall_scan() -> Canvas:
    """A hall with a wall that folds away, a stage and two doors, drawn by hand on paper."""
    canvas = Canvas(PAPER)
    left, top, width, height = HALL
    canvas.rect(left - 14, top - 14, width + 28, height + 28, BASALT)
    canvas.rect(left, top, width, height, WHITE)
    for y in range(top, top + height, 60):
        canvas.rect(left + width // 2 - 4, y, 8, 34, EDGE)
    for x in range(left + 90, left + width - 90, 240):
        canvas.rect(x, top - 14, 150, 14, WHITE)
        canvas.line([(x, top - 7), (x + 150, top - 7)], 3, EDGE)
    for x in (left + 130, left + width - 250):
        canvas.rect(x, top + height, 120, 14, WHITE)
        canvas.line([(x, top + height), (x, top + height - 120), (x + 120, top + height)], 3, EDGE)
    canvas.line([(60, HEIGHT - 40), (WIDTH - 60, HEIGHT - 40)], 3, EDGE)
    for x in (60, WIDTH - 60):
        canvas.line([(x, HEIGHT - 56), (x, HEIGHT - 24)], 3, EDGE)
    return canvas
