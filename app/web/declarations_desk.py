"""Where the network's staff settles what was declared and could not be settled by rule."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.bookings.change_withdrawing import ChangeBack
from app.bookings.contract_ends import EndPlan, EndWish
from app.bookings.declaration_settling import Meant, fitting, plan_settling, settle_by_staff, wish_of
from app.bookings.paying_otherwise import Behind
from app.bookings.sale_withdrawing import Sale, SaleBack, bookings_withdrawn_by
from app.identity.authentication import Visitor
from app.identity.rules import Action, Actor
from app.kernel.money import Money
from app.kernel.refusals import NotFound, Refusal, marked
from app.kernel.wall_time import local_day
from app.plans.change_withdrawals import change_by_id
from app.plans.contracts import ContractCard, contract_named
from app.plans.declaration_words import KIND_NAMES, received_text, said_rows
from app.plans.declarations import (
    LONGEST_REASON,
    DeclarationCard,
    DeclarationKind,
    Outcome,
    declaration_for_staff,
    open_declarations,
    put_aside,
    settled_declarations,
)
from app.plans.notice import take_notice_back
from app.plans.terms_said import name_of
from app.web.contract_ending import behind_row, planned
from app.web.declarations import demand_charges
from app.web.forms import NO_ERRORS, checked_id, notice, read_day, show_again
from app.web.front_desk import single
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE
from app.web.staff import staff

LIST: Final = "/netzwerk/erklaerungen"
NOTICES: Final = {
    "erledigt": marked("Erledigt. Wer den Vertrag hat, bekommt eine E-Mail."),
    "zurueckgelegt": marked("Zurückgelegt. Ihre Antwort ist per E-Mail unterwegs."),
    "behalten": marked("Die Kündigung ist zurückgenommen, der Vertrag läuft weiter. Was abgesagt wurde, bleibt es."),
}
OUTCOMES: Final = {
    Outcome.ENDED: ("free", marked("Vertrag beendet")),
    Outcome.WITHDRAWN: ("free", marked("widerrufen")),
    Outcome.PUT_ASIDE: ("none", marked("zurückgelegt")),
}


async def keeper(visitor: Visitor) -> Actor:
    """Who looks after other people's contracts; for anybody else, and free of charge, there is no page."""
    actor = staff(visitor, Action.KEEP_CONTRACTS)
    await demand_charges()
    return actor


@get(LIST)
async def declarations_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """What waits, with how many contracts fit, and what was settled last."""
    actor = await keeper(visitor)
    waiting = [
        {"declaration": each, "fitting": len((await fitting(each, visitor.now)).all), **_said(each, visitor)}
        for each in await open_declarations(actor)
    ]
    context = {
        "waiting": waiting,
        "settled": [{"declaration": each, **_said(each, visitor)} for each in await settled_declarations(actor)],
        "notice": notice(request, NOTICES),
    }
    return await pages.show(request, visitor, "network/declarations.html", context)


@get(LIST + "/{declaration:str}")
async def declaration_page(
    request: PageRequest, declaration: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """One declaration; `vertrag` and `zum` show what ending this contract on that day would do."""
    actor = await keeper(visitor)
    card = await declaration_for_staff(actor, checked_id(declaration))
    context = await _one(card, dict(single(request)), visitor) | {"errors": NO_ERRORS}
    return await pages.show(request, visitor, "network/declaration.html", context)


@post(LIST + "/{declaration:str}/beenden")
async def settle_form(
    request: PageRequest,
    declaration: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    actor = await keeper(visitor)
    card = await declaration_for_staff(actor, checked_id(declaration))
    try:
        wish = _wish(card, data.get("zum", ""))
        contract = checked_id(data.get("vertrag", ""))
        await settle_by_staff(actor, card.public_id, contract, wish, data.get("stand", ""), visitor.now)
    except NotFound:
        raise
    except Refusal as refusal:
        context = await _one(card, data, visitor)
        return await show_again(request, visitor, pages, "network/declaration.html", context, [refusal])
    return go(f"{LIST}?getan=erledigt")


@post(LIST + "/{declaration:str}/zuruecklegen")
async def put_aside_form(
    request: PageRequest,
    declaration: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    actor = await keeper(visitor)
    card = await declaration_for_staff(actor, checked_id(declaration))
    try:
        await put_aside(actor, card.public_id, data.get("antwort", ""), visitor.now)
    except Refusal as refusal:
        context = await _one(card, data, visitor)
        return await show_again(request, visitor, pages, "network/declaration.html", context, [refusal])
    return go(f"{LIST}?getan=zurueckgelegt")


@post(LIST + "/{declaration:str}/behalten")
async def keep_form(
    request: PageRequest,
    declaration: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str] | Redirect:
    """Both sides want the contract to go on, or the notice was not the person's own."""
    actor = await keeper(visitor)
    card = await declaration_for_staff(actor, checked_id(declaration))
    contract = await contract_named(card.contract_id) if card.contract_id else None
    if contract is None:
        raise NotFound
    try:
        await take_notice_back(actor, contract, visitor.now, local_day(visitor.now, ZONE))
    except Refusal as refusal:
        context = await _one(card, {}, visitor)
        return await show_again(request, visitor, pages, "network/declaration.html", context, [refusal])
    return go(f"{LIST}?getan=behalten")


async def _one(card: DeclarationCard, asked: dict[str, str], visitor: Visitor) -> dict[str, Any]:
    found = (await fitting(card, visitor.now)).all if card.outcome is None else []
    ended = await contract_named(card.contract_id) if card.contract_id else None
    wanted = asked.get("vertrag", "")
    chosen = next((each for each in found if each.public_id == wanted), found[0] if len(found) == 1 else None)
    today = local_day(visitor.now, ZONE)
    context = {
        "declaration": card,
        "rows": said_rows(card, visitor.speaker),
        **_said(card, visitor),
        "fitting": [_fitting(each, visitor) for each in found],
        "chosen": _fitting(chosen, visitor) if chosen else None,
        "ended_contract": _fitting(ended, visitor) if ended else None,
        "change": await change_by_id(card.order) if card.order else None,
        "withdrawn": [behind_row(Behind(each, None), visitor) for each in await bookings_withdrawn_by(card.id)],
        "amounts": None if card.charged is None else (Money(card.charged), Money(card.owed or 0)),
        "can_be_kept": ended is not None
        and not ended.is_pass
        and ended.ended_because == "notice"
        and not ended.is_over(today),
        "typed": {name: asked.get(name, "")[:LONGEST_REASON] for name in ("zum", "antwort")},
        "longest": LONGEST_REASON,
        "plan": None,
        "hindered": None,
    }
    if chosen is None or (isinstance(chosen, ContractCard) and chosen.is_over(today)):
        return context
    try:
        wish = _wish(card, asked.get("zum", ""))
    except Refusal:
        wish = wish_of(card)
    try:
        plan = await plan_settling(chosen, wish, visitor.now)
    except Refusal as refusal:
        return context | {"hindered": refusal}
    if isinstance(plan, EndPlan):
        return context | planned(plan, today, visitor)
    if isinstance(plan, ChangeBack):
        cancelled = [each for each in plan.behind if each.payment is None]
        kept = [each for each in plan.behind if each.payment is not None]
        terms = name_of(plan.terms, visitor.language)
        return context | _planned(plan, cancelled, kept, visitor) | {"again": terms}
    return context | _planned(plan, [Behind(each, None) for each in plan.ended], [], visitor)


def _planned(
    plan: ChangeBack | SaleBack, cancelled: Sequence[Behind], kept: Sequence[Behind], visitor: Visitor
) -> dict[str, Any]:
    return {
        "plan": plan,
        "cancelled": [behind_row(each, visitor) for each in cancelled],
        "kept": [behind_row(each, visitor) for each in kept],
    }


def _wish(card: DeclarationCard, day: str) -> EndWish:
    """As it was declared, or to the day that staff has typed in."""
    if day and card.kind is not DeclarationKind.WITHDRAWAL:
        return replace(wish_of(card), day=read_day(day, "zum"), is_agreed=True)
    return wish_of(card)


def _fitting(meant: Meant, visitor: Visitor) -> dict[str, Any]:
    """One line of what a declaration may be about."""
    company, is_over, is_noticed = "", False, False
    if isinstance(meant, ContractCard):
        sort, name, ordered_at = "contract", meant.name(visitor.language), meant.ordered_at
        company, is_over = meant.payer_company, meant.is_over(local_day(visitor.now, ZONE))
        is_noticed = meant.noticed_at is not None
    elif isinstance(meant, Sale):
        sort, name, ordered_at = "sale", _sale_name(meant, visitor), meant.first.created_at
    else:
        sort, ordered_at = "change", meant.placed_at
        name = visitor.speaker.say(marked("Wechsel zu {name}"), name=meant.name(visitor.language))
    return {
        "sort": sort,
        "card": meant,
        "name": name,
        "number": meant.public_id,
        "company": company,
        "ordered_on": local_day(ordered_at, ZONE),
        "is_over": is_over,
        "is_noticed": is_noticed,
    }


def _sale_name(sale: Sale, visitor: Visitor) -> str:
    first = sale.first
    return visitor.speaker.say(
        marked("Buchung am {day}, {space}, {price}"),
        day=visitor.speaker.day_of_year(first.starts_at.date()),
        space=first.space.name,
        price=sale.charged,
    )


def _said(card: DeclarationCard, visitor: Visitor) -> dict[str, Any]:
    outcome = OUTCOMES[card.outcome] if card.outcome else None
    return {
        "kind": visitor.speaker.gettext(KIND_NAMES[card.kind]),
        "received": received_text(card, visitor.speaker),
        "outcome": (outcome[0], visitor.speaker.gettext(outcome[1])) if outcome else None,
        "settled_on": local_day(card.settled_at, ZONE) if card.settled_at else None,
    }


HANDLERS = [declarations_page, declaration_page, settle_form, put_aside_form, keep_form]
