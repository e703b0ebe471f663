"""What an employer has set for a team, as its works council reads it: roles, requests, and every change of them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from app.identity.rules import Role
from app.plans.team_pools import SHOWN_FROM
from app.platform.database import fetch, fetch_row
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
class RequestsTold:
    """How many people have asked for more than their limits, how often, and what was answered."""

    people: int
    asked: int
    granted: int
    declined: int


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


async def requests_told(team: int) -> RequestsTold | None:
    """Those of the months that are kept; None where fewer than five people have asked: that somebody needs more says
    that somebody works more."""
    row = await fetch_row(
        "SELECT count(DISTINCT person) AS people, count(*) AS asked, count(*) FILTER (WHERE status = 'granted')"
        " AS granted, count(*) FILTER (WHERE status = 'declined') AS declined FROM limit_request WHERE team = $1",
        team,
    )
    return RequestsTold(**row) if row is not None and row["people"] >= SHOWN_FROM else None


async def acts_of(team: TeamCard, cursor: str = "") -> tuple[Sequence[TeamAct], str]:
    """What was set for the team, bought for it and given to whom, the latest first, and the cursor of what follows.

    Nothing that names a day is told: it could be somebody's. Nor who has asked for more, nor what was booked for
    others.
    """
    rows = await fetch(
        _ACTS,
        team.id,
        team.purse,
        int(cursor) if cursor.isascii() and cursor.isdigit() and len(cursor) <= _LONGEST_KEY else None,
        _PER_PAGE + 1,
        Role.TEAM_MEMBER,
        sorted(_NO_SETTINGS),
    )
    acts = [
        TeamAct(row["at"], row["actor"], row["via"], row["action"], row["whom"], _without_days(row["details"]))
        for row in rows[:_PER_PAGE]
    ]
    return acts, str(rows[_PER_PAGE - 1]["id"]) if len(rows) > _PER_PAGE else ""


_NO_SETTINGS: Final = frozenset(
    ("limit_request.answered", "limit_request.made", "limit_request.withdrawn", "team.booked", "team.called_off")
)

_ACTS: Final = """
    WITH subject (kind, id) AS (
        SELECT 'team', $1::bigint
        UNION ALL SELECT 'team_order', id FROM team_order WHERE team = $1
        UNION ALL SELECT 'team_contract', id FROM team_contract WHERE purse = $2
        UNION ALL SELECT 'seat', s.id FROM seat s JOIN team_contract c ON c.id = s.team_contract WHERE c.purse = $2
    ), act AS (
        SELECT a.* FROM subject s JOIN audit_entry a ON a.subject_kind = s.kind AND a.subject_id = s.id
        UNION ALL
        SELECT a.* FROM audit_entry a WHERE a.action IN ('role.granted', 'role.revoked')
           AND a.details->>'scope_kind' = 'team' AND a.details->>'scope_id' = $1::bigint::text
           AND a.details->>'role' <> $5
    )
    SELECT a.id, a.at, p.name AS actor, a.via, a.action, coalesce(w.name, s.name) AS whom, a.details
      FROM act a LEFT JOIN person p ON p.id = a.actor LEFT JOIN person w ON w.id = (a.details->>'whom')::bigint
      LEFT JOIN person s ON s.id = a.subject_id AND a.subject_kind = 'person'
     WHERE ($3::bigint IS NULL OR a.id < $3) AND a.action <> ALL($6) ORDER BY a.id DESC LIMIT $4
"""


def _without_days(details: str) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(details)
    return {
        name: value
        for name, value in found.items()
        if name not in ("whom", "scope_kind", "scope_id") and not _DAY.search(str(value))
    }
