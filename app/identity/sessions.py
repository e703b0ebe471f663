"""Sessions: opened at sign-in, renewed, ended. The browser holds the token, the table its hash."""

from dataclasses import dataclass
from datetime import datetime

from app.identity.audit import record
from app.identity.queries import SESSION_IDLE, SESSION_LONGEST
from app.identity.rules import Action, Actor, demand
from app.kernel.refusals import NotFound
from app.platform.database import execute, fetch_value, transaction
from app.platform.random_ids import new_public_id, new_token, token_hash

_LONGEST_BROWSER = 200


@dataclass(frozen=True, slots=True)
class BegunThere:
    """By which link to a company's provider a session began, and in which session there; empty where it does not
    say."""

    identity: int
    session: str


async def open_session(
    person: int,
    browser: str,
    now: datetime,
    *,
    instead_of: str | None = None,
    proved_at: datetime | None = None,
    began: BegunThere | None = None,
) -> str:
    """Opens a session for somebody who has just proved who he is; its token of 256 bits.

    `browser` is what the browser calls itself. `instead_of` is the token that the browser came with: its session ends,
    so that a token known before sign-in is worth nothing after it (ASVS 7.2.4). `proved_at` is when it was proved,
    where that was some time ago, `began` at which company it began.
    """
    token = new_token()
    name = "".join(character for character in browser if character.isprintable())[:_LONGEST_BROWSER]
    async with transaction():
        if instead_of is not None:
            await execute("DELETE FROM session WHERE token_hash = $1", token_hash(instead_of))
        await execute(
            "INSERT INTO session (public_id, token_hash, person, created_at, authenticated_at, seen_at, browser,"
            " identity, company_session) VALUES ($1, $2, $3, $4, $6, $4, $5, $7, $8)",
            new_public_id(),
            token_hash(token),
            person,
            now,
            name,
            proved_at or now,
            began.identity if began is not None else None,
            began.session if began is not None else "",
        )
    return token


async def renew_session(actor: Actor, now: datetime) -> str:
    """Gives the actor's session a new token and a fresh sign-in; the old token ends. Raises NotFound without one."""
    token = new_token()
    renewed = await execute(
        "UPDATE session SET token_hash = $2, authenticated_at = $3, seen_at = $3 WHERE id = $1 AND person = $4",
        actor.session,
        token_hash(token),
        now,
        actor.person,
    )
    if not renewed:
        raise NotFound
    return token


async def sign_out(actor: Actor, now: datetime) -> None:
    """Ends the actor's session; quietly if it has ended already."""
    async with transaction():
        if await execute("DELETE FROM session WHERE id = $1 AND person = $2", actor.session, actor.person):
            await record("person.signed_out", "person", actor.person, actor, now)


async def revoke_session(actor: Actor, public_id: str, now: datetime) -> None:
    """Ends one of the actor's sessions. Raises NotFound for anything else."""
    demand(actor, Action.MANAGE_OWN_ACCOUNT)
    async with transaction():
        session = await fetch_value(
            "DELETE FROM session WHERE public_id = $1 AND person = $2 RETURNING id", public_id, actor.person
        )
        if session is None:
            raise NotFound
        await record("session.revoked", "session", session, actor, now)


async def revoke_other_sessions(actor: Actor, now: datetime) -> int:
    """Ends all of the actor's sessions but the current one; how many."""
    demand(actor, Action.MANAGE_OWN_ACCOUNT)
    async with transaction():
        ended = await end_sessions(actor.person, but=actor.session)
        await record("session.others_revoked", "person", actor.person, actor, now, sessions=ended)
    return ended


async def end_sessions(person: int, *, but: int | None = None) -> int:
    """Ends a person's sessions, except one where given; how many. Call it inside the transaction of its reason."""
    return await execute("DELETE FROM session WHERE person = $1 AND id IS DISTINCT FROM $2", person, but)


async def forget_old_sessions(now: datetime) -> int:
    """Deletes sessions that have ended by time; how many."""
    return await execute(
        "DELETE FROM session WHERE seen_at <= $1 OR created_at <= $2", now - SESSION_IDLE, now - SESSION_LONGEST
    )
