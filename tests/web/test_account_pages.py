"""One's own account: each change, and what stands in its way."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote

import pytest

from app.identity.operations import request_email_change
from app.identity.reachability import note_failure
from app.platform.database import fetch_row
from app.web import access, account
from tests.identity.conftest import HOME, KEY, PASSWORD, mailed
from tests.web.conftest import Browser, fresh
from tests.worlds import NOW, World

Browsers = Callable[[], Browser]

PAGES = sorted(
    path
    for module in (account, access)
    for each in module.HANDLERS
    if "GET" in each.http_methods
    for path in each.paths
)


@pytest.mark.parametrize("path", PAGES)
async def test_who_is_not_signed_in_is_asked_to_and_led_back(path: str, browser: Browsers, world: World) -> None:
    answer = await browser().get(path)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/anmelden?weiter={quote(path, safe='')}"


@pytest.mark.parametrize("path", [path for path in PAGES if not path.endswith("bestaetigen")])
async def test_every_page_is_there_after_a_fresh_sign_in_and_kept_by_nobody(
    path: str, browser: Browsers, world: World
) -> None:
    answer = await (await browser().signed_in(world.mia)).get(path)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"


async def test_the_name(browser: Browsers, world: World) -> None:
    mia = await browser().signed_in(world.mia)
    refused = await mia.post("/konto/name", name="  ")
    assert refused.status_code == 422
    assert 'id="name-fehler"' in refused.text

    answer = await mia.post("/konto/name", name="Mia  Hammes-Engel")

    assert (answer.status_code, answer.headers["location"]) == (303, "/konto?getan=name")
    page = (await mia.get(answer.headers["location"])).text
    assert "Ihr Name ist geändert." in page
    assert "Mia Hammes-Engel" in page


async def test_the_language(browser: Browsers, world: World) -> None:
    mia = await browser().signed_in(world.mia)
    assert (await mia.post("/konto/sprache", language="xx")).status_code == 422
    await mia.post("/sprache", sprache="de")
    answer = await mia.post("/konto/sprache", language="en")
    assert answer.status_code == 303
    assert '<html lang="en"' in (await mia.get("/konto")).text, "an earlier choice in this browser gives way"


async def test_the_switch_goes_before_the_account_and_the_account_before_the_browser(
    browser: Browsers, world: World
) -> None:
    mia = await browser().signed_in(world.mia)
    mia.client.headers["Accept-Language"] = "en"
    assert '<html lang="de"' in (await mia.get("/konto")).text
    assert '<html lang="en"' in (await browser().get("/", headers={"Accept-Language": "en"})).text
    await mia.post("/sprache", sprache="en")
    mia.client.headers["Accept-Language"] = "de"
    assert '<html lang="en"' in (await mia.get("/konto")).text


async def test_an_old_sign_in_is_proved_anew_and_what_was_typed_is_kept(browser: Browsers, world: World) -> None:
    mia = await browser().signed_in(world.mia, NOW - timedelta(minutes=11))
    assert (await mia.get("/konto/email")).headers["location"] == "/anmelden/erneut?weiter=%2Fkonto%2Femail"

    answer = await mia.post("/konto/email", email="mia@neu.example")
    way_back = "/konto/email?email=mia%40neu.example"
    assert answer.headers["location"] == f"/anmelden/erneut?weiter={quote(way_back, safe='')}"
    answer = await mia.post("/anmelden/erneut", password=PASSWORD, weiter=way_back)
    assert 'value="mia@neu.example"' in (await mia.get(answer.headers["location"])).text


async def test_a_new_address_holds_when_its_link_is_used(browser: Browsers, world: World) -> None:
    mia, elsewhere = await browser().signed_in(world.mia), await browser().signed_in(world.mia)
    assert (await mia.post("/konto/email", email="mia@")).status_code == 422
    answer = await mia.post("/konto/email", email="mia@neu.example")
    assert answer.headers["location"] == "/konto/email?gesendet=ja"
    assert "mia@example.org" in (await mia.get(answer.headers["location"])).text
    token = (await mailed("person.email_change_requested")).token

    assert "mia@neu.example" in (await mia.get(f"/konto/email/bestaetigen?token={token}")).text
    assert "mia@example.org" in (await mia.get("/konto")).text, "looking at the link changes nothing"
    answer = await mia.post("/konto/email/bestaetigen", token=token)

    page = (await mia.get(answer.headers["location"])).text
    assert "mia@neu.example" in page
    assert "Ihre neue E-Mail-Adresse gilt." in page
    assert (await elsewhere.get("/konto")).status_code == 303


async def test_somebody_elses_link_changes_nothing(browser: Browsers, world: World) -> None:
    await request_email_change(await fresh(world.mia), "gundula@neu.example", NOW, key=KEY, address=HOME)
    token = (await mailed("person.email_change_requested")).token
    gundula = await browser().signed_in(world.gundula)
    for answer in (
        await gundula.get(f"/konto/email/bestaetigen?token={token}"),
        await gundula.post("/konto/email/bestaetigen", token=token),
    ):
        assert answer.status_code == 422
        assert "Dieser Link gilt nicht mehr" in answer.text
        assert "gundula@neu.example" not in answer.text
    people = await fetch_row("SELECT count(*) AS changed FROM person WHERE email = 'gundula@neu.example'")
    assert people is not None
    assert people["changed"] == 0


async def test_the_password_is_asked_for_once_and_other_devices_are_signed_out(browser: Browsers, world: World) -> None:
    mia, elsewhere = (
        await browser().signed_in(world.mia, NOW - timedelta(hours=2)),
        await browser().signed_in(world.mia),
    )
    before = mia.session

    answer = await mia.post("/konto/passwort", current=PASSWORD, new="three quite new words")

    assert (answer.status_code, answer.headers["location"]) == (303, "/konto?getan=passwort")
    assert mia.session != before
    assert (await mia.get("/konto")).status_code == 200
    assert (await elsewhere.get("/konto")).status_code == 303
    assert (await browser().post("/anmelden", email="mia@example.org", password=PASSWORD)).status_code == 422


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [
        (PASSWORD, "kurz", "new"),
        (PASSWORD, "Mia.Hammes1", "new"),
        ("a wrong guess", "three quite new words", "current"),
        ("", "three quite new words", "current"),
    ],
)
async def test_a_refused_password_says_which_of_both(
    current: str, new: str, field: str, browser: Browsers, world: World
) -> None:
    mia = await browser().signed_in(world.mia)
    answer = await mia.post("/konto/passwort", current=current, new=new)
    assert answer.status_code == 422
    assert f'id="{field}-fehler"' in answer.text
    assert answer.text.count("-fehler") == answer.text.count(f"{field}-fehler")
    assert (await mia.get("/konto")).status_code == 200
    assert (await browser().post("/anmelden", email="mia@example.org", password=PASSWORD)).status_code == 303


async def test_whose_mails_come_back_is_told_on_every_page_and_what_to_do(browser: Browsers, world: World) -> None:
    mia = await browser().signed_in(world.mia)
    assert "kommen nicht an" not in (await mia.get("/woche")).text
    later = NOW + timedelta(days=1)
    await note_failure("mia@example.org", later, "5.1.1", later, is_permanent=True)
    for page in ("/woche", "/plaetze", "/konto"):
        text = (await mia.get(page)).text
        assert "E-Mails an mia@example.org kommen nicht an." in text
        assert 'href="/konto/email"' in text
    form = await mia.get("/konto/email")
    assert 'name="email" value="mia@example.org"' in form.text
    await mia.post("/konto/email", email="mia@example.org")
    link = await mailed("person.email_change_requested")
    answer = await mia.post("/konto/email/bestaetigen", token=link.token)
    assert "Ihre E-Mail-Adresse ist bestätigt." in (await mia.get(answer.headers["location"])).text
    assert "kommen nicht an" not in (await mia.get("/woche")).text
