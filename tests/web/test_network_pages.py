"""The network's pages and the way of a new operator, as stories from the first mail on."""

import re

from app.bookings.operations import BookDesk, book
from app.bookings.queries import booking_by_id
from app.identity.mailed_links import link_to_mail
from app.plans.sellers import seller_of
from app.platform.database import execute, fetch_row, fetch_value
from tests.identity.conftest import KEY
from tests.web.conftest import Browser, Site, said
from tests.worlds import NOW, TOMORROW, World, a_space, tomorrow

NEW_PASSWORD = "vier Stühle am Fluss"


async def mailed_token() -> str:
    """The token of the newest invitation's mail."""
    link = await link_to_mail(await fetch_value("SELECT max(link) FROM invitation"), NOW, key=KEY)
    assert link
    return link.token


async def nadja_invites(site: Site, world: World) -> None:
    nadja = await site.browser(world.nadja)
    answer = await nadja.post(
        "/netzwerk/betreiber", operator="Dorfwerk Monreal", name="Vera Neu", email="vera@neu.example"
    )
    assert answer.headers["location"] == "/netzwerk/betreiber/dorfwerk-monreal?getan=eingeladen"
    page = said((await nadja.get(answer.headers["location"])).text)
    assert "Die Einladung ist unterwegs." in page
    assert "eingeladen" in page
    assert "vera@neu.example" in page


async def next_step(vera: Browser) -> str:
    page = (await vera.get("/betreiber/dorfwerk-monreal/einrichten")).text
    found = re.search(r'kern-btn--primary" href="([^"]+)"', page)
    return found[1] if found else ""


async def test_a_new_operator_goes_from_the_mail_to_a_published_space(site: Site, world: World) -> None:
    await nadja_invites(site, world)
    vera, token = await site.browser(), await mailed_token()
    page = said((await vera.get(f"/einladung?token={token}")).text)
    assert "Einladung zu Dorfwerk Monreal" in page
    assert "Leitung" in page
    weak = await vera.post("/einladung", token=token, name="Vera Neu", new="kurz")
    assert weak.status_code == 422
    assert 'value="Vera Neu"' in weak.text
    answer = await vera.post("/einladung", token=token, name="Vera Neu", new=NEW_PASSWORD)
    assert answer.headers["location"] == "/betreiber/dorfwerk-monreal/einrichten"
    assert "0 von 6 Schritten erledigt" in said((await vera.get(answer.headers["location"])).text)

    assert await next_step(vera) == "/betreiber/dorfwerk-monreal/rechtsform"
    entity = {"legal_name": "Dorfwerk Monreal eG", "street": "Am Markt 1", "postcode": "567", "place": "Monreal"}
    wrong = await vera.post("/betreiber/dorfwerk-monreal/rechtsform", **entity)
    assert wrong.status_code == 422
    assert 'id="postcode-fehler"' in wrong.text
    assert 'value="Dorfwerk Monreal eG"' in wrong.text
    right = await vera.post("/betreiber/dorfwerk-monreal/rechtsform", **{**entity, "postcode": "56729"})
    assert right.headers["location"] == "/betreiber/dorfwerk-monreal/einrichten?getan=rechtsform"

    assert await next_step(vera) == "/betreiber/dorfwerk-monreal/standorte/neu"
    assert (await vera.get("/betrieb")).headers["location"] == "/betreiber/dorfwerk-monreal/einrichten"
    form = (await vera.get("/betreiber/dorfwerk-monreal/standorte/neu")).text
    assert 'value="Am Markt 1"' in form, "what was typed once is not asked for again"
    operator = await fetch_value("SELECT id FROM operator WHERE slug = 'dorfwerk-monreal'")
    space = await a_space(operator, "dorfwerk-monreal", "Dorfwerk", resources=[])
    await execute("UPDATE space SET published_at = NULL WHERE id = $1", space.id)
    assert await next_step(vera) == "/betrieb/dorfwerk-monreal/plaetze/viele"
    await execute(
        "INSERT INTO resource (public_id, space, kind, name) VALUES ('deskofmonreal234', $1, 'desk', 'A1')", space.id
    )
    assert await next_step(vera) == "/betrieb/dorfwerk-monreal/veroeffentlichen"
    await execute("UPDATE space SET published_at = $2 WHERE id = $1", space.id, NOW)
    done = (await vera.get("/betreiber/dorfwerk-monreal/einrichten")).text
    page = said(done)
    assert "4 von 6 Schritten erledigt" in page
    for step in re.findall(r'<a class="nw-strong" href="([^"]+)"', done):
        assert step != "/betreiber/dorfwerk-monreal/standorte/neu", "a step that is done makes nothing twice"
        assert (await vera.get(step)).status_code == 200
    assert await next_step(vera) == ""
    nadja = await site.browser(world.nadja)
    assert "aktiv" in said((await nadja.get("/netzwerk/betreiber/dorfwerk-monreal")).text)


async def test_the_link_changes_nothing_by_being_opened_and_works_once(site: Site, world: World) -> None:
    await nadja_invites(site, world)
    token = await mailed_token()
    for _ in range(2):
        assert (await (await site.browser()).get(f"/einladung?token={token}")).status_code == 200
    assert await fetch_row("SELECT 1 FROM person WHERE email = 'vera@neu.example'") is None
    mia = await site.browser(world.mia)
    assert "andere Adresse" in said((await mia.get(f"/einladung?token={token}")).text)
    assert (await mia.post("/einladung", token=token)).status_code == 422
    await (await site.browser()).post("/einladung", token=token, name="Vera", new=NEW_PASSWORD)
    again = await (await site.browser()).get(f"/einladung?token={token}")
    assert again.status_code == 422
    assert "nur einmal" in said(again.text)


async def test_taxes_wait_and_keep_their_history(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    address = "/betreiber/polch/steuern"
    assert (await otto.post(address, kind="", valid_from="2026-01-01")).status_code == 422
    assert (await otto.post(address, kind="standard", valid_from="bald")).status_code == 422
    await otto.post(address, kind="small_business", valid_from="2026-01-01")
    await otto.post(address, kind="standard", valid_from="1.1.2027")
    page = said((await otto.get(address)).text)
    assert "Regelbesteuerung eingetragen am 24. November 2026 ab 1. Januar 2027" in page
    assert "Kleinunternehmer, § 19 UStG eingetragen am 24. November 2026 ab 1. Januar 2026 gilt" in page


async def test_a_manager_invites_a_colleague_for_one_space_and_takes_it_back(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    form = {"name": "Vera Neu", "email": "vera@neu.example", "role": "front_desk", "where": "regiohub-polch"}
    for wrong in ({"role": "network_administrator"}, {"email": "vera"}):
        assert (await otto.post("/betreiber/polch/team", **{**form, **wrong})).status_code == 422
    assert (await otto.post("/betreiber/polch/team", **{**form, "where": "alte-post-andernach"})).status_code == 404
    await otto.post("/betreiber/polch/team", **form)
    row = await fetch_row("SELECT * FROM invitation")
    assert row
    assert (row["role"], row["scope_kind"], row["scope_id"]) == ("front_desk", "space", world.polch.id)
    token = await mailed_token()
    back = f"/betreiber/polch/team/einladungen/{row['public_id']}/zuruecknehmen"
    assert (await otto.post(back)).status_code == 303
    assert (await (await site.browser()).get(f"/einladung?token={token}")).status_code == 422


async def test_a_suspended_operator_says_so_and_its_desk_goes_on(site: Site, world: World) -> None:
    desk = BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(12))
    booking = await book(world.mia.actor(), desk, NOW)
    nadja, mia, frida = [await site.browser(person) for person in (world.nadja, world.mia, world.frida)]
    assert (await nadja.post("/netzwerk/betreiber/polch/aussetzen")).status_code == 303
    page = await mia.get(f"/standorte/regiohub-polch?tag={TOMORROW.isoformat()}&zeit=vormittag&art=desk")
    assert "nimmt zurzeit keine Buchungen an" in said(page.text)
    search = await mia.get(f"/plaetze?ort=Polch&tag={TOMORROW.isoformat()}&zeit=vormittag&art=desk")
    assert "RegioHub Polch" not in said(search.text)
    assert (await mia.get(f"/buchungen/{booking.public_id}")).status_code == 200
    assert "Mia Hammes" in said((await frida.get(f"/theke/regiohub-polch?tag={TOMORROW.isoformat()}")).text)
    site.clock.at = tomorrow(8, 5)
    assert (await frida.post(f"/theke/regiohub-polch/buchungen/{booking.public_id}/da")).status_code == 303
    arrived = await booking_by_id(booking.id)
    assert arrived
    assert arrived.status == "checked_in"


async def test_an_end_shows_who_is_concerned_before_it_is_set(site: Site, world: World) -> None:
    booking = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(12)), NOW)
    nadja = await site.browser(world.nadja)
    address = "/netzwerk/betreiber/polch/beenden"
    assert (await nadja.get(f"{address}?letzter_tag=bald")).status_code == 422
    assert (await nadja.get(f"{address}?letzter_tag=2020-01-01")).status_code == 422
    page = (await nadja.get(f"{address}?letzter_tag=2026-11-24")).text
    assert "Mia Hammes" in said(page)
    [state] = re.findall(r'name="stand" value="([^"]+)"', page)
    late = await nadja.post(address, letzter_tag="2026-11-24", stand="eine andere")
    assert late.status_code == 409
    assert "Mia Hammes" in said(late.text)
    await nadja.post(address, letzter_tag="2026-11-24", stand=state)
    mia = await site.browser(world.mia)
    assert "gehört dann nicht mehr zum Netzwerk" in said((await mia.get(f"/buchungen/{booking.public_id}")).text)


async def test_a_text_is_drafted_published_and_its_old_version_stays(site: Site, world: World) -> None:
    nadja, anybody = await site.browser(world.nadja), await site.browser()
    form = {"text_de": "# Wer wir sind\n\nVerein", "text_en": "# Who we are\n\nClub", "valid_from": "2026-11-24"}
    await nadja.post("/netzwerk/texte/impressum", **form, womit="entwurf")
    assert (await anybody.get("/impressum")).status_code == 404
    assert (await anybody.get("/impressum/2026-11-24")).status_code == 404
    half = await nadja.post("/netzwerk/texte/impressum", **{**form, "text_en": ""}, womit="veroeffentlichen")
    assert half.status_code == 422
    assert 'id="text_en-fehler"' in half.text
    await nadja.post("/netzwerk/texte/impressum", **form, womit="veroeffentlichen")
    assert "Wer wir sind" in said((await anybody.get("/impressum")).text)
    later = {**form, "text_de": "# Wer wir sind\n\nGenossenschaft", "valid_from": "2027-01-01"}
    await nadja.post("/netzwerk/texte/impressum", **later, womit="veroeffentlichen")
    assert "Verein" in said((await anybody.get("/impressum/2026-11-24")).text)
    assert "Genossenschaft" in said((await anybody.get("/impressum/2027-01-01")).text)
    changed = (await nadja.get("/netzwerk/texte/impressum/2027-01-01")).text
    assert re.search(r"<del>.*Verein</del>", changed)
    assert re.search(r"<ins>.*Genossenschaft</ins>", changed)


async def test_settings_hold_with_the_next_page(site: Site, world: World) -> None:
    nadja = await site.browser(world.nadja)
    fields = ("phone", "phone_hours_de", "phone_hours_en", "email", "street", "postcode", "place", "tagline_de")
    form = {"name": "Neues Netz", "association": "Verein", "tagline_en": "", **dict.fromkeys(fields, "")}
    wrong = await nadja.post("/netzwerk/einstellungen", **{**form, "name": "", "email": "post"})
    assert wrong.status_code == 422
    assert 'id="name-fehler"' in wrong.text
    assert 'value="post"' in wrong.text
    await nadja.post("/netzwerk/einstellungen", **form)
    assert "Neues Netz" in (await nadja.get("/plaetze")).text


async def test_the_networks_address_stands_where_the_law_wants_it(site: Site, world: World) -> None:
    await execute("UPDATE network SET charges = true")
    nadja = await site.browser(world.nadja)
    fields = ("phone", "phone_hours_de", "phone_hours_en", "email", "street", "postcode", "place", "tagline_de")
    form = {"name": "Netz", "association": "Verein", "tagline_en": "", **dict.fromkeys(fields, "")}
    wrong = await nadja.post("/netzwerk/einstellungen", **form)
    assert [f'id="{name}-fehler"' in wrong.text for name in ("street", "postcode", "place")] == [True] * 3
    form |= {"street": "Am Markt 5", "postcode": "56727", "place": "Mayen"}
    assert (await nadja.post("/netzwerk/einstellungen", **form)).status_code == 303
    assert (await seller_of(None, NOW.date())).contact == "Verein, Am Markt 5, 56727 Mayen"
    imprint = {"text_de": "# Angaben\n\nVerein", "text_en": "# About\n\nVerein", "valid_from": "2026-11-24"}
    await nadja.post("/netzwerk/texte/impressum", **imprint, womit="veroeffentlichen")
    anybody = await site.browser()
    assert "Am Markt 5" in (await anybody.get("/impressum")).text
    named = {**imprint, "text_de": "# Angaben\n\nVerein, Am Markt 5, 56727 Mayen"}
    await nadja.post("/netzwerk/texte/impressum", **named, womit="veroeffentlichen")
    assert (await anybody.get("/impressum")).text.count("Am Markt 5") == 1, "not said twice"


async def test_all_spaces_today_names_no_guest(site: Site, world: World) -> None:
    await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(12)), NOW)
    site.clock.at = tomorrow(8, 5)
    tilda = await site.browser(world.tilda)
    page = (await tilda.get("/netzwerk/heute?ordnung=belegt")).text
    assert "Mia" not in page
    assert page.index('href="/theke/regiohub-polch"') < page.index('href="/theke/alte-post-andernach"')
    assert "Der Arbeitsprozess steht still" in said(page)
    assert 'href="/netzwerk/betreiber"' not in page
