"""Bars: an operator's list, the form with the bookings ahead, the answer to an objection; and the person's own page."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.bookings.barring import BarGuest, ahead_at_operator, bar_guest, guest_of_operator
from app.bookings.queries import BookingCard
from app.identity.authentication import Visitor
from app.identity.queries import KnownPerson
from app.inventory.rules import label
from app.kernel.refusals import NotFound, Refusal, marked
from app.network.bars import (
    AnsweredAlready,
    BarCard,
    BarEndsTooSoon,
    bar_of_operator,
    bars_of_operator,
    lift_bar,
    linked_bar,
)
from app.network.objections import HOW_NAMES, How, answer_objection, note_objection, object_to_bar
from app.network.queries import OperatorCard
from app.web.behind_links import proof, refusal_of, show_linked
from app.web.forms import NO_ERRORS, checked_id, notice, show_again
from app.web.home import FormData
from app.web.links import ticked
from app.web.managing import managed_operator_of
from app.web.pages import PageRequest, Pages, go
from app.web.week_view import times_text

NOTICES: Final = {
    "erteilt": marked("Hausverbot erteilt."),
    "aufgehoben": marked("Aufgehoben. Die Person kann wieder buchen."),
    "notiert": marked("Notiert. Bitte beantworten Sie den Widerspruch."),
    "beantwortet": marked("Beantwortet. Die Person bekommt Ihre Worte per E-Mail, soweit eine Adresse bekannt ist."),
}
_FIELDS: Final = {"reason": "grund", "last_day": "bis", "answer": "antwort", "objection": "widerspruch", "how": "weg"}
_LONGEST: Final = 4000


@get("/betreiber/{slug:str}/hausverbote")
async def bars_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    operator = await managed_operator_of(slug, visitor)
    context = {
        "operator": operator,
        "bars": await bars_of_operator(visitor.signed_in, operator.id, visitor.now),
        "notice": notice(request, NOTICES),
    }
    return await pages.show(request, visitor, "operator/bars.html", context)


@get("/betreiber/{slug:str}/hausverbote/neu/{person:str}")
async def new_bar_page(
    request: PageRequest,
    slug: FromPath[str],
    person: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """The form for somebody, with what he still has booked at the operator's spaces."""
    operator = await managed_operator_of(slug, visitor)
    context = await _form(operator, person, {}, visitor) | {"errors": NO_ERRORS}
    return await pages.show(request, visitor, "operator/new_bar.html", context)


@post("/betreiber/{slug:str}/hausverbote/neu/{person:str}")
async def bar_form(
    request: PageRequest,
    slug: FromPath[str],
    person: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    operator = await managed_operator_of(slug, visitor)
    context = await _form(operator, person, data, visitor)
    try:
        wanted = BarGuest(person, data.get("grund", ""), _last_day(data), frozenset(ticked(data, "absagen-")))
        bar = await bar_guest(visitor.signed_in, operator.id, wanted, visitor.now)
    except NotFound:
        raise
    except Refusal as refusal:
        return await show_again(request, visitor, pages, "operator/new_bar.html", context, [_in_form(refusal)])
    return go(f"/betreiber/{slug}/hausverbote/{bar.public_id}?getan=erteilt")


@get("/betreiber/{slug:str}/hausverbote/{bar:str}")
async def bar_page(
    request: PageRequest,
    slug: FromPath[str],
    bar: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    operator, card = await _of_operator(slug, bar, visitor)
    return await _show_bar(request, visitor, pages, operator, card)


@post("/betreiber/{slug:str}/hausverbote/{bar:str}/aufheben")
async def lift_form(
    request: PageRequest,
    slug: FromPath[str],
    bar: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str] | Redirect:
    operator, card = await _of_operator(slug, bar, visitor)
    try:
        await lift_bar(visitor.signed_in, operator.id, card.public_id, visitor.now)
    except AnsweredAlready as refusal:
        return await _show_bar(request, visitor, pages, operator, card, refusal)
    return go(f"/betreiber/{slug}/hausverbote/{card.public_id}?getan=aufgehoben")


@post("/betreiber/{slug:str}/hausverbote/{bar:str}/antworten")
async def answer_form(
    request: PageRequest,
    slug: FromPath[str],
    bar: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    operator, card = await _of_operator(slug, bar, visitor)
    words, lifts = data.get("antwort", ""), data.get("was") == "aufheben"
    try:
        await answer_objection(visitor.signed_in, operator.id, card.public_id, words, visitor.now, lifts=lifts)
    except NotFound:
        raise
    except Refusal as refusal:
        return await _show_bar(
            request, visitor, pages, operator, card, _in_form(refusal), {"antwort": words[:_LONGEST]}
        )
    return go(f"/betreiber/{slug}/hausverbote/{card.public_id}?getan=beantwortet")


@post("/betreiber/{slug:str}/hausverbote/{bar:str}/widerspruch")
async def noted_form(
    request: PageRequest,
    slug: FromPath[str],
    bar: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """Notes down what the person has said by telephone, letter or face to face."""
    operator, card = await _of_operator(slug, bar, visitor)
    typed = {name: data.get(name, "")[:_LONGEST] for name in ("weg", "widerspruch")}
    try:
        await note_objection(
            visitor.signed_in, operator.id, card.public_id, typed["weg"], typed["widerspruch"], visitor.now
        )
    except NotFound:
        raise
    except Refusal as refusal:
        return await _show_bar(request, visitor, pages, operator, card, _in_form(refusal), typed)
    return go(f"/betreiber/{slug}/hausverbote/{card.public_id}?getan=notiert")


@get("/hausverbot/{link:str}")
async def own_bar_page(
    request: PageRequest, link: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """Where the link of the mail leads: reason, end, what was said against it, the answer."""
    return await _show_own(request, visitor, pages, link, await _linked(link, visitor, pages))


@post("/hausverbot/{link:str}")
async def objection_form(
    request: PageRequest,
    link: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    card, words = await _linked(link, visitor, pages), data.get("widerspruch", "")
    refusal = await refusal_of(object_to_bar(card, words, visitor.now))
    if refusal:
        return await _show_own(request, visitor, pages, link, card, _in_form(refusal), words[:_LONGEST])
    return go(f"/hausverbot/{link}")


async def _of_operator(slug: str, bar: str, visitor: Visitor) -> tuple[OperatorCard, BarCard]:
    operator = await managed_operator_of(slug, visitor)
    return operator, await bar_of_operator(visitor.signed_in, operator.id, checked_id(bar))


async def _linked(link: str, visitor: Visitor, pages: Pages) -> BarCard:
    return await linked_bar(link, visitor.now, **proof(visitor, pages))


async def _form(operator: OperatorCard, public_id: str, data: Mapping[str, str], visitor: Visitor) -> dict[str, Any]:
    """Before the form was sent all bookings ahead are ticked. Raises NotFound for who is no guest of the operator."""
    person: KnownPerson = await guest_of_operator(visitor.signed_in, operator.id, checked_id(public_id))
    ahead = await ahead_at_operator(visitor.signed_in, operator.id, person.id, visitor.now)
    chosen = set(ticked(data, "absagen-")) if data else {each.public_id for each in ahead}
    return {
        "operator": operator,
        "person": person,
        "ahead": [(each.public_id, _line(each, visitor), each.public_id in chosen) for each in ahead],
        "typed": {name: data.get(name, "")[:_LONGEST] for name in ("grund", "bis")},
    }


def _line(booking: BookingCard, visitor: Visitor) -> str:
    say = visitor.speaker
    day = say.day(booking.starts_at.date())
    times = times_text(booking.starts_at, booking.ends_at, visitor)
    return f"{day}, {times}, {booking.space.name}, {say.word(label(booking.resource.kind, booking.resource.name))}"


def _last_day(data: Mapping[str, str]) -> date | None:
    """Raises BarEndsTooSoon for what is no day."""
    text = data.get("bis", "").strip()
    if not text:
        return None
    try:
        if "." in text:
            day, month, year = (int(part) for part in text.split("."))
            return date(year, month, day)
        return date.fromisoformat(text)
    except ValueError as error:
        raise BarEndsTooSoon(field="last_day") from error


def _in_form(refusal: Refusal) -> Refusal:
    refusal.field = _FIELDS.get(refusal.field or "", refusal.field)
    return refusal


async def _show_bar(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    operator: OperatorCard,
    card: BarCard,
    refusal: Refusal | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response[str]:
    stands = card.stands(visitor.now)
    context = {
        "operator": operator,
        "bar": card,
        "typed": typed or {},
        "stands": stands,
        "waits": card.waits_for_answer(visitor.now),
        "may_note": stands and card.objected_at is None,
        "hows": [(how.value, visitor.speaker.gettext(name)) for how, name in HOW_NAMES.items()],
        "objected_how": HOW_NAMES[How(card.objected_how)] if card.objected_how else "",
        "notice": notice(request, NOTICES),
    }
    if refusal is not None:
        return await show_again(request, visitor, pages, "operator/bar.html", context, [refusal])
    return await pages.show(request, visitor, "operator/bar.html", context | {"errors": NO_ERRORS})


async def _show_own(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    link: str,
    card: BarCard,
    refusal: Refusal | None = None,
    words: str = "",
) -> Response[str]:
    context = {
        "bar": card,
        "page": f"/hausverbot/{link}",
        "stands": card.stands(visitor.now),
        "may_object": card.stands(visitor.now) and card.objected_at is None,
        "typed": {"widerspruch": words},
    }
    return await show_linked(request, visitor, pages, "account/bar.html", context, refusal)


HANDLERS = [
    bars_page,
    new_bar_page,
    bar_form,
    bar_page,
    lift_form,
    noted_form,
    answer_form,
    own_bar_page,
    objection_form,
]
