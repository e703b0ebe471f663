"""Teams: those that somebody belongs to or looks after, and what one of them is."""

from typing import Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.identity.rules import Action, Actor
from app.kernel.refusals import NotFound, marked
from app.network.charging import network_charges
from app.teams.domains import teams_offered
from app.teams.managing import TEAM_ROLES, holders_of
from app.teams.queries import TeamCard, member_of, team_by_public_id, teams_of, teams_reached
from app.web.forms import checked_id, notice
from app.web.pages import PageRequest, Pages, go
from app.web.team_setup import first_open, steps_of

NOTICES: Final = {
    "gegruendet": marked("Das Firmenkonto ist angelegt. Als Nächstes laden Sie Ihre Leute ein."),
    "uebergeben": marked("Übergeben. Die Person bekommt eine E-Mail, und Sie verwalten das Firmenkonto nicht mehr."),
    "aufgehoert": marked("Sie haben diese Aufgabe nicht mehr."),
    "dabei": marked("Sie gehören jetzt zum Team."),
}
ROLES_IN_A_TEAM: Final = (Action.MANAGE_TEAM, Action.BOOK_FOR_TEAM, Action.SEE_TEAM)


@get("/team")
async def all_teams(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str] | Redirect:
    """Straight to the team where there is one; otherwise a list, and what was done before."""
    actor = visitor.signed_in
    found = {team.id: team for team in (*await teams_of(actor.person), *await teams_reached(actor))}
    done = notice(request, NOTICES)
    offered = await teams_offered(actor.person)
    if len(found) == 1 and not (offered or done):
        return go(f"/team/{next(iter(found.values())).public_id}")
    teams = sorted(found.values(), key=lambda team: (team.name, team.id))
    context = {"teams": teams, "offered": offered, "notice": done}
    return await pages.show(request, visitor, "team/list.html", context)


@get("/team/{team:str}")
async def show_team(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], team: FromPath[str]
) -> Response[str]:
    """What is to be done for who manages the team, and what is one's own for who belongs to it."""
    actor = visitor.signed_in
    found = await visible_team(actor, team)
    charges = await network_charges()
    manages = actor.may(Action.MANAGE_TEAM, team=found.id) and not found.has_ended
    steps = await steps_of(found, charges=charges) if manages and found.ends_on is None else ()
    context = {
        "team": found,
        "member": await member_of(found.id, actor.person),
        "steps": steps,
        "next": first_open(steps),
        "done": sum(step.is_done for step in steps),
        "own_roles": [each for each in await holders_of(found) if each.person == actor.person],
        "names": TEAM_ROLES,
        "may_book": actor.may(Action.BOOK_FOR_TEAM, team=found.id) and not found.has_ended,
        "may_see": actor.may(Action.SEE_TEAM, team=found.id),
        "has_purse": found.purse is not None,
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


async def reported_team(actor: Actor, public_id: str) -> TeamCard:
    """The same for who reads its reports: everybody in it, its managers and its works council, and no assistant.
    Raises NotFound for everybody else."""
    team = await visible_team(actor, public_id)
    reads = actor.may(Action.SEE_TEAM, team=team.id) or actor.may(Action.MANAGE_TEAM, team=team.id)
    if reads or await member_of(team.id, actor.person) is not None:
        return team
    raise NotFound


HANDLERS = [all_teams, show_team]
