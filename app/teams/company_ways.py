"""The way to a company's provider and back: one browser, one answer, once.

A table keeps hashes alone: of the state that goes through the provider, and of the token that only this browser has.
Nonce and verifier are made anew of the state and the installation's key when the answer is there.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec

from app.identity.federation import Identity
from app.identity.rules import local_path
from app.kernel.refusals import marked
from app.platform.database import execute, fetch_row, fetch_value
from app.platform.random_ids import derived_token, new_token, token_hash
from app.platform.rate_limits import Limit, address_key, hit
from app.teams.openid_rules import Asked, CompanySignInFailed, Endpoints, Proved, address_to_go_to
from app.teams.providers import Installation, ProviderCard, openid, provider_by_id

LASTS: Final = timedelta(minutes=15)
"""So long somebody may take at the provider, and so long to agree afterwards."""

_KEPT: Final = timedelta(hours=1)
BEGINNINGS: Final = Limit("company_sign_in", 60, timedelta(minutes=15))
"""From one network address; a whole space may sit behind it."""


class SignInLapsed(CompanySignInFailed):
    """Not begun in this browser, used already, or too old: which of them is not said."""

    code = "company_sign_in_lapsed"
    text = marked(
        "Diese Anmeldung ist schon benutzt, zu alt oder in einem anderen Browser begonnen. Bitte beginnen Sie noch"
        " einmal."
    )


@dataclass(frozen=True, slots=True)
class Way:
    """A way that has led back."""

    id: int
    provider: ProviderCard
    endpoints: Endpoints
    is_trial: bool
    next_url: str
    state: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody whom a provider sends for the first time, before he has agreed."""

    id: int
    provider: ProviderCard
    identity: Identity
    email: str
    name: str
    proved_at: datetime
    next_url: str
    session: str


@dataclass(frozen=True, slots=True)
class Setting:
    """What a way begins with: where it leads on, whether it is a trial or a fresh proof, and as whom."""

    next_url: str = "/"
    is_trial: bool = False
    again: bool = False
    hint: str = ""


async def begin_way(
    provider: ProviderCard, browser: str, setting: Setting, now: datetime, installation: Installation, *, address: str
) -> str:
    """Where to send this browser, which keeps the token `browser`. Raises ProviderSilent, ProviderUnusable, TooMany."""
    await hit(BEGINNINGS, address_key(address), now)
    endpoints: Endpoints = await openid().described(provider.issuer, own_machine=installation.own_machine)
    state = new_token()
    await execute(
        "INSERT INTO company_sign_in (provider, state_hash, browser_hash, endpoints, is_trial, next_url, created_at,"
        " expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        provider.id,
        token_hash(state),
        token_hash(browser),
        msgspec.json.encode(endpoints).decode(),
        setting.is_trial,
        local_path(setting.next_url),
        now,
        now + LASTS,
    )
    asked = asked_with(state, provider, installation)
    return address_to_go_to(endpoints, asked, state, hint=setting.hint, again=setting.again)


async def way_back(state: str, browser: str, now: datetime) -> Way:
    """The way that began in this browser with this state; it leads back once. Raises SignInLapsed."""
    row = await fetch_row(
        "UPDATE company_sign_in SET used_at = $3 WHERE state_hash = $1 AND browser_hash = $2 AND used_at IS NULL"
        " AND expires_at > $3 RETURNING id, provider, endpoints, is_trial, next_url",
        token_hash(state),
        token_hash(browser),
        now,
    )
    provider = await provider_by_id(row["provider"]) if row is not None else None
    if row is None or provider is None:
        raise SignInLapsed("lapsed")
    endpoints = msgspec.json.decode(row["endpoints"], type=Endpoints)
    return Way(row["id"], provider, endpoints, row["is_trial"], row["next_url"], state)


def asked_with(state: str, provider: ProviderCard, installation: Installation) -> Asked:
    """What went to the provider with this state."""
    return Asked(
        provider.client_id,
        installation.redirect(provider.team_public_id),
        nonce=derived_token(installation.key, "company sign-in nonce", state.encode()),
        verifier=derived_token(installation.key, "company sign-in verifier", state.encode()),
    )


async def keep_waiting(way: Way, proved: Proved, email: str, now: datetime) -> None:
    """Keeps what was proved until the person has agreed."""
    await execute(
        "UPDATE company_sign_in SET subject = $2, email = $3, name = $4, proved_at = $5, expires_at = $6,"
        " company_session = $7 WHERE id = $1",
        way.id,
        proved.identity.subject,
        email,
        proved.name,
        proved.proved_at,
        now + LASTS,
        proved.session,
    )


async def waiting_in(browser: str, now: datetime) -> Waiting:
    """Who waits in this browser, the last one that came. Raises SignInLapsed."""
    row = await fetch_row(
        "SELECT id, provider, endpoints, subject, email, name, proved_at, next_url, company_session"
        " FROM company_sign_in"
        " WHERE browser_hash = $1 AND subject IS NOT NULL AND settled_at IS NULL AND expires_at > $2"
        " ORDER BY id DESC LIMIT 1",
        token_hash(browser),
        now,
    )
    provider = await provider_by_id(row["provider"]) if row is not None else None
    if row is None or provider is None:
        raise SignInLapsed("lapsed")
    issuer = msgspec.json.decode(row["endpoints"], type=Endpoints).issuer
    return Waiting(
        row["id"],
        provider,
        Identity(issuer, row["subject"]),
        row["email"],
        row["name"],
        row["proved_at"],
        row["next_url"],
        row["company_session"],
    )


async def settle_waiting(waiting: Waiting, now: datetime) -> None:
    """It is done, once. Raises SignInLapsed where it was done already."""
    settled = await fetch_value(
        "UPDATE company_sign_in SET settled_at = $2, subject = NULL, email = NULL, name = NULL,"
        " company_session = ''"
        " WHERE id = $1 AND settled_at IS NULL RETURNING id",
        waiting.id,
        now,
    )
    if settled is None:
        raise SignInLapsed("lapsed")


async def forget_ways(now: datetime) -> int:
    """Deletes ways that ended an hour ago; how many."""
    return await execute("DELETE FROM company_sign_in WHERE expires_at < $1", now - _KEPT)
