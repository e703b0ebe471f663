"""Many resources in one go: 'A1 bis A12', with what will come of it before it happens."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.inventory.resource_names import names_in
from app.inventory.resource_setting import add_many, names_taken, wrong_with
from app.inventory.rules import Kind, label
from app.kernel.refusals import Refusal
from app.kernel.wall_time import local_day
from app.network.queries import SpaceCard
from app.web.forms import NO_ERRORS, show_again
from app.web.front_desk import single
from app.web.home import FormData
from app.web.managing import operators_space
from app.web.pages import PageRequest, Pages, go
from app.web.resource_form import form_context, read_resource

_TEMPLATE = "operator/many_resources.html"


@get("/betrieb/{slug:str}/plaetze/viele")
async def many_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """The form; with names it says what would come of them, and nothing has happened yet."""
    space, data = await operators_space(slug, visitor), single(request)
    return await _show(request, visitor, pages, space, data, is_asked="names" in data)


async def _show(
    request: PageRequest, visitor: Visitor, pages: Pages, space: SpaceCard, data: Mapping[str, str], *, is_asked: bool
) -> Response[str]:
    context: dict[str, Any] = form_context(space, None, data, visitor) | {"fresh": (), "there": (), "is_asked": False}
    if not is_asked:
        return await pages.show(request, visitor, _TEMPLATE, context | {"errors": NO_ERRORS})
    names, refused = _names(data)
    facts, wrong = read_resource(data, name="1")
    refused += wrong or wrong_with(facts, local_day(visitor.now, ZoneInfo(space.time_zone)))
    if refused:
        return await show_again(request, visitor, pages, _TEMPLATE, context, refused)
    fresh, there = await _sorted(space, facts.kind, names, visitor)
    kept = {name: value for name, value in data.items() if name != "_csrf_token"}
    context |= {"fresh": fresh, "there": there, "is_asked": True, "kept": kept}
    return await pages.show(request, visitor, _TEMPLATE, context | {"errors": NO_ERRORS})


def _names(data: Mapping[str, str]) -> tuple[Sequence[str], list[Refusal]]:
    try:
        return names_in(data.get("names", "")[:4000]), []
    except Refusal as refusal:
        return (), [refusal]


async def _sorted(space: SpaceCard, kind: Kind, names: Sequence[str], visitor: Visitor) -> tuple[list[str], list[str]]:
    """What would be new, and what is there already."""
    taken = await names_taken(space.id, kind)
    called = [(visitor.speaker.word(label(kind, name)), name.casefold() in taken) for name in names]
    return [name for name, is_there in called if not is_there], [name for name, is_there in called if is_there]


@post("/betrieb/{slug:str}/plaetze/viele")
async def add_them(
    request: PageRequest,
    slug: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    space = await operators_space(slug, visitor)
    names, refused = _names(data)
    facts, wrong = read_resource(data, name="1")
    today = local_day(visitor.now, ZoneInfo(space.time_zone))
    if refused or wrong or wrong_with(facts, today):
        return await _show(request, visitor, pages, space, data, is_asked=True)
    await add_many(visitor.signed_in, space, names, facts, today, visitor.now)
    return go(f"/betrieb/{slug}/plaetze?getan=viele")


HANDLERS = [many_page, add_them]
