"""What pays on the pages: shown before, chosen, agreed to with the button, offered where nothing does."""

from datetime import date

import pytest

from app.bookings.quoting import quote
from app.inventory.rules import Kind
from app.plans.accounts import NewAccount, open_account
from app.plans.product_versions import new_product, put_on_sale
from app.plans.rules import Source
from app.plans.terms import PassTerms
from app.plans.uses import Unit
from app.platform.database import execute, fetch, fetch_value
from tests.web.conftest import Browser, Site
from tests.web.test_journey import fields_of, text_of
from tests.worlds import NOW, World

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
    from app.bookings.operations import BookDesk
    from tests.worlds import tomorrow

    wish = BookDesk(charging.polch["1"].public_id, tomorrow(8), tomorrow(18))
    assert (await quote(wish, NOW)).decision is not None
