"""'Verträge hier kündigen' and 'Vertrag widerrufen' on every page, the receipt, the own contract, the staff's list."""

import re
from datetime import date

import pytest

from app.bookings.declaration_settling import settle_by_rule
from app.bookings.operations import BookDesk, book
from app.plans.contracts import ContractCard
from app.platform.database import execute, fetch_value
from tests.contracts import a_bought_pass, a_membership, again
from tests.web.conftest import Browser, Site, said
from tests.worlds import NOW, World, at

FORM = {
    "kind": "ordinary",
    "name": "Mia Hammes",
    "contract": "Acht Tage",
    "email": "mia@example.org",
    "schluessel": "eins",
}
LIST = "/netzwerk/erklaerungen"


@pytest.fixture
async def membership(world: World) -> ContractCard:
    await execute("UPDATE network SET charges = true")
    return await a_membership(world, world.mia)


def hidden(html: str, name: str) -> str:
    found = re.findall(rf'name="{name}" value="([^"]*)"', html)
    return str(found[-1])


async def test_every_page_leads_to_both_forms_where_something_is_sold(site: Site, world: World) -> None:
    browser, telephone = await site.browser(), await site.browser(world.tilda)
    for charges, status in ((True, 200), (False, 404)):
        await execute("UPDATE network SET charges = $1", charges)
        for page in ("/", "/plaetze", "/impressum", "/anmelden"):
            foot = (await browser.get(page)).text.split("<footer")[1]
            assert ("Verträge hier kündigen" in foot, "Vertrag widerrufen" in foot) == (charges, charges)
        for address in ("/vertrag-kuendigen", "/vertrag-widerrufen"):
            assert (await browser.get(address)).status_code == status
        assert (await telephone.get(LIST)).status_code == status
        assert ("Kündigungen" in (await telephone.get("/netzwerk/heute")).text) is charges


async def test_the_answer_is_the_same_whether_or_not_there_is_a_contract(site: Site, membership: ContractCard) -> None:
    browser = await site.browser()
    pages = []
    for contract, email in (("Acht Tage", "mia@example.org"), ("Acht Tage", "nie@example.org")):
        sent = await browser.post("/vertrag-kuendigen", **FORM | {"contract": contract, "email": email})
        assert sent.status_code == 303
        receipt = await browser.get(sent.headers["location"])
        assert receipt.status_code == 200
        pages.append(said(receipt.text).replace(email, ""))
    assert pages[0] == pages[1]
    assert "Ende des Vertrags so früh wie möglich" in pages[0]
    assert "Eingegangen 24. November 2026, 19:00 Uhr" in pages[0]
    assert (await again(membership)).noticed_at is None, "what ends it runs behind the answer"
    await settle_by_rule(await fetch_value("SELECT min(id) FROM declaration"), NOW)
    assert (await again(membership)).noticed_at is not None
    assert said((await browser.get(sent.headers["location"])).text).replace(email, "") == pages[1]


async def test_the_receipt_can_be_kept_as_a_file(site: Site, membership: ContractCard) -> None:
    browser = await site.browser()
    sent = await browser.post("/vertrag-widerrufen", **FORM | {"kind": "ordinary"})
    saved = await browser.get(f"{sent.headers['location']}/datei")
    assert saved.headers["content-disposition"] == 'attachment; filename="widerruf-2026-11-24.txt"'
    for line in ("Erklärung: Widerruf", "Vertrag: Acht Tage", "Eingegangen: 24. November 2026, 19:00 Uhr"):
        assert line in saved.text.split("\r\n")
    assert (await browser.get("/erklaerung/" + "x" * 43)).status_code == 404


async def test_a_form_that_lacks_something_says_so_and_keeps_the_rest(site: Site, membership: ContractCard) -> None:
    browser = await site.browser()
    typed = FORM | {"kind": "for_cause", "email": "mia", "wished_end": "gestern"}
    page = await browser.post("/vertrag-kuendigen", **typed)
    assert page.status_code == 422
    for field in ("reason", "wished_end", "email"):
        assert f'id="{field}-fehler"' in page.text
    assert 'value="Acht Tage"' in page.text
    assert await fetch_value("SELECT count(*) FROM declaration") == 0


async def test_who_is_signed_in_finds_the_form_filled_in(site: Site, world: World, membership: ContractCard) -> None:
    page = (await (await site.browser(world.mia)).get("/vertrag-widerrufen")).text
    for known in ("Mia Hammes", "mia@example.org", f"Acht Tage, {membership.public_id}"):
        assert f'value="{known}"' in page
    assert "Widerruf bestätigen" in page
    assert membership.public_id not in (await (await site.browser(world.gundula)).get("/vertrag-widerrufen")).text


async def test_the_own_contract_is_ended_with_all_that_follows_shown_before(
    site: Site, world: World, membership: ContractCard
) -> None:
    behind = BookDesk(world.polch["1"].public_id, at(date(2026, 12, 28), 8), at(date(2026, 12, 28), 12))
    await book(world.mia.actor(), behind, NOW)
    mia, address = await site.browser(world.mia), f"/mitgliedschaft/{membership.public_id}/kuendigen"
    page = await mia.get(address)
    assert "Letzter Tag 24. Dezember 2026" in said(page.text)
    assert "Abgesagt wird nach dem 24. Dezember 2026 1 Buchung" in said(page.text)
    later = await mia.get(f"{address}?zum=31.12.2026")
    assert "Letzter Tag 31. Dezember 2026" in said(later.text)
    assert "Abgesagt" not in said(later.text)
    assert (await mia.get(f"{address}?zum=bald")).status_code == 422
    form = {"stand": hidden(page.text, "stand"), "schluessel": hidden(page.text, "schluessel")}
    stale = await mia.post(address, **form | {"stand": "alt"})
    assert stale.status_code == 409
    locations = {(await mia.post(address, **form)).headers["location"] for _ in range(2)}
    assert len(locations) == 1
    assert await fetch_value("SELECT count(*) FROM declaration WHERE outcome = 'ended'") == 1
    assert "steht bei Ihren Verträgen" in said((await mia.get(locations.pop())).text)
    assert "ist schon gekündigt" in said((await mia.get(address)).text)


async def test_the_own_contract_is_withdrawn_from(site: Site, world: World, membership: ContractCard) -> None:
    mia, address = await site.browser(world.mia), f"/mitgliedschaft/{membership.public_id}/widerrufen"
    page = await mia.get(address)
    assert "Bisher berechnet 28,00 € Davon zurück 28,00 € Zu zahlen bleibt 0,00 €" in said(page.text)
    sent = await mia.post(address, stand=hidden(page.text, "stand"), schluessel=hidden(page.text, "schluessel"))
    assert sent.status_code == 303
    assert "ist schon beendet" in said((await mia.get(address)).text)
    await execute(
        "UPDATE membership SET ordered_at = ordered_at - interval '20 days', ends_on = NULL, ended_because = NULL"
    )
    late = await mia.get(address)
    assert "Die Frist für den Widerruf ist" in said(late.text)
    assert "Widerruf bestätigen" not in said(late.text)
    assert (await mia.post(address, stand="", schluessel="zwei")).status_code == 409


async def test_foreign_contracts_are_not_there(site: Site, world: World, membership: ContractCard) -> None:
    bought = await a_bought_pass(world, world.mia)
    gundula = await site.browser(world.gundula)
    for contract in (membership.public_id, bought.public_id, "zzzzzzzzzzzzzzzz"):
        for act in ("kuendigen", "widerrufen"):
            assert (await gundula.get(f"/mitgliedschaft/{contract}/{act}")).status_code == 404
            assert (await gundula.post(f"/mitgliedschaft/{contract}/{act}")).status_code == 404
    assert (
        await (await site.browser(world.mia)).get(f"/mitgliedschaft/{bought.public_id}/kuendigen")
    ).status_code == 200


async def declared(browser: Browser, **more: str) -> str:
    assert (await browser.post("/vertrag-kuendigen", **FORM | more)).status_code == 303
    return str(await fetch_value("SELECT public_id FROM declaration ORDER BY id DESC LIMIT 1"))


async def test_staff_sees_the_contracts_that_fit_and_ends_one(
    site: Site, world: World, membership: ContractCard
) -> None:
    one = f"{LIST}/{await declared(await site.browser(), contract='Mein Abo')}"
    tilda = await site.browser(world.tilda)
    listed = said((await tilda.get(LIST)).text)
    assert "Kündigung: Mia Hammes Mein Abo · 24. November 2026, 19:00 Uhr 1 Vertrag passt" in listed
    assert "Kündigungen 1 offen" in said_everywhere((await tilda.get("/netzwerk/heute")).text)
    page = await tilda.get(f"{one}?zum=30.11.2026&vertrag={membership.public_id}")
    form = {name: hidden(page.text, name) for name in ("stand", "vertrag", "zum")}
    assert (await tilda.post(f"{one}/beenden", **form | {"stand": "alt"})).status_code == 409
    assert (await tilda.post(f"{one}/beenden", **form)).status_code == 303
    assert (await again(membership)).last_day == date(2026, 11, 30)
    settled = await tilda.get(one)
    assert "Vertrag beendet 24. November 2026, Tilda Ruf" in said(settled.text)
    assert (await tilda.post(f"{one}/behalten")).status_code == 303
    assert (await again(membership)).last_day is None


async def test_staff_puts_aside_with_an_answer(site: Site, world: World, membership: ContractCard) -> None:
    one = f"{LIST}/{await declared(await site.browser(), email='wer@example.org', name='Wer Da', contract='?')}"
    nadja = await site.browser(world.nadja)
    assert "gibt es keinen Vertrag" in said((await nadja.get(one)).text)
    empty = await nadja.post(f"{one}/zuruecklegen", antwort="")
    assert 'id="antwort-fehler"' in empty.text
    assert (await nadja.post(f"{one}/zuruecklegen", antwort="Bei uns gibt es ihn nicht.")).status_code == 303
    assert "Es wartet nichts." in said((await nadja.get(LIST)).text)


def said_everywhere(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


async def test_staff_settles_a_withdrawal_from_a_booking_in_one_press(site: Site, world: World) -> None:
    await execute("UPDATE network SET charges = true")
    await execute(
        "INSERT INTO price_list_entry (operator, kind, per_day, valid_from, entered_at)"
        " VALUES ($1, 'desk', 1900, '2026-01-01', $2)",
        world.operator,
        NOW,
    )
    day = date(2026, 11, 26)
    wish = BookDesk(world.polch["1"].public_id, at(day, 8), at(day, 18), early_start=True)
    booking = await book(world.mia.actor(), wish, NOW)
    mia, telephone = await site.browser(world.mia), await site.browser(world.tilda)
    own = (await mia.get(f"/buchungen/{booking.public_id}")).text
    assert f"/vertrag-widerrufen?vertrag={booking.public_id}" in own
    form = (await mia.get(f"/vertrag-widerrufen?vertrag={booking.public_id}")).text
    assert f"Buchung am 26. November 2026, {booking.public_id}" in form
    stranger = await (await site.browser()).get(f"/vertrag-widerrufen?vertrag={booking.public_id}")
    assert f'value="{booking.public_id}"' in stranger.text
    assert "26. November" not in stranger.text
    await mia.post("/vertrag-widerrufen", **FORM | {"contract": "Mein Schreibtisch"})
    listed = (await telephone.get(LIST)).text
    address = re.findall(rf'href="({LIST}/[^"]+)"', listed)[0]
    page = said((await telephone.get(address)).text).replace("\xa0", " ")
    for words in ("Buchung am 26. November 2026", "Bisher berechnet 19,00 €", "Davon zurück 19,00 €", "§ 357a Abs. 2"):
        assert words in page
    html = (await telephone.get(address)).text
    fields = {name: hidden(html, name) for name in ("vertrag", "stand")}
    assert (await telephone.post(f"{address}/beenden", **fields)).status_code == 303
    assert await fetch_value("SELECT sum(amount) FROM charge") == 0
    settled = said((await telephone.get(address)).text).replace("\xa0", " ")
    assert "War berechnet 19,00 €" in settled
    assert "RegioHub Polch" in settled
    assert "Diese Buchung ist widerrufen" in said((await mia.get(f"/buchungen/{booking.public_id}")).text)
