"""Devices as their manager adds them and as they then show themselves."""

import re

from app.bookings.operations import BookDesk, book
from app.inventory.devices import DeviceKind
from app.platform.database import execute, fetch_value
from tests.bookings.devices import a_device
from tests.web.conftest import Browser, Site, said
from tests.worlds import NOW, World, tomorrow

LIST = "/betrieb/regiohub-polch/geraete"


async def a_tablet(site: Site, world: World, kind: DeviceKind, room: str | None = None) -> Browser:
    """A browser that has been paired."""
    _, token = await a_device(world, kind, room)
    tablet = await site.browser()
    tablet.client.cookies.set("geraet", token, domain="nahwerk.example", path="/geraet")
    return tablet


async def added(otto: Browser, world: World, **fields: str) -> str:
    page = await otto.post(LIST, **{"art": "kiosk", "name": "Tablet am Eingang", **fields})
    assert page.status_code == 200
    return page.text


async def test_from_the_managers_page_to_the_tablet(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    page = await added(otto, world, art="display", name="Tablet am Raum Nette", raum=world.polch["Nette"].public_id)
    assert "<svg" in page
    code = re.search(r"koppeln\?code=([a-z0-9-]+)", page)
    assert code is not None
    assert code[1] not in (await otto.get(LIST)).text, "shown once"

    tablet = await site.browser()
    asked = await tablet.get(f"/geraet/koppeln?code={code[1]}")
    assert code[1] in asked.text
    assert await fetch_value("SELECT paired_at FROM device") is None, "a GET changes nothing"
    paired = await tablet.post("/geraet/koppeln", code=code[1])
    assert paired.headers["location"] == "/geraet"
    cookie = paired.headers["set-cookie"]
    assert "Path=/geraet" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Raum Nette" in said((await tablet.get("/geraet")).text)
    assert "zuletzt gesehen" in (await otto.get(LIST)).text

    device = await fetch_value("SELECT public_id FROM device")
    gone = await otto.post(f"{LIST}/{device}/sperren")
    assert gone.headers["location"] == f"{LIST}?getan=gesperrt"
    assert "nicht mehr gekoppelt" in (await tablet.get("/geraet")).text


async def test_who_is_signed_in_at_the_tablet_is_signed_out_by_pairing(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    code = re.search(r"koppeln\?code=([a-z0-9-]+)", await added(otto, world))
    assert code is not None
    assert "ist Otto Wirt angemeldet" in said((await otto.get(f"/geraet/koppeln?code={code[1]}")).text)
    await otto.post("/geraet/koppeln", code=code[1])
    assert (await otto.get(LIST)).headers["location"].startswith("/anmelden")
    assert await fetch_value("SELECT count(*) FROM session WHERE person = $1", world.otto.id) == 0


async def test_a_wrong_code_is_said_beside_its_field(site: Site, world: World) -> None:
    tablet = await site.browser()
    wrong = await tablet.post("/geraet/koppeln", code="falsch")
    assert wrong.status_code == 422
    assert 'id="code-fehler"' in wrong.text


async def test_what_is_missing_is_said_beside_its_field_and_the_input_stays(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    again = await otto.post(LIST, art="display", name="Tablet", raum="")
    assert again.status_code == 422
    assert 'id="raum-fehler"' in again.text
    assert 'value="Tablet"' in again.text
    assert (await otto.post(LIST, art="toaster", name="Tablet")).status_code == 422


async def test_a_door_system_gets_its_key_once(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    page = await added(otto, world, art="door", name="Haustür")
    token = re.search(r"nwd_[\w-]{43}", page)
    assert token is not None
    assert token[0] not in (await otto.get(LIST)).text
    device = await fetch_value("SELECT public_id FROM device")
    wrong = await otto.post(f"{LIST}/{device}", name="Haustür", vorlauf="500")
    assert 'id="vorlauf-fehler"' in wrong.text
    await otto.post(f"{LIST}/{device}", name="Haustür hinten", vorlauf="30")
    assert await fetch_value("SELECT opens_before FROM device") == 30


async def test_a_silent_tablet_is_missed_in_words(site: Site, world: World) -> None:
    await a_device(world, DeviceKind.KIOSK)
    otto = await site.browser(world.otto)
    question = "Ist das Tablet an, geladen und im WLAN?"
    assert question not in (await otto.get(LIST)).text
    await execute("UPDATE device SET last_seen_at = last_seen_at - interval '11 minutes'")
    assert question in (await otto.get(LIST)).text


async def test_the_display_books_and_notes_the_arrival(site: Site, world: World) -> None:
    site.clock.at = tomorrow(9, 5)
    tablet = await a_tablet(site, world, DeviceKind.DISPLAY, "Nette")
    page = await tablet.get("/geraet")
    assert "Frei" in said(page.text)
    assert "Jetzt belegen bis 9:45" in said(page.text)
    assert 'hx-trigger="every 30s, news"' in page.text
    assert (await tablet.post("/geraet/belegen")).headers["location"] == "/geraet?getan=gebucht"
    assert "Belegt bis 9:45" in said((await tablet.get("/geraet")).text)
    again = await tablet.post("/geraet/belegen")
    assert again.status_code == 409
    assert "lässt sich gerade nicht spontan belegen" in said(again.text)

    mine = await book(world.mia.actor(), BookDesk(world.polch["Nette"].public_id, tomorrow(10), tomorrow(11)), NOW)
    site.clock.at = tomorrow(9, 50)
    page = await tablet.get("/geraet")
    assert "Ich habe 10–11 Uhr gebucht und bin da" in said(page.text)
    assert "Mia" not in page.text
    assert (await tablet.post("/geraet/da", buchung=mine.public_id)).headers["location"] == "/geraet?getan=da"
    assert await fetch_value("SELECT status FROM booking WHERE id = $1", mine.id) == "checked_in"
    assert (await tablet.post("/geraet/da", buchung="x")).status_code == 404


async def test_the_kiosk_greets_and_names_nobody(site: Site, world: World) -> None:
    await execute("UPDATE person SET phone = '0171 5551234' WHERE id = $1", world.mia.id)
    await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(9), tomorrow(11)), NOW)
    site.clock.at = tomorrow(9)
    tablet = await a_tablet(site, world, DeviceKind.KIOSK)
    start = await tablet.get("/geraet")
    assert "2 von 3 Plätzen frei" in said(start.text)
    assert "QR-Code zu http://nahwerk.example/hier/regiohub-polch" in start.text
    assert "Mia" not in start.text
    wrong = await tablet.post("/geraet/ankommen", wer="9999")
    assert 'id="wer-fehler"' in wrong.text
    assert 'value="9999"' in wrong.text
    done = await tablet.post("/geraet/ankommen", wer="1234")
    assert "Platz 1 9–11 Uhr" in said(done.text)
    assert "Mia" not in done.text
    assert 'hx-trigger="load delay:20s"' in done.text


async def test_the_kiosk_tells_of_the_wifi_what_is_public(site: Site, world: World) -> None:
    await execute(
        "INSERT INTO first_visit (space, door, wifi_name, wifi_password, updated_at)"
        " VALUES ($1, 'open', 'Polch-Gast', 'streng1', $2)",
        world.polch.id,
        NOW,
    )
    tablet = await a_tablet(site, world, DeviceKind.KIOSK)
    page = said((await tablet.get("/geraet")).text)
    assert "WLAN: Polch-Gast . Das Passwort steht bei Ihrer Buchung." in page
    assert "streng1" not in page
    await execute("UPDATE first_visit SET wifi_password = ''")
    assert "WLAN: Polch-Gast . Ohne Passwort." in said((await tablet.get("/geraet")).text)


async def test_english_at_the_door(site: Site, world: World) -> None:
    tablet = await a_tablet(site, world, DeviceKind.DISPLAY, "Nette")
    tablet.client.headers["Accept-Language"] = "en"
    assert "Closed" in said((await tablet.get("/geraet")).text)
