"""The first-visit card on the booking's page, the slip, and the pages of house rules."""

from datetime import timedelta

from app.bookings.operations import BookDesk, book
from app.platform.database import execute
from tests.web.conftest import Site
from tests.web.test_journey import booked, text_of
from tests.welcomes import DOOR_CODE, HOST_NAME, HOST_PHONE, WIFI_PASSWORD, a_first_visit, an_edition
from tests.worlds import NOW, World, tomorrow


async def test_a_booking_says_first_what_and_when_then_the_code_then_the_rest(site: Site, world: World) -> None:
    await a_first_visit(world.polch)
    page = await (await site.browser(world.mia)).get(f"/buchungen/{await booked(world, site)}?neu=1")
    said = text_of(page)[text_of(page).index("Gebucht Die Bestätigung") :]
    order = ["RegioHub Polch, Platz 1", "8–18 Uhr", DOOR_CODE, "Zettel drucken", "Zum ersten Mal hier", WIFI_PASSWORD,
             HOST_PHONE, "Notruf 112", "Stand gebucht"]  # fmt: skip
    assert [said.index(words) for words in order] == sorted(said.index(words) for words in order)


async def test_the_house_is_folded_for_who_knows_it(site: Site, world: World) -> None:
    await a_first_visit(world.polch)
    first = await booked(world, site, starts=8, ends=9)
    browser = await site.browser(world.mia)
    assert '<details class="nw-more" open>' in (await browser.get(f"/buchungen/{first}")).text
    site.clock.at = tomorrow(9)
    second = await booked(world, site, starts=10, ends=11)
    page = await browser.get(f"/buchungen/{second}")
    assert '<details class="nw-more">' in page.text
    assert WIFI_PASSWORD in page.text


async def test_a_space_without_a_card_says_how_to_get_in_as_far_as_it_does(site: Site, world: World) -> None:
    booking = await booked(world, site)
    browser = await site.browser(world.mia)
    assert "So kommen Sie hinein" not in text_of(await browser.get(f"/buchungen/{booking}"))
    await execute("UPDATE space SET access_de = 'Bitte klingeln bei Nahwerk.' WHERE id = $1", world.polch.id)
    for path in (f"/buchungen/{booking}", f"/buchungen/{booking}/zettel"):
        assert "So kommen Sie hinein Bitte klingeln bei Nahwerk." in text_of(await browser.get(path))


async def test_a_slip_says_all_that_works_without_signal(site: Site, world: World) -> None:
    await a_first_visit(world.polch)
    await execute("UPDATE space SET directions_de = 'Vom Bahnhof links.' WHERE id = $1", world.polch.id)
    booking = await booked(world, site)
    slip = await (await site.browser(world.mia)).get(f"/buchungen/{booking}/zettel")
    said = text_of(slip)
    assert slip.status_code == 200
    order = ["Mia Hammes", "Mittwoch, 25. November 2026", "8–18 Uhr", "RegioHub Polch, Platz 1", "Bahnhofstraße 1",
             "Vom Bahnhof links.", DOOR_CODE, "Links neben dem Briefkasten.", "Schalter rechts.", WIFI_PASSWORD,
             HOST_PHONE, HOST_NAME, "02651 123", "Notruf 112", "Hintereingang", "Toilette",
             f"http://nahwerk.example/buchungen/{booking}", "Stand 24. November 2026"]  # fmt: skip
    found = [said.index(words, said.index("A4 und A6")) for words in order]
    assert found == sorted(found)
    assert "data-print hidden" in slip.text  # a button for whoever has scripts; the text beside it is for everybody
    assert slip.headers["cache-control"] == "private, no-store"


async def test_a_slip_is_its_owners_alone(site: Site, world: World) -> None:
    booking = await booked(world, site)
    for person in (world.gundula, world.rolf):
        assert (await (await site.browser(person)).get(f"/buchungen/{booking}/zettel")).status_code == 404


async def test_whoever_reads_english_gets_an_english_slip(site: Site, world: World) -> None:
    await a_first_visit(world.polch)
    booking = await booked(world, site)
    await execute("UPDATE person SET language = 'en'")
    said = text_of(await (await site.browser(world.mia, "en")).get(f"/buchungen/{booking}/zettel"))
    for words in ("Wednesday, 25 November 2026", "Code of the key box", "Switch on the right.", "Emergency call 112"):
        assert words in said


async def test_house_rules_are_public_in_the_edition_that_holds_and_in_the_others(site: Site, world: World) -> None:
    browser = await site.browser()
    address = "/standorte/regiohub-polch/hausordnung"
    assert "hat keine Hausordnung" in text_of(await browser.get(address))
    assert "Hausordnung lesen" not in text_of(await browser.get("/standorte/regiohub-polch"))
    await an_edition(world.otto, world.polch, "Bitte leise.\n\nBitte <b>sauber</b>.")
    await an_edition(world.otto, world.polch, "Jetzt auch rauchfrei.", NOW)
    await an_edition(world.otto, world.polch, "Und ab Dezember ohne Hunde.", NOW + timedelta(days=7))
    today = text_of(await browser.get(address))
    assert "RegioHub Polch, Fassung 2, gültig ab 24. November 2026 Jetzt auch rauchfrei." in today
    assert "leise" not in today
    old = await browser.get(f"{address}?fassung=1")
    assert "<p>Bitte leise.</p>" in old.text
    assert "Bitte &lt;b&gt;sauber&lt;/b&gt;." in old.text
    assert "Diese Fassung gilt nicht mehr" in text_of(old)
    announced = text_of(await browser.get(f"{address}?fassung=3"))
    assert "ohne Hunde" in announced
    assert "Diese Fassung gilt noch nicht" in announced
    for nowhere in (f"{address}?fassung=4", f"{address}?fassung=x", "/standorte/gibt-es-nicht/hausordnung"):
        assert (await browser.get(nowhere)).status_code == 404
    assert 'href="/standorte/regiohub-polch/hausordnung"' in (await browser.get("/standorte/regiohub-polch")).text


async def test_a_booking_leads_to_the_house_rules(site: Site, world: World) -> None:
    await an_edition(world.otto, world.polch)
    wanted = BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(9), house_rules=1)
    booking = await book(world.mia.actor(), wanted, NOW)
    page = await (await site.browser(world.mia)).get(f"/buchungen/{booking.public_id}")
    assert 'href="/standorte/regiohub-polch/hausordnung"' in page.text


async def test_booking_and_slip_say_who_is_there_then(site: Site, world: World) -> None:
    booking = await booked(world, site)
    browser = await site.browser(world.mia)
    for path in (f"/buchungen/{booking}", f"/buchungen/{booking}/zettel"):
        assert "Ohne Personal: An diesem Tag ist niemand vom Standort da." in text_of(await browser.get(path))
    await execute("INSERT INTO staffed_hours (space, weekday, opens, closes) VALUES ($1, 3, 480, 720)", world.polch.id)
    for path in (f"/buchungen/{booking}", f"/buchungen/{booking}/zettel"):
        assert "Mit Personal 8–12 Uhr, sonst ist niemand vom Standort da." in text_of(await browser.get(path))
