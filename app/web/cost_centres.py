"""A company's cost centres on one page, and one of them to be renamed or retired."""

from collections.abc import Mapping, Sequence
from typing import Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.kernel.refusals import NotFound, Refusal, marked
from app.teams.cost_centres import (
    CostCentreChanged,
    CostCentreInUse,
    CostCentreRow,
    add_cost_centre,
    cost_centre_in,
    cost_centre_rows,
    rename_cost_centre,
    retire_cost_centre,
)
from app.teams.queries import TeamCard
from app.web.company import managed_team
from app.web.forms import NO_ERRORS, checked_id, notice, show_again
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.resources import version_in

NOTICES: Final = {
    "angelegt": marked("Die Kostenstelle ist angelegt."),
    "umbenannt": marked("Die Kostenstelle ist umbenannt."),
    "aufgeloest": marked("Die Kostenstelle ist aufgelöst."),
}
_BLANK: Final = {"code": "", "name": ""}
_CHOOSE: Final = "?"
"""The answer of who has not chosen yet where the people of a cost centre go."""


@get("/team/{team:str}/kostenstellen")
async def cost_centres_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], team: FromPath[str]
) -> Response[str]:
    return await _show_all(request, visitor, pages, await _paying_team(visitor, team))


@post("/team/{team:str}/kostenstellen")
async def add_form(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    team: FromPath[str],
    data: FormData,
) -> Response[str] | Redirect:
    found, typed = await _paying_team(visitor, team), _typed(data)
    try:
        await add_cost_centre(visitor.signed_in, found, typed["code"], typed["name"], visitor.now)
    except Refusal as refusal:
        return await _show_all(request, visitor, pages, found, typed, [refusal])
    return go(f"/team/{found.public_id}/kostenstellen?getan=angelegt")


@get("/team/{team:str}/kostenstellen/{cost_centre:str}")
async def cost_centre_page(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    team: FromPath[str],
    cost_centre: FromPath[str],
) -> Response[str]:
    found = await _paying_team(visitor, team)
    return await _show_one(request, visitor, pages, found, await cost_centre_in(found, checked_id(cost_centre)))


@post("/team/{team:str}/kostenstellen/{cost_centre:str}")
async def rename_form(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    team: FromPath[str],
    cost_centre: FromPath[str],
    data: FormData,
) -> Response[str] | Redirect:
    found, typed = await _paying_team(visitor, team), _typed(data)
    row = await cost_centre_in(found, checked_id(cost_centre))
    try:
        await rename_cost_centre(
            visitor.signed_in, found, cost_centre, typed["code"], typed["name"], version_in(data), visitor.now
        )
    except NotFound:
        raise
    except Refusal as refusal:
        version = row.card.version if isinstance(refusal, CostCentreChanged) else version_in(data)
        return await _show_one(request, visitor, pages, found, row, typed, [refusal], version)
    return go(f"/team/{found.public_id}/kostenstellen?getan=umbenannt")


@post("/team/{team:str}/kostenstellen/{cost_centre:str}/aufloesen")
async def retire_form(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    team: FromPath[str],
    cost_centre: FromPath[str],
    data: FormData,
) -> Response[str] | Redirect:
    found = await _paying_team(visitor, team)
    row = await cost_centre_in(found, checked_id(cost_centre))
    goes_to = data.get("nach", _CHOOSE)
    try:
        wanted = None if goes_to == _CHOOSE else checked_id(goes_to) if goes_to else ""
        await retire_cost_centre(visitor.signed_in, found, cost_centre, wanted, visitor.now)
    except CostCentreInUse as refusal:
        return await _show_one(request, visitor, pages, found, row, refusals=[refusal])
    return go(f"/team/{found.public_id}/kostenstellen?getan=aufgeloest")


async def _paying_team(visitor: Visitor, public_id: str) -> TeamCard:
    """The team for who manages it. Raises NotFound also where nobody pays for it, and there are no costs to split."""
    team = await managed_team(visitor, public_id)
    if team.payer is None:
        raise NotFound
    return team


def _typed(data: Mapping[str, str]) -> dict[str, str]:
    return {name: data.get(name, "")[:200] for name in _BLANK}


async def _show_all(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    team: TeamCard,
    typed: Mapping[str, str] = _BLANK,
    refusals: Sequence[Refusal] = (),
) -> Response[str]:
    context = {
        "team": team,
        "rows": await cost_centre_rows(team),
        "typed": typed,
        "notice": notice(request, NOTICES),
    }
    if refusals:
        return await show_again(request, visitor, pages, "team/cost_centres.html", context, refusals)
    return await pages.show(request, visitor, "team/cost_centres.html", context | {"errors": NO_ERRORS})


async def _show_one(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    team: TeamCard,
    row: CostCentreRow,
    typed: Mapping[str, str] | None = None,
    refusals: Sequence[Refusal] = (),
    version: int | None = None,
) -> Response[str]:
    others = [each.card for each in await cost_centre_rows(team) if each.card.id != row.card.id]
    say = visitor.speaker.gettext
    context = {
        "team": team,
        "row": row,
        "typed": typed or {"code": row.card.code, "name": row.card.name},
        "version": row.card.version if version is None else version,
        "targets": [
            (_CHOOSE, say(marked("Bitte wählen"))),
            ("", say(marked("keine Kostenstelle"))),
            *((card.public_id, f"{card.code} {card.name}".strip()) for card in others),
        ],
    }
    if refusals:
        return await show_again(request, visitor, pages, "team/cost_centre.html", context, refusals)
    return await pages.show(request, visitor, "team/cost_centre.html", context | {"errors": NO_ERRORS})


HANDLERS = [cost_centres_page, add_form, cost_centre_page, rename_form, retire_form]
