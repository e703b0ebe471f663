"""Accounts that are opened by what a company's identity provider says: which, and until when.

Whether a provider may say it of this person is for teams to decide (docs/decisions/0051-sign-in-at-the-company.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.identity.audit import record
from app.identity.merging import Merge, on_merge
from app.identity.rules import Action, Actor, demand
from app.kernel.refusals import Conflict, NotFound, marked
from app.platform.database import execute, fetch, fetch_row, fetch_value, refuse_constraint, transaction
from app.platform.outbox import emit
from app.platform.random_ids import new_public_id

_KEPT: Final = timedelta(days=365)


class OtherIdentity(Conflict):
    """An address is given to somebody else in time; who had it first keeps the account."""

    code = "other_identity"
    text = marked(
        "Mit dieser E-Mail-Adresse hat sich über die Firma schon jemand anderes angemeldet, oder die Firma hat Ihren"
        " Zugang neu angelegt. Melden Sie sich mit einem Link per E-Mail an und trennen Sie unter „Konto“ die alte"
        " Verbindung. Geht das nicht, hilft Ihnen, wer das Firmenkonto verwaltet."
    )


refuse_constraint("federated_identity_of_person", OtherIdentity)
refuse_constraint("federated_identity_subject", OtherIdentity)


@dataclass(frozen=True, slots=True)
class Identity:
    """As whom an issuer knows somebody."""

    issuer: str
    subject: str


@dataclass(frozen=True, slots=True)
class LinkedIdentity:
    """A company's sign-in that opens an account; `team` is the key of the company's team."""

    id: int
    public_id: str
    person: int
    team: int
    linked_at: datetime
    last_used_at: datetime


_LINKED: Final = "SELECT id, public_id, person, team, linked_at, last_used_at FROM federated_identity"


async def linked_identity(identity: Identity) -> LinkedIdentity | None:
    """Whose account this opens; None where it opens none."""
    row = await fetch_row(
        f"{_LINKED} WHERE issuer = $1 AND subject = $2 AND ended_at IS NULL", identity.issuer, identity.subject
    )
    return LinkedIdentity(**row) if row is not None else None


async def identities_of(person: int) -> Sequence[LinkedIdentity]:
    """The companies' sign-ins that open this person's account, the oldest first."""
    rows = await fetch(f"{_LINKED} WHERE person = $1 AND ended_at IS NULL ORDER BY id", person)
    return [LinkedIdentity(**row) for row in rows]


async def link_identity(actor: Actor, identity: Identity, team: int, now: datetime) -> int:
    """From now on this opens the actor's account; the link's key. Raises OtherIdentity."""
    async with transaction():
        key: int = await fetch_value(
            "INSERT INTO federated_identity (public_id, person, issuer, subject, team, linked_at, last_used_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $6) RETURNING id",
            new_public_id(),
            actor.person,
            identity.issuer,
            identity.subject,
            team,
            now,
        )
        await record("federated_identity.linked", "person", actor.person, actor, now, issuer=identity.issuer)
        await emit("federated_identity.linked", "federated_identity", key, now)
    return key


async def note_identity_used(linked: LinkedIdentity, actor: Actor, now: datetime) -> None:
    """Notes a sign-in by it."""
    async with transaction():
        await execute("UPDATE federated_identity SET last_used_at = $2 WHERE id = $1", linked.id, now)
        await record("person.signed_in", "person", actor.person, actor, now, by="company")


async def unlink_identity(actor: Actor, public_id: str, now: datetime) -> None:
    """One of the actor's own opens the account no more. Raises NotFound."""
    demand(actor, Action.MANAGE_OWN_ACCOUNT)
    async with transaction():
        issuer = await fetch_value(
            "UPDATE federated_identity SET ended_at = $3 WHERE public_id = $1 AND person = $2 AND ended_at IS NULL"
            " RETURNING issuer",
            public_id,
            actor.person,
            now,
        )
        if issuer is None:
            raise NotFound
        await record("federated_identity.ended", "person", actor.person, actor, now, issuer=issuer)


async def end_identities(team: int, now: datetime, *, person: int | None = None) -> int:
    """What this team's provider says opens this person's account no more, or nobody's; how many. Call it inside the
    transaction of its reason."""
    return await execute(
        "UPDATE federated_identity SET ended_at = $2 WHERE team = $1 AND ended_at IS NULL"
        " AND ($3::bigint IS NULL OR person = $3)",
        team,
        now,
        person,
    )


@dataclass(frozen=True, slots=True)
class Began:
    """Sessions that this team's provider has begun until then: of one subject, one session there, or both."""

    team: int
    issuer: str
    subject: str | None
    session: str | None
    until: datetime


async def end_sessions_begun_there(began: Began, now: datetime) -> int:
    """Ends those whose link still opens the account; how many."""
    async with transaction():
        ended = await fetch(
            "DELETE FROM session s USING federated_identity f WHERE f.id = s.identity AND f.ended_at IS NULL"
            " AND f.team = $1 AND f.issuer = $2 AND ($3::text IS NULL OR f.subject = $3)"
            " AND ($4::text IS NULL OR s.company_session = $4) AND s.created_at <= $5 RETURNING s.person",
            began.team,
            began.issuer,
            began.subject,
            began.session,
            began.until,
        )
        for person in sorted({row["person"] for row in ended}):
            await record("person.signed_out", "person", person, None, now, by="company")
    return len(ended)


async def forget_ended_identities(now: datetime) -> int:
    """Deletes those that ended a year ago; how many."""
    return await execute("DELETE FROM federated_identity WHERE ended_at < $1", now - _KEPT)


async def identity_to_tell(key: int) -> tuple[int, int] | None:
    """Person and team of one that has just been linked; None where it has ended since."""
    row = await fetch_row("SELECT person, team FROM federated_identity WHERE id = $1 AND ended_at IS NULL", key)
    return (row["person"], row["team"]) if row is not None else None


@on_merge("federated_identity.person")
async def _end_identities(merge: Merge) -> None:
    """Whatever let somebody in as the second person ends."""
    await execute(
        "UPDATE federated_identity SET person = $1, ended_at = coalesce(ended_at, $3) WHERE person = $2",
        merge.kept,
        merge.gone,
        merge.now,
    )
