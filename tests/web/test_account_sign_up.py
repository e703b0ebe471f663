"""Getting an account and getting back into it: what strangers learn (nothing), and what mailed links do (once)."""

from collections.abc import Callable

import httpx

from app.platform.database import execute, fetch_value
from app.web.browsers import browser_name
from tests.identity.conftest import PASSWORD, mailed
from tests.web.conftest import FIREFOX, Browser
from tests.worlds import World

Browsers = Callable[[], Browser]

ANNA = {"name": "Anna Adler", "email": "anna@firma.example", "password": PASSWORD}


def shown(answer: httpx.Response) -> tuple[int, str, dict[str, str]]:
    """What a stranger sees of an answer."""
    own = {"set-cookie", "x-request-id"}
    return answer.status_code, answer.text, {k: v for k, v in answer.headers.items() if k not in own}


async def test_a_sign_up_leads_back_to_the_choice_also_on_another_device(browser: Browsers, world: World) -> None:
    desk, phone = browser(), browser()
    answer = await desk.post("/registrieren", **ANNA, weiter="/buchen?platz=9")
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/registrieren?gesendet=ja&weiter=%2Fbuchen%3Fplatz%3D9",
    )
    assert "Bitte sehen Sie in Ihr Postfach" in (await desk.get(answer.headers["location"])).text
    token = (await mailed("person.sign_up_requested")).token

    page = await phone.get(f"/bestaetigen?token={token}")
    assert "anna@firma.example" in page.text
    assert phone.session is None, "programs that look through mail open links"
    answer = await phone.post("/bestaetigen", token=token)

    assert (answer.status_code, answer.headers["location"]) == (303, "/buchen?platz=9")
    assert "Anna Adler" in (await phone.get("/konto")).text
    assert (await desk.post("/anmelden", email=ANNA["email"], password=PASSWORD)).status_code == 303


async def test_known_and_unknown_addresses_get_the_same_answer(browser: Browsers, world: World) -> None:
    for path, fields in (("/registrieren", ANNA), ("/passwort-vergessen", {})):
        answers = []
        for email in ("mia@example.org", "nobody@example.org"):
            stranger = browser()
            answer = await stranger.post(path, **(fields | {"email": email}))
            page = await stranger.get(answer.headers["location"])
            answers.append((shown(answer), page.status_code, page.text.replace(stranger.client.cookies["csrf"], "")))
        assert answers[0] == answers[1]


async def test_everything_that_does_not_fit_is_said_at_once_and_the_rest_is_kept(
    browser: Browsers, world: World
) -> None:
    answer = await browser().post("/registrieren", name=" ", email="anna", password="kurz", weiter="/woche")
    assert answer.status_code == 422
    for field in ("name", "email", "password"):
        assert f'id="{field}-fehler"' in answer.text
        assert f'href="#{field}"' in answer.text
    assert 'value="anna"' in answer.text
    assert 'value="/woche"' in answer.text
    assert "kurz" not in answer.text
    assert await fetch_value("SELECT count(*) FROM mailed_link") == 0


async def test_html_in_a_name_stays_text(browser: Browsers, world: World) -> None:
    answer = await browser().post("/registrieren", name="<b>Anna</b>", email="anna", password=PASSWORD)
    assert "<b>Anna" not in answer.text
    assert "&lt;b&gt;Anna" in answer.text


async def test_a_link_confirms_once(browser: Browsers, world: World) -> None:
    anna = browser()
    await anna.post("/registrieren", **ANNA)
    token = (await mailed("person.sign_up_requested")).token
    assert (await anna.post("/bestaetigen", token=token)).status_code == 303
    for answer in (
        await browser().get(f"/bestaetigen?token={token}"),
        await browser().post("/bestaetigen", token=token),
    ):
        assert answer.status_code == 422
        assert answer.text.partition("<main")[2].count("Dieser Link gilt nicht mehr") == 1
        assert "nur einmal und nur für kurze Zeit" in answer.text
        assert 'href="/anmelden"' in answer.text


async def test_a_sign_up_leads_to_no_other_host(browser: Browsers, world: World) -> None:
    anna = browser()
    answer = await anna.post("/registrieren", **ANNA, weiter="//evil.example/")
    assert answer.headers["location"] == "/registrieren?gesendet=ja"
    token = (await mailed("person.sign_up_requested")).token
    assert (await anna.post("/bestaetigen", token=token)).headers["location"] == "/"


async def test_a_forgotten_password_is_replaced_and_ends_what_was_open(browser: Browsers, world: World) -> None:
    elsewhere = await browser().signed_in(world.mia)
    mia = browser()
    await mia.post("/passwort-vergessen", email="mia@example.org", weiter="/woche")
    token = (await mailed("person.password_reset_requested")).token

    assert "mia@example.org" in (await mia.get(f"/passwort-neu?token={token}")).text
    refused = await mia.post("/passwort-neu", token=token, new="kurz")
    assert refused.status_code == 422
    assert 'id="new-fehler"' in refused.text
    assert token in refused.text
    answer = await mia.post("/passwort-neu", token=token, new="three quite new words")

    assert (answer.status_code, answer.headers["location"]) == (303, "/woche")
    assert (await mia.get("/konto")).status_code == 200
    assert (await elsewhere.get("/konto")).status_code == 303
    again = await browser().get(f"/passwort-neu?token={token}")
    assert again.status_code == 422
    assert 'href="/passwort-vergessen"' in again.text
    assert (await mia.post("/passwort-neu", token=token, new="three other new words")).status_code == 422


async def test_what_cannot_be_an_address_gets_no_link(browser: Browsers, world: World) -> None:
    answer = await browser().post("/passwort-vergessen", email="mia@", weiter="/woche")
    assert answer.status_code == 422
    assert 'id="email-fehler"' in answer.text
    assert 'value="mia@"' in answer.text
    assert 'value="/woche"' in answer.text


async def test_mails_are_limited(browser: Browsers, world: World) -> None:
    stranger = browser()
    answers = [await stranger.post("/passwort-vergessen", email="mia@example.org") for _ in range(7)]
    assert [answer.status_code for answer in answers] == [303] * 6 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0


async def test_a_demo_network_shows_where_its_mails_lie(browser: Browsers, world: World) -> None:
    async def links_there() -> bool:
        return 'href="/dev/mail"' in (await browser().get("/registrieren?gesendet=ja")).text

    assert not await links_there()
    await execute("UPDATE network SET is_demo = true")
    assert await links_there()


def test_browsers_have_names_that_people_know() -> None:
    safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Safari/604.1"
    edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0"
    named = [browser_name(text).facts["name"] for text in (FIREFOX, safari, edge, "curl on Linux")]
    assert named == ["Firefox, Windows", "Safari, iPhone", "Edge, Windows", "Linux"]
    assert browser_name("curl/8.1").facts == {}
