"""GET /api/v1/me: who is asking."""

from typing import Annotated

import msgspec
from litestar import get
from litestar.di import NamedDependency
from msgspec import Meta

from app.api.access import SIGNED_IN, only_who_may
from app.api.problem_shapes import refusals
from app.bookings.no_shows import own_no_shows
from app.identity.authentication import Visitor
from app.identity.commuting import commute_of
from app.identity.rules import Action, Role


class RoleShape(msgspec.Struct, frozen=True):
    """A role, and whether it is given for the network, an operator, a space or a team."""

    role: Role
    scope: str


class Me(msgspec.Struct, frozen=True):
    """The person whose token or session it is."""

    id: str
    name: str
    email: str | None
    language: str
    roles: list[RoleShape]
    home_municipality: Annotated[str | None, Meta(description="Official key (AGS), if the person has said so.")]
    commutes_to: Annotated[str | None, Meta(description="The usual `commute_to`, if the person has said so.")]
    no_shows: Annotated[
        int, Meta(description="Bookings of the last twelve months to which the person did not come, at any space.")
    ]
    scopes: Annotated[list[str] | None, Meta(description="Those of the token; null for a session, which has all.")]


@get(
    "/api/v1/me",
    operation_id="show_me",
    response_description="The person.",
    summary="Who am I",
    tags=["me"],
    guards=only_who_may(Action.SEE_OWN_BOOKINGS),
    security=SIGNED_IN,
    responses=refusals(403),
)
async def show_me(visitor: NamedDependency[Visitor]) -> Me:
    actor = visitor.signed_in
    commute = await commute_of(actor.person)
    return Me(
        actor.public_id,
        actor.name,
        actor.email,
        actor.language,
        [RoleShape(grant.role, grant.scope_kind) for grant in actor.grants],
        commute.home,
        commute.usual,
        await own_no_shows(actor.person, visitor.now),
        None if actor.scopes is None else sorted(actor.scopes),
    )


HANDLERS = [show_me]
