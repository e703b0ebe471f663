"""Draws the icons of the home screen as PNG, the same shapes as in icon.svg and favicon.svg:

    .venv/bin/python static/icons/draw.py

The mark is three slates, each a rectangle with one round corner, on a fourth. A maskable icon fills its square, and
the mark stays within the circle of four fifths that every mask leaves; iOS rounds the corners by itself.
"""

from pathlib import Path

from PIL import Image, ImageDraw

HERE = Path(__file__).parent
SIDE = 64
FINE = 8
"""Drawn so many times larger and scaled down, for smooth edges."""

GROUND, CLEAR = "#17323f", "#17323f00"
MARK = [((2, 2, 13, 14), "#8fb3c3"), ((2, 16, 13, 28), "#c3d6de"), ((16, 9, 28, 21), "#f0be5a")]
CORNER = 6


def slate(draw: ImageDraw.ImageDraw, box: tuple[float, ...], corner: float, colour: str) -> None:
    """A rectangle whose lower right corner is round."""
    left, top, right, bottom = box
    edges = (left, top, right - 1, bottom - 1)
    draw.rounded_rectangle(edges, corner, fill=colour, corners=(False, False, True, False))


def icon(pixels: int, *, full: bool) -> Image.Image:
    """The mark on a slate with clear corners or, `full`, on a ground that reaches all edges."""
    unit = pixels * FINE / SIDE
    image = Image.new("RGBA", (pixels * FINE, pixels * FINE), GROUND if full else CLEAR)
    draw = ImageDraw.Draw(image)
    if not full:
        draw.rounded_rectangle((0, 0, image.width - 1, image.height - 1), 4 * unit, fill=GROUND)
        far = image.width - 20 * unit
        draw.rectangle((far, far, image.width, image.height), fill=CLEAR)
        slate(draw, (far - 20 * unit, far - 20 * unit, image.width, image.height), 20 * unit, GROUND)
    left, top, scale = (12.5, 14, 1.3) if full else (8, 10, 1.6)
    for box, colour in MARK:
        x1, y1, x2, y2 = box
        placed = (left + x1 * scale, top + y1 * scale, left + x2 * scale, top + y2 * scale)
        slate(draw, tuple(side * unit for side in placed), CORNER * scale * unit, colour)
    return image.resize((pixels, pixels), Image.Resampling.LANCZOS)


def main() -> None:
    for name, pixels, full in [
        ("icon-192", 192, False),
        ("icon-512", 512, False),
        ("maskable-192", 192, True),
        ("maskable-512", 512, True),
        ("apple-touch-icon", 180, True),
    ]:
        drawn = icon(pixels, full=full)
        (drawn.convert("RGB") if full else drawn).save(HERE / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
