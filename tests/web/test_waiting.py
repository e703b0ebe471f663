"""The waiting list, as browsers without JavaScript see it: from a full space to a booking."""

import re
from datetime import timedelta
from html import unescape

import pytest

from app.bookings.cancellation import cancel
from app.bookings.offer_links import offer_token
from app.bookings.queries import BookingCard
from app.bookings.waiting import WaitingCard
from app.identity.operations import NewPerson, create_people
from app.inventory.rules import Kind
from app.platform.database import execute, fetch_row, fetch_value
from tests.bookings.lines import all_desks, states, taken, waits
from tests.identity.conftest import KEY
from tests.web.conftest import Now, Site
from tests.worlds import NOW, World, at, house_rules_at, rules_at, tomorrow

THE_DAY = "/standorte/regiohub-polch?tag=2026-11-25&zeit=ganz&art=desk"


def links(html: str, words: str) -> list[str]:
    """The addresses of the links with these words."""
    found = re.findall(r'<a\s[^>]*href="([^"]*)"[^>]*>(.*?)</a>', html, re.DOTALL)
    return [unescape(url) for url, text in found if words in re.sub("<[^>]+>", "", text)]


async def offered(world: World) -> WaitingCard:
    first, *_ = await all_desks(world)
    place = await waits(world.mia)
    await cancel(world.otto.actor(), first.public_id, NOW)
    return place


async def form_page(site: Site, world: World) -> str:
    """The address of the form, as Mia finds it on the page of the full space."""
    page = await (await site.browser(world.mia)).get(THE_DAY)
    [address] = links(page.text, "Auf die Warteliste")
    return address


async def test_from_a_full_space_to_a_place_in_line_to_the_booking(site: Site, world: World) -> None:
    first, *_ = await all_desks(world)
    await waits(world.gundula)
    browser = await site.browser(world.mia)
    address = await form_page(site, world)
    form = await browser.get(address)
    assert "Mi 25. November" in form.text
    assert "Bisher wartet eine Person." in form.text
    for choice in ("Irgendein Schreibtisch", "Platz 1", "Irgendein Platz zum Arbeiten"):
        assert choice in form.text
    done = await browser.post(address, worauf="art")
    assert done.headers["location"] == "/warteliste?getan=eingetragen"
    page = await browser.get(done.headers["location"])
    assert "Sie stehen auf der Warteliste." in page.text
    assert "Sie sind Nr. 2" in page.text
    assert "Sie sind Nr. 2" in (await browser.get("/woche")).text
    await cancel(world.otto.actor(), first.public_id, NOW)
    other = await site.browser(world.gundula)
    [place] = re.findall(r'action="(/warteliste/\w+)/verlassen"', (await other.get("/woche")).text)
    await other.post(f"{place}/verlassen")
    week = await browser.get("/woche")
    assert "frei für Sie bis" in week.text
    [place] = re.findall(r'action="(/warteliste/\w+)/annehmen"', week.text)
    booked = await browser.post(f"{place}/annehmen")
    assert re.fullmatch(r"/buchungen/\w+\?neu=1", booked.headers["location"])
    assert (await browser.get(booked.headers["location"])).status_code == 200


async def test_one_desk_among_free_ones_can_be_waited_for(site: Site, world: World) -> None:
    await taken(world, "1")
    browser = await site.browser(world.mia)
    address = await form_page(site, world)
    desk = world.polch["1"].public_id
    assert (await browser.post(address, worauf=desk, fuer_mich="ja")).status_code == 303
    row = await fetch_row("SELECT resource, books_itself FROM waiting")
    assert row is not None
    assert (row["resource"], row["books_itself"]) == (world.polch["1"].id, True)
    page = await browser.get("/warteliste")
    assert "wird von selbst gebucht" in page.text


async def test_whoever_could_book_is_told_so_and_keeps_what_was_chosen(site: Site, world: World) -> None:
    await taken(world, "1")
    browser = await site.browser(world.mia)
    address = await form_page(site, world)
    refused = await browser.post(address, worauf="art", fuer_mich="ja")
    assert refused.status_code == 409
    assert "frei ist noch: Platz 2 und Platz 3." in refused.text
    assert re.search(r'name="fuer_mich"[^>]* checked', refused.text)
    [choose] = links(refused.text, "Platz wählen und buchen")
    assert (await browser.get(choose)).status_code == 200


async def test_house_rules_are_accepted_with_it(site: Site, world: World) -> None:
    await all_desks(world)
    await house_rules_at(world.polch)
    browser = await site.browser(world.mia)
    address = await form_page(site, world)
    refused = await browser.post(address, worauf="art")
    assert refused.status_code == 422
    assert 'id="hausordnung-fehler"' in refused.text
    assert (await browser.post(address, worauf="art", hausordnung="ja", ausgabe="1")).status_code == 303


async def test_the_summary_leads_to_the_waiting_list_where_somebody_was_faster(site: Site, world: World) -> None:
    await taken(world, "1")
    browser = await site.browser(world.mia)
    summary = await browser.get(
        f"/buchen?standort=regiohub-polch&art=desk&tag=2026-11-25&zeit=ganz&platz={world.polch['1'].public_id}"
    )
    [address] = links(summary.text, "Auf die Warteliste")
    form = await browser.get(address)
    assert re.search(rf'<option value="{world.polch["1"].public_id}" selected>', form.text)


async def test_who_is_not_signed_in_signs_in_first_and_comes_back(site: Site, world: World) -> None:
    await all_desks(world)
    browser = await site.browser()
    [address] = links((await browser.get(THE_DAY)).text, "Auf die Warteliste")
    answer = await browser.get(address)
    assert answer.headers["location"].startswith("/anmelden?weiter=%2Fwarteliste%2Feintragen")


@pytest.mark.parametrize(
    "query",
    ["", "?standort=regiohub-polch&art=desk&beginn=morgen&ende=x", "?standort=regiohub-polch&beginn=2026-11-25T08:00"],
)
async def test_an_address_that_says_nothing_is_refused(site: Site, world: World, query: str) -> None:
    browser = await site.browser(world.mia)
    assert (await browser.get(f"/warteliste/eintragen{query}")).status_code in (404, 422)
    assert (await browser.post(f"/warteliste/eintragen{query}")).status_code in (404, 422)


async def test_the_mails_link_shows_the_offer_and_changes_nothing_by_itself(site: Site, world: World) -> None:
    place = await offered(world)
    browser = await site.browser()
    address = f"/angebot/{offer_token(place.public_id, KEY)}"
    for _ in range(2):
        page = await browser.get(address)
        assert "Platz 1, RegioHub Polch" in page.text
        assert "20:45 Uhr" in page.text
        assert "Mia" not in page.text
        assert page.headers["referrer-policy"] == "no-referrer"
    assert await states() == [("offered", None)]
    done = await browser.post(address)
    assert done.headers["location"] == address
    assert "Gebucht" in (await browser.get(address)).text
    assert browser.session is None
    assert await states() == [("booked", None)]
    assert await fetch_value("SELECT via FROM audit_entry WHERE action = 'waiting.booked'") == "mail"


async def test_where_the_space_decides_accepting_is_asking(site: Site, world: World) -> None:
    way = f"/angebot/{offer_token((await offered(world)).public_id, KEY)}"
    await rules_at(world.polch, Kind.DESK, needs_approval=True)
    browser = await site.browser()
    assert "Mit dem Annehmen geht eine Anfrage an den Standort." in (await browser.get(way)).text
    await browser.post(way)
    page = (await browser.get(way)).text
    assert "Angefragt" in page
    assert "Der Standort entscheidet und antwortet per E-Mail." in page
    assert "Gebucht" not in page


async def test_the_mails_link_lets_it_go(site: Site, world: World) -> None:
    place = await offered(world)
    browser = await site.browser()
    address = f"/angebot/{offer_token(place.public_id, KEY)}"
    await browser.post(f"{address}/ablehnen")
    assert "Dieses Angebot gilt nicht mehr." in (await browser.get(address)).text
    assert await states() == [("ended", "declined")]


async def test_a_link_that_is_late_or_wrong_books_nothing(site: Site, world: World, now: Now) -> None:
    place = await offered(world)
    token = offer_token(place.public_id, KEY)
    browser = await site.browser()
    for wrong in (token[:-1] + "0", place.public_id, offer_token("2" * 16, KEY)):
        assert (await browser.get(f"/angebot/{wrong}")).status_code == 404
        assert (await browser.post(f"/angebot/{wrong}")).status_code == 404
    now.at = at(NOW.date(), 20, 45)
    late = await browser.post(f"/angebot/{token}")
    assert late.status_code == 409
    assert "Dieses Angebot ist vorbei." in late.text
    assert await states() == [("ended", "lapsed")]
    now.at = tomorrow(18) + timedelta(minutes=1)
    assert (await browser.get(f"/angebot/{token}")).status_code == 404


async def test_nobody_waits_is_said_in_words(site: Site, world: World) -> None:
    page = await (await site.browser(world.mia)).get("/warteliste")
    assert "Sie warten auf nichts." in page.text
    assert 'id="warteliste"' not in (await (await site.browser(world.mia)).get("/woche")).text


async def test_it_is_said_in_english(site: Site, world: World) -> None:
    await execute("UPDATE person SET language = 'en' WHERE id = $1", world.mia.id)
    await offered(world)
    page = await (await site.browser(world.mia, "en")).get("/warteliste")
    assert "free for you until" in page.text
    assert "Accept" in page.text


async def test_what_was_given_away_is_listed_with_its_end(site: Site, world: World) -> None:
    bookings: list[BookingCard] = await all_desks(world)
    place = await waits(world.mia)
    browser = await site.browser(world.mia)
    left = await browser.post(f"/warteliste/{place.public_id}/verlassen")
    page = await browser.get(left.headers["location"])
    assert "Sie stehen nicht mehr auf dieser Warteliste." in page.text
    assert "ausgetragen" in page.text
    assert len(bookings) == 3


async def test_a_front_desk_puts_somebody_in_line_when_nothing_is_free(site: Site, world: World) -> None:
    first, *_ = await all_desks(world)
    [erna] = await create_people([NewPerson("Erna Schmitz", operator=world.operator, space=world.polch.id)], NOW)
    public_id = await fetch_value("SELECT public_id FROM person WHERE id = $1", erna)
    browser = await site.browser(world.frida)
    page = f"/theke/regiohub-polch/leute/{public_id}"
    form = {"tag": "2026-11-25", "zeit": "ganz", "was": "desk"}
    assert "Auf die Warteliste" not in (await browser.get(page)).text
    full = await browser.post(f"{page}/buchen", **form)
    assert full.status_code == 409
    [address] = re.findall(r'formaction="([^"]+)"', full.text)
    assert "Ohne E-Mail-Adresse wird von selbst gebucht" in full.text
    done = await browser.post(address, **form)
    shown = await browser.get(done.headers["location"])
    assert "Steht auf der Warteliste." in shown.text
    assert "Nr. 1" in shown.text
    again = await browser.post(address, **form)
    assert (again.status_code, "Darauf warten Sie schon." in again.text) == (409, True)
    [leaving] = re.findall(r'action="([^"]+/austragen)"', shown.text)
    stranger = await site.browser(world.rolf)
    assert (await stranger.post(leaving)).status_code == 404
    await browser.post(leaving)
    assert await states() == [("ended", "left")]
    await browser.post(address, **form)
    await cancel(world.otto.actor(), first.public_id, NOW)
    assert "Platz 1" in (await browser.get(page)).text
