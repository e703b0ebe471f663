"""A company's provider ends sessions that began there: OpenID Connect Back-Channel Logout 1.0.

It ends what it has begun, for who is still linked, and nothing else: neither sessions that a password or a mailed link
opened, nor those of who has left the team. It learns nothing: whether anything was ended is not answered.
"""

from datetime import datetime, timedelta
from typing import Final

from app.identity.federation import Began, end_sessions_begun_there
from app.platform.logs import Log
from app.platform.rate_limits import Limit, TooMany, address_key, hit
from app.teams.openid_rules import SKEW, CompanySignInFailed, SignInUnproven, SignOut
from app.teams.providers import Installation, ProviderCard, openid, provider_of_team
from app.teams.queries import team_by_public_id

NOTICES: Final = Limit("company_sign_outs", 600, timedelta(minutes=1))
"""From one network address; each asks the provider for its keys."""

ONCE: Final = Limit("company_sign_out", 1, timedelta(days=1))
"""For each notice, counted in the day in which it was written, so that it is used once however late it comes."""

log = Log("company_sign_out")


async def company_signs_out(team: str, token: str, now: datetime, installation: Installation, *, address: str) -> None:
    """Ends what this notice says. Raises SignInUnproven for one that proves nothing or was used already,
    ProviderSilent, ProviderUnusable, TooMany."""
    await hit(NOTICES, address_key(address), now)
    found = await team_by_public_id(team)
    provider = await provider_of_team(found.id) if found is not None else None
    if provider is None:
        raise SignInUnproven("other_issuer")
    try:
        said = await _proved(provider, token, now, installation)
    except CompanySignInFailed as failed:
        log.warning("sign-out by a company failed", team=provider.team, why=failed.why)
        raise
    await _use(provider, said)
    began = Began(provider.team, said.issuer, said.subject, said.session, said.issued_at + SKEW)
    await end_sessions_begun_there(began, now)


async def _proved(provider: ProviderCard, token: str, now: datetime, installation: Installation) -> SignOut:
    endpoints = await openid().described(provider.issuer, own_machine=installation.own_machine)
    if provider.issuer != endpoints.issuer:
        raise SignInUnproven("other_issuer")
    keys = await openid().keys_of(endpoints, own_machine=installation.own_machine)
    said: SignOut = openid().checked_sign_out(token, keys, endpoints, provider.client_id, now)
    return said


async def _use(provider: ProviderCard, said: SignOut) -> None:
    """Raises SignInUnproven where it was used before."""
    try:
        await hit(ONCE, f"{provider.id}:{said.jti}", said.issued_at)
    except TooMany as error:
        raise SignInUnproven("claims") from error
