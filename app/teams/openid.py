"""Asking a company's identity provider: its description, the answer behind a code, and whether that answer is genuine.

Nothing of a provider is kept between two sign-ins, so new keys and moved addresses hold at once.
"""

import base64
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet
from joserfc.jws import JWSRegistry

from app.platform.outgoing import Fetched, FetchFailed, Outgoing
from app.teams.openid_rules import (
    ALGORITHMS,
    DESCRIPTION,
    SKEW,
    Asked,
    Endpoints,
    ProviderSilent,
    ProviderUnusable,
    SignInUnproven,
    SignOut,
    endpoints_of,
    sign_out_of,
)

_JSON: Final[Mapping[str, str]] = {"Accept": "application/json", "User-Agent": "Nahwerk-SignIn/1"}
_FORM: Final[Mapping[str, str]] = {**_JSON, "Content-Type": "application/x-www-form-urlencoded"}
_CLIENT_REFUSED: Final = frozenset({"invalid_client", "unauthorized_client"})
_UNREACHABLE: Final = frozenset({"timeout", "connection_refused", "connection_broken", "tls_failed", "host_unknown"})


class _Registry(JWSRegistry):
    """Providers write more into a header than its standard names; what is critical is still refused."""

    max_header_length = 8_192


@cache
def _outgoing(own_machine: bool) -> Outgoing:
    return Outgoing(own_machine=own_machine)


async def described(issuer: str, *, own_machine: bool = False) -> Endpoints:
    """What the provider says of itself. Raises ProviderSilent, ProviderUnusable."""
    answer = await _fetch("GET", issuer.rstrip("/") + DESCRIPTION, _JSON, own_machine=own_machine)
    if answer.status != 200:
        raise ProviderUnusable("status")
    return endpoints_of(answer.body, issuer, own_machine=own_machine)


async def keys_of(endpoints: Endpoints, *, own_machine: bool = False) -> KeySet:
    """The keys that the provider signs with just now. Raises ProviderSilent, ProviderUnusable."""
    answer = await _fetch("GET", endpoints.keys, _JSON, own_machine=own_machine)
    try:
        return KeySet.import_key_set(msgspec.json.decode(answer.body))
    except (msgspec.DecodeError, JoseError, KeyError, TypeError, ValueError) as error:
        raise ProviderUnusable("no_keys") from error


async def claims_behind(
    endpoints: Endpoints, asked: Asked, secret: str, code: str, now: datetime, *, own_machine: bool = False
) -> Mapping[str, Any]:
    """What the provider says of who came back with this code, once it is proved that the provider says it.

    Raises ProviderSilent, ProviderUnusable, SignInUnproven.
    """
    tokens = await _redeemed(endpoints, asked, secret, code, own_machine=own_machine)
    claims = checked_claims(
        tokens.get("id_token"), await keys_of(endpoints, own_machine=own_machine), endpoints, asked, now
    )
    if "email" in claims or endpoints.userinfo is None:
        return claims
    return {**await _more(endpoints.userinfo, tokens, claims.get("sub"), own_machine=own_machine), **claims}


def checked_claims(token: object, keys: KeySet, endpoints: Endpoints, asked: Asked, now: datetime) -> Mapping[str, Any]:
    """The claims of an ID token that this provider signed for this client and this sign-in. Raises SignInUnproven."""
    if not isinstance(token, str):
        raise SignInUnproven("claims")
    claims = _signed_claims(token, keys)
    more = {"sub": {"essential": True}, "nonce": {"essential": True, "value": asked.nonce}}
    _check(claims, endpoints, asked.client_id, now, more)
    return claims


def checked_sign_out(token: str, keys: KeySet, endpoints: Endpoints, client_id: str, now: datetime) -> SignOut:
    """What a notice of this provider for this client says that it has ended. Raises SignInUnproven."""
    claims = _signed_claims(token, keys)
    _check(claims, endpoints, client_id, now, {"jti": {"essential": True}})
    return sign_out_of(claims, endpoints, client_id, now)


def _check(
    claims: dict[str, Any], endpoints: Endpoints, client_id: str, now: datetime, more: Mapping[str, Any]
) -> None:
    registry = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=int(SKEW.total_seconds()),
        iss={"essential": True, "value": endpoints.issuer},
        aud={"essential": True, "value": client_id},
        exp={"essential": True},
        iat={"essential": True},
        **more,
    )
    try:
        registry.validate(claims)
    except JoseError as error:
        raise SignInUnproven("claims") from error


def _signed_claims(token: str, keys: KeySet) -> dict[str, Any]:
    """Tried with the key that the token names, or with each where it names none."""
    registry = _Registry(algorithms=ALGORITHMS, strict_check_header=False)
    wanted = [key for key in keys.keys if key.get("use") in (None, "sig")]
    for key in _named(token, wanted):
        try:
            return jwt.decode(token, key, algorithms=ALGORITHMS, registry=registry).claims
        except (JoseError, ValueError, TypeError):
            continue
    raise SignInUnproven("signature")


def _named(token: str, keys: list[Key]) -> list[Key]:
    head = token.split(".", 1)[0]
    try:
        named = msgspec.json.decode(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)), type=dict[str, Any])
    except ValueError as error:
        raise SignInUnproven("signature") from error
    kid = named.get("kid")
    return keys if kid is None else [key for key in keys if key.get("kid") == kid]


async def _redeemed(
    endpoints: Endpoints, asked: Asked, secret: str, code: str, *, own_machine: bool
) -> Mapping[str, Any]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": asked.redirect,
        "code_verifier": asked.verifier,
    }
    headers = dict(_FORM)
    if endpoints.secret_in_body:
        form |= {"client_id": asked.client_id, "client_secret": secret}
    else:
        pair = f"{quote(asked.client_id, safe='')}:{quote(secret, safe='')}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    answer = await _fetch("POST", endpoints.token, headers, urlencode(form).encode(), own_machine=own_machine)
    said = _object(answer.body)
    if answer.status != 200:
        is_client = answer.status in (401, 403) or (said or {}).get("error") in _CLIENT_REFUSED
        raise ProviderUnusable("client_refused" if is_client else "code_refused")
    if said is None:
        raise ProviderUnusable("unreadable")
    return said


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.DecodeError:
        return None


async def _more(url: str, tokens: Mapping[str, Any], subject: object, *, own_machine: bool) -> Mapping[str, Any]:
    """What stands at the provider's userinfo address, if it is about the same person; else nothing."""
    access = tokens.get("access_token")
    if not isinstance(access, str) or not access.isascii() or not access.isprintable():
        return {}
    headers = {**_JSON, "Authorization": f"Bearer {access}"}
    answer = await _fetch("GET", url, headers, own_machine=own_machine)
    said = _object(answer.body) or {}
    wanted = ("email", "email_verified", "name")
    is_the_same = answer.status == 200 and said.get("sub") == subject
    return {name: said[name] for name in wanted if name in said} if is_the_same else {}


async def _fetch(method: str, url: str, headers: Mapping[str, str], body: bytes = b"", *, own_machine: bool) -> Fetched:
    try:
        answer = await _outgoing(own_machine).fetch(method, url, headers, body)
    except FetchFailed as failed:
        kind = ProviderSilent if failed.why in _UNREACHABLE else ProviderUnusable
        raise kind(failed.why) from failed
    if answer.status >= 500:
        raise ProviderSilent("connection_broken")
    return answer
