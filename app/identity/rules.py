"""Who may do what, and which actor asks. The permission table is the one place that decides it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from email_validator import EmailNotValidError, validate_email

from app.kernel.refusals import BadInput, NotAllowed, Refusal, marked

Via = Literal["page", "token", "cli", "mail", "device"]
"""How an actor reached us: signed in on the pages, by an API token, on the command line, by a mail's link, or at a
display or kiosk of a space."""

LANGUAGES = ("de", "en")
LONGEST_NAME = 120


class Role(StrEnum):
    MEMBER = "member"
    TEAM_MEMBER = "team_member"
    TEAM_MANAGER = "team_manager"
    TEAM_ASSISTANT = "team_assistant"
    WORKS_COUNCIL = "works_council"
    FRONT_DESK = "front_desk"
    TELEPHONE = "telephone"
    ACCOUNTANT = "accountant"
    OPERATOR_MANAGER = "operator_manager"
    NETWORK_ADMINISTRATOR = "network_administrator"


class Action(StrEnum):
    BOOK_OWN = "book_own"
    SEE_OWN_BOOKINGS = "see_own_bookings"
    MANAGE_OWN_FEEDS = "manage_own_feeds"
    MANAGE_OWN_ACCOUNT = "manage_own_account"
    SEE_SPACE_DAY = "see_space_day"
    BOOK_FOR_OTHERS = "book_for_others"
    MERGE_PEOPLE = "merge_people"
    DECIDE_REQUESTS = "decide_requests"
    ANSWER_REPORTS = "answer_reports"
    MANAGE_SPACE_FEEDS = "manage_space_feeds"
    SELL = "sell"
    SEE_OCCUPANCY = "see_occupancy"
    MANAGE_SPACE = "manage_space"
    MANAGE_OPERATOR = "manage_operator"
    MANAGE_ROLES = "manage_roles"
    SEE_ALL_SPACES = "see_all_spaces"
    PUBLISH_BY_PHONE = "publish_by_phone"
    KEEP_CONTRACTS = "keep_contracts"
    MANAGE_NETWORK = "manage_network"
    SEE_JOBS = "see_jobs"
    RETRY_JOBS = "retry_jobs"
    SEE_AUDIT_TRAIL = "see_audit_trail"
    SEE_METRICS = "see_metrics"
    MANAGE_TEAM = "manage_team"
    BOOK_FOR_TEAM = "book_for_team"
    SEE_TEAM = "see_team"


_MEMBER = frozenset({Action.BOOK_OWN, Action.SEE_OWN_BOOKINGS, Action.MANAGE_OWN_FEEDS, Action.MANAGE_OWN_ACCOUNT})
_FOR_OTHERS = frozenset({Action.SEE_SPACE_DAY, Action.BOOK_FOR_OTHERS, Action.MERGE_PEOPLE, Action.SELL})
_FRONT_DESK = _FOR_OTHERS | {Action.MANAGE_SPACE_FEEDS, Action.DECIDE_REQUESTS, Action.ANSWER_REPORTS}
_ACCOUNTS = frozenset({Action.SEE_OCCUPANCY})
_OPERATOR = _ACCOUNTS | {Action.MANAGE_SPACE, Action.MANAGE_OPERATOR, Action.MANAGE_ROLES}
_ALL_SPACES = frozenset({Action.SEE_ALL_SPACES, Action.PUBLISH_BY_PHONE, Action.KEEP_CONTRACTS})
_TEAM = frozenset({Action.MANAGE_TEAM, Action.BOOK_FOR_TEAM, Action.SEE_TEAM})
_NETWORK = _ALL_SPACES | {
    Action.MANAGE_NETWORK,
    Action.SEE_JOBS,
    Action.RETRY_JOBS,
    Action.SEE_AUDIT_TRAIL,
    Action.SEE_METRICS,
}

PERMISSIONS: Mapping[Role, frozenset[Action]] = {
    Role.MEMBER: _MEMBER,
    Role.TEAM_MEMBER: _MEMBER,
    Role.TEAM_MANAGER: _MEMBER | _TEAM | {Action.MANAGE_ROLES},
    Role.TEAM_ASSISTANT: _MEMBER | {Action.BOOK_FOR_TEAM},
    Role.WORKS_COUNCIL: _MEMBER | {Action.SEE_TEAM},
    Role.FRONT_DESK: _MEMBER | _FRONT_DESK,
    Role.TELEPHONE: _MEMBER | _FOR_OTHERS | _ALL_SPACES,
    Role.ACCOUNTANT: _MEMBER | _ACCOUNTS,
    Role.OPERATOR_MANAGER: _MEMBER | _FRONT_DESK | _OPERATOR,
    Role.NETWORK_ADMINISTRATOR: _MEMBER | _FRONT_DESK | _OPERATOR | _NETWORK | _TEAM,
}
"""What each role may do within the scope of its grant. Everybody with an account is a member, without a grant; a
member's actions concern what is the member's own, which loaders check while they load."""

SCOPE_KINDS: Mapping[Role, frozenset[str]] = {
    Role.MEMBER: frozenset(),
    Role.TEAM_MEMBER: frozenset({"team"}),
    Role.TEAM_MANAGER: frozenset({"team"}),
    Role.TEAM_ASSISTANT: frozenset({"team"}),
    Role.WORKS_COUNCIL: frozenset({"team"}),
    Role.FRONT_DESK: frozenset({"operator", "space"}),
    Role.TELEPHONE: frozenset({"network"}),
    Role.ACCOUNTANT: frozenset({"operator"}),
    Role.OPERATOR_MANAGER: frozenset({"operator"}),
    Role.NETWORK_ADMINISTRATOR: frozenset({"network"}),
}
"""For what each role can be granted. The network's telephone is a front desk for all spaces."""

STAFF = frozenset({Role.FRONT_DESK, Role.TELEPHONE, Role.ACCOUNTANT, Role.OPERATOR_MANAGER, Role.NETWORK_ADMINISTRATOR})


class Scope(StrEnum):
    """What a token's programs may do for its person; they never may do more than the person."""

    READ = "read"  # see what the person sees of his own: account, bookings
    BOOKINGS = "bookings"  # book, move, cancel for the person
    FEEDS = "feeds"  # make, rotate, revoke the person's calendar feeds
    STAFF = "staff"  # everything that the person's roles of staff and in teams allow


_SCOPE_NEEDED: Mapping[Action, Scope | None] = dict.fromkeys(
    _FRONT_DESK | _OPERATOR | _NETWORK | _TEAM, Scope.STAFF
) | {
    Action.SEE_OWN_BOOKINGS: Scope.READ,
    Action.BOOK_OWN: Scope.BOOKINGS,
    Action.MANAGE_OWN_FEEDS: Scope.FEEDS,
    Action.MANAGE_OWN_ACCOUNT: None,  # no token: a stolen one must not turn into a stolen account
}

FRESH_FOR = timedelta(minutes=10)
"""How long after signing in address, password and tokens may be changed."""


class FreshSignInNeeded(Refusal):
    """The session is older than what this change demands."""

    code = "fresh_sign_in_needed"
    text = marked("Zur Sicherheit: Bitte melden Sie sich noch einmal an. Danach geht es hier weiter.")


class ScopeMissing(NotAllowed):
    """The token was made for other purposes."""

    code = "scope_missing"
    text = marked("Dieser Schlüssel gilt nicht für „{scope}“.")


@dataclass(frozen=True, slots=True)
class Grant:
    """A role within one scope: `scope_kind` is network, operator, space or team; network has no `scope_id`."""

    role: Role
    scope_kind: str
    scope_id: int | None

    @property
    def is_usable(self) -> bool:
        """Whether the role is given for this kind of scope."""
        return self.scope_kind in SCOPE_KINDS[self.role] and (self.scope_kind == "network") == (self.scope_id is None)

    def covers(self, operator: int | None, space: int | None, team: int | None) -> bool:
        if self.scope_kind == "network":
            return True
        target = {"operator": operator, "space": space, "team": team}[self.scope_kind]
        return target is not None and target == self.scope_id


@dataclass(frozen=True, slots=True)
class Reach:
    """Where an actor may do something: everywhere, or at these operators, spaces and teams (by key)."""

    everywhere: bool
    operators: frozenset[int] = frozenset()
    spaces: frozenset[int] = frozenset()
    teams: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return self.everywhere or bool(self.operators or self.spaces or self.teams)


@dataclass(frozen=True, slots=True)
class Actor:
    """A person who acts, as known at this request: grants are read anew each time.

    `scopes` is None except for tokens; `session` and `authenticated_at` are None except on pages. From the address of
    who `is_unreachable` mails come back.
    """

    person: int
    public_id: str
    name: str
    email: str | None
    language: str
    grants: tuple[Grant, ...] = ()
    via: Via = "page"
    scopes: frozenset[str] | None = None
    session: int | None = None
    authenticated_at: datetime | None = None
    is_unreachable: bool = False

    def may(
        self, action: Action, *, operator: int | None = None, space: int | None = None, team: int | None = None
    ) -> bool:
        """Whether the actor may do this to a thing of this operator, space or team.

        Of a space give its operator too. Without any, the question is about the network as a whole; a member's own
        actions are allowed to everybody.
        """
        if not self.has_scope(_SCOPE_NEEDED[action]):
            return False
        return action in PERMISSIONS[Role.MEMBER] or any(
            action in PERMISSIONS[grant.role] and grant.covers(operator, space, team) for grant in self.grants
        )

    def reach(self, action: Action) -> Reach:
        """Where the actor may do this; for lists and menus. A member's own actions reach nothing of others'."""
        if not self.has_scope(_SCOPE_NEEDED[action]) or action in PERMISSIONS[Role.MEMBER]:
            return Reach(everywhere=False)
        grants = [grant for grant in self.grants if action in PERMISSIONS[grant.role]]

        def ids(kind: str) -> frozenset[int]:
            return frozenset(grant.scope_id for grant in grants if grant.scope_kind == kind and grant.scope_id)

        return Reach(
            everywhere=any(grant.scope_kind == "network" for grant in grants),
            operators=ids("operator"),
            spaces=ids("space"),
            teams=ids("team"),
        )

    @property
    def has_team(self) -> bool:
        """Whether the actor belongs to a team or has a role in one."""
        return any(grant.scope_kind == "team" for grant in self.grants)

    @property
    def is_staff(self) -> bool:
        return any(grant.role in STAFF for grant in self.grants)

    def looks_after_another(self, team: int) -> bool:
        """Whether the actor has a role in another team than this one, beyond belonging to it."""
        roles = (grant for grant in self.grants if grant.scope_kind == "team" and grant.role is not Role.TEAM_MEMBER)
        return any(grant.scope_id != team for grant in roles)

    def is_staff_of(self, operator: int, space: int | None = None) -> bool:
        """Whether the actor works for guests at this operator's (of a space say it too), and not for the network."""
        return self.has_scope(Scope.STAFF) and any(
            grant.scope_kind != "network"
            and Action.SEE_SPACE_DAY in PERMISSIONS[grant.role]
            and grant.covers(operator, space, None)
            for grant in self.grants
        )

    def has_scope(self, scope: str | None) -> bool:
        """Pages and the command line have every scope; a token has its own, and None is for no token."""
        return self.scopes is None or (scope is not None and scope in self.scopes)


def demand(
    actor: Actor, action: Action, *, operator: int | None = None, space: int | None = None, team: int | None = None
) -> None:
    """Raises ScopeMissing or NotAllowed; only for what is public anyway. Otherwise load it or raise NotFound."""
    needed = _SCOPE_NEEDED[action]
    if not actor.has_scope(needed):
        raise ScopeMissing(scope=needed or action)
    if not actor.may(action, operator=operator, space=space, team=team):
        raise NotAllowed


def demand_fresh_sign_in(actor: Actor, now: datetime) -> None:
    """Raises FreshSignInNeeded unless the person signed in within FRESH_FOR, and ScopeMissing for a token.

    Whoever may use the command line has proved more than a password would.
    """
    demand(actor, Action.MANAGE_OWN_ACCOUNT)
    if actor.via == "cli":
        return
    if actor.authenticated_at is None or now - actor.authenticated_at > FRESH_FOR:
        raise FreshSignInNeeded


def may_grant(actor: Actor, grant: Grant, *, operator: int | None = None) -> bool:
    """Whether the actor may give or take this role; of a space say its operator. Nobody gives more than he has."""
    if not grant.is_usable:
        return False
    if grant.scope_kind != "space":
        operator = grant.scope_id if grant.scope_kind == "operator" else None
    space = grant.scope_id if grant.scope_kind == "space" else None
    team = grant.scope_id if grant.scope_kind == "team" else None
    return all(
        actor.may(action, operator=operator, space=space, team=team)
        for action in PERMISSIONS[grant.role] | {Action.MANAGE_ROLES}
        if action not in PERMISSIONS[Role.MEMBER]
    )


class NameUnusable(BadInput):
    """A name is empty, too long, or has no letter or digit."""

    code = "name_unusable"
    text = marked("Bitte geben Sie einen Namen mit höchstens {longest} Zeichen an.")


class EmailUnusable(BadInput):
    """No mail could reach this address."""

    code = "email_unusable"
    text = marked("Das ist keine vollständige E-Mail-Adresse, zum Beispiel name@firma.de.")


class PhoneUnusable(BadInput):
    """No telephone could reach this number."""

    code = "phone_unusable"
    text = marked("Das ist keine Telefonnummer, zum Beispiel 02654 1234.")


class LanguageUnknown(BadInput):
    """There are no texts in this language."""

    code = "language_unknown"
    text = marked("In dieser Sprache gibt es keine Texte.")


def usable_name(name: str) -> str:
    """The name without control characters and with single spaces, fit for mail headers. Raises NameUnusable."""
    clean = " ".join("".join(character if character.isprintable() else " " for character in name).split())
    if len(clean) > LONGEST_NAME or not any(character.isalnum() for character in clean):
        raise NameUnusable(field="name", longest=LONGEST_NAME)
    return clean


def usable_email(email: str) -> str:
    """The address as it is stored: lower case, its domain in ASCII. Raises EmailUnusable.

    The check is one of syntax (RFC 5321, 5322) and looks nothing up.
    """
    try:
        checked = validate_email(email.strip(), check_deliverability=False, allow_smtputf8=False)
    except (EmailNotValidError, UnicodeError) as error:
        raise EmailUnusable(field="email") from error
    return str(checked.ascii_email).lower()


_PHONE = re.compile(r"\+?[0-9](?:[ /()-]{0,2}[0-9]){4,19}")


def usable_phone(phone: str, field: str = "phone") -> str:
    """The number as it was typed, with single spaces. Raises PhoneUnusable."""
    clean = " ".join(phone.split())
    if not _PHONE.fullmatch(clean):
        raise PhoneUnusable(field=field)
    return clean


_NO_DIGIT = re.compile("[^0-9+]")
_COUNTRY_CODE = re.compile(r"^(?:\+49|0049)0?")


def phone_digits(phone: str) -> str:
    """The digits that tell one number from another, however it was typed: +49 171 2, 0049 (0)171-2 and 0171/2 are one.

    queries.PHONE_DIGITS is the same in SQL.
    """
    return _COUNTRY_CODE.sub("0", _NO_DIGIT.sub("", phone))


def usable_language(language: str) -> str:
    """Raises LanguageUnknown."""
    if language not in LANGUAGES:
        raise LanguageUnknown(field="language")
    return language


def local_path(next_url: str) -> str:
    """Where to go next if it is a path of this host, else "/".

    Browsers read a backslash as a slash and skip tabs and line breaks, so only printable ASCII without backslash is
    taken; two slashes at the start would name another host (ASVS 3.7.2).
    """
    is_plain = next_url.isascii() and next_url.isprintable() and not set(next_url) & set("\\ ")
    if is_plain and len(next_url) <= 2000 and next_url.startswith("/") and not next_url.startswith("//"):
        return next_url
    return "/"
