"""A space as its manager keeps it in the pages, and what guests see of it."""

import re
from io import BytesIO

import httpx
import pytest
from PIL import Image

from app.bookings.operations import BookDesk, book
from app.bookings.queries import booking_by_id
from app.bookings.rules import Status
from app.identity.rules import Grant, Role
from app.main import LARGEST_BODY
from app.platform.database import execute, fetch, fetch_value
from tests.web.conftest import Browser, Site, said
from tests.worlds import NOW, TOMORROW, World, a_person, tomorrow

POLCH = "/betrieb/regiohub-polch"
SPACE_PAGE = f"/standorte/regiohub-polch?tag={TOMORROW}&zeit=eigen&von=09:00&bis=10:00&art=desk"
WEEK = {f"day_{day}": "8–18" for day in range(1, 6)} | {"day_6": "", "day_7": ""}
NEW = {
    "name": "Werkhof Mayen",
    "street": "Ring 3",
    "postcode": "56727",
    "place": "Mayen",
    "phone": "02651 77",
    "email": "",
    "desks": "4",
    **WEEK,
}


def fields_of(page: httpx.Response) -> dict[str, str]:
    """The first form's own fields as a browser would send them back."""
    form = page.text.split('<form class="nw-form"', maxsplit=1)[1].split("</form>", maxsplit=1)[0]
    fields = dict(re.findall(r'<input class="kern-form-input__input"[^>]*? name="([^"]+)"[^>]*? value="([^"]*)"', form))
    fields |= dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    fields |= dict(re.findall(r'name="([^"]+)" id="[^"]+" value="([^"]+)" checked', form))
    fields |= dict(re.findall(r'<textarea[^>]*? name="([^"]+)"[^>]*>([^<]*)</textarea>', form))
    for name, options in re.findall(r'<select[^>]*? name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        fields |= dict.fromkeys([name], *re.findall(r'value="([^"]*)" selected', options)[:1])
    return fields


@pytest.mark.parametrize(
    "page",
    [
        *("plaetze", "plaetze/neu", "plaetze/viele", "angaben", "oeffnungszeiten", "personal", "bilder"),
        *("erster-besuch", "hausordnung", "zu-hoeren", "veroeffentlichen", "aufgeben", "vorschau", ""),
    ],
)
async def test_every_page_opens_in_both_languages(site: Site, world: World, page: str) -> None:
    for language in ("de", "en"):
        otto = await site.browser(world.otto, language)
        assert (await otto.get(f"{POLCH}/{page}".rstrip("/"))).status_code == 200


async def test_many_desks_are_shown_before_they_are_made(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    preview = await otto.get(f"{POLCH}/plaetze/viele", params={"kind": "desk", "names": "3 bis 5", "capacity": "1"})
    assert "2 Plätze kommen dazu" in preview.text
    assert "Platz 4 und Platz 5" in said(preview.text)
    assert "Schon da und bleibt, wie es ist: Platz 3" in preview.text
    made = await otto.post(f"{POLCH}/plaetze/viele", kind="desk", names="3 bis 5", capacity="1")
    assert made.status_code == 303
    assert "Platz 5" in (await (await site.browser()).get(SPACE_PAGE)).text
    wrong = await otto.get(f"{POLCH}/plaetze/viele", params={"kind": "desk", "names": "9 bis 5"})
    assert (wrong.status_code, 'id="names-fehler"' in wrong.text) == (422, True)


async def test_a_desk_is_changed_and_a_stale_form_shows_both_states(site: Site, world: World) -> None:
    otto, address = await site.browser(world.otto), f"{POLCH}/plaetze/{world.polch['1'].public_id}"
    fields = fields_of(await otto.get(address))
    changed = fields | {"name": "Fensterplatz", "merkmal-plug": "yes", "merkmal-window": "no", "internet_mbit": "95"}
    wrong = await otto.post(address, **changed)
    assert 'id="internet_measured_on-fehler"' in wrong.text
    saved = await otto.post(address, **changed, internet_measured_on="2026-11-20")
    assert saved.headers["location"] == f"{POLCH}/plaetze?getan=geaendert"
    stale = await otto.post(address, **fields | {"name": "Ecke"})
    assert stale.status_code == 409
    assert "Jetzt gilt: Bildschirm · Steckdose · ohne: Fenster · 95 Mbit/s." in said(stale.text)
    assert 'value="Ecke"' in stale.text


async def test_a_desk_goes_with_its_bookings_and_comes_back(site: Site, world: World) -> None:
    booked = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(9)), NOW)
    otto, address = await site.browser(world.otto), f"{POLCH}/plaetze/{world.polch['1'].public_id}"
    preview = await otto.get(f"{address}/herausnehmen")
    assert "Mia Hammes" in preview.text
    assert "auf Platz 2" in preview.text
    assert (await otto.post(f"{address}/herausnehmen", stand="alt")).status_code == 409
    gone = await otto.post(f"{address}/herausnehmen", **fields_of(preview) | {f"buchung-{booked.public_id}": "cancel"})
    assert gone.status_code == 303
    called_off = await booking_by_id(booked.id)
    assert called_off
    assert called_off.status is Status.CANCELLED
    page = await (await site.browser(world.mia)).get(f"/buchungen/{booked.public_id}")
    assert "Diesen Platz gibt es bei Genossenschaft Maifeld nicht mehr." in page.text
    assert "Nicht mehr im Angebot" in (await otto.get(f"{POLCH}/plaetze")).text
    await otto.post(f"{address}/zurueckholen")
    assert "Nicht mehr im Angebot" not in (await otto.get(f"{POLCH}/plaetze")).text


async def test_what_a_space_says_is_saved_and_read_by_guests(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    fields = fields_of(await otto.get(f"{POLCH}/angaben"))
    changed = fields | {
        "name": "RegioHub am Markt",
        "description_de": "Im alten Bahnhof.",
        "postcode": "56727",
        "place": "Mayen",
        "merkmal-kitchen": "yes",
        "merkmal-dogs": "no",
    }
    assert (await otto.post(f"{POLCH}/angaben", **changed)).status_code == 303
    page = (await (await site.browser()).get(SPACE_PAGE)).text
    assert "RegioHub am Markt" in page
    assert "Im alten Bahnhof." in page
    row = await fetch("SELECT municipality, lat FROM space WHERE id = $1", world.polch.id)
    assert row[0]["municipality"] == "Mayen", "the point moves with the place"
    stale = await otto.post(f"{POLCH}/angaben", **fields | {"name": "Mein Name"})
    assert stale.status_code == 409
    assert "RegioHub am Markt" in said(stale.text)
    assert 'value="Mein Name"' in stale.text


async def test_an_address_that_is_known_stays_and_a_wrong_one_is_said(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    fields = fields_of(await otto.get(f"{POLCH}/angaben"))
    fixed = await otto.post(f"{POLCH}/angaben", **fields | {"slug": "neu"})
    assert fixed.status_code == 409
    assert await fetch_value("SELECT slug FROM space WHERE id = $1", world.polch.id) == "regiohub-polch"
    wrong = fields | {"postcode": "5675", "email": "otto", "lat": "nördlich", "name": " "}
    again = await otto.post(f"{POLCH}/angaben", **wrong)
    for field in ("postcode", "email", "lat", "name"):
        assert f'id="{field}-fehler"' in again.text, field


async def test_hours_are_saved_after_seeing_who_is_outside(site: Site, world: World) -> None:
    booked = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(14), tomorrow(16)), NOW)
    otto, address = await site.browser(world.otto), f"{POLCH}/oeffnungszeiten"
    state = fields_of(await otto.get(address))["fassung"]
    week = {"art": "woche", "fassung": state} | WEEK | {"day_3": "8–12", "day_5": "18–2"}
    listed = await otto.post(address, **week)
    assert listed.status_code == 200
    assert "Mia Hammes" in listed.text
    done = await otto.post(address, **fields_of(listed) | {f"buchung-{booked.public_id}": "keep"})
    assert done.headers["location"] == f"{address}?getan=woche"
    page = (await otto.get(address)).text
    assert 'name="day_6" type="text" value="0–2"' in page
    stale = await otto.post(address, **week)
    assert stale.status_code == 409
    assert "Das gilt jetzt" in stale.text
    wrong = await otto.post(address, **week | {"day_1": "immer"})
    assert 'id="day_1-fehler"' in wrong.text


async def test_a_day_gets_other_hours_and_a_holiday_is_offered(site: Site, world: World) -> None:
    otto, address = await site.browser(world.otto), f"{POLCH}/oeffnungszeiten"
    page = await otto.get(address)
    assert "Erster Weihnachtstag" in page.text
    day = {"art": "tag", "tag": "2026-12-25", "hours": "10–15", "reason_de": "Offenes Haus"}
    await otto.post(address, **day, fassung=fields_of(page)["fassung"])
    page = await otto.get(address)
    assert "10–15" in page.text
    await otto.post(address, art="tag-weg", tag="2026-12-25", fassung=fields_of(page)["fassung"])
    assert "Offenes Haus" not in (await otto.get(address)).text


async def test_staff_hours_cards_rules_and_noise_reach_guests(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    state = fields_of(await otto.get(f"{POLCH}/personal"))["fassung"]
    await otto.post(f"{POLCH}/personal", art="woche", fassung=state, **WEEK)
    card = fields_of(await otto.get(f"{POLCH}/erster-besuch"))
    await otto.post(f"{POLCH}/erster-besuch", **card | {"door": "code", "door_code": "4711", "light_de": "links"})
    await otto.post(f"{POLCH}/hausordnung", text_de="Türen leise schließen.", text_en="", valid_from="")
    past = await otto.post(f"{POLCH}/hausordnung", text_de="Anders.", text_en="", valid_from="2026-11-01")
    assert 'id="valid_from-fehler"' in past.text
    noise = {"what_de": "Chorprobe", "what_en": "", "tag": str(TOMORROW), "hours": "9–10"}
    await otto.post(f"{POLCH}/zu-hoeren", **noise)
    page = said((await (await site.browser()).get(SPACE_PAGE)).text)
    for text in ("Personal 8–18 Uhr", "Die Tür öffnet mit einem Code.", "Hausordnung lesen", "Chorprobe"):
        assert text in page, text
    assert "4711" not in page
    stale = await otto.post(f"{POLCH}/erster-besuch", **card | {"door_code": "0815"})
    assert stale.status_code == 409
    assert "Jetzt gilt: 4711" in said(stale.text)
    again = await otto.post(f"{POLCH}/zu-hoeren", **noise | {"hours": "viel"})
    assert 'id="hours-fehler"' in again.text


async def upload(browser: Browser, address: str, content: bytes, **fields: str) -> httpx.Response:
    """Sends a picture with its form, as a browser does."""
    await browser.get(address)
    form = fields | {"_csrf_token": browser.client.cookies["csrf"]}
    return await browser.client.post(address, data=form, files={"photo": ("IMG_1.jpg", content, "image/jpeg")})


def a_photo() -> bytes:
    """As a telephone takes it: larger than any other form."""
    photo = Image.effect_noise((1800, 300), 60).convert("RGB")
    exif = photo.getexif()
    exif[0x010F] = "Secret Camera"
    written = BytesIO()
    photo.save(written, "JPEG", exif=exif)
    assert len(written.getvalue()) > LARGEST_BODY
    return written.getvalue()


@pytest.mark.parametrize("where", ["bilder", "plaetze/{desk}/bilder"])
async def test_a_photo_is_shown_as_we_drew_it(site: Site, world: World, where: str) -> None:
    otto = await site.browser(world.otto)
    address = f"{POLCH}/{where.format(desk=world.polch['1'].public_id)}"
    undescribed = await upload(otto, address, a_photo(), alt_de="", alt_en="")
    assert 'id="alt_de-fehler"' in undescribed.text
    no_picture = await upload(otto, address, b"<svg><script/></svg>", alt_de="Böse", alt_en="")
    assert (no_picture.status_code, 'id="photo-fehler"' in no_picture.text) == (422, True)
    assert (await upload(otto, address, a_photo(), alt_de="Der Saal", alt_en="The hall")).status_code == 303
    guest = await site.browser()
    [file] = re.findall(r"/bilder/([0-9a-f]{64}\.webp)", (await guest.get(SPACE_PAGE)).text)
    picture = await guest.get(f"/bilder/{file}")
    assert picture.headers["content-type"] == "image/webp"
    assert b"Secret" not in picture.content
    shown = Image.open(BytesIO(picture.content))
    assert (shown.format, shown.size) == ("WEBP", (1600, 267))
    key = re.search(rf"{re.escape(address)}/(\w+)", (await otto.get(address)).text)
    assert key
    described = await otto.post(f"{address}/{key[1]}", was="text", alt_de="Der große Saal", alt_en="")
    assert described.status_code == 303
    nothing = await otto.post(f"{address}/{key[1]}", was="text", alt_de=" ", alt_en="")
    assert f'id="alt_de-{key[1]}-fehler"' in nothing.text
    await otto.post(f"{address}/{key[1]}", was="weg")
    assert (await guest.get(f"/bilder/{file}")).status_code == 404, "what is removed is not served any more"


async def test_a_new_space_is_set_up_checked_and_published(site: Site, world: World) -> None:
    otto, guest = await site.browser(world.otto), await site.browser()
    form = await otto.get("/betreiber/polch/standorte/neu")
    assert 'name="day_1" type="text" value="8–18"' in form.text
    wrong = await otto.post("/betreiber/polch/standorte/neu", **NEW | {"place": "Nirgendwo", "postcode": "99999"})
    assert 'id="place-fehler"' in wrong.text
    fields = NEW | {"schluessel": "einmal"}
    made = await otto.post("/betreiber/polch/standorte/neu", **fields)
    twice = await otto.post("/betreiber/polch/standorte/neu", **fields)
    assert made.headers["location"] == twice.headers["location"] == "/betrieb/werkhof-mayen/veroeffentlichen?getan=neu"
    assert "Standort veröffentlichen" in (await otto.get(made.headers["location"])).text
    assert "Noch nicht veröffentlicht." in (await otto.get("/betrieb/werkhof-mayen/regeln")).text
    assert "Weiter einrichten" in (await otto.get("/betrieb/werkhof-mayen/plaetze?getan=viele")).text
    assert (await guest.get("/standorte/werkhof-mayen")).status_code == 404
    assert "Buchen lässt sich hier nichts" in (await otto.get("/betrieb/werkhof-mayen/vorschau")).text
    await otto.post("/betrieb/werkhof-mayen/veroeffentlichen")
    assert (await guest.get("/standorte/werkhof-mayen")).status_code == 200
    assert "Noch nicht veröffentlicht." not in (await otto.get("/betrieb/werkhof-mayen/regeln")).text
    await otto.post("/betrieb/werkhof-mayen/zurueckziehen")
    assert (await guest.get("/standorte/werkhof-mayen")).status_code == 404
    given_up = await otto.post(
        "/betrieb/werkhof-mayen/aufgeben",
        **{
            "stand": re.findall(
                r'name="stand" value="(\w+)"', (await otto.get("/betrieb/werkhof-mayen/aufgeben")).text
            )[0]
        },
    )
    assert given_up.headers["location"] == "/betreiber/polch?getan=aufgegeben"
    assert (await otto.get("/betrieb/werkhof-mayen")).status_code == 404


async def test_during_a_call_one_form_makes_a_desk_bookable(site: Site, world: World) -> None:
    anna = await a_person("Anna Anruf", "anna@example.org", Grant(Role.TELEPHONE, "network", None))
    phone, guest = await site.browser(anna), await site.browser()
    assert (await phone.get("/netzwerk/neuer-standort")).status_code == 200
    nobody = await phone.post("/netzwerk/neuer-standort", **NEW | {"phone": "", "desks": "0"})
    for field in ("phone", "operator", "desks"):
        assert f'id="{field}-fehler"' in nobody.text, field
    done = await phone.post("/netzwerk/neuer-standort", **NEW, operator="Ortsgemeinde Kürrenberg")
    assert "Werkhof Mayen ist veröffentlicht" in (await phone.get(done.headers["location"])).text
    page = await guest.get(f"/standorte/werkhof-mayen?tag={TOMORROW}&zeit=ganz")
    assert "4 von 4" in said(page.text)
    assert (await (await site.browser(world.otto)).get("/netzwerk/neuer-standort")).status_code == 404


async def test_members_still_see_what_they_booked_where_nobody_can_book_any_more(site: Site, world: World) -> None:
    booked = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(9)), NOW)
    await execute("UPDATE space SET published_at = NULL, access_de = 'Durch den Hof' WHERE id = $1", world.polch.id)
    mia, frida = await site.browser(world.mia), await site.browser(world.frida)
    assert (await mia.get(f"/buchungen/{booked.public_id}")).status_code == 200
    assert "RegioHub Polch" in (await mia.get("/woche")).text
    assert (await mia.get(f"/buchungen/{booked.public_id}/zettel")).status_code == 200
    assert "Mia Hammes" in (await frida.get(f"/theke/regiohub-polch?tag={TOMORROW}")).text
