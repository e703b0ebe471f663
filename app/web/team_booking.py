"""Booking for others of a team: who, when and where; what it comes to; and for whom it was possible."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.bookings.rules import DayPart
from app.bookings.search import Wanted
from app.bookings.team_acts import act_of, acts_of, call_off_act
from app.bookings.team_booking import (
    MOST_PEOPLE,
    NO_DESK,
    NO_MONEY,
    NOT_THERE,
    BookForTeam,
    FreeThere,
    NobodyChosen,
    TooManyChosen,
    book_for_team,
    dearest_of,
    what_is_free,
)
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.kernel.refusals import NotFound, Refusal, marked
from app.kernel.wall_time import local_day
from app.network.queries import published_spaces
from app.teams.queries import MemberCard, TeamCard, cost_centres_of, members_of, team_for
from app.web.forms import NO_ERRORS, checked_id, done_once, notice, read_day, show_again
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE, default_day

MOST_SHOWN: Final = 200
_LONGEST_NAME: Final = 80
PARTS: Final[Mapping[str, str]] = {
    DayPart.WHOLE_DAY: marked("ganzer Tag"),
    DayPart.MORNING: marked("vormittags"),
    DayPart.AFTERNOON: marked("nachmittags"),
}
REASONS: Final[Mapping[str, str]] = {
    NO_DESK: marked("Kein Platz mehr frei"),
    NO_MONEY: marked("Nicht bezahlt: Dafür reicht nicht, was das Team hat"),
    NOT_THERE: marked("An diesem Standort nicht möglich. Bitte sprechen Sie mit der Person."),
}
NOTICES: Final[Mapping[str, str]] = {
    "gebucht": marked("Gebucht. Alle, die einen Platz haben, bekommen eine E-Mail."),
    "zurueck": marked("Alles zurückgegeben. Alle, die noch einen dieser Plätze hatten, bekommen eine E-Mail."),
}


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it was filled in; `people` are the public ids of places in the team."""

    people: frozenset[str]
    day: str
    part: str
    space: str
    other: str
    all_or_nothing: bool

    @classmethod
    def of(cls, data: Mapping[str, str]) -> "Typed":
        people = frozenset(name.removeprefix("person-") for name in data if name.startswith("person-"))
        return cls(
            people,
            data.get("tag", "").strip()[:20],
            data["zeit"] if data.get("zeit") in PARTS else DayPart.WHOLE_DAY,
            data.get("standort", ""),
            data.get("sonst", ""),
            data.get("alle") == "ja",
        )

    @property
    def spaces(self) -> Sequence[str]:
        return [slug for slug in (self.space, self.other) if slug]

    def wanted(self) -> Wanted:
        """Raises DayUnreadable."""
        return Wanted(read_day(self.day, "tag"), DayPart(self.part))


@get("/team/{team:str}/buchen")
async def booking_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], team: FromPath[str]
) -> Response[str]:
    found = await _bookers_team(visitor, team)
    query = {name: values[-1] for name, values in request.query_params.dict().items()}
    typed = Typed.of({"tag": default_day(visitor).isoformat(), **query})
    context = await _context(request, visitor, found, typed) | {"errors": NO_ERRORS}
    return await pages.show(request, visitor, "team/book.html", context)


@post("/team/{team:str}/buchen")
async def book_or_preview(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    team: FromPath[str],
    data: FormData,
) -> Response[str] | Redirect:
    """First what it comes to; with `schritt=buchen` it is booked."""
    found = await _bookers_team(visitor, team)
    typed = Typed.of(data)
    context = await _context(request, visitor, found, typed, data)
    chosen = [member for member in await members_of(found.id) if member.public_id in typed.people]
    try:
        wanted = typed.wanted()
        if not chosen:
            raise NobodyChosen(field="personen")
        if len(chosen) > MOST_PEOPLE:
            raise TooManyChosen(field="personen", most=MOST_PEOPLE)
        free = await what_is_free(found, typed.spaces, wanted, visitor.now)
        if data.get("schritt") == "buchen":
            return await _book(visitor, found, chosen, typed, data)
    except NotFound:
        raise
    except Refusal as refusal:
        return await show_again(request, visitor, pages, "team/book.html", context, [refusal])
    context |= _preview(chosen, free) | {"errors": NO_ERRORS}
    return await pages.show(request, visitor, "team/book.html", context)


async def _book(
    visitor: Visitor, team: TeamCard, chosen: Sequence[MemberCard], typed: Typed, data: Mapping[str, str]
) -> Redirect:
    actor = visitor.signed_in
    agreed = data.get("hoechstens", "")
    command = BookForTeam(
        chosen,
        typed.spaces,
        typed.wanted(),
        typed.all_or_nothing,
        agreed=int(agreed) if agreed.isascii() and agreed.isdigit() else 0,
    )

    async def run() -> str:
        return await book_for_team(actor, team, command, visitor.now)

    done = await done_once(actor.person, "team", data, visitor.now, run)
    if isinstance(done, Refusal):
        raise done
    return go(f"/team/{team.public_id}/buchen/{done}?getan=gebucht")


@get("/team/{team:str}/buchen/{act:str}")
async def act_page(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    team: FromPath[str],
    act: FromPath[str],
) -> Response[str]:
    found = await _bookers_team(visitor, team)
    return await pages.show(request, visitor, "team/booked.html", await _act(request, visitor, found, act))


@post("/team/{team:str}/buchen/{act:str}/zurueckgeben")
async def give_act_back(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    team: FromPath[str],
    act: FromPath[str],
) -> Response[str] | Redirect:
    found = await _bookers_team(visitor, team)
    try:
        await call_off_act(visitor.signed_in, found, checked_id(act), visitor.now)
    except NotFound:
        raise
    except Refusal as refusal:
        context = await _act(request, visitor, found, act)
        return await show_again(request, visitor, pages, "team/booked.html", context, [refusal])
    return go(f"/team/{team}/buchen/{act}?getan=zurueck")


async def _act(request: PageRequest, visitor: Visitor, team: TeamCard, public_id: str) -> dict[str, Any]:
    act = await act_of(visitor.signed_in.person, team.id, checked_id(public_id))
    return {"team": team, "act": act, "reasons": REASONS, "notice": notice(request, NOTICES), "errors": NO_ERRORS}


async def _bookers_team(visitor: Visitor, team: str) -> TeamCard:
    return await team_for(visitor.signed_in, checked_id(team), Action.BOOK_FOR_TEAM)


async def _context(
    request: PageRequest, visitor: Visitor, team: TeamCard, typed: Typed, data: Mapping[str, str] | None = None
) -> dict[str, Any]:
    query = data or {name: values[-1] for name, values in request.query_params.dict().items()}
    said, centre = query.get("wer", "").strip()[:_LONGEST_NAME], query.get("kostenstelle", "")
    centres = await cost_centres_of(team.id)
    members = await members_of(team.id)
    by_centre = {one.public_id: one.id for one in centres}
    shown = [
        member
        for member in members
        if member.public_id in typed.people
        or (said.casefold() in member.name.casefold() and (not centre or member.cost_centre == by_centre.get(centre)))
    ]
    today = local_day(visitor.now, ZONE)
    return {
        "team": team,
        "typed": typed,
        "members": shown[:MOST_SHOWN],
        "is_cut": len(shown) > MOST_SHOWN,
        "is_large": len(members) > _FEW,
        "said": said,
        "centre": centre,
        "all_chosen": bool(centre) or query.get("wahl") == "alle",
        "centres": centres,
        "parts": PARTS,
        "spaces": await published_spaces(visitor.now),
        "acts": await acts_of(visitor.signed_in.person, team.id, today),
        "today": today,
    }


_FEW: Final = 12
"""More people than that are looked for by name or cost centre."""


def _preview(chosen: Sequence[MemberCard], free: Sequence[FreeThere]) -> dict[str, Any]:
    desks = sum(one.desks for one in free)
    return {
        "free": free,
        "chosen": chosen,
        "key": token_urlsafe(8),
        "possible": min(desks, len(chosen)),
        "price": dearest_of(free),
        "unpriced": [one for one in free if one.is_paid and one.price is None],
    }


HANDLERS = [booking_page, book_or_preview, act_page, give_act_back]
