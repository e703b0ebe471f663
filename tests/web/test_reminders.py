"""The switch of the reminders: on the account's page and after a booking."""

import re
from datetime import timedelta
from html import unescape

import pytest

from app.bookings.operations import BookDesk, book
from app.identity.reminders import hears_of_reports, wants_reminders
from app.inventory.rules import Kind
from app.kernel.periods import Period
from app.platform.database import execute
from tests.web.conftest import Site
from tests.worlds import NOW, World, at, rules_at, tomorrow

LATER = Period(tomorrow(8) + timedelta(days=1), tomorrow(9) + timedelta(days=1))
"""The evening before it is still to come."""


def said(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


async def test_the_account_says_how_it_is_and_changes_it(site: Site, world: World) -> None:
    browser = await site.browser(world.mia)
    assert "nein Erinnerung am Vorabend" in said((await browser.get("/konto")).text)
    form = await browser.get("/konto/erinnerungen")
    assert 'value="nein" checked' in form.text
    answer = await browser.post("/konto/erinnerungen", erinnern="ja")
    assert answer.headers["location"] == "/konto?getan=erinnerungen"
    overview = said((await browser.get(answer.headers["location"])).text)
    assert "Ihre Erinnerungen sind geändert." in overview
    assert "ja, per E-Mail Erinnerung am Vorabend" in overview
    await browser.post("/konto/erinnerungen", erinnern="nein")
    assert not await wants_reminders(world.mia.id)


async def test_who_answers_reports_chooses_whether_to_hear_of_them(site: Site, world: World) -> None:
    frida, mia = await site.browser(world.frida), await site.browser(world.mia)
    assert "etwas gemeldet wird" not in (await mia.get("/konto/erinnerungen")).text
    assert "etwas gemeldet wird" in (await frida.get("/konto/erinnerungen")).text
    await frida.post("/konto/erinnerungen", erinnern="nein", meldungen="nein")
    assert not await hears_of_reports(world.frida.id)
    await frida.post("/konto/erinnerungen", erinnern="ja")
    assert not await hears_of_reports(world.frida.id), "another form says nothing about it"


async def test_after_a_booking_one_press_switches_them_on(site: Site, world: World) -> None:
    booking = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, LATER.starts_at, LATER.ends_at), NOW)
    browser, page = await site.browser(world.mia), f"/buchungen/{booking.public_id}"
    assert "Am Vorabend per E-Mail erinnern" not in (await browser.get(page)).text
    done = await browser.get(f"{page}?neu=1")
    assert "Am Vorabend per E-Mail erinnern" in done.text
    answer = await browser.post("/konto/erinnerungen", erinnern="ja", weiter=f"{page}?neu=1")
    assert answer.headers["location"] == f"{page}?neu=1"
    assert await wants_reminders(world.mia.id)
    assert "Am Vorabend erinnern wir Sie per E-Mail." in said((await browser.get(f"{page}?neu=1")).text)


async def test_when_the_evening_before_is_over_nobody_is_asked(site: Site, world: World) -> None:
    await rules_at(world.polch, Kind.DESK, outside_hours="everyone")
    tonight = Period(at(NOW.date(), 20), at(NOW.date(), 21))
    browser = await site.browser(world.mia)
    for period in (tonight, Period(tomorrow(8), tomorrow(9))):
        wish = BookDesk(world.polch["1"].public_id, period.starts_at, period.ends_at)
        booking = await book(world.mia.actor(), wish, NOW)
        page = (await browser.get(f"/buchungen/{booking.public_id}?neu=1")).text
        assert "Gebucht" in page
        assert "Am Vorabend" not in page


async def test_who_has_no_address_is_not_asked(site: Site, world: World) -> None:
    booking = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, LATER.starts_at, LATER.ends_at), NOW)
    await execute("UPDATE person SET email = NULL WHERE id = $1", world.mia.id)
    browser = await site.browser(world.mia)
    assert "erinnern" not in (await browser.get(f"/buchungen/{booking.public_id}?neu=1")).text
    assert "Dafür fehlt noch eine Adresse." in said((await browser.get("/konto/erinnerungen")).text)


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example"])
async def test_the_way_on_stays_in_the_house(site: Site, world: World, elsewhere: str) -> None:
    answer = await (await site.browser(world.mia)).post("/konto/erinnerungen", erinnern="ja", weiter=elsewhere)
    assert answer.headers["location"] == "/"
