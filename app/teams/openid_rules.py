"""OpenID Connect as far as it can be said without asking anybody: what a provider's description has to say, where the
browser is sent, and whose address a proved answer names. Pure.

The words of the protocol (issuer, client, nonce, claim) are those of OpenID Connect Core 1.0 and RFC 6749, 7636, 9207.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import msgspec

from app.identity.federation import Identity
from app.identity.rules import EmailUnusable, NameUnusable, usable_email, usable_name
from app.kernel.refusals import Refusal, marked
from app.platform.outgoing_rules import TargetRefused, target_of

SKEW: Final = timedelta(minutes=2)
"""By so much a provider's clock may differ from ours."""

ALGORITHMS: Final = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
)
"""Signatures by a private key alone: 'none' proves nothing, and one by the client's secret everybody who knows it can
make."""

SCOPES: Final = "openid email profile"
DESCRIPTION: Final = "/.well-known/openid-configuration"

_GOOGLE: Final = "https://accounts.google.com"
_ENTRA: Final = "https://login.microsoftonline.com/"
_LONGEST: Final = 255
_LATEST: Final = 600
"""Seconds after which a notice of signing out is none any more."""

SIGNED_OUT: Final = "http://schemas.openid.net/event/backchannel-logout"


class CompanySignInFailed(Refusal):
    """`why` is a stable word, for the log and for who manages the team."""

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why


class ProviderSilent(CompanySignInFailed):
    code = "company_silent"
    text = marked(
        "Die Anmeldung der Firma antwortet gerade nicht. Bitte versuchen Sie es in einigen Minuten noch einmal."
    )


class ProviderUnusable(CompanySignInFailed):
    """What the provider says of itself, or answers, is not what the standard asks for."""

    code = "company_unusable"
    text = marked(
        "Die Anmeldung der Firma ist nicht richtig eingerichtet. Wer das Firmenkonto verwaltet, kann sie dort prüfen."
    )


class SignInUnproven(CompanySignInFailed):
    """The answer does not prove who is there."""

    code = "company_sign_in_unproven"
    text = marked("Die Antwort der Firma ließ sich nicht prüfen. Bitte beginnen Sie die Anmeldung noch einmal.")


class SignInDeclined(CompanySignInFailed):
    code = "company_sign_in_declined"
    text = marked("Die Anmeldung wurde bei der Firma abgebrochen oder abgelehnt.")


class AddressNotProven(CompanySignInFailed):
    """No address that the provider vouches for, or one of somebody else's domain."""

    code = "company_address_unproven"
    text = marked(
        "Die Firma hat uns keine bestätigte E-Mail-Adresse von Ihnen genannt, die zu ihr gehört. Wer das Firmenkonto"
        " verwaltet, kann das mit einer Probe prüfen."
    )


WHY: Final[Mapping[str, str]] = {
    "timeout": marked("Dort kommt keine Antwort in der Zeit."),
    "host_unknown": marked("Diesen Rechner gibt es nicht."),
    "address_refused": marked("Diese Adresse ist nicht im Internet, dorthin fragen wir nicht."),
    "https_only": marked("Nur Adressen mit https:// gehen."),
    "url_unusable": marked("Das ist keine brauchbare Adresse."),
    "tls_failed": marked("Das Zertifikat dort stimmt nicht."),
    "connection_refused": marked("Die Verbindung wird abgelehnt."),
    "connection_broken": marked("Die Verbindung bricht ab."),
    "too_long": marked("Die Antwort ist zu lang."),
    "status": marked("Unter /.well-known/openid-configuration steht dort nichts."),
    "unreadable": marked("Was dort steht, ist keine Beschreibung nach OpenID Connect."),
    "issuer_differs": marked("Der Anbieter nennt sich selbst anders. Bitte genau seinen „Issuer“ eintragen."),
    "endpoint_missing": marked("In der Beschreibung fehlen Adressen, die wir brauchen."),
    "no_code_flow": marked("Der Anbieter bietet den Ablauf mit „code“ nicht an."),
    "no_pkce": marked("Der Anbieter bietet PKCE mit S256 nicht an."),
    "no_algorithm": marked("Der Anbieter unterschreibt nicht mit einem eigenen Schlüssel (zum Beispiel RS256)."),
    "no_keys": marked("Der Anbieter zeigt keine Schlüssel."),
    "client_refused": marked("Der Anbieter kennt Kennung oder Geheimnis nicht."),
    "code_refused": marked("Der Anbieter nimmt die Rückfrage nicht an. Stimmt die Rückkehradresse?"),
    "signature": marked("Die Unterschrift stimmt nicht."),
    "claims": marked("Die Antwort ist für jemand anderen, von jemand anderem oder zu alt."),
    "other_issuer": marked("Die Antwort kam von einem anderen Anbieter."),
    "no_address": marked("Der Anbieter nennt keine E-Mail-Adresse."),
    "address_unverified": marked("Der Anbieter nennt eine E-Mail-Adresse, sagt aber nicht, dass sie bestätigt ist."),
    "other_domain": marked("Die E-Mail-Adresse liegt auf keiner der bestätigten Domains."),
    "declined": marked("Beim Anbieter abgebrochen oder abgelehnt."),
    "secret_lost": marked("Das Geheimnis ist nicht mehr zu lesen. Bitte tragen Sie es noch einmal ein."),
}
"""What is told to who manages the team."""


class Endpoints(msgspec.Struct, frozen=True):
    """What a provider's description says, as far as it is needed."""

    issuer: str
    authorization: str
    token: str
    keys: str
    userinfo: str | None = None
    names_issuer: bool = False
    secret_in_body: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, and has to fit what comes back."""

    client_id: str
    redirect: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class SignOut:
    """What a provider has proved to have ended: sessions of a subject, one session, or both; `jti` tells one notice
    from another."""

    issuer: str
    subject: str | None
    session: str | None
    issued_at: datetime
    jti: str


@dataclass(frozen=True, slots=True)
class Proved:
    """What a provider has proved: who it is, since when that is known, and the address that it vouches for."""

    identity: Identity
    proved_at: datetime
    name: str
    email: str | None
    email_why: str = ""
    session: str = ""


def usable_issuer(text: str, *, own_machine: bool = False) -> str:
    """The issuer's address; the address of its description is taken for it. Raises ProviderUnusable."""
    issuer = text.strip().removesuffix(DESCRIPTION)
    try:
        target_of(issuer, own_machine=own_machine)
    except TargetRefused as refused:
        raise ProviderUnusable(refused.why) from refused
    if "?" in issuer or "#" in issuer:
        raise ProviderUnusable("url_unusable")
    return issuer


def endpoints_of(description: bytes, issuer: str, *, own_machine: bool = False) -> Endpoints:
    """What a provider says of itself under the issuer's address. Raises ProviderUnusable.

    That it calls itself what it was asked as (but for a slash at the end) is what keeps one provider from speaking for
    another one.
    """
    try:
        said = msgspec.json.decode(description, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise ProviderUnusable("unreadable") from error
    named = said.get("issuer")
    if not isinstance(named, str) or named.rstrip("/") != issuer.rstrip("/"):
        raise ProviderUnusable("issuer_differs")
    if "code" not in _listed(said, "response_types_supported", ["code"]):
        raise ProviderUnusable("no_code_flow")
    if "S256" not in _listed(said, "code_challenge_methods_supported", ["S256"]):
        raise ProviderUnusable("no_pkce")
    if not set(_listed(said, "id_token_signing_alg_values_supported", ["RS256"])) & set(ALGORITHMS):
        raise ProviderUnusable("no_algorithm")
    ways = _listed(said, "token_endpoint_auth_methods_supported", ["client_secret_basic"])

    def address(name: str) -> str:
        return _address(said.get(name), own_machine=own_machine)

    return Endpoints(
        issuer=named,
        authorization=address("authorization_endpoint"),
        token=address("token_endpoint"),
        keys=address("jwks_uri"),
        userinfo=address("userinfo_endpoint") if said.get("userinfo_endpoint") else None,
        names_issuer=said.get("authorization_response_iss_parameter_supported") is True,
        secret_in_body="client_secret_basic" not in ways,
    )


def _listed(said: Mapping[str, Any], name: str, default: Sequence[str]) -> Sequence[str]:
    found = said.get(name, default)
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else default


def _address(said: object, *, own_machine: bool) -> str:
    if not isinstance(said, str):
        raise ProviderUnusable("endpoint_missing")
    try:
        target_of(said, own_machine=own_machine)
    except TargetRefused as refused:
        raise ProviderUnusable(refused.why) from refused
    return said


def address_to_go_to(endpoints: Endpoints, asked: Asked, state: str, *, hint: str, again: bool) -> str:
    """Where the browser is sent. With `again` the provider is asked to have the person prove it anew."""
    query = {
        "response_type": "code",
        "client_id": asked.client_id,
        "redirect_uri": asked.redirect,
        "scope": SCOPES,
        "state": state,
        "nonce": asked.nonce,
        "code_challenge": challenge_of(asked.verifier),
        "code_challenge_method": "S256",
    }
    if hint:
        query["login_hint"] = hint
    if again:
        query |= {"prompt": "login", "max_age": "0"}
    joint = "&" if urlsplit(endpoints.authorization).query else "?"
    return f"{endpoints.authorization}{joint}{urlencode(query)}"


def challenge_of(verifier: str) -> str:
    """RFC 7636, S256."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def demand_issuer(endpoints: Endpoints, named: str | None) -> None:
    """That the answer comes from the provider that was asked (RFC 9207). Raises SignInUnproven."""
    if named is None and not endpoints.names_issuer:
        return
    if named != endpoints.issuer:
        raise SignInUnproven("other_issuer")


def proved_of(claims: Mapping[str, Any], endpoints: Endpoints, client_id: str, now: datetime) -> Proved:
    """What these claims say, whose signature, issuer, audience, nonce and times fit. Raises SignInUnproven."""
    audience, party, subject = claims.get("aud"), claims.get("azp"), claims.get("sub")
    if isinstance(audience, list) and set(audience) != {client_id}:
        raise SignInUnproven("claims")  # others could pass it on
    if party not in (None, client_id) or not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST:
        raise SignInUnproven("claims")
    email, why = _vouched(claims, endpoints.issuer)
    return Proved(
        Identity(endpoints.issuer, subject),
        _proved_at(claims.get("auth_time"), now),
        _name(claims),
        email,
        why,
        _short(claims.get("sid")) or "",
    )


def sign_out_of(claims: Mapping[str, Any], endpoints: Endpoints, client_id: str, now: datetime) -> SignOut:
    """What these claims end, whose signature, issuer, audience and times fit (Back-Channel Logout 1.0, 2.6). Raises
    SignInUnproven.

    An ID token is none: it has a nonce and no such event. One that is older than ten minutes comes too late.
    """
    audience, events, issued = claims.get("aud"), claims.get("events"), claims.get("iat")
    subject, session, jti = (_short(claims.get(name)) for name in ("sub", "sid", "jti"))
    says_so = isinstance(events, dict) and isinstance(events.get(SIGNED_OUT), dict) and "nonce" not in claims
    fits = not isinstance(audience, list) or set(audience) == {client_id}
    if not says_so or not fits or jti is None or (subject is None and session is None):
        raise SignInUnproven("claims")
    if any(claims.get(name) is not None and said is None for name, said in (("sub", subject), ("sid", session))):
        raise SignInUnproven("claims")
    if isinstance(issued, bool) or not isinstance(issued, int | float) or now.timestamp() - issued > _LATEST:
        raise SignInUnproven("claims")
    return SignOut(endpoints.issuer, subject, session, datetime.fromtimestamp(issued, UTC), jti)


def _short(said: object) -> str | None:
    return said if isinstance(said, str) and 0 < len(said) <= _LONGEST else None


def address_in(proved: Proved, claims: Mapping[str, Any], domains: Sequence[str]) -> str:
    """The address that the provider vouches for, in one of the team's domains. Raises AddressNotProven.

    With Google an address may have been somebody's private one; whose organisation the account is in, `hd` says.
    """
    if proved.email is None:
        raise AddressNotProven(proved.email_why)
    is_hosted = proved.identity.issuer != _GOOGLE or claims.get("hd") in domains
    if domain_of(proved.email) not in domains or not is_hosted:
        raise AddressNotProven("other_domain")
    return proved.email


def domain_of(email: str) -> str:
    return email.rpartition("@")[2].lower()


def _vouched(claims: Mapping[str, Any], issuer: str) -> tuple[str | None, str]:
    """The address, or why there is none. Entra ID says `xms_edov` where others say `email_verified`."""
    said = claims.get("email")
    if not isinstance(said, str) or not said:
        return None, "no_address"
    is_verified = claims.get("email_verified") is True or claims.get("email_verified") == "true"
    if issuer.startswith(_ENTRA):
        is_verified = is_verified or str(claims.get("xms_edov")).lower() in ("true", "1")
    if not is_verified:
        return None, "address_unverified"
    try:
        return usable_email(said), ""
    except EmailUnusable:
        return None, "no_address"


def _name(claims: Mapping[str, Any]) -> str:
    try:
        return usable_name(str(claims.get("name") or ""))
    except NameUnusable:
        return ""


def _proved_at(said: object, now: datetime) -> datetime:
    """When the person proved it to the provider; now where it does not say."""
    if isinstance(said, bool) or not isinstance(said, int | float) or not 0 < said < now.timestamp():
        return now
    return datetime.fromtimestamp(said, UTC)
