"""Signing in and out: where it leads, what it refuses, and what the browser is given to keep."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from litestar.types import ASGIApp

from app.identity.sign_in import FAILURES_OF_ACCOUNT
from app.main import create_app
from app.platform.database import execute
from app.platform.settings import Environment, Secret, Settings
from app.web import access, account, sign_in, sign_up, staff
from tests.identity.conftest import KEY, PASSWORD
from tests.web.conftest import Browser, Now
from tests.worlds import NOW, World

Browsers = Callable[[], Browser]

WRONG = "E-Mail-Adresse und Passwort passen nicht zusammen."


async def test_signing_in_leads_to_where_the_person_wanted_to_go(browser: Browsers, world: World) -> None:
    mia = browser()
    page = await mia.get("/konto/name")
    assert (page.status_code, page.headers["location"]) == (303, "/anmelden?weiter=%2Fkonto%2Fname")
    form = await mia.get(page.headers["location"])
    assert 'name="weiter" value="/konto/name"' in form.text

    answer = await mia.post("/anmelden", email="Mia@Example.org", password=PASSWORD, weiter="/konto/name")

    assert (answer.status_code, answer.headers["location"]) == (303, "/konto/name")
    assert "Mia Hammes" in (await mia.get("/konto/name")).text


async def test_a_refused_sign_in_says_one_sentence_and_keeps_the_address(browser: Browsers, world: World) -> None:
    for email, password in (("mia@example.org", "not the password"), ("nobody@example.org", PASSWORD)):
        answer = await browser().post("/anmelden", email=email, password=password, weiter="/woche")
        assert answer.status_code == 422
        assert answer.text.count(WRONG) == 1
        assert f'value="{email}"' in answer.text
        assert 'value="/woche"' in answer.text
        assert password not in answer.text
        assert "set-cookie" not in answer.headers


async def test_what_cannot_be_an_address_is_said_beside_its_field(browser: Browsers, world: World) -> None:
    answer = await browser().post("/anmelden", email="mia", password="")
    assert answer.status_code == 422
    assert 'id="email-fehler"' in answer.text
    assert 'id="password-fehler"' in answer.text
    assert WRONG not in answer.text


async def test_guessing_ends_after_a_while(browser: Browsers, world: World) -> None:
    guesser = browser()
    for _ in range(FAILURES_OF_ACCOUNT.hits):
        assert (await guesser.post("/anmelden", email="mia@example.org", password="a guess")).status_code == 422
    answer = await guesser.post("/anmelden", email="mia@example.org", password=PASSWORD)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert "zu viele Versuche" in answer.text


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example/", "/%09/evil.example\t", "javascript:x"]
)
async def test_nobody_is_led_to_another_host(elsewhere: str, browser: Browsers, world: World) -> None:
    mia = browser()
    answer = await mia.post("/anmelden", email="mia@example.org", password=PASSWORD, weiter=elsewhere)
    assert answer.headers["location"] == "/"
    already = await mia.client.get("/anmelden", params={"weiter": elsewhere})
    assert already.headers["location"] == "/"


async def test_the_cookie_on_a_machine_of_ones_own(browser: Browsers, world: World) -> None:
    answer = await browser().post("/anmelden", email="mia@example.org", password=PASSWORD)
    [cookie] = [each for each in answer.headers.get_list("set-cookie") if each.startswith("session=")]
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert attributes == {"path=/", "httponly", "samesite=lax", f"max-age={180 * 24 * 3600}"}


async def test_the_cookie_of_a_public_address_is_for_this_host_and_https_alone(
    world: World, database: str, now: Now, settings: Settings
) -> None:
    public = Settings(
        environment=Environment.TEST,
        data_dir=settings.data_dir,
        public_url="https://nahwerk.example",
        secret_key=Secret(KEY.decode()),
    )
    mia = Browser(create_app(public, database, now), origin="https://nahwerk.example")
    answer = await mia.post("/anmelden", email="mia@example.org", password=PASSWORD)
    [cookie] = [each for each in answer.headers.get_list("set-cookie") if "session=" in each]
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert cookie.startswith("__Host-session=")
    assert attributes == {"path=/", "secure", "httponly", "samesite=lax", f"max-age={180 * 24 * 3600}"}
    assert (await mia.get("/konto")).status_code == 200


async def test_a_session_known_before_is_worth_nothing_after(
    browser: Browsers, application: ASGIApp, world: World
) -> None:
    mia = await browser().signed_in(world.mia)
    known = mia.session
    await mia.post("/anmelden", email="gundula@example.org", password=PASSWORD)
    assert mia.session != known
    thief = Browser(application)
    thief.session = known
    assert (await thief.get("/konto")).status_code == 303


async def test_signing_out_ends_the_session(browser: Browsers, application: ASGIApp, world: World) -> None:
    mia = await browser().signed_in(world.mia)
    token = mia.session
    answer = await mia.post("/abmelden")
    assert answer.headers["location"] == "/anmelden?getan=abgemeldet"
    assert mia.session is None
    assert "Sie sind abgemeldet." in (await mia.get(answer.headers["location"])).text
    thief = Browser(application)
    thief.session = token
    assert (await thief.get("/konto")).status_code == 303


async def test_signing_in_anew_asks_for_the_password_alone_and_renews_the_session(
    browser: Browsers, application: ASGIApp, world: World
) -> None:
    mia = await browser().signed_in(world.mia, NOW - timedelta(hours=1))
    before = mia.session
    wrong = await mia.post("/anmelden/erneut", password="a guess", weiter="/konto/email")
    assert wrong.status_code == 422
    assert 'id="password-fehler"' in wrong.text
    assert 'value="/konto/email"' in wrong.text

    answer = await mia.post("/anmelden/erneut", password=PASSWORD, weiter="/konto/email")

    assert (answer.status_code, answer.headers["location"]) == (303, "/konto/email")
    assert (await mia.get("/konto/email")).status_code == 200
    thief = Browser(application)
    thief.session = before
    assert (await thief.get("/konto")).status_code == 303


async def test_demo_accounts_are_listed_in_a_demo_network_alone(browser: Browsers, world: World) -> None:
    assert "demo.example" not in (await browser().get("/anmelden")).text
    await execute("UPDATE network SET is_demo = true")
    page = (await browser().get("/anmelden")).text
    assert all(account.email in page for account in sign_in.DEMO_ACCOUNTS)


FORMS = sorted(
    path
    for module in (sign_in, sign_up, account, access, staff)
    for handler in module.HANDLERS
    if "POST" in handler.http_methods
    for path in handler.paths
)


@pytest.mark.parametrize("path", FORMS)
async def test_a_form_from_elsewhere_is_refused(path: str, browser: Browsers, world: World) -> None:
    nadja = await browser().signed_in(world.nadja)
    await nadja.get("/konto")
    answer = await nadja.client.post(path.replace("{job:str}", "1"), data={"name": "Somebody else"})
    assert answer.status_code == 403
    assert (await nadja.get("/konto")).status_code == 200
