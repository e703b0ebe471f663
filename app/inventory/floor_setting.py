"""An operator sets up the floors of a space: their names and order, the picture below, the drawing, what lies where."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from app.identity.audit import record
from app.identity.rules import Actor
from app.inventory.floor_plans import FloorPlanDrawing, Placement, decode, encode
from app.inventory.floor_sheets import FloorSheet, checked, scaled
from app.inventory.queries import PlanPicture
from app.inventory.rules import Kind
from app.kernel.refusals import BadInput, Conflict, NotFound, marked
from app.network.managing import demand_managed
from app.network.queries import SpaceCard
from app.platform.database import execute, fetch, fetch_row, fetch_value, transaction
from app.platform.outbox import emit

LONGEST_NAME: Final = 60
MOST_FLOORS: Final = 30
PICTURE_SIDE: Final = 1_000
"""Units of the longer side of a floor that begins with a picture; its scale is set afterwards."""


class FloorNameMissing(BadInput):
    code = "floor_name_missing"
    text = marked("Bitte einen Namen eintragen, höchstens {most} Zeichen.")


class TooManyFloors(Conflict):
    code = "too_many_floors"
    text = marked("Mehr als {most} Etagen hat ein Standort nicht.")


class FloorInUse(Conflict):
    """Something stands on the floor that shall go."""

    code = "floor_in_use"
    text = marked("Auf dieser Etage stehen noch Plätze. Nehmen Sie sie zuerst aus dem Plan.")


class FloorChangedMeanwhile(Conflict):
    """Somebody else has changed the floor since it was shown."""

    code = "floor_changed_meanwhile"
    text = marked(
        "Dieser Grundriss wurde inzwischen geändert. Unten steht, was jetzt anders ist als bei Ihnen. Noch einmal"
        " speichern überschreibt das."
    )


class PlaceGone(Conflict):
    """A resource in the drawing is none of the space's any more."""

    code = "place_gone"
    text = marked("Ein Platz in Ihrer Zeichnung ist inzwischen aufgegeben. Laden Sie die Seite neu.")


@dataclass(frozen=True, slots=True)
class Floor:
    """A floor as its managers see it; `standing` is how many resources lie in it."""

    id: int
    public_id: str
    name: str
    name_en: str
    version: int
    drawing: FloorPlanDrawing
    picture: PlanPicture | None
    standing: int


@dataclass(frozen=True, slots=True)
class FloorName:
    de: str
    en: str = ""


@dataclass(frozen=True, slots=True)
class FloorSave:
    """What a floor shall be from now on; `version` is that of the floor which was shown.

    With a `factor` other than 1 all of it, the picture too, turned out to be so many times as large.
    """

    sheet: FloorSheet
    version: int
    factor: float = 1


_SELECT = """
    SELECT f.id, f.public_id, f.name, f.name_en, f.version, f.drawing::text AS drawing, f.picture, f.picture_width,
           f.picture_height, f.picture_shown,
           (SELECT count(*) FROM resource r WHERE r.floor_plan = f.id AND r.retired_at IS NULL) AS standing
      FROM floor_plan f
     WHERE f.space = $1
     ORDER BY f.position, f.id
"""


async def floors_of(space: int) -> list[Floor]:
    """The space's floors in their order."""
    return [_floor(row) for row in await fetch(_SELECT, space)]


async def floor_of(space: int, public_id: str) -> Floor:
    """The space's floor with this id. Raises NotFound."""
    return _found(await floors_of(space), public_id)


async def sheet_of(floor: Floor) -> FloorSheet:
    """The floor's drawing with the resources in use that lie in it."""
    rows = await fetch(
        "SELECT public_id, placement::text AS placement FROM resource"
        " WHERE floor_plan = $1 AND placement IS NOT NULL AND retired_at IS NULL ORDER BY position, id",
        floor.id,
    )
    return FloorSheet(
        floor.drawing, {row["public_id"]: msgspec.json.decode(row["placement"], type=Placement) for row in rows}
    )


async def add_floor(actor: Actor, space: SpaceCard, name: FloorName, drawing: FloorPlanDrawing, now: datetime) -> Floor:
    """A floor after all others. Raises NotFound, FloorNameMissing, TooManyFloors, and what `checked` raises."""
    async with _changing(actor, space) as floors:
        if len(floors) >= MOST_FLOORS:
            raise TooManyFloors(most=MOST_FLOORS)
        key = await _insert(space, _checked_name(name), checked(FloorSheet(drawing)).drawing)
        return await _recorded("floor_plan.added", actor, space, key, now)


async def copy_floor(actor: Actor, space: SpaceCard, public_id: str, name: FloorName, now: datetime) -> Floor:
    """A floor with the same drawing and picture, on which nothing stands yet."""
    async with _changing(actor, space) as floors:
        model = _found(floors, public_id)
        if len(floors) >= MOST_FLOORS:
            raise TooManyFloors(most=MOST_FLOORS)
        key = await _insert(space, _checked_name(name), model.drawing)
        if model.picture:
            await _put_picture(key, model.picture)
        return await _recorded("floor_plan.added", actor, space, key, now, copied_from=public_id)


async def rename_floor(actor: Actor, space: SpaceCard, public_id: str, name: FloorName, now: datetime) -> None:
    """Raises NotFound and FloorNameMissing."""
    async with _changing(actor, space) as floors:
        floor, name = _found(floors, public_id), _checked_name(name)
        await execute("UPDATE floor_plan SET name = $2, name_en = $3 WHERE id = $1", floor.id, name.de, name.en)
        await _recorded("floor_plan.renamed", actor, space, floor.id, now, before=floor.name, after=name.de)


async def move_floor_up(actor: Actor, space: SpaceCard, public_id: str, now: datetime) -> None:
    """The floor stands before the one that stood before it. Raises NotFound."""
    async with _changing(actor, space) as floors:
        floor = _found(floors, public_id)
        at = floors.index(floor)
        order = [each.id for each in floors]
        order.insert(max(at - 1, 0), order.pop(at))
        await execute(
            "UPDATE floor_plan f SET position = o.position"
            " FROM unnest($1::bigint[]) WITH ORDINALITY AS o (id, position) WHERE f.id = o.id",
            order,
        )
        await _recorded("floor_plan.moved", actor, space, floor.id, now)


async def remove_floor(actor: Actor, space: SpaceCard, public_id: str, now: datetime) -> None:
    """Raises NotFound, and FloorInUse while a resource in use stands on it."""
    async with _changing(actor, space) as floors:
        floor = _found(floors, public_id)
        if floor.standing:
            raise FloorInUse
        await execute("UPDATE resource SET floor_plan = NULL, placement = NULL WHERE floor_plan = $1", floor.id)
        await execute("DELETE FROM floor_plan WHERE id = $1", floor.id)
        await record("floor_plan.removed", "space", space.id, actor, now, floor=public_id, name=floor.name)
        await emit("space.floors_changed", "space", space.id, now)


async def save_floor(actor: Actor, space: SpaceCard, public_id: str, wanted: FloorSave, now: datetime) -> Floor:
    """The floor is drawn like this from now on, and exactly these resources stand on it.

    Whatever of them stood on another floor leaves it. Raises NotFound, FloorChangedMeanwhile, PlaceGone, and what
    `checked` raises.
    """
    async with _changing(actor, space) as floors:
        floor = _found(floors, public_id)
        if wanted.version != floor.version:
            raise FloorChangedMeanwhile
        sheet, known = checked(wanted.sheet), await _resources(space)
        if not sheet.places.keys() <= known.keys():
            raise PlaceGone
        if wanted.factor != 1:
            desks = {key for key, resource in known.items() if resource["kind"] == Kind.DESK}
            sheet = checked(scaled(sheet, wanted.factor, desks))
            await _scale_picture(floor, wanted.factor)
        before = await sheet_of(floor)
        if sheet == before:
            return floor
        elsewhere = {known[key]["floor_plan"] for key in sheet.places} - {floor.id, None}
        await _write(space, floor, sheet, elsewhere)
        changed = [k for k in before.places.keys() | sheet.places.keys() if before.places.get(k) != sheet.places.get(k)]
        names = sorted(known[key]["name"] for key in changed if key in known)
        redrawn = before.drawing != sheet.drawing
        return await _recorded("floor_plan.changed", actor, space, floor.id, now, places=names, redrawn=redrawn)


async def put_picture(
    actor: Actor, space: SpaceCard, public_id: str, file: str, pixels: tuple[int, int], now: datetime
) -> Floor:
    """The picture lies under the floor, as large as fits; an empty floor becomes as large as the picture.

    `file` is kept already. Raises NotFound.
    """
    async with _changing(actor, space) as floors:
        floor = _found(floors, public_id)
        drawing, (width, height) = floor.drawing, pixels
        if not floor.standing and not drawing.shapes:
            by = PICTURE_SIDE / max(pixels)
            drawing = FloorPlanDrawing(max(round(width * by), 100), max(round(height * by), 100))
            await execute("UPDATE floor_plan SET drawing = $2::jsonb WHERE id = $1", floor.id, encode(drawing))
        by = min(drawing.width / width, drawing.height / height)
        shown = floor.picture.shown if floor.picture else True
        await _put_picture(
            floor.id, PlanPicture(file, max(round(width * by), 1), max(round(height * by), 1), shown=shown)
        )
        return await _recorded("floor_plan.picture_put", actor, space, floor.id, now)


async def show_picture(actor: Actor, space: SpaceCard, public_id: str, shown: bool, now: datetime) -> None:
    """Whether guests see the picture under the floor, too. Raises NotFound."""
    async with _changing(actor, space) as floors:
        floor = _found(floors, public_id)
        await execute("UPDATE floor_plan SET picture_shown = $2 WHERE id = $1", floor.id, shown)
        await _recorded("floor_plan.picture_shown", actor, space, floor.id, now, shown=shown)


async def remove_picture(actor: Actor, space: SpaceCard, public_id: str, now: datetime) -> None:
    """What is drawn stays. Raises NotFound."""
    async with _changing(actor, space) as floors:
        floor = _found(floors, public_id)
        await execute("UPDATE floor_plan SET picture = NULL WHERE id = $1", floor.id)
        await _recorded("floor_plan.picture_removed", actor, space, floor.id, now)


@dataclass(frozen=True, slots=True)
class PictureOf:
    """To which space a stored picture of a floor belongs, and whether its guests see it."""

    operator: int
    space: int
    for_guests: bool


async def floors_with_picture(file: str, now: datetime) -> list[PictureOf]:
    """All the spaces under whose floors this picture lies."""
    rows = await fetch(
        "SELECT s.operator, s.id AS space, f.picture_shown AND s.published_at IS NOT NULL AND s.published_at <= $2"
        " AS for_guests FROM floor_plan f JOIN space s ON s.id = f.space WHERE f.picture = $1",
        file,
        now,
    )
    return [PictureOf(row["operator"], row["space"], row["for_guests"]) for row in rows]


@asynccontextmanager
async def _changing(actor: Actor, space: SpaceCard) -> AsyncIterator[list[Floor]]:
    """Until it ends nobody else changes floors of the space, for who may change them; gives the floors as they are."""
    demand_managed(actor, space)
    async with transaction():
        await fetch_row("SELECT FROM space WHERE id = $1 FOR NO KEY UPDATE", space.id)
        yield await floors_of(space.id)


def _floor(row: Mapping[str, Any]) -> Floor:
    picture = None
    if row["picture"]:
        picture = PlanPicture(row["picture"], row["picture_width"], row["picture_height"], shown=row["picture_shown"])
    drawing = decode(row["drawing"].encode())
    names = row["name"], row["name_en"]
    return Floor(row["id"], row["public_id"], *names, row["version"], drawing, picture, row["standing"])


def _found(floors: list[Floor], public_id: str) -> Floor:
    floor = next((each for each in floors if each.public_id == public_id), None)
    if floor is None:
        raise NotFound
    return floor


def _checked_name(name: FloorName) -> FloorName:
    tidy = FloorName(" ".join(name.de.split()), " ".join(name.en.split()))
    for field, text in (("name", tidy.de), ("name_en", tidy.en)):
        if len(text) > LONGEST_NAME or not (text or field == "name_en") or not text.isprintable():
            raise FloorNameMissing(field=field, most=LONGEST_NAME)
    return tidy


async def _insert(space: SpaceCard, name: FloorName, drawing: FloorPlanDrawing) -> int:
    key: int = await fetch_value(
        "INSERT INTO floor_plan (space, name, name_en, drawing, position, version)"
        " SELECT $1, $2, $3, $4::jsonb, coalesce(max(position), 0) + 1, 0 FROM floor_plan WHERE space = $1"
        " RETURNING id",
        *(space.id, name.de, name.en, encode(drawing)),
    )
    return key


async def _resources(space: SpaceCard) -> dict[str, Mapping[str, Any]]:
    rows = await fetch(
        "SELECT public_id, kind, name, floor_plan FROM resource"
        " WHERE space = $1 AND retired_at IS NULL AND kind <> 'equipment'",
        space.id,
    )
    return {row["public_id"]: row for row in rows}


async def _write(space: SpaceCard, floor: Floor, sheet: FloorSheet, elsewhere: set[int]) -> None:
    await execute("UPDATE floor_plan SET drawing = $2::jsonb WHERE id = $1", floor.id, encode(sheet.drawing))
    await execute("UPDATE floor_plan SET version = version + 1 WHERE id = ANY($1::bigint[])", list(elsewhere))
    await execute(
        "UPDATE resource SET floor_plan = NULL, placement = NULL"
        " WHERE floor_plan = $1 AND retired_at IS NULL AND public_id <> ALL($2::text[])",
        *(floor.id, list(sheet.places)),
    )
    await execute(
        "UPDATE resource r SET floor_plan = $1, placement = w.placement::jsonb"
        " FROM unnest($3::text[], $4::text[]) AS w (public_id, placement)"
        " WHERE r.space = $2 AND r.public_id = w.public_id"
        " AND (r.floor_plan IS DISTINCT FROM $1 OR r.placement IS DISTINCT FROM w.placement::jsonb)",
        *(floor.id, space.id, list(sheet.places)),
        [msgspec.json.encode(placement).decode() for placement in sheet.places.values()],
    )


async def _put_picture(floor: int, picture: PlanPicture) -> None:
    await execute(
        "UPDATE floor_plan SET picture = $2, picture_width = $3, picture_height = $4, picture_shown = $5 WHERE id = $1",
        *(floor, picture.file, picture.width, picture.height, picture.shown),
    )


async def _scale_picture(floor: Floor, factor: float) -> None:
    await execute(
        "UPDATE floor_plan SET picture_width = greatest(round(picture_width * $2::float8), 1),"
        " picture_height = greatest(round(picture_height * $2::float8), 1) WHERE id = $1",
        *(floor.id, factor),
    )


async def _recorded(what: str, actor: Actor, space: SpaceCard, floor: int, now: datetime, **details: object) -> Floor:
    """The floor as it is now, one version further; the trail says who did what to it."""
    public_id = await fetch_value(
        "UPDATE floor_plan SET version = version + 1 WHERE id = $1 RETURNING public_id", floor
    )
    await record(what, "space", space.id, actor, now, floor=public_id, **details)
    await emit("space.floors_changed", "space", space.id, now)
    return await floor_of(space.id, public_id)
