"""Who looks after a team: inviting somebody, handing the account over, taking a role away, laying one down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.identity.invitations import Invitation, Invite, invite
from app.identity.reachability import REACHED
from app.identity.roles import grant_role, revoke_role
from app.identity.rules import Action, Actor, Grant, Role
from app.kernel.refusals import BadInput, NotFound, marked
from app.kernel.wall_time import local_day
from app.platform.database import fetch, retried, transaction
from app.platform.outbox import emit
from app.teams.company import TeamEnded, locked_team
from app.teams.queries import TeamCard, member_by_public_id

_ZONE: Final = ZoneInfo("Europe/Berlin")

TEAM_ROLES: Final[Mapping[Role, str]] = {
    Role.TEAM_MANAGER: marked("Verwaltung"),
    Role.TEAM_ASSISTANT: marked("Assistenz"),
    Role.WORKS_COUNCIL: marked("Betriebsrat oder Personalrat"),
}
"""What somebody can look after in a team; that he belongs to it is none of these."""


class TeamRoleNeeded(BadInput):
    code = "team_role_needed"
    text = marked("Bitte eine Aufgabe wählen.")


@dataclass(frozen=True, slots=True)
class RoleHolder:
    """Somebody with a role in a team. From an address that `is_unreachable` mails come back."""

    key: str
    person: int
    name: str
    email: str | None
    role: Role
    since: datetime
    is_unreachable: bool

    @property
    def since_on(self) -> date:
        return local_day(self.since, _ZONE)


async def holders_of(team: TeamCard) -> Sequence[RoleHolder]:
    """Who looks after the team, the managers first. The caller decides who may see them."""
    rows = await fetch(
        f"SELECT g.id, g.person, p.name, p.email, g.role, g.granted_at, NOT {REACHED} AS is_unreachable"  # noqa: S608
        " FROM role_grant g JOIN person p ON p.id = g.person"
        " WHERE g.scope_kind = 'team' AND g.scope_id = $1 AND g.revoked_at IS NULL AND g.role = ANY($2)"
        " ORDER BY array_position($2, g.role), lower(p.name), g.id",
        team.id,
        list(TEAM_ROLES),
    )
    return [
        RoleHolder(
            str(row["id"]),
            row["person"],
            row["name"],
            row["email"],
            Role(row["role"]),
            row["granted_at"],
            row["is_unreachable"],
        )
        for row in rows
    ]


async def invite_to_look_after(
    actor: Actor,
    team: TeamCard,
    role: str,
    name: str,
    email: str,
    now: datetime,
    *,
    key: bytes,
    address: str,
    language: str,
) -> Invitation:
    """Mails somebody the invitation to take the role. Raises TeamEnded, TeamRoleNeeded and what `invite` raises."""
    if team.has_ended:
        raise TeamEnded
    wanted = Invite(name, email, Grant(team_role(role), "team", team.id), None, language)
    return await invite(actor, wanted, now, key=key, address=address)


@retried
async def hand_over(actor: Actor, team: TeamCard, member: str, now: datetime) -> None:
    """The person with this place in the team manages it from now on, and the actor does no more; both hear of it.

    Raises NotFound for a place in another team and to who does not manage it, RolesExclude, TeamEnded.
    """
    async with transaction():
        await locked_team(team.id)
        heir = await member_by_public_id(team.id, member)
        mine = [each for each in await holders_of(team) if each.person == actor.person]
        own = next((each for each in mine if each.role is Role.TEAM_MANAGER), None)
        if own is None or heir.person == actor.person:
            raise NotFound
        grant = Grant(Role.TEAM_MANAGER, "team", team.id)
        await grant_role(actor, heir.person, grant, now)
        await emit("team_role.given", "team", team.id, now, person=heir.person)
        await revoke_role(actor, actor.person, grant, now)


@retried
async def take_role(actor: Actor, team: TeamCard, key: str, now: datetime) -> None:
    """Takes the role with this key from whoever has it; a manager's from others, anybody his own. Who loses it by
    somebody else's hand hears of it.

    Raises NotFound for roles of others, LastTeamManager.
    """
    async with transaction():
        holder = next((each for each in await holders_of(team) if each.key == key), None)
        is_own = holder is not None and holder.person == actor.person
        if holder is None or not (is_own or actor.may(Action.MANAGE_TEAM, team=team.id)):
            raise NotFound
        await revoke_role(actor, holder.person, Grant(holder.role, "team", team.id), now)
        if not is_own:
            await emit("team_role.taken", "role_grant", int(key), now)


def team_role(text: str) -> Role:
    """Raises TeamRoleNeeded."""
    if text not in TEAM_ROLES:
        raise TeamRoleNeeded(field="role")
    return Role(text)
