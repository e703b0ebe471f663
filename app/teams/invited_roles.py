"""What an invitation is about, in words, also where it is for a team."""

from collections.abc import Mapping
from typing import Final

from app.identity.rules import Grant, Role
from app.network import invited_roles
from app.teams.managing import TEAM_ROLES
from app.teams.queries import team_by_id

ROLE_NAMES: Final[Mapping[Role, str]] = {**invited_roles.ROLE_NAMES, **TEAM_ROLES}


async def whose_role(grant: Grant) -> str:
    """The name of the team, operator or space for which a role is given; of the network for one of the whole."""
    if grant.scope_kind != "team" or grant.scope_id is None:
        return await invited_roles.whose_role(grant)
    team = await team_by_id(grant.scope_id)
    return team.name if team is not None else ""


async def way_on_of(grant: Grant) -> str:
    """Where somebody goes who has just taken the role."""
    if grant.scope_kind != "team" or grant.scope_id is None:
        return await invited_roles.way_on_of(grant)
    team = await team_by_id(grant.scope_id)
    return f"/team/{team.public_id}" if team is not None else "/team"
