"""The floors of a space: their list, names, order, copies, and the picture below each."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.inventory.floor_plans import FloorPlanDrawing
from app.inventory.floor_setting import (
    FloorName,
    add_floor,
    copy_floor,
    floor_of,
    floors_of,
    floors_with_picture,
    move_floor_up,
    put_picture,
    remove_floor,
    remove_picture,
    rename_floor,
    show_picture,
)
from app.inventory.floor_sheets import centimetres, empty_floor
from app.inventory.queries import resources_of
from app.kernel.refusals import BadInput, NotFound, Refusal, marked
from app.network.queries import SpaceCard
from app.platform.files import Files
from app.platform.pictures import MOST_BYTES, safe_picture
from app.web.floor_steps import figure
from app.web.forms import NO_ERRORS, notice, show_again
from app.web.home import YEAR, FormData
from app.web.managing import operators_space
from app.web.pages import PageRequest, Pages, go

WITH_PICTURE = MOST_BYTES + 64 * 1024
PICTURE_SIDE = 2_400
"""Pixels of the longer side of a plan that was photographed or scanned: its small print can be read."""

NOTICES = {
    "benannt": marked("Die Etage heißt jetzt so."),
    "geordnet": marked("Die Reihenfolge ist geändert."),
    "geloescht": marked("Die Etage ist gelöscht."),
    "kopiert": marked("Die Etage ist kopiert. Plätze stehen auf ihr noch keine."),
}


class PictureMissing(BadInput):
    code = "picture_missing"
    text = marked("Bitte ein Bild auswählen.")


class PictureForm(msgspec.Struct):
    """An uploaded picture."""

    bild: UploadFile | None = None


PictureData = Annotated[PictureForm, Body(media_type=RequestEncodingType.MULTI_PART)]


def floor_url(space: SpaceCard, floor: str = "") -> str:
    return f"/betrieb/{space.slug}/grundriss{f'/{floor}' if floor else ''}"


@get("/betrieb/{slug:str}/grundriss")
async def floors_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    space = await operators_space(slug, visitor)
    context = {**await _floors(space), "typed": {}, "errors": NO_ERRORS, "notice": notice(request, NOTICES)}
    return await pages.show(request, visitor, "operator/floors.html", context)


async def _floors(space: SpaceCard) -> dict[str, Any]:
    floors = await floors_of(space.id)
    sizes = {each.public_id: (centimetres(each.drawing.width), centimetres(each.drawing.height)) for each in floors}
    nowhere = sum(resource.placement is None for resource in await resources_of(space.id))
    return {"space": space, "floors": floors, "sizes": sizes, "nowhere": nowhere}


@post("/betrieb/{slug:str}/grundriss")
async def new_floor(
    request: PageRequest,
    slug: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """An empty floor of the size that was said, or one that begins with a picture on its own page."""
    space = await operators_space(slug, visitor)
    try:
        drawing = FloorPlanDrawing(800, 600) if data.get("beginn") == "bild" else empty_floor(*_size(data))
        floor = await add_floor(visitor.signed_in, space, _name(data), drawing, visitor.now)
    except NotFound:
        raise
    except Refusal as refusal:
        return await _again(request, visitor, pages, space, data, refusal)
    with_picture = data.get("beginn") == "bild"
    return go(floor_url(space, floor.public_id) + ("/etage#h-bild" if with_picture else "?getan=angelegt"))


def _size(data: Mapping[str, str]) -> tuple[int, int]:
    return round(figure(data, "breite") * 100), round(figure(data, "tiefe") * 100)


def _name(data: Mapping[str, str]) -> FloorName:
    return FloorName(data.get("name", ""), data.get("name_en", ""))


async def _again(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    space: SpaceCard,
    data: Mapping[str, str],
    refusal: Refusal,
) -> Response[str]:
    context = {**await _floors(space), "typed": data, "notice": ""}
    return await show_again(request, visitor, pages, "operator/floors.html", context, [refusal])


@get("/betrieb/{slug:str}/grundriss/{floor:str}/etage")
async def floor_page(
    request: PageRequest,
    slug: FromPath[str],
    floor: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """What a floor is called, its picture, copying and deleting it."""
    return await _floor_page(request, visitor, pages, await operators_space(slug, visitor), floor)


async def _floor_page(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    space: SpaceCard,
    public_id: str,
    refusal: Refusal | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response[str]:
    floor = await floor_of(space.id, public_id)
    typed = typed or {"name": floor.name, "name_en": floor.name_en}
    context = {"space": space, "floor": floor, "typed": typed, "url": floor_url(space, public_id)}
    if refusal:
        return await show_again(request, visitor, pages, "operator/floor.html", context, [refusal])
    return await pages.show(request, visitor, "operator/floor.html", context | {"errors": NO_ERRORS})


@post("/betrieb/{slug:str}/grundriss/{floor:str}/etage")
async def change_floor(
    request: PageRequest,
    slug: FromPath[str],
    floor: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """Renames the floor, moves it up, copies or deletes it, by the button that was pressed."""
    space = await operators_space(slug, visitor)
    actor, now = visitor.signed_in, visitor.now
    try:
        match data.get("was"):
            case "hoch":
                await move_floor_up(actor, space, floor, now)
                return go(f"{floor_url(space)}?getan=geordnet")
            case "kopieren":
                await copy_floor(actor, space, floor, _name(data), now)
                return go(f"{floor_url(space)}?getan=kopiert")
            case "loeschen":
                await remove_floor(actor, space, floor, now)
                return go(f"{floor_url(space)}?getan=geloescht")
            case "bild-weg":
                await remove_picture(actor, space, floor, now)
                return go(f"{floor_url(space, floor)}?getan=bild-weg")
            case "bild-zeigen":
                await show_picture(actor, space, floor, data.get("zeigen") == "ja", now)
                return go(f"{floor_url(space, floor)}?getan=gespeichert")
            case _:
                await rename_floor(actor, space, floor, _name(data), now)
                return go(f"{floor_url(space)}?getan=benannt")
    except NotFound:
        raise
    except Refusal as refusal:
        return await _floor_page(request, visitor, pages, space, floor, refusal, data)


@post("/betrieb/{slug:str}/grundriss/{floor:str}/bild", request_max_body_size=WITH_PICTURE)
async def upload_picture(
    request: PageRequest,
    slug: FromPath[str],
    floor: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    files: NamedDependency[Files],
    data: PictureData,
) -> Response[str] | Redirect:
    """Puts the picture under the floor, drawn anew; nothing of the file itself is kept."""
    space = await operators_space(slug, visitor)
    await floor_of(space.id, floor)
    try:
        sent = await data.bild.read(WITH_PICTURE) if data.bild else b""
        if not sent:
            raise PictureMissing(field="bild")
        picture = await safe_picture(sent, field="bild", longest_side=PICTURE_SIDE)
    except Refusal as refusal:
        return await _floor_page(request, visitor, pages, space, floor, refusal)
    name = await files.put(picture.content, picture.media_type)
    await put_picture(visitor.signed_in, space, floor, name, (picture.width, picture.height), visitor.now)
    return go(f"{floor_url(space, floor)}?getan=bild")


@get("/bilder/grundriss/{name:str}")
async def plan_picture(
    name: FromPath[str], visitor: NamedDependency[Visitor], files: NamedDependency[Files]
) -> Response[bytes]:
    """A floor's picture, for everybody where guests see it, else for who manages its space."""
    lying = await floors_with_picture(name, visitor.now)
    is_public = any(each.for_guests for each in lying)
    if not is_public and not any(
        visitor.actor and visitor.actor.may(Action.MANAGE_SPACE, operator=each.operator, space=each.space)
        for each in lying
    ):
        raise NotFound
    stored = await files.get(name)
    if stored is None:
        raise NotFound
    content, media_type = stored
    kept = "public" if is_public else "private"
    headers = {"Cache-Control": f"{kept}, max-age={YEAR if is_public else 600}", "ETag": f'"{name}"'}
    return Response(content, media_type=media_type, headers=headers)


HANDLERS = [floors_page, new_floor, floor_page, change_floor, upload_picture, plan_picture]
