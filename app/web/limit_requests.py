"""Asking for more: what somebody may spend of a team and has spent, for the person alone; and the answers of managers,
who learn for which month somebody needs more, and nothing of days."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.kernel.refusals import BadInput, NotFound, Refusal, marked
from app.kernel.wall_time import local_day
from app.network.charging import demand_charging
from app.plans.grants import Days, month_of, months_of
from app.plans.limits import Amounts
from app.plans.purse_limits import own_limits_of
from app.plans.timeline import months_later
from app.plans.uses import Unit
from app.teams.limit_requests import (
    MONTHS_AHEAD,
    AskForMore,
    LimitRequest,
    NotThatMonth,
    answer_request,
    answered_requests,
    ask_for_more,
    open_requests,
    own_requests,
    withdraw_request,
)
from app.teams.limits import purse_of_team
from app.teams.queries import TeamCard, own_team, team_for
from app.web.forms import NO_ERRORS, checked_id, notice, show_again
from app.web.home import FormData
from app.web.limit_form import AMOUNTS, read_amounts, typed_amounts
from app.web.limit_words import limit_lines, month_lines, request_rows, spaces_to_choose
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE

NOTICES: Final = {
    "gefragt": marked("Ihr Antrag ist abgeschickt. Die Antwort kommt per E-Mail und steht hier."),
    "zurueck": marked("Ihr Antrag ist zurückgenommen."),
    "bewilligt": marked("Bewilligt. Die Person erfährt es per E-Mail."),
    "abgelehnt": marked("Abgelehnt. Die Person erfährt es per E-Mail."),
}
_FIELD_OF: Final[Mapping[str, Unit]] = {"tage": Unit.DESK_DAY, "stunden": Unit.ROOM_MINUTE, "budget": Unit.MONEY}


@get("/team/{team:str}/mein-rahmen")
async def own_limits_page(
    request: PageRequest, team: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """What the person may spend, has spent month by month, and has asked for."""
    found = await _own(visitor, team)
    typed = {"monat": request.query_params.get("monat", "")}
    context = await _rahmen(found, typed, visitor)
    return await pages.show(
        request, visitor, "team/own_limits.html", context | {"errors": NO_ERRORS, "notice": notice(request, NOTICES)}
    )


@post("/team/{team:str}/mein-rahmen")
async def ask(
    request: PageRequest,
    team: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    found = await _own(visitor, team)
    amounts, refused = read_amounts(data)
    if not refused:
        try:
            wanted = AskForMore(_month(data.get("monat", "")), amounts, data.get("grund", ""))
            await ask_for_more(visitor.signed_in, found, wanted, visitor.now, local_day(visitor.now, ZONE))
        except Refusal as refusal:
            refused.append(refusal)
    if refused:
        context = await _rahmen(found, data, visitor) | {"notice": ""}
        return await show_again(request, visitor, pages, "team/own_limits.html", context, refused)
    return go(f"/team/{found.public_id}/mein-rahmen?getan=gefragt")


@post("/team/{team:str}/mein-rahmen/{request_id:str}/zuruecknehmen")
async def take_back_request(
    team: FromPath[str], request_id: FromPath[str], visitor: NamedDependency[Visitor]
) -> Redirect:
    found = await _own(visitor, team)
    await withdraw_request(visitor.signed_in, found, checked_id(request_id), visitor.now)
    return go(f"/team/{found.public_id}/mein-rahmen?getan=zurueck")


@get("/team/{team:str}/antraege")
async def requests_page(
    request: PageRequest, team: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    found = await _managed(visitor, team)
    context = await _requests(found, "", {}, visitor)
    return await pages.show(
        request, visitor, "team/requests.html", context | {"errors": NO_ERRORS, "notice": notice(request, NOTICES)}
    )


@post("/team/{team:str}/antraege/{request_id:str}")
async def answer(
    request: PageRequest,
    team: FromPath[str],
    request_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """Grants what the form says, or declines with `was` = ablehnen."""
    found = await _managed(visitor, team)
    declines = data.get("was") == "ablehnen"
    amounts, refused = (Amounts(), []) if declines else read_amounts(data)
    if not declines and not refused and amounts == Amounts():
        refused.append(NothingGranted(field="tage"))
    if not refused:
        try:
            await answer_request(
                visitor.signed_in,
                found,
                checked_id(request_id),
                None if declines else amounts,
                data.get("antwort", ""),
                visitor.now,
                local_day(visitor.now, ZONE),
            )
        except NotFound:
            raise
        except Refusal as refusal:
            refused.append(refusal)
    if refused:
        context = await _requests(found, request_id, data, visitor) | {"notice": ""}
        return await show_again(request, visitor, pages, "team/requests.html", context, _named(refused, request_id))
    return go(f"/team/{found.public_id}/antraege?getan={'abgelehnt' if declines else 'bewilligt'}")


class NothingGranted(BadInput):
    code = "nothing_granted"
    text = marked("Bitte eintragen, wie viel Sie bewilligen, oder lehnen Sie ab.")


def _named(refused: list[Refusal], request_id: str) -> list[Refusal]:
    """Each refusal at the field of its own request, of which the page has several."""
    for refusal in refused:
        refusal.field = f"{refusal.field}-{request_id}" if refusal.field else None
    return refused


async def _own(visitor: Visitor, team: str) -> TeamCard:
    found = await own_team(visitor.allowed(Action.SEE_OWN_BOOKINGS).person, checked_id(team))
    await demand_charging()
    purse_of_team(found)
    return found


async def _managed(visitor: Visitor, team: str) -> TeamCard:
    found = await team_for(visitor.signed_in, checked_id(team), Action.MANAGE_TEAM)
    await demand_charging()
    purse_of_team(found)
    return found


def _month(text: str) -> date:
    """The first day of 2026-12. Raises NotThatMonth."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise NotThatMonth(field="monat") from None


async def _rahmen(team: TeamCard, typed: Mapping[str, str], visitor: Visitor) -> dict[str, Any]:
    person, say, purse = visitor.signed_in.person, visitor.speaker, purse_of_team(team)
    first = local_day(visitor.now, ZONE).replace(day=1)
    last = months_later(first, MONTHS_AHEAD)
    months = [month.first for month in months_of(Days(first, month_of(last).last), last)]
    own = await own_limits_of(person, purse, first, last)
    if own is None:
        raise NotFound
    asked = await own_requests(team.id, person)
    return {
        "team": team,
        "lines": limit_lines(own.limits, await spaces_to_choose(visitor), say),
        "months": month_lines(own, months, say),
        "askable": [name for name, unit in _FIELD_OF.items() if own.limits.monthly(unit) is not None],
        "choices": [(f"{month:%Y-%m}", say.month(month)) for month in months],
        "typed": {name: typed.get(name, "") for name in ("monat", "grund", *AMOUNTS)},
        "asked": request_rows(asked, say),
    }


async def _requests(team: TeamCard, answered: str, typed: Mapping[str, str], visitor: Visitor) -> dict[str, Any]:
    say = visitor.speaker

    def fields(one: LimitRequest) -> Mapping[str, str]:
        return typed if one.public_id == answered else typed_amounts(one.amounts)

    waiting = await open_requests(team.id)
    return {
        "team": team,
        "waiting": [row | {"typed": fields(one)} for row, one in zip(request_rows(waiting, say), waiting, strict=True)],
        "answered": request_rows(await answered_requests(team.id), say),
    }


HANDLERS = [own_limits_page, ask, take_back_request, requests_page, answer]
