"""The network's list of operators: inviting one, suspending it, and its end."""

from datetime import timedelta
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.bookings.operator_ends import Leaving, end_operator, keep_operator, plan_end
from app.identity.authentication import Visitor
from app.identity.invitations import open_invitations, revoke_invitation
from app.identity.rules import Action, usable_email, usable_name
from app.inventory.rules import label
from app.kernel.refusals import BadInput, NotFound, Refusal, marked
from app.kernel.wall_time import local_day
from app.network.invited_roles import ROLE_NAMES
from app.network.operators import (
    STATUS_NAMES,
    TAX_NAMES,
    OperatorRecord,
    OperatorStatus,
    invite_operator,
    operator_record,
    operators_of_all,
    resume_operator,
    suspend_operator,
    tax_history,
)
from app.platform.settings import Settings
from app.web.forms import NO_ERRORS, checked_id, notice, read_day, refusals_of, show_again
from app.web.front_desk import single
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE
from app.web.staff import staff
from app.web.week_view import times_text

LIST = "/netzwerk/betreiber"
STATES = {
    OperatorStatus.INVITED: "none",
    OperatorStatus.ACTIVE: "free",
    OperatorStatus.SUSPENDED: "late",
    OperatorStatus.ENDING: "late",
    OperatorStatus.ENDED: "not",
}
NOTICES = {
    "eingeladen": marked("Die Einladung ist unterwegs."),
    "ausgesetzt": marked("Ausgesetzt. Die Standorte nehmen keine Buchungen mehr an, was gebucht ist, gilt weiter."),
    "fortgesetzt": marked("Die Standorte nehmen wieder Buchungen an."),
    "endet": marked("Der letzte Tag steht fest. Wer danach gebucht hatte, bekommt eine E-Mail."),
    "bleibt": marked("Der Betreiber bleibt. Was abgesagt wurde, bleibt abgesagt."),
    "zurueck": marked("Die Einladung gilt nicht mehr."),
}


@get(LIST)
async def operators_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    actor = staff(visitor, Action.MANAGE_NETWORK)
    rows = await operators_of_all(actor, visitor.now)
    context = {
        "rows": [_row(record) for record in rows],
        "notice": notice(request, NOTICES),
    }
    return await pages.show(request, visitor, "network/operators.html", context)


@get(f"{LIST}/neu")
async def new_operator_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    staff(visitor, Action.MANAGE_NETWORK)
    context = {"typed": dict.fromkeys(("operator", "name", "email"), ""), "errors": NO_ERRORS}
    return await pages.show(request, visitor, "network/new_operator.html", context)


@post(LIST)
async def invite_form(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
    data: FormData,
) -> Response[str] | Redirect:
    actor = staff(visitor, Action.MANAGE_NETWORK)
    typed = {name: data.get(name, "")[:300] for name in ("operator", "name", "email")}
    refusals: list[Refusal] = refusals_of(
        lambda: _named(typed["operator"]), lambda: usable_name(typed["name"]), lambda: usable_email(typed["email"])
    )
    if not refusals:
        try:
            card, _ = await invite_operator(
                actor,
                typed["operator"],
                typed["name"],
                typed["email"],
                visitor.now,
                key=settings.signing_key,
                address=visitor.address,
                language=visitor.language,
            )
            return go(f"{LIST}/{card.slug}?getan=eingeladen")
        except Refusal as refusal:
            refusals = [refusal]
    return await show_again(request, visitor, pages, "network/new_operator.html", {"typed": typed}, refusals)


def _named(name: str) -> None:
    try:
        usable_name(name)
    except BadInput as refusal:
        refusal.field = "operator"
        raise


@get(LIST + "/{slug:str}")
async def one_operator(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    actor = staff(visitor, Action.MANAGE_NETWORK)
    record = await operator_record(actor, slug, visitor.now)
    context = {
        **_row(record),
        "taxes": await tax_history(actor, record.card.id),
        "tax_names": TAX_NAMES,
        "invitations": [
            (each, ROLE_NAMES[each.grant.role]) for each in await open_invitations(record.card.id, visitor.now)
        ],
        "notice": notice(request, NOTICES),
    }
    return await pages.show(request, visitor, "network/operator.html", context)


@post(LIST + "/{slug:str}/aussetzen")
async def suspend(slug: FromPath[str], visitor: NamedDependency[Visitor]) -> Redirect:
    await suspend_operator(staff(visitor, Action.MANAGE_NETWORK), slug, visitor.now)
    return go(f"{LIST}/{slug}?getan=ausgesetzt")


@post(LIST + "/{slug:str}/fortsetzen")
async def resume(slug: FromPath[str], visitor: NamedDependency[Visitor]) -> Redirect:
    await resume_operator(staff(visitor, Action.MANAGE_NETWORK), slug, visitor.now)
    return go(f"{LIST}/{slug}?getan=fortgesetzt")


@get(LIST + "/{slug:str}/beenden")
async def end_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """Asks for the last day; with one in the address it shows whom that concerns."""
    actor = staff(visitor, Action.MANAGE_NETWORK)
    record = await operator_record(actor, slug, visitor.now)
    text = single(request).get("letzter_tag", "")
    context = _end(record, text) | {"errors": NO_ERRORS, "rows": None}
    if not text:
        return await pages.show(request, visitor, "network/end_operator.html", context)
    try:
        plan = await plan_end(actor, slug, read_day(text, "letzter_tag"), visitor.now)
    except NotFound:
        raise
    except Refusal as refusal:
        return await show_again(request, visitor, pages, "network/end_operator.html", context, [_beside(refusal)])
    context |= _planned(plan, visitor)
    return await pages.show(request, visitor, "network/end_operator.html", context)


@post(LIST + "/{slug:str}/beenden")
async def end_form(
    request: PageRequest,
    slug: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    actor, text = staff(visitor, Action.MANAGE_NETWORK), data.get("letzter_tag", "")
    record = await operator_record(actor, slug, visitor.now)
    try:
        await end_operator(actor, slug, read_day(text, "letzter_tag"), data.get("stand", ""), visitor.now)
    except NotFound:
        raise
    except BadInput as refusal:
        context = _end(record, text) | {"rows": None}
        return await show_again(request, visitor, pages, "network/end_operator.html", context, [_beside(refusal)])
    except Refusal as refusal:
        context = _end(record, text) | _planned(
            await plan_end(actor, slug, read_day(text, "letzter_tag"), visitor.now), visitor
        )
        return await show_again(request, visitor, pages, "network/end_operator.html", context, [refusal])
    return go(f"{LIST}/{slug}?getan=endet")


@post(LIST + "/{slug:str}/behalten")
async def keep(slug: FromPath[str], visitor: NamedDependency[Visitor]) -> Redirect:
    await keep_operator(staff(visitor, Action.MANAGE_NETWORK), slug, visitor.now)
    return go(f"{LIST}/{slug}?getan=bleibt")


@post(LIST + "/{slug:str}/einladungen/{invitation:str}/zuruecknehmen")
async def take_back(slug: FromPath[str], invitation: FromPath[str], visitor: NamedDependency[Visitor]) -> Redirect:
    actor = staff(visitor, Action.MANAGE_NETWORK)
    record, public_id = await operator_record(actor, slug, visitor.now), checked_id(invitation)
    if public_id not in {each.public_id for each in await open_invitations(record.card.id, visitor.now)}:
        raise NotFound
    await revoke_invitation(actor, public_id, visitor.now)
    return go(f"{LIST}/{slug}?getan=zurueck")


def _row(record: OperatorRecord) -> dict[str, Any]:
    return {
        "record": record,
        "since": local_day(record.since, ZONE),
        "state": (STATES[record.status], STATUS_NAMES[record.status]),
        "last_day": local_day(record.ends_at - timedelta(minutes=1), ZONE) if record.ends_at else None,
    }


def _end(record: OperatorRecord, text: str) -> dict[str, Any]:
    return {"record": record, "typed": text[:20]}


def _planned(plan: Leaving, visitor: Visitor) -> dict[str, Any]:
    return {
        "last_day": plan.last_day,
        "plan_state": plan.state,
        "waiting": plan.waiting,
        "fixed": plan.fixed,
        "rows": [
            {
                "person": name,
                "space": booking.space.name,
                "day": booking.starts_at.date(),
                "times": times_text(booking.starts_at, booking.ends_at, visitor),
                "label": label(booking.resource.kind, booking.resource.name),
            }
            for booking, name in plan.affected
        ],
    }


def _beside(refusal: Refusal) -> Refusal:
    refusal.field = "letzter_tag"
    return refusal


HANDLERS = [
    operators_page,
    new_operator_page,
    invite_form,
    one_operator,
    suspend,
    resume,
    end_page,
    end_form,
    keep,
    take_back,
]
