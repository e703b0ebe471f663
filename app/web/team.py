"""An operator's staff on one page: who has which role, who is invited, inviting somebody, taking a role away."""

from collections.abc import Mapping, Sequence
from typing import Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.identity.invitations import Invite, invite, open_invitations, revoke_invitation
from app.identity.roles import LastManager
from app.identity.rules import Action, Grant, Role, usable_email, usable_name
from app.kernel.refusals import BadInput, NotFound, Refusal, marked
from app.network.invited_roles import ROLE_NAMES
from app.network.managing import managed_operator
from app.network.queries import OperatorCard
from app.network.staff import remove_role, staff_of
from app.platform.settings import Settings
from app.web.forms import NO_ERRORS, checked_id, checked_key, notice, refusals_of, show_again
from app.web.home import FormData
from app.web.managing import spaces_of
from app.web.pages import PageRequest, Pages, go

NOTICES: Final = {
    "entfernt": marked("Entfernt. Der Zugang ist sofort zu."),
    "eingeladen": marked("Die Einladung ist unterwegs."),
    "zurueck": marked("Die Einladung gilt nicht mehr."),
}
INVITED_TO: Final = (Role.FRONT_DESK, Role.ACCOUNTANT, Role.OPERATOR_MANAGER)
_BLANK: Final = {"name": "", "email": "", "role": Role.FRONT_DESK.value, "where": ""}


class RoleNeeded(BadInput):
    code = "role_needed"
    text = marked("Bitte eine Aufgabe wählen.")


@get("/betreiber/{slug:str}/team")
async def team_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _show(request, visitor, pages, await _operator(slug, visitor))


@post("/betreiber/{slug:str}/team")
async def invite_colleague(
    request: PageRequest,
    slug: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
    data: FormData,
) -> Response[str] | Redirect:
    operator = await _operator(slug, visitor)
    typed = {name: data.get(name, "")[:300] for name in _BLANK}
    refusals: list[Refusal] = refusals_of(
        lambda: usable_name(typed["name"]), lambda: usable_email(typed["email"]), lambda: _role(typed["role"])
    )
    if not refusals:
        try:
            grant = await _grant(operator, visitor, typed)
            wanted = Invite(typed["name"], typed["email"], grant, operator.id, visitor.language)
            await invite(visitor.signed_in, wanted, visitor.now, key=settings.signing_key, address=visitor.address)
            return go(f"/betreiber/{slug}/team?getan=eingeladen")
        except NotFound:
            raise
        except Refusal as refusal:
            refusals = [refusal]
    return await _show(request, visitor, pages, operator, typed, refusals)


@post("/betreiber/{slug:str}/team/einladungen/{invitation:str}/zuruecknehmen")
async def take_invitation_back(
    slug: FromPath[str], invitation: FromPath[str], visitor: NamedDependency[Visitor]
) -> Redirect:
    operator = await _operator(slug, visitor)
    public_id = checked_id(invitation)
    if public_id not in {each.public_id for each in await open_invitations(operator.id, visitor.now)}:
        raise NotFound
    await revoke_invitation(visitor.signed_in, public_id, visitor.now)
    return go(f"/betreiber/{slug}/team?getan=zurueck")


@post("/betreiber/{slug:str}/team/{role:str}/entfernen")
async def remove_colleague(
    request: PageRequest,
    slug: FromPath[str],
    role: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str] | Redirect:
    """Who takes the last own role away is on the way out: there is no team page for him any more."""
    operator = await _operator(slug, visitor)
    try:
        await remove_role(visitor.signed_in, operator, str(checked_key(role)), visitor.now)
    except LastManager as refusal:
        return await _show(request, visitor, pages, operator, _BLANK, [refusal])
    return go(f"/betreiber/{slug}/team?getan=entfernt")


async def _operator(slug: str, visitor: Visitor) -> OperatorCard:
    return await managed_operator(visitor.signed_in, slug, Action.MANAGE_ROLES)


async def _grant(operator: OperatorCard, visitor: Visitor, typed: Mapping[str, str]) -> Grant:
    """A front desk can be for one space alone. Raises NotFound for a space of others."""
    role = _role(typed["role"])
    if role is not Role.FRONT_DESK or not typed["where"]:
        return Grant(role, "operator", operator.id)
    for space in await spaces_of(operator, visitor):
        if space.slug == typed["where"]:
            return Grant(role, "space", space.id)
    raise NotFound


def _role(text: str) -> Role:
    """Raises RoleNeeded."""
    if text not in INVITED_TO:
        raise RoleNeeded(field="role")
    return Role(text)


async def _show(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    operator: OperatorCard,
    typed: Mapping[str, str] = _BLANK,
    refusals: Sequence[Refusal] = (),
) -> Response[str]:
    spaces = await spaces_of(operator, visitor)
    context = {
        "operator": operator,
        "staff": await staff_of(visitor.signed_in, operator),
        "invitations": await open_invitations(operator.id, visitor.now),
        "names": ROLE_NAMES,
        "me": visitor.signed_in.person,
        "typed": typed,
        "roles": [(role.value, visitor.speaker.gettext(ROLE_NAMES[role])) for role in INVITED_TO],
        "spaces": [(space.slug, space.name) for space in spaces],
        "is_set_up": any(space.published_at for space in spaces),
        "notice": notice(request, NOTICES),
    }
    if refusals:
        return await show_again(request, visitor, pages, "operator/team.html", context, refusals)
    return await pages.show(request, visitor, "operator/team.html", context | {"errors": NO_ERRORS})


HANDLERS = [team_page, invite_colleague, take_invitation_back, remove_colleague]
