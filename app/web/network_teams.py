"""The network's list of companies: who looks after each, and somebody who does where nobody is left."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.identity.invitations import invitations_to_team, revoke_invitation
from app.identity.rules import Action, Role, usable_email, usable_name
from app.kernel.refusals import NotFound, Refusal, marked
from app.kernel.wall_time import local_day
from app.platform.settings import Settings
from app.teams.companies import CompanyRow, companies_of_all, company_row
from app.teams.company import company_of
from app.teams.managing import TEAM_ROLES, holders_of, invite_to_look_after, take_role
from app.web.forms import NO_ERRORS, checked_id, checked_key, notice, refusals_of, show_again
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE
from app.web.staff import staff

LIST: Final = "/netzwerk/firmen"
NOTICES: Final = {
    "eingeladen": marked("Die Einladung ist unterwegs."),
    "entfernt": marked("Entfernt. Der Zugang ist sofort zu."),
    "zurueck": marked("Die Einladung gilt nicht mehr."),
}
_BLANK: Final = {"name": "", "email": ""}


@get(LIST)
async def companies_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    rows = await companies_of_all(staff(visitor, Action.MANAGE_NETWORK))
    return await pages.show(request, visitor, "network/companies.html", {"rows": [_said(row) for row in rows]})


@get(LIST + "/{team:str}")
async def company_of_network(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], team: FromPath[str]
) -> Response[str]:
    return await _show(request, visitor, pages, await _row(visitor, team))


@post(LIST + "/{team:str}/verwaltung")
async def set_manager(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
    team: FromPath[str],
    data: FormData,
) -> Response[str] | Redirect:
    """Invites somebody to manage the account."""
    row = await _row(visitor, team)
    typed = {name: data.get(name, "")[:300] for name in _BLANK}
    refusals: list[Refusal] = refusals_of(lambda: usable_name(typed["name"]), lambda: usable_email(typed["email"]))
    if not refusals:
        try:
            await invite_to_look_after(
                visitor.signed_in,
                row.team,
                Role.TEAM_MANAGER,
                typed["name"],
                typed["email"],
                visitor.now,
                key=settings.signing_key,
                address=visitor.address,
                language=visitor.language,
            )
            return go(f"{LIST}/{row.team.public_id}?getan=eingeladen")
        except Refusal as refusal:
            refusals = [refusal]
    return await _show(request, visitor, pages, row, typed, refusals)


@post(LIST + "/{team:str}/verwaltung/{role:str}/entfernen")
async def remove_manager(visitor: NamedDependency[Visitor], team: FromPath[str], role: FromPath[str]) -> Redirect:
    row = await _row(visitor, team)
    await take_role(visitor.signed_in, row.team, str(checked_key(role)), visitor.now)
    return go(f"{LIST}/{row.team.public_id}?getan=entfernt")


@post(LIST + "/{team:str}/einladungen/{invitation:str}/zuruecknehmen")
async def take_back(visitor: NamedDependency[Visitor], team: FromPath[str], invitation: FromPath[str]) -> Redirect:
    row, public_id = await _row(visitor, team), checked_id(invitation)
    if public_id not in {each.public_id for each in await invitations_to_team(row.team.id, visitor.now)}:
        raise NotFound
    await revoke_invitation(visitor.signed_in, public_id, visitor.now)
    return go(f"{LIST}/{row.team.public_id}?getan=zurueck")


async def _row(visitor: Visitor, public_id: str) -> CompanyRow:
    return await company_row(staff(visitor, Action.MANAGE_NETWORK), checked_id(public_id))


def _said(row: CompanyRow) -> dict[str, Any]:
    return {"row": row, "since": local_day(row.team.founded_at, ZONE)}


async def _show(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    row: CompanyRow,
    typed: Mapping[str, str] = _BLANK,
    refusals: Sequence[Refusal] = (),
) -> Response[str]:
    context = {
        **_said(row),
        "company": await company_of(row.team),
        "holders": await holders_of(row.team),
        "names": TEAM_ROLES,
        "invitations": await invitations_to_team(row.team.id, visitor.now),
        "typed": typed,
        "notice": notice(request, NOTICES),
    }
    if refusals:
        return await show_again(request, visitor, pages, "network/company.html", context, refusals)
    return await pages.show(request, visitor, "network/company.html", context | {"errors": NO_ERRORS})


HANDLERS = [companies_page, company_of_network, set_manager, remove_manager, take_back]
