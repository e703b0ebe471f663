"""Employers' accounts, their cost centres, and who belongs to them."""

from piccolo.columns import (
    JSONB,
    BigInt,
    BigSerial,
    Boolean,
    Bytea,
    Date,
    ForeignKey,
    Integer,
    Text,
    Timestamptz,
)
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from app.billing.tables import Payer
from app.identity.tables import Person
from app.plans.tables import SharedPurse
from app.platform.personal_data import NOT_PERSONAL, personal

_MEMBER = "twelve months after the person has left the team"
_INVITED = "one year after the invitation was last sent"
_ASKED = "while the team has the domain"
_SIGNING_IN = "for a day at most"


class Team(Table, tablename="team"):
    """An employer's account: who pays, and the purse that its people spend from. `leitweg_id` and `order_number` go
    onto its invoices. Where the network is free of charge nobody pays and there is no purse."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    name = Text(default=None, help_text=NOT_PERSONAL)
    payer = ForeignKey(Payer, null=True, on_delete=OnDelete.restrict, default=None)
    purse = ForeignKey(SharedPurse, null=True, on_delete=OnDelete.restrict, default=None)
    leitweg_id = Text(default="", help_text=NOT_PERSONAL)
    order_number = Text(default="", help_text=NOT_PERSONAL)
    legal_form = Text(default="", help_text=NOT_PERSONAL)
    founded_at = Timestamptz(default=None)
    ends_on = Date(default=None, null=True)
    ended_at = Timestamptz(default=None, null=True)
    version = Integer(default=1)


class CostCentre(Table, tablename="cost_centre"):
    """Where an employer books what it pays."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    team = ForeignKey(Team, null=False, on_delete=OnDelete.restrict, default=None)
    code = Text(default=None, help_text=NOT_PERSONAL)
    name = Text(default="", help_text=NOT_PERSONAL)
    made_at = Timestamptz(default=None)
    retired_at = Timestamptz(default=None, null=True)
    version = Integer(default=1)


class TeamMember(Table, tablename="team_member"):
    """That somebody belongs to a team, from when on and until when; whoever comes back has a new row."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=personal("name the member in addresses", _MEMBER))
    team = ForeignKey(Team, null=False, on_delete=OnDelete.restrict, default=None)
    person = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know who belongs to the team", _MEMBER),
    )
    cost_centre = ForeignKey(CostCentre, null=True, on_delete=OnDelete.restrict, default=None)
    joined_by = Text(default=None, help_text=personal("say how the person came in", _MEMBER))
    joined_at = Timestamptz(default=None)
    left_at = Timestamptz(default=None, null=True)


class TeamInvitation(Table, tablename="team_invitation"):
    """That somebody was asked by mail to join a team. `link` is the key of the mailed link, which is forgotten
    before; sending it again makes another one."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    team = ForeignKey(Team, null=False, on_delete=OnDelete.restrict, default=None)
    name = Text(default="", help_text=personal("greet who is invited", _INVITED))
    email = Text(default=None, help_text=personal("send the invitation", _INVITED))
    cost_centre = ForeignKey(CostCentre, null=True, on_delete=OnDelete.restrict, default=None)
    how = Text(default=None, help_text=NOT_PERSONAL)
    language = Text(default="de", help_text=NOT_PERSONAL)
    link = BigInt(default=None)
    invited_by = ForeignKey(
        Person,
        null=True,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("say who invites", _INVITED),
    )
    created_at = Timestamptz(default=None)
    sent_at = Timestamptz(default=None)
    expires_at = Timestamptz(default=None)
    accepted_at = Timestamptz(default=None, null=True)
    accepted_by = ForeignKey(
        Person,
        null=True,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know who has joined", _INVITED),
    )
    revoked_at = Timestamptz(default=None, null=True)


class JoinLink(Table, tablename="join_link"):
    """An address with which whoever has it joins a team, at most `most` people. Its token is made of the salt."""

    id = BigSerial(primary_key=True)
    team = ForeignKey(Team, null=False, on_delete=OnDelete.restrict, default=None)
    salt = Bytea(default=b"", help_text=NOT_PERSONAL)
    token_hash = Bytea(default=b"", help_text=NOT_PERSONAL)
    most = Integer(default=None, null=True)
    joined = Integer(default=0)
    made_at = Timestamptz(default=None)
    ended_at = Timestamptz(default=None, null=True)


class MailDomain(Table, tablename="mail_domain"):
    """That the addresses of a domain are a team's, once somebody has opened a mail to an address that only who looks
    after the domain reads. `lets_join` says whether who has such an address is offered to join; `issuer` is the
    identity provider that its keepers let speak for these addresses, `asked_issuer` the one that they are asked
    about."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    team = ForeignKey(Team, null=False, on_delete=OnDelete.restrict, default=None)
    domain = Text(default=None, help_text=NOT_PERSONAL)
    asked_of = Text(default=None, help_text=NOT_PERSONAL)
    asked_by = ForeignKey(
        Person,
        null=True,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("say who asks, and tell that it is proven", _ASKED),
    )
    salt = Bytea(default=b"", help_text=NOT_PERSONAL)
    token_hash = Bytea(default=b"", help_text=NOT_PERSONAL)
    lets_join = Boolean(default=True)
    issuer = Text(default="", help_text=NOT_PERSONAL)
    asked_issuer = Text(default="", help_text=NOT_PERSONAL)
    asked_at = Timestamptz(default=None)
    expires_at = Timestamptz(default=None)
    proven_at = Timestamptz(default=None, null=True)
    removed_at = Timestamptz(default=None, null=True)


class TeamUpload(Table, tablename="team_upload"):
    """A file with people that waits to be read in."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    team = ForeignKey(Team, null=False, on_delete=OnDelete.restrict, default=None)
    content = Bytea(
        default=None, help_text=personal("show who would be invited before it is done", "until it is done, or one day")
    )
    created_at = Timestamptz(default=None)


class IdentityProvider(Table, tablename="identity_provider"):
    """Where a team's people prove who they are, by OpenID Connect. `secret` is sealed with the installation's key;
    `tried_at` is when the present settings were last seen to work."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    team = ForeignKey(Team, null=False, on_delete=OnDelete.restrict, default=None)
    issuer = Text(default=None, help_text=NOT_PERSONAL)
    client_id = Text(default=None, help_text=NOT_PERSONAL)
    secret = Bytea(default=b"", help_text=NOT_PERSONAL)
    is_required = Boolean(default=False)
    made_at = Timestamptz(default=None)
    tried_at = Timestamptz(default=None, null=True)
    ended_at = Timestamptz(default=None, null=True)
    version = Integer(default=1)


class CompanySignIn(Table, tablename="company_sign_in"):
    """One way to a company's provider and back, in one browser. What the provider said of somebody whom it sends for
    the first time waits here until that person has agreed."""

    id = BigSerial(primary_key=True)
    provider = ForeignKey(IdentityProvider, null=False, on_delete=OnDelete.restrict, default=None)
    state_hash = Bytea(default=b"", help_text=NOT_PERSONAL)
    browser_hash = Bytea(default=b"", help_text=NOT_PERSONAL)
    endpoints = JSONB(default="{}", help_text=NOT_PERSONAL)
    is_trial = Boolean(default=False)
    next_url = Text(default="/", help_text=personal("lead back to where the person was", _SIGNING_IN))
    created_at = Timestamptz(default=None)
    expires_at = Timestamptz(default=None)
    used_at = Timestamptz(default=None, null=True)
    subject = Text(default=None, null=True, help_text=personal("link the account once the person agrees", _SIGNING_IN))
    email = Text(default=None, null=True, help_text=personal("know which account it is, or make it", _SIGNING_IN))
    name = Text(default=None, null=True, help_text=personal("suggest the name of a new account", _SIGNING_IN))
    company_session = Text(
        default="", help_text=personal("let the company end the session that begins there", _SIGNING_IN)
    )
    proved_at = Timestamptz(default=None, null=True)
    settled_at = Timestamptz(default=None, null=True)


_REQUESTED = "twelve months after the month it was asked for"


class LimitRequest(Table, tablename="limit_request"):
    """That somebody needs more than the limits allow in a month, and what was answered."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    team = ForeignKey(Team, null=False, on_delete=OnDelete.restrict, default=None)
    person = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know who needs more", _REQUESTED),
    )
    month = Date(default=None)
    desk_halves = Integer(default=0)
    room_minutes = Integer(default=0)
    money = Integer(default=0)
    reason = Text(default="", help_text=personal("decide whether there is more", _REQUESTED))
    asked_at = Timestamptz(default=None)
    status = Text(default="open", help_text=NOT_PERSONAL)
    granted_desk_halves = Integer(default=0)
    granted_room_minutes = Integer(default=0)
    granted_money = Integer(default=0)
    answer = Text(default="", help_text=personal("say why there is more or not", _REQUESTED))
    decided_by = ForeignKey(
        Person,
        null=True,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know who has decided", _REQUESTED),
    )
    decided_at = Timestamptz(default=None, null=True)
