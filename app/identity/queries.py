"""Reads: the actor behind a session or a token, each in one statement, and people by key."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.identity.last_use import note_session_seen, note_token_used
from app.identity.reachability import REACHED
from app.identity.rules import PERMISSIONS, Action, Actor, Grant, Role, Via
from app.kernel.refusals import NotFound
from app.platform.database import fetch, fetch_row
from app.platform.random_ids import token_hash

SESSION_IDLE = timedelta(days=30)
SESSION_LONGEST = timedelta(days=180)

PHONE_DIGITS = "regexp_replace(regexp_replace(p.phone, '[^0-9+]', '', 'g'), '^([+]49|0049)0?', '0')"
"""`rules.phone_digits` of a person p, as the index person_phone_digits has it."""

_ACTOR = f"""
    p.id AS person, p.public_id, p.name, p.email, p.language, p.email IS NOT NULL AND NOT {REACHED} AS is_unreachable,
    ARRAY(
        SELECT (g.role, g.scope_kind, g.scope_id)
        FROM role_grant g WHERE g.person = p.id AND g.revoked_at IS NULL ORDER BY g.id
    ) AS grants
"""  # noqa: S608

_ACTOR_OF_SESSION = f"""
    SELECT {_ACTOR}, s.id AS session, s.authenticated_at, s.seen_at
    FROM session s JOIN person p ON p.id = s.person
    WHERE s.token_hash = $1 AND s.seen_at > $2 AND s.created_at > $3 AND p.retired_at IS NULL
"""  # noqa: S608

_ACTOR_OF_TOKEN = f"""
    SELECT {_ACTOR}, t.id AS token, t.scopes, t.last_used_at
    FROM api_token t JOIN person p ON p.id = t.person
    WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND p.retired_at IS NULL
"""  # noqa: S608

_ACTOR_OF_PERSON = f"SELECT {_ACTOR} FROM person p WHERE p.id = $1 AND p.retired_at IS NULL"  # noqa: S608


async def actor_of_session(token: str, now: datetime) -> Actor | None:
    """Who is signed in with this session token; None when it has ended or was never one.

    A session ends 30 days after its last use and 180 days after sign-in.
    """
    row = await fetch_row(_ACTOR_OF_SESSION, token_hash(token), now - SESSION_IDLE, now - SESSION_LONGEST)
    if row is None:
        return None
    note_session_seen(row["session"], row["seen_at"], now)
    return _actor(row, session=row["session"], authenticated_at=row["authenticated_at"])


async def actor_of_token(token: str, now: datetime) -> Actor | None:
    """For whom a program acts with this API token; None when it was revoked or was never one."""
    row = await fetch_row(_ACTOR_OF_TOKEN, token_hash(token))
    if row is None:
        return None
    note_token_used(row["token"], row["last_used_at"], now)
    return _actor(row, via="token", scopes=frozenset(row["scopes"]))


async def actor_of_person(person: int, via: Via = "cli", authenticated_at: datetime | None = None) -> Actor:
    """The actor for a person by key, for the command line and the worker. Raises NotFound."""
    row = await fetch_row(_ACTOR_OF_PERSON, person)
    if row is None:
        raise NotFound
    return _actor(row, via=via, authenticated_at=authenticated_at)


def _actor(
    row: Mapping[str, Any],
    *,
    via: Via = "page",
    scopes: frozenset[str] | None = None,
    session: int | None = None,
    authenticated_at: datetime | None = None,
) -> Actor:
    return Actor(
        person=row["person"],
        public_id=row["public_id"],
        name=row["name"],
        email=row["email"],
        language=row["language"],
        is_unreachable=row["is_unreachable"],
        grants=tuple(Grant(Role(role), kind, scope) for role, kind, scope in row["grants"]),
        via=via,
        scopes=scopes,
        session=session,
        authenticated_at=authenticated_at,
    )


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """What other capabilities need of a person: to name, to greet, to write to."""

    id: int
    public_id: str
    name: str
    email: str | None
    language: str


async def languages_of(emails: Iterable[str]) -> Mapping[str, str]:
    """The languages of the accounts with these addresses, by address in small letters."""
    rows = await fetch(
        "SELECT lower(email) AS email, language FROM person WHERE lower(email) = ANY($1) AND retired_at IS NULL"
        " AND email_confirmed_at IS NOT NULL",
        [email.lower() for email in emails],
    )
    return {row["email"]: row["language"] for row in rows}


async def people(ids: Iterable[int]) -> Mapping[int, KnownPerson]:
    """These people by key, retired ones too; unknown keys are left out."""
    rows = await fetch(
        "SELECT id, public_id, name, email, language FROM person WHERE id = ANY($1::bigint[])", list(ids)
    )
    return {row["id"]: KnownPerson(**row) for row in rows}


async def staff_who_may(action: Action, *, operator: int, space: int) -> tuple[list[int], bool]:
    """The keys of the people who may do this at the space, and whether they are the operator's own.

    Where the operator has nobody of its own who may, they are the network's.
    """
    rows = await fetch(
        "SELECT DISTINCT g.person, g.scope_kind = 'network' AS is_network FROM role_grant g"
        " JOIN person p ON p.id = g.person WHERE g.revoked_at IS NULL AND p.retired_at IS NULL AND g.role = ANY($1)"
        " AND (g.scope_kind = 'network' OR g.scope_kind = 'operator' AND g.scope_id = $2"
        " OR g.scope_kind = 'space' AND g.scope_id = $3) ORDER BY g.person",
        [role.value for role, actions in PERMISSIONS.items() if action in actions],
        operator,
        space,
    )
    own = [row["person"] for row in rows if not row["is_network"]]
    return (own, True) if own else ([row["person"] for row in rows], False)


async def team_staff_who_may(action: Action, *, team: int) -> list[int]:
    """The keys of the people who may do this in the team; the network's where it has nobody of its own."""
    rows = await fetch(
        "SELECT DISTINCT g.person, g.scope_kind = 'network' AS is_network FROM role_grant g"
        " JOIN person p ON p.id = g.person WHERE g.revoked_at IS NULL AND p.retired_at IS NULL AND g.role = ANY($1)"
        " AND (g.scope_kind = 'network' OR g.scope_kind = 'team' AND g.scope_id = $2) ORDER BY g.person",
        [role.value for role, actions in PERMISSIONS.items() if action in actions],
        team,
    )
    own = [row["person"] for row in rows if not row["is_network"]]
    return own or [row["person"] for row in rows]


async def person_of_email(email: str) -> int | None:
    """The key of the person who has confirmed this address. Only for the command line and staff."""
    row = await fetch_row(
        "SELECT id FROM person WHERE lower(email) = $1 AND email_confirmed_at IS NOT NULL AND retired_at IS NULL",
        email.lower(),
    )
    return row["id"] if row else None


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A signed-in browser, as its owner sees it."""

    public_id: str
    browser: str
    created_at: datetime
    seen_at: datetime
    is_current: bool


async def sessions_of(actor: Actor, now: datetime) -> Sequence[OpenSession]:
    """The actor's sessions that have not ended, the current one first."""
    rows = await fetch(
        "SELECT public_id, browser, created_at, seen_at, id IS NOT DISTINCT FROM $2 AS is_current FROM session"
        " WHERE person = $1 AND seen_at > $3 AND created_at > $4 ORDER BY is_current DESC, seen_at DESC, id DESC",
        actor.person,
        actor.session,
        now - SESSION_IDLE,
        now - SESSION_LONGEST,
    )
    return [OpenSession(**row) for row in rows]


@dataclass(frozen=True, slots=True)
class OwnToken:
    """An API token, as its owner sees it: never the token itself, only its last characters."""

    public_id: str
    name: str
    scopes: Sequence[str]
    hint: str
    created_at: datetime
    last_used_at: datetime | None


async def list_api_tokens(actor: Actor) -> Sequence[OwnToken]:
    """The actor's tokens that were not revoked, the newest first."""
    rows = await fetch(
        "SELECT public_id, name, scopes, hint, created_at, last_used_at FROM api_token"
        " WHERE person = $1 AND revoked_at IS NULL ORDER BY id DESC",
        actor.person,
    )
    return [OwnToken(**row) for row in rows]
