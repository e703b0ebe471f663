"""Teams for which somebody books: which they are, and who belongs to them."""

from typing import Annotated, Any, Final

import msgspec
from litestar import get
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import PathParameter, QueryParameter
from msgspec import Meta

from app.api.access import SIGNED_IN, Guard, only_staff_who_may
from app.api.parameters import Cursor, CursorUnknown, Limit, cursor_of, known_id, parts_of
from app.api.problem_shapes import refusals
from app.identity.authentication import Visitor
from app.identity.rules import Action, Scope, ScopeMissing
from app.kernel.refusals import NotFound
from app.teams.queries import MembersWanted, TeamCard, cost_centres_of, members_listed, team_for, teams_reached

LONGEST_NAME: Final = 120

TeamInPath = Annotated[str, PathParameter(description="The team's id.")]


class TeamShape(msgspec.Struct, frozen=True):
    """A team for which one may book."""

    id: str
    name: str
    ends_on: Annotated[str | None, Meta(description="Its last day (YYYY-MM-DD); behind it nothing is booked.")]
    has_ended: bool


class Teams(msgspec.Struct, frozen=True):
    """All of them by name."""

    items: list[TeamShape]


class CostCentreShape(msgspec.Struct, frozen=True):
    """A cost centre in use."""

    id: str
    code: str
    name: str


class MemberShape(msgspec.Struct, frozen=True):
    """Somebody's place in the team; its id stands for the person in this team alone."""

    id: str
    name: str
    cost_centre_id: str | None


class Members(msgspec.Struct, frozen=True):
    """A page of the people by name."""

    items: list[MemberShape]
    next: str | None


class TeamInFull(msgspec.Struct, frozen=True):
    """The team, its cost centres and its people; nothing of what anybody uses."""

    id: str
    name: str
    ends_on: str | None
    has_ended: bool
    cost_centres: list[CostCentreShape]
    members: Members


def only_who_books_for_the_team() -> list[Guard]:
    """Lets in who may book for the team of the address. Raises NotSignedIn, ScopeMissing, NotFound."""

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
        visitor: Visitor = connection.scope["visitor"]  # type: ignore[typeddict-item]
        await team_booked_for(connection.path_params["team"], visitor)

    return [guard]


async def team_booked_for(team: str, visitor: Visitor) -> TeamCard:
    """The team with this id, for who may book for it. Raises ScopeMissing, NotFound."""
    actor = visitor.signed_in
    if not actor.has_scope(Scope.STAFF):
        raise ScopeMissing(scope=Scope.STAFF)
    return await team_for(actor, known_id(team), Action.BOOK_FOR_TEAM)


@get(
    "/api/v1/team",
    operation_id="list_teams",
    response_description="The teams.",
    summary="Teams for which I book",
    description="Those that the person manages or assists.",
    tags=["teams"],
    guards=only_staff_who_may(Action.BOOK_FOR_TEAM),
    security=SIGNED_IN,
    responses=refusals(403, 404),
)
async def list_teams(visitor: NamedDependency[Visitor]) -> Teams:
    actor = visitor.signed_in
    teams = [team for team in await teams_reached(actor) if actor.may(Action.BOOK_FOR_TEAM, team=team.id)]
    return Teams([TeamShape(team.public_id, team.name, _last_day(team), team.has_ended) for team in teams])


@get(
    "/api/v1/team/{team:str}",
    operation_id="show_team",
    response_description="The team with a page of its people.",
    summary="One team and its people",
    description="For who manages or assists it: the ids that booking for others takes. Nobody's bookings are in it.",
    tags=["teams"],
    guards=only_who_books_for_the_team(),
    security=SIGNED_IN,
    responses=refusals(403, 404, 422),
)
async def show_team(
    *,
    visitor: NamedDependency[Visitor],
    team: TeamInPath,
    name: Annotated[
        str, QueryParameter(max_length=LONGEST_NAME, description="Only people whose names contain this.")
    ] = "",
    cost_centre: Annotated[
        str | None, QueryParameter(description="Only people of the cost centre with this id.")
    ] = None,
    limit: Limit = 200,
    cursor: Cursor = None,
) -> TeamInFull:
    found = await team_booked_for(team, visitor)
    centres = await cost_centres_of(found.id)
    chosen = next((centre.id for centre in centres if centre.public_id == cost_centre), None)
    if cost_centre is not None and chosen is None:
        raise NotFound
    after = None if cursor is None else parts_of(cursor, 1)[0]
    members = await members_listed(found.id, MembersWanted(name.strip(), chosen, after), limit=limit + 1)
    if members is None:
        raise CursorUnknown(field="cursor")
    listed = members[:limit]
    ids = {centre.id: centre.public_id for centre in centres}
    return TeamInFull(
        found.public_id,
        found.name,
        _last_day(found),
        found.has_ended,
        [CostCentreShape(centre.public_id, centre.code, centre.name) for centre in centres],
        Members(
            [MemberShape(one.public_id, one.name, ids.get(one.cost_centre or 0)) for one in listed],
            cursor_of(listed[-1].public_id) if len(members) > limit else None,
        ),
    )


def _last_day(team: TeamCard) -> str | None:
    return None if team.ends_on is None else team.ends_on.isoformat()


HANDLERS = [list_teams, show_team]
