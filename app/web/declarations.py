"""'Verträge hier kündigen' and 'Vertrag widerrufen': the forms that need no account, and the receipt."""

import re
from collections.abc import Mapping
from datetime import date
from secrets import token_urlsafe
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.bookings.sale_withdrawing import sale_named
from app.identity.authentication import Visitor
from app.kernel.refusals import NotFound, Refusal, marked
from app.kernel.wall_time import local_day
from app.network.queries import the_network
from app.plans.change_withdrawals import change_named
from app.plans.contracts import ContractCard, running_contracts_of
from app.plans.declaration_words import KIND_NAMES, received_text, said_rows
from app.plans.declarations import (
    LONGEST_CONTRACT,
    LONGEST_REASON,
    DeclarationCard,
    DeclarationKind,
    Declared,
    declare,
    receipt_of,
    receipt_token,
    wrong_in,
)
from app.platform.settings import Settings
from app.web.forms import NO_ERRORS, read_day, show_again
from app.web.front_desk import single
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE

NOTICE, WITHDRAWAL = "/vertrag-kuendigen", "/vertrag-widerrufen"
_FIELDS: Final = ("kind", "reason", "name", "contract", "wished_end", "email", "schluessel")
_NUMBER: Final = re.compile(r"[a-z0-9]{8,40}")
_LONGEST_TYPED: Final = 4000


async def demand_charges() -> None:
    """Raises NotFound where the network is free of charge for good: there are no contracts that cost anything."""
    network = await the_network()
    if network is None or not network.charges:
        raise NotFound


@get([NOTICE, WITHDRAWAL])
async def declare_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """The law's fields and its button. Who is signed in finds them filled in; `vertrag` names one of the own."""
    await demand_charges()
    typed = await _known(visitor, single(request).get("vertrag", ""))
    if single(request).get("art") == DeclarationKind.FOR_CAUSE:
        typed["kind"] = DeclarationKind.FOR_CAUSE
    context = await _form(request, visitor, typed) | {"errors": NO_ERRORS}
    return await pages.show(request, visitor, "contract/declare.html", context)


@post([NOTICE, WITHDRAWAL])
async def declare_form(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
    data: FormData,
) -> Response[str] | Redirect:
    """Takes the declaration in and shows its receipt, whatever contract it names."""
    await demand_charges()
    typed = {name: data.get(name, "")[:_LONGEST_TYPED] for name in _FIELDS}
    refusals: list[Refusal] = []
    wished: date | None = None
    try:
        wished = read_day(typed["wished_end"], "wished_end") if typed["wished_end"] else None
    except Refusal as refusal:
        refusals = [refusal]
    declared = Declared(
        _kind(request, typed["kind"]),
        typed["name"],
        typed["contract"],
        typed["email"],
        typed["reason"],
        wished,
        typed["schluessel"],
    )
    refusals = _in_order([*refusals, *wrong_in(declared, local_day(visitor.now, ZONE))])
    if not refusals:
        try:
            made = await declare(declared, visitor.actor, visitor.language, visitor.address, visitor.now)
            return go(f"/erklaerung/{receipt_token(made.public_id, settings.signing_key)}")
        except Refusal as refusal:
            refusals = [refusal]
    context = await _form(request, visitor, typed)
    return await show_again(request, visitor, pages, "contract/declare.html", context, refusals)


@get("/erklaerung/{link:str}")
async def receipt_page(
    request: PageRequest,
    link: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
) -> Response[str]:
    """What was declared and when, for whoever has the address; to be saved or printed."""
    await demand_charges()
    declaration = await receipt_of(link, settings.signing_key, visitor.now)
    is_own = visitor.actor is not None and visitor.actor.person == declaration.person
    context = {
        "declaration": declaration,
        "rows": said_rows(declaration, visitor.speaker),
        "file": f"/erklaerung/{link}/datei",
        "is_settled": is_own and declaration.outcome is not None,
    }
    return await pages.show(
        request, visitor, "contract/receipt.html", context, headers={"Referrer-Policy": "no-referrer"}
    )


@get("/erklaerung/{link:str}/datei")
async def receipt_file(
    link: FromPath[str],
    visitor: NamedDependency[Visitor],
    settings: NamedDependency[Settings],
) -> Response[bytes]:
    """The same as a text file."""
    await demand_charges()
    declaration = await receipt_of(link, settings.signing_key, visitor.now)
    day = declaration.received_at.astimezone(ZONE).date()
    name = "widerruf" if declaration.is_withdrawal else "kuendigung"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}-{day}.txt"',
        "Cache-Control": "private, no-store",
    }
    return Response(
        await _file(declaration, visitor), media_type="text/plain; charset=utf-8", status_code=200, headers=headers
    )


async def _file(declaration: DeclarationCard, visitor: Visitor) -> bytes:
    network = await the_network()
    says = visitor.speaker
    first = says.say(
        marked("{kind}, eingegangen am {received}"),
        kind=says.gettext(KIND_NAMES[declaration.kind]),
        received=received_text(declaration, says),
    )
    lines = [network.name if network else "", first, ""]
    lines += [f"{label}: {text}" for label, text in said_rows(declaration, says)]
    return ("\r\n".join(lines) + "\r\n").encode()


async def _form(request: PageRequest, visitor: Visitor, typed: Mapping[str, str]) -> dict[str, Any]:
    is_withdrawal = request.url.path == WITHDRAWAL
    own = [] if visitor.actor is None else await running_contracts_of(visitor.actor.person, _today(visitor))
    return {
        "is_withdrawal": is_withdrawal,
        "address": request.url.path,
        "typed": {"schluessel": token_urlsafe(12), **{name: text for name, text in typed.items() if text}},
        "kinds": [
            (DeclarationKind.ORDINARY.value, visitor.speaker.gettext(marked("ordentlich"))),
            (DeclarationKind.FOR_CAUSE.value, visitor.speaker.gettext(marked("aus wichtigem Grund"))),
        ],
        "own": [_named(each, visitor.language) for each in own],
        "longest_contract": LONGEST_CONTRACT,
        "longest_reason": LONGEST_REASON,
        "first_day": _today(visitor).isoformat(),
    }


async def _known(visitor: Visitor, wanted: str) -> dict[str, str]:
    """What is known of who is signed in, of the own contracts the wanted one, or the only one; of anybody else the
    number in the address."""
    number = wanted if _NUMBER.fullmatch(wanted) else ""
    typed = {"kind": DeclarationKind.ORDINARY.value, "contract": number}
    if visitor.actor is None:
        return typed
    own = await running_contracts_of(visitor.actor.person, _today(visitor))
    meant = [each for each in own if each.public_id == wanted] or (own if len(own) == 1 and not number else [])
    return typed | {
        "name": visitor.actor.name,
        "email": visitor.actor.email or "",
        "contract": _named(meant[0], visitor.language) if meant else await _order_named(number, visitor) or number,
    }


async def _order_named(number: str, visitor: Visitor) -> str:
    """The own change of plan or booking with this number, in words; nothing where there is none."""
    says, person = visitor.speaker, visitor.signed_in.person
    change = await change_named(number) if number else None
    if change is not None and change.person == person:
        return says.say(marked("Wechsel zu {name}, {number}"), name=change.name(visitor.language), number=number)
    sale = await sale_named(number) if number else None
    if sale is not None and sale.person == person:
        day = says.day_of_year(sale.first.starts_at.date())
        return says.say(marked("Buchung am {day}, {number}"), day=day, number=number)
    return ""


def _named(contract: ContractCard, language: str) -> str:
    return f"{contract.name(language)}, {contract.public_id}"


def _kind(request: PageRequest, typed: str) -> DeclarationKind:
    if request.url.path == WITHDRAWAL:
        return DeclarationKind.WITHDRAWAL
    return DeclarationKind.FOR_CAUSE if typed == DeclarationKind.FOR_CAUSE else DeclarationKind.ORDINARY


def _in_order(refusals: list[Refusal]) -> list[Refusal]:
    return sorted(refusals, key=lambda refusal: _FIELDS.index(refusal.field or "kind"))


def _today(visitor: Visitor) -> date:
    return local_day(visitor.now, ZONE)


HANDLERS = [declare_page, declare_form, receipt_page, receipt_file]
