"""Signing in by a mailed link on the pages: equal to a password for members, also for a fresh sign-in."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from app.platform.database import execute, fetch_value
from tests.identity.conftest import mailed
from tests.web.conftest import Browser, Now
from tests.worlds import NOW, World

Browsers = Callable[[], Browser]
ASKED = "person.sign_in_link_requested"
NEW = "drei Enten am Kanal"


async def test_the_link_signs_in_after_a_button_and_leads_on(browser: Browsers, world: World) -> None:
    desk, phone = browser(), browser()
    page = await desk.get("/anmelden?weiter=/konto/name")
    assert 'name="womit" value="link" formnovalidate' in page.text
    asked = await desk.post("/anmelden", email="Mia@Example.org", password="", womit="link", weiter="/konto/name")
    assert asked.headers["location"] == "/anmelden?gesendet=ja&weiter=%2Fkonto%2Fname"
    assert (
        "Gibt es zu der Adresse ein Konto, ist ein Link unterwegs." in (await desk.get(asked.headers["location"])).text
    )
    link = await mailed(ASKED)
    opened = await phone.get(f"/anmelden/link?token={link.token}")
    assert "mia@example.org" in opened.text
    assert phone.session is None, "looking changes nothing"
    entered = await phone.post("/anmelden/link", token=link.token)
    assert (entered.status_code, entered.headers["location"]) == (303, "/konto/name")
    assert "Mia Hammes" in (await phone.get("/konto")).text
    again = await browser().post("/anmelden/link", token=link.token)
    assert again.status_code == 422
    assert "Dieser Link gilt nicht mehr" in again.text


async def test_strangers_and_members_get_the_same_answer(browser: Browsers, world: World) -> None:
    answers = []
    for email in ("mia@example.org", "nobody@example.org", "nadja@example.org"):
        answer = await browser().post("/anmelden", email=email, womit="link")
        answers.append((answer.status_code, answer.headers["location"], answer.text))
    assert answers[0] == answers[1] == answers[2]


async def test_what_is_no_address_is_said_beside_its_field(browser: Browsers, world: World) -> None:
    answer = await browser().post("/anmelden", email="mia", womit="link")
    assert answer.status_code == 422
    assert 'id="email-fehler"' in answer.text
    assert 'id="password-fehler"' not in answer.text


async def test_who_works_for_the_network_is_sent_to_the_password(browser: Browsers, world: World) -> None:
    nadja = browser()
    await nadja.post("/anmelden", email="nadja@example.org", womit="link")
    link = await mailed(ASKED)
    answer = await nadja.post("/anmelden/link", token=link.token)
    assert answer.status_code == 422
    assert "melden Sie sich bitte mit Ihrem Passwort an" in answer.text
    assert nadja.session is None
    entered = await nadja.signed_in(world.nadja, NOW - timedelta(hours=1))
    again = await entered.get("/anmelden/erneut?weiter=/konto/email")
    assert 'value="link"' not in again.text


async def test_without_a_password_a_fresh_sign_in_goes_by_link(browser: Browsers, world: World, now: Now) -> None:
    await execute("UPDATE person SET password_hash = NULL WHERE id = $1", world.mia.id)
    mia = await browser().signed_in(world.mia, NOW - timedelta(hours=1))
    assert "Passwort festlegen" in (await mia.get("/konto")).text
    sent = await mia.get("/konto/passwort")
    assert sent.headers["location"] == "/anmelden/erneut?weiter=%2Fkonto%2Fpasswort"
    page = await mia.get(sent.headers["location"])
    assert 'name="password"' not in page.text
    asked = await mia.post("/anmelden/erneut", womit="link", weiter="/konto/passwort")
    assert "Postfach" in (await mia.get(asked.headers["location"])).text
    entered = await mia.post("/anmelden/link", token=(await mailed(ASKED)).token)
    assert entered.headers["location"] == "/konto/passwort"
    form = await mia.get("/konto/passwort")
    assert 'name="current"' not in form.text
    refused = await mia.post("/konto/passwort", new="kurz")
    assert refused.status_code == 422
    assert 'id="new-fehler"' in refused.text
    done = await mia.post("/konto/passwort", new=NEW)
    assert done.headers["location"] == "/konto?getan=passwort"
    assert "Passwort ändern" in (await mia.get("/konto")).text
    assert (await browser().post("/anmelden", email="mia@example.org", password=NEW)).status_code == 303


async def test_a_stale_session_cannot_set_a_first_password(browser: Browsers, world: World) -> None:
    await execute("UPDATE person SET password_hash = NULL WHERE id = $1", world.mia.id)
    mia = await browser().signed_in(world.mia, NOW - timedelta(hours=1))
    answer = await mia.post("/konto/passwort", new=NEW)
    assert answer.headers["location"].startswith("/anmelden/erneut")
    assert await fetch_value("SELECT password_hash FROM person WHERE id = $1", world.mia.id) is None


async def test_the_address_can_be_changed_after_a_link(browser: Browsers, world: World) -> None:
    mia = await browser().signed_in(world.mia, NOW - timedelta(hours=1))
    assert (await mia.get("/konto/email")).status_code == 303
    await mia.post("/anmelden/erneut", womit="link", weiter="/konto/email")
    await mia.post("/anmelden/link", token=(await mailed(ASKED)).token)
    assert (await mia.get("/konto/email")).status_code == 200


async def test_an_account_is_made_without_a_password(browser: Browsers, world: World) -> None:
    nina = browser()
    page = await nina.get("/registrieren")
    assert not re.search(r'name="password"[^>]* required', page.text)
    answer = await nina.post("/registrieren", name="Nina Neu", email="nina@example.org", password="")
    assert answer.status_code == 303
    await nina.post("/bestaetigen", token=(await mailed("person.sign_up_requested")).token)
    assert "keines, Anmeldung mit Link per E-Mail" in (await nina.get("/konto")).text


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/"])
async def test_a_link_leads_to_no_other_host(browser: Browsers, world: World, elsewhere: str) -> None:
    mia = browser()
    await mia.post("/anmelden", email="mia@example.org", womit="link", weiter=elsewhere)
    entered = await mia.post("/anmelden/link", token=(await mailed(ASKED)).token)
    assert entered.headers["location"] == "/"
