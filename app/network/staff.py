"""Who works for an operator: the people with a role there or at one of its spaces."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.identity.roles import revoke_role
from app.identity.rules import Action, Actor, Grant, Role
from app.kernel.refusals import NotFound
from app.kernel.wall_time import local_day
from app.network.queries import OperatorCard
from app.platform.database import fetch

_ZONE: Final = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True, slots=True)
class StaffRole:
    """One role of somebody; `space` is the name of the one space that it is for, empty for the whole operator."""

    grant: Grant
    key: str
    space: str
    since: datetime

    @property
    def since_on(self) -> date:
        return local_day(self.since, _ZONE)


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of an operator's staff with all roles there."""

    person: int
    public_id: str
    name: str
    email: str | None
    roles: Sequence[StaffRole]


async def staff_of(actor: Actor, operator: OperatorCard) -> list[Colleague]:
    """The operator's staff by name. Raises NotFound to who does not give roles there."""
    if not actor.may(Action.MANAGE_ROLES, operator=operator.id):
        raise NotFound
    rows = await fetch(
        "SELECT p.id AS person, p.public_id, p.name, p.email, g.id, g.role, g.scope_kind, g.scope_id, g.granted_at,"
        " coalesce(s.name, '') AS space FROM role_grant g JOIN person p ON p.id = g.person"
        " LEFT JOIN space s ON g.scope_kind = 'space' AND s.id = g.scope_id"
        " WHERE g.revoked_at IS NULL AND p.retired_at IS NULL"
        " AND (g.scope_kind = 'operator' AND g.scope_id = $1 OR s.operator = $1)"
        " ORDER BY lower(p.name), p.id, g.role, space",
        operator.id,
    )
    found: dict[int, list[StaffRole]] = {}
    for row in rows:
        grant = Grant(Role(row["role"]), row["scope_kind"], row["scope_id"])
        found.setdefault(row["person"], []).append(StaffRole(grant, str(row["id"]), row["space"], row["granted_at"]))
    people = {row["person"]: row for row in rows}
    return [
        Colleague(person, people[person]["public_id"], people[person]["name"], people[person]["email"], roles)
        for person, roles in found.items()
    ]


async def remove_role(actor: Actor, operator: OperatorCard, key: str, now: datetime) -> None:
    """Takes the role with this key from whoever has it; with the next request it is gone.

    Raises NotFound for roles of others, LastManager.
    """
    for colleague in await staff_of(actor, operator):
        for role in colleague.roles:
            if role.key == key:
                await revoke_role(actor, colleague.person, role.grant, now, operator=operator.id)
                return
    raise NotFound
