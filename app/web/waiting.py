"""The waiting list: joining it, one's places in line, and the page behind a mail's link that accepts an offer."""

from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.bookings.offer_links import accept_by_link, decline_by_link, linked_offer
from app.bookings.offers import accept_offer, leave_line
from app.bookings.queries import BookingCard
from app.bookings.rules import AnyOf, HouseRulesNotAccepted
from app.bookings.waiting import AnyPlace, all_waiting_of, people_before, waiting_of
from app.bookings.waiting_list import JoinLine, StillFree, join_line
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.inventory.needs import asks_of_resources
from app.inventory.queries import resources_of
from app.inventory.rules import Kind, label
from app.kernel.periods import Period
from app.kernel.refusals import NotFound, Refusal, marked
from app.network.house_rules import edition_to_accept
from app.platform.problems import status_of
from app.web.behind_links import proof, refusal_of, show_linked
from app.web.filters import words_of
from app.web.forms import checked_id, notice
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go, here
from app.web.paying_view import DueLine, asks_early_start, due_of, with_agreement
from app.web.spaces import published
from app.web.summary import exact_times
from app.web.summary_form import ChoiceIncomplete, read_instant
from app.web.waiting_view import ANY_OF, ANY_PLACE, waiting_line, waiting_lines
from app.web.way_back import way_back
from app.web.week_view import times_text

_LATEST: Final = 40
_NOTICES: Final = {
    "eingetragen": marked("Sie stehen auf der Warteliste."),
    "verlassen": marked("Sie stehen nicht mehr auf dieser Warteliste."),
}
_OF_KIND: Final = "art"
_ANYTHING: Final = "alles"


@get("/warteliste")
async def own_lines(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _show_lines(request, visitor, pages, None)


@post("/warteliste/{public_id:str}/annehmen")
async def accept(
    request: PageRequest,
    public_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[Any]:
    actor, key = visitor.allowed(Action.BOOK_OWN), checked_id(public_id)
    place = await waiting_of(actor.person, key)
    if place is None:
        raise NotFound
    starts_at, early = place.period.starts_at, asks_early_start(data)

    async def run(agreed: int | None) -> BookingCard:
        return await accept_offer(actor, key, visitor.now, agreed_price=agreed or 0, early_start=early)

    try:
        booking = await with_agreement(run, data, actor.person, starts_at, visitor.now)
    except NotFound:
        raise
    except Refusal as refusal:
        due = await due_of(refusal, actor.person, starts_at, visitor)
        return await _show_lines(request, visitor, pages, refusal, due, f"/warteliste/{key}/annehmen")
    return go(f"/buchungen/{booking.public_id}?neu=1")


@post("/warteliste/{public_id:str}/verlassen")
async def leave(public_id: FromPath[str], visitor: NamedDependency[Visitor]) -> Response[Any]:
    await leave_line(visitor.allowed(Action.BOOK_OWN), checked_id(public_id), visitor.now)
    return go("/warteliste?getan=verlassen")


@get("/warteliste/eintragen")
async def join_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """What to wait for, and whether it shall be booked as soon as it is free."""
    return await _show_form(request, visitor, pages, {}, None)


@post("/warteliste/eintragen")
async def join(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], data: FormData
) -> Response[Any]:
    """The address says when and where, the form what exactly."""
    actor = visitor.allowed(Action.BOOK_OWN)
    query = _query(request)
    kind = _kind(query)
    slug, edition = query.get("standort", ""), data.get("ausgabe", "")
    what: str | AnyOf | AnyPlace
    match data.get("worauf", _OF_KIND):
        case "art":
            what = AnyOf(slug, kind, words_of(way_back(request.query_params).marks, kind))
        case "alles":
            what = AnyPlace(slug)
        case resource:
            what = checked_id(resource)
    command = JoinLine(
        what,
        read_instant(query, "beginn"),
        read_instant(query, "ende"),
        books_itself=bool(data.get("fuer_mich")),
        house_rules=int(edition) if data.get("hausordnung") and edition.isascii() and edition.isdigit() else None,
    )
    try:
        await join_line(actor, command, visitor.now)
    except NotFound:
        raise
    except Refusal as refusal:
        return await _show_form(request, visitor, pages, data, refusal)
    return go("/warteliste?getan=eingetragen")


@get("/angebot/{link:str}")
async def offer_page(
    request: PageRequest, link: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """What is offered until when, and two buttons; programs that look through mail accept nothing by opening it."""
    return await _show_offer(request, link, visitor, pages, None)


@post("/angebot/{link:str}")
async def accept_linked(
    request: PageRequest,
    link: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[Any]:
    _, place = await linked_offer(link, visitor.now, **proof(visitor, pages))

    early = asks_early_start(data)

    async def run(agreed: int | None) -> BookingCard:
        known = proof(visitor, pages)
        return await accept_by_link(link, visitor.now, **known, agreed_price=agreed or 0, early_start=early)

    refusal = await refusal_of(with_agreement(run, data, place.person, place.period.starts_at, visitor.now))
    if refusal:
        due = await due_of(refusal, place.person, place.period.starts_at, visitor)
        return await _show_offer(request, link, visitor, pages, refusal, due)
    return go(f"/angebot/{link}")


@post("/angebot/{link:str}/ablehnen")
async def decline_linked(
    link: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[Any]:
    await decline_by_link(link, visitor.now, **proof(visitor, pages))
    return go(f"/angebot/{link}")


async def _show_lines(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    refusal: Refusal | None,
    due: DueLine | None = None,
    address: str = "",
) -> Response[str]:
    lines = waiting_lines(await all_waiting_of(visitor.allowed(Action.SEE_OWN_BOOKINGS).person, limit=_LATEST), visitor)
    context = {
        "offers": [line for line in lines if line.is_offered],
        "waiting": [line for line in lines if line.stands and not line.is_offered],
        "ended": [line for line in lines if not line.stands],
        "notice": notice(request, _NOTICES),
        "refusal": refusal,
        "due": due,
        "address": address,
    }
    return await pages.show(
        request, visitor, "waiting/show.html", context, status=status_of(refusal) if refusal else 200
    )


async def _show_offer(
    request: PageRequest,
    link: str,
    visitor: Visitor,
    pages: Pages,
    refusal: Refusal | None,
    due: DueLine | None = None,
) -> Response[str]:
    _, place = await linked_offer(link, visitor.now, **proof(visitor, pages))
    context = {"line": waiting_line(place, visitor), "place": place, "page": f"/angebot/{link}", "due": due}
    return await show_linked(request, visitor, pages, "waiting/offer.html", context, refusal)


async def _show_form(
    request: PageRequest, visitor: Visitor, pages: Pages, data: dict[str, str], refusal: Refusal | None
) -> Response[str]:
    person = visitor.allowed(Action.BOOK_OWN).person
    query = _query(request)
    space = await published(query.get("standort", ""), visitor)
    kind, starts_at, ends_at = _kind(query), read_instant(query, "beginn"), read_instant(query, "ende")
    if starts_at >= ends_at:
        raise ChoiceIncomplete
    say, period = visitor.speaker, Period(starts_at, ends_at)
    of_kind = await resources_of(space.id, kind)
    if not of_kind:
        raise NotFound
    words = words_of(way_back(request.query_params).marks, kind)
    any_of = say.gettext(ANY_OF[kind])
    if asks_of_resources(words):
        any_of = say.say(marked("{any_of}, passend zu Ihren Filtern"), any_of=any_of)
    zone = ZoneInfo(space.time_zone)
    starts, ends = (at.astimezone(zone) for at in (starts_at, ends_at))
    is_rules = isinstance(refusal, HouseRulesNotAccepted)
    context = {
        "space": space,
        "starts": starts,
        "times": times_text(starts, ends, visitor),
        "choices": [
            (_OF_KIND, any_of),
            *((resource.public_id, say.word(label(resource.kind, resource.name))) for resource in of_kind),
            *([] if kind is Kind.PARKING else [(_ANYTHING, say.gettext(ANY_PLACE))]),
        ],
        "chosen": data.get("worauf") or query.get("platz") or _OF_KIND,
        "before": await people_before(space.id, kind, None, period),
        "books_itself": bool(data.get("fuer_mich")),
        "rules": await edition_to_accept(space.id, person, visitor.now),
        "rules_error": say.refusal(refusal) if is_rules and refusal else "",
        "refusal": None if is_rules else refusal,
        "still_free": isinstance(refusal, StillFree),
        "this_page": here(request),
        "back_url": f"/standorte/{space.slug}?{urlencode(exact_times(starts, ends) | {'art': kind.value})}#plan",
    }
    status = status_of(refusal) if refusal else 200
    return await pages.show(request, visitor, "waiting/join.html", context, status=status)


def _query(request: PageRequest) -> dict[str, str]:
    return {name: values[-1] for name, values in request.query_params.dict().items()}


def _kind(query: dict[str, str]) -> Kind:
    return Kind(query["art"]) if query.get("art") in set(ANY_OF) else Kind.DESK


HANDLERS = [own_lines, accept, leave, join_page, join, offer_page, accept_linked, decline_linked]
