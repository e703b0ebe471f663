"""Giving and taking roles. Both take effect with the next request, because grants are read with each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.identity.audit import record
from app.identity.rules import Action, Actor, Grant, Role, may_grant
from app.kernel.refusals import BadInput, Conflict, NotAllowed, NotFound, marked
from app.platform.database import fetch, fetch_row, fetch_value, transaction
from app.platform.outbox import emit


class LastAdministrator(Conflict):
    """A network cannot be without an administrator."""

    code = "last_administrator"
    text = marked("Das Netzwerk braucht mindestens eine Person, die es verwaltet.")


class LastManager(Conflict):
    """Who leads an operator alone cannot leave it to nobody; the network's administrators can take it away."""

    code = "last_manager"
    text = marked("Sie leiten diesen Betreiber als Einzige. Laden Sie zuerst jemanden als Leitung ein.")


class LastTeamManager(Conflict):
    """An employer's account always has somebody who looks after it; the network's administrators can take it away."""

    code = "last_team_manager"
    text = marked("Sie verwalten dieses Firmenkonto als Einzige. Übergeben Sie es zuerst oder laden Sie jemanden ein.")


class RolesExclude(Conflict):
    """Who looks after a team is not its works council as well."""

    code = "roles_exclude"
    text = marked("Verwaltung und Betriebsrat kann nicht dieselbe Person sein.")


_LOOKS_AFTER: Final = (Role.TEAM_MANAGER, Role.TEAM_ASSISTANT)
_APART: Final[Mapping[Role, Sequence[Role]]] = {
    Role.WORKS_COUNCIL: _LOOKS_AFTER,
    **dict.fromkeys(_LOOKS_AFTER, (Role.WORKS_COUNCIL,)),
}
"""Roles that nobody has together in one team."""


class GrantUnusable(BadInput):
    """The role is not given for this kind of scope."""

    code = "grant_unusable"
    text = marked("Diese Rolle gibt es dafür nicht.")


async def grant_role(
    actor: Actor | None, person: int, grant: Grant, now: datetime, *, operator: int | None = None
) -> None:
    """Gives the person a role; quietly if he has it. Of a space say its `operator`.

    Without an actor it is the command line. Raises NotAllowed, NotFound for an unknown person, GrantUnusable,
    RolesExclude.
    """
    _demand_right(actor, grant, operator)
    async with transaction():
        if not await fetch_value("SELECT 1 FROM person WHERE id = $1 AND retired_at IS NULL FOR NO KEY UPDATE", person):
            raise NotFound
        await _demand_apart(person, grant)
        key = await fetch_value(
            "INSERT INTO role_grant (person, role, scope_kind, scope_id, granted_at) VALUES ($1, $2, $3, $4, $5)"
            " ON CONFLICT DO NOTHING RETURNING id",
            person,
            grant.role,
            grant.scope_kind,
            grant.scope_id,
            now,
        )
        if key is not None:
            await record("role.granted", "person", person, actor, now, **_facts(grant))
            await emit("role.granted", "person", person, now, grant=key)


async def revoke_role(
    actor: Actor | None, person: int, grant: Grant, now: datetime, *, operator: int | None = None
) -> None:
    """Takes a role from the person. What somebody looks after in a team everybody may lay down himself.

    Raises NotAllowed, NotFound when he does not have it, LastAdministrator, LastManager, LastTeamManager.
    """
    if actor is None or actor.person != person or grant.role not in _APART:
        _demand_right(actor, grant, operator)
    async with transaction():
        if grant.role is Role.NETWORK_ADMINISTRATOR:
            await _keep_one_administrator()
        if actor is not None and not actor.may(Action.MANAGE_NETWORK):
            await _keep_one_manager(grant)
        key = await fetch_value(
            "UPDATE role_grant SET revoked_at = $5 WHERE person = $1 AND role = $2 AND scope_kind = $3"
            " AND scope_id IS NOT DISTINCT FROM $4 AND revoked_at IS NULL RETURNING id",
            person,
            grant.role,
            grant.scope_kind,
            grant.scope_id,
            now,
        )
        if key is None:
            raise NotFound
        await record("role.revoked", "person", person, actor, now, **_facts(grant))
        await emit("role.revoked", "person", person, now, grant=key)


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role that somebody has or had."""

    person: int
    grant: Grant


async def grant_by_id(key: int) -> HeldRole | None:
    """The role with this key, also one that was taken back."""
    row = await fetch_row("SELECT person, role, scope_kind, scope_id FROM role_grant WHERE id = $1", key)
    return HeldRole(row["person"], Grant(Role(row["role"]), row["scope_kind"], row["scope_id"])) if row else None


def _demand_right(actor: Actor | None, grant: Grant, operator: int | None) -> None:
    if not grant.is_usable:
        raise GrantUnusable(field="role")
    if actor is not None and not may_grant(actor, grant, operator=operator):
        raise NotAllowed


async def _keep_one_administrator() -> None:
    """Locks the grants in order, so that of two who go at once one stays."""
    left = await fetch(
        "SELECT id FROM role_grant WHERE role = $1 AND revoked_at IS NULL ORDER BY id FOR UPDATE",
        Role.NETWORK_ADMINISTRATOR,
    )
    if len(left) == 1:
        raise LastAdministrator


async def _keep_one_manager(grant: Grant) -> None:
    """Locks the operator's or team's managers in order, so that of two who go at once one stays."""
    refusals = {Role.OPERATOR_MANAGER: LastManager, Role.TEAM_MANAGER: LastTeamManager}
    if grant.role not in refusals:
        return
    left = await fetch(
        "SELECT id FROM role_grant WHERE role = $1 AND scope_kind = $2 AND scope_id = $3"
        " AND revoked_at IS NULL ORDER BY id FOR UPDATE",
        grant.role,
        grant.scope_kind,
        grant.scope_id,
    )
    if len(left) == 1:
        raise refusals[grant.role]


async def _demand_apart(person: int, grant: Grant) -> None:
    """Locked by the person's row, so that two roles that exclude each other are never given at once."""
    if await fetch_value(
        "SELECT 1 FROM role_grant WHERE person = $1 AND role = ANY($2) AND scope_kind = $3 AND scope_id = $4"
        " AND revoked_at IS NULL",
        person,
        list(_APART.get(grant.role, ())),
        grant.scope_kind,
        grant.scope_id,
    ):
        raise RolesExclude


def _facts(grant: Grant) -> dict[str, object]:
    return {"role": grant.role, "scope_kind": grant.scope_kind, "scope_id": grant.scope_id}
