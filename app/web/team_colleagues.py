"""Colleagues who let each other see their days: who sees whom, who is near on a day, and a desk beside somebody."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.bookings.near import days_of_colleagues, desk_beside, near_on
from app.identity.authentication import Visitor
from app.identity.commuting import commute_of
from app.identity.rules import Actor
from app.inventory.rules import Kind
from app.kernel.refusals import NotFound, Refusal, marked
from app.kernel.wall_time import local_day
from app.network.commuting import municipality
from app.network.geography import Located
from app.network.queries import SpaceCard, published_spaces
from app.teams.colleagues import (
    ask_for_days,
    colleagues_of,
    looks_after,
    see_no_more,
    show_days_to,
    take_days_back,
)
from app.teams.queries import MemberCard, TeamCard, member_by_public_id, members_of, own_team
from app.web.forms import NO_ERRORS, DayUnreadable, checked_id, notice, read_day, show_again
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE, default_day
from app.web.teams import visible_team
from app.web.week_view import times_text

DAYS_AHEAD: Final = timedelta(days=14)
MOST_FOUND: Final = 20
_LONGEST_NAME: Final = 80
_FEW: Final = 20
NOTICES: Final[Mapping[str, str]] = {
    "fragen": marked("Gefragt. Die Person bekommt eine E-Mail."),
    "zeigen": marked("Die Person sieht jetzt, an welchen Tagen Sie wo arbeiten, ohne Uhrzeiten."),
    "zeiten": marked("Die Person sieht jetzt Ihre Tage mit Uhrzeiten."),
    "nicht_zeigen": marked("Die Person sieht Ihre Tage nicht mehr."),
    "nicht_sehen": marked("Sie sehen die Tage der Person nicht mehr."),
}


@get("/team/{team:str}/kollegen")
async def colleagues_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], team: FromPath[str]
) -> Response[str]:
    found = await visible_team(visitor.signed_in, team)
    context = await _context(request, visitor, found) | {"notice": notice(request, NOTICES)}
    return await pages.show(request, visitor, "team/colleagues.html", context)


@post("/team/{team:str}/kollegen/{member:str}")
async def change_sight(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    team: FromPath[str],
    member: FromPath[str],
    data: FormData,
) -> Response[str] | Redirect:
    actor = visitor.signed_in
    found = await own_team(actor.person, checked_id(team))
    colleague = await member_by_public_id(found.id, checked_id(member))
    act = _ACTS.get(data.get("was", ""))
    if act is None:
        raise NotFound
    try:
        await act(actor, found, colleague, visitor)
    except NotFound:
        raise
    except Refusal as refusal:
        context = await _context(request, visitor, found)
        return await show_again(request, visitor, pages, "team/colleagues.html", context, [refusal])
    return go(f"/team/{team}/kollegen?getan={data['was']}#wer")


async def _ask(actor: Actor, team: TeamCard, colleague: MemberCard, visitor: Visitor) -> None:
    await ask_for_days(actor, team, colleague, visitor.now)


async def _show(actor: Actor, team: TeamCard, colleague: MemberCard, visitor: Visitor) -> None:
    await show_days_to(actor, team, colleague, visitor.now)


async def _show_with_times(actor: Actor, team: TeamCard, colleague: MemberCard, visitor: Visitor) -> None:
    await show_days_to(actor, team, colleague, visitor.now, with_times=True)


async def _take_back(actor: Actor, team: TeamCard, colleague: MemberCard, _: Visitor) -> None:
    await take_days_back(actor, team, colleague)


async def _no_more(actor: Actor, team: TeamCard, colleague: MemberCard, _: Visitor) -> None:
    await see_no_more(actor, team, colleague)


_ACTS: Final[Mapping[str, Callable[[Actor, TeamCard, MemberCard, Visitor], Awaitable[None]]]] = {
    "fragen": _ask,
    "zeigen": _show,
    "zeiten": _show_with_times,
    "nicht_zeigen": _take_back,
    "nicht_sehen": _no_more,
}


@post("/team/{team:str}/kollegen/{member:str}/neben")
async def book_beside(
    visitor: NamedDependency[Visitor], team: FromPath[str], member: FromPath[str], data: FormData
) -> Redirect:
    """To the summary of the free desk nearest to the colleague's, or to the space where none is free."""
    actor = visitor.signed_in
    found = await own_team(actor.person, checked_id(team))
    colleague = await member_by_public_id(found.id, checked_id(member))
    try:
        day = read_day(data.get("tag", ""), "tag")
    except DayUnreadable:
        raise NotFound from None
    beside = await desk_beside(actor.person, colleague.person, day, visitor.now, team=found.id)
    when = {"tag": day.isoformat(), "zeit": "ganz", "art": Kind.DESK.value}
    if beside.desk is None:
        return go(f"/standorte/{beside.space}?{urlencode(when)}")
    return go(f"/buchen?{urlencode({'standort': beside.space, 'platz': beside.desk, **when})}")


async def _context(request: PageRequest, visitor: Visitor, team: TeamCard) -> dict[str, Any]:
    person, today = visitor.signed_in.person, local_day(visitor.now, ZONE)
    members = await members_of(team.id)
    context: dict[str, Any] = {"team": team, "errors": NO_ERRORS, "today": today, "notice": ""}
    if not any(member.person == person for member in members):
        return context | {"belongs": False}
    query = {name: values[-1] for name, values in request.query_params.dict().items()}
    said = query.get("wer", "").strip()[:_LONGEST_NAME]
    colleagues = await colleagues_of(team.id, person, members)
    near = [one for one in colleagues if one.has_to_do]
    others = [one for one in colleagues if not one.has_to_do]
    wanted = [one for one in others if said.casefold() in one.member.name.casefold()]
    is_large = len(others) > _FEW
    spaces = await published_spaces(visitor.now)
    here, where = await _here(query.get("ort", ""), spaces, person)
    day = _day_of(query.get("tag", ""), visitor)
    return context | {
        "belongs": True,
        "looks_after": await looks_after(team.id, person),
        "near": near,
        "others": wanted[:MOST_FOUND] if said or not is_large else [],
        "is_large": is_large,
        "said": said,
        "day": day,
        "where": where,
        "has_home": municipality((await commute_of(person)).home) is not None,
        "spaces": spaces,
        "there": await near_on(person, day, here, team=team.id),
        "ahead": await days_of_colleagues(person, today, today + DAYS_AHEAD, team=team.id),
        "places": {member.person: member.public_id for member in members},
        "times": lambda one: times_text(one.starts_at, one.ends_at, visitor),
    }


async def _here(said: str, spaces: list[SpaceCard], person: int) -> tuple[Located | None, str]:
    """The point from which it is measured, and what was chosen: a space, else the own municipality."""
    chosen = next((space for space in spaces if space.slug == said), None)
    if chosen is not None:
        return chosen, chosen.slug
    return municipality((await commute_of(person)).home), ""


def _day_of(said: str, visitor: Visitor) -> date:
    try:
        return read_day(said, "tag")
    except DayUnreadable:
        return default_day(visitor)


HANDLERS = [colleagues_page, change_sight, book_beside]
