"""The canvas of a map: which part of the plane it shows, and where on it there is still room."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.network.geography import UNITS_PER_KM, Point


class Box(NamedTuple):
    """A rectangle of the canvas."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def holds(self, other: "Box") -> bool:
        return (
            self.left <= other.left
            and self.top <= other.top
            and other.right <= self.right
            and other.bottom <= self.bottom
        )


class Margins(NamedTuple):
    side: float
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of the plane that the canvas shows."""

    left: float
    top: float
    scale: float
    canvas: Box

    def at(self, point: Point) -> Point:
        return Point(round((point.x - self.left) * self.scale), round((point.y - self.top) * self.scale))

    def behind(self, spot: Point) -> Point:
        """The point of the plane that is drawn at this spot of the canvas."""
        return Point(self.left + spot.x / self.scale, self.top + spot.y / self.scale)

    def shows(self, point: Point) -> bool:
        return self.canvas.left <= point.x <= self.canvas.right and self.canvas.top <= point.y <= self.canvas.bottom

    @property
    def transform(self) -> str:
        moved_x, moved_y = -self.left * self.scale, -self.top * self.scale
        return f"translate({moved_x:.2f} {moved_y:.2f}) scale({self.scale:.5f})"

    @property
    def units_per_km(self) -> float:
        return self.scale * UNITS_PER_KM


def fitted(points: Sequence[Point], canvas: Box, margins: Margins) -> Frame:
    """The frame that shows all points as large as the margins allow, centred."""
    xs, ys = [point.x for point in points], [point.y for point in points]
    inner_width = canvas.right - 2 * margins.side
    inner_height = canvas.bottom - margins.top - margins.bottom
    scale = min(inner_width / (max(xs) - min(xs)), inner_height / (max(ys) - min(ys)))
    return Frame(
        left=(min(xs) + max(xs)) / 2 - (margins.side + inner_width / 2) / scale,
        top=(min(ys) + max(ys)) / 2 - (margins.top + inner_height / 2) / scale,
        scale=scale,
        canvas=canvas,
    )


def first_free(frame: Frame, taken: list[Box], spots: Iterable[Point], before: float, after: float) -> Point | None:
    """The first spot where a line of text has room, which it then takes; None if there is none."""
    for spot in spots:
        box = Box(spot.x - before, spot.y - 13, spot.x + after, spot.y + 4)
        if frame.canvas.holds(box) and not any(box.overlaps(other) for other in taken):
            taken.append(box)
            return Point(round(spot.x), round(spot.y))
    return None


def text_width(text: str, size: int) -> float:
    """About what Fira Sans needs, rather more than less."""
    return len(text) * size * 0.58 + 4
