"""Teams: those that somebody belongs to or looks after, and what one of them is."""

from typing import Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.identity.rules import Action, Actor
from app.kernel.refusals import NotFound, marked
from app.teams.domains import teams_offered
from app.teams.queries import TeamCard, member_of, team_by_public_id, teams_of, teams_reached
from app.web.forms import checked_id, notice
from app.web.pages import PageRequest, Pages, go

ROLES_IN_A_TEAM: Final = (Action.MANAGE_TEAM, Action.BOOK_FOR_TEAM, Action.SEE_TEAM)

NOTICES: Final = {"dabei": marked("Sie gehören jetzt zum Team.")}


@get("/team")
async def all_teams(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str] | Redirect:
    actor = visitor.signed_in
    found = {team.id: team for team in (*await teams_of(actor.person), *await teams_reached(actor))}
    offered = await teams_offered(actor.person)
    if len(found) == 1 and not offered:
        return go(f"/team/{next(iter(found.values())).public_id}")
    return await pages.show(request, visitor, "team/list.html", {"teams": list(found.values()), "offered": offered})


@get("/team/{team:str}")
async def show_team(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], team: FromPath[str]
) -> Response[str]:
    actor = visitor.signed_in
    found = await visible_team(actor, team)
    context = {
        "team": found,
        "member": await member_of(found.id, actor.person),
        "notice": notice(request, NOTICES),
    }
    return await pages.show(request, visitor, "team/show.html", context)


async def visible_team(actor: Actor, public_id: str) -> TeamCard:
    """The team for who belongs to it or has a role in it. Raises NotFound for everybody else."""
    team = await team_by_public_id(checked_id(public_id))
    if team is None:
        raise NotFound
    if any(actor.may(action, team=team.id) for action in ROLES_IN_A_TEAM) or await member_of(team.id, actor.person):
        return team
    raise NotFound


HANDLERS = [all_teams, show_team]
