"""A person's own contract: ending it, and withdrawing from it, with all that follows shown before."""

from datetime import date
from secrets import token_urlsafe
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.bookings.contract_ends import EndPlan, EndWish, plan_end
from app.bookings.declaration_settling import declare_and_end
from app.bookings.paying_otherwise import Behind
from app.identity.authentication import Visitor
from app.inventory.rules import label
from app.kernel.refusals import NotFound, Refusal, marked
from app.kernel.wall_time import local_day
from app.plans.contracts import ContractCard, contract_of
from app.plans.declarations import DeclarationKind, Declared, receipt_token, wrong_in
from app.plans.ending import EndedAlready
from app.platform.settings import Settings
from app.web.declarations import demand_charges
from app.web.forms import NO_ERRORS, checked_id, read_day, show_again
from app.web.front_desk import single
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE
from app.web.week_view import times_text

_BUTTON: Final = {
    DeclarationKind.ORDINARY: marked("jetzt kündigen"),
    DeclarationKind.WITHDRAWAL: marked("Widerruf bestätigen"),
}


@get("/mitgliedschaft/{membership:str}/kuendigen")
async def notice_page(
    request: PageRequest,
    membership: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """When it would end and what is booked behind that; `zum` is a later day."""
    contract = await _own(membership, visitor)
    typed = single(request).get("zum", "")[:20]
    try:
        context = await _end(contract, DeclarationKind.ORDINARY, typed, visitor)
    except Refusal as refusal:
        context = await _end(contract, DeclarationKind.ORDINARY, "", visitor)
        return await show_again(request, visitor, pages, "contract/end.html", context | {"typed": typed}, [refusal])
    return await pages.show(request, visitor, "contract/end.html", context | {"errors": NO_ERRORS})


@post("/mitgliedschaft/{membership:str}/kuendigen")
async def notice_form(
    request: PageRequest,
    membership: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
    data: FormData,
) -> Response[str] | Redirect:
    contract = await _own(membership, visitor)
    return await _declared(request, visitor, pages, settings, contract, DeclarationKind.ORDINARY, data)


@get("/mitgliedschaft/{contract:str}/widerrufen")
async def withdrawal_page(
    request: PageRequest, contract: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """Until when it is possible, what is paid back and owed, and what is booked."""
    context = await _end(await _own(contract, visitor), DeclarationKind.WITHDRAWAL, "", visitor)
    return await pages.show(request, visitor, "contract/end.html", context | {"errors": NO_ERRORS})


@post("/mitgliedschaft/{contract:str}/widerrufen")
async def withdrawal_form(
    request: PageRequest,
    contract: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
    data: FormData,
) -> Response[str] | Redirect:
    own = await _own(contract, visitor)
    return await _declared(request, visitor, pages, settings, own, DeclarationKind.WITHDRAWAL, data)


async def _own(public_id: str, visitor: Visitor) -> ContractCard:
    await demand_charges()
    contract = await contract_of(visitor.signed_in.person, checked_id(public_id))
    if contract is None:
        raise NotFound
    return contract


async def _declared(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    settings: Settings,
    contract: ContractCard,
    kind: DeclarationKind,
    data: FormData,
) -> Response[str] | Redirect:
    actor, typed = visitor.signed_in, data.get("zum", "")[:20]
    try:
        day = read_day(typed, "zum") if typed and kind is DeclarationKind.ORDINARY else None
        declared = Declared(
            kind,
            actor.name,
            f"{contract.name(visitor.language)}, {contract.public_id}",
            actor.email or data.get("email", ""),
            wished_end=day,
            form_key=data.get("schluessel", "")[:40],
        )
        for refusal in wrong_in(declared, local_day(visitor.now, ZONE)):
            raise refusal
        made = await declare_and_end(actor, contract, declared, data.get("stand", ""), visitor.now)
    except Refusal as refusal:
        if refusal.field == "wished_end":
            refusal.field = "zum"
        context = await _end(contract, kind, "", visitor) | {"typed": typed, "email": data.get("email", "")[:254]}
        return await show_again(request, visitor, pages, "contract/end.html", context, [refusal])
    return go(f"/erklaerung/{receipt_token(made.public_id, settings.signing_key)}")


async def _end(contract: ContractCard, kind: DeclarationKind, typed: str, visitor: Visitor) -> dict[str, Any]:
    today = local_day(visitor.now, ZONE)
    day = read_day(typed, "zum") if typed else None
    context = {
        "contract": contract,
        "name": contract.name(visitor.language),
        "is_withdrawal": kind is DeclarationKind.WITHDRAWAL,
        "button": visitor.speaker.gettext(_BUTTON[kind]),
        "typed": typed,
        "email": "",
        "today": today,
        "form_key": token_urlsafe(12),
    }
    if contract.is_over(today):
        return context | {"plan": None, "ended": EndedAlready()}
    return context | planned(await plan_end(contract, EndWish(kind, day), visitor.now), today, visitor)


def planned(plan: EndPlan, today: date, visitor: Visitor) -> dict[str, Any]:
    """What an end does, as pages show it."""
    contract = plan.contract
    return {
        "plan": plan,
        "cancelled": [behind_row(each, visitor) for each in plan.behind if each.payment is None],
        "kept": [behind_row(each, visitor) for each in plan.behind if each.payment is not None],
        "noticed": plan.withdrawal is None and contract.ends_anyway(plan.last_day),
        "ended": plan.withdrawal.refusal if plan.withdrawal else None,
        "begins_later": contract.first_day > today,
    }


def behind_row(behind: Behind, visitor: Visitor) -> dict[str, Any]:
    """A booking that is cancelled, or paid for by what is said."""
    booking, payment = behind.booking, behind.payment
    return {
        "day": booking.starts_at.date(),
        "times": times_text(booking.starts_at, booking.ends_at, visitor),
        "space": booking.space.name,
        "label": label(booking.resource.kind, booking.resource.name),
        "pays": payment.entitlement.label if payment is not None and payment.entitlement is not None else "",
    }


HANDLERS = [notice_page, notice_form, withdrawal_page, withdrawal_form]
