"""Mail domains that are a team's: proven by a mail to who looks after the domain, and what they are good for.

A domain belongs to one team. Nobody joins by an address alone: it is offered, and the person decides.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from app.identity.audit import record
from app.identity.mailed_links import LinkNoLongerWorks
from app.identity.merging import Merge, on_merge
from app.identity.rules import Actor
from app.kernel.refusals import Conflict, NotFound, marked
from app.platform.database import execute, fetch, fetch_row, fetch_value, refuse_constraint, transaction
from app.platform.outbox import emit
from app.platform.random_ids import derived_token, new_public_id, token_hash
from app.platform.rate_limits import Limit, hit
from app.teams.company import TeamEnded
from app.teams.domain_rules import usable_domain, usable_keeper
from app.teams.operations import JoinedBy, join_team
from app.teams.queries import TeamCard, team_by_id

PROVEN_WITHIN: Final = timedelta(days=7)
OF_ONE_TEAM: Final = Limit("mail_domains_of_team", 20, timedelta(days=1))
TO_ONE_DOMAIN: Final = Limit("mails_to_mail_domain", 5, timedelta(days=1))
"""Counted for all teams together, but for the one whose it is: others cannot use up what it may ask."""
_PURPOSE: Final = "mail domain"


class DomainTaken(Conflict):
    """Another team has proven it; only who looks after the domain learns that."""

    code = "mail_domain_taken"
    text = marked("Diese Domain gehört im Netzwerk schon zu einem anderen Firmenkonto.")


refuse_constraint("mail_domain_of_one_team", DomainTaken)


@dataclass(frozen=True, slots=True)
class MailDomainCard:
    """A domain of a team, proven or asked for. `lets_join`: who has an address there is offered to join.

    `issuer` is the provider that its keepers let speak for these addresses, `asked_issuer` the one that they are asked
    about; empty for none.
    """

    id: int
    public_id: str
    team: int
    domain: str
    asked_of: str
    asked_by: int | None
    lets_join: bool
    issuer: str
    asked_issuer: str
    asked_at: datetime
    expires_at: datetime
    proven_at: datetime | None

    @property
    def is_proven(self) -> bool:
        return self.proven_at is not None

    @property
    def is_settled(self) -> bool:
        """Whether nobody is asked anything."""
        return self.is_proven and not self.asked_issuer

    @property
    def keeper(self) -> str:
        """The address that was asked."""
        return f"{self.asked_of}@{self.domain}"


async def domains_of(team: int) -> Sequence[MailDomainCard]:
    """The team's domains by name, those that are not proven too."""
    return [MailDomainCard(**row) for row in await fetch(f"{_DOMAIN} AND team = $1 ORDER BY domain", team)]


async def proven_domains_of(team: int) -> Sequence[str]:
    """The domains that are the team's, by name."""
    return [one.domain for one in await domains_of(team) if one.is_proven]


async def domains_agreed_to(team: int, issuer: str) -> Sequence[str]:
    """The domains whose keepers let this provider speak for their addresses, by name."""
    return [one.domain for one in await domains_of(team) if one.is_proven and one.issuer == issuer]


async def issuer_agreed_to(domain: str) -> str:
    """The provider that may speak for this proven domain's addresses; empty for none."""
    issuer: str | None = await fetch_value(
        "SELECT issuer FROM mail_domain WHERE domain = $1 AND proven_at IS NOT NULL AND removed_at IS NULL",
        domain.lower(),
    )
    return issuer or ""


async def team_of_domain(domain: str) -> TeamCard | None:
    """The team whose domain this is; None where nobody has proven it, or the team has ended."""
    key = await fetch_value(
        "SELECT team FROM mail_domain WHERE domain = $1 AND proven_at IS NOT NULL AND removed_at IS NULL",
        domain.lower(),
    )
    team = await team_by_id(key) if key is not None else None
    return team if team is not None and not team.has_ended else None


async def ask_for_domain(
    actor: Actor, team: TeamCard, domain: str, keeper: str, now: datetime, *, key: bytes
) -> MailDomainCard:
    """Mails a link to this address of the domain; asking again makes another link. What is proven stays so.

    Where the team has a provider, it is asked too whether that may speak for the domain's addresses.

    Raises DomainUnusable, PublicMailDomain, KeeperUnknown, TeamEnded, TooMany.
    """
    domain, keeper = usable_domain(domain), usable_keeper(keeper)
    if team.has_ended:
        raise TeamEnded
    await hit(OF_ONE_TEAM, str(team.id), now)
    is_own = any(one.domain == domain and one.is_proven for one in await domains_of(team.id))
    await hit(TO_ONE_DOMAIN, f"{team.id}:{domain}" if is_own else domain, now)
    issuer = await fetch_value("SELECT issuer FROM identity_provider WHERE team = $1 AND ended_at IS NULL", team.id)
    await _ask(actor, team, domain, keeper, issuer or "", now, key=key)
    found = await fetch_row(f"{_DOMAIN} AND team = $1 AND domain = $2", team.id, domain)
    assert found is not None, "it was just entered"
    return MailDomainCard(**found)


async def ask_about_issuer(actor: Actor, team: TeamCard, issuer: str, now: datetime, *, key: bytes) -> None:
    """Asks the keepers of the team's domains whether this provider may speak for their addresses; those who have said
    so already are left alone. Call it inside the transaction of its reason. Raises TooMany."""
    for domain in await domains_of(team.id):
        if domain.is_proven and domain.issuer != issuer:
            await hit(TO_ONE_DOMAIN, f"{team.id}:{domain.domain}", now)
            await _ask(actor, team, domain.domain, domain.asked_of, issuer, now, key=key)


async def _ask(
    actor: Actor, team: TeamCard, domain: str, keeper: str, issuer: str, now: datetime, *, key: bytes
) -> None:
    """Makes a new link and lets it be mailed; nothing where there is nothing to ask."""
    salt = secrets.token_bytes(16)
    async with transaction():
        row = await fetch_row(
            "INSERT INTO mail_domain AS d (public_id, team, domain, asked_of, asked_by, salt, token_hash, asked_at,"
            " expires_at, asked_issuer) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
            " ON CONFLICT (team, domain) WHERE removed_at IS NULL DO UPDATE SET asked_of = $4, asked_by = $5,"
            " salt = $6, token_hash = $7, asked_at = $8, expires_at = $9, asked_issuer = $10"
            " WHERE d.proven_at IS NULL OR d.issuer <> $10 AND $10 <> '' RETURNING d.id",
            new_public_id(),
            team.id,
            domain,
            keeper,
            actor.person,
            salt,
            token_hash(derived_token(key, _PURPOSE, salt)),
            now,
            now + PROVEN_WITHIN,
            issuer,
        )
        if row is not None:
            await record("mail_domain.asked", "team", team.id, actor, now, domain=domain)
            await emit("mail_domain.asked", "mail_domain", row["id"], now)


async def domain_of_token(token: str, now: datetime) -> MailDomainCard:
    """The domain that a mailed link would prove, without doing so. Raises LinkNoLongerWorks."""
    row = await fetch_row(
        f"{_DOMAIN} AND token_hash = $1 AND (proven_at IS NULL OR asked_issuer <> '') AND expires_at > $2",
        token_hash(token),
        now,
    )
    if row is None:
        raise LinkNoLongerWorks
    return MailDomainCard(**row)


async def prove_domain(token: str, now: datetime) -> MailDomainCard:
    """The domain is the team's, and the provider that was asked about may speak for its addresses, as whoever reads its
    keepers' mails says. Raises LinkNoLongerWorks, DomainTaken."""
    asked = await domain_of_token(token, now)
    async with transaction():
        done = await execute(
            "UPDATE mail_domain SET proven_at = coalesce(proven_at, $2), asked_issuer = '',"
            " issuer = CASE WHEN asked_issuer = '' THEN issuer ELSE asked_issuer END"
            " WHERE id = $1 AND token_hash = $3 AND (proven_at IS NULL OR asked_issuer <> '') AND removed_at IS NULL",
            asked.id,
            now,
            token_hash(token),
        )
        if not done:
            raise LinkNoLongerWorks
        said = {"issuer": asked.asked_issuer} if asked.asked_issuer else {}
        await record("mail_domain.proven", "team", asked.team, None, now, domain=asked.domain, **said)
        await emit("mail_domain.proven", "mail_domain", asked.id, now)
    return asked


async def let_join(actor: Actor, team: TeamCard, public_id: str, *, lets_join: bool, now: datetime) -> None:
    """Whether who has an address of the domain is offered to join. Raises NotFound."""
    domain = await _of_team(team, public_id)
    async with transaction():
        await execute("UPDATE mail_domain SET lets_join = $2 WHERE id = $1", domain.id, lets_join)
        await record("mail_domain.changed", "team", team.id, actor, now, domain=domain.domain, lets_join=lets_join)
        await emit("mail_domain.changed", "mail_domain", domain.id, now, person=actor.person)


async def remove_domain(actor: Actor, team: TeamCard, public_id: str, now: datetime) -> None:
    """The domain is the team's no more; who has joined stays. Raises NotFound."""
    domain = await _of_team(team, public_id)
    async with transaction():
        await execute("UPDATE mail_domain SET removed_at = $2, asked_by = NULL WHERE id = $1", domain.id, now)
        await record("mail_domain.removed", "team", team.id, actor, now, domain=domain.domain)
        await emit("mail_domain.removed", "mail_domain", domain.id, now, person=actor.person)


async def mail_domain_by_id(key: int, *, signing_key: bytes) -> tuple[MailDomainCard, str] | None:
    """The domain with the token of its link, for its mails; None where it was removed."""
    row = await fetch_row(f"{_DOMAIN} AND id = $1", key)
    if row is None:
        return None
    salt = await fetch_value("SELECT salt FROM mail_domain WHERE id = $1", key)
    return MailDomainCard(**row), derived_token(signing_key, _PURPOSE, salt)


@dataclass(frozen=True, slots=True)
class DomainNamed:
    """A domain that is or was a team's, for mails."""

    team: int
    domain: str
    asked_of: str
    asked_by: int | None

    @property
    def keeper(self) -> str:
        return f"{self.asked_of}@{self.domain}"


async def named_domain(key: int) -> DomainNamed | None:
    """The domain with this key, also one that was removed."""
    row = await fetch_row("SELECT team, domain, asked_of, asked_by FROM mail_domain WHERE id = $1", key)
    return DomainNamed(**row) if row is not None else None


async def teams_offered(person: int) -> Sequence[TeamCard]:
    """The teams that the person may join because of the own confirmed address, and does not belong to."""
    rows = await fetch(
        "SELECT d.team FROM person p JOIN mail_domain d ON d.domain = split_part(lower(p.email), '@', 2)"
        " WHERE p.id = $1 AND p.email_confirmed_at IS NOT NULL AND d.proven_at IS NOT NULL AND d.removed_at IS NULL"
        " AND d.lets_join AND NOT EXISTS (SELECT FROM team_member m WHERE m.team = d.team AND m.person = p.id"
        " AND m.left_at IS NULL)",
        person,
    )
    found = [await team_by_id(row["team"]) for row in rows]
    return [team for team in found if team is not None and not team.has_ended]


async def join_by_domain(actor: Actor, public_id: str, now: datetime, today: date) -> TeamCard:
    """The actor joins a team that is offered to the own address. Raises NotFound."""
    for team in await teams_offered(actor.person):
        if team.public_id == public_id:
            await join_team(actor, team, actor.person, JoinedBy.DOMAIN, now, today)
            return team
    raise NotFound


_DOMAIN: Final = (
    "SELECT id, public_id, team, domain, asked_of, asked_by, lets_join, issuer, asked_issuer, asked_at, expires_at,"
    " proven_at"
    " FROM mail_domain WHERE removed_at IS NULL"
)


async def _of_team(team: TeamCard, public_id: str) -> MailDomainCard:
    row: Mapping[str, Any] | None = await fetch_row(f"{_DOMAIN} AND team = $1 AND public_id = $2", team.id, public_id)
    if row is None:
        raise NotFound
    return MailDomainCard(**row)


@on_merge("mail_domain.asked_by")
async def _move_asked(merge: Merge) -> None:
    await execute("UPDATE mail_domain SET asked_by = $1 WHERE asked_by = $2", merge.kept, merge.gone)
