"""Setting an operator up, step by step: each is done on its own page, left for later, and found again here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.identity.invitations import Invite, invite, open_invitations, revoke_invitation
from app.identity.rules import Grant, Role, usable_email, usable_name
from app.inventory.queries import resources_of
from app.kernel.refusals import BadInput, NotFound, Refusal, marked
from app.kernel.wall_time import local_day
from app.network.invited_roles import ROLE_NAMES
from app.network.managing import managed_spaces
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
from app.network.queries import OperatorCard, SpaceCard
from app.platform.settings import Settings
from app.web.forms import NO_ERRORS, checked_id, notice, read_day, refusals_of, show_again
from app.web.home import FormData
from app.web.managing import managed_operator_of
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE

NOTICES = {
    "rechtsform": marked("Die Angaben zum Betreiber sind gespeichert."),
    "steuern": marked("Die Angabe zur Steuer ist gespeichert. Frühere bleiben nachlesbar."),
    "eingeladen": marked("Die Einladung ist unterwegs."),
    "zurueck": marked("Die Einladung gilt nicht mehr."),
}
INVITED_TO = (Role.FRONT_DESK, Role.ACCOUNTANT, Role.OPERATOR_MANAGER)
_ENTITY = ("legal_name", "legal_form", "street", "postcode", "place", "register")


class RoleNeeded(BadInput):
    code = "role_needed"
    text = marked("Bitte eine Aufgabe wählen.")


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
    actor, address = visitor.signed_in, f"/betreiber/{operator.slug}"
    record = await operator_record(actor, operator.slug, visitor.now)
    spaces = await _spaces(operator, visitor)
    resources = [len(await resources_of(space.id)) for space in spaces]
    unpublished = next((space for space in spaces if space.published_at is None), spaces[0] if spaces else None)
    empty = next((space for space, count in zip(spaces, resources, strict=True) if not count), unpublished)
    team = record.staff > 1 or bool(await open_invitations(operator.id, visitor.now))
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
            bool(await tax_history(actor, operator.id)),
            marked("Wird erst gebraucht, wenn Geld fließt"),
            can_wait=True,
        ),
        Step(
            marked("Team"),
            f"{address}/einladungen",
            team,
            marked("Wer an der Theke steht oder die Zahlen sieht"),
            can_wait=True,
        ),
        Step(
            marked("Erster Standort"),
            f"{address}/standorte/neu",
            bool(spaces),
            marked("Name, Anschrift und Öffnungszeiten"),
        ),
        Step(
            marked("Plätze"),
            f"/betrieb/{empty.slug}/plaetze/viele" if empty else "",
            any(resources),
            marked("Viele auf einmal, etwa „A1 bis A12“"),
            is_open=bool(spaces),
        ),
        Step(
            marked("Veröffentlichen"),
            f"/betrieb/{unpublished.slug}" if unpublished else "",
            record.published > 0,
            marked("Ab dann findet und bucht man Ihren Standort"),
            is_open=any(resources),
        ),
    ]


async def _spaces(operator: OperatorCard, visitor: Visitor) -> list[SpaceCard]:
    return [space for space in await managed_spaces(visitor.signed_in) if space.operator.id == operator.id]


@get("/betreiber/{slug:str}/rechtsform")
async def entity_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    operator = await managed_operator_of(slug, visitor)
    entity = (await operator_record(visitor.signed_in, slug, visitor.now)).entity
    typed = {name: getattr(entity, name) for name in _ENTITY}
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
    history = await tax_history(visitor.signed_in, operator.id)
    return {
        "operator": operator,
        "typed": typed,
        "history": history,
        "current": tax_on(history, local_day(visitor.now, ZONE)),
        "names": TAX_NAMES,
        "kinds": [(kind.value, visitor.speaker.gettext(TAX_NAMES[kind])) for kind in TaxKind],
    }


@get("/betreiber/{slug:str}/einladungen")
async def invitations_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    operator = await managed_operator_of(slug, visitor)
    typed = {"name": "", "email": "", "role": Role.FRONT_DESK.value, "where": ""}
    context = await _invitations(request, operator, visitor, typed) | {"errors": NO_ERRORS}
    return await pages.show(request, visitor, "operator/invitations.html", context)


@post("/betreiber/{slug:str}/einladungen")
async def invite_colleague(
    request: PageRequest,
    slug: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
    data: FormData,
) -> Response[str] | Redirect:
    operator = await managed_operator_of(slug, visitor)
    typed = {name: data.get(name, "")[:300] for name in ("name", "email", "role", "where")}
    refusals: list[Refusal] = refusals_of(
        lambda: usable_name(typed["name"]), lambda: usable_email(typed["email"]), lambda: _role(typed["role"])
    )
    if not refusals:
        try:
            grant = await _grant(operator, visitor, typed)
            wanted = Invite(typed["name"], typed["email"], grant, operator.id, visitor.language)
            await invite(visitor.signed_in, wanted, visitor.now, key=settings.signing_key, address=visitor.address)
            return go(f"/betreiber/{slug}/einladungen?getan=eingeladen")
        except NotFound:
            raise
        except Refusal as refusal:
            refusals = [refusal]
    context = await _invitations(request, operator, visitor, typed)
    return await show_again(request, visitor, pages, "operator/invitations.html", context, refusals)


@post("/betreiber/{slug:str}/einladungen/{invitation:str}/zuruecknehmen")
async def take_invitation_back(
    slug: FromPath[str], invitation: FromPath[str], visitor: NamedDependency[Visitor]
) -> Redirect:
    operator = await managed_operator_of(slug, visitor)
    public_id = checked_id(invitation)
    if public_id not in {each.public_id for each in await open_invitations(operator.id, visitor.now)}:
        raise NotFound
    await revoke_invitation(visitor.signed_in, public_id, visitor.now)
    return go(f"/betreiber/{slug}/einladungen?getan=zurueck")


async def _grant(operator: OperatorCard, visitor: Visitor, typed: Mapping[str, str]) -> Grant:
    """A front desk can be for one space alone. Raises NotFound for a space of others."""
    role = _role(typed["role"])
    if role is not Role.FRONT_DESK or not typed["where"]:
        return Grant(role, "operator", operator.id)
    for space in await _spaces(operator, visitor):
        if space.slug == typed["where"]:
            return Grant(role, "space", space.id)
    raise NotFound


def _role(text: str) -> Role:
    """Raises RoleNeeded."""
    if text not in INVITED_TO:
        raise RoleNeeded(field="role")
    return Role(text)


async def _invitations(
    request: PageRequest, operator: OperatorCard, visitor: Visitor, typed: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "operator": operator,
        "typed": typed,
        "roles": [(role.value, visitor.speaker.gettext(ROLE_NAMES[role])) for role in INVITED_TO],
        "spaces": [(space.slug, space.name) for space in await _spaces(operator, visitor)],
        "invitations": [
            (each, ROLE_NAMES[each.grant.role]) for each in await open_invitations(operator.id, visitor.now)
        ],
        "notice": notice(request, NOTICES),
    }


HANDLERS = [
    setup_page,
    entity_page,
    entity_form,
    tax_page,
    tax_form,
    invitations_page,
    invite_colleague,
    take_invitation_back,
]
