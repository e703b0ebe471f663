"""Where the network's staff settles what was declared and could not be settled by rule."""

from dataclasses import replace
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.bookings.contract_ends import EndWish, plan_end
from app.bookings.declaration_settling import contracts_that_fit, settle_by_staff, wish_of
from app.identity.authentication import Visitor
from app.identity.rules import Action, Actor
from app.kernel.refusals import NotFound, Refusal, marked
from app.kernel.wall_time import local_day
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
from app.web.contract_ending import planned
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
        {"declaration": each, "fitting": len(await contracts_that_fit(each)), **_said(each, visitor)}
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
    fitting = await contracts_that_fit(card) if card.outcome is None else []
    ended = await contract_named(card.contract_id) if card.contract_id else None
    wanted = asked.get("vertrag", "")
    chosen = next((each for each in fitting if each.public_id == wanted), fitting[0] if len(fitting) == 1 else None)
    today = local_day(visitor.now, ZONE)
    context = {
        "declaration": card,
        "rows": said_rows(card, visitor.speaker),
        **_said(card, visitor),
        "fitting": [_contract(each, visitor) for each in fitting],
        "chosen": _contract(chosen, visitor) if chosen else None,
        "ended_contract": _contract(ended, visitor) if ended else None,
        "can_be_kept": ended is not None
        and not ended.is_pass
        and ended.ended_because == "notice"
        and not ended.is_over(today),
        "typed": {name: asked.get(name, "")[:LONGEST_REASON] for name in ("zum", "antwort")},
        "longest": LONGEST_REASON,
        "plan": None,
    }
    if chosen is None or chosen.is_over(today):
        return context
    try:
        wish = _wish(card, asked.get("zum", ""))
    except Refusal:
        wish = wish_of(card)
    return context | planned(await plan_end(chosen, wish, visitor.now), today, visitor)


def _wish(card: DeclarationCard, day: str) -> EndWish:
    """As it was declared, or to the day that staff has typed in."""
    if day and card.kind is not DeclarationKind.WITHDRAWAL:
        return replace(wish_of(card), day=read_day(day, "zum"), is_agreed=True)
    return wish_of(card)


def _contract(contract: ContractCard, visitor: Visitor) -> dict[str, Any]:
    return {
        "card": contract,
        "name": contract.name(visitor.language),
        "ordered_on": local_day(contract.ordered_at, ZONE),
        "is_over": contract.is_over(local_day(visitor.now, ZONE)),
    }


def _said(card: DeclarationCard, visitor: Visitor) -> dict[str, Any]:
    outcome = OUTCOMES[card.outcome] if card.outcome else None
    return {
        "kind": visitor.speaker.gettext(KIND_NAMES[card.kind]),
        "received": received_text(card, visitor.speaker),
        "outcome": (outcome[0], visitor.speaker.gettext(outcome[1])) if outcome else None,
        "settled_on": local_day(card.settled_at, ZONE) if card.settled_at else None,
    }


HANDLERS = [declarations_page, declaration_page, settle_form, put_aside_form, keep_form]
