"""What pays on the pages: shown before, chosen, agreed to with the button, offered where nothing does."""

from datetime import date

import pytest

from app.bookings.cancellation import cancel
from app.bookings.operations import BookDesk
from app.bookings.series_making import MakeSeries, make_series
from app.inventory.rules import Kind
from app.plans.accounts import NewAccount, open_account
from app.plans.product_versions import new_product, put_on_sale
from app.plans.rules import Source
from app.plans.terms import PassTerms
from app.plans.uses import Unit
from app.platform.database import execute, fetch, fetch_value
from tests.bookings.lines import all_desks, waits
from tests.selling import TODAY
from tests.teams.founding import a_team
from tests.web.conftest import Browser, Site
from tests.web.test_journey import fields_of, text_of
from tests.web.test_newcomer import NINA, mailed_way
from tests.worlds import NOW, World, at

DESK = "/buchen?standort=regiohub-polch&tag=2026-11-25&zeit=eigen&von=08:00&bis=18:00&art=desk&platz={platz}"


@pytest.fixture
async def charging(world: World) -> World:
    await execute("UPDATE network SET charges = true")
    return world


async def a_price(world: World, kind: Kind = Kind.DESK, **prices: int) -> None:
    await execute(
        "INSERT INTO price_list_entry (operator, kind, per_day, per_hour, valid_from, entered_at)"
        " VALUES ($1, $2, $3, $4, '2026-01-01', $5)",
        world.operator,
        kind,
        prices.get("day"),
        prices.get("hour"),
        NOW,
    )


async def a_pass(world: World, units: int = 6) -> None:
    account = NewAccount(
        world.mia.id, Unit.DESK_DAY, Source.PASS, units, NOW.date(), date(2026, 12, 31), "Zehnerkarte", "Pass of ten"
    )
    await open_account(account, NOW)


async def sent(browser: Browser, address: str, **more: str) -> str:
    """What the page says after its form was sent with these fields; nothing after a booking."""
    fields = fields_of(await browser.get(address), "/buchen") | more
    fields.pop("_csrf_token", None)
    answer = await browser.post(address, **fields)
    return "" if answer.status_code in (302, 303) else text_of(answer)


async def test_a_member_sees_what_pays_and_what_is_left_and_may_pay_otherwise(site: Site, charging: World) -> None:
    await a_pass(charging)
    await a_price(charging, day=1900)
    browser, address = await site.browser(charging.mia), DESK.format(platz=charging.polch["1"].public_id)
    page = await browser.get(address)
    assert "1 Tag von Ihrer Karte Zehnerkarte. Danach noch 2 Tage bis 31. Dezember 2026." in text_of(page)
    assert "Zahlungspflichtig buchen" in text_of(page)
    shown = await sent(browser, address, pays="money", agreed_price="0")
    assert "Diese Buchung kostet 19,00 €." in shown.replace("\xa0", " ")
    assert await fetch_value("SELECT count(*) FROM booking") == 0
    assert "Bitte beide Erklärungen ankreuzen" in await sent(browser, address, pays="money", agreed_price="1900")
    said = {"pays": "money", "agreed_price": "1900", "frueh": "ja", "erlischt": "ja"}
    assert await sent(browser, address, **said) == ""
    [row] = await fetch("SELECT paid_by, price_amount, early_start_at FROM booking")
    assert tuple(row) == ("money", 1900, NOW)


async def test_with_two_employers_and_an_own_card_each_is_named_and_what_is_chosen_pays(
    site: Site, charging: World
) -> None:
    for name in ("Becker", "Weber"):
        team = await a_team(charging, charging.mia, name=name)
        pool = NewAccount(None, Unit.DESK_DAY, Source.TEAM, 20, TODAY, None, "Teamtage", "Team days", purse=team.purse)
        weber = await open_account(pool, NOW)
    await a_pass(charging)
    browser, address = await site.browser(charging.mia), DESK.format(platz=charging.polch["1"].public_id)
    shown = text_of(await browser.get(address))
    places = [shown.index(name) for name in ("Teamtage, Becker", "Teamtage, Weber", "Zehnerkarte")]
    assert places == sorted(places)
    assert "20" not in shown[places[0] : places[2]], "what is left of a pool tells of others"
    assert "1 Tag von Ihrem Team" in shown
    chosen = await fetch_value("SELECT public_id FROM entitlement WHERE id = $1", weber)
    assert await sent(browser, address, pays=chosen) == ""
    [row] = await fetch("SELECT public_id, entitlement, paid_by FROM booking")
    assert tuple(row)[1:] == (weber, "team")
    assert "1 Tag von Ihrem Team (Teamtage, Weber)" in text_of(await browser.get(f"/buchungen/{row['public_id']}"))


async def test_what_the_membership_pays_needs_no_paying_button(site: Site, charging: World) -> None:
    await a_pass(charging)
    browser, address = await site.browser(charging.mia), DESK.format(platz=charging.polch["1"].public_id)
    shown = text_of(await browser.get(address)).replace("\xa0", " ")
    assert "0,00 € – 1 Tag von Ihrer Karte" in shown
    assert "Zahlungspflichtig" not in shown
    assert await sent(browser, address) == ""
    assert await fetch_value("SELECT paid_by FROM booking") == "entitlement"


async def test_where_nothing_pays_something_is_offered(site: Site, charging: World) -> None:
    terms = PassTerms(name_de="Zehnerkarte", name_en="Pass of ten", amount=10, price=12000)
    made = await new_product(None, None, terms, NOW, NOW.date())
    await put_on_sale(None, made, NOW, NOW)
    browser, address = await site.browser(charging.mia), DESK.format(platz=charging.polch["1"].public_id)
    page = await browser.get(address)
    assert page.status_code == 422
    assert "Damit geht es: Zehnerkarte" in text_of(page)
    assert f"/beitreten/{made}?weiter=" in page.text


async def test_what_is_booked_with_it_is_not_paid_without_consent(site: Site, charging: World) -> None:
    await a_pass(charging)
    await a_price(charging, Kind.BOOTH, hour=300)
    browser, address = await site.browser(charging.mia), DESK.format(platz=charging.polch["1"].public_id)
    shown = await sent(browser, address, dazu_booth="ja", agreed_price="0")
    assert "Diese Buchung kostet 30,00 €." in shown.replace("\xa0", " ")
    assert await fetch_value("SELECT count(*) FROM booking") == 0
    said = {"dazu_booth": "ja", "agreed_price": "3000", "frueh": "ja", "erlischt": "ja"}
    assert await sent(browser, address, **said) == ""
    assert await fetch_value("SELECT sum(price_amount) FROM booking") == 3000


async def test_without_prices_no_page_speaks_of_them(site: Site, world: World) -> None:
    await a_price(world, day=1900)
    browser, address = await site.browser(world.mia), DESK.format(platz=world.polch["1"].public_id)
    shown = text_of(await browser.get(address))
    assert not [word for word in ("Kosten", "Preis", "€", "bezahl", "Tarif", "Rechnung") if word in shown]


async def test_a_newcomer_books_and_buys_the_day_in_one_go(site: Site, charging: World) -> None:
    await a_price(charging, day=1900)
    browser = await site.browser()
    page = await browser.get(DESK.format(platz=charging.polch["1"].public_id))
    assert "19,00 €" in text_of(page).replace("\xa0", " ")
    assert "Zahlungspflichtig buchen" not in text_of(page)
    held = await browser.client.post("/buchen", data=fields_of(page, "/buchen") | NINA)
    assert held.status_code in (302, 303)
    assert await fetch_value("SELECT count(*) FROM charge") == 0
    way = await mailed_way()
    opened = await browser.get(way)
    assert "Zahlungspflichtig buchen" in text_of(opened)
    fields = fields_of(opened, "/buchen/bestaetigen")
    again = await browser.client.post("/buchen/bestaetigen", data=fields | {"agreed_price": "1900"})
    assert "Bitte beide Erklärungen ankreuzen" in text_of(again)
    said = {"agreed_price": "1900", "frueh": "ja", "erlischt": "ja"}
    done = await browser.client.post("/buchen/bestaetigen", data=fields | said)
    assert done.status_code in (302, 303)
    [row] = await fetch(
        "SELECT c.amount, p.name, p.email, b.early_start_at FROM charge c JOIN payer p ON p.id = c.payer"
        " JOIN booking b ON b.charge = c.id"
    )
    assert tuple(row) == (1900, "Nina Neu", "nina@example.org", NOW)


async def test_a_series_says_date_by_date_what_pays_and_what_all_of_it_costs(site: Site, charging: World) -> None:
    await a_pass(charging, units=2)
    await a_price(charging, day=1900)
    browser = await site.browser(charging.mia)
    asked = {"platz": charging.polch["1"].public_id, "von": "08:00", "bis": "18:00", "ab": "2026-11-25", "mi": "ja"}
    page = await browser.get("/woche/wiederholen", params=asked | {"ende": "termine", "zahl": "3"})
    shown = text_of(page).replace("\xa0", " ")
    assert "1 Tag, Zehnerkarte" in shown
    assert "38,00 €" in shown, shown
    fields = fields_of(page, "/woche/wiederholen")
    fields.pop("_csrf_token", None)
    said = {"agreed_price": "3800", "frueh": "ja", "erlischt": "ja"}
    answer = await browser.post("/woche/wiederholen", **(fields | said))
    assert answer.status_code in (302, 303), text_of(answer)
    rows = await fetch("SELECT paid_by FROM booking ORDER BY starts_at")
    assert [row["paid_by"] for row in rows] == ["entitlement", "money", "money"]


async def test_search_and_space_say_the_lowest_price_or_what_is_there_already(site: Site, charging: World) -> None:
    await a_price(charging, day=1900)
    search = "/plaetze?ort=Polch&tag=2026-11-25&zeit=ganz&art=desk"
    stranger, mia = await site.browser(), await site.browser(charging.mia)
    assert "19,00 €" in text_of(await stranger.get(search)).replace("\xa0", " ")
    await a_pass(charging)
    assert "in Ihrem Guthaben" in text_of(await mia.get(search))
    assert "in Ihrem Guthaben" in text_of(await mia.get("/standorte/regiohub-polch?tag=2026-11-25&zeit=ganz"))
    team = await a_team(charging, charging.mia)
    await open_account(
        NewAccount(None, Unit.DESK_DAY, Source.TEAM, 20, TODAY, None, "Tage", "Days", purse=team.purse), NOW
    )
    assert "von Ihrem Team" in text_of(await mia.get(search)), "what the team provides comes first"


async def test_moving_asks_before_it_costs_more(site: Site, charging: World) -> None:
    await a_pass(charging, units=2)
    await a_price(charging, day=1900)
    browser, address = await site.browser(charging.mia), DESK.format(platz=charging.polch["1"].public_id)
    assert await sent(browser, address) == ""
    await execute("UPDATE entitlement SET ends_on = '2026-11-25'")
    [row] = await fetch("SELECT public_id FROM booking")
    to = {"beginn": "2026-11-26T08:00:00+01:00", "ende": "2026-11-26T18:00:00+01:00"}
    way = f"/buchungen/{row['public_id']}/verschieben"
    answer = await browser.post(way, **to)
    assert "Zahlungspflichtig verschieben" in text_of(answer)
    assert await fetch_value("SELECT paid_by FROM booking") == "entitlement"
    untold = await browser.post(way, **to, agreed_price="1900")
    assert untold.status_code in (409, 422)
    for words in ("Bitte beide Erklärungen ankreuzen", "Verkäufer: Genossenschaft Maifeld", "19,00 €"):
        assert words in text_of(untold).replace("\xa0", " ")
    assert await fetch_value("SELECT paid_by FROM booking") == "entitlement"
    answer = await browser.post(way, **to, agreed_price="1900", frueh="ja", erlischt="ja")
    assert answer.status_code in (302, 303)
    assert await fetch_value("SELECT paid_by FROM booking") == "money"
    shown = text_of(await browser.get(f"/buchungen/{row['public_id']}")).replace("\xa0", " ")
    assert "offen, Rechnung folgt. Verkäufer: Genossenschaft Maifeld" in shown


async def test_changing_a_series_asks_for_the_statements_that_its_dates_need(site: Site, charging: World) -> None:
    await a_pass(charging, units=4)
    await a_price(charging, day=1900)
    browser = await site.browser(charging.mia)
    weekly = BookDesk(charging.polch["1"].public_id, at(date(2026, 11, 25), 8), at(date(2026, 11, 25), 18))
    made = await make_series(charging.mia.actor(), MakeSeries(weekly, "FREQ=WEEKLY;COUNT=2"), NOW)
    await execute("UPDATE entitlement SET ends_on = '2026-11-25'")
    way = f"/woche/serien/{made.series.public_id}/aendern"
    asked = {"ab": "2026-12-02", "platz": charging.polch["2"].public_id, "von": "08:00", "bis": "18:00", "mi": "ja"}
    page = await browser.get(way, params=asked | {"bis_tag": "2026-12-02", "belegt": "platz"})
    assert "Zahlungspflichtig ändern" in text_of(page)
    assert "Ich weiß, dass mein Widerrufsrecht erlischt" in text_of(page)
    fields = fields_of(page, way)
    fields.pop("_csrf_token", None)
    untold = await browser.post(way, **(fields | {"agreed_price": "1900"}))
    assert untold.status_code in (409, 422)
    assert "Bitte beide Erklärungen ankreuzen" in text_of(untold)
    assert await fetch_value("SELECT sum(amount) FROM charge") is None
    fields = fields_of(untold, way)
    fields.pop("_csrf_token", None)
    done = await browser.post(way, **(fields | {"agreed_price": "1900", "frueh": "ja", "erlischt": "ja"}))
    assert done.status_code == 303, text_of(done)
    rows = await fetch("SELECT paid_by, early_start_at FROM booking ORDER BY starts_at")
    assert [tuple(row) for row in rows] == [("entitlement", None), ("money", NOW)]


async def test_an_offer_that_costs_shows_its_seller_again_and_takes_what_pays_by_interface(
    site: Site, charging: World
) -> None:
    await a_price(charging, day=1900)
    first, *_ = await all_desks(charging)
    mia = charging.mia
    place = await waits(mia)
    await cancel(charging.otto.actor(), first.public_id, NOW)
    browser, way = await site.browser(mia), f"/warteliste/{place.public_id}/annehmen"
    untold = await browser.post(way, agreed_price="1900")
    assert untold.status_code in (409, 422)
    for words in ("Bitte beide Erklärungen ankreuzen", "Verkäufer: Genossenschaft Maifeld"):
        assert words in text_of(untold)
    async with site.program(mia) as program:
        address = f"/api/v1/waiting-list/{place.public_id}/accept"
        refused = await program.post(address)
        assert (refused.status_code, refused.json()["code"]) == (409, "price_changed")
        wrong = await program.post(address, json={"pays": "nichts", "agreed_price": 1900})
        assert wrong.json()["code"] == "cannot_pay_with_that"
        wish = {"pays": "money", "agreed_price": 1900, "early_start": True}
        booked = await program.post(address, json=wish)
        assert (booked.status_code, booked.json()["status"]) == (200, "confirmed")
        assert (await program.post(address)).json() == booked.json()
    assert await fetch_value("SELECT early_start_at FROM booking WHERE person = $1", mia.id) == NOW


async def test_the_desk_asks_before_a_guest_is_charged(site: Site, charging: World) -> None:
    await a_price(charging, day=1900)
    browser = await site.browser(charging.frida)
    way = f"/theke/regiohub-polch/leute/{charging.mia.public_id}/buchen"
    wish = {"tag": "2026-11-25", "zeit": "ganz", "was": charging.polch["1"].public_id, "wer": charging.mia.email}
    answer = await browser.post(way, **wish)
    assert "Platz buchen – 19,00 €" in text_of(answer).replace("\xa0", " ")
    assert await fetch_value("SELECT count(*) FROM booking") == 0
    answer = await browser.post(way, **wish, agreed_price="1900")
    assert answer.status_code in (302, 303), text_of(answer)
    assert await fetch_value("SELECT price_amount FROM booking") == 1900


async def test_money_in_an_account_pays_a_day_once_on_the_pages_and_by_interface(site: Site, charging: World) -> None:
    await a_price(charging, day=1900, hour=300)
    credit = NewAccount(charging.mia.id, Unit.MONEY, Source.CREDIT, 5000, NOW.date(), None, "Gutschrift", "Credit")
    await open_account(credit, NOW)
    browser = await site.browser(charging.mia)
    first, second = (DESK.format(platz=charging.polch[name].public_id) for name in ("1", "2"))
    morning = first.replace("18:00", "12:00")
    shown = text_of(await browser.get(morning)).replace("\xa0", " ")
    assert "12,00 € aus Ihrem Guthaben Gutschrift. Danach noch 38,00 €." in shown
    assert await sent(browser, morning) == ""
    shown = text_of(await browser.get(second)).replace("\xa0", " ")
    assert "7,00 € aus Ihrem Guthaben Gutschrift. Danach noch 31,00 €." in shown
    assert await sent(browser, second) == ""
    key = await fetch_value("SELECT public_id FROM booking ORDER BY id DESC LIMIT 1")
    assert "7,00 € aus Ihrem Guthaben (Gutschrift)" in text_of(await browser.get(f"/buchungen/{key}")).replace(
        "\xa0", " "
    )
    third = first.replace(charging.polch["1"].public_id, charging.polch["3"].public_id)
    assert "Der Tag ist schon bezahlt" in text_of(await browser.get(third))
    held = text_of(await browser.get("/mitgliedschaft"))
    assert ("Gutschrift" in held, "Tageskarte" in held) == (True, False)
    told = (await browser.get("/api/v1/me/entitlements")).json()["entitlements"]
    assert [(one["kind"], one["left"]) for one in told] == [("money", 3100)]
