"""A team's limits, as its managers set them: for everybody, and for one person; the works council reads them."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.kernel.money import Money
from app.kernel.refusals import Refusal, marked
from app.kernel.wall_time import local_day
from app.network.charging import demand_charging
from app.network.queries import SpaceCard
from app.plans.limits import LimitShape
from app.plans.purse_limits import limits_for_all, people_with_own_limits
from app.plans.uses import Unit
from app.platform.language import Speaker
from app.teams.limit_requests import open_requests
from app.teams.limits import LimitsMoved, check_limits, limit_everybody, limit_one, purse_of_team, state_of
from app.teams.queries import MemberCard, TeamCard, member_by_public_id, members_of, team_for
from app.web.forms import NO_ERRORS, checked_id, notice, show_again
from app.web.holdings_view import amount_text
from app.web.home import FormData
from app.web.limit_form import read_limits, typed_limits
from app.web.limit_words import limit_lines, spaces_to_choose, weekday_names
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE

NOTICES: Final = {
    "gesetzt": marked("Gespeichert. Die Grenzen gelten ab jetzt für neue Buchungen."),
    "wie-alle": marked("Für diese Person gelten wieder die Grenzen für alle."),
}


@get("/team/{team:str}/grenzen")
async def limits_page(
    request: PageRequest, team: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    found = await _limiting(visitor, team, Action.MANAGE_TEAM, Action.SEE_TEAM)
    spaces = await spaces_to_choose(visitor)
    limits = await limits_for_all(purse_of_team(found))
    typed = typed_limits(limits, spaces) | {"stand": state_of(limits)}
    context = await _for_all(found, spaces, typed, visitor)
    return await pages.show(
        request, visitor, "team/limits.html", context | {"errors": NO_ERRORS, "notice": notice(request, NOTICES)}
    )


@post("/team/{team:str}/grenzen")
async def set_limits(
    request: PageRequest,
    team: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """Sets the limits for everybody; with `was` = vorschau only says what they would mean. A stale form is shown again
    beside what holds now."""
    found = await _limiting(visitor, team, Action.MANAGE_TEAM)
    spaces = await spaces_to_choose(visitor)
    limits, refused = _checked(data, spaces)
    if refused or data.get("was") == "vorschau":
        context = await _for_all(found, spaces, data, visitor)
        if refused:
            return await show_again(request, visitor, pages, "team/limits.html", context | {"notice": ""}, refused)
        count = context["by_all"]
        preview = {"preview": _meaning(limits, spaces, count, visitor.speaker), "errors": NO_ERRORS, "notice": ""}
        return await pages.show(request, visitor, "team/limits.html", context | preview)
    today = local_day(visitor.now, ZONE)
    try:
        await limit_everybody(visitor.signed_in, found, limits, visitor.now, today, shown=data.get("stand", ""))
    except LimitsMoved as moved:
        stands = await limits_for_all(purse_of_team(found))
        context = await _for_all(found, spaces, {**data, "stand": state_of(stands)}, visitor)
        context |= {"notice": "", "stands": _differing(stands, limits, spaces, visitor.speaker)}
        return await show_again(request, visitor, pages, "team/limits.html", context, [moved])
    return go(f"/team/{found.public_id}/grenzen?getan=gesetzt")


@get("/team/{team:str}/grenzen/{member:str}")
async def one_persons_limits_page(
    request: PageRequest,
    team: FromPath[str],
    member: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    found = await _limiting(visitor, team, Action.MANAGE_TEAM, Action.SEE_TEAM)
    person = await member_by_public_id(found.id, checked_id(member))
    purse, spaces = purse_of_team(found), await spaces_to_choose(visitor)
    own = (await people_with_own_limits(purse)).get(person.person)
    typed = typed_limits(own or await limits_for_all(purse), spaces) | {"stand": state_of(own)}
    context = await _for_one(found, person, spaces, typed, visitor)
    return await pages.show(
        request, visitor, "team/limits_of_one.html", context | {"errors": NO_ERRORS, "notice": notice(request, NOTICES)}
    )


@post("/team/{team:str}/grenzen/{member:str}")
async def set_one_persons_limits(
    request: PageRequest,
    team: FromPath[str],
    member: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """Sets own limits for this person; with `was` = wie-alle takes them away."""
    found = await _limiting(visitor, team, Action.MANAGE_TEAM)
    person = await member_by_public_id(found.id, checked_id(member))
    spaces = await spaces_to_choose(visitor)
    template, takes_away = "team/limits_of_one.html", data.get("was") == "wie-alle"
    limits, refused = (None, []) if takes_away else _checked(data, spaces)
    context = await _for_one(found, person, spaces, data, visitor) | {"notice": ""}
    if limits is not None and data.get("was") == "vorschau" and not refused:
        preview = {"preview": _meaning(limits, spaces, 1, visitor.speaker), "errors": NO_ERRORS}
        return await pages.show(request, visitor, template, context | preview)
    if not refused:
        actor, now, today = visitor.signed_in, visitor.now, local_day(visitor.now, ZONE)
        try:
            await limit_one(actor, found, person, limits, now, today, shown=data.get("stand", ""))
        except LimitsMoved as moved:
            refused.append(moved)
            own = (await people_with_own_limits(purse_of_team(found))).get(person.person)
            stands = own or await limits_for_all(purse_of_team(found))
            typed = typed_limits(stands, spaces) if takes_away else dict(data)
            context |= {
                "typed": typed | {"stand": state_of(own)},
                "stands": _differing(stands, limits, spaces, visitor.speaker),
            }
        else:
            done = "wie-alle" if takes_away else "gesetzt"
            return go(f"/team/{found.public_id}/grenzen/{person.public_id}?getan={done}")
    return await show_again(request, visitor, pages, template, context, refused)


def _differing(
    stands: LimitShape, wanted: LimitShape | None, spaces: list[SpaceCard], say: Speaker
) -> list[tuple[str, str]]:
    """What holds now and is not what was wanted, in words; all of it where nothing was to hold."""
    known = [] if wanted is None else limit_lines(wanted, spaces, say)
    return [line for line in limit_lines(stands, spaces, say) if line not in known]


async def _limiting(visitor: Visitor, team: str, *actions: Action) -> TeamCard:
    """The team for who may do this there. Raises NotFound for others, and where nothing costs anything."""
    found = await team_for(visitor.signed_in, checked_id(team), *actions)
    await demand_charging()
    purse_of_team(found)
    return found


def _checked(data: Mapping[str, str], spaces: list[SpaceCard]) -> tuple[LimitShape, list[Refusal]]:
    limits, refused = read_limits(data, spaces)
    if not refused:
        try:
            check_limits(limits)
        except Refusal as refusal:
            refused.append(refusal)
    return limits, refused


async def _for_all(
    team: TeamCard, spaces: list[SpaceCard], typed: Mapping[str, str], visitor: Visitor
) -> dict[str, Any]:
    purse, members = purse_of_team(team), await members_of(team.id)
    own = await people_with_own_limits(purse)
    context = _form(team, spaces, typed, visitor)
    limits = await limits_for_all(purse)
    waiting = await open_requests(team.id) if context["may_change"] else []
    return context | {
        "lines": limit_lines(limits, spaces, visitor.speaker),
        "members": [(member, member.person in own) for member in members],
        "by_all": sum(member.person not in own for member in members),
        "waiting": len(waiting),
    }


async def _for_one(
    team: TeamCard, member: MemberCard, spaces: list[SpaceCard], typed: Mapping[str, str], visitor: Visitor
) -> dict[str, Any]:
    purse = purse_of_team(team)
    own = (await people_with_own_limits(purse)).get(member.person)
    limits = own if own is not None else await limits_for_all(purse)
    return _form(team, spaces, typed, visitor) | {
        "member": member,
        "has_own": own is not None,
        "lines": limit_lines(limits, spaces, visitor.speaker),
    }


def _form(team: TeamCard, spaces: list[SpaceCard], typed: Mapping[str, str], visitor: Visitor) -> dict[str, Any]:
    return {
        "team": team,
        "typed": typed,
        "spaces": spaces,
        "weekdays": weekday_names(visitor.speaker),
        "may_change": visitor.signed_in.may(Action.MANAGE_TEAM, team=team.id),
        "preview": None,
        "stands": [],
    }


def _meaning(limits: LimitShape, spaces: list[SpaceCard], people: int, say: Speaker) -> dict[str, Any]:
    """What the limits would mean, by their figures alone: nothing of what anybody has used."""
    sums = []
    if limits.desk_halves is not None and people > 1:
        days = amount_text(Unit.DESK_DAY, people * limits.desk_halves, say)
        sums.append(say.say(marked("Zusammen sind das höchstens {amount} im Monat."), amount=days))
    if limits.money:
        money = Money(people * limits.money)
        sums.append(say.say(marked("Das Budget kostet Sie höchstens {amount} im Monat."), amount=money))
    return {"lines": limit_lines(limits, spaces, say), "sums": sums, "people": people}


HANDLERS = [limits_page, set_limits, one_persons_limits_page, set_one_persons_limits]
