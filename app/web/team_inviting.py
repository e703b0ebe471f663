"""Inviting people into a team by mail, several at once; sending it again, and taking it back."""

from collections.abc import Mapping, Sequence
from typing import Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.kernel.refusals import NotFound, Refusal
from app.platform.settings import Settings
from app.teams.invitations import invite_people, send_again, take_invitation_back
from app.teams.invited_lines import MOST_AT_ONCE, read_invited
from app.teams.operations import JoinedBy
from app.teams.people import NO_COST_CENTRE, cost_centre_named
from app.teams.queries import TeamCard, cost_centres_of
from app.web.forms import NO_ERRORS, checked_id, show_again
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.team_people import cost_centre_choices, managed_team

_BLANK: Final = {"people": "", "cost_centre": NO_COST_CENTRE}
_LONGEST_TEXT: Final = 40_000


@get("/team/{team:str}/personen/einladen")
async def invite_page(
    request: PageRequest, team: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _show(request, visitor, pages, await managed_team(visitor, team))


@post("/team/{team:str}/personen/einladen")
async def invite_form(
    request: PageRequest,
    team: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
    data: FormData,
) -> Response[str] | Redirect:
    """Mails go out only when every line can be understood."""
    found = await managed_team(visitor, team)
    typed = {name: data.get(name, "")[:_LONGEST_TEXT] for name in _BLANK}
    try:
        chosen = await cost_centre_named(found.id, typed["cost_centre"])
        wanted = read_invited(typed["people"], chosen.id if chosen else None)
        sent = await invite_people(
            visitor.signed_in, found, wanted, JoinedBy.INVITATION, visitor.now, key=settings.signing_key
        )
    except Refusal as refusal:
        return await _show(request, visitor, pages, found, typed, [refusal])
    return go(f"/team/{found.public_id}/personen?getan={'eingeladen' if sent.mails else 'alle-da'}")


@post("/team/{team:str}/personen/einladungen/{invited:str}/erneut")
async def send_invitation_again(
    request: PageRequest,
    team: FromPath[str],
    invited: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
) -> Response[str] | Redirect:
    found = await managed_team(visitor, team)
    try:
        await send_again(visitor.signed_in, found, checked_id(invited), visitor.now, key=settings.signing_key)
    except NotFound:
        raise
    except Refusal as refusal:
        return await _show(request, visitor, pages, found, _BLANK, [refusal])
    return go(f"/team/{found.public_id}/personen?getan=erneut")


@post("/team/{team:str}/personen/einladungen/{invited:str}/zuruecknehmen")
async def take_back(team: FromPath[str], invited: FromPath[str], visitor: NamedDependency[Visitor]) -> Redirect:
    found = await managed_team(visitor, team)
    await take_invitation_back(visitor.signed_in, found, checked_id(invited), visitor.now)
    return go(f"/team/{found.public_id}/personen?getan=zurueck")


async def _show(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    team: TeamCard,
    typed: Mapping[str, str] = _BLANK,
    refusals: Sequence[Refusal] = (),
) -> Response[str]:
    context = {
        "team": team,
        "typed": typed,
        "most": MOST_AT_ONCE,
        "cost_centres": await cost_centre_choices(team, visitor) if await cost_centres_of(team.id) else [],
    }
    if refusals:
        return await show_again(request, visitor, pages, "team/invite.html", context, refusals)
    return await pages.show(request, visitor, "team/invite.html", context | {"errors": NO_ERRORS})


HANDLERS = [invite_page, invite_form, send_invitation_again, take_back]
