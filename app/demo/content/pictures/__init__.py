"""Simple drawings of the demo spaces, made here and nowhere else: flat colours, no photograph."""

from app.demo.content.catalogue import View
from app.demo.content.pictures.buildings import BUILDINGS
from app.demo.content.pictures.interiors import interior, meeting_room
from app.demo.content.pictures.landscape import ground, hills, sky
from app.demo.content.recipes import InsideRecipe, OutsideRecipe, space_recipes


def draw(space_slug: str, view: View) -> bytes:
    """The picture of a demo space as WebP, 1200 by 800; the same bytes every time.

    Raises KeyError for a slug that is none of the demo network's.
    """
    pictures = space_recipes()[space_slug].pictures
    return _outside(pictures.outside) if view == "outside" else _inside(pictures.inside)


def draw_room(space_slug: str) -> bytes:
    """The picture of a meeting room in a demo space, like `draw`."""
    return meeting_room(space_recipes()[space_slug].pictures.inside).webp()


def _outside(recipe: OutsideRecipe) -> bytes:
    canvas = sky()
    hills(canvas, recipe.hills)
    ground(canvas, recipe.ground)
    BUILDINGS[recipe.building](canvas)
    return canvas.webp()


def _inside(recipe: InsideRecipe) -> bytes:
    return interior(recipe).webp()
