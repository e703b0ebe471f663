"""Joining on pages: from the offer to the confirmation, without JavaScript, and what stands in the way."""

import re
from datetime import date

import httpx
import pytest

from app.billing.payers import PayerDetails, PayerKind, keep_payer
from app.plans.agreements import Choice
from app.plans.contracts import contracts_where
from app.plans.product_versions import new_product, put_on_sale, write_draft
from app.plans.products import offer_on_sale
from app.plans.terms import Audience, Extra, PassTerms, PlanTerms, Terms
from app.platform.database import execute, fetch, fetch_row, fetch_value
from tests.orders import ordered
from tests.web.conftest import Browser, Site, said
from tests.web.test_journey import fields_of
from tests.worlds import NOW, APerson, World

TODAY = date(2026, 11, 24)
EIGHT = PlanTerms(
    name_de="Acht Tage",
    name_en="Eight days",
    price=11900,
    desk_days=8,
    extras=(Extra("Schließfach", "Locker", 1500),),
)
TEN = PassTerms(name_de="Zehnerkarte", name_en="Pass of ten", amount=10, price=15000)
TRIAL = PassTerms(name_de="Probetag", name_en="Trial day", amount=1, price=0, is_trial=True, valid_months=1)
ADDRESS = {"name": "Mia Hammes", "street": "Am Markt 1", "postcode": "56751", "place": "Polch", "email": "m@x.example"}
STATED = {"volljaehrig": "ja", "frueh": "ja", "erlischt": "ja"}


@pytest.fixture
async def selling(world: World) -> World:
    await execute("UPDATE network SET charges = true")
    return world


async def on_sale(terms: Terms, seller: int | None = None) -> str:
    public_id = await new_product(None, seller, terms, NOW, TODAY)
    await put_on_sale(None, public_id, NOW, NOW)
    return public_id


async def known_payer(person: APerson, kind: PayerKind = PayerKind.PERSON) -> None:
    company = "Hammes GmbH" if kind is PayerKind.BUSINESS else ""
    details = PayerDetails(kind, person.name, company, "Am Markt 1", "56751", "Polch", person.email)
    await keep_payer(person.id, details, NOW)


async def test_from_the_offer_to_the_confirmation(selling: World, site: Site) -> None:
    product = await on_sale(EIGHT)
    browser = await site.browser(selling.mia)
    offered = await browser.get(f"/beitreten/{product}?weiter=/buchen%3Fstandort%3Dx")
    assert "119,00 € im Monat inkl. MwSt." in said(offered.text)
    query = f"?als=privat&beginn={TODAY}&extra=0&weiter=%2Fbuchen%3Fstandort%3Dx"
    asked = await browser.get(f"/beitreten/{product}/rechnungsadresse{query}")
    assert "Wer bekommt die Rechnung?" in asked.text
    step = f"/beitreten/{product}/rechnungsadresse{query}"
    wrong = await browser.post(step, **{**ADDRESS, "postcode": "12"})
    assert wrong.status_code == 422
    assert 'value="Am Markt 1"' in wrong.text
    kept = await browser.post(step, **ADDRESS)
    check = await browser.get(kept.headers["location"])
    words = said(check.text)
    for fact in ("Acht Tage", "134,00 € im Monat inkl. MwSt.", "Verein Testnetz", "30 Tage"):
        assert fact in words
    assert "checked" not in check.text
    assert check.text.index("Kündigungsfrist") < check.text.index("Zahlungspflichtig bestellen")
    ordered = await browser.post(kept.headers["location"], **_sent(check), **STATED)
    assert ordered.status_code == 303
    done = await browser.get(ordered.headers["location"])
    assert "offen, rechnung folgt" in said(done.text).lower()
    assert 'href="/buchen?standort=x"' in done.text
    document = re.search(r"/mitgliedschaft/dokumente/\w+", done.text)
    assert document
    read = await browser.get(document[0])
    assert "Muster-Widerrufsformular" in said(read.text)
    file = await browser.get(f"{document[0]}?datei=ja")
    assert file.text == await fetch_value("SELECT content FROM contract_document")
    assert file.headers["content-disposition"].startswith("attachment")
    assert (await (await site.browser(selling.rolf)).get(document[0])).status_code == 404


def _sent(page: httpx.Response) -> dict[str, str]:
    """The number and the mark that the summary's form holds."""
    return dict(re.findall(r'type="hidden" name="(nummer|stand)" value="(\w+)"', page.text))


async def checked_page(browser: Browser, product: str, query: str = "") -> httpx.Response:
    page = await browser.get(f"/beitreten/{product}/pruefen{query}")
    assert page.status_code == 200, page.headers.get("location")
    return page


async def test_who_is_not_signed_in_keeps_the_choice(selling: World, site: Site) -> None:
    product = await on_sale(EIGHT)
    page = await (await site.browser()).get(f"/beitreten/{product}/rechnungsadresse?als=firma&beginn={TODAY}&extra=0")
    assert f"/registrieren?weiter=%2Fbeitreten%2F{product}%2Frechnungsadresse%3Fals%3Dfirma" in page.text
    asked = await (await site.browser()).get(f"/beitreten/{product}/pruefen")
    assert asked.headers["location"].startswith("/anmelden?weiter=")


async def test_all_that_is_missing_is_said_at_once_and_ticks_stay(selling: World, site: Site) -> None:
    product = await on_sale(TEN)
    await known_payer(selling.mia)
    browser = await site.browser(selling.mia)
    page = await checked_page(browser, product)
    refused = await browser.post(f"/beitreten/{product}/pruefen", **_sent(page), volljaehrig="ja")
    assert refused.status_code == 422
    assert {"frueh-fehler", "erlischt-fehler"} <= set(re.findall(r'id="([a-z]+-fehler)"', refused.text))
    assert re.search(r'id="volljaehrig"[^>]* checked', refused.text)
    assert await fetch_value("SELECT count(*) FROM contract_order") == 0


async def test_a_price_that_has_changed_is_shown_before_it_can_be_ordered(selling: World, site: Site) -> None:
    product = await on_sale(TEN)
    await known_payer(selling.mia)
    browser = await site.browser(selling.mia)
    page = await checked_page(browser, product)
    dearer = PassTerms(name_de="Zehnerkarte", name_en="Pass of ten", amount=10, price=16000)
    await write_draft(None, product, dearer, NOW, TODAY)
    await put_on_sale(None, product, NOW, NOW)
    refused = await browser.post(f"/beitreten/{product}/pruefen", **_sent(page), **STATED)
    assert refused.status_code == 409
    assert "160,00" in said(refused.text)
    again = await browser.post(f"/beitreten/{product}/pruefen", **_sent(refused), **STATED)
    assert again.status_code == 303
    assert await fetch_value("SELECT amount FROM charge") == 16000


async def test_a_trial_needs_no_address_and_no_order_button(selling: World, site: Site) -> None:
    product = await on_sale(TRIAL)
    browser = await site.browser(selling.mia)
    way = await browser.get(f"/beitreten/{product}/rechnungsadresse")
    page = await browser.get(way.headers["location"])
    assert "Zahlungspflichtig" not in page.text
    assert "Probetag nehmen" in page.text
    taken = await browser.post(way.headers["location"], **_sent(page))
    assert taken.status_code == 303
    again = await browser.get(way.headers["location"])
    assert "Einen Probetag gibt es nur einmal" in said(again.text)
    assert "Probetag nehmen" not in again.text


async def test_businesses_see_the_net_price_and_small_businesses_show_no_tax(selling: World, site: Site) -> None:
    await known_payer(selling.mia, PayerKind.BUSINESS)
    browser = await site.browser(selling.mia)
    net = await checked_page(browser, await on_sale(EIGHT), "?als=firma")
    assert "100,00 € netto und 19,00 € MwSt." in said(net.text)
    assert "widerrufen" not in said(net.text)
    await execute(
        "INSERT INTO tax_status (operator, kind, valid_from, entered_at) VALUES ($1, 'small_business', $2, $3)",
        selling.operator,
        TODAY,
        NOW,
    )
    free = said((await checked_page(browser, await on_sale(TEN, selling.operator), "?als=firma")).text)
    assert "umsatzsteuerfrei nach § 19 UStG" in free
    assert "MwSt" not in free
    assert "Genossenschaft Maifeld" in free


@pytest.mark.parametrize(
    ("query", "field"),
    [("beginn=gestern", "beginn"), ("beginn=2026-01-01", "beginn"), ("preis=student", "preis"), ("als=firma", "als")],
)
async def test_a_choice_that_is_none_is_said_beside_its_field(
    selling: World, site: Site, query: str, field: str
) -> None:
    product = await on_sale(PassTerms(name_de="A", name_en="A", amount=1, price=9, audiences=(Audience.CONSUMER,)))
    browser = await site.browser(selling.mia)
    page = await browser.get(f"/beitreten/{product}/rechnungsadresse?{query}")
    assert page.status_code in (400, 422)
    assert f'href="#{field}"' in page.text


async def test_without_charges_nobody_can_join(world: World, site: Site) -> None:
    await execute("UPDATE network SET charges = true")
    product = await on_sale(EIGHT)
    await execute("UPDATE network SET charges = false")
    browser = await site.browser(world.mia)
    for step in ("", "/rechnungsadresse", "/pruefen"):
        assert (await browser.get(f"/beitreten/{product}{step}")).status_code == 404


async def test_the_front_desk_sells_a_ticket_and_a_pass(selling: World, site: Site) -> None:
    await execute(
        "INSERT INTO price_list_entry (operator, space, kind, per_day, valid_from, entered_at) VALUES"
        " ($1, NULL, 'desk', 1900, $3, $4), ($1, $2, 'desk', 1500, $3, $4), ($1, $2, 'room', 900, $3, $4)",
        selling.operator,
        selling.polch.id,
        TODAY,
        NOW,
    )
    ten, of_rival = await on_sale(TEN), await on_sale(TEN, selling.rival_operator)
    frida = await site.browser(selling.frida)
    guest = await _a_guest(selling)
    path = f"/theke/{selling.polch.slug}/gaeste/{guest}/karte"
    page = await frida.get(path)
    assert "Tageskarte, 15,00" in said(page.text)
    assert of_rival not in page.text
    fields = fields_of(page, path)
    assert (await frida.post(path, nummer=fields["nummer"])).status_code == 422
    assert (await frida.post(path, nummer=fields["nummer"], was=of_rival)).status_code == 404
    for _ in range(2):
        sold = await frida.post(path, nummer=fields["nummer"], was="tageskarte")
        assert sold.headers["location"].endswith("?getan=karte")
    fields = fields_of(await frida.get(path), path)
    await frida.post(path, nummer=fields["nummer"], was=ten)
    accounts = await fetch("SELECT left_units, starts_on, ends_on FROM entitlement ORDER BY id")
    assert [(row["left_units"], row["ends_on"].year) for row in accounts] == [(2, TODAY.year), (20, TODAY.year + 3)]
    assert accounts[0]["starts_on"] == accounts[0]["ends_on"] == TODAY
    charges = await fetch("SELECT amount, seller FROM charge ORDER BY id")
    assert [tuple(row.values()) for row in charges] == [(1500, selling.operator), (15000, None)]
    order = await fetch_row("SELECT placed_by, withdrawal_until, adult_at FROM contract_order ORDER BY id LIMIT 1")
    assert order is not None
    assert tuple(order.values()) == (selling.frida.id, None, None)
    bought = await contracts_where("c.person = (SELECT id FROM person WHERE public_id = $1)", guest)
    assert [one.stated.is_distance for one in bought] == [False, False]
    await execute("UPDATE network SET charges = false")
    assert (await frida.get(path)).status_code == 404
    assert "Karte" not in (await frida.get(f"/theke/{selling.polch.slug}/leute/{guest}")).text


async def _a_guest(world: World) -> str:
    public_id: str = await fetch_value(
        "INSERT INTO person (public_id, name, created_at, entered_by_operator, entered_at_space)"
        " VALUES ('ernaschmitz12345', 'Erna Schmitz', $1, $2, $3) RETURNING public_id",
        NOW,
        world.operator,
        world.polch.id,
    )
    return public_id


@pytest.mark.parametrize(
    ("kind", "audience", "amount"),
    [
        (PayerKind.PERSON, Audience.CONSUMER, "27,77 € inkl. MwSt."),
        (PayerKind.BUSINESS, Audience.BUSINESS, "23,34 € netto, 4,43 € MwSt. (19 %), zusammen 27,77 €"),
    ],
)
async def test_what_is_due_says_what_it_is(
    selling: World, site: Site, kind: PayerKind, audience: Audience, amount: str
) -> None:
    """Seven of the thirty days of 119 €."""
    await known_payer(selling.mia, kind)
    offer = await offer_on_sale(await on_sale(EIGHT), NOW)
    assert offer is not None
    order = await ordered(selling.mia.actor(), offer, NOW, Choice(TODAY, audience))
    browser = await site.browser(selling.mia)
    assert amount in said((await browser.get(f"/mitgliedschaft/bestellt/{order.public_id}")).text)
