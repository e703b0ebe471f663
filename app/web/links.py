"""What a space's resources consist of or bring along, as their operator says it."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.bookings.rule_words import words_of_links
from app.identity.authentication import Visitor
from app.inventory.linking import (
    EquipmentInUse,
    EquipmentNameUnusable,
    LinkedResource,
    PartOfItself,
    PartTakenThen,
    add_equipment,
    linked_at,
    retire_equipment,
    set_parts,
)
from app.inventory.rules import label
from app.kernel.refusals import NotFound, Refusal, marked
from app.network.queries import SpaceCard
from app.platform.problems import status_of
from app.web.forms import NO_ERRORS, checked_id, notice
from app.web.home import FormData
from app.web.managing import operators_space
from app.web.pages import PageRequest, Pages, go

NOTICES = {
    "verbunden": marked("Gespeichert. Was schon gebucht ist, hält auch seine Teile."),
    "neu": marked("Die Ausstattung ist eingetragen. Jetzt dem Raum zuordnen, der sie mitbringt."),
    "weg": marked("Die Ausstattung ist entfernt."),
}


@get("/betrieb/{slug:str}/verbunden")
async def links_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _show_links(request, visitor, pages, await operators_space(slug, visitor))


async def _show_links(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    space: SpaceCard,
    *,
    typed: str = "",
    refusal: Refusal | None = None,
) -> Response[str]:
    there = await linked_at(space.id)
    say = visitor.speaker
    rows = [
        (each.public_id, _name(each, visitor), [say.word(word) for word in words_of_links(each.id, there)])
        for each in there
        if each.kind is not None
    ]
    context = {
        "space": space,
        "linked": [row for row in rows if row[2]],
        "single": [row for row in rows if not row[2]],
        "equipment": [each for each in there if each.kind is None],
        "typed": typed,
        "notice": notice(request, NOTICES),
        "errors": {refusal.field or "": say.refusal(refusal)} if refusal else NO_ERRORS,
    }
    status = status_of(refusal) if refusal else 200
    return await pages.show(request, visitor, "operator/links.html", context, status=status)


def _name(each: LinkedResource, visitor: Visitor) -> str:
    return visitor.speaker.word(label(each.kind, each.name)) if each.kind else each.name


@get("/betrieb/{slug:str}/verbunden/{what:str}")
async def parts_form(
    request: PageRequest,
    slug: FromPath[str],
    what: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    space = await operators_space(slug, visitor)
    there = await linked_at(space.id)
    whole = _whole(there, checked_id(what))
    chosen = {each.public_id for each in there if each.id in whole.direct_parts}
    context = _form(space, whole, there, chosen, visitor) | {"errors": NO_ERRORS}
    return await pages.show(request, visitor, "operator/parts.html", context)


def _whole(there: Sequence[LinkedResource], public_id: str) -> LinkedResource:
    whole = next((each for each in there if each.public_id == public_id and each.kind is not None), None)
    if whole is None:
        raise NotFound
    return whole


def _form(
    space: SpaceCard, whole: LinkedResource, there: Sequence[LinkedResource], chosen: set[str], visitor: Visitor
) -> dict[str, Any]:
    others = [(each, _name(each, visitor), each.public_id in chosen) for each in there if each.id != whole.id]
    return {
        "space": space,
        "whole": whole,
        "name": _name(whole, visitor),
        "equipment": [other for other in others if other[0].kind is None],
        "others": [other for other in others if other[0].kind is not None],
    }


@post("/betrieb/{slug:str}/verbunden/{what:str}")
async def save_parts(
    request: PageRequest,
    slug: FromPath[str],
    what: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    space = await operators_space(slug, visitor)
    there = await linked_at(space.id)
    whole = _whole(there, checked_id(what))
    chosen = ticked(data, "teil-")
    try:
        await set_parts(visitor.signed_in, space, whole.public_id, chosen, visitor.now)
    except (PartOfItself, PartTakenThen) as refusal:
        context = _form(space, whole, there, chosen, visitor) | {"errors": {"": visitor.speaker.refusal(refusal)}}
        return await pages.show(request, visitor, "operator/parts.html", context, status=status_of(refusal))
    return go(f"/betrieb/{slug}/verbunden?getan=verbunden")


def ticked(data: Mapping[str, str], prefix: str) -> set[str]:
    """What was ticked among boxes whose names begin so: the rest of their names."""
    return {name.removeprefix(prefix) for name, value in data.items() if name.startswith(prefix) and value == "ja"}


@post("/betrieb/{slug:str}/ausstattung")
async def new_equipment(
    request: PageRequest,
    slug: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    space = await operators_space(slug, visitor)
    name = data.get("name", "")[:200]
    try:
        await add_equipment(visitor.signed_in, space, name, visitor.now)
    except EquipmentNameUnusable as refusal:
        return await _show_links(request, visitor, pages, space, typed=name, refusal=refusal)
    return go(f"/betrieb/{slug}/verbunden?getan=neu")


@post("/betrieb/{slug:str}/ausstattung/{what:str}/entfernen")
async def remove_equipment(
    request: PageRequest,
    slug: FromPath[str],
    what: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str] | Redirect:
    space = await operators_space(slug, visitor)
    try:
        await retire_equipment(visitor.signed_in, space, checked_id(what), visitor.now)
    except EquipmentInUse as refusal:
        return await _show_links(request, visitor, pages, space, refusal=refusal)
    return go(f"/betrieb/{slug}/verbunden?getan=weg")


HANDLERS = [links_page, parts_form, save_parts, new_equipment, remove_equipment]
