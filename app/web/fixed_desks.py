"""Fixed desks of a space: who has which, until when; assigned, changed and ended by who manages it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.bookings.desk_arrivals import arrive_at_desk, arrived_on
from app.bookings.desk_choice import choosable_desks, first_day_possible
from app.bookings.desk_endings import end_desk
from app.bookings.fixed_desks import BookedAhead, assign_desk
from app.bookings.front_desk import Guest, find_people, guest
from app.identity.authentication import Visitor
from app.identity.queries import people
from app.inventory.rules import Kind, label
from app.kernel.refusals import NotFound, Refusal, marked
from app.kernel.wall_time import local_day
from app.network.queries import SpaceCard, the_network
from app.plans.fixed_desks import FixedDesk, desks_at, desks_of_membership, desks_where, has_fixed_desk
from app.plans.queries import MembershipCard, memberships_of, memberships_where
from app.plans.round_the_clock import any_time_in
from app.platform.rate_limits import TooMany
from app.web.forms import NO_ERRORS, checked_id, notice, read_day, show_again
from app.web.front_desk import desk_space, single
from app.web.home import FormData
from app.web.managing import operators_space
from app.web.pages import PageRequest, Pages, go

_LONGEST_QUERY = 120
NOTICES = {
    "vergeben": marked("Der Platz ist fest vergeben."),
    "verlegt": marked("Der Platz ist fest vergeben. Wer ihn gebucht hatte, sitzt woanders und hat eine E-Mail."),
    "beendet": marked("Der feste Platz ist beendet und danach wieder für alle frei."),
}


@dataclass(frozen=True, slots=True)
class DeskRow:
    """A fixed desk in the list."""

    public_id: str
    membership: str
    name: str
    person: str
    first_day: date
    last_day: date | None
    has_begun: bool
    rests: bool
    released: int
    is_round_the_clock: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A membership that a desk can be given."""

    public_id: str
    person: str
    plan: str
    has: str


async def demand_charges() -> None:
    """Where nothing is charged nobody has a plan. Raises NotFound."""
    network = await the_network()
    if network is None or not network.charges:
        raise NotFound


async def _space(slug: str, visitor: Visitor) -> SpaceCard:
    space = await operators_space(slug, visitor)
    await demand_charges()
    return space


def _today(space: SpaceCard, visitor: Visitor) -> date:
    return local_day(visitor.now, ZoneInfo(space.time_zone))


@get("/betrieb/{slug:str}/feste-plaetze")
async def fixed_desks_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """The list, and the search for whom a desk is to be given."""
    space = await _space(slug, visitor)
    today = _today(space, visitor)
    said = single(request).get("wer", "").strip()[:_LONGEST_QUERY]
    context: dict[str, Any] = {
        "space": space,
        "rows": await _rows(space, today),
        "said": said,
        "found": [],
        "notice": notice(request, NOTICES),
    }
    try:
        found = await find_people(visitor.signed_in, said, visitor.now) if said else []
    except TooMany as refusal:
        return await show_again(request, visitor, pages, "operator/fixed_desks.html", context, [refusal])
    context["found"] = [each for person in found for each in await _candidates(person, today, visitor)]
    return await pages.show(request, visitor, "operator/fixed_desks.html", context | {"errors": NO_ERRORS})


async def _rows(space: SpaceCard, today: date) -> list[DeskRow]:
    desks = await desks_at(space.id, today)
    names = await people({desk.person for desk in desks})
    return [
        DeskRow(
            desk.public_id,
            desk.membership.public_id,
            desk.name,
            names[desk.person].name,
            desk.days.first,
            desk.last_day,
            desk.days.first <= today,
            desk.days.first <= today and desk.terms_on(today) is None,
            sum(day >= today for day in desk.released),
            bool(any_time_in([desk.membership])),
        )
        for desk in desks
        if desk.goes_on(today)
    ]


async def _candidates(person: Guest, today: date, visitor: Visitor) -> list[Candidate]:
    """Of whom is out of reach nothing is told but the name."""
    return [
        Candidate(
            card.public_id,
            person.name,
            _plan_name(card, visitor) if person.is_known else "",
            await _desk_of(card, today) if person.is_known else "",
        )
        for card in await memberships_of(person.id)
        if has_fixed_desk(card, today)
    ]


def _plan_name(card: MembershipCard, visitor: Visitor) -> str:
    return card.latest.name_en if visitor.language == "en" else card.latest.name_de


async def _desk_of(card: MembershipCard, today: date) -> str:
    """The desk that the membership has already, and where."""
    desks = [desk for desk in await desks_of_membership(card.id) if desk.goes_on(today)]
    return ", ".join(f"{desk.name}, {desk.space_name}" for desk in desks)


@get("/betrieb/{slug:str}/feste-plaetze/{membership:str}")
async def assigning_page(
    request: PageRequest,
    slug: FromPath[str],
    membership: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """A membership gets a desk, or another one. `wer` is how somebody was found who is not in reach."""
    space = await _space(slug, visitor)
    data = single(request)
    context = await _assigning(space, await _membership(space, membership, data, visitor), data, visitor)
    return await pages.show(request, visitor, "operator/fixed_desk_form.html", context | {"errors": NO_ERRORS})


async def _membership(space: SpaceCard, membership: str, data: Mapping[str, str], visitor: Visitor) -> MembershipCard:
    """The one that the address names, of somebody in reach, or who has a desk here. Raises NotFound for all others."""
    found = await memberships_where("m.public_id = $1", checked_id(membership))
    if not found or not has_fixed_desk(found[0], _today(space, visitor)):
        raise NotFound
    if not any(desk.space == space.id for desk in await desks_of_membership(found[0].id)):
        person = (await people({found[0].person}))[found[0].person]
        await guest(visitor.signed_in, person.public_id, visitor.now, data.get("wer", ""))
    return found[0]


async def _assigning(
    space: SpaceCard, card: MembershipCard, data: Mapping[str, str], visitor: Visitor, refusal: Refusal | None = None
) -> dict[str, Any]:
    today = _today(space, visitor)
    first_day = first_day_possible(card, today) or today
    desks = await choosable_desks(space.id, card, first_day)
    return {
        "space": space,
        "membership": card.public_id,
        "person": (await people({card.person}))[card.person].name,
        "plan": _plan_name(card, visitor),
        "has": await _desk_of(card, today),
        "desks": [(key, visitor.speaker.word(label(Kind.DESK, name))) for key, name in desks],
        "typed": {"platz": data.get("platz", "")[:40], "ab": data.get("ab", first_day.isoformat())[:10]},
        "said": data.get("wer", "")[:_LONGEST_QUERY],
        "can_move": isinstance(refusal, BookedAhead) and refusal.can_be_moved,
    }


@post("/betrieb/{slug:str}/feste-plaetze/{membership:str}")
async def assign_it(
    request: PageRequest,
    slug: FromPath[str],
    membership: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    space = await _space(slug, visitor)
    card = await _membership(space, membership, data, visitor)
    try:
        desk = checked_id(data.get("platz", ""))
        if desk not in {key for key, _ in await choosable_desks(space.id, card, _today(space, visitor))}:
            raise NotFound
        made = await assign_desk(
            visitor.signed_in,
            card.public_id,
            desk,
            read_day(data.get("ab", ""), "first_day"),
            visitor.now,
            moves_others=data.get("verlegen") == "ja",
        )
    except NotFound:
        raise
    except Refusal as refusal:
        context = await _assigning(space, card, data, visitor, refusal)
        return await show_again(request, visitor, pages, "operator/fixed_desk_form.html", context, [refusal])
    return go(f"/betrieb/{slug}/feste-plaetze?getan={'verlegt' if made.moved else 'vergeben'}")


async def _desk(space: SpaceCard, public_id: str) -> FixedDesk:
    found = await desks_where("d.public_id = $1 AND r.space = $2", checked_id(public_id), space.id)
    if not found:
        raise NotFound
    return found[0]


@get("/betrieb/{slug:str}/feste-plaetze/{desk_id:str}/beenden")
async def ending_page(
    request: PageRequest,
    slug: FromPath[str],
    desk_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    space = await _space(slug, visitor)
    context = await _ending(space, desk_id, _today(space, visitor).isoformat())
    return await pages.show(request, visitor, "operator/fixed_desk_end.html", context | {"errors": NO_ERRORS})


async def _ending(space: SpaceCard, desk_id: str, typed: str) -> dict[str, Any]:
    desk = await _desk(space, desk_id)
    person = (await people({desk.person}))[desk.person].name
    return {"space": space, "desk": desk, "name": label(Kind.DESK, desk.name), "person": person, "typed": typed}


@post("/betrieb/{slug:str}/feste-plaetze/{desk_id:str}/beenden")
async def end_it(
    request: PageRequest,
    slug: FromPath[str],
    desk_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    space = await _space(slug, visitor)
    desk = await _desk(space, desk_id)
    try:
        await end_desk(visitor.signed_in, desk.public_id, read_day(data.get("bis", ""), "last_day"), visitor.now)
    except NotFound:
        raise
    except Refusal as refusal:
        context = await _ending(space, desk_id, data.get("bis", "")[:10])
        return await show_again(request, visitor, pages, "operator/fixed_desk_end.html", context, [refusal])
    return go(f"/betrieb/{slug}/feste-plaetze?getan=beendet")


@post("/theke/{slug:str}/feste-plaetze/{desk_id:str}/da")
async def holder_is_there(slug: FromPath[str], desk_id: FromPath[str], visitor: NamedDependency[Visitor]) -> Redirect:
    """The front desk has seen the holder."""
    space = await desk_space(slug, visitor)
    desk = await _desk(space, desk_id)
    await arrive_at_desk(visitor.signed_in, desk.public_id, visitor.now)
    return go(f"/theke/{slug}?getan=da")


async def expected_holders(
    desks: Sequence[FixedDesk], holders: Mapping[int, str], day: date
) -> Sequence[tuple[str, str, str]]:
    """Who may come to one of these that day and has not yet: the desk's id, the holder's name, and the desk's."""
    held = [desk for desk in desks if desk.is_held_on(day)]
    there = await arrived_on(held, day)
    return [(desk.public_id, holders[desk.id], desk.name) for desk in held if desk.id not in there]


HANDLERS = [fixed_desks_page, assigning_page, assign_it, ending_page, end_it, holder_is_there]
