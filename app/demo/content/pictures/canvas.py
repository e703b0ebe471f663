"""A sheet of 1200 by 800 points on which flat shapes are drawn, smoothed by drawing twice as large."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from math import exp

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 1200, 800
SCALE = 2

Point = tuple[float, float]


class Canvas:
    """Draws from back to front; coordinates are points of the finished picture.

    While `lift` is set, everything is drawn that much higher.
    """

    def __init__(self, ground: str) -> None:
        self.lift = 0.0
        self._image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), ground)
        self._draw = ImageDraw.Draw(self._image)

    def rect(self, x: float, y: float, width: float, height: float, fill: str, radius: float = 0) -> None:
        top = y - self.lift
        box = (x * SCALE, top * SCALE, (x + width) * SCALE - 1, (top + height) * SCALE - 1)
        if radius:
            self._draw.rounded_rectangle(box, radius * SCALE, fill)
        else:
            self._draw.rectangle(box, fill)

    def polygon(self, points: Iterable[Point], fill: str) -> None:
        self._draw.polygon(self._scaled(points), fill)

    def ellipse(self, x: float, y: float, radius_x: float, radius_y: float, fill: str) -> None:
        box = self._scaled([(x - radius_x, y - radius_y), (x + radius_x, y + radius_y)])
        self._draw.ellipse(box, fill)

    def ring(self, x: float, y: float, radius: float, width: float, fill: str) -> None:
        box = self._scaled([(x - radius, y - radius), (x + radius, y + radius)])
        self._draw.ellipse(box, outline=fill, width=round(width * SCALE))

    def line(self, points: Sequence[Point], width: float, fill: str) -> None:
        self._draw.line(self._scaled(points), fill, round(width * SCALE), joint="curve")

    def ridge(self, base: float, bumps: Iterable[tuple[float, float, float]], fill: str) -> None:
        """Hills that rise from `base`, each given by its middle, its width and its height."""
        hills = list(bumps)
        line = [
            (x, base - sum(height * exp(-(((x - middle) / width) ** 2)) for middle, width, height in hills))
            for x in range(0, WIDTH + 1, 10)
        ]
        self.polygon([(0, HEIGHT), *line, (WIDTH, HEIGHT)], fill)

    def slate(self, x: float, y: float, width: float, height: float, fill: str) -> None:
        """The mark of the network: a rectangle with its lower right corner rounded."""
        corner = min(width, height) * 0.4
        self.rect(x, y, width - corner, height, fill)
        self.rect(x, y, width, height - corner, fill)
        self.ellipse(x + width - corner, y + height - corner, corner, corner, fill)

    def _scaled(self, points: Iterable[Point]) -> list[Point]:
        return [(x * SCALE, (y - self.lift) * SCALE) for x, y in points]

    def webp(self) -> bytes:
        """The picture, the same bytes for the same drawing. Flat colours are smaller and sooner done without loss."""
        output = BytesIO()
        self._image.reduce(SCALE).save(output, "WEBP", lossless=True, quality=20, method=1)
        return output.getvalue()
