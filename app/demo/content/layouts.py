"""How a recipe becomes a floor plan: desks in blocks, rooms with their walls and doors."""

from collections.abc import Iterator

from app.demo.content.catalogue import DemoResource
from app.demo.content.recipes import DeskRecipe, PlanRecipe, RoomRecipe
from app.inventory.floor_plans import (
    DESK_DEPTH,
    DESK_WIDTH,
    Door,
    FloorPlanDrawing,
    Placement,
    Room,
    Rotation,
    Shape,
    Wall,
    Window,
)

MARGIN = 10
JOINT = 4
"""Between desks that are pushed together."""


def row(x: int, y: int, count: int, rotation: Rotation, gap: int) -> list[Placement]:
    """Desks side by side from left to right."""
    pitch = DESK_WIDTH + gap
    return [Placement(x + pitch * n, y, DESK_WIDTH, DESK_DEPTH, rotation) for n in range(count)]


def column(x: int, y: int, count: int, rotation: Rotation, gap: int) -> list[Placement]:
    """Desks one below the other, turned by a quarter so that they stand along a wall."""
    pitch = DESK_WIDTH + gap
    return [Placement(x, y + pitch * n, DESK_DEPTH, DESK_WIDTH, rotation) for n in range(count)]


def group(x: int, y: int, count: int) -> list[Placement]:
    """Two rows that face each other, chairs above and below."""
    across = count // 2
    return [
        *row(x, y, across, 180, JOINT),
        *row(x, y + DESK_DEPTH + JOINT, across, 0, JOINT),
    ]


def upright(x: int, y: int, count: int) -> list[Placement]:
    """Two columns that face each other, chairs left and right, counted from pair to pair."""
    left = column(x, y, count // 2, 90, JOINT)
    right = column(x + DESK_DEPTH + JOINT, y, count // 2, 270, JOINT)
    return [desk for pair in zip(left, right, strict=True) for desk in pair]


def placements(recipe: DeskRecipe) -> list[Placement]:
    """Where the desks of one block stand, in the order of their numbers."""
    rotations: dict[str, Rotation] = {"below": 0, "left": 90, "above": 180, "right": 270}
    x, y = recipe.at
    match recipe.block:
        case "row":
            return row(x, y, recipe.count, rotations[recipe.chair], recipe.gap)
        case "column":
            return column(x, y, recipe.count, rotations[recipe.chair], recipe.gap)
        case "group":
            return group(x, y, recipe.count)
        case "upright":
            return upright(x, y, recipe.count)


def drawing(recipe: PlanRecipe) -> FloorPlanDrawing:
    """The floor without its desks."""
    width, height = recipe.size
    right, bottom = width - MARGIN, height - MARGIN
    outline = recipe.outline or ((MARGIN, MARGIN), (right, MARGIN), (right, bottom), (MARGIN, bottom))
    shapes: list[Shape] = [Wall(tuple(outline), outer=True)]
    shapes += [Window(*ends) for ends in recipe.windows]
    shapes.append(recipe.entrance)
    for room in recipe.rooms:
        shapes += walled(room)
    return FloorPlanDrawing(width, height, (*shapes, *recipe.furniture, *recipe.labels))


def walled(recipe: RoomRecipe) -> list[Shape]:
    """A room with four walls and a doorway."""
    x, y, width, height = recipe.box
    right, bottom = x + width, y + height
    corners = ((x, y), (right, y), (right, bottom), (x, bottom), (x, y))
    german, english = spoken_names(recipe)
    return [Room(x, y, width, height, german, name_en=english), Wall(corners), doorway(recipe)]


def spoken_names(recipe: RoomRecipe) -> tuple[str, str]:
    """In German and English: a resource is called by its kind and name, all else by its name alone."""
    match recipe.books:
        case "room":
            return f"Raum {recipe.name}", f"Room {recipe.name}"
        case "booth":
            return f"Kabine {recipe.name}", f"Booth {recipe.name}"
        case None:
            return recipe.name, recipe.name_en


def doorway(recipe: RoomRecipe) -> Door:
    x, y, width, height = recipe.box
    at, opening = recipe.door.at, recipe.door.width
    match recipe.door.side:
        case "top":
            return Door(x + at, y, opening, "down", leaf=False)
        case "bottom":
            return Door(x + at, y + height, opening, "up", leaf=False)
        case "left":
            return Door(x, y + at, opening, "right", leaf=False)
        case "right":
            return Door(x + width, y + at, opening, "left", leaf=False)


def desks(recipe: PlanRecipe) -> Iterator[DemoResource]:
    """Every desk, numbered from 1 through all blocks."""
    number = 0
    for block in recipe.desks:
        for placement in placements(block):
            number += 1
            own = [feature for feature, numbers in recipe.desks_with.items() if number in numbers]
            features = tuple(dict.fromkeys([*block.features, *own]))
            yield DemoResource("desk", str(number), 1, features, placement)


def rooms(recipe: PlanRecipe) -> Iterator[DemoResource]:
    """Every room and booth that can be booked."""
    for room in recipe.rooms:
        if room.books:
            yield DemoResource(room.books, room.name, room.capacity, room.features, Placement(*room.box))
