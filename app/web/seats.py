"""The seats of a team: whose they are, and giving them to somebody else. Nothing of use, days or bookings is here."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.kernel.refusals import NotFound, Refusal, marked
from app.kernel.wall_time import local_day
from app.plans.seats import SeatCard, give_seat, seat_of, seats_of
from app.teams.ordering import may_buy
from app.teams.queries import TeamCard, member_by_public_id, members_of
from app.web.forms import NO_ERRORS, checked_id, notice, show_again
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE
from app.web.team_shop import buying_team, purse_and_payer

_READS = (Action.MANAGE_TEAM, Action.SEE_TEAM)
NOBODY = "frei"
NOTICES = {
    "gegeben": marked("Gespeichert. Wen es betrifft, bekommt eine E-Mail."),
}


@get("/team/{team:str}/plaetze")
async def seats_page(
    request: PageRequest, team: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    found = await buying_team(visitor, team, *_READS)
    today = local_day(visitor.now, ZONE)
    purse, _ = purse_and_payer(found)
    seats = await seats_of(purse, today)
    holders = [(seat, seat.holder(today), seat.following(today)) for seat in seats]
    people = {one.person for _, now, then in holders for one in (now, then) if one is not None}
    context = {
        "team": found,
        "rows": [(seat, seat.label[visitor.language], now, then) for seat, now, then in holders],
        "free": sum(now is None for _, now, _ in holders),
        "without": sum(member.person not in people for member in await members_of(found.id)),
        "today": today,
        "may_change": may_buy(visitor.signed_in, found) and not found.has_ended,
        "notice": notice(request, NOTICES),
    }
    return await pages.show(request, visitor, "team/seats.html", context)


@get("/team/{team:str}/plaetze/{seat:str}")
async def seat_page(
    request: PageRequest,
    team: FromPath[str],
    seat: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """One seat: who had it, and a form to give it to somebody."""
    found, card = await _seat(visitor, team, seat, *_READS)
    context = await _context(found, card, visitor) | {"errors": NO_ERRORS}
    return await pages.show(request, visitor, "team/seat.html", context)


@post("/team/{team:str}/plaetze/{seat:str}")
async def give_form(
    request: PageRequest,
    team: FromPath[str],
    seat: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """Gives the seat to the chosen person of the team, or to nobody."""
    found, card = await _seat(visitor, team, seat)
    chosen, person = data.get("person", ""), None
    if found.has_ended or not chosen:
        raise NotFound
    if chosen != NOBODY:
        person = (await member_by_public_id(found.id, checked_id(chosen))).person
    try:
        await give_seat(visitor.signed_in, card, person, visitor.now, local_day(visitor.now, ZONE))
    except Refusal as refusal:
        context = await _context(found, card, visitor) | {"chosen": chosen}
        return await show_again(request, visitor, pages, "team/seat.html", context, [refusal])
    return go(f"/team/{found.public_id}/plaetze?getan=gegeben")


async def _seat(visitor: Visitor, team: str, seat: str, *actions: Action) -> tuple[TeamCard, SeatCard]:
    found = await buying_team(visitor, team, *actions)
    purse, _ = purse_and_payer(found)
    return found, await seat_of(purse, checked_id(seat), local_day(visitor.now, ZONE))


async def _context(team: TeamCard, seat: SeatCard, visitor: Visitor) -> dict[str, Any]:
    today, say = local_day(visitor.now, ZONE), visitor.speaker.gettext
    purse, _ = purse_and_payer(team)
    holder = seat.following(today) or seat.holder(today)
    elsewhere = {
        one.person
        for other in await seats_of(purse, today)
        if other.contract == seat.contract and other.id != seat.id
        for one in other.holdings
        if one.last is None
    }
    members = [member for member in await members_of(team.id) if member.person not in elsewhere]
    current = next((member.public_id for member in members if holder and member.person == holder.person), NOBODY)
    return {
        "team": team,
        "seat": seat,
        "label": seat.label[visitor.language],
        "holder": seat.holder(today),
        "following": seat.following(today),
        "history": [one for one in reversed(seat.holdings) if not one.is_void],
        "choices": [(NOBODY, say(marked("niemand, der Platz bleibt frei")))]
        + [(member.public_id, member.name) for member in members],
        "chosen": current,
        "handed_over": seat.times_handed_over(today),
        "today": today,
        "may_change": may_buy(visitor.signed_in, team) and not team.has_ended,
    }


HANDLERS = [seats_page, seat_page, give_form]
