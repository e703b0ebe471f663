"""What is sold, on pages: written by staff, compared by everybody, agreed to by members; nowhere where it is free."""

import re
from collections.abc import Mapping
from datetime import timedelta

import msgspec
import pytest

from app.plans.announcing import announce, open_offers_of
from app.plans.product_versions import put_on_sale, write_draft
from app.plans.products import offers_on_sale
from app.plans.queries import memberships_of
from app.plans.terms import PassTerms, PlanTerms, PriceClass
from app.platform.database import execute, fetch_value
from tests.selling import EIGHT, TEN, TODAY, a_member, it_charges, on_sale
from tests.web.conftest import Site, said
from tests.worlds import NOW, World

PLAN: Mapping[str, str] = {
    "art": "tarif",
    "name_de": "Freie",
    "name_en": "Freelance",
    "audience_consumer": "ja",
    "audience_business": "ja",
    "billed": "month",
    "price": "89,50",
    "tax_code": "standard",
    "concession_student": "59",
    "desk_days": "8",
    "half_days": "ja",
    "extra_1_name_de": "Schließfach",
    "extra_1_name_en": "Locker",
    "extra_1_price": "9",
    "standort-regiohub-polch": "ja",
    "tag-0": "ja",
    "hours": "8–18",
    "overage_desk_day_day": "12",
    "first_term_months": "1",
    "notice_days": "30",
}
NETWORK, OPERATOR = "/netzwerk/tarife", "/betreiber/polch/tarife"


@pytest.fixture
async def world(world: World) -> World:
    await it_charges()
    return world


def plain(text: str) -> str:
    return text.replace("\xa0", " ")


async def test_a_plan_is_written_compared_and_put_on_sale(site: Site, world: World) -> None:
    nadja = await site.browser(world.nadja)
    made = await nadja.post(f"{NETWORK}/neu", **PLAN)
    page = await nadja.get(made.headers["location"])
    assert "89,50 € im Monat" in plain(said(page.text))
    assert await offers_on_sale(NOW) == [], "a draft is sold by nobody"
    address = made.headers["location"].partition("?")[0]
    await nadja.post(f"{address}/verkauf", valid_from=TODAY.isoformat())
    [offer] = await offers_on_sale(NOW)
    terms = offer.terms
    assert isinstance(terms, PlanTerms)
    assert (terms.price, terms.concessions, terms.half_days) == (8950, {PriceClass.STUDENT: 5900}, True)
    assert (terms.scope.spaces, terms.scope.weekdays, terms.scope.opens) == ([world.polch.id], [0], 480)
    form = await nadja.get(f"{address}/entwurf")
    stand = re.findall(r'name="stand" value="([^"]+)"', form.text)[0]
    site.clock.at = NOW + timedelta(minutes=1)
    again = await nadja.post(f"{address}/entwurf", **{**PLAN, "price": "95", "stand": stand})
    page = await nadja.get(again.headers["location"])
    assert "Preis geändert 89,50 € im Monat" in plain(said(page.text))
    stale = await nadja.post(f"{address}/entwurf", **{**PLAN, "price": "97", "stand": stand})
    assert stale.status_code == 409
    assert 'value="97"' in stale.text


async def test_what_the_law_forbids_stands_beside_its_field_and_the_input_stays(site: Site, world: World) -> None:
    nadja = await site.browser(world.nadja)
    wrong = {**PLAN, "price": "viel", "first_term_months": "25", "notice_days": "60", "name_en": "", "hours": "abends"}
    again = await nadja.post(f"{NETWORK}/neu", **wrong)
    assert again.status_code == 422
    for field in ("price", "first_term_months", "notice_days", "name_en", "hours"):
        assert f'id="{field}-fehler"' in again.text, field
    assert "BGB § 309 Nr. 9" in again.text
    assert 'value="viel"' in again.text
    assert await fetch_value("SELECT count(*) FROM product") == 0


async def test_an_operator_writes_for_its_own_spaces_and_sees_no_others(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    form = await otto.get(f"{OPERATOR}/neu")
    assert "standort-regiohub-polch" in form.text
    assert "standort-alte-post-andernach" not in form.text
    foreign = {**PLAN, "standort-regiohub-polch": "", "standort-alte-post-andernach": "ja"}
    made = await otto.post(f"{OPERATOR}/neu", **foreign)
    await otto.post(f"{made.headers['location'].partition('?')[0]}/verkauf", valid_from=TODAY.isoformat())
    [offer] = await offers_on_sale(NOW)
    assert offer.seller == world.operator
    assert not offer.holds_at(world.rival_operator, world.andernach.id)
    of_network = await on_sale(EIGHT)
    assert (await otto.get(f"{OPERATOR}/{of_network.public_id}")).status_code == 404


async def test_a_pass_is_written_and_taken_off_sale(site: Site, world: World) -> None:
    nadja = await site.browser(world.nadja)
    card = {name: PLAN[name] for name in ("name_de", "name_en", "audience_consumer", "tax_code")}
    made = await nadja.post(f"{NETWORK}/neu", art="karte", unit="money", amount="50", price="45", **card)
    address = made.headers["location"].partition("?")[0]
    await nadja.post(f"{address}/verkauf", valid_from=TODAY.isoformat())
    [offer] = await offers_on_sale(NOW)
    assert isinstance(offer.terms, PassTerms)
    assert (offer.terms.amount, offer.terms.price) == (5000, 4500)
    await nadja.post(f"{address}/vom-verkauf")
    assert await offers_on_sale(NOW) == []


async def test_consumers_see_gross_and_businesses_net_prices(site: Site, world: World) -> None:
    await on_sale(EIGHT)
    anybody = await site.browser()
    private, business = await anybody.get("/tarife"), await anybody.get("/tarife?fuer=geschaeftlich")
    assert "119,00 € im Monat inkl. MwSt." in plain(said(private.text))
    assert "100,00 € im Monat zzgl. MwSt." in plain(said(business.text))


async def test_a_small_business_shows_no_tax(site: Site, world: World) -> None:
    await execute(
        "INSERT INTO tax_status (operator, kind, valid_from, entered_at) VALUES ($1, 'small_business', $2, $3)",
        world.operator,
        TODAY,
        NOW,
    )
    await on_sale(TEN, seller=world.operator)
    page = plain(said((await (await site.browser()).get("/tarife")).text))
    assert "150,00 € umsatzsteuerfrei nach § 19 UStG" in page
    assert "MwSt" not in page


async def test_which_fits_is_answered_from_days_a_week(site: Site, world: World) -> None:
    await on_sale(EIGHT)
    always = await on_sale(PlanTerms(name_de="Immer", name_en="Always", price=15000, unlimited_desks=True))
    page = await (await site.browser()).get("/tarife?tage=5")
    found = page.text.partition('class="nw-found"')[2].partition("</section>")[0]
    assert found.index("Immer") < found.index("Acht Tage")
    assert f"/beitreten/{always.public_id}" in found
    assert "nw-found" not in (await (await site.browser()).get("/tarife?tage=99")).text


async def test_a_space_says_what_it_costs_there(site: Site, world: World) -> None:
    await on_sale(TEN, seller=world.rival_operator)
    here = await on_sale(EIGHT)
    otto = await site.browser(world.otto)
    entry = {"place": "desk", "price_class": "normal", "per_day": "15", "per_half_day": "9", "tax_code": "standard"}
    saved = await otto.post("/betreiber/polch/preise", **entry, valid_from=TODAY.isoformat())
    assert saved.headers["location"].endswith("getan=preis")
    gratis = {"place": "booth", "price_class": "normal", "per_day": "0", "tax_code": "standard"}
    await otto.post("/betreiber/polch/preise", **gratis, valid_from=TODAY.isoformat())
    page = await (await site.browser()).get("/standorte/regiohub-polch")
    assert "15,00 € am Tag · 9,00 € bis fünf Stunden" in plain(said(page.text))
    assert "Kabinen kostenlos" in plain(said(page.text))
    assert f"/beitreten/{here.public_id}" in page.text
    assert "Zehnerkarte" not in page.text
    wrong = await otto.post("/betreiber/polch/preise", **{**entry, "per_day": "x"}, valid_from="2020-01-01")
    assert 'id="per_day-fehler"' in wrong.text
    ended = await otto.post("/betreiber/polch/preise", place="desk", price_class="normal", womit="enden")
    assert "15,00" not in (await otto.get(ended.headers["location"])).text.partition("Was früher galt")[0]


async def test_a_member_reads_what_would_change_and_decides(site: Site, world: World) -> None:
    offer = await on_sale(EIGHT)
    await a_member(world.mia, offer)
    await write_draft(None, offer.public_id, msgspec.structs.replace(EIGHT, price=12900), NOW, TODAY)
    await put_on_sale(None, offer.public_id, NOW + timedelta(seconds=1), NOW)
    nadja = await site.browser(world.nadja)
    asked = await nadja.post(f"{NETWORK}/{offer.public_id}/ankuendigen", change_from="2027-02-01")
    assert asked.headers["location"].endswith("getan=angekuendigt")
    [question] = await open_offers_of(world.mia.id)
    address = f"/mitgliedschaft/angebote/{question.public_id}"
    mia = await site.browser(world.mia)
    for found_at in ("/mitgliedschaft", "/woche"):
        link = (await mia.get(found_at)).text
        assert f'href="{address}"' in link, found_at
        assert "Neue Bedingungen für Acht Tage ab 1. Februar 2027" in plain(said(link))
    page = plain(said((await mia.get(address)).text))
    assert "Preis ändert sich 119,00 € im Monat 129,00 € im Monat" in page
    assert "Zahlungspflichtig zustimmen" in page
    await mia.post(address)
    assert len((await memberships_of(world.mia.id))[0].timeline.stretches) == 1, "no button, no answer"
    kept = await mia.post(address, antwort="behalten")
    assert "Sie behalten die bisherigen Bedingungen." in said((await mia.get(kept.headers["location"])).text)
    assert address not in (await mia.get("/mitgliedschaft")).text
    late = await mia.post(address, antwort="zustimmen")
    assert late.status_code == 409
    assert (await (await site.browser(world.gundula)).get(address)).status_code == 404


async def test_the_order_of_plans_is_the_sellers(site: Site, world: World) -> None:
    four = PlanTerms(name_de="Vier Tage", name_en="Four days", price=7000, desk_days=4)
    eight, fewer, ten = [await on_sale(terms) for terms in (EIGHT, four, TEN)]
    theirs = await on_sale(EIGHT, seller=world.operator)
    nadja, otto = await site.browser(world.nadja), await site.browser(world.otto)

    async def stand() -> list[str]:
        offers = (await nadja.get("/api/v1/plans")).json()["items"]
        return [one["id"] for one in offers if one["id"] != theirs.public_id]

    assert await stand() == [eight.public_id, fewer.public_id, ten.public_id]
    for product, way, expected in (
        (fewer, "hoch", [fewer, eight, ten]),
        (fewer, "hoch", [fewer, eight, ten]),
        (ten, "hoch", [fewer, eight, ten]),
        (fewer, "runter", [eight, fewer, ten]),
        (fewer, "runter", [eight, fewer, ten]),
    ):
        moved = await nadja.post(f"{NETWORK}/{product.public_id}/verschieben", richtung=way)
        assert moved.headers["location"] == f"{NETWORK}#{product.public_id}"
        assert await stand() == [one.public_id for one in expected]
    await nadja.post(f"{NETWORK}/{fewer.public_id}/verschieben", richtung="hoch")
    public = said((await nadja.get("/tarife")).text)
    assert public.index("Vier Tage") < public.index("Acht Tage")
    assert (await otto.post(f"{OPERATOR}/{fewer.public_id}/verschieben", richtung="hoch")).status_code == 404


async def test_announcing_without_a_day_says_so_beside_the_field(site: Site, world: World) -> None:
    offer = await on_sale(EIGHT)
    await a_member(world.mia, offer)
    await write_draft(None, offer.public_id, msgspec.structs.replace(EIGHT, price=12900), NOW, TODAY)
    await put_on_sale(None, offer.public_id, NOW + timedelta(seconds=1), NOW)
    nadja = await site.browser(world.nadja)
    again = await nadja.post(f"{NETWORK}/{offer.public_id}/ankuendigen", change_from="bald")
    assert 'id="change_from-fehler"' in again.text


async def test_where_it_is_free_nothing_of_it_is_there(site: Site, world: World) -> None:
    await execute("UPDATE network SET charges = true")
    offer = await on_sale(TEN, seller=world.operator)
    member = await on_sale(EIGHT)
    await a_member(world.mia, member)
    await write_draft(None, member.public_id, EIGHT, NOW, TODAY)
    await put_on_sale(None, member.public_id, NOW + timedelta(seconds=1), NOW)
    await announce(None, member.public_id, TODAY + timedelta(days=9), NOW, TODAY)
    [question] = await open_offers_of(world.mia.id)
    nadja, otto, mia = [await site.browser(person) for person in (world.nadja, world.otto, world.mia)]
    await nadja.post("/netzwerk/einstellungen/kosten", kosten="nein")
    for browser, address in (
        (mia, "/tarife"),
        (mia, f"/mitgliedschaft/angebote/{question.public_id}"),
        (nadja, NETWORK),
        (otto, OPERATOR),
        (otto, f"{OPERATOR}/{offer.public_id}"),
        (otto, "/betreiber/polch/preise"),
        (otto, "/betreiber/polch/kosten"),
    ):
        assert (await browser.get(address)).status_code == 404, address


async def test_a_network_that_never_charged_says_no_word_of_it(site: Site, world: World) -> None:
    await execute("UPDATE network SET charges = false")
    nadja, otto = await site.browser(world.nadja), await site.browser(world.otto)
    for browser, address in (
        (nadja, "/standorte/regiohub-polch"),
        (nadja, "/netzwerk/einstellungen"),
        (nadja, "/netzwerk/protokoll"),
        (otto, "/betreiber/polch"),
    ):
        page = (await browser.get(address)).text
        assert not re.search(r"Preis|Tarif|Rechnung|Guthaben|Bestell", page), address


async def test_an_operator_that_is_free_of_charge_sells_nothing(site: Site, world: World) -> None:
    await on_sale(TEN, seller=world.operator)
    otto = await site.browser(world.otto)
    await otto.post("/betreiber/polch/kosten", kosten="nein")
    assert (await otto.get(OPERATOR)).status_code == 404
    assert (await otto.get("/betreiber/polch/preise")).status_code == 404
    assert "Zehnerkarte" not in (await otto.get("/tarife")).text
    assert "Was es hier kostet" not in (await otto.get("/standorte/regiohub-polch")).text
    await otto.post("/betreiber/polch/kosten", kosten="ja")
    assert "Zehnerkarte" in (await otto.get("/tarife")).text
