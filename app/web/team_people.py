"""The people of a team: who belongs to it, where each is booked, and taking somebody out. Nothing of what they use."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.kernel.refusals import Refusal, marked
from app.kernel.wall_time import local_day
from app.teams.invitations import open_invitations
from app.teams.operations import JoinedBy, leave_team
from app.teams.people import (
    NO_COST_CENTRE,
    CostCentreUnknown,
    PeopleWanted,
    book_on,
    cost_centre_named,
    people_of,
)
from app.teams.queries import MemberCard, TeamCard, cost_centres_of, member_by_public_id, team_for
from app.web.forms import NO_ERRORS, checked_id, notice, show_again
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE
from app.web.team_setup import next_step

NOTICES: Final = {
    "eingeladen": marked("Die Einladungen sind unterwegs."),
    "alle-da": marked("Niemand ist neu: Alle gehören schon zum Team oder sind schon eingeladen."),
    "erneut": marked("Die Einladung ist noch einmal unterwegs. Der frühere Link gilt nicht mehr."),
    "zurueck": marked("Die Einladung gilt nicht mehr."),
    "entfernt": marked("Aus dem Team genommen. Die Person hat eine E-Mail bekommen."),
    "kostenstelle": marked("Die Kostenstelle ist geändert."),
    "eingelesen": marked("Eingelesen. Die Einladungen sind unterwegs, die Datei ist gelöscht."),
}
HOW_JOINED: Final[Mapping[str, str]] = {
    JoinedBy.MANAGER: marked("von der Verwaltung eingetragen"),
    JoinedBy.INVITATION: marked("eingeladen"),
    JoinedBy.LINK: marked("über den Link"),
    JoinedBy.DOMAIN: marked("über die Firmenadresse"),
    JoinedBy.FILE: marked("aus einer Datei eingeladen"),
    JoinedBy.SIGN_IN: marked("über die Anmeldung der Firma"),
}
_LONGEST_SEARCH: Final = 80
_MOST_PAGES: Final = 999


@get("/team/{team:str}/personen")
async def people_page(
    request: PageRequest, team: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """Also for assistants and the works council, who change nothing here."""
    actor = visitor.signed_in
    found = await team_for(actor, checked_id(team), Action.MANAGE_TEAM, Action.BOOK_FOR_TEAM, Action.SEE_TEAM)
    wanted = _wanted(request)
    people = await people_of(found.id, wanted)
    manages = actor.may(Action.MANAGE_TEAM, team=found.id)
    context = {
        "team": found,
        "people": people,
        "wanted": wanted,
        "next_url": _page_url(found, wanted, wanted.page + 1) if people.has_more_after(wanted.page) else "",
        "first_url": _page_url(found, wanted, 0) if wanted.page else "",
        "cost_centres": [
            ("", visitor.speaker.gettext(marked("alle"))),
            *await cost_centre_choices(found, visitor),
        ],
        "how": HOW_JOINED,
        "manages": manages,
        "invitations": await open_invitations(found.id) if manages and not wanted.page else [],
        "notice": (done := notice(request, NOTICES)),
        "next": await next_step(found) if done and manages else None,
    }
    return await pages.show(request, visitor, "team/people.html", context)


@get("/team/{team:str}/personen/{member:str}")
async def member_page(
    request: PageRequest,
    team: FromPath[str],
    member: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    found, person = await _member(visitor, team, member)
    context = await _context(visitor, found, person) | {"errors": NO_ERRORS}
    return await pages.show(request, visitor, "team/member.html", context)


@post("/team/{team:str}/personen/{member:str}")
async def change_member(
    request: PageRequest,
    team: FromPath[str],
    member: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """Books the person on another cost centre."""
    found, person = await _member(visitor, team, member)
    try:
        chosen = await cost_centre_named(found.id, data.get("cost_centre", ""))
    except CostCentreUnknown as refusal:
        refusals: Sequence[Refusal] = [refusal]
        context = await _context(visitor, found, person)
        return await show_again(request, visitor, pages, "team/member.html", context, refusals)
    await book_on(visitor.signed_in, found, person, chosen, visitor.now)
    return go(f"/team/{found.public_id}/personen?getan=kostenstelle")


@get("/team/{team:str}/personen/{member:str}/entfernen")
async def remove_page(
    request: PageRequest,
    team: FromPath[str],
    member: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    found, person = await _member(visitor, team, member)
    return await pages.show(request, visitor, "team/remove.html", {"team": found, "person": person})


@post("/team/{team:str}/personen/{member:str}/entfernen")
async def remove_member(team: FromPath[str], member: FromPath[str], visitor: NamedDependency[Visitor]) -> Redirect:
    """The answer knows nothing of what the person has booked; that is settled afterwards."""
    found, person = await _member(visitor, team, member)
    await leave_team(visitor.signed_in, found, person, visitor.now, local_day(visitor.now, ZONE))
    return go(f"/team/{found.public_id}/personen?getan=entfernt")


async def managed_team(visitor: Visitor, team: str) -> TeamCard:
    """The team that the visitor manages. Raises NotFound."""
    return await team_for(visitor.signed_in, checked_id(team), Action.MANAGE_TEAM)


async def cost_centre_choices(team: TeamCard, visitor: Visitor) -> list[tuple[str, str]]:
    """For a field: those in use, and none."""
    none = visitor.speaker.gettext(marked("ohne Kostenstelle"))
    found = [(one.public_id, f"{one.code} {one.name}".strip()) for one in await cost_centres_of(team.id)]
    return [(NO_COST_CENTRE, none), *found]


async def _member(visitor: Visitor, team: str, member: str) -> tuple[TeamCard, MemberCard]:
    found = await managed_team(visitor, team)
    return found, await member_by_public_id(found.id, checked_id(member))


async def _context(visitor: Visitor, team: TeamCard, person: MemberCard) -> dict[str, Any]:
    booked_on = next(
        (one.public_id for one in await cost_centres_of(team.id) if one.id == person.cost_centre), NO_COST_CENTRE
    )
    return {
        "team": team,
        "person": person,
        "how": HOW_JOINED,
        "cost_centres": await cost_centre_choices(team, visitor),
        "booked_on": booked_on,
    }


def _wanted(request: PageRequest) -> PeopleWanted:
    query = request.query_params
    page = query.get("seite", "")
    number = int(page) - 1 if page.isascii() and page.isdigit() and 0 < int(page) <= _MOST_PAGES else 0
    return PeopleWanted(query.get("wer", "")[:_LONGEST_SEARCH], query.get("kostenstelle", "")[:_LONGEST_SEARCH], number)


def _page_url(team: TeamCard, wanted: PeopleWanted, page: int) -> str:
    query = {"wer": wanted.text, "kostenstelle": wanted.cost_centre, "seite": str(page + 1) if page else ""}
    asked = urlencode({name: value for name, value in query.items() if value})
    return f"/team/{team.public_id}/personen{'?' if asked else ''}{asked}"


HANDLERS = [people_page, member_page, change_member, remove_page, remove_member]
