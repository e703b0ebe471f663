"""Days on which a team meets: proposing, answering, where it is best for everyone's way, setting, booking for all."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.bookings.meeting_places import FEWEST_HOMES, meeting_places
from app.bookings.rules import DayPart
from app.bookings.search import Wanted
from app.bookings.team_booking import BookForTeam, book_for_team, what_is_free
from app.identity.authentication import Visitor
from app.identity.commuting import commute_of
from app.identity.rules import Action
from app.kernel.refusals import NotAllowed, NotFound, Refusal, marked
from app.kernel.wall_time import local_day
from app.network.commuting import municipality
from app.network.queries import published_spaces
from app.teams.queries import TeamCard, members_of, own_team
from app.teams.team_days import (
    FEWEST_COUNTED,
    MOST_CHOICES,
    Answer,
    TeamDayCard,
    answer_day,
    days_of_team,
    propose_day,
    set_day,
    team_day_of,
    who_said_yes,
    withdraw_day,
)
from app.web.forms import NO_ERRORS, checked_id, done_once, notice, read_day, show_again
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE
from app.web.teams import visible_team

ANSWERS: Final[Mapping[Answer, str]] = {
    Answer.YES: marked("Ja"),
    Answer.MAYBE: marked("Vielleicht"),
    Answer.NO: marked("Nein"),
}
NOTICES: Final[Mapping[str, str]] = {
    "vorgeschlagen": marked("Vorgeschlagen. Alle im Team bekommen eine E-Mail."),
    "geantwortet": marked("Ihre Antwort ist gespeichert."),
    "festgelegt": marked("Der Teamtag steht fest. Alle im Team bekommen eine E-Mail."),
    "zurueckgezogen": marked("Der Teamtag ist zurückgezogen. Gebuchte Plätze bleiben gebucht."),
}
FIELDS: Final = tuple(f"tag{number}" for number in range(1, MOST_CHOICES + 1))


class TooFewSaidYes(Refusal):
    """The number of desks would tell who comes."""

    code = "too_few_said_yes"
    text = marked("Für alle buchen lässt sich ab {fewest} Zusagen. Vorher bucht jede Person selbst.")


@get("/team/{team:str}/tage")
async def team_days_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], team: FromPath[str]
) -> Response[str]:
    found = await visible_team(visitor.signed_in, team)
    context = await _all(visitor, found) | {"notice": notice(request, NOTICES)}
    return await pages.show(request, visitor, "team/days.html", context)


@post("/team/{team:str}/tage")
async def propose(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    team: FromPath[str],
    data: FormData,
) -> Response[str] | Redirect:
    actor = visitor.signed_in
    found = await visible_team(actor, team)
    try:
        days = [read_day(data[name].strip(), name) for name in FIELDS if data.get(name, "").strip()]
        today = local_day(visitor.now, ZONE)
        made = await propose_day(actor, found, data.get("titel", ""), days, visitor.now, today)
    except NotFound:
        raise
    except Refusal as refusal:
        typed = {name: data.get(name, "")[:100] for name in ("titel", *FIELDS)}
        context = await _all(visitor, found) | {"typed": typed}
        return await show_again(request, visitor, pages, "team/days.html", context, [refusal])
    return go(f"/team/{team}/tage/{made}?getan=vorgeschlagen")


@get("/team/{team:str}/tage/{team_day:str}")
async def team_day_page(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    team: FromPath[str],
    team_day: FromPath[str],
) -> Response[str]:
    found = await visible_team(visitor.signed_in, team)
    context = await _one(request, visitor, found, team_day) | {"notice": notice(request, NOTICES)}
    return await pages.show(request, visitor, "team/day.html", context)


@post("/team/{team:str}/tage/{team_day:str}/antworten")
async def answer(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    team: FromPath[str],
    team_day: FromPath[str],
    data: FormData,
) -> Response[str] | Redirect:
    actor = visitor.signed_in
    found = await own_team(actor.person, checked_id(team))
    card = await _card(visitor, found, team_day)
    answers = {
        choice.day: Answer(said)
        for choice in card.choices
        if (said := data.get(f"antwort-{choice.day.isoformat()}", "")) in set(Answer)
    }
    counts = data.get("wohnort") == "ja"
    try:
        await answer_day(actor, found, card.public_id, answers, visitor.now, counts_home=counts)
    except NotFound:
        raise
    except Refusal as refusal:
        return await _again(request, visitor, pages, found, team_day, refusal)
    return go(f"/team/{team}/tage/{team_day}?getan=geantwortet")


@post("/team/{team:str}/tage/{team_day:str}/festlegen")
async def settle(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    team: FromPath[str],
    team_day: FromPath[str],
    data: FormData,
) -> Response[str] | Redirect:
    found = await visible_team(visitor.signed_in, team)
    card = await _card(visitor, found, team_day)
    try:
        day = read_day(data.get("tag", ""), "tag")
        spaces = {space.slug: space.id for space in await published_spaces(visitor.now)}
        space = spaces.get(data.get("standort", ""))
        await set_day(visitor.signed_in, found, card.public_id, day, space, visitor.now)
    except NotFound:
        raise
    except Refusal as refusal:
        return await _again(request, visitor, pages, found, team_day, refusal)
    return go(f"/team/{team}/tage/{team_day}?getan=festgelegt")


@post("/team/{team:str}/tage/{team_day:str}/zurueckziehen")
async def withdraw(visitor: NamedDependency[Visitor], team: FromPath[str], team_day: FromPath[str]) -> Redirect:
    found = await visible_team(visitor.signed_in, team)
    await withdraw_day(visitor.signed_in, found, checked_id(team_day), visitor.now)
    return go(f"/team/{team}/tage?getan=zurueckgezogen")


@post("/team/{team:str}/tage/{team_day:str}/buchen")
async def book_for_all(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    team: FromPath[str],
    team_day: FromPath[str],
    data: FormData,
) -> Response[str] | Redirect:
    """Desks for all who said yes, without a word on who that is."""
    actor = visitor.signed_in
    found = await visible_team(actor, team)
    if not actor.may(Action.BOOK_FOR_TEAM, team=found.id):
        raise NotFound
    card = await _card(visitor, found, team_day)
    space = next((one for one in await published_spaces(visitor.now) if one.id == card.space), None)
    if card.day is None or space is None:
        raise NotFound
    choice = next(one for one in card.choices if one.day == card.day)
    yes = set(await who_said_yes(choice.id))
    people = [member for member in await members_of(found.id) if member.person in yes]
    wanted = Wanted(card.day, DayPart.WHOLE_DAY)
    agreed = data.get("hoechstens", "")
    command = BookForTeam(
        people,
        [space.slug],
        wanted,
        agreed=int(agreed) if agreed.isascii() and agreed.isdigit() else 0,
        is_unnamed=True,
    )

    async def run() -> str:
        if len(people) < FEWEST_COUNTED:
            raise TooFewSaidYes(fewest=FEWEST_COUNTED)
        return await book_for_team(actor, found, command, visitor.now)

    done = await done_once(actor.person, f"team-day-{card.public_id}", data, visitor.now, run)
    if isinstance(done, Refusal):
        return await _again(request, visitor, pages, found, team_day, done)
    return go(f"/team/{team}/buchen/{done}?getan=gebucht")


async def _card(visitor: Visitor, team: TeamCard, team_day: str) -> TeamDayCard:
    today = local_day(visitor.now, ZONE)
    return await team_day_of(visitor.signed_in, team, await members_of(team.id), checked_id(team_day), today)


async def _all(visitor: Visitor, team: TeamCard) -> dict[str, Any]:
    actor, today = visitor.signed_in, local_day(visitor.now, ZONE)
    members = await members_of(team.id)
    belongs = any(member.person == actor.person for member in members)
    return {
        "team": team,
        "days": await days_of_team(actor, team, members, today),
        "may_propose": belongs or actor.may(Action.MANAGE_TEAM, team=team.id),
        "fields": FIELDS,
        "typed": {},
        "today": today,
        "errors": NO_ERRORS,
        "notice": "",
    }


async def _one(request: PageRequest, visitor: Visitor, team: TeamCard, team_day: str) -> dict[str, Any]:
    actor = visitor.signed_in
    card = await _card(visitor, team, team_day)
    spaces = await published_spaces(visitor.now)
    space = next((one for one in spaces if one.id == card.space), None)
    chosen = _asked_for(request, card)
    members = await members_of(team.id)
    books = actor.may(Action.BOOK_FOR_TEAM, team=team.id) and card.day is not None and space is not None
    return {
        "team": team,
        "card": card,
        "space": space,
        "spaces": spaces,
        "answers": ANSWERS,
        "belongs": any(member.person == actor.person for member in members),
        "has_home": municipality((await commute_of(actor.person)).home) is not None,
        "chosen": chosen,
        "proposed": await meeting_places(chosen.id, chosen.day, visitor.now) if chosen and card.is_open else None,
        "fewest_homes": FEWEST_HOMES,
        "fewest": FEWEST_COUNTED,
        "books": books,
        "price": await _price(visitor, team, space.slug, card.day) if books and space and card.day else None,
        "errors": NO_ERRORS,
        "notice": "",
    }


def _asked_for(request: PageRequest, card: TeamDayCard) -> Any:
    said = request.query_params.get("tag", "")
    return next((choice for choice in card.choices if choice.day.isoformat() == said), next(iter(card.choices), None))


async def _price(visitor: Visitor, team: TeamCard, space: str, day: date) -> Any:
    """What a desk costs at most there; None where nothing is asked for, or nothing is to be had."""
    try:
        free = await what_is_free(team, [space], Wanted(day, DayPart.WHOLE_DAY), visitor.now)
    except (NotAllowed, NotFound):
        raise
    except Refusal:
        return None
    return next((one.price for one in free if one.is_paid), None)


async def _again(
    request: PageRequest, visitor: Visitor, pages: Pages, team: TeamCard, team_day: str, refusal: Refusal
) -> Response[str]:
    context = await _one(request, visitor, team, team_day)
    return await show_again(request, visitor, pages, "team/day.html", context, [refusal])


HANDLERS = [team_days_page, propose, team_day_page, answer, settle, withdraw, book_for_all]
