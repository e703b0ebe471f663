"""The editor of a floor: with a script the whole sheet is saved at once, without one each step is a form."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.inventory.floor_setting import Floor, FloorChangedMeanwhile, FloorSave, floor_of, save_floor, sheet_of
from app.inventory.floor_sheets import SIZES, FloorSheet, centimetres, decode_sheet, encode_sheet, overlapping
from app.inventory.queries import ResourceCard, resources_of
from app.inventory.rules import Kind, label
from app.kernel.refusals import NotFound, Phrase, Refusal, marked
from app.network.queries import SpaceCard
from app.web.floor_plan_items import plan_items
from app.web.floor_steps import (
    KIND_OF_SHAPE,
    NEW_SHAPES,
    PIXELS_PER_UNIT,
    figure,
    taken_step,
    typed_place,
    typed_shape,
    unplaced,
)
from app.web.floors import floor_url
from app.web.forms import NO_ERRORS, notice, show_again
from app.web.home import FormData
from app.web.managing import operators_space
from app.web.pages import PageRequest, Pages, go
from app.web.plan_differences import differences, shape_name, shape_spot, spot
from app.web.plan_script_words import script_words

NOTICES = {
    "gespeichert": marked("Gespeichert. Gäste sehen es ab sofort so."),
    "angelegt": marked("Die Etage ist angelegt. Als Nächstes stellen Sie Plätze hinein."),
    "bild": marked("Das Bild liegt unter dem Plan. Als Nächstes setzen Sie den Maßstab, dann die Plätze."),
    "bild-weg": marked("Das Bild ist entfernt. Was gezeichnet ist, bleibt."),
    "massstab": marked("Der Maßstab ist gesetzt."),
}


def resource_names(resources: Sequence[ResourceCard]) -> dict[str, Phrase]:
    """What the resources are called, by public id."""
    return {each.public_id: label(each.kind, each.name) for each in resources}


@get("/betrieb/{slug:str}/grundriss/{floor:str}")
async def editor_page(
    request: PageRequest,
    slug: FromPath[str],
    floor: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    space = await operators_space(slug, visitor)
    shown = await floor_of(space.id, floor)
    context = await _context(space, shown, await sheet_of(shown), dict(request.query_params), visitor)
    more = {"errors": NO_ERRORS, "notice": notice(request, NOTICES)}
    return await pages.show(request, visitor, "operator/floor_editor.html", context | more)


async def _context(
    space: SpaceCard, floor: Floor, sheet: FloorSheet, asked: Mapping[str, str], visitor: Visitor
) -> dict[str, Any]:
    """What the editor shows of this sheet, which need not be the saved one; `asked` says what is being edited."""
    say, resources = visitor.speaker, await resources_of(space.id)
    names = {key: say.word(name) for key, name in resource_names(resources).items()}
    places = [
        (each.public_id, names[each.public_id], say.word(spot(place.x, place.y)))
        for each in resources
        if (place := sheet.places.get(each.public_id))
    ]
    missing = unplaced(resources, sheet)
    shapes = [(say.word(shape_name(shape)), say.word(shape_spot(shape))) for shape in sheet.drawing.shapes]
    edited = _edited(sheet, resources, names, asked)
    items = plan_items(sheet, resources, say, chosen=edited.get("platz", ""))
    return {
        "space": space,
        "floor": floor,
        "url": floor_url(space, floor.public_id),
        "sheet": sheet,
        "document": encode_sheet(sheet),
        "about": _about(floor, resources, names, visitor),
        "items": items,
        "places": places,
        "missing": [(each.public_id, names[each.public_id], each.placement is not None) for each in missing],
        "shapes": shapes,
        "edited": edited,
        "overlaps": [(names[one], names[other]) for one, other in overlapping(sheet) if {one, other} <= names.keys()],
        "size": tuple(centimetres(length) / 100 for length in (sheet.drawing.width, sheet.drawing.height)),
        "pixels": PIXELS_PER_UNIT,
        "version": floor.version,
    }


def _edited(
    sheet: FloorSheet, resources: Sequence[ResourceCard], names: Mapping[str, str], asked: Mapping[str, str]
) -> dict[str, Any]:
    """What the fields beside the plan are about: a resource that stands, one that is to be set, a shape, or nothing."""
    resource = next((each for each in resources if each.public_id == asked.get("platz")), None)
    if resource:
        place = sheet.places.get(resource.public_id)
        kind = "desk" if resource.kind is Kind.DESK else "place"
        about = {"platz": resource.public_id, "name": names[resource.public_id], "stands": place is not None}
        return {**about, "kind": kind, "typed": typed_place(place, resource)}
    at, kind = asked.get("form", ""), asked.get("art", "")
    if at == "neu" and kind in KIND_OF_SHAPE:
        return {"form": "neu", "kind": kind, "typed": dict(NEW_SHAPES[kind])}
    if at.isascii() and at.isdigit() and len(at) < 5 and int(at) < len(sheet.drawing.shapes):
        kind, typed = typed_shape(sheet.drawing.shapes[int(at)])
        return {"form": at, "kind": kind, "typed": typed}
    return {}


def _about(floor: Floor, resources: Sequence[ResourceCard], names: Mapping[str, str], visitor: Visitor) -> str:
    """What the script has to know besides the sheet, as JSON."""
    picture = floor.picture
    about = {
        "key": floor.public_id,
        "resources": {
            each.public_id: {
                "name": each.name,
                "label": names[each.public_id],
                "kind": each.kind.value,
                "elsewhere": each.floor_plan not in (None, floor.id),
            }
            for each in resources
        },
        "sizes": {kind.value: size for kind, size in SIZES.items()},
        "picture": {"width": picture.width, "height": picture.height, "url": f"/bilder/grundriss/{picture.file}"}
        if picture
        else None,
        "words": script_words(visitor.speaker),
    }
    return msgspec.json.encode(about).decode()


@post("/betrieb/{slug:str}/grundriss/{floor:str}")
async def save_sheet(
    request: PageRequest,
    slug: FromPath[str],
    floor: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """Saves what the script has drawn, at once; a stale one comes back beside what holds now.

    With `strecke` (units of the drawing) and `meter` it says at the same time how large everything is.
    """
    space = await operators_space(slug, visitor)
    shown = await floor_of(space.id, floor)
    sheet = await sheet_of(shown)
    try:
        sheet = decode_sheet(data["zeichnung"]) if data.get("zeichnung") else sheet
        factor = _factor(data, sheet)
        await save_floor(visitor.signed_in, space, floor, FloorSave(sheet, version(data), factor), visitor.now)
    except NotFound:
        raise
    except Refusal as refusal:
        return await _again(request, visitor, pages, space, shown, sheet, data, refusal)
    return go(f"{floor_url(space, floor)}?getan={'gespeichert' if factor == 1 else 'massstab'}")


def version(data: Mapping[str, str]) -> int:
    text = data.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def _factor(data: Mapping[str, str], sheet: FloorSheet) -> float:
    if not data.get("meter"):
        return 1
    measured = figure(data, "strecke") if data.get("strecke") else sheet.drawing.width
    units_wanted = figure(data, "meter") * 100 / 1.5
    return units_wanted / measured if measured and units_wanted else 1


async def _again(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    space: SpaceCard,
    floor: Floor,
    wanted: FloorSheet,
    data: Mapping[str, str],
    refusal: Refusal,
) -> Response[str]:
    """The editor with what was sent; where somebody else was faster, with the differences and the new version."""
    floor = await floor_of(space.id, floor.public_id)
    context = await _context(space, floor, wanted, data, visitor)
    if context["edited"]:
        context["edited"]["typed"] = {**context["edited"]["typed"], **data}
    context |= {"notice": "", "sent": data}
    if isinstance(refusal, FloorChangedMeanwhile):
        now = await sheet_of(floor)
        resources = await resources_of(space.id)
        context["differences"] = [
            tuple(visitor.speaker.word(part) if part else "" for part in (each.what, each.now, each.wanted))
            for each in differences(now, wanted, resource_names(resources))
        ]
        context["items_now"] = plan_items(now, resources, visitor.speaker)
    return await show_again(request, visitor, pages, "operator/floor_editor.html", context, [refusal])


@post("/betrieb/{slug:str}/grundriss/{floor:str}/schritt")
async def step(
    request: PageRequest,
    slug: FromPath[str],
    floor: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """One step without a script: sets, changes or removes one thing."""
    space = await operators_space(slug, visitor)
    shown = await floor_of(space.id, floor)
    before, resources = await sheet_of(shown), await resources_of(space.id)
    after = before
    try:
        after = taken_step(data, before, resources)
        saved = await save_floor(visitor.signed_in, space, floor, FloorSave(after, version(data)), visitor.now)
    except NotFound:
        raise
    except Refusal as refusal:
        wanted = after if isinstance(refusal, FloorChangedMeanwhile) else before
        return await _again(request, visitor, pages, space, shown, wanted, data, refusal)
    stays = _next(data, await sheet_of(saved), resources)
    return go(f"{floor_url(space, floor)}?{urlencode({'getan': 'gespeichert', **stays})}#bearbeiten")


def _next(data: Mapping[str, str], sheet: FloorSheet, resources: Sequence[ResourceCard]) -> dict[str, str]:
    """What is edited after a step: the same thing, or the next that has no place yet."""
    match data.get("was"):
        case "setzen":
            rest = [each for each in unplaced(resources, sheet) if each.placement is None]
            kept = {name: data[name] for name in ("rotation", "anzahl") if data.get(name)}
            return {"platz": rest[0].public_id, **kept} if rest else {}
        case "platz":
            return {"platz": data.get("platz", "")}
        case "form":
            at = data.get("form", "")
            return {"form": str(len(sheet.drawing.shapes) - 1) if at == "neu" else at}
    return {}


@get("/betrieb/{slug:str}/grundriss/{floor:str}/vorschau")
async def preview_page(
    request: PageRequest,
    slug: FromPath[str],
    floor: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """What guests see of the saved floor, also before its space is published."""
    space = await operators_space(slug, visitor)
    shown = await floor_of(space.id, floor)
    return await _preview(request, visitor, pages, space, shown, await sheet_of(shown))


@post("/betrieb/{slug:str}/grundriss/{floor:str}/vorschau")
async def preview_of_sheet(
    request: PageRequest,
    slug: FromPath[str],
    floor: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str]:
    """What guests would see of what is drawn and not yet saved. Changes nothing."""
    space = await operators_space(slug, visitor)
    shown = await floor_of(space.id, floor)
    sheet = decode_sheet(data["zeichnung"]) if data.get("zeichnung") else await sheet_of(shown)
    return await _preview(request, visitor, pages, space, shown, sheet)


async def _preview(
    request: PageRequest, visitor: Visitor, pages: Pages, space: SpaceCard, floor: Floor, sheet: FloorSheet
) -> Response[str]:
    items = plan_items(sheet, await resources_of(space.id), visitor.speaker)
    drawing = sheet.drawing.in_language(visitor.language)
    context = {
        "space": space,
        "floor": floor,
        "drawing": drawing,
        "items": items,
        "url": floor_url(space, floor.public_id),
    }
    return await pages.show(request, visitor, "operator/floor_preview.html", context)


HANDLERS = [editor_page, save_sheet, step, preview_page, preview_of_sheet]
