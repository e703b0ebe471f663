"""Calendar addresses on the pages: made, renewed and ended, and shown only once."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest

from app.bookings.operations import BookDesk, book
from app.calendars.operations import CreateFeed, create_feed
from app.calendars.subscriptions import MOST_FEEDS, FeedKind
from app.main import create_app
from app.platform.database import fetch_value
from app.platform.settings import Settings
from tests.web.conftest import Browser, Now, Site
from tests.worlds import NOW, APerson, World, tomorrow

GOOGLE = "Google-Calendar-Importer"


def said(page: httpx.Response) -> str:
    """What a reader sees."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def address_on(page: httpx.Response) -> str:
    """The path of the calendar address that the page shows; raises where it shows none."""
    found = re.search(r'<input[^>]*id="adresse"[^>]*value="([^"]+)"', page.text)
    assert found, "no address"
    return urlsplit(unescape(found[1])).path


def link_to(page: httpx.Response, start: str) -> str:
    [found] = re.findall(rf'href="({re.escape(start)}[^"]*)"', page.text)
    return unescape(str(found))


async def fetched(site: Site, address: str, program: str = "Thunderbird/145.0") -> httpx.Response:
    """What a calendar program gets there."""
    return await (await site.browser()).get(address, headers={"User-Agent": program})


async def made(browser: Browser, **fields: str) -> httpx.Response:
    """The answer to the form that makes an address."""
    return await browser.post("/kalender", **fields)


async def only_feed(person: APerson) -> str:
    """The id of the one feed that the person has."""
    return str(await fetch_value("SELECT public_id FROM feed WHERE person = $1 AND revoked_at IS NULL", person.id))


async def test_a_new_address_is_shown_once_and_leads_to_the_own_bookings(site: Site, world: World) -> None:
    await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(18)), NOW)
    browser = await site.browser(world.mia)
    answer = await browser.post("/kalender")
    assert answer.status_code == 200, "no redirect, so that the address stands in no history"
    assert answer.headers["cache-control"] == "private, no-store"
    address = address_on(answer)
    feed = await fetched(site, address)
    assert feed.status_code == 200
    assert "Platz 1\\, RegioHub Polch" in feed.text
    token = address.removeprefix("/calendars/").removesuffix(".ics")
    for page in ("/kalender", "/woche", f"/kalender/{await only_feed(world.mia)}/loeschen"):
        assert token not in (await browser.get(page)).text


async def test_three_ways_lead_into_a_calendar(site: Site, world: World) -> None:
    answer = await made(await site.browser(world.mia))
    path = address_on(answer)
    assert link_to(answer, "webcal:") == f"webcal://nahwerk.example{path}"
    google = parse_qs(urlsplit(link_to(answer, "https://calendar.google.com/")).query)
    assert google == {"cid": [f"webcal://nahwerk.example{path}"]}
    outlook = parse_qs(urlsplit(link_to(answer, "https://outlook.live.com/")).query)
    assert outlook == {"url": [f"http://nahwerk.example{path}"], "name": ["Meine Buchungen"]}
    for delay in ("wie dort eingestellt", "nach 8 bis 24 Stunden", "nach rund 3 Stunden"):
        assert delay in said(answer)


async def test_a_renewed_address_ends_the_old_one_at_once(site: Site, world: World) -> None:
    browser = await site.browser(world.mia)
    old = address_on(await made(browser))
    answer = await browser.post(f"/kalender/{await only_feed(world.mia)}/erneuern")
    assert answer.status_code == 200
    new = address_on(answer)
    assert new != old
    assert (await fetched(site, old)).status_code == 404
    assert (await fetched(site, new)).status_code == 200
    assert "erneuert heute, 19:00" in said(await browser.get("/kalender"))


async def test_deleting_asks_first(site: Site, world: World) -> None:
    browser = await site.browser(world.mia)
    address = address_on(await made(browser))
    page = f"/kalender/{await only_feed(world.mia)}/loeschen"
    assert (await browser.get(page)).status_code == 200
    assert (await fetched(site, address)).status_code == 200
    answer = await browser.post(page)
    assert answer.status_code == 303
    assert (await fetched(site, address)).status_code == 404
    after = said(await browser.get(answer.headers["location"]))
    assert "Die Adresse gilt nicht mehr." in after
    assert "Noch gibt es keine Kalender-Adresse." in after
    assert (await browser.get(page)).status_code == 404


async def test_the_owner_sees_who_fetched_it_and_when(site: Site, world: World) -> None:
    browser = await site.browser(world.mia)
    address = address_on(await made(browser))
    for page in ("/woche", "/kalender"):
        assert "noch nicht abgerufen" in said(await browser.get(page))
    await fetched(site, address, GOOGLE)
    for page in ("/woche", "/kalender"):
        assert "zuletzt abgerufen: Google Kalender, heute, 19:00" in said(await browser.get(page))


async def test_nobody_touches_the_feeds_of_others(site: Site, world: World) -> None:
    address = address_on(await made(await site.browser(world.mia)))
    feed = await only_feed(world.mia)
    for other in (world.gundula, world.otto, world.nadja):
        browser = await site.browser(other)
        assert feed not in (await browser.get("/kalender")).text
        assert (await browser.get(f"/kalender/{feed}/loeschen")).status_code == 404
        for action in ("loeschen", "erneuern"):
            assert (await browser.post(f"/kalender/{feed}/{action}")).status_code == 404
    assert (await fetched(site, address)).status_code == 200


async def test_whoever_is_not_signed_in_signs_in_first(site: Site) -> None:
    browser = await site.browser()
    answer = await browser.get("/kalender")
    assert answer.headers["location"] == "/anmelden?weiter=%2Fkalender"
    assert (await browser.post("/kalender")).headers["location"].startswith("/anmelden")


async def test_members_have_no_choice_of_spaces(site: Site, world: World) -> None:
    page = await (await site.browser(world.mia)).get("/kalender?standort=regiohub-polch")
    assert "Belegte Zeiten Ihrer Standorte" not in page.text
    assert "regiohub-polch" not in page.text.split("<footer")[0]


@pytest.mark.parametrize("staff", ["otto", "frida", "nadja"])
async def test_staff_subscribe_to_the_taken_time_of_a_space_without_names(site: Site, world: World, staff: str) -> None:
    await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(18)), NOW)
    browser = await site.browser(getattr(world, staff))
    form = await browser.get("/kalender?standort=regiohub-polch")
    assert re.findall(r'<option value="(\w+)"', form.text.split('id="platz"')[1].split("</select>")[0]) == [
        "alle",
        *(resource.public_id for resource in world.polch.resources.values()),
    ]
    answer = await made(browser, standort="regiohub-polch", platz="alle")
    feed = await fetched(site, address_on(answer))
    assert "Belegt: Platz 1" in feed.text
    assert "Mia" not in feed.text
    assert "Belegte Zeiten aller Plätze und Schließtage, ohne Namen" in said(answer)


async def test_staff_subscribe_to_one_resource(site: Site, world: World) -> None:
    await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(18)), NOW)
    browser = await site.browser(world.otto)
    answer = await made(browser, standort="regiohub-polch", platz=world.polch["2"].public_id)
    assert "Platz 2, RegioHub Polch" in said(answer)
    assert "BEGIN:VEVENT" not in _without_closing_days((await fetched(site, address_on(answer))).text)


async def test_each_sees_only_the_own_spaces(site: Site, world: World) -> None:
    for_nadja = await (await site.browser(world.nadja)).get("/kalender")
    assert 'value="regiohub-polch"' in for_nadja.text
    assert 'value="alte-post-andernach"' in for_nadja.text
    for_rolf = await (await site.browser(world.rolf)).get("/kalender?standort=regiohub-polch")
    assert "RegioHub Polch" not in said(for_rolf)
    assert "Was am Standort Alte Post Andernach?" in said(for_rolf)


@pytest.mark.parametrize("who", ["mia", "rolf"])
@pytest.mark.parametrize("what", ["space", "resource"])
async def test_taken_time_of_foreign_spaces_is_not_found(site: Site, world: World, who: str, what: str) -> None:
    platz = "alle" if what == "space" else world.polch["1"].public_id
    answer = await made(await site.browser(getattr(world, who)), standort="regiohub-polch", platz=platz)
    assert answer.status_code == 404
    assert "Das gibt es hier nicht (mehr)." in said(answer)
    assert await fetch_value("SELECT count(*) FROM feed") == 0


async def test_a_resource_that_is_gone_is_told_beside_its_field(site: Site, world: World) -> None:
    answer = await made(await site.browser(world.otto), standort="regiohub-polch", platz="gone")
    assert answer.status_code == 404
    assert re.search(r'id="platz-fehler".*?Das gibt es hier nicht', answer.text, re.DOTALL)
    assert 'href="#platz"' in answer.text


async def test_too_many_addresses_are_refused_with_the_way_out(site: Site, world: World) -> None:
    for _ in range(MOST_FEEDS):
        await create_feed(world.mia.actor(), CreateFeed(FeedKind.PERSON), NOW)
    answer = await made(await site.browser(world.mia))
    assert answer.status_code == 409
    assert f"Mehr als {MOST_FEEDS} Kalender-Adressen sind nicht möglich." in said(answer)
    assert answer.text.count("/erneuern") == MOST_FEEDS


async def test_a_network_on_a_machine_of_ones_own_says_that_google_cannot_reach_it(
    site: Site, world: World, settings: Settings, now: Now, database: str
) -> None:
    own = Site(create_app(msgspec.structs.replace(settings, public_url=None), database, now), now)
    for where, is_said in ((own, True), (site, False)):
        browser = await where.browser(world.mia)
        assert ("Von außen nicht erreichbar" in said(await browser.get("/kalender"))) is is_said
        assert ("Von außen nicht erreichbar" in said(await made(browser))) is is_said


async def test_the_footer_of_a_new_address_leads_back_to_a_page_that_can_be_read(site: Site, world: World) -> None:
    browser = await site.browser(world.mia)
    await made(browser)
    answer = await browser.post(f"/kalender/{await only_feed(world.mia)}/erneuern")
    assert set(re.findall(r'name="zurueck" value="([^"]+)"', answer.text)) == {"/kalender"}


def _without_closing_days(feed: str) -> str:
    return re.sub(r"BEGIN:VEVENT\r\n(?:(?!END:VEVENT).)*DTSTART;VALUE=DATE.*?END:VEVENT", "", feed, flags=re.DOTALL)
