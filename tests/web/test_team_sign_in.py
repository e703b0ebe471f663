"""How a team sets up its own sign-in: asked at once, its secret never shown, tried before anybody has to use it."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from app.identity.roles import grant_role
from app.identity.rules import Grant, Role
from app.identity.sessions import open_session
from app.platform.database import execute, fetch_value
from app.teams.providers import provider_of_team, provider_that_must_be_used, secret_of
from app.teams.queries import TeamCard, members_of
from tests.teams.companies import CLIENT, SECRET, a_company, it_owns, they_agree
from tests.teams.founding import a_team, acting, joined
from tests.web.conftest import Browser, Site, said
from tests.web.test_company_sign_in import ANNA, Firm, at_home, firm, its_application, leads_to
from tests.web.watching import last_event, mails_since
from tests.worlds import NOW, World

__all__ = ["at_home", "firm", "its_application"]


def here(team: TeamCard) -> str:
    return f"/team/{team.public_id}/anmeldung"


@pytest.fixture
async def gundula(firm: Firm) -> Browser:
    return await firm.site.browser(firm.world.gundula)


async def test_the_secret_is_kept_sealed_and_never_shown(firm: Firm, gundula: Browser) -> None:
    page = (await gundula.get(here(firm.team))).text
    assert firm.company.issuer in page
    assert f'value="http://nahwerk.example{firm.back}"' in page
    provider = await provider_of_team(firm.team.id)
    assert provider is not None
    assert await secret_of(provider, firm.installation) == SECRET
    kept = await fetch_value("SELECT secret FROM identity_provider WHERE id = $1", provider.id)
    assert SECRET.encode() not in kept
    assert SECRET not in page


async def test_settings_are_taken_when_the_provider_answers_as_it_should(firm: Firm, gundula: Browser) -> None:
    """And without a new secret the former one stays. The other managers hear of it once, of nothing new never."""
    await grant_role(None, firm.world.otto.id, Grant(Role.TEAM_MANAGER, "team", firm.team.id), NOW)
    before = await last_event()
    for version in ("1", "2"):
        form = {"issuer": f"{firm.company.issuer}/", "client_id": "anders", "version": version}
        saved = await gundula.post(here(firm.team), **form)
        assert saved.headers["location"] == f"{here(firm.team)}?getan=gespeichert"
    [(address, text)] = await mails_since(before)
    assert "otto@" in address
    assert f"Gundula Gast hat den Anbieter eingetragen: {firm.company.issuer}" in text.replace("\n", " ")
    provider = await provider_of_team(firm.team.id)
    assert provider is not None
    assert (provider.issuer, provider.client_id) == (firm.company.issuer, "anders"), "as the provider calls itself"
    assert await secret_of(provider, firm.installation) == SECRET


@pytest.mark.parametrize(
    ("description", "why"),
    [
        ({"issuer": "https://login.elsewhere.example"}, "nennt sich selbst anders"),
        ({"response_types_supported": ["id_token"]}, "„code“"),
        ({"code_challenge_methods_supported": ["plain"]}, "PKCE"),
        ({"id_token_signing_alg_values_supported": ["HS256", "none"]}, "RS256"),
        ({"token_endpoint": None}, "fehlen Adressen"),
        ({"jwks_uri": "https://169.254.169.254/keys"}, "nicht im Internet"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "keine brauchbare Adresse"),
        ({"token_endpoint": "http://login.elsewhere.example/token"}, "Nur Adressen mit https"),
    ],
)
async def test_a_provider_that_cannot_do_it_is_refused_with_the_reason_and_the_input_stays(
    firm: Firm, gundula: Browser, description: dict[str, Any], why: str
) -> None:
    firm.company.said = description
    answer = await gundula.post(here(firm.team), issuer=firm.company.issuer, client_id="neu", version="1")
    assert answer.status_code == 422
    assert why in said(answer.text)
    assert 'id="issuer-fehler"' in answer.text
    assert 'value="neu"' in answer.text


@pytest.mark.parametrize(
    "issuer",
    ["https://10.0.0.1/", "https://intranet/", "file:///etc/passwd", "https://[::ffff:127.0.0.1]/", "", "x" * 600],
)
async def test_nothing_within_the_house_is_asked(firm: Firm, gundula: Browser, issuer: str) -> None:
    answer = await gundula.post(here(firm.team), issuer=issuer, client_id=CLIENT, secret="s", version="1")
    assert answer.status_code == 422
    assert 'id="issuer-fehler"' in answer.text


async def test_a_new_issuer_needs_its_own_secret_and_ends_former_links(firm: Firm, gundula: Browser) -> None:
    """The secret of one provider is never told to another one."""
    await firm.joins(await firm.site.browser(), ANNA)
    async with a_company(firm.site.clock) as other:
        without = await gundula.post(here(firm.team), issuer=other.issuer, client_id=CLIENT, version="1")
        assert 'id="secret-fehler"' in without.text
        changed = await gundula.post(here(firm.team), issuer=other.issuer, client_id=CLIENT, secret=SECRET, version="1")
        assert changed.status_code == 303
        await they_agree(firm.team, other.issuer)
        browser = await firm.site.browser()
        back = other.let_in(await firm.sent(browser), **ANNA)
        assert (await browser.get(back)).headers["location"] == "/anmelden/firma/zustimmen"


async def test_a_stale_form_shows_both_states(firm: Firm, gundula: Browser) -> None:
    await gundula.post(here(firm.team), issuer=firm.company.issuer, client_id="erste", version="1")
    stale = await gundula.post(here(firm.team), issuer=firm.company.issuer, client_id="zweite", version="1")
    assert stale.status_code == 409
    assert "erste" in said(stale.text)
    assert 'value="zweite"' in stale.text


async def test_it_takes_a_fresh_sign_in(firm: Firm, gundula: Browser) -> None:
    gundula.session = await open_session(firm.world.gundula.id, "", NOW - timedelta(hours=1))
    for path, form in ((here(firm.team), {"issuer": "x"}), (f"{here(firm.team)}/pflicht", {"pflicht": "ja"})):
        answer = await gundula.post(path, **form)
        assert answer.headers["location"].startswith("/anmelden/erneut")


async def test_a_trial_shows_what_came_opens_nothing_and_allows_to_require_it(firm: Firm, gundula: Browser) -> None:
    too_early = await gundula.post(f"{here(firm.team)}/pflicht", pflicht="ja")
    assert too_early.status_code == 409
    bad = await tried(firm, gundula, {**ANNA, "email": "anna@elsewhere.example"})
    assert "auf keiner der bestätigten Domains" in bad
    assert (await gundula.post(f"{here(firm.team)}/pflicht", pflicht="ja")).status_code == 409
    good = await tried(firm, gundula, ANNA)
    assert "Die Probe ist gelungen" in good
    assert "anna@becker.example" in good
    assert not await members_of(firm.team.id)
    assert "Gundula Gast" in (await gundula.get("/konto")).text, "still the one who tried"
    await joined(firm.team, firm.world.mia)
    assert (await gundula.post(f"{here(firm.team)}/pflicht", pflicht="ja")).status_code == 303
    assert await provider_that_must_be_used(await acting(firm.world.mia)) is not None
    assert (await gundula.post(f"{here(firm.team)}/pflicht", pflicht="nein")).status_code == 303
    assert await provider_that_must_be_used(await acting(firm.world.mia)) is None


async def tried(firm: Firm, browser: Browser, claims: dict[str, Any]) -> str:
    address = leads_to(await browser.post(f"{here(firm.team)}/probe"))
    return said((await browser.get(firm.company.let_in(address, **claims))).text)


async def test_a_trial_says_what_is_wrong(firm: Firm, gundula: Browser) -> None:
    firm.company.lie = {"aud": "another"}
    assert "für jemand anderen" in await tried(firm, gundula, ANNA)
    firm.company.lie = {}
    await execute("UPDATE identity_provider SET client_id = 'unbekannt'")
    assert "Kennung oder Geheimnis" in await tried(firm, gundula, ANNA)


async def test_a_trial_is_not_for_anybody_else(firm: Firm, gundula: Browser) -> None:
    address = leads_to(await gundula.post(f"{here(firm.team)}/probe"))
    gundula.session = await open_session(firm.world.mia.id, "", NOW)
    assert (await gundula.get(firm.company.let_in(address, **ANNA))).status_code == 404


async def test_new_settings_have_to_be_tried_anew(firm: Firm, gundula: Browser) -> None:
    await tried(firm, gundula, ANNA)
    await gundula.post(f"{here(firm.team)}/pflicht", pflicht="ja")
    provider = await provider_of_team(firm.team.id)
    assert provider is not None
    form = {"issuer": provider.issuer, "client_id": CLIENT, "secret": SECRET, "version": str(provider.version)}
    await gundula.post(here(firm.team), **form)
    changed = await provider_of_team(firm.team.id)
    assert changed is not None
    assert (changed.is_required, changed.tried_at) == (False, None)


async def test_when_it_ends_nobody_comes_in_there_any_more_and_the_accounts_stay(firm: Firm, gundula: Browser) -> None:
    await firm.joins(await firm.site.browser(), ANNA)
    browser = await firm.site.browser()
    back = firm.company.let_in(await firm.sent(browser), **ANNA)
    await gundula.post(f"{here(firm.team)}/ende")
    assert (await browser.get(back)).status_code == 422, "nor who is on the way"
    assert (await browser.post("/anmelden/firma", email="anna@becker.example")).status_code == 422
    assert [member.name for member in await members_of(firm.team.id)] == ["Anna Alt"]


async def test_with_another_key_of_the_installation_the_secret_is_asked_for_again(firm: Firm, gundula: Browser) -> None:
    await execute("UPDATE identity_provider SET secret = decode('00', 'hex') || secret")
    assert "nicht mehr zu lesen" in await tried(firm, gundula, ANNA)


class Elsewhere:
    """A provider that is not ours, in a process of its own."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://localhost:{port}"

    async def let_in(self, address: str, subject: str, **claims: Any) -> str:
        async with httpx.AsyncClient() as client:
            told = await client.put(f"{self.issuer}/users/{subject}", json=claims)
            assert told.is_success
            sent_back = await client.post(address, data={"sub": subject})
        found = urlsplit(sent_back.headers["location"])
        return f"{found.path}?{found.query}"


@pytest.fixture
async def elsewhere(unused_tcp_port: int) -> AsyncIterator[Elsewhere]:
    options = ("--port", str(unused_tcp_port), "--host", "localhost", "--require-nonce")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "oidc_provider_mock",
        *options,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with httpx.AsyncClient() as client:
            for _ in range(200):
                try:
                    await client.get(f"http://localhost:{unused_tcp_port}/.well-known/openid-configuration")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
        yield Elsewhere(unused_tcp_port)
    finally:
        process.terminate()
        await process.wait()


async def test_with_a_provider_that_is_not_ours(its_application: Any, world: World, elsewhere: Elsewhere) -> None:
    """Set up, tried, and signed in by, from the first page to the last one."""
    app, clock = its_application
    clock.at = datetime.now(UTC)
    site, team = Site(app, clock), await a_team(world)
    await it_owns(team, "becker.example")
    gundula = await site.browser(world.gundula)
    form = {"issuer": elsewhere.issuer, "client_id": CLIENT, "secret": SECRET, "version": "0"}
    assert (await gundula.post(here(team), **form)).status_code == 303
    anna = {"email": "anna@becker.example", "email_verified": True, "name": "Anna Alt"}
    address = leads_to(await gundula.post(f"{here(team)}/probe"))
    await they_agree(team, elsewhere.issuer)
    assert "Die Probe ist gelungen" in said((await gundula.get(await elsewhere.let_in(address, "a", **anna))).text)
    browser = await site.browser()
    address = leads_to(await browser.post("/anmelden/firma", email="anna@becker.example", weiter="/woche"))
    back = await browser.get(await elsewhere.let_in(address, "a", **anna))
    assert back.headers["location"] == "/anmelden/firma/zustimmen"
    assert (await browser.post("/anmelden/firma/zustimmen", name="Anna Alt")).headers["location"] == "/woche"
    assert [member.name for member in await members_of(team.id)] == ["Anna Alt"]
    again = await site.browser()
    address = leads_to(await again.post("/anmelden/firma", email="anna@becker.example"))
    assert (await again.get(await elsewhere.let_in(address, "a", **anna))).headers["location"] == "/"
    assert re.search("Anna Alt", (await again.get("/konto")).text)
