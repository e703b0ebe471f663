"""Leaving a team: what stays, what is paid otherwise and what is given back stands there before."""

from collections.abc import Mapping, Sequence
from typing import Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.bookings.clearing import AffectedChanged
from app.bookings.team_leaving import leave, plan_leaving
from app.identity.authentication import Visitor
from app.kernel.refusals import Refusal, marked
from app.teams.queries import TeamCard, member_of, own_team
from app.web.contract_ending import behind_row
from app.web.forms import NO_ERRORS, checked_id, show_again
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go

LEFT_TEAM: Final[Mapping[str, str]] = {
    "team-verlassen": marked("Sie haben das Team verlassen. Was noch gebucht ist, steht hier.")
}


@get("/team/{team:str}/verlassen")
async def leaving_page(
    request: PageRequest, team: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _show(request, visitor, pages, await own_team(visitor.signed_in.person, checked_id(team)))


@post("/team/{team:str}/verlassen")
async def leave_form(
    request: PageRequest,
    team: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    actor = visitor.signed_in
    found = await own_team(actor.person, checked_id(team))
    member = await member_of(found.id, actor.person)
    assert member is not None, "it is the own team"
    try:
        await leave(actor, found, member, data.get("stand", ""), visitor.now)
    except AffectedChanged as refusal:
        return await _show(request, visitor, pages, found, [refusal])
    return go("/woche?getan=team-verlassen")


async def _show(
    request: PageRequest, visitor: Visitor, pages: Pages, team: TeamCard, refusals: Sequence[Refusal] = ()
) -> Response[str]:
    plan = await plan_leaving(team, visitor.signed_in.person, visitor.now)
    kept, given_back = ([behind_row(each, visitor) for each in rows] for rows in (plan.kept, plan.given_back))
    context = {"team": team, "plan": plan, "kept": kept, "given_back": given_back}
    if refusals:
        return await show_again(request, visitor, pages, "team/leave.html", context, refusals)
    return await pages.show(request, visitor, "team/leave.html", context | {"errors": NO_ERRORS})


HANDLERS = [leaving_page, leave_form]
