"""What can be booked at a space, as its manager keeps it: the list, one of it, many at once, in and out of use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.bookings.clearing import AffectedChanged
from app.bookings.retiring import IsFixedDesk, PartOfAnother, plan_retiring, retire_resource
from app.identity.authentication import Visitor
from app.inventory.resource_setting import (
    KeptResource,
    ResourceChangedMeanwhile,
    ResourceNameTaken,
    add_resource,
    bring_back,
    change_resource,
    copy_resource,
    kept_resource,
    kept_resources,
    order_resource,
    wrong_with,
)
from app.inventory.rules import KIND_PLURALS, Kind, label
from app.kernel.refusals import Conflict, Refusal, marked
from app.kernel.wall_time import local_day
from app.network.queries import SpaceCard
from app.web.blockers import affected_row, chosen_fates
from app.web.forms import NO_ERRORS, checked_id, notice, show_again
from app.web.home import FormData
from app.web.managing import operators_space
from app.web.pages import PageRequest, Pages, go
from app.web.resource_form import form_context, read_resource, said_of, typed_resource

NOTICES = {
    "neu": marked("Eingetragen. Der Platz ist sofort buchbar, wenn der Standort veröffentlicht ist."),
    "viele": marked("Eingetragen. Die Plätze sind sofort buchbar, wenn der Standort veröffentlicht ist."),
    "geaendert": marked("Gespeichert."),
    "kopiert": marked("Kopiert. Hier lassen sich Name und Angaben ändern."),
    "heraus": marked(
        "Aus dem Angebot genommen. Wer betroffen ist, hat eine E-Mail bekommen, soweit eine Adresse bekannt ist."
    ),
    "zurueck": marked("Wieder im Angebot."),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A resource in the list."""

    public_id: str
    name: str
    said: Sequence[str]
    photos: int
    is_drawn: bool


@get("/betrieb/{slug:str}/plaetze")
async def resources_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _list(request, visitor, pages, await operators_space(slug, visitor))


async def _list(
    request: PageRequest, visitor: Visitor, pages: Pages, space: SpaceCard, refusal: Refusal | None = None
) -> Response[str]:
    kept = await kept_resources(space.id)
    in_use = [each for each in kept if each.retired_at is None]
    context = {
        "space": space,
        "groups": [
            (visitor.speaker.gettext(KIND_PLURALS[kind]), sum(len(on_floor) for _, on_floor in rows), rows)
            for kind in Kind
            if (rows := _rows(in_use, kind, visitor))
        ],
        "retired": [_row(each, visitor) for each in kept if each.retired_at is not None],
        "notice": notice(request, NOTICES),
    }
    if refusal is not None:
        return await show_again(request, visitor, pages, "operator/resources.html", context, [refusal])
    return await pages.show(request, visitor, "operator/resources.html", context | {"errors": NO_ERRORS})


def _rows(kept: Sequence[KeptResource], kind: Kind, visitor: Visitor) -> list[tuple[str, list[Row]]]:
    """The kind's resources by the floor on which they are drawn, those that are not drawn last."""
    of_kind = [each for each in kept if each.facts.kind is kind]
    floors = sorted({each.floor for each in of_kind if each.floor is not None})
    by_floor = [(floor, [_row(each, visitor) for each in of_kind if each.floor == floor]) for floor in floors]
    undrawn = [_row(each, visitor) for each in of_kind if each.floor is None]
    return [*by_floor, *([("", undrawn)] if undrawn else [])]


def _row(kept: KeptResource, visitor: Visitor) -> Row:
    return Row(
        kept.public_id,
        visitor.speaker.word(label(kept.facts.kind, kept.facts.name)),
        said_of(kept.facts, visitor.speaker, with_lacking=False),
        kept.photos,
        kept.floor is not None,
    )


@get("/betrieb/{slug:str}/plaetze/neu")
async def new_resource(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    space = await operators_space(slug, visitor)
    context = form_context(space, None, {"kind": request.query_params.get("art", "desk")}, visitor)
    return await pages.show(request, visitor, "operator/resource_form.html", context | {"errors": NO_ERRORS})


@post("/betrieb/{slug:str}/plaetze/neu")
async def add_it(
    request: PageRequest,
    slug: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    space = await operators_space(slug, visitor)
    facts, refused = read_resource(data)
    today = local_day(visitor.now, ZoneInfo(space.time_zone))
    refused += [each for each in wrong_with(facts, today) if each.field not in {one.field for one in refused}]
    if not refused:
        try:
            await add_resource(visitor.signed_in, space, facts, today, visitor.now)
            return go(f"/betrieb/{slug}/plaetze?getan=neu")
        except ResourceNameTaken as refusal:
            refused = [refusal]
    context = form_context(space, None, data, visitor)
    return await show_again(request, visitor, pages, "operator/resource_form.html", context, refused)


@get("/betrieb/{slug:str}/plaetze/{what:str}")
async def resource_page(
    request: PageRequest,
    slug: FromPath[str],
    what: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    space = await operators_space(slug, visitor)
    kept = await kept_resource(space.id, checked_id(what))
    context = form_context(space, kept, typed_resource(kept.facts), visitor)
    context |= {"notice": notice(request, NOTICES), "errors": NO_ERRORS}
    return await pages.show(request, visitor, "operator/resource_form.html", context)


@post("/betrieb/{slug:str}/plaetze/{what:str}")
async def change_it(
    request: PageRequest,
    slug: FromPath[str],
    what: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """Saves what is said of the resource, or shows the form again; a stale one beside what holds now."""
    space = await operators_space(slug, visitor)
    kept = await kept_resource(space.id, checked_id(what))
    facts, refused = read_resource(data)
    today = local_day(visitor.now, ZoneInfo(space.time_zone))
    refused += [each for each in wrong_with(facts, today) if each.field not in {one.field for one in refused}]
    if not refused:
        try:
            version = version_in(data)
            await change_resource(visitor.signed_in, space, kept.public_id, facts, version, today, visitor.now)
            return go(f"/betrieb/{slug}/plaetze?getan=geaendert")
        except Conflict as refusal:
            refused = [refusal]
    context = form_context(space, kept, data, visitor)
    context["stands"] = said_of(kept.facts, visitor.speaker) if _is_stale(refused) else ()
    return await show_again(request, visitor, pages, "operator/resource_form.html", context, refused)


def _is_stale(refused: Sequence[Refusal]) -> bool:
    return any(isinstance(refusal, ResourceChangedMeanwhile) for refusal in refused)


def version_in(data: Mapping[str, str]) -> int:
    """The version that the form was made from; -1 where it says none."""
    text = data.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


@post("/betrieb/{slug:str}/plaetze/{what:str}/kopieren")
async def copy_it(slug: FromPath[str], what: FromPath[str], visitor: NamedDependency[Visitor]) -> Redirect:
    space = await operators_space(slug, visitor)
    today = local_day(visitor.now, ZoneInfo(space.time_zone))
    made = await copy_resource(visitor.signed_in, space, checked_id(what), today, visitor.now)
    return go(f"/betrieb/{slug}/plaetze/{made}?getan=kopiert")


@post("/betrieb/{slug:str}/plaetze/{what:str}/verschieben")
async def order_it(
    slug: FromPath[str], what: FromPath[str], visitor: NamedDependency[Visitor], data: FormData
) -> Redirect:
    """`richtung` is hoch or runter."""
    space = await operators_space(slug, visitor)
    is_up = data.get("richtung") == "hoch"
    await order_resource(visitor.signed_in, space, checked_id(what), up=is_up, now=visitor.now)
    return go(f"/betrieb/{slug}/plaetze#{what}")


@get("/betrieb/{slug:str}/plaetze/{what:str}/herausnehmen")
async def retiring_page(
    request: PageRequest,
    slug: FromPath[str],
    what: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """The bookings in the way and what would become of each; nothing has happened yet."""
    space = await operators_space(slug, visitor)
    return await _retiring(request, visitor, pages, space, checked_id(what), {})


async def _retiring(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    space: SpaceCard,
    public_id: str,
    data: Mapping[str, str],
    refused: Refusal | None = None,
) -> Response[str]:
    kept = await kept_resource(space.id, public_id)
    context: dict[str, Any] = {
        "space": space,
        "resource": kept,
        "name": visitor.speaker.word(label(kept.facts.kind, kept.facts.name)),
    }
    template = "operator/resource_retire.html"
    try:
        plan = await plan_retiring(visitor.signed_in, space, public_id, visitor.now)
    except PartOfAnother as refusal:
        context |= {"affected": [], "fixed": (), "state": "", "is_part": True}
        return await show_again(request, visitor, pages, template, context, [refusal])
    context |= {
        "affected": [affected_row(each, data, visitor) for each in plan.affected],
        "fixed": plan.fixed,
        "ends_fixed": data.get("feste_beenden") == "ja",
        "state": plan.state,
    }
    if refused is not None:
        return await show_again(request, visitor, pages, template, context, [refused])
    return await pages.show(request, visitor, template, context | {"errors": NO_ERRORS})


@post("/betrieb/{slug:str}/plaetze/{what:str}/herausnehmen")
async def retire_it(
    request: PageRequest,
    slug: FromPath[str],
    what: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    space, public_id = await operators_space(slug, visitor), checked_id(what)
    try:
        fates, state = chosen_fates(data), data.get("stand", "")
        ends_fixed = data.get("feste_beenden") == "ja"
        await retire_resource(visitor.signed_in, space, public_id, state, fates, visitor.now, ends_fixed=ends_fixed)
    except (AffectedChanged, IsFixedDesk) as refusal:
        return await _retiring(request, visitor, pages, space, public_id, data, refusal)
    except PartOfAnother:
        return await _retiring(request, visitor, pages, space, public_id, data)
    return go(f"/betrieb/{slug}/plaetze?getan=heraus")


@post("/betrieb/{slug:str}/plaetze/{what:str}/zurueckholen")
async def bring_it_back(
    request: PageRequest,
    slug: FromPath[str],
    what: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str] | Redirect:
    space = await operators_space(slug, visitor)
    try:
        await bring_back(visitor.signed_in, space, checked_id(what), visitor.now)
    except ResourceNameTaken as refusal:
        refusal.field = None
        return await _list(request, visitor, pages, space, refusal)
    return go(f"/betrieb/{slug}/plaetze?getan=zurueck")


HANDLERS = [
    resources_page,
    new_resource,
    add_it,
    resource_page,
    change_it,
    copy_it,
    order_it,
    retiring_page,
    retire_it,
    bring_it_back,
]
