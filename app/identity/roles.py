"""Giving and taking roles. Both take effect with the next request, because grants are read with each."""

from datetime import datetime

from app.identity.audit import record
from app.identity.rules import Action, Actor, Grant, Role, may_grant
from app.kernel.refusals import BadInput, Conflict, NotAllowed, NotFound, marked
from app.platform.database import fetch, fetch_value, transaction
from app.platform.outbox import emit


class LastAdministrator(Conflict):
    """A network cannot be without an administrator."""

    code = "last_administrator"
    text = marked("Das Netzwerk braucht mindestens eine Person, die es verwaltet.")


class LastManager(Conflict):
    """Who leads an operator alone cannot leave it to nobody; the network's administrators can take it away."""

    code = "last_manager"
    text = marked("Sie leiten diesen Betreiber als Einzige. Laden Sie zuerst jemanden als Leitung ein.")


class GrantUnusable(BadInput):
    """The role is not given for this kind of scope."""

    code = "grant_unusable"
    text = marked("Diese Rolle gibt es dafür nicht.")


async def grant_role(
    actor: Actor | None, person: int, grant: Grant, now: datetime, *, operator: int | None = None
) -> None:
    """Gives the person a role; quietly if he has it. Of a space say its `operator`.

    Without an actor it is the command line. Raises NotAllowed, NotFound for an unknown person, GrantUnusable.
    """
    _demand_right(actor, grant, operator)
    async with transaction():
        if not await fetch_value("SELECT 1 FROM person WHERE id = $1 AND retired_at IS NULL", person):
            raise NotFound
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
    """Takes a role from the person.

    Raises NotAllowed, NotFound when he does not have it, LastAdministrator, LastManager.
    """
    _demand_right(actor, grant, operator)
    async with transaction():
        if grant.role is Role.NETWORK_ADMINISTRATOR:
            await _keep_one_administrator()
        if grant.role is Role.OPERATOR_MANAGER and actor is not None and not actor.may(Action.MANAGE_NETWORK):
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
    """Locks the operator's managers in order, so that of two who go at once one stays."""
    left = await fetch(
        "SELECT id FROM role_grant WHERE role = $1 AND scope_kind = 'operator' AND scope_id = $2"
        " AND revoked_at IS NULL ORDER BY id FOR UPDATE",
        grant.role,
        grant.scope_id,
    )
    if len(left) == 1:
        raise LastManager


def _facts(grant: Grant) -> dict[str, object]:
    return {"role": grant.role, "scope_kind": grant.scope_kind, "scope_id": grant.scope_id}
