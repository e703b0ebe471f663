"""The audit trail: who did what to what, and when. The application's role can neither change nor delete an entry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from app.identity.rules import Action, Actor, demand
from app.kernel.refusals import BadInput
from app.platform.database import execute, fetch
from app.platform.new_rows import NewRow, insert_together


def new_entry(
    action: str, subject_kind: str, subject_id: int | None, actor: Actor | None, now: datetime, **details: object
) -> NewRow:
    """An entry, to be inserted together with what it records. `details` hold no secret.

    `action` is named like an event, `noun.past_tense`. Without an actor it was the system, or nobody known.
    """
    return NewRow(
        "audit_entry",
        {
            "at": now,
            "actor": actor.person if actor else None,
            "via": actor.via if actor else "system",
            "action": action,
            "subject_kind": subject_kind,
            "subject_id": subject_id,
            "details": msgspec.json.encode(details).decode(),
        },
    )


async def record(
    action: str, subject_kind: str, subject_id: int | None, actor: Actor | None, now: datetime, **details: object
) -> None:
    """Writes such an entry; call it inside the transaction of what it records."""
    await insert_together(new_entry(action, subject_kind, subject_id, actor, now, **details))


async def record_each(
    action: str,
    subject_kind: str,
    subject_ids: Sequence[int],
    actor: Actor | None,
    now: datetime,
    **details: object,
) -> None:
    """Writes the same entry for many subjects in one statement."""
    await execute(
        "INSERT INTO audit_entry (at, actor, via, action, subject_kind, details, subject_id)"
        " SELECT $1, $2, $3, $4, $5, $7::jsonb, unnest($6::bigint[])",
        now,
        actor.person if actor else None,
        actor.via if actor else "system",
        action,
        subject_kind,
        list(subject_ids),
        msgspec.json.encode(details).decode(),
    )


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What is looked for; None does not restrict. `action` may be the beginning of one, as in "role."."""

    actor: int | None = None
    subject_kind: str | None = None
    subject_id: int | None = None
    action: str | None = None
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecordedAct:
    """One entry; `actor_name` is the person's name today, None for the system."""

    id: int
    at: datetime
    actor: int | None
    actor_name: str | None
    via: str
    action: str
    subject_kind: str
    subject_id: int | None
    details: Mapping[str, Any]


async def audit_entries(
    actor: Actor, wanted: AuditFilter, limit: int = 50, cursor: str | None = None
) -> tuple[Sequence[RecordedAct], str | None]:
    """The newest entries first, and the cursor of those that follow.

    Raises NotAllowed to whoever may not see the trail, and BadInput for a cursor that is none of ours.
    """
    demand(actor, Action.SEE_AUDIT_TRAIL)
    rows = await fetch(
        "SELECT a.id, a.at, a.actor, p.name AS actor_name, a.via, a.action, a.subject_kind, a.subject_id, a.details"
        " FROM audit_entry a LEFT JOIN person p ON p.id = a.actor"
        " WHERE ($1::bigint IS NULL OR a.actor = $1) AND ($2::text IS NULL OR a.subject_kind = $2)"
        " AND ($3::bigint IS NULL OR a.subject_id = $3) AND ($4::text IS NULL OR starts_with(a.action, $4))"
        " AND ($5::timestamptz IS NULL OR a.at >= $5) AND ($6::timestamptz IS NULL OR a.at < $6)"
        " AND ($7::bigint IS NULL OR a.id < $7) ORDER BY a.id DESC LIMIT $8",
        wanted.actor,
        wanted.subject_kind,
        wanted.subject_id,
        wanted.action,
        wanted.since,
        wanted.before,
        _id_of(cursor),
        limit + 1,
    )
    acts = [RecordedAct(**{**row, "details": msgspec.json.decode(row["details"])}) for row in rows[:limit]]
    return acts, str(acts[-1].id) if len(rows) > limit else None


def _id_of(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 18):
        raise BadInput(field="cursor")
    return int(cursor)
