"""The page behind an invitation: what is offered, and how it is taken. A GET changes nothing."""

from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.identity.invitations import (
    ForAnotherAddress,
    How,
    Invitation,
    SignInToAccept,
    accept_signed_in,
    accept_with_password,
    how_to_accept,
    invitation_of_token,
)
from app.identity.mailed_links import LinkNoLongerWorks
from app.identity.passwords import demand_good_password
from app.identity.roles import RolesExclude
from app.identity.rules import usable_name
from app.kernel.refusals import Refusal
from app.kernel.wall_time import local_day
from app.teams.invited_roles import ROLE_NAMES, way_on_of, whose_role
from app.web.forms import NO_ERRORS, refusals_of, show_again
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE
from app.web.sign_in import enter
from app.web.sign_up import link_ended, network_name


@get("/einladung")
async def invitation_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    token = request.query_params.get("token", "")
    try:
        invitation = await invitation_of_token(token, visitor.now)
    except LinkNoLongerWorks as refusal:
        return await link_ended(request, visitor, pages, refusal, "/")
    context = await _context(visitor, token, invitation, invitation.name) | {"errors": NO_ERRORS}
    return await pages.show(request, visitor, "account/invitation.html", context)


@post("/einladung")
async def accept_invitation(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], data: FormData
) -> Response[str] | Redirect:
    """Takes the role as who is signed in, or with a new password, and leads to the work."""
    token, name, password = data.get("token", ""), data.get("name", ""), data.get("new", "")
    try:
        invitation = await invitation_of_token(token, visitor.now)
        if visitor.actor is not None:
            await accept_signed_in(visitor.actor, token, visitor.now)
            return go(await way_on_of(invitation.grant))
        network = await network_name()
        refusals: list[Refusal] = refusals_of(
            lambda: usable_name(name),
            lambda: demand_good_password(password, (name, invitation.email, network), field="new"),
        )
        if not refusals:
            actor, _ = await accept_with_password(token, name, password, visitor.now, network=network)
            return await enter(request, visitor, pages, actor, await way_on_of(invitation.grant))
    except LinkNoLongerWorks as refusal:
        return await link_ended(request, visitor, pages, refusal, "/")
    except (ForAnotherAddress, RolesExclude, SignInToAccept) as refusal:
        refusals = [refusal]
    context = await _context(visitor, token, invitation, name)
    return await show_again(request, visitor, pages, "account/invitation.html", context, refusals)


async def _context(visitor: Visitor, token: str, invitation: Invitation, name: str) -> dict[str, Any]:
    mine = visitor.actor is not None and (visitor.actor.email or "").lower() == invitation.email
    return {
        "token": token,
        "invitation": invitation,
        "name": name,
        "whose": await whose_role(invitation.grant),
        "role": ROLE_NAMES[invitation.grant.role],
        "until": local_day(invitation.expires_at, ZONE),
        "how": How.SIGN_IN if visitor.actor else await how_to_accept(invitation.email),
        "is_mine": mine,
        "sign_in_url": f"/anmelden?{urlencode({'weiter': f'/einladung?token={token}'})}",
    }


HANDLERS = [invitation_page, accept_invitation]
