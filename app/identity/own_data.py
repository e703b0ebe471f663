"""What the network holds about a person, for the person: sections of rows, each capability its own.

A section is one statement, written so that tests can see from it which columns it covers (docs/own-data.md).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from app.identity.audit import record
from app.identity.rules import Actor, demand_fresh_sign_in
from app.kernel.refusals import marked
from app.platform.database import fetch

_COLUMN: Final = re.compile(r"\b([a-z_]+\.[a-z_]+)\b")


@dataclass(frozen=True, slots=True)
class Section:
    """Rows about a person ($1): `columns` are SQL by the name in the file, with tables under their full names."""

    name: str
    about: str
    rows: str
    columns: Mapping[str, str]

    @property
    def covers(self) -> frozenset[str]:
        """All columns that it shows or chooses its rows by, as table.column."""
        return frozenset(_COLUMN.findall(" ".join([self.rows, *self.columns.values()])))

    @property
    def sql(self) -> str:
        shown = ", ".join(f'{sql} AS "{name}"' for name, sql in self.columns.items())
        return f"SELECT to_jsonb(t)::text AS row FROM (SELECT {shown} FROM {self.rows}) t"  # noqa: S608


async def own_data(actor: Actor, sections: Iterable[Section], now: datetime) -> bytes:
    """All sections of the actor's own data as JSON, and a note in the trail that it was taken.

    Raises FreshSignInNeeded.
    """
    demand_fresh_sign_in(actor, now)
    holds: dict[str, object] = {"made_at": now}
    for section in sections:
        rows = await fetch(section.sql, actor.person)
        holds[section.name] = [msgspec.Raw(row["row"].encode()) for row in rows]
    await record("person.data_taken", "person", actor.person, actor, now)
    return msgspec.json.format(msgspec.json.encode(holds), indent=2)


IDENTITY: Final[Sequence[Section]] = (
    Section(
        "account",
        marked("Konto: Name, Adressen, Sprache, freiwillige Angaben"),
        "person WHERE person.id = $1",
        {
            "id": "person.public_id",
            "name": "person.name",
            "email": "person.email",
            "email_confirmed_at": "person.email_confirmed_at",
            "has_password": "person.password_hash IS NOT NULL",
            "phone": "person.phone",
            "language": "person.language",
            "home_municipality": "person.home_municipality",
            "commutes_to": "person.commutes_to",
            "wants_reminders": "person.wants_reminders",
            "hears_of_reports": "person.hears_of_reports",
            "created_at": "person.created_at",
        },
    ),
    Section(
        "former_records",
        marked("Doppelte Einträge, die mit Ihrem zusammengeführt wurden"),
        "person WHERE person.merged_into = $1 ORDER BY person.id",
        {"id": "person.public_id", "name": "person.name", "merged_at": "person.retired_at"},
    ),
    Section(
        "sessions",
        marked("Browser, in denen Sie angemeldet sind"),
        "session WHERE session.person = $1 ORDER BY session.id",
        {
            "browser": "session.browser",
            "signed_in_at": "session.authenticated_at",
            "opened_at": "session.created_at",
            "last_seen_at": "session.seen_at",
            "session_at_company": "session.company_session",
        },
    ),
    Section(
        "programs",
        marked("Schlüssel für Programme: Namen und Rechte, nicht die Schlüssel selbst"),
        "api_token WHERE api_token.person = $1 ORDER BY api_token.id",
        {
            "name": "api_token.name",
            "scopes": "api_token.scopes",
            "created_at": "api_token.created_at",
            "last_used_at": "api_token.last_used_at",
            "revoked_at": "api_token.revoked_at",
        },
    ),
    Section(
        "company_sign_ins",
        marked("Anmeldungen über eine Firma, mit denen Ihr Konto verbunden ist oder war"),
        "federated_identity WHERE federated_identity.person = $1 ORDER BY federated_identity.id",
        {
            "issuer": "federated_identity.issuer",
            "subject": "federated_identity.subject",
            "linked_at": "federated_identity.linked_at",
            "last_used_at": "federated_identity.last_used_at",
            "ended_at": "federated_identity.ended_at",
        },
    ),
    Section(
        "mailed_links",
        marked("Links, die Ihnen geschickt wurden"),
        "mailed_link WHERE mailed_link.person = $1 ORDER BY mailed_link.id",
        {
            "purpose": "mailed_link.purpose",
            "email": "mailed_link.email",
            "former_email": "mailed_link.former_email",
            "name": "mailed_link.name",
            "language": "mailed_link.language",
            "leads_to": "mailed_link.next_url",
            "created_at": "mailed_link.created_at",
            "expires_at": "mailed_link.expires_at",
            "used_at": "mailed_link.used_at",
        },
    ),
    Section(
        "mail_trouble",
        marked("Ob E-Mails an Ihre Adresse zurückkamen"),
        "mail_trouble WHERE mail_trouble.email = (SELECT lower(person.email) FROM person WHERE person.id = $1)",
        {
            "email": "mail_trouble.email",
            "last_came_back_at": "mail_trouble.failed_at",
            "status": "mail_trouble.status",
            "unreachable_since": "mail_trouble.unreachable_since",
            "reached_at": "mail_trouble.reached_at",
        },
    ),
    Section(
        "invitations",
        marked("Einladungen an Sie, bei einem Betreiber mitzuarbeiten"),
        "invitation WHERE invitation.accepted_by = $1"
        " OR invitation.email = (SELECT lower(person.email) FROM person WHERE person.id = $1) ORDER BY invitation.id",
        {
            "name": "invitation.name",
            "email": "invitation.email",
            "role": "invitation.role",
            "created_at": "invitation.created_at",
            "accepted_at": "invitation.accepted_at",
            "revoked_at": "invitation.revoked_at",
        },
    ),
    Section(
        "invitations_sent",
        marked("Einladungen, die Sie verschickt haben, ohne die Namen der anderen"),
        "invitation WHERE invitation.invited_by = $1 ORDER BY invitation.id",
        {"role": "invitation.role", "created_at": "invitation.created_at"},
    ),
    Section(
        "trail",
        marked("Protokoll: was Sie getan haben, und was mit Ihrem Konto getan wurde"),
        "audit_entry WHERE audit_entry.actor = $1"
        " OR (audit_entry.subject_kind = 'person' AND audit_entry.subject_id = $1)"
        " OR (audit_entry.details ? 'whom' AND (audit_entry.details->>'whom')::bigint = $1) ORDER BY audit_entry.id",
        {
            "at": "audit_entry.at",
            "by_you": "coalesce(audit_entry.actor = $1, false)",
            "via": "audit_entry.via",
            "action": "audit_entry.action",
            "about": "audit_entry.subject_kind",
            "details": "audit_entry.details",
        },
    ),
)
