"""Signing in through a company, with a provider on this machine that answers as each test has it."""

import base64
import hashlib
import hmac
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import msgspec
import pytest

from app.identity.federation import identities_of
from app.identity.queries import person_of_email
from app.identity.roles import grant_role
from app.identity.rules import Grant, Role
from app.identity.sessions import open_session
from app.platform.database import execute, fetch_value
from app.platform.settings import Settings
from app.teams.company_ways import forget_ways
from app.teams.operations import leave_team
from app.teams.providers import (
    Installation,
    ProviderWanted,
    note_tried,
    provider_of_team,
    require_provider,
    save_provider,
)
from app.teams.queries import TeamCard, member_of, members_of
from tests.conftest import in_database
from tests.identity.conftest import PASSWORD
from tests.selling import TODAY
from tests.teams.companies import CLIENT, SECRET, Claims, Company, a_company, a_key, it_owns, signed, they_agree
from tests.teams.founding import a_team, acting, joined
from tests.web.conftest import Browser, Now, Site, an_application, said
from tests.worlds import NOW, World

ANNA: Claims = {"sub": "u-1", "email": "Anna@Becker.example", "email_verified": True, "name": "Anna Alt"}
MIA: Claims = {"sub": "u-2", "email": "mia@example.org", "email_verified": True, "name": "Somebody else"}
BACK = "/anmelden/firma/zurueck"


@pytest.fixture(scope="module")
def at_home(settings: Settings) -> Settings:
    """Settings by which this machine may be asked."""
    return msgspec.structs.replace(settings, webhooks_to_own_machine=True)


@pytest.fixture(scope="module")
def its_application(at_home: Settings, admin_dsn: str, database_name: str) -> Any:
    clock = Now()
    return an_application(at_home, in_database(admin_dsn, database_name), clock), clock


@dataclass(frozen=True, slots=True)
class Firm:
    """Becker's team, which owns two domains, its provider, and the application that knows it."""

    site: Site
    team: TeamCard
    company: Company
    installation: Installation
    world: World

    @property
    def back(self) -> str:
        """Where its provider's answers go."""
        return f"{BACK}/{self.team.public_id}"

    async def sent(self, browser: Browser, email: str = "anna@becker.example", **more: str) -> str:
        """Where the browser is sent when somebody types this address."""
        return leads_to(await browser.post("/anmelden/firma", email=email, **more))

    async def comes(self, browser: Browser, claims: Claims, **more: str) -> httpx.Response:
        """What the browser gets that comes back as this person."""
        return await browser.get(self.company.let_in(await self.sent(browser, **more), **claims))

    async def joins(self, browser: Browser, claims: Claims, name: str = "Anna Alt") -> httpx.Response:
        answer = await self.comes(browser, claims)
        assert answer.headers["location"] == "/anmelden/firma/zustimmen", answer.text
        return await browser.post("/anmelden/firma/zustimmen", name=name)


def leads_to(page: httpx.Response) -> str:
    found = re.search(r'<a class="kern-btn kern-btn--primary" href="([^"]+)"', page.text)
    assert found, said(page.text)
    return unescape(found[1])


@pytest.fixture
async def firm(its_application: Any, at_home: Settings, database: str, world: World) -> AsyncIterator[Firm]:
    app, clock = its_application
    clock.at = NOW
    team = await a_team(world)
    await it_owns(team, "becker.example")
    await it_owns(team, "example.org")
    installation = Installation(at_home.signing_key, f"http://nahwerk.example{BACK}", own_machine=True)
    async with a_company(clock) as company:
        wanted = ProviderWanted(company.issuer, CLIENT, SECRET)
        await save_provider(await acting(world.gundula), team, wanted, 0, NOW, installation)
        await they_agree(team, company.issuer)
        company.asked.clear()
        yield Firm(Site(app, clock), team, company, installation, world)


async def test_a_newcomer_agrees_first_and_then_has_an_account_and_belongs_to_the_team(firm: Firm) -> None:
    browser = await firm.site.browser()
    answer = await firm.comes(browser, ANNA, weiter="/konto")
    assert (answer.status_code, browser.session) == (303, None)
    assert await person_of_email("anna@becker.example") is None, "nothing is made before she agrees"
    page = said((await browser.get(answer.headers["location"])).text)
    assert "Becker Maschinenbau" in page
    assert "anna@becker.example" in page
    assert "Wann und wo Sie arbeiten" in page
    agreed = await browser.post("/anmelden/firma/zustimmen", name="Anna Neu")
    assert (agreed.status_code, agreed.headers["location"]) == (303, "/konto")
    assert "Anna Neu" in (await browser.get("/konto")).text
    [member] = await members_of(firm.team.id)
    assert (member.name, member.joined_by) == ("Anna Neu", "sign_in")


async def test_the_second_time_nothing_is_asked(firm: Firm) -> None:
    await firm.joins(await firm.site.browser(), ANNA)
    browser = await firm.site.browser()
    again = await firm.comes(browser, {**ANNA, "email": None, "name": None}, weiter="/woche")
    assert (again.status_code, again.headers["location"]) == (303, "/woche")
    assert "Anna Alt" in (await browser.get("/konto")).text


async def test_what_goes_to_the_provider_is_bound_to_the_browser_and_to_this_one_way(firm: Firm) -> None:
    addresses = [await firm.sent(await firm.site.browser()) for _ in range(2)]
    asked = [{name: values[0] for name, values in parse_qs(urlsplit(each).query).items()} for each in addresses]
    assert asked[0]["redirect_uri"] == f"http://nahwerk.example{firm.back}"
    assert asked[0]["code_challenge_method"] == "S256"
    assert asked[0]["login_hint"] == "anna@becker.example"
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[0][name]) == 43
        assert asked[0][name] != asked[1][name]


async def test_an_account_that_there_is_is_linked_by_its_address_after_a_button_and_told(firm: Firm) -> None:
    browser = await firm.site.browser()
    answer = await firm.comes(browser, MIA)
    page = said((await browser.get(answer.headers["location"])).text)
    assert "Mia Hammes" in page
    assert not await identities_of(firm.world.mia.id)
    await browser.post("/anmelden/firma/zustimmen", name="Ganz anders")
    assert "Mia Hammes" in (await browser.get("/konto")).text, "the account keeps its name"
    assert [one.team for one in await identities_of(firm.world.mia.id)] == [firm.team.id]
    assert await fetch_value("SELECT count(*) FROM outbox_event WHERE name = 'federated_identity.linked'") == 1


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"email_verified": False}, "not verified"),
        ({"email_verified": None}, "nothing said"),
        ({"email_verified": "false"}, "said in words"),
        ({"email": None}, "no address, and a name that fits"),
        ({"email": "mia@elsewhere.example"}, "somebody else's domain"),
        ({"email": "mia@sub.example.org"}, "a domain below"),
        ({"email": "mia@example.org.elsewhere.example"}, "a domain that begins alike"),
        ({"email": ["mia@example.org"]}, "no text"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_an_account_is_never_linked_without_a_confirmed_address_in_a_proved_domain(
    firm: Firm, claims: Claims, why: str
) -> None:
    browser = await firm.site.browser()
    answer = await firm.comes(browser, {**MIA, "name": "Mia Hammes", "preferred_username": "mia@example.org", **claims})
    assert answer.status_code == 422
    assert "keine bestätigte E-Mail-Adresse" in said(answer.text)
    assert (await browser.post("/anmelden/firma/zustimmen", name="Mia Hammes")).status_code == 422
    assert not await identities_of(firm.world.mia.id)
    assert not await members_of(firm.team.id)


def _part(said: bytes) -> str:
    return base64.urlsafe_b64encode(said).rstrip(b"=").decode()


def _unsigned(claims: Claims) -> str:
    head = msgspec.json.encode({"alg": "none", "kid": "k0"})
    return f"{_part(head)}.{_part(msgspec.json.encode(claims))}."


def _by_shared(secret: bytes) -> Callable[[Claims], str]:
    """Signed by what both sides know, or anybody: a secret, or the public key taken for one."""

    def sign(claims: Claims) -> str:
        head = msgspec.json.encode({"alg": "HS256", "kid": "k0"})
        text = f"{_part(head)}.{_part(msgspec.json.encode(claims))}"
        return f"{text}.{_part(hmac.digest(secret, text.encode(), hashlib.sha256))}"

    return sign


def _changed(token: str) -> str:
    """The same token about somebody else."""
    head, body, mark = token.split(".")
    claims = msgspec.json.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return f"{head}.{_part(msgspec.json.encode({**claims, 'sub': 'u-3'}))}.{mark}"


FORGED = {
    "no signature": _unsigned,
    "signed by a shared secret": _by_shared(SECRET.encode()),
    "signed by the public key": _by_shared(a_key().as_pem(private=False)),
    "signed by another key under the right name": lambda claims: signed(claims, a_key(1), {"kid": "k0"}),
    "signed by a key that the provider does not show": lambda claims: signed(claims, a_key(1)),
    "signed by a key that the token brings along": lambda claims: signed(
        claims, a_key(1), {"kid": "k0", "jwk": a_key(1).as_dict(private=False)}
    ),
    "changed after signing": lambda claims: _changed(signed(claims, a_key())),
    "no token": lambda claims: "abc",
}


@pytest.mark.parametrize("forged", FORGED)
async def test_what_the_provider_did_not_sign_proves_nothing(firm: Firm, forged: str) -> None:
    firm.company.sign = FORGED[forged]
    await nothing_is_proved(firm)


HOUR = 3600
NOW_THERE = int(NOW.timestamp())
LIES: dict[str, Claims] = {
    "for another client": {"aud": "another"},
    "for others as well": {"aud": [CLIENT, "another"]},
    "for nobody": {"aud": None},
    "handed on by another client": {"azp": "another"},
    "by another issuer": {"iss": "https://login.elsewhere.example"},
    "by nobody": {"iss": None},
    "of another sign-in": {"nonce": "another"},
    "of no sign-in": {"nonce": None},
    "expired": {"exp": NOW_THERE - 3 * 60},
    "without an end": {"exp": None},
    "an end that is none": {"exp": "soon"},
    "from the future": {"iat": NOW_THERE + HOUR},
    "not yet": {"nbf": NOW_THERE + HOUR},
    "about nobody": {"sub": None},
    "about an empty name": {"sub": ""},
}


@pytest.mark.parametrize("lie", LIES)
async def test_what_is_for_others_from_others_or_old_proves_nothing(firm: Firm, lie: str) -> None:
    firm.company.lie = LIES[lie]
    await nothing_is_proved(firm)


async def nothing_is_proved(firm: Firm) -> None:
    browser = await firm.site.browser()
    answer = await firm.comes(browser, MIA)
    assert answer.status_code == 422
    assert "ließ sich nicht prüfen" in said(answer.text)
    assert (await browser.get("/anmelden/firma/zustimmen")).status_code == 422
    assert browser.session is None
    firm.company.lie, firm.company.sign = {}, None
    assert (await firm.comes(browser, MIA)).status_code == 303, "without the lie it works"


@pytest.mark.parametrize("seconds", [-100, 100])
async def test_clocks_may_differ_a_little(firm: Firm, seconds: int) -> None:
    firm.company.lie = {"iat": NOW_THERE + seconds, "exp": NOW_THERE + seconds + 10}
    assert (await firm.comes(await firm.site.browser(), ANNA)).status_code == 303


async def test_new_keys_hold_at_once(firm: Firm) -> None:
    browser = await firm.site.browser()
    address = await firm.sent(browser)
    firm.company.key = a_key(1)
    assert (await browser.get(firm.company.let_in(address, **ANNA))).status_code == 303


async def test_an_answer_is_used_once(firm: Firm) -> None:
    browser = await firm.site.browser()
    back = firm.company.let_in(await firm.sent(browser), **ANNA)
    assert (await browser.get(back)).status_code == 303
    again = await browser.get(back)
    assert again.status_code == 422
    assert "schon benutzt" in said(again.text)


async def test_an_answer_signs_in_only_the_browser_that_asked(firm: Firm) -> None:
    """Nobody is signed in as somebody else by a link that was slipped to him (login CSRF)."""
    await firm.joins(await firm.site.browser(), ANNA)
    evil, victim, other = [await firm.site.browser() for _ in range(3)]
    back = firm.company.let_in(await firm.sent(evil), **ANNA)
    assert (await victim.get(back)).status_code == 422
    await firm.sent(other)
    assert (await other.get(back)).status_code == 422, "nor one that is on a way of its own"
    assert (victim.session, other.session) == (None, None)
    assert (await evil.get(back)).status_code == 303


async def test_an_answer_of_yesterday_is_none(firm: Firm) -> None:
    browser = await firm.site.browser()
    back = firm.company.let_in(await firm.sent(browser), **ANNA)
    firm.site.clock.at = NOW + timedelta(minutes=16)
    assert (await browser.get(back)).status_code == 422


async def test_a_code_of_another_way_is_not_redeemed(firm: Firm) -> None:
    """PKCE: a code that somebody else caught is of no use with an own state."""
    thief, victim = await firm.site.browser(), await firm.site.browser()
    caught = parse_qs(urlsplit(firm.company.let_in(await firm.sent(victim), **MIA)).query)["code"][0]
    own = parse_qs(urlsplit(await firm.sent(thief)).query)["state"][0]
    answer = await thief.get(f"{firm.back}?{urlencode({'code': caught, 'state': own})}")
    assert answer.status_code == 422
    assert thief.session is None


@pytest.mark.parametrize("named", [None, "https://login.elsewhere.example"])
async def test_a_provider_that_names_itself_must_be_the_one_that_was_asked(firm: Firm, named: str | None) -> None:
    """Mix-up (RFC 9207): the answer of another provider is not taken to this one's address."""
    firm.company.said = {"authorization_response_iss_parameter_supported": True}
    browser = await firm.site.browser()
    back = firm.company.let_in(await firm.sent(browser), **MIA)
    mixed = re.sub(r"&iss=[^&]*", f"&iss={named}" if named else "", back)
    firm.company.asked.clear()
    assert (await browser.get(mixed)).status_code == 422
    assert firm.company.asked == [], "the code went nowhere"
    assert (await firm.comes(browser, MIA)).status_code == 303


async def test_who_declines_there_is_told_and_nothing_of_the_address_is_repeated(firm: Firm) -> None:
    browser = await firm.site.browser()
    state = parse_qs(urlsplit(await firm.sent(browser)).query)["state"][0]
    told = {"error": "access_denied", "error_description": "Rufen Sie 0190 an", "state": state}
    answer = await browser.get(f"{firm.back}?{urlencode(told)}")
    assert answer.status_code == 422
    assert "abgebrochen oder abgelehnt" in said(answer.text)
    assert "0190" not in answer.text


async def test_a_provider_that_is_away_is_said_so(firm: Firm) -> None:
    firm.company.is_down = True
    answer = await (await firm.site.browser()).post("/anmelden/firma", email="anna@becker.example")
    assert answer.status_code == 422
    assert "antwortet gerade nicht" in said(answer.text)
    assert 'value="anna@becker.example"' in answer.text


async def test_an_address_of_no_company_is_said_beside_its_field(firm: Firm) -> None:
    answer = await (await firm.site.browser()).post("/anmelden/firma", email="otto@elsewhere.example")
    assert answer.status_code == 422
    assert 'id="email-fehler"' in answer.text


async def test_more_is_asked_for_where_the_token_says_no_address_and_only_of_the_same_person(firm: Firm) -> None:
    firm.company.userinfo = {"sub": "u-2", "email": "mia@example.org", "email_verified": True}
    assert (await firm.comes(await firm.site.browser(), {"sub": "u-9"})).status_code == 422
    assert (await firm.comes(await firm.site.browser(), {"sub": "u-2"})).status_code == 303


async def test_accounts_of_who_works_for_the_network_are_never_opened(firm: Firm) -> None:
    for person in (firm.world.nadja, firm.world.frida, firm.world.otto):
        browser = await firm.site.browser()
        answer = await firm.comes(browser, {**MIA, "email": person.email})
        assert answer.status_code == 422
        assert "mit Ihrem Passwort" in said(answer.text)
        assert browser.session is None
    await firm.joins(await firm.site.browser(), MIA)
    await grant_role(None, firm.world.mia.id, Grant(Role.FRONT_DESK, "space", firm.world.polch.id), NOW)
    later = await firm.site.browser()
    assert (await firm.comes(later, MIA)).status_code == 422, "nor who begins to work for it"
    assert later.session is None


async def test_an_address_that_is_given_to_somebody_else_does_not_open_the_account(firm: Firm) -> None:
    await firm.joins(await firm.site.browser(), ANNA)
    browser = await firm.site.browser()
    await firm.comes(browser, {**ANNA, "sub": "u-77"})
    answer = await browser.post("/anmelden/firma/zustimmen", name="Anna Zwei")
    assert answer.status_code == 409
    assert browser.session is None


async def test_a_company_does_not_open_an_account_with_a_private_address(firm: Firm) -> None:
    await firm.joins(await firm.site.browser(), MIA)
    await execute("UPDATE person SET email = 'mia@privat.example' WHERE id = $1", firm.world.mia.id)
    browser = await firm.site.browser()
    answer = await firm.comes(browser, MIA)
    assert answer.status_code == 422
    assert "nicht zur Firma gehört" in said(answer.text)
    assert browser.session is None


async def test_a_company_does_not_open_the_account_of_who_has_left(firm: Firm) -> None:
    await firm.joins(await firm.site.browser(), MIA)
    member = await member_of(firm.team.id, firm.world.mia.id)
    assert member is not None
    await leave_team(None, firm.team, member, NOW, TODAY)
    browser = await firm.site.browser()
    answer = await firm.comes(browser, MIA)
    assert answer.headers["location"] == "/anmelden/firma/zustimmen", "she would have to join anew"
    assert browser.session is None


async def test_another_companys_provider_opens_no_account_of_this_one(firm: Firm) -> None:
    rival = await a_team(firm.world, name="Rivale")
    await it_owns(rival, "rivale.example")
    await firm.joins(await firm.site.browser(), MIA)
    async with a_company(firm.site.clock) as other:
        wanted = ProviderWanted(other.issuer, CLIENT, SECRET)
        await save_provider(await acting(firm.world.gundula), rival, wanted, 0, NOW, firm.installation)
        await they_agree(rival, other.issuer)
        browser = await firm.site.browser()
        for claims in (MIA, {**MIA, "iss": firm.company.issuer}):
            back = other.let_in(await firm.sent(browser, "x@rivale.example"), **claims)
            assert (await browser.get(back)).status_code == 422
        assert browser.session is None


async def test_the_person_ends_the_link_alone(firm: Firm) -> None:
    browser = await firm.site.browser()
    await firm.joins(browser, MIA)
    page = (await browser.get("/konto")).text
    assert "Anmeldung über Becker Maschinenbau" in page
    way = re.search(r'action="(/konto/firmenanmeldung/[^"]+)"', page)
    assert way
    stranger = await firm.site.browser(firm.world.rolf)
    assert (await stranger.post(way[1])).status_code == 404
    assert (await browser.post(way[1])).headers["location"] == "/konto?getan=getrennt"
    assert not await identities_of(firm.world.mia.id)


async def test_when_it_was_proved_the_company_says(firm: Firm) -> None:
    """A sign-in there of this morning is none for changing a password now; asked to prove it anew, it is."""
    await firm.joins(await firm.site.browser(), ANNA)
    browser = await firm.site.browser()
    await firm.comes(browser, {**ANNA, "auth_time": NOW_THERE - 2 * HOUR})
    await browser.post("/konto/zugriff/neu", name="x")
    stale = await browser.get("/konto/email")
    assert stale.status_code == 303
    assert stale.headers["location"].startswith("/anmelden/erneut")
    page = await browser.get(stale.headers["location"])
    assert "Über Becker Maschinenbau anmelden" in page.text
    address = await firm.sent(browser, weiter="/konto/email")
    assert parse_qs(urlsplit(address).query)["prompt"] == ["login"]
    back = await browser.get(firm.company.let_in(address, **ANNA, auth_time=NOW_THERE))
    assert back.headers["location"] == "/konto/email"
    assert (await browser.get("/konto/email")).status_code == 200


async def require(firm: Firm) -> None:
    provider, gundula = await provider_of_team(firm.team.id), await acting(firm.world.gundula)
    assert provider is not None
    await note_tried(provider, gundula, NOW)
    await require_provider(gundula, firm.team, True, NOW)


async def test_where_the_company_asks_for_it_its_people_sign_in_there_alone(firm: Firm) -> None:
    await joined(firm.team, firm.world.mia)
    await require(firm)
    mia = await firm.site.browser()
    sent = await mia.post("/anmelden", email="mia@example.org", password=PASSWORD, weiter="/konto")
    assert sent.headers["location"] == "/anmelden/firma?nur=ja&weiter=%2Fkonto"
    assert mia.session is None
    assert "Ihre Firma möchte" in said((await mia.get(sent.headers["location"])).text)
    for manager_or_staff in ("gundula@example.org", "nadja@example.org"):
        browser = await firm.site.browser()
        await browser.post("/anmelden", email=manager_or_staff, password=PASSWORD)
        assert browser.session is not None, manager_or_staff
    wrong = await mia.post("/anmelden", email="mia@example.org", password="falsch geraten")
    assert wrong.status_code == 422, "and nobody learns by a wrong password who is an exception"
    mia.session = await open_session(firm.world.mia.id, "", NOW - timedelta(hours=1))
    again = await mia.post("/anmelden/erneut", password=PASSWORD)
    assert again.headers["location"] == "/anmelden/erneut"
    assert "Passwort bestätigen" not in (await mia.get("/anmelden/erneut")).text


async def test_nobody_has_to_belong_to_a_team_to_get_into_the_own_account(firm: Firm) -> None:
    member = await joined(firm.team, firm.world.mia)
    await require(firm)
    await leave_team(None, firm.team, member, NOW, TODAY)
    mia = await firm.site.browser()
    await mia.post("/anmelden", email="mia@example.org", password=PASSWORD)
    assert mia.session is not None


async def test_ways_are_forgotten(firm: Firm) -> None:
    browser = await firm.site.browser()
    await firm.comes(browser, ANNA)
    assert await forget_ways(NOW + timedelta(minutes=30)) == 0
    assert await forget_ways(NOW + timedelta(hours=2)) == 1
    assert (await browser.get("/anmelden/firma/zustimmen")).status_code == 422
