"""A team's identity provider: where its people prove who they are, and whether they have to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any, Final

from app.identity.audit import record
from app.identity.federation import LinkedIdentity, end_identities, identities_of
from app.identity.rules import Action, Actor
from app.kernel.plain_text import one_line
from app.kernel.refusals import BadInput, Conflict, NotFound, marked, phrase
from app.platform.database import execute, fetch_row, fetch_value, transaction
from app.platform.outbox import emit
from app.platform.random_ids import new_public_id
from app.platform.rate_limits import Limit, hit
from app.teams.domains import (
    MailDomainCard,
    ask_about_issuer,
    domains_agreed_to,
    domains_of,
    issuer_agreed_to,
    team_of_domain,
)
from app.teams.openid_rules import WHY, CompanySignInFailed, Endpoints, ProviderUnusable, domain_of, usable_issuer
from app.teams.queries import TeamCard, member_of, team_by_id

SAVED: Final = Limit("providers_saved", 30, timedelta(hours=1))
"""Each asks an address that somebody has typed in."""

_LONGEST: Final = 500
_PURPOSE: Final = "identity provider"


class IssuerUnusable(BadInput):
    """Nobody answers there as a provider has to."""

    code = "issuer_unusable"
    text = marked("Mit dieser Adresse geht es nicht. {why}")


class ClientMissing(BadInput):
    code = "client_missing"
    text = marked("Bitte tragen Sie die Kennung ein, die Ihr Anbieter für Nahwerk vergeben hat („Client ID“).")


class SecretMissing(BadInput):
    code = "client_secret_missing"
    text = marked("Bitte tragen Sie das Geheimnis ein, das Ihr Anbieter vergeben hat („Client Secret“).")


class DomainMissing(Conflict):
    """Whose people they are, a proved domain says, and nothing else."""

    code = "domain_missing"
    text = marked(
        "Zuerst muss für eine Mail-Domain der Firma zugestimmt sein, dass dieser Anbieter für sie spricht. Nur Adressen"
        " darauf kommen über die Firma herein."
    )


class NotTried(Conflict):
    """Whoever is sent there alone must be able to come in."""

    code = "provider_not_tried"
    text = marked("Machen Sie zuerst eine Probe-Anmeldung. Sonst kommt vielleicht niemand mehr hinein.")


class SettingsMoved(Conflict):
    """Somebody else has saved meanwhile."""

    code = "provider_moved"
    text = marked("Jemand anderes hat diese Einstellungen gerade geändert. Unten steht, was jetzt gilt.")


@dataclass(frozen=True, slots=True)
class Installation:
    """What the settings say of signing in elsewhere: the key that secrets are sealed with, where the addresses of
    answers begin, and whether this machine may be asked."""

    key: bytes = field(repr=False)
    answers: str
    own_machine: bool = False

    def redirect(self, team: str) -> str:
        """Where the provider of the team with this public id sends its answers: an address of its own, so that no
        provider passes on what another one has said (RFC 9700, 4.4.2)."""
        return f"{self.answers}/{team}"


@dataclass(frozen=True, slots=True)
class ProviderWanted:
    """As a manager has typed it in; without a secret the former one stays."""

    issuer: str
    client_id: str
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ProviderCard:
    """A team's provider, without its secret. With `is_required` the team's people on its domains sign in there alone;
    `tried_at` is when the present settings were last seen to work."""

    id: int
    public_id: str
    team: int
    team_public_id: str
    team_name: str
    issuer: str
    client_id: str
    is_required: bool
    made_at: datetime
    tried_at: datetime | None
    version: int


_PROVIDER: Final = (
    "SELECT p.id, p.public_id, p.team, t.public_id AS team_public_id, t.name AS team_name, p.issuer,"
    " p.client_id, p.is_required, p.made_at, p.tried_at, p.version FROM identity_provider p"
    " JOIN team t ON t.id = p.team WHERE p.ended_at IS NULL AND t.ended_at IS NULL"
)


async def provider_of_team(team: int) -> ProviderCard | None:
    """The provider that the team has set up."""
    row = await fetch_row(f"{_PROVIDER} AND p.team = $1", team)
    return ProviderCard(**row) if row is not None else None


async def provider_by_id(provider: int) -> ProviderCard | None:
    """The provider with this key, while it is in use."""
    row = await fetch_row(f"{_PROVIDER} AND p.id = $1", provider)
    return ProviderCard(**row) if row is not None else None


async def provider_for(email: str) -> ProviderCard | None:
    """Where somebody with this address can sign in: at the team that has proved its domain, by the provider that the
    domain's keepers let speak for it."""
    team = await team_of_domain(domain_of(email))
    provider = await provider_of_team(team.id) if team is not None else None
    if provider is None or provider.issuer != await issuer_agreed_to(domain_of(email)):
        return None
    return provider


async def provider_of_person(actor: Actor) -> ProviderCard | None:
    """Where the actor can prove anew who he is: at the company through which he has come in, or has to come in."""
    provider = await provider_for(actor.email) if actor.email else None
    if provider is None or await provider_that_must_be_used(actor) is not None:
        return provider
    linked = {identity.team for identity in await identities_of(actor.person)}
    return provider if provider.team in linked else None


async def company_sign_ins_of(person: int) -> Sequence[tuple[LinkedIdentity, str]]:
    """The companies' sign-ins that open this person's account, each with the team's name."""
    found = [(identity, await team_by_id(identity.team)) for identity in await identities_of(person)]
    return [(identity, team.name) for identity, team in found if team is not None]


async def provider_that_must_be_used(actor: Actor) -> ProviderCard | None:
    """Where this person, who belongs to the team, has to sign in, and nowhere else.

    Never who works for the network or looks after the team: they must be able to mend what is broken. Nor who looks
    after another team, into which this one's provider leads nobody, nor who does not belong to it: nobody has to join a
    team to get into the own account.
    """
    provider = await provider_for(actor.email) if actor.email and not actor.is_staff else None
    if provider is None or not provider.is_required or actor.may(Action.MANAGE_TEAM, team=provider.team):
        return None
    if actor.looks_after_another(provider.team):
        return None
    return provider if await member_of(provider.team, actor.person) is not None else None


async def save_provider(
    actor: Actor, team: TeamCard, wanted: ProviderWanted, version: int, now: datetime, installation: Installation
) -> ProviderCard:
    """Sets up the team's provider or changes it; the provider is asked for its description first.

    `version` is that of the settings that the manager saw, 0 where there were none. Whoever came in by another issuer
    has to link the account anew, and the keepers of the team's domains are asked whether the new one may speak for
    them. Raises IssuerUnusable, ClientMissing, SecretMissing, SettingsMoved, TooMany.
    """
    client_id, secret = one_line(wanted.client_id)[:_LONGEST], wanted.secret.strip()[:_LONGEST]
    if not client_id:
        raise ClientMissing(field="client_id")
    await hit(SAVED, str(team.id), now)
    endpoints = await _described(wanted.issuer, installation)
    async with transaction():
        await execute("SELECT FROM team WHERE id = $1 FOR NO KEY UPDATE", team.id)
        former = await provider_of_team(team.id)
        if (former.version if former is not None else 0) != version:
            raise SettingsMoved
        if former is None:
            await _add(team.id, endpoints.issuer, client_id, secret, now, installation)
        if former is None or await _change(former, endpoints.issuer, client_id, secret, now, installation):
            await record("identity_provider.changed", "team", team.id, actor, now, issuer=endpoints.issuer)
            await emit("identity_provider.changed", "team", team.id, now, person=actor.person)
        await ask_about_issuer(actor, team, endpoints.issuer, now, key=installation.key)
    saved = await provider_of_team(team.id)
    assert saved is not None, "it was just saved"
    return saved


async def _described(issuer: str, installation: Installation) -> Endpoints:
    try:
        address = usable_issuer(issuer[:_LONGEST], own_machine=installation.own_machine)
        found: Endpoints = await openid().described(address, own_machine=installation.own_machine)
    except CompanySignInFailed as failed:
        raise IssuerUnusable(field="issuer", why=phrase(WHY.get(failed.why, failed.text))) from failed
    return found


async def _add(team: int, issuer: str, client_id: str, secret: str, now: datetime, installation: Installation) -> None:
    if not secret:
        raise SecretMissing(field="secret")
    public_id = new_public_id()
    await execute(
        "INSERT INTO identity_provider (public_id, team, issuer, client_id, secret, made_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        public_id,
        team,
        issuer,
        client_id,
        sealing().seal(installation.key, _PURPOSE, public_id, secret),
        now,
    )


async def _change(
    former: ProviderCard, issuer: str, client_id: str, secret: str, now: datetime, installation: Installation
) -> bool:
    """Whether anything is new. What works is not known of new settings, so nobody has to use them yet."""
    if former.issuer != issuer and not secret:
        raise SecretMissing(field="secret")  # the former one is nobody's business elsewhere
    if (former.issuer, former.client_id, secret) == (issuer, client_id, ""):
        return False
    await execute(
        "UPDATE identity_provider SET issuer = $2, client_id = $3, secret = coalesce($4, secret), is_required = false,"
        " tried_at = NULL, version = version + 1 WHERE id = $1",
        former.id,
        issuer,
        client_id,
        sealing().seal(installation.key, _PURPOSE, former.public_id, secret) if secret else None,
    )
    await _forget_ways(former.id)
    if former.issuer != issuer:
        await end_identities(former.team, now)
    return True


async def require_provider(actor: Actor, team: TeamCard, required: bool, now: datetime) -> None:
    """From now on the people of the team's domains sign in there alone, or no longer.

    Raises NotFound, DomainMissing, NotTried.
    """
    async with transaction():
        provider = await provider_of_team(team.id)
        if provider is None:
            raise NotFound
        if required and not await domains_agreed_to(team.id, provider.issuer):
            raise DomainMissing
        if required and provider.tried_at is None:
            raise NotTried
        await execute(
            "UPDATE identity_provider SET is_required = $2, version = version + 1 WHERE id = $1", provider.id, required
        )
        done = "identity_provider.required" if required else "identity_provider.left_open"
        await record(done, "team", team.id, actor, now)
        await emit(done, "team", team.id, now, person=actor.person)


async def note_tried(provider: ProviderCard, actor: Actor, now: datetime) -> None:
    """The present settings were seen to work."""
    async with transaction():
        await execute(
            "UPDATE identity_provider SET tried_at = $2 WHERE id = $1 AND version = $3",
            provider.id,
            now,
            provider.version,
        )
        await record("identity_provider.tried", "team", provider.team, actor, now)


async def end_provider(actor: Actor, team: TeamCard, now: datetime) -> None:
    """Nobody signs in there any more; accounts stay, and are opened by password or a mailed link. Raises NotFound."""
    async with transaction():
        provider = await fetch_value(
            "UPDATE identity_provider SET ended_at = $2, is_required = false, secret = ''"
            " WHERE team = $1 AND ended_at IS NULL RETURNING id",
            team.id,
            now,
        )
        if provider is None:
            raise NotFound
        await _forget_ways(provider)
        await end_identities(team.id, now)
        await record("identity_provider.ended", "team", team.id, actor, now)
        await emit("identity_provider.ended", "team", team.id, now, person=actor.person)


async def domains_and_provider(team: TeamCard) -> tuple[Sequence[MailDomainCard], ProviderCard | None]:
    """What the page of the team's sign-in shows: the proven domains, and the provider."""
    return [one for one in await domains_of(team.id) if one.is_proven], await provider_of_team(team.id)


async def secret_of(provider: ProviderCard, installation: Installation) -> str:
    """The secret that the provider has given. Raises ProviderUnusable where the installation's key is another one."""
    sealed = await fetch_value("SELECT secret FROM identity_provider WHERE id = $1", provider.id)
    try:
        text: str = sealing().unseal(installation.key, _PURPOSE, provider.public_id, sealed)
    except ValueError as error:
        raise ProviderUnusable("secret_lost") from error
    return text


async def _forget_ways(provider: int) -> None:
    """Whoever is on the way there with the former settings begins anew."""
    await execute("DELETE FROM company_sign_in WHERE provider = $1", provider)


def openid() -> Any:
    """app/teams/openid.py, loaded when it is needed first: what it needs would slow down every start."""
    return import_module("app.teams.openid")


def sealing() -> Any:
    """app/platform/sealing.py, for the same reason."""
    return import_module("app.platform.sealing")
