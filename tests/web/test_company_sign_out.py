"""A company's provider signs somebody out: what it ends, what it cannot, and what proves nothing."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.identity.sessions import open_session
from app.platform.database import fetch_value
from app.platform.random_ids import new_token
from app.teams.openid_rules import SIGNED_OUT
from app.teams.operations import leave_team
from app.teams.queries import members_of
from tests.selling import TODAY
from tests.teams.companies import CLIENT, Claims, a_company, a_key, signed
from tests.teams.founding import a_team
from tests.web.conftest import Browser
from tests.web.test_company_sign_in import ANNA, Firm, at_home, firm, its_application, require
from tests.worlds import NOW

__all__ = ["at_home", "firm", "its_application"]

THERE = int(NOW.timestamp())


def notice(firm: Firm, **claims: Any) -> str:
    """What its provider sends when Anna is signed out there; a claim that is None is left out."""
    told: Claims = {
        "iss": firm.company.issuer,
        "aud": CLIENT,
        "iat": THERE,
        "exp": THERE + 120,
        "jti": new_token(),
        "sub": ANNA["sub"],
        "events": {SIGNED_OUT: {}},
        **claims,
    }
    return signed({name: value for name, value in told.items() if value is not None}, firm.company.key)


async def told(firm: Firm, token: str, team: str = "") -> httpx.Response:
    """What the provider is answered, which comes with no cookie and no form's token."""
    async with Browser(firm.site.app) as provider:
        path = f"/firma/abmelden/{team or firm.team.public_id}"
        return await provider.client.post(path, data={"logout_token": token})


async def anna(firm: Firm, **claims: Any) -> Browser:
    """A browser in which Anna is signed in through the company."""
    browser = await firm.site.browser()
    answer = await firm.comes(browser, {**ANNA, **claims})
    if answer.headers["location"] == "/anmelden/firma/zustimmen":
        await browser.post("/anmelden/firma/zustimmen", name="Anna Alt")
    assert await is_in(browser)
    return browser


async def is_in(browser: Browser) -> bool:
    return (await browser.get("/konto")).status_code == 200


async def test_who_is_signed_out_there_is_signed_out_here_in_every_browser(firm: Firm) -> None:
    first, second = await anna(firm), await anna(firm)
    answer = await told(firm, notice(firm))
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert "set-cookie" not in answer.headers
    assert not await is_in(first)
    assert not await is_in(second)


async def test_one_session_there_is_one_session_here(firm: Firm) -> None:
    first, second = await anna(firm, sid="s-1"), await anna(firm, sid="s-2")
    assert (await told(firm, notice(firm, sid="s-1", sub=None))).status_code == 200
    assert (await is_in(first), await is_in(second)) == (False, True)
    assert (await told(firm, notice(firm, sid="s-2"))).status_code == 200
    assert not await is_in(second)


async def test_a_newcomers_first_session_is_ended_by_its_name_there(firm: Firm) -> None:
    browser = await anna(firm, sid="s-1")
    assert (await told(firm, notice(firm, sid="s-9"))).status_code == 200, "it is not told whether there was one"
    assert await is_in(browser)
    await told(firm, notice(firm, sid="s-1"))
    assert not await is_in(browser)


async def test_what_began_otherwise_or_as_somebody_else_goes_on(firm: Firm) -> None:
    await anna(firm)
    person = await fetch_value("SELECT id FROM person WHERE email = 'anna@becker.example'")
    own = await firm.site.browser()
    own.session = await open_session(person, "Firefox", NOW)
    berta = await firm.site.browser()
    await firm.comes(berta, {**ANNA, "sub": "u-9", "email": "berta@becker.example"})
    await berta.post("/anmelden/firma/zustimmen", name="Berta Neu")
    assert (await told(firm, notice(firm))).status_code == 200
    assert await is_in(own), "a mailed link or a password has opened it"
    assert await is_in(berta)


async def test_a_company_ends_nothing_of_who_has_left_its_team(firm: Firm) -> None:
    """The account is the person's own by then; being removed ends no session either, also where all of the team's
    people had to sign in there."""
    await require(firm)
    browser = await anna(firm)
    [member] = await members_of(firm.team.id)
    await leave_team(None, firm.team, member, NOW, TODAY)
    assert (await told(firm, notice(firm))).status_code == 200
    assert await is_in(browser)


async def test_a_notice_is_used_once_and_ends_nothing_that_began_after_it(firm: Firm) -> None:
    await anna(firm)
    token = notice(firm)
    assert (await told(firm, token)).status_code == 200
    browser = await anna(firm)
    again = await told(firm, token)
    assert (again.status_code, again.json()) == (400, {"error": "invalid_request"})
    assert await is_in(browser)
    firm.site.clock.at = NOW + timedelta(minutes=5)
    later = await anna(firm)
    late = notice(firm, exp=THERE + 600)
    assert (await told(firm, late)).status_code == 200, "written five minutes ago"
    assert await is_in(later)
    assert not await is_in(browser)


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "https://login.example.org"},
        {"aud": "anderer"},
        {"aud": [CLIENT, "anderer"]},
        {"nonce": "x"},
        {"events": None},
        {"events": {}},
        {"events": {SIGNED_OUT: "x"}},
        {"events": [SIGNED_OUT]},
        {"jti": None},
        {"jti": 7},
        {"iat": None},
        {"iat": THERE - 3600, "exp": THERE + 120},
        {"iat": THERE + 3600},
        {"exp": None},
        {"exp": THERE - 300},
        {"sub": None},
        {"sub": 7},
        {"sid": 7},
        {"sub": ""},
    ],
    ids=str,
)
async def test_what_is_no_notice_for_us_of_now_ends_nothing(firm: Firm, lie: Claims) -> None:
    browser = await anna(firm)
    answer = await told(firm, notice(firm, **lie))
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})
    assert await is_in(browser)


async def test_nobody_else_signs_a_notice(firm: Firm) -> None:
    browser = await anna(firm)
    real = firm.company.key
    firm.company.key = a_key(1)
    forged = notice(firm)
    firm.company.key = real
    head, body, mark = notice(firm).split(".")
    async with Browser(firm.site.app) as provider:
        assert (await provider.client.post(f"/firma/abmelden/{firm.team.public_id}")).status_code == 400
    for token in ("", "x", forged, f"{head}.{body}.", f"{head}.{body}.{mark[::-1]}"):
        assert (await told(firm, token)).status_code == 400
    assert await is_in(browser)


async def test_an_id_token_is_no_notice(firm: Firm) -> None:
    browser = await anna(firm)
    token = notice(firm, nonce="x", events=None, jti=None, email="anna@becker.example")
    assert (await told(firm, token)).status_code == 400
    assert await is_in(browser)


async def test_another_companys_provider_ends_nothing_here(firm: Firm) -> None:
    browser = await anna(firm)
    async with a_company(firm.site.clock):
        other = await a_team(firm.world, name="Andere")
        assert (await told(firm, notice(firm), other.public_id)).status_code == 400, "it has no provider"
    assert (await told(firm, notice(firm), "zzzzzzzzzzzzzzzz")).status_code == 400
    assert await is_in(browser)


async def test_a_provider_that_is_away_ends_nothing(firm: Firm) -> None:
    browser = await anna(firm)
    token = notice(firm)
    firm.company.is_down = True
    assert (await told(firm, token)).status_code == 400
    firm.company.is_down = False
    assert await is_in(browser)
    assert (await told(firm, token)).status_code == 200, "it was not used yet"
    assert not await is_in(browser)
