"""The own membership: what is left and open, pauses and changes of plan; staff beside it; nothing where all is free."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from app.billing.operations import own_payer
from app.billing.payers import PayerDetails, PayerKind, keep_payer, payer_by_id
from app.bookings.operations import BookDesk, book
from app.plans.concessions import ask_for_concession, concessions_of
from app.plans.holdings import accounts_of
from app.plans.memberships import Begun, begin
from app.plans.orders import documents_of
from app.plans.passes import sell_pass
from app.plans.products import Offer, plan_of
from app.plans.queries import MembershipCard, membership_by_id
from app.plans.terms import Extra, PassTerms, PlanTerms, PriceClass
from app.platform.database import execute, fetch, fetch_row, fetch_value
from tests.orders import ordered
from tests.selling import on_sale
from tests.web.conftest import Site, said
from tests.worlds import NOW, World, at, house_rules_at

TODAY = date(2026, 11, 24)
FOUR = PlanTerms(name_de="Vier Tage", name_en="Four days", price=7000, desk_days=4)
EIGHT = PlanTerms(
    name_de="Acht Tage", name_en="Eight days", price=12000, desk_days=8, room_hours=2,
    extras=(Extra("Schließfach", "Locker", 1500),),
)  # fmt: skip
TEN = PassTerms(name_de="Zehnerkarte", name_en="Pass of ten", amount=10, price=15000)


@dataclass(frozen=True, slots=True)
class Shop:
    world: World
    four: Offer
    eight: Offer
    card: MembershipCard

    @property
    def at(self) -> str:
        return f"/mitgliedschaft/{self.card.public_id}"

    @property
    def contracts(self) -> str:
        return f"/netzwerk/menschen/{self.world.mia.public_id}/vertraege"

    async def again(self) -> MembershipCard:
        card = await membership_by_id(self.card.id)
        assert card is not None
        return card


@pytest.fixture
async def shop(world: World) -> Shop:
    """Mia has four days a month since 1 November, and one of them is booked."""
    await execute("UPDATE network SET charges = true")
    four, eight = await on_sale(FOUR), await on_sale(EIGHT)
    details = PayerDetails(PayerKind.PERSON, "Mia Hammes", "", "Am Markt 1", "56751", "Polch", "mia@example.org")
    payer = await keep_payer(world.mia.id, details, NOW)
    begun = Begun(world.mia.id, payer, None, four.version, FOUR, PriceClass.NORMAL, date(2026, 11, 1))
    card = await begin(None, begun, NOW, TODAY)
    rules = await house_rules_at(world.polch)
    tomorrow = TODAY + timedelta(days=1)
    wish = BookDesk(world.polch["1"].public_id, at(tomorrow, 9), at(tomorrow, 17), house_rules=rules)
    await book(world.mia.actor(), wish, NOW)
    return Shop(world, four, eight, card)


async def test_the_page_says_what_is_left_held_and_open(site: Site, shop: Shop) -> None:
    browser = await site.browser(shop.world.mia)
    text = said((await browser.get("/mitgliedschaft")).text)
    for words in (
        "Vier Tage Tage am Schreibtisch 3 von 4 Tagen",
        "Gültig bis 30. November 2026. Vorgemerkt: Mi 25. November.",
        "Gilt im ganzen Netzwerk.",
        "70,00 € im Monat, inkl. MwSt.",
        "Verkäufer Verein Testnetz",
        "heute zum 24. Dezember 2026 möglich, Frist 30 Tage",
        "Zusammen offen: 70,00 € Eine Rechnung folgt.",
    ):
        assert words in text
    assert "Vier Tage 3 von 4 Tagen" in said((await browser.get("/woche")).text)


async def test_every_entry_of_an_account_is_there_in_words(site: Site, shop: Shop) -> None:
    [account] = await accounts_of(shop.world.mia.id, TODAY)
    page = f"/mitgliedschaft/guthaben/{account.public_id}"
    text = said((await (await site.browser(shop.world.mia)).get(page)).text)
    assert "vorgemerkt Mi 25. November, RegioHub Polch, Platz 1 −1 Tag 3 Tage" in text
    assert "gutgeschrieben +4 Tage 4 Tage" in text
    assert (await (await site.browser(shop.world.gundula)).get(page)).status_code == 404


async def test_who_has_nothing_is_led_to_what_is_sold(site: Site, shop: Shop) -> None:
    browser = await site.browser(shop.world.gundula)
    for page in ("/mitgliedschaft", "/woche"):
        assert 'href="/tarife"' in (await browser.get(page)).text
    assert (await browser.get(f"{shop.at}/pause")).status_code == 404
    assert (await browser.post(f"{shop.at}/tarif", tarif=shop.eight.public_id)).status_code == 404


async def test_the_day_until_which_one_may_withdraw_is_that_of_the_order(site: Site, shop: Shop) -> None:
    """Fourteen days end on a Sunday, so that it may be declared on the Monday after (BGB § 193)."""
    site.clock.at = sunday = at(date(2026, 11, 29), 10)
    address = PayerDetails(PayerKind.PERSON, "Gundula Weis", "", "Am Markt 2", "56751", "Polch", "weis@example.org")
    await keep_payer(shop.world.gundula.id, address, NOW)
    card = await ordered(shop.world.gundula.actor(), shop.eight, sunday)
    browser = await site.browser(shop.world.gundula)
    assert card.withdrawal_until == date(2026, 12, 14)
    assert "Widerrufen, möglich bis 14. Dezember 2026" in said((await browser.get("/mitgliedschaft")).text)
    await execute("UPDATE payer SET kind = 'business', company = 'Weis GmbH' WHERE id = $1", card.payer)
    assert "Widerrufen, möglich" not in said((await browser.get("/mitgliedschaft")).text)


async def test_a_pause_is_entered_and_ended(site: Site, shop: Shop) -> None:
    browser = await site.browser(shop.world.mia)
    assert "Dezember 2026" in (await browser.get(f"{shop.at}/pause")).text
    refused = await browser.post(f"{shop.at}/pause", first="2026-11-01", months="1")
    assert (refused.status_code, "am Ersten eines der nächsten 6 Monate" in refused.text) == (422, True)
    await browser.post(f"{shop.at}/pause", first="2026-12-01", months="2")
    assert "vom 1. Dezember 2026 bis 31. Januar 2027" in said((await browser.get("/mitgliedschaft")).text)
    assert "ab 1. Dezember 2026 wieder" in said((await browser.get(f"{shop.at}/pause")).text)
    await browser.post(f"{shop.at}/pause", was="beenden")
    assert (await shop.again()).timeline.pauses == []


async def test_another_plan_is_shown_with_what_it_means_and_ordered_once(site: Site, shop: Shop) -> None:
    browser = await site.browser(shop.world.mia)
    assert "Acht Tage" in said((await browser.get(f"{shop.at}/tarif")).text)
    preview = await browser.get(f"{shop.at}/tarif?tarif={shop.eight.public_id}&dazu=0")
    text = said(preview.text)
    for words in ("Gilt ab 24. November 2026", "135,00 € im Monat statt 70,00 € im Monat", "15,17 €"):
        assert words in text
    assert "Zahlungspflichtig bestellen" in text
    fields = {"tarif": shop.eight.public_id, "preis": "13500", "faellig": "1517", "dazu-0": "ja", "schluessel": "k"}
    refused = await browser.post(f"{shop.at}/tarif", **fields)
    assert (refused.status_code, "sofort beginnen soll" in refused.text) == (422, True)
    changed = await browser.post(f"{shop.at}/tarif", **{**fields, "preis": "12000", "sofort": "ja"})
    assert (changed.status_code, "ein anderer Preis" in changed.text) == (409, True)
    for _ in range(2):
        assert (await browser.post(f"{shop.at}/tarif", **fields, sofort="ja")).status_code == 303
    assert [stretch.terms.price for stretch in (await shop.again()).timeline.stretches] == [7000, 13500]
    assert await fetch_value("SELECT sum(amount) FROM charge") == 7000 + 1517
    assert await fetch_value("SELECT count(*) FROM contract_order WHERE early_start_at = $1", NOW) == 1
    [document] = await documents_of(shop.world.mia.id)
    mine = (await browser.get("/mitgliedschaft")).text
    assert mine.count(f'href="/mitgliedschaft/dokumente/{document.public_id}"') == 2
    assert "Bestätigung des Tarifwechsels vom 24. November 2026 Acht Tage" in said(mine)


async def test_who_paid_nothing_so_far_says_to_be_of_age(site: Site, shop: Shop) -> None:
    free = await on_sale(PlanTerms(name_de="Gast", name_en="Guest", price=0, desk_days=1))
    person = shop.world.gundula
    begun = Begun(
        person.id, await own_payer(person.id, NOW), None, free.version, plan_of(free), PriceClass.NORMAL, TODAY
    )
    card = await begin(None, begun, NOW, TODAY)
    browser, page = await site.browser(person), f"/mitgliedschaft/{card.public_id}/tarif"
    assert "mindestens 18 Jahre" in (await browser.get(f"{page}?tarif={shop.four.public_id}")).text
    fields = {"tarif": shop.four.public_id, "preis": "7000", "faellig": "1633", "sofort": "ja", "schluessel": "k"}
    refused = await browser.post(page, **fields)
    assert (refused.status_code, "ab 18 Jahren" in refused.text) == (422, True)
    assert await fetch_value("SELECT count(*) FROM contract_order") == 0
    address = {"street": "Am Markt 1", "postcode": "567", "place": ""}
    refused = await browser.post(page, **fields, **address, volljaehrig="ja")
    assert refused.status_code == 422
    assert "Postleitzahl" in said(refused.text)
    assert "Ort: bitte ausfüllen" in said(refused.text)
    assert 'value="Am Markt 1"' in refused.text
    address |= {"postcode": "56751", "place": "Polch"}
    assert (await browser.post(page, **fields, **address, volljaehrig="ja")).status_code == 303
    assert await fetch_value("SELECT adult_at FROM contract_order") == NOW
    payer = await payer_by_id(card.payer)
    assert payer is not None
    assert payer.details.lines[1:] == ["Am Markt 1", "56751 Polch"]
    [document] = await documents_of(person.id)
    assert document.is_change


async def test_a_smaller_plan_is_agreed_for_later_and_taken_back(site: Site, shop: Shop) -> None:
    browser = await site.browser(shop.world.mia)
    to_eight = {"tarif": shop.eight.public_id, "preis": "12000", "faellig": "1167", "sofort": "ja", "schluessel": "a"}
    assert (await browser.post(f"{shop.at}/tarif", **to_eight)).status_code == 303
    to_four = {"tarif": shop.four.public_id, "preis": "7000", "faellig": "0", "schluessel": "b"}
    assert (await browser.post(f"{shop.at}/tarif", **to_four)).status_code == 303
    assert "Ab 1. Dezember 2026: Vier Tage" in said((await browser.get("/mitgliedschaft")).text)
    await browser.post(f"{shop.at}/tarif", was="bleiben")
    assert "Ab 1. Dezember" not in said((await browser.get("/mitgliedschaft")).text)


async def test_programs_read_what_is_left(site: Site, shop: Shop) -> None:
    async with site.program(shop.world.mia) as program:
        answer = await program.get("/api/v1/me/entitlements")
    [one] = answer.json()["entitlements"]
    assert (one["kind"], one["left"], one["held"], one["ends_on"], one["source"]) == (
        "desk_day", 3, 1, "2026-11-30", "membership",
    )  # fmt: skip
    assert one["valid_at"]["spaces"] == one["valid_at"]["operators"] == []


async def test_the_telephone_adjusts_with_a_reason_that_the_person_reads(site: Site, shop: Shop) -> None:
    tilda, [account] = await site.browser(shop.world.tilda), await accounts_of(shop.world.mia.id, TODAY)
    assert shop.contracts in (await tilda.get("/netzwerk/menschen?wer=mia")).text
    form = f"/netzwerk/menschen/{shop.world.mia.public_id}/guthaben/{account.public_id}"
    for units, reason, why in (("viel", "Kulanz", "eine Zahl"), ("1", "", "den Grund"), ("-9", "Kulanz", "nicht mehr")):
        refused = await tilda.post(form, units=units, reason=reason)
        assert refused.status_code in (409, 422)
        assert why in refused.text
    assert (await tilda.post(form, units="0,5", reason="Heizung ausgefallen")).status_code == 303
    mine = await site.browser(shop.world.mia)
    text = said((await mine.get(f"/mitgliedschaft/guthaben/{account.public_id}")).text)
    assert "Heizung ausgefallen +0,5 Tage 3,5 Tage" in text
    assert (await (await site.browser(shop.world.otto)).post(form, units="1", reason="Ich")).status_code == 404


async def test_the_telephone_pauses_and_changes_for_somebody(site: Site, shop: Shop) -> None:
    tilda = await site.browser(shop.world.tilda)
    at = f"{shop.contracts}/{shop.card.public_id}"
    assert (await tilda.post(f"{at}/pause", first="2026-12-10", last="2026-12-01")).status_code == 422
    assert (await tilda.post(f"{at}/pause", first="2026-12-10", last="2026-12-20")).status_code == 303
    assert (await tilda.post(f"{at}/pause", was="beenden")).status_code == 303
    preview = said((await tilda.get(f"{at}/tarif?tarif={shop.eight.public_id}&dazu=0")).text)
    assert "135,00 € im Monat" in preview
    assert "Die Person verlangt" in preview
    fields = {"tarif": shop.eight.public_id, "preis": "13500", "dazu-0": "ja", "schluessel": "s"}
    shown_again = await tilda.post(f"{at}/tarif", **fields, faellig="1")
    assert (shown_again.status_code, "ein anderer Preis" in shown_again.text) == (409, True)
    for _ in range(2):
        assert (await tilda.post(f"{at}/tarif", **fields, faellig="1517")).status_code == 303
    assert (await shop.again()).latest.name_de == "Acht Tage"
    order = "SELECT placed_by, early_start_at, withdrawal_until, amount, difference FROM contract_order"
    assert await fetch_value(f"SELECT count(*) FROM ({order}) o") == 1
    assert tuple(await fetch_row(order) or ()) == (shop.world.tilda.id, None, date(2026, 12, 8), 13500, 1517)
    [document] = await documents_of(shop.world.mia.id)
    mine = await site.browser(shop.world.mia)
    paper = await mine.get(f"/mitgliedschaft/dokumente/{document.public_id}")
    assert "Schließfach" in paper.text
    events = await fetch("SELECT name, payload FROM outbox_event WHERE name IN ('contract_order.placed')")
    assert len(events) == 1, "its mail carries the document"


async def test_a_counter_sees_what_holds_there_and_checks_a_proof(site: Site, shop: Shop) -> None:
    world = shop.world
    offer = await on_sale(TEN)
    await sell_pass(None, world.mia.id, shop.card.payer, offer, PriceClass.NORMAL, NOW, TODAY)
    await ask_for_concession(world.mia.actor(), "student", "Schülerausweis", NOW)
    frida, page = await site.browser(world.frida), f"/theke/{world.polch.slug}/leute/{world.mia.public_id}"
    text = said((await frida.get(page)).text)
    assert "Guthaben, das hier gilt" in text
    assert "10 von 10 Tagen" in text
    assert "Ermäßigung prüfen" in text
    assert "Schülerausweis" in (await frida.get(f"{page}/ermaessigung")).text
    [asked] = await concessions_of(world.mia.id)
    refused = await frida.post(f"{page}/ermaessigung", gefragt=asked.public_id, ends_on="2040-01-01")
    assert refused.status_code == 422
    await frida.post(f"{page}/ermaessigung", gefragt=asked.public_id, ends_on="2027-07-31")
    assert (await concessions_of(world.mia.id))[0].holds_on(TODAY)
    mine = await site.browser(world.mia)
    assert "bis 31. Juli 2027" in said((await mine.get("/konto/ermaessigung")).text)


async def test_a_concession_is_asked_for_and_declined_with_words(site: Site, shop: Shop) -> None:
    mia, nadja = await site.browser(shop.world.mia), await site.browser(shop.world.nadja)
    assert (await mia.post("/konto/ermaessigung", price_class="resident", proof="")).status_code == 422
    await mia.post("/konto/ermaessigung", price_class="resident", proof="Personalausweis")
    [asked] = await concessions_of(shop.world.mia.id)
    form = f"/netzwerk/ermaessigungen/{asked.public_id}"
    assert "Personalausweis" in (await nadja.get("/netzwerk/ermaessigungen")).text
    assert (await nadja.post(form, was="abgelehnt", answer="")).status_code == 422
    assert (await nadja.post(form, was="abgelehnt", answer="Wohnt nicht hier.")).status_code == 303
    assert "Wohnt nicht hier." in (await mia.get("/konto/ermaessigung")).text


async def test_where_all_is_free_of_charge_there_are_no_such_pages(site: Site, world: World) -> None:
    mia, nadja = await site.browser(world.mia), await site.browser(world.nadja)
    for page in ("/mitgliedschaft", "/konto/ermaessigung"):
        assert (await mia.get(page)).status_code == 404
    for page in ("/netzwerk/menschen", "/netzwerk/ermaessigungen"):
        assert (await nadja.get(page)).status_code == 404
    for page in ("/woche", "/konto"):
        assert not {"Tarif", "Guthaben", "Ermäßigung"} & set(said((await mia.get(page)).text).split())
    assert "Verträge" not in (await nadja.get("/netzwerk/heute")).text
