"""What a provider says of an address, and what is made of it."""

from datetime import timedelta
from typing import Any

import pytest

from app.teams.openid_rules import (
    AddressNotProven,
    Asked,
    Endpoints,
    ProviderUnusable,
    address_in,
    address_to_go_to,
    challenge_of,
    proved_of,
    usable_issuer,
)
from tests.worlds import NOW

GOOGLE = "https://accounts.google.com"
ENTRA = "https://login.microsoftonline.com/0b0f4d8e/v2.0"
ANNA: dict[str, Any] = {"sub": "1", "email": "anna@becker.example"}
DOMAINS = ["becker.example"]


def at(issuer: str) -> Endpoints:
    return Endpoints(issuer, f"{issuer}/auth?tenant=a", f"{issuer}/token", f"{issuer}/keys")


def address(issuer: str, **claims: Any) -> str | None:
    said = {**ANNA, **claims}
    try:
        return address_in(proved_of(said, at(issuer), "nahwerk", NOW), said, DOMAINS)
    except AddressNotProven:
        return None


@pytest.mark.parametrize(
    ("issuer", "claims", "is_taken"),
    [
        ("https://login.becker.example", {"email_verified": True}, True),
        ("https://login.becker.example", {"email_verified": "true"}, True),
        ("https://login.becker.example", {"email_verified": 1}, False),
        ("https://login.becker.example", {"email_verified": "yes"}, False),
        ("https://login.becker.example", {"xms_edov": True}, False),
        (ENTRA, {}, False),
        (ENTRA, {"xms_edov": True}, True),
        (ENTRA, {"xms_edov": "1"}, True),
        (ENTRA, {"xms_edov": False}, False),
        ("https://login.microsoftonline.com.evil.example/v2.0", {"xms_edov": True}, False),
        (GOOGLE, {"email_verified": True}, False),
        (GOOGLE, {"email_verified": True, "hd": "becker.example"}, True),
        (GOOGLE, {"email_verified": True, "hd": "elsewhere.example"}, False),
        (GOOGLE, {"email_verified": False, "hd": "becker.example"}, False),
    ],
)
def test_who_vouches_for_an_address(issuer: str, claims: dict[str, Any], is_taken: bool) -> None:
    assert (address(issuer, **claims) is not None) == is_taken


def test_an_address_is_compared_as_it_is_stored() -> None:
    assert address(ENTRA, email="ANNA@Becker.Example", xms_edov=True) == "anna@becker.example"


@pytest.mark.parametrize(
    ("said", "minutes_ago"),
    [(None, 0), (True, 0), ("soon", 0), (NOW.timestamp() - 3600, 60), (NOW.timestamp() + 3600, 0), (-5, 0)],
)
def test_when_it_was_proved_is_never_later_than_now(said: object, minutes_ago: int) -> None:
    proved = proved_of({**ANNA, "auth_time": said}, at(ENTRA), "nahwerk", NOW)
    assert proved.proved_at == NOW - timedelta(minutes=minutes_ago)


def test_the_challenge_is_that_of_the_standard() -> None:
    """The example of RFC 7636, appendix B."""
    assert challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_an_address_with_a_query_keeps_it() -> None:
    asked = Asked("nahwerk", "https://nahwerk.example/zurueck", "n", "v")
    assert address_to_go_to(at(ENTRA), asked, "s", hint="", again=False).startswith(f"{ENTRA}/auth?tenant=a&response_")


def test_the_address_of_the_description_is_taken_for_the_issuers() -> None:
    assert usable_issuer(f" {ENTRA}/.well-known/openid-configuration ") == ENTRA


@pytest.mark.parametrize(
    "text", ["https://login.becker.example/?a=1", "https://login.becker.example/#a", "http://x.de"]
)
def test_what_is_no_issuer_is_refused(text: str) -> None:
    with pytest.raises(ProviderUnusable):
        usable_issuer(text)
