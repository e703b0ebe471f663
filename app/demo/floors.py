"""A second floor in the demo network: a scan on which the halves of a hall are set, as an operator would."""

from datetime import datetime

from app.demo.arrangements import HALL as HALL_ROOM
from app.demo.arrangements import HALVES
from app.demo.content.pictures.canvas import HEIGHT, WIDTH
from app.demo.content.pictures.scans import HALL, hall_scan
from app.demo.rows import steady_id
from app.identity.rules import Actor
from app.inventory.floor_plans import FloorPlanDrawing, Placement
from app.inventory.floor_setting import FloorName, FloorSave, add_floor, put_picture, save_floor, sheet_of
from app.inventory.floor_sheets import FloorSheet
from app.inventory.queries import resources_of
from app.inventory.rules import Kind
from app.network.queries import space_by_slug
from app.platform.database import execute
from app.platform.files import Files


async def draw_floors(manager: Actor, files: Files, now: datetime) -> None:
    """Adds the floor to the space with the hall, whose `manager` this is."""
    slug, _ = HALL_ROOM
    space = await space_by_slug(slug, now)
    assert space is not None, slug
    floor = await add_floor(manager, space, FloorName("Saal", "Hall"), FloorPlanDrawing(800, 600), now)
    file = await files.put(hall_scan().webp(), "image/webp")
    floor = await put_picture(manager, space, floor.public_id, file, (WIDTH, HEIGHT), now)
    ids = {room.name: room.public_id for room in await resources_of(space.id, Kind.ROOM)}
    unit = floor.drawing.width / WIDTH
    left, top, width, height = (round(length * unit) for length in HALL)
    half = width // 2
    places = {ids[name]: Placement(left + n * half, top, half, height) for n, name in enumerate(HALVES)}
    sheet = FloorSheet((await sheet_of(floor)).drawing, places)
    await save_floor(manager, space, floor.public_id, FloorSave(sheet, floor.version), now)
    steady = steady_id("floor_plan", slug, "Saal")
    await execute("UPDATE floor_plan SET public_id = $2 WHERE id = $1", floor.id, steady)
