"""Joining a team: by a mailed invitation, by the company's link, or because of the own address. A GET changes nothing.

What the company sees and what not is said before.
"""

from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.identity.mailed_links import LinkNoLongerWorks
from app.identity.passwords import demand_good_password
from app.identity.rules import usable_name
from app.kernel.refusals import Refusal, marked
from app.kernel.wall_time import local_day
from app.platform.problems import status_of
from app.teams.company import TeamEnded
from app.teams.domains import DomainTaken, domain_of_token, join_by_domain, prove_domain, teams_offered
from app.teams.invitations import (
    HasAccount,
    TeamInvitationCard,
    accept_as_newcomer,
    accept_invitation,
    invitation_of_token,
    needs_sign_in,
)
from app.teams.join_links import LinkUsedUp, join_by_link, team_of_link
from app.teams.queries import TeamCard, member_of, team_by_id
from app.web.forms import NO_ERRORS, checked_id, notice, refusals_of, show_again
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE
from app.web.sign_in import enter
from app.web.sign_up import network_name

_PROVEN: Final = {"ja": marked("Danke. Die Domain gehört jetzt zu diesem Team.")}


@get("/team/beitreten")
async def offers_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """The teams that are offered because of the own confirmed address."""
    offered = await teams_offered(visitor.signed_in.person)
    return await pages.show(request, visitor, "team/offers.html", {"offered": offered})


@post("/team/beitreten")
async def take_offer(visitor: NamedDependency[Visitor], data: FormData) -> Redirect:
    today = local_day(visitor.now, ZONE)
    team = await join_by_domain(visitor.signed_in, checked_id(data.get("team", "")), visitor.now, today)
    return _in_team(team)


@get("/team/beitreten/{token:str}")
async def joining_page(
    request: PageRequest, token: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    try:
        context = await _context(visitor, token)
    except (LinkNoLongerWorks, TeamEnded) as refusal:
        return await _ended(request, visitor, pages, refusal)
    return await pages.show(request, visitor, "team/join.html", context | {"errors": NO_ERRORS})


@post("/team/beitreten/{token:str}")
async def join_form(
    request: PageRequest,
    token: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """Joins as who is signed in; the invited address may make its account with it."""
    try:
        context = await _context(visitor, token)
        if visitor.actor is not None:
            return await _join(visitor, token, context["invitation"])
        if context["invitation"] is None:
            return go(context["sign_in_url"])
        return await _join_new(request, visitor, pages, token, context, data)
    except (LinkNoLongerWorks, TeamEnded) as refusal:
        return await _ended(request, visitor, pages, refusal)
    except (HasAccount, LinkUsedUp) as refusal:
        return await show_again(request, visitor, pages, "team/join.html", context, [refusal])


async def _join(visitor: Visitor, token: str, invitation: TeamInvitationCard | None) -> Redirect:
    join = join_by_link if invitation is None else accept_invitation
    return _in_team(await join(visitor.signed_in, token, visitor.now, local_day(visitor.now, ZONE)))


async def _join_new(
    request: PageRequest, visitor: Visitor, pages: Pages, token: str, context: dict[str, Any], data: FormData
) -> Response[str] | Redirect:
    name, password = data.get("name", ""), data.get("password", "")
    network, email = await network_name(), context["invitation"].email
    refusals = refusals_of(
        lambda: usable_name(name),
        *([lambda: demand_good_password(password, (name, email, network))] if password else []),
    )
    if refusals:
        return await show_again(request, visitor, pages, "team/join.html", context | {"name": name}, refusals)
    actor, team = await accept_as_newcomer(
        token, name, password or None, visitor.now, local_day(visitor.now, ZONE), network=network
    )
    return await enter(request, visitor, pages, actor, _arrival(team))


@get("/team/domain/{token:str}")
async def domain_page(
    request: PageRequest, token: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """For who looks after a domain, without signing in."""
    if said := notice(request, _PROVEN):
        return await pages.show(request, visitor, "team/domain_proven.html", {"notice": said})
    try:
        domain = await domain_of_token(token, visitor.now)
    except LinkNoLongerWorks as refusal:
        return await _ended(request, visitor, pages, refusal)
    context = {"domain": domain, "company": await team_by_id(domain.team), "token": token, "errors": NO_ERRORS}
    return await pages.show(request, visitor, "team/domain.html", context)


@post("/team/domain/{token:str}")
async def prove_form(
    request: PageRequest, token: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str] | Redirect:
    try:
        await prove_domain(token, visitor.now)
    except (LinkNoLongerWorks, DomainTaken) as refusal:
        return await _ended(request, visitor, pages, refusal)
    return go(f"/team/domain/{token}?getan=ja")


async def _context(visitor: Visitor, token: str) -> dict[str, Any]:
    """What stands behind the link. Raises LinkNoLongerWorks, TeamEnded."""
    invitation, team = await _behind(token, visitor.now)
    if team.has_ended:
        raise TeamEnded
    actor, back = visitor.actor, urlencode({"weiter": f"/team/beitreten/{token}"})
    return {
        "company": team,
        "invitation": invitation,
        "token": token,
        "name": invitation.name if invitation else "",
        "is_in": actor is not None and await member_of(team.id, actor.person) is not None,
        "needs_sign_in": invitation is not None and actor is None and await needs_sign_in(invitation.email),
        "sign_in_url": f"/anmelden?{back}",
        "sign_up_url": f"/registrieren?{back}",
    }


async def _behind(token: str, now: datetime) -> tuple[TeamInvitationCard | None, TeamCard]:
    """An invitation with its team, or else the team whose own link it is. Raises LinkNoLongerWorks."""
    try:
        invitation = await invitation_of_token(token, now)
    except LinkNoLongerWorks:
        return None, await team_of_link(token)
    team = await team_by_id(invitation.team)
    assert team is not None, "teams are never deleted"
    return invitation, team


async def _ended(request: PageRequest, visitor: Visitor, pages: Pages, refusal: Refusal) -> Response[str]:
    return await pages.show(request, visitor, "team/link_ended.html", {"refusal": refusal}, status=status_of(refusal))


def _in_team(team: TeamCard) -> Redirect:
    return go(_arrival(team))


def _arrival(team: TeamCard) -> str:
    """The team, as it greets who has just joined."""
    return f"/team/{team.public_id}?getan=dabei"


HANDLERS = [offers_page, take_offer, joining_page, join_form, domain_page, prove_form]
