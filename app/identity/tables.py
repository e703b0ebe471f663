"""People, what they may do, how they prove who they are, and what was done."""

from typing import Any

from piccolo.columns import (
    JSONB,
    Array,
    BigInt,
    BigSerial,
    Boolean,
    Bytea,
    ForeignKey,
    Integer,
    SmallInt,
    Text,
    Timestamptz,
)
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from app.platform.personal_data import NOT_PERSONAL, personal

_ACCOUNT = "until the account is erased"
_REMOVABLE = "until the person takes it back"
_LINK = "30 days after the link lapsed"


class Person(Table, tablename="person"):
    """Somebody known to the network; needs neither e-mail nor password (docs/design.md decision 23).

    Whom a front desk entered carries the keys of its operator and space, which may look after this record from then on.
    """

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=personal("name the person in addresses and the interface", _ACCOUNT))
    name = Text(default=None, help_text=personal("greet and find the person", _ACCOUNT))
    email = Text(default=None, null=True, help_text=personal("sign in, confirmations", _ACCOUNT))
    email_confirmed_at = Timestamptz(default=None, null=True)
    password_hash = Text(default=None, null=True, help_text=personal("sign in", _ACCOUNT))
    language = Text(default="de", help_text=personal("speak the person's language", _ACCOUNT))
    phone = Text(default=None, null=True, help_text=personal("find and reach who has no e-mail", _ACCOUNT))
    home_municipality = Text(
        default=None, null=True, help_text=personal("show, in sums from five up, where desks are used from", _REMOVABLE)
    )
    commutes_to = Text(
        default=None, null=True, help_text=personal("show, in sums from five up, which commutes were saved", _REMOVABLE)
    )
    wants_reminders = Boolean(default=False)
    hears_of_reports = Boolean(default=True)
    entered_by_operator = BigInt(default=None, null=True)
    entered_at_space = BigInt(default=None, null=True)
    created_at = Timestamptz(default=None)
    retired_at = Timestamptz(default=None, null=True)
    merged_into: ForeignKey[Any] = ForeignKey(
        "self",
        null=True,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("lead from a double record to the one that stayed", _ACCOUNT),
    )
    version = Integer(default=1)


class RoleGrant(Table, tablename="role_grant"):
    """One person's role within one scope; scopes of other capabilities stand as kind and key without foreign key."""

    id = BigSerial(primary_key=True)
    person = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("decide what the person may do", "until revoked, then as long as the audit trail"),
    )
    role = Text(default=None, help_text=NOT_PERSONAL)
    scope_kind = Text(default=None, help_text=NOT_PERSONAL)
    scope_id = BigInt(default=None, null=True)
    granted_at = Timestamptz(default=None)
    revoked_at = Timestamptz(default=None, null=True)


_LINKED = "one year after it was ended"


class FederatedIdentity(Table, tablename="federated_identity"):
    """That somebody signs in through a company's identity provider: by whom it is issued and as whom the provider knows
    the person. `team` is the key of the company's team."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    person = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know whose account it opens", _LINKED),
    )
    issuer = Text(default=None, help_text=NOT_PERSONAL)
    subject = Text(default=None, help_text=personal("recognise the person at the next sign-in", _LINKED))
    team = BigInt(default=None)
    linked_at = Timestamptz(default=None)
    last_used_at = Timestamptz(default=None)
    ended_at = Timestamptz(default=None, null=True)


class Session(Table, tablename="session"):
    """A signed-in browser. Unlogged: a crash of the database signs everybody out and loses nothing else.

    `identity` and `company_session` say by whom and in which session there a company's provider has begun it.
    """

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    token_hash = Bytea(default=b"", help_text=NOT_PERSONAL)
    person = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("keep the person signed in", "until sign-out, 30 days unused at most"),
    )
    created_at = Timestamptz(default=None)
    authenticated_at = Timestamptz(default=None)
    seen_at = Timestamptz(default=None)
    browser = Text(default="", help_text=personal("let the person recognise its sessions", "as long as the session"))
    identity = ForeignKey(FederatedIdentity, null=True, on_delete=OnDelete.restrict, default=None)
    company_session = Text(
        default="", help_text=personal("end it when the company says that it has ended there", "as long as the session")
    )


class MailedLink(Table, tablename="mailed_link"):
    """A link that went out by mail: confirm an address, reset a password, change an address. Used once.

    One that confirms a sign-up carries what was typed in; the person is made when it is used. A row without an address
    answers to a request for an unknown one and is never mailed (docs/decisions/0004-sessions-and-rate-limits.md).
    """

    id = BigSerial(primary_key=True)
    salt = Bytea(default=b"", help_text=NOT_PERSONAL)
    token_hash = Bytea(default=b"", help_text=NOT_PERSONAL)
    purpose = Text(default=None, help_text=NOT_PERSONAL)
    person = ForeignKey(
        Person,
        null=True,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know whom the link is for", _LINK),
    )
    email = Text(default=None, null=True, help_text=personal("know which address the link proves", _LINK))
    former_email = Text(default=None, null=True, help_text=personal("tell the address that was replaced", _LINK))
    name = Text(default=None, null=True, help_text=personal("take over what was typed in at sign-up", _LINK))
    language = Text(default="de", help_text=personal("write the mail in the person's language", _LINK))
    password_hash = Text(default=None, null=True, help_text=personal("take over the password of the sign-up", _LINK))
    next_url = Text(default="/", help_text=personal("lead back to where the person was", _LINK))
    created_at = Timestamptz(default=None)
    expires_at = Timestamptz(default=None)
    used_at = Timestamptz(default=None, null=True)


_TROUBLE = "90 days after a mail came back last"


class MailTrouble(Table, tablename="mail_trouble"):
    """An address from which mails came back. It counts as unreachable after one that never can arrive, or several that
    could not; `reached_at` is when somebody last proved by a link that mails arrive there.
    """

    id = BigSerial(primary_key=True)
    email = Text(default=None, help_text=personal("say to staff and the person that mails do not arrive", _TROUBLE))
    failures = SmallInt(default=0)
    unreachable_since = Timestamptz(default=None, null=True)
    status = Text(default=None, help_text=NOT_PERSONAL)
    failed_at = Timestamptz(default=None)
    reached_at = Timestamptz(default=None, null=True)


class ApiToken(Table, tablename="api_token"):
    """A key for programs that act for one person within scopes; stored as a hash."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    person = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know for whom the program acts", "one year after it was revoked"),
    )
    name = Text(default="", help_text=personal("let the person recognise the token", "one year after it was revoked"))
    scopes = Array(Text(), default=list, help_text=NOT_PERSONAL)
    token_hash = Bytea(default=b"", help_text=NOT_PERSONAL)
    hint = Text(default="", help_text=NOT_PERSONAL)
    created_at = Timestamptz(default=None)
    last_used_at = Timestamptz(default=None, null=True)
    revoked_at = Timestamptz(default=None, null=True)


class AuditEntry(Table, tablename="audit_entry"):
    """Who did what to what, and when. Append-only: the application's role may neither change nor delete it."""

    id = BigSerial(primary_key=True)
    at = Timestamptz(default=None)
    actor = BigInt(default=None, null=True, help_text=personal("say who acted", "two years"))
    via = Text(default="page", help_text=NOT_PERSONAL)
    action = Text(default=None, help_text=NOT_PERSONAL)
    subject_kind = Text(default=None, help_text=NOT_PERSONAL)
    subject_id = BigInt(default=None, null=True)
    details = JSONB(default="{}", help_text=personal("say what changed", "two years"))


_INVITED = "two years after it was made"


class Invitation(Table, tablename="invitation"):
    """That somebody was asked to take a role: the address, by whom, and what became of it.

    `operator` is whose it is, `link` the key of the mailed link, which is forgotten before.
    """

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    name = Text(default=None, help_text=personal("greet who is invited", _INVITED))
    email = Text(default=None, help_text=personal("send the invitation", _INVITED))
    role = Text(default=None, help_text=NOT_PERSONAL)
    scope_kind = Text(default=None, help_text=NOT_PERSONAL)
    scope_id = BigInt(default=None, null=True)
    operator = BigInt(default=None, null=True)
    link = BigInt(default=None)
    invited_by = ForeignKey(
        Person,
        null=True,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("say who invites, and ask whether he still may", _INVITED),
    )
    created_at = Timestamptz(default=None)
    expires_at = Timestamptz(default=None)
    accepted_at = Timestamptz(default=None, null=True)
    accepted_by = ForeignKey(
        Person,
        null=True,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know who has taken the role", _INVITED),
    )
    revoked_at = Timestamptz(default=None, null=True)
