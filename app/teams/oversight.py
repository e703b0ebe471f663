"""What an employer has set for a team, as its works council reads it: roles, limits, and every change of them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from app.identity.rules import Role
from app.platform.database import fetch
from app.teams.queries import TeamCard

_PER_PAGE: Final = 50
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_LONGEST_KEY: Final = 18


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody with a role in the team, and since when."""

    name: str
    role: Role
    granted_at: datetime


@dataclass(frozen=True, slots=True)
class LimitsSet:
    """Limits as they are set: for everybody, or for one person by name."""

    name: str | None
    limits: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TeamAct:
    """That somebody has changed something of the team; `whom` is the person it is about."""

    at: datetime
    actor: str | None
    via: str
    action: str
    whom: str | None
    details: Mapping[str, Any]


async def holders_of(team: int) -> Sequence[Holder]:
    """Who manages, assists, or is the works council, by name."""
    rows = await fetch(
        "SELECT p.name, g.role, g.granted_at FROM role_grant g JOIN person p ON p.id = g.person"
        " WHERE g.scope_kind = 'team' AND g.scope_id = $1 AND g.revoked_at IS NULL AND g.role <> $2 ORDER BY p.name",
        team,
        Role.TEAM_MEMBER,
    )
    return [Holder(row["name"], Role(row["role"]), row["granted_at"]) for row in rows]


async def limits_of(team: TeamCard) -> Sequence[LimitsSet]:
    """The limits of everybody first, then those of single people."""
    rows = await fetch(
        "SELECT NULL AS name, limits FROM shared_purse WHERE id = $1 UNION ALL"
        " SELECT * FROM (SELECT p.name, m.limits FROM purse_member m JOIN person p ON p.id = m.person"
        " WHERE m.purse = $1 AND m.limits IS NOT NULL AND m.last IS NULL ORDER BY p.name, m.id) AS own",
        team.purse,
    )
    return [LimitsSet(row["name"], msgspec.json.decode(row["limits"])) for row in rows]


async def acts_of(team: TeamCard, cursor: str = "") -> tuple[Sequence[TeamAct], str]:
    """What was done with the team and its roles, the latest first, and the cursor of what follows.

    Nothing that names a day is told: it could be somebody's.
    """
    rows = await fetch(
        "SELECT a.id, a.at, p.name AS actor, a.via, a.action, coalesce(w.name, s.name) AS whom, a.details"
        " FROM audit_entry a LEFT JOIN person p ON p.id = a.actor"
        " LEFT JOIN person w ON w.id = (a.details->>'whom')::bigint"
        " LEFT JOIN person s ON s.id = a.subject_id AND a.subject_kind = 'person'"
        " WHERE (a.subject_kind = 'team' AND a.subject_id = $1 OR a.action IN ('role.granted', 'role.revoked')"
        " AND a.details->>'scope_kind' = 'team' AND a.details->>'scope_id' = $1::bigint::text"
        " AND a.details->>'role' <> $4)"
        " AND ($2::bigint IS NULL OR a.id < $2) ORDER BY a.id DESC LIMIT $3",
        team.id,
        int(cursor) if cursor.isascii() and cursor.isdigit() and len(cursor) <= _LONGEST_KEY else None,
        _PER_PAGE + 1,
        Role.TEAM_MEMBER,
    )
    acts = [
        TeamAct(row["at"], row["actor"], row["via"], row["action"], row["whom"], _without_days(row["details"]))
        for row in rows[:_PER_PAGE]
    ]
    return acts, str(rows[_PER_PAGE - 1]["id"]) if len(rows) > _PER_PAGE else ""


def _without_days(details: str) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(details)
    return {
        name: value
        for name, value in found.items()
        if name not in ("whom", "scope_kind", "scope_id") and not _DAY.search(str(value))
    }
