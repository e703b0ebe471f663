"""Two records of one person become one, and nothing that pointed to the second is lost.

Each capability says by `on_merge` which of its references to a person it moves, and how. tests/identity/test_merging.py
finds references in the schema that nobody moves (docs/decisions/0020-front-desk-and-people.md).
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.identity.audit import record
from app.identity.mailed_links import Purpose, void_links
from app.identity.rules import Action, Actor
from app.identity.sessions import end_sessions
from app.kernel.refusals import BadInput, Conflict, NotFound, marked
from app.platform.database import execute, fetch, fetch_row, retried, transaction
from app.platform.outbox import emit


@dataclass(frozen=True, slots=True)
class Merge:
    """What points to the person `gone` is to point to `kept`."""

    kept: int
    gone: int
    now: datetime


Move = Callable[[Merge], Awaitable[None]]


class SameRecord(BadInput):
    """A record cannot be merged with itself."""

    code = "same_record"
    text = marked("Das ist derselbe Eintrag.")


class HasOwnAccount(Conflict):
    """Who signs in keeps the own record: staff can bring another one to it, and never the other way round."""

    code = "has_own_account"
    text = marked("{name} hat ein eigenes Konto. Ein Konto geht nie in einem anderen Eintrag auf.")


@dataclass(frozen=True, slots=True)
class _Mover:
    references: tuple[str, ...]
    run: Move


_movers: list[_Mover] = []


def on_merge(*references: str) -> Callable[[Move], Move]:
    """The decorated function moves these references, each written as table.column."""

    def register(run: Move) -> Move:
        _movers.append(_Mover(references, run))
        return run

    return register


def moved_references() -> frozenset[str]:
    """All that a merge moves, as table.column."""
    return frozenset(reference for mover in _movers for reference in mover.references)


@retried
async def merge_people(actor: Actor, kept: int, gone: int, now: datetime) -> None:
    """All that belongs to the record `gone` belongs to `kept` from now on; `gone` is retired and leads there.

    For the network's telephone and administrators; for a front desk only where its operator entered both. Raises
    SameRecord, NotFound for what is out of reach or no longer stands, HasOwnAccount where `gone` can sign in.
    """
    if kept == gone:
        raise SameRecord(field="other")
    async with transaction():
        rows = await locked_records(kept, gone)
        for key in (kept, gone):
            row = rows.get(key)
            if row is None or row["retired_at"] is not None or not _may_merge(actor, row):
                raise NotFound
        if rows[gone]["email_confirmed_at"] is not None or rows[gone]["has_role"]:
            raise HasOwnAccount(name=rows[gone]["name"])
        await join_records(actor, rows[kept], rows[gone], now)


def _may_merge(actor: Actor, row: Mapping[str, Any]) -> bool:
    return actor.may(Action.MERGE_PEOPLE, operator=row["entered_by_operator"], space=row["entered_at_space"])


async def standing_record(person: int) -> int:
    """The record that stands for this person now; until the transaction ends it is merged with no other.

    Whoever writes something for a person who is not the actor asks for it first, so that nothing is written to a record
    that is just going. Raises NotFound.
    """
    while True:
        row = await fetch_row("SELECT merged_into, retired_at FROM person WHERE id = $1 FOR KEY SHARE", person)
        if row is None or (row["retired_at"] is not None and row["merged_into"] is None):
            raise NotFound
        if row["merged_into"] is None:
            return person
        person = row["merged_into"]


async def locked_records(*people: int) -> Mapping[int, Mapping[str, Any]]:
    """These records by key, which nobody else changes or writes to until the transaction ends.

    Always in the order of their keys, so that two merges never wait for each other.
    """
    rows: Sequence[Mapping[str, Any]] = await fetch(
        "SELECT p.*, EXISTS (SELECT FROM role_grant g WHERE g.person = p.id AND g.revoked_at IS NULL) AS has_role"
        " FROM person p WHERE p.id = ANY($1::bigint[]) ORDER BY p.id FOR UPDATE OF p",
        list(people),
    )
    return {row["id"]: row for row in rows}


async def join_records(actor: Actor, kept: Mapping[str, Any], gone: Mapping[str, Any], now: datetime) -> None:
    """Moves everything and retires `gone`; both are rows of `locked_records`, and whether this may be is decided."""
    for mover in _movers:
        await mover.run(Merge(kept["id"], gone["id"], now))
    await execute(
        "UPDATE person SET retired_at = $3, merged_into = $1, email = NULL, email_confirmed_at = NULL, phone = NULL,"
        " password_hash = NULL, home_municipality = NULL, commutes_to = NULL, version = version + 1 WHERE id = $2",
        kept["id"],
        gone["id"],
        now,
    )
    await execute(
        "UPDATE person SET email = coalesce(email, $2), phone = coalesce(phone, $3),"
        " home_municipality = coalesce(home_municipality, $4), commutes_to = coalesce(commutes_to, $5),"
        " version = version + 1 WHERE id = $1",
        kept["id"],
        gone["email"],
        gone["phone"],
        gone["home_municipality"],
        gone["commutes_to"],
    )
    await record("person.merged", "person", kept["id"], actor, now, gone=gone["id"])
    await emit("person.merged", "person", kept["id"], now, gone=gone["id"])


@on_merge("person.merged_into")
async def _lead_on(merge: Merge) -> None:
    await execute("UPDATE person SET merged_into = $1 WHERE merged_into = $2", merge.kept, merge.gone)


@on_merge("session.person", "mailed_link.person", "api_token.person")
async def _end_access(merge: Merge) -> None:
    """Whatever let somebody in as the second person ends. A link that is being used just now ends by itself."""
    await end_sessions(merge.gone)
    await void_links(merge.now, person=merge.gone, email=None, purposes=tuple(Purpose))
    await execute(
        "UPDATE mailed_link SET person = $1 WHERE id IN"
        " (SELECT id FROM mailed_link WHERE person = $2 FOR UPDATE SKIP LOCKED)",
        merge.kept,
        merge.gone,
    )
    await execute(
        "UPDATE api_token SET person = $1, revoked_at = coalesce(revoked_at, $3) WHERE person = $2",
        merge.kept,
        merge.gone,
        merge.now,
    )


@on_merge("role_grant.person")
async def _keep_former_roles(merge: Merge) -> None:
    """Roles that were taken back; nobody with a role goes."""
    await execute(
        "UPDATE role_grant SET person = $1 WHERE person = $2 AND revoked_at IS NOT NULL", merge.kept, merge.gone
    )
