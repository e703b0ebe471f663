"""A member's own desk: chosen, arrived at, left to others on days away, taken back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.bookings.desk_arrivals import arrive_at_desk
from app.bookings.desk_choice import choosable_desks, free_to_choose_from, spaces_to_choose
from app.bookings.fixed_desks import assign_desk, days_taken, release_days, take_back
from app.bookings.queries import bookings_where
from app.identity.authentication import Visitor
from app.inventory.rules import Kind, label
from app.kernel.money import Money
from app.kernel.refusals import BadInput, NotFound, Refusal, marked
from app.kernel.wall_time import local_day
from app.network.house_rules import house_rules_of
from app.network.queries import space_by_id
from app.plans.fixed_desks import HELD_AHEAD, FixedDesk, desks_of_membership, desks_of_person, released_days
from app.plans.queries import MembershipCard, memberships_of
from app.web.fixed_desks import demand_charges
from app.web.forms import NO_ERRORS, checked_id, notice, read_day, show_again, way_on
from app.web.front_desk import single
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE

_A_DAY: Final = timedelta(days=1)
_LOOKED_BACK: Final = timedelta(days=62)
_OFFERED: Final = 7
WEEKDAYS: Final = (
    marked("jeden Montag"),
    marked("jeden Dienstag"),
    marked("jeden Mittwoch"),
    marked("jeden Donnerstag"),
    marked("jeden Freitag"),
    marked("jeden Samstag"),
    marked("jeden Sonntag"),
)
NOTICES = {
    "gewaehlt": marked("Das ist jetzt Ihr Platz. Sie kommen, ohne zu buchen."),
    "frei": marked("Freigegeben. An diesen Tagen können andere den Platz buchen."),
    "zurueck": marked("Der Tag gehört wieder Ihnen."),
    "da": marked("Als angekommen notiert."),
}


class LastBeforeFirst(BadInput):
    code = "last_before_first"
    text = marked("Der letzte Tag liegt vor dem ersten.")


@dataclass(frozen=True, slots=True)
class ReleasedRow:
    """A day that is left to others; `is_taken` where somebody has booked it."""

    day: date
    is_taken: bool


@dataclass(frozen=True, slots=True)
class OwnDesk:
    """A fixed desk as its holder sees it on 'Meine Woche'; `days` are those that can be released in two presses."""

    name: str
    url: str
    space: str
    is_today: bool
    is_there: bool
    days: Sequence[date]


async def own_desks(person: int, visitor: Visitor) -> list[OwnDesk]:
    """The person's fixed desks that have begun."""
    today = local_day(visitor.now, ZONE)
    desks = [desk for desk in await desks_of_person(person, today) if desk.days.first <= today]
    return [await _own_desk(desk, visitor) for desk in desks if desk.goes_on(today)]


async def _own_desk(desk: FixedDesk, visitor: Visitor) -> OwnDesk:
    today = local_day(visitor.now, desk.zone)
    days = [today + n * _A_DAY for n in range(_OFFERED)]
    return OwnDesk(
        visitor.speaker.word(label(Kind.DESK, desk.name)),
        f"/mitgliedschaft/{desk.membership.public_id}/platz",
        desk.space_name,
        desk.is_held_on(today),
        await _is_there(desk, visitor),
        [day for day in days if desk.is_held_on(day)],
    )


async def _is_there(desk: FixedDesk, visitor: Visitor) -> bool:
    return bool(
        await bookings_where(
            "b.person = $1 AND b.resource = $2 AND b.status = 'checked_in' AND b.starts_at <= $3 AND b.ends_at > $3",
            desk.person,
            desk.resource,
            visitor.now,
        )
    )


async def _own(membership: str, visitor: Visitor) -> MembershipCard:
    """The visitor's own membership. Raises NotFound."""
    await demand_charges()
    found = [
        card for card in await memberships_of(visitor.signed_in.person) if card.public_id == checked_id(membership)
    ]
    if not found:
        raise NotFound
    return found[0]


async def _desk(card: MembershipCard, visitor: Visitor) -> FixedDesk | None:
    """The one that it has now, else the next."""
    desks = await desks_of_membership(card.id)
    return next((each for each in desks if each.goes_on(_today(visitor))), None)


def _today(visitor: Visitor) -> date:
    return local_day(visitor.now, ZONE)


@get("/mitgliedschaft/{membership:str}/platz")
async def own_desk_page(
    request: PageRequest, membership: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """The desk with its days, or where none is assigned yet the choice."""
    card = await _own(membership, visitor)
    template, context = await _page(card, single(request), visitor)
    context |= {"notice": notice(request, NOTICES), "errors": NO_ERRORS}
    return await pages.show(request, visitor, template, context)


async def _page(card: MembershipCard, data: Mapping[str, str], visitor: Visitor) -> tuple[str, dict[str, Any]]:
    desk, desks = await _desk(card, visitor), await desks_of_membership(card.id)
    free_from = free_to_choose_from(card, desks, _today(visitor))
    if desk is not None and not (free_from and data.get("naechster")):
        following = next((each for each in desks if each.days.first > desk.days.first), None)
        return "membership/own_desk.html", await _shown(desk, data, visitor) | {
            "free_from": free_from,
            "following": following,
            "following_name": label(Kind.DESK, following.name) if following else "",
        }
    if free_from is None:
        raise NotFound
    return "membership/choose_desk.html", await _choice(card, free_from, data, visitor) | {"is_next": desk is not None}


async def _shown(desk: FixedDesk, data: Mapping[str, str], visitor: Visitor) -> dict[str, Any]:
    today = local_day(visitor.now, desk.zone)
    released = await released_days(desk.id, today - _LOOKED_BACK)
    ahead = [each.day for each in released if each.day >= today]
    taken = await days_taken(desk, ahead, visitor.now)
    space = await space_by_id(desk.space)
    terms = desk.terms_on(today) or desk.membership.latest
    return {
        "membership": desk.membership,
        "desk": desk,
        "name": label(Kind.DESK, desk.name),
        "space": space,
        "has_page": space is not None and space.has_page(visitor.now),
        "today": today,
        "is_today": desk.is_held_on(today),
        "is_there": await _is_there(desk, visitor),
        "rests": desk.days.first <= today and desk.terms_on(today) is None,
        "released": [ReleasedRow(day, day in taken) for day in ahead],
        "settled": [(each.day, Money(each.credit, terms.currency)) for each in released if each.is_settled],
        "credit": Money(terms.release_credit, terms.currency) if terms.release_credit else None,
        "is_round_the_clock": terms.round_the_clock,
        "has_house_rules": await house_rules_of(desk.space, visitor.now) is not None,
        "weekdays": [("", visitor.speaker.gettext(marked("jeden Tag")))]
        + [(str(number), visitor.speaker.gettext(text)) for number, text in enumerate(WEEKDAYS, 1)],
        "typed": {name: data.get(name, "")[:10] for name in ("von", "bis", "wochentag")},
        "latest": today + HELD_AHEAD,
    }


async def _choice(card: MembershipCard, first_day: date, data: Mapping[str, str], visitor: Visitor) -> dict[str, Any]:
    """First the space, then the desk there."""
    spaces = await spaces_to_choose(card, first_day, visitor.now)
    space = next((each for each in spaces if each.slug == data.get("standort", "")), None)
    if space is None and len(spaces) == 1:
        [space] = spaces
    desks = await choosable_desks(space.id, card, first_day) if space else []
    return {
        "membership": card,
        "spaces": [(each.slug, f"{each.name}, {each.place}") for each in spaces],
        "space": space,
        "desks": [(key, visitor.speaker.word(label(Kind.DESK, name))) for key, name in desks],
        "typed": {"platz": data.get("platz", "")[:40], "ab": data.get("ab", first_day.isoformat())[:10]},
    }


@post("/mitgliedschaft/{membership:str}/platz")
async def choose_desk(
    request: PageRequest,
    membership: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    card = await _own(membership, visitor)
    try:
        first_day = read_day(data.get("ab", ""), "first_day")
        await assign_desk(visitor.signed_in, card.public_id, checked_id(data.get("platz", "")), first_day, visitor.now)
    except NotFound:
        raise
    except Refusal as refusal:
        return await _again(request, visitor, pages, card, data, refusal)
    return go(f"/mitgliedschaft/{membership}/platz?getan=gewaehlt")


async def _again(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    card: MembershipCard,
    data: Mapping[str, str],
    refusal: Refusal,
) -> Response[str]:
    template, context = await _page(card, data, visitor)
    return await show_again(request, visitor, pages, template, context, [refusal])


async def _has_desk(card: MembershipCard, visitor: Visitor) -> FixedDesk:
    desk = await _desk(card, visitor)
    if desk is None:
        raise NotFound
    return desk


@post("/mitgliedschaft/{membership:str}/platz/freigeben")
async def release_own(
    request: PageRequest,
    membership: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """From `von` to `bis`, or that one day; of these days one weekday, or each."""
    card = await _own(membership, visitor)
    desk = await _has_desk(card, visitor)
    try:
        await release_days(visitor.signed_in, desk.public_id, list(_days(data, _today(visitor))), visitor.now)
    except NotFound:
        raise
    except Refusal as refusal:
        return await _again(request, visitor, pages, card, data, refusal)
    return go("/woche?getan=frei" if way_on(data) == "/woche" else f"/mitgliedschaft/{membership}/platz?getan=frei")


def _days(data: Mapping[str, str], today: date) -> Iterable[date]:
    first = read_day(data.get("von", ""), "first")
    last = read_day(data["bis"], "last") if data.get("bis") else first
    if last < first:
        raise LastBeforeFirst(field="last")
    weekday = data.get("wochentag", "")
    day, last = max(first, today), min(last, today + HELD_AHEAD)
    while day <= last:
        if weekday not in set("1234567") or day.isoweekday() == int(weekday):
            yield day
        day += _A_DAY


@post("/mitgliedschaft/{membership:str}/platz/zuruecknehmen")
async def take_own_back(
    request: PageRequest,
    membership: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    card = await _own(membership, visitor)
    desk = await _has_desk(card, visitor)
    try:
        await take_back(visitor.signed_in, desk.public_id, read_day(data.get("tag", ""), ""), visitor.now)
    except NotFound:
        raise
    except Refusal as refusal:
        return await _again(request, visitor, pages, card, data, refusal)
    return go(f"/mitgliedschaft/{membership}/platz?getan=zurueck")


@post("/mitgliedschaft/{membership:str}/platz/da")
async def arrive(
    request: PageRequest, membership: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str] | Redirect:
    card = await _own(membership, visitor)
    desk = await _has_desk(card, visitor)
    try:
        booking = await arrive_at_desk(visitor.signed_in, desk.public_id, visitor.now)
    except NotFound:
        raise
    except Refusal as refusal:
        return await _again(request, visitor, pages, card, {}, refusal)
    return go(f"/buchungen/{booking.public_id}")


HANDLERS = [own_desk_page, choose_desk, release_own, take_own_back, arrive]
