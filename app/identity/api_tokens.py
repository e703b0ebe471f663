"""API tokens: made, listed (queries.list_api_tokens), revoked. The text is shown once; the table keeps its hash."""

from collections.abc import Collection, Sequence
from datetime import datetime

from app.identity.audit import record, record_each
from app.identity.queries import OwnToken
from app.identity.rules import STAFF, Action, Actor, Scope, demand, demand_fresh_sign_in, usable_name
from app.kernel.refusals import BadInput, NotFound, marked
from app.platform.database import fetch, fetch_value, transaction
from app.platform.random_ids import new_public_id, new_token, token_hash

_BEGINNING = "nw_"
"""Tells people and secret scanners what it is."""


class ScopeUnknown(BadInput):
    """There is no such scope, or none was asked for."""

    code = "scope_unknown"
    text = marked("Ein Schlüssel braucht mindestens eines davon: {scopes}.")


class PersonUnknown(BadInput):
    """Nobody has confirmed this address."""

    code = "person_unknown"
    text = marked("Zu {email} gibt es kein Konto.")


async def create_api_token(actor: Actor, name: str, scopes: Collection[str], now: datetime) -> tuple[str, OwnToken]:
    """A token for programs that act for the actor within these scopes: its text, shown once, and its row.

    Raises FreshSignInNeeded, NameUnusable, ScopeUnknown, and ScopeMissing when a token asks for another.
    """
    demand_fresh_sign_in(actor, now)
    chosen = _usable_scopes(scopes)
    text = _new_text()
    async with transaction():
        [row] = await fetch(
            "INSERT INTO api_token (public_id, person, name, scopes, token_hash, hint, created_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)"
            " RETURNING id, public_id, name, scopes, hint, created_at, last_used_at",
            new_public_id(),
            actor.person,
            usable_name(name),
            chosen,
            token_hash(text),
            text[-4:],
            now,
        )
        await record("api_token.created", "api_token", row["id"], actor, now, scopes=chosen)
    return text, OwnToken(**{column: value for column, value in row.items() if column != "id"})


async def tokens_for_emails(emails: Sequence[str], scopes: Collection[str] | None, now: datetime) -> list[str]:
    """One token for each address, in their order; for the command line. Raises ScopeUnknown, PersonUnknown.

    Without scopes each gets all that its person can use: that of staff only if the person is.
    """
    for_staff = _usable_scopes(list(Scope) if scopes is None else scopes)
    for_members = _usable_scopes(set(Scope) - {Scope.STAFF}) if scopes is None else for_staff
    wanted = [email.strip().lower() for email in emails]
    async with transaction():
        rows = await fetch(
            "SELECT lower(email) AS email, id, EXISTS (SELECT FROM role_grant WHERE role_grant.person = person.id"
            " AND revoked_at IS NULL AND role = ANY($2::text[])) AS is_staff FROM person"
            " WHERE lower(email) = ANY($1::text[]) AND email_confirmed_at IS NOT NULL AND retired_at IS NULL",
            wanted,
            list(STAFF),
        )
        people = {row["email"]: row for row in rows}
        for email in wanted:
            if email not in people:
                raise PersonUnknown(field="email", email=email)
        texts = [_new_text() for _ in wanted]
        rows = await fetch(
            "INSERT INTO api_token (public_id, person, name, scopes, token_hash, hint, created_at)"
            " SELECT public_id, person, 'nahwerk token create',"
            " CASE WHEN is_staff THEN $6::text[] ELSE $7::text[] END, token_hash, hint, $8"
            " FROM unnest($1::text[], $2::bigint[], $3::bytea[], $4::text[], $5::bool[])"
            " AS u (public_id, person, token_hash, hint, is_staff)"
            " RETURNING id",
            [new_public_id() for _ in wanted],
            [people[email]["id"] for email in wanted],
            [token_hash(text) for text in texts],
            [text[-4:] for text in texts],
            [people[email]["is_staff"] for email in wanted],
            for_staff,
            for_members,
            now,
        )
        await record_each("api_token.created", "api_token", [row["id"] for row in rows], None, now)
    return texts


async def revoke_api_token(actor: Actor, public_id: str, now: datetime) -> None:
    """Ends one of the actor's tokens at once. Raises NotFound for anything else."""
    demand(actor, Action.MANAGE_OWN_ACCOUNT)
    async with transaction():
        token = await fetch_value(
            "UPDATE api_token SET revoked_at = $3 WHERE public_id = $1 AND person = $2 AND revoked_at IS NULL"
            " RETURNING id",
            public_id,
            actor.person,
            now,
        )
        if token is None:
            raise NotFound
        await record("api_token.revoked", "api_token", token, actor, now)


def _new_text() -> str:
    return _BEGINNING + new_token()


def _usable_scopes(scopes: Collection[str]) -> list[str]:
    if not scopes or not set(scopes) <= set(Scope):
        raise ScopeUnknown(field="scopes", scopes=", ".join(Scope))
    return sorted(set(scopes))
