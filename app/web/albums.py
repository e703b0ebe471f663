"""Pictures of a space and of its resources: uploaded, described, ordered, removed by who manages them."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.inventory.resource_setting import kept_resource
from app.inventory.rules import label
from app.kernel.refusals import Refusal, marked
from app.network.albums import (
    LONGEST_ALT,
    MOST_PHOTOS,
    Album,
    add_photo,
    describe_photo,
    drop_photo,
    move_photo,
    photos_in,
)
from app.network.queries import SpaceCard
from app.platform.files import Files
from app.platform.pictures import LARGEST_UPLOAD, LONGEST_SIDE, MOST_BYTES, NotAPicture
from app.web.forms import NO_ERRORS, checked_id, notice, show_again
from app.web.home import FormData
from app.web.managing import operators_space
from app.web.pages import PageRequest, Pages, go
from app.web.uploads import uploaded

NOTICES = {
    "bild": marked("Das Bild ist da."),
    "text": marked("Die Beschreibung ist gespeichert."),
    "weg": marked("Das Bild ist entfernt."),
    "folge": marked("Die Reihenfolge ist geändert."),
}


async def _album(space: SpaceCard, what: str | None) -> tuple[Album, str]:
    """The space's pictures, or those of its resource with this id, and what is seen in them. Raises NotFound."""
    if what is None:
        return Album(space, "space", space.id), f"/betrieb/{space.slug}/bilder"
    kept = await kept_resource(space.id, checked_id(what))
    return Album(space, "resource", kept.id), f"/betrieb/{space.slug}/plaetze/{kept.public_id}/bilder"


async def _show(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    space: SpaceCard,
    what: str | None,
    typed: dict[str, str] | None = None,
    refused: Refusal | None = None,
) -> Response[str]:
    album, address = await _album(space, what)
    name = space.name
    if what is not None:
        facts = (await kept_resource(space.id, what)).facts
        name = visitor.speaker.word(label(facts.kind, facts.name))
    context: dict[str, Any] = {
        "space": space,
        "address": address,
        "back_url": address.removesuffix("/bilder"),
        "name": name,
        "photos": await photos_in(album),
        "most": MOST_PHOTOS,
        "longest": LONGEST_ALT,
        "longest_side": LONGEST_SIDE,
        "megabytes": MOST_BYTES // 1024 // 1024,
        "typed": typed or {},
        "notice": notice(request, NOTICES),
    }
    if refused is not None:
        return await show_again(request, visitor, pages, "operator/photos.html", context, [refused])
    return await pages.show(request, visitor, "operator/photos.html", context | {"errors": NO_ERRORS})


async def _add(
    request: PageRequest, visitor: Visitor, pages: Pages, files: Files, slug: str, what: str | None
) -> Response[str] | Redirect:
    space = await operators_space(slug, visitor)
    album, address = await _album(space, what)
    upload, typed = await uploaded(request, "photo")
    try:
        if not upload:
            raise NotAPicture(field="photo")
        german, english = typed.get("alt_de", ""), typed.get("alt_en", "")
        await add_photo(visitor.signed_in, album, upload, german, english, files, visitor.now)
    except Refusal as refusal:
        return await _show(request, visitor, pages, space, what, typed, refusal)
    return go(f"{address}?getan=bild")


async def _change(
    request: PageRequest, visitor: Visitor, pages: Pages, slug: str, what: str | None, photo: str, data: dict[str, str]
) -> Response[str] | Redirect:
    space = await operators_space(slug, visitor)
    album, address = await _album(space, what)
    actor, key, wish = visitor.signed_in, checked_id(photo), data.get("was", "text")
    try:
        if wish == "weg":
            await drop_photo(actor, album, key, visitor.now)
        elif wish in ("hoch", "runter"):
            await move_photo(actor, album, key, up=wish == "hoch", now=visitor.now)
        else:
            await describe_photo(actor, album, key, data.get("alt_de", ""), data.get("alt_en", ""), visitor.now)
    except Refusal as refusal:
        if refusal.field is None:
            raise
        refusal.field = f"{refusal.field}-{key}"
        typed = {f"alt_de-{key}": data.get("alt_de", ""), f"alt_en-{key}": data.get("alt_en", "")}
        return await _show(request, visitor, pages, space, what, typed, refusal)
    done = {"weg": "weg", "hoch": "folge", "runter": "folge"}.get(wish, "text")
    return go(f"{address}?getan={done}")


@get("/betrieb/{slug:str}/bilder")
async def space_photos(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _show(request, visitor, pages, await operators_space(slug, visitor), None)


@post("/betrieb/{slug:str}/bilder", request_max_body_size=LARGEST_UPLOAD)
async def add_space_photo(
    request: PageRequest,
    slug: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    files: NamedDependency[Files],
) -> Response[str] | Redirect:
    return await _add(request, visitor, pages, files, slug, None)


@post("/betrieb/{slug:str}/bilder/{photo:str}")
async def change_space_photo(
    request: PageRequest,
    slug: FromPath[str],
    photo: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """`was` is hoch, runter, weg or text."""
    return await _change(request, visitor, pages, slug, None, photo, data)


@get("/betrieb/{slug:str}/plaetze/{what:str}/bilder")
async def resource_photos(
    request: PageRequest,
    slug: FromPath[str],
    what: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    return await _show(request, visitor, pages, await operators_space(slug, visitor), what)


@post("/betrieb/{slug:str}/plaetze/{what:str}/bilder", request_max_body_size=LARGEST_UPLOAD)
async def add_resource_photo(
    request: PageRequest,
    slug: FromPath[str],
    what: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    files: NamedDependency[Files],
) -> Response[str] | Redirect:
    return await _add(request, visitor, pages, files, slug, what)


@post("/betrieb/{slug:str}/plaetze/{what:str}/bilder/{photo:str}")
async def change_resource_photo(
    request: PageRequest,
    slug: FromPath[str],
    what: FromPath[str],
    photo: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    return await _change(request, visitor, pages, slug, what, photo, data)


HANDLERS = [
    space_photos,
    add_space_photo,
    change_space_photo,
    resource_photos,
    add_resource_photo,
    change_resource_photo,
]
