"""An operator's staff: who has which role, and taking one away."""

from typing import Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.identity.invitations import open_invitations
from app.identity.roles import LastManager
from app.identity.rules import Action
from app.kernel.refusals import Refusal, marked
from app.network.invited_roles import ROLE_NAMES
from app.network.managing import managed_operator
from app.network.queries import OperatorCard
from app.network.staff import remove_role, staff_of
from app.web.forms import NO_ERRORS, checked_key, notice, show_again
from app.web.pages import PageRequest, Pages, go

NOTICES: Final = {"entfernt": marked("Entfernt. Der Zugang ist sofort zu.")}


@get("/betreiber/{slug:str}/team")
async def team_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _show(request, visitor, pages, await _operator(slug, visitor))


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
        return await _show(request, visitor, pages, operator, refusal)
    return go(f"/betreiber/{slug}/team?getan=entfernt")


async def _operator(slug: str, visitor: Visitor) -> OperatorCard:
    return await managed_operator(visitor.signed_in, slug, Action.MANAGE_ROLES)


async def _show(
    request: PageRequest, visitor: Visitor, pages: Pages, operator: OperatorCard, refusal: Refusal | None = None
) -> Response[str]:
    context = {
        "operator": operator,
        "staff": await staff_of(visitor.signed_in, operator),
        "invitations": await open_invitations(operator.id, visitor.now),
        "names": ROLE_NAMES,
        "me": visitor.signed_in.person,
        "notice": notice(request, NOTICES),
    }
    if refusal is not None:
        return await show_again(request, visitor, pages, "operator/team.html", context, [refusal])
    return await pages.show(request, visitor, "operator/team.html", context | {"errors": NO_ERRORS})


HANDLERS = [team_page, remove_colleague]
