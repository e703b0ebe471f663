"""What the server says to the worker that keeps pages: whose they are, which of them, and when all of it must go."""

import re

import pytest

from app.bookings.operations import BookDesk, book
from tests.web.conftest import Site
from tests.worlds import NOW, World, tomorrow

pytestmark = pytest.mark.usefixtures("world")


async def test_a_page_says_whose_it_is_without_saying_who(site: Site, world: World) -> None:
    mia, rolf = await site.browser(world.mia), await site.browser(world.rolf)
    signs = [(await browser.get("/konto")).headers["nahwerk-person"] for browser in (mia, rolf)]
    assert len(set(signs)) == 2
    assert all(re.fullmatch("[0-9a-f]{16}", sign) for sign in signs)
    assert (await mia.get("/plaetze?ort=Polch")).headers["nahwerk-person"] == signs[0]
    assert (await mia.get("/gibt-es-nicht")).headers["nahwerk-person"] == signs[0]


async def test_another_session_of_the_same_person_is_another_sign(site: Site, world: World) -> None:
    first, second = await site.browser(world.mia), await site.browser(world.mia)
    signs = {(await browser.get("/woche")).headers["nahwerk-person"] for browser in (first, second)}
    assert len(signs) == 2


async def test_pages_of_nobody_say_so_and_bring_no_worker(site: Site) -> None:
    page = await (await site.browser()).get("/plaetze?ort=Polch")
    assert page.headers["nahwerk-person"] == "nobody"
    assert "/sw.js" not in page.text


async def test_a_page_that_cannot_know_says_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the database is away somebody may well be signed in, and keeps what is kept."""

    async def away(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("app.identity.authentication.actor_of_session", away)
    browser = await site.browser()
    browser.session = "somebody"
    page = await browser.get("/woche")
    assert page.status_code == 500
    assert "nahwerk-person" not in page.headers


async def test_the_week_names_the_next_booking_and_its_slip_to_be_kept(site: Site, world: World) -> None:
    browser = await site.browser(world.mia)
    assert "nahwerk-keep" not in (await browser.get("/woche")).headers
    booking = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(18)), NOW)
    page = await browser.get("/woche")
    own = f"/buchungen/{booking.public_id}"
    assert page.headers["nahwerk-keep"] == f"{own} {own}/zettel"
    assert 'name="nahwerk-worker" content="/sw.js"' in page.text


async def test_the_line_that_the_worker_shows_is_in_the_page(site: Site, world: World) -> None:
    page = await (await site.browser(world.mia)).get("/woche")
    [line] = re.findall(r'<aside[^>]* id="ohne-verbindung" hidden[^>]*>.*?</aside>', page.text)
    assert "Stand Di 24. November, 19:00 Uhr, ohne Verbindung." in line


async def test_signing_out_clears_what_is_kept_and_nothing_else(site: Site, world: World) -> None:
    browser = await site.browser(world.mia)
    await browser.post("/sprache", sprache="en", zurueck="/")
    answer = await browser.post("/abmelden")
    assert answer.headers["clear-site-data"] == '"storage"'
    assert 'lang="en"' in (await browser.get("/anmelden")).text


async def test_the_worker_is_asked_for_anew_each_time_and_its_files_exist(site: Site) -> None:
    browser = await site.browser()
    script = await browser.get("/sw.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["cache-control"] == "no-cache"
    assert "set-cookie" not in script.headers
    [listed] = re.findall(r"^const FILES = \[(.*)\];$", script.text, flags=re.M)
    files = re.findall(r'"([^"]+)"', listed)
    assert len(files) > 10
    for file in files:
        assert "immutable" in (await browser.get(file)).headers["cache-control"], file


async def test_without_a_connection_the_telephone_is_named(site: Site, world: World) -> None:
    page = await (await site.browser(world.mia)).get("/offline")
    assert page.status_code == 200
    assert "Keine Verbindung" in page.text
    assert 'href="tel:02651123"' in page.text.split("<main")[1].split("</main>")[0]
    assert "ohne-verbindung" not in page.text
