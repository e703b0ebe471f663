"""Setting an operator up, step by step: each is done on its own page, left for later, and found again here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.identity.invitations import open_invitations
from app.inventory.queries import resources_of
from app.kernel.refusals import BadInput, marked
from app.kernel.wall_time import local_day
from app.network.operators import (
    TAX_NAMES,
    Entity,
    TaxKind,
    check_entity,
    enter_entity,
    enter_tax_status,
    operator_record,
    tax_history,
    tax_on,
)
from app.network.queries import OperatorCard
from app.web.forms import NO_ERRORS, notice, read_day, show_again
from app.web.home import FormData
from app.web.managing import managed_operator_of, spaces_of
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE

NOTICES = {
    "rechtsform": marked("Die Angaben zum Betreiber sind gespeichert."),
    "steuern": marked("Die Angabe zur Steuer ist gespeichert. Frühere bleiben nachlesbar."),
}
_TAX_MEANS = {
    TaxKind.STANDARD: marked("Sie weisen Umsatzsteuer aus"),
    TaxKind.SMALL_BUSINESS: marked("Sie weisen keine Umsatzsteuer aus"),
    TaxKind.PUBLIC_BODY: marked("Etwa Gemeinde, Stadt, Kreis oder Kirche"),
}
_ENTITY = ("legal_name", "legal_form", "street", "postcode", "place", "register")


@dataclass(frozen=True, slots=True)
class Step:
    """One of the way. What can wait is no hindrance to publishing; what is not open needs another one first."""

    title: str
    url: str
    is_done: bool
    why: str
    can_wait: bool = False
    is_open: bool = True


@get("/betreiber/{slug:str}/einrichten")
async def setup_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    operator = await managed_operator_of(slug, visitor)
    steps = await _steps(operator, visitor)
    needed = [step for step in steps if not step.can_wait]
    context = {
        "operator": operator,
        "steps": steps,
        "done": sum(step.is_done for step in steps),
        "next": next((step for step in needed if not step.is_done and step.is_open), None),
        "is_ready": all(step.is_done for step in needed),
        "notice": notice(request, NOTICES),
    }
    return await pages.show(request, visitor, "operator/setup.html", context)


async def _steps(operator: OperatorCard, visitor: Visitor) -> list[Step]:
    """In the order in which they are best gone; what is done leads to where it can be changed."""
    actor, address = visitor.signed_in, f"/betreiber/{operator.slug}"
    record = await operator_record(actor, operator.slug, visitor.now)
    is_taxed = bool(await tax_history(actor, operator.id))
    has_team = record.staff > 1 or bool(await open_invitations(operator.id, visitor.now))
    return [
        Step(
            marked("Wer Sie sind"),
            f"{address}/rechtsform",
            record.entity.is_complete,
            marked("Rechtlicher Name und Anschrift"),
        ),
        Step(
            marked("Steuern"),
            f"{address}/steuern",
            is_taxed,
            marked("Wird erst gebraucht, wenn Geld fließt"),
            can_wait=True,
        ),
        Step(
            marked("Team"),
            f"{address}/team",
            has_team,
            marked("Wer an der Theke steht oder die Zahlen sieht"),
            can_wait=True,
        ),
        *await _steps_of_spaces(operator, visitor),
    ]


async def _steps_of_spaces(operator: OperatorCard, visitor: Visitor) -> list[Step]:
    """Of the space that needs something first; with none, only the first can be gone."""
    spaces = await spaces_of(operator, visitor)
    counts = [len(await resources_of(space.id)) for space in spaces]
    unpublished = next((space for space in spaces if space.published_at is None), spaces[0] if spaces else None)
    empty = next((space for space, count in zip(spaces, counts, strict=True) if not count), None)
    about = unpublished.slug if unpublished else ""
    return [
        Step(
            marked("Erster Standort"),
            f"/betrieb/{about}/angaben" if spaces else f"/betreiber/{operator.slug}/standorte/neu",
            bool(spaces),
            marked("Name, Anschrift und Öffnungszeiten"),
        ),
        Step(
            marked("Plätze"),
            f"/betrieb/{empty.slug}/plaetze/viele" if empty else f"/betrieb/{about}/plaetze",
            any(counts),
            marked("Viele auf einmal, etwa „A1 bis A12“"),
            is_open=bool(spaces),
        ),
        Step(
            marked("Veröffentlichen"),
            f"/betrieb/{about}/veroeffentlichen",
            any(space.published_at for space in spaces),
            marked("Ab dann findet und bucht man Ihren Standort"),
            is_open=any(counts),
        ),
    ]


@get("/betreiber/{slug:str}/rechtsform")
async def entity_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    operator = await managed_operator_of(slug, visitor)
    entity = (await operator_record(visitor.signed_in, slug, visitor.now)).entity
    typed = {name: getattr(entity, name) for name in _ENTITY}
    typed["legal_name"] = typed["legal_name"] or operator.name
    context = {"operator": operator, "typed": typed, "errors": NO_ERRORS}
    return await pages.show(request, visitor, "operator/entity.html", context)


@post("/betreiber/{slug:str}/rechtsform")
async def entity_form(
    request: PageRequest,
    slug: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    operator = await managed_operator_of(slug, visitor)
    typed = {name: data.get(name, "").strip()[:400] for name in _ENTITY}
    entity = Entity(**typed)
    refusals = check_entity(entity)
    if refusals:
        context = {"operator": operator, "typed": typed}
        return await show_again(request, visitor, pages, "operator/entity.html", context, refusals)
    await enter_entity(visitor.signed_in, slug, entity, visitor.now)
    return go(f"/betreiber/{slug}/einrichten?getan=rechtsform")


@get("/betreiber/{slug:str}/steuern")
async def tax_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    operator = await managed_operator_of(slug, visitor)
    typed = {"kind": "", "valid_from": local_day(visitor.now, ZONE).isoformat()}
    context = await _tax(operator, visitor, typed) | {"errors": NO_ERRORS}
    return await pages.show(request, visitor, "operator/tax.html", context)


@post("/betreiber/{slug:str}/steuern")
async def tax_form(
    request: PageRequest,
    slug: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    operator = await managed_operator_of(slug, visitor)
    typed = {name: data.get(name, "")[:40] for name in ("kind", "valid_from")}
    try:
        await enter_tax_status(
            visitor.signed_in, slug, typed["kind"], read_day(typed["valid_from"], "valid_from"), visitor.now
        )
    except BadInput as refusal:
        context = await _tax(operator, visitor, typed)
        return await show_again(request, visitor, pages, "operator/tax.html", context, [refusal])
    return go(f"/betreiber/{slug}/einrichten?getan=steuern")


async def _tax(operator: OperatorCard, visitor: Visitor, typed: Mapping[str, str]) -> dict[str, Any]:
    say, history = visitor.speaker.gettext, await tax_history(visitor.signed_in, operator.id)
    return {
        "operator": operator,
        "typed": typed,
        "history": history,
        "current": tax_on(history, local_day(visitor.now, ZONE)),
        "names": TAX_NAMES,
        "kinds": [(kind.value, say(TAX_NAMES[kind]), say(_TAX_MEANS[kind])) for kind in TaxKind],
    }


HANDLERS = [
    setup_page,
    entity_page,
    entity_form,
    tax_page,
    tax_form,
]
