"""What booking mails say of paying."""

import pytest

from app.bookings.cancellation import cancel, enter_end
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard
from app.bookings.rules import Status
from app.bookings.series_making import MakeSeries, make_series
from app.bookings.together import book_together
from app.inventory.rules import Kind
from app.platform.database import execute, fetch_value, transaction
from tests.bookings.test_payment import a_pass, a_price
from tests.notifications.conftest import ADDRESS, Happen, Postman, text_of
from tests.worlds import NOW, World, tomorrow

WITHDRAW = f"{ADDRESS}/vertrag-widerrufen"
SAID = ("Bezahlt mit: ", "Preis: ", "Sie können diesen Vertrag")


@pytest.fixture
async def charging(world: World) -> World:
    await execute("UPDATE network SET charges = true")
    return world


def wish(world: World, name: str = "1") -> BookDesk:
    return BookDesk(world.polch[name].public_id, tomorrow(8), tomorrow(12))


async def told(postman: Postman, happens: Happen, booking: BookingCard, name: str = "booking.confirmed") -> str:
    await happens(name, booking.id)
    mail = postman.mails[-1]
    html = " ".join(text_of(mail, "html").split())
    plain = text_of(mail).replace("\r\n", "\n").replace("\xa0", " ")
    said = [line for line in plain.splitlines() if line.startswith(SAID)]
    assert all(line.removeprefix("Bezahlt mit: ").removeprefix("Preis: ") in html for line in said)
    return plain


async def test_it_says_which_account_has_paid_and_what_is_left(
    charging: World, postman: Postman, happens: Happen
) -> None:
    await a_pass(charging, days=4)
    text = await told(postman, happens, await book(charging.mia.actor(), wish(charging), NOW))
    assert "\nBezahlt mit: 1 Tag von Ihrer Karte (Zehnerkarte), übrig 3 Tage\n" in text
    assert "widerrufen" not in text
    assert "€" not in text


async def test_who_pays_money_reads_the_price_the_seller_and_how_to_withdraw(
    charging: World, postman: Postman, happens: Happen
) -> None:
    await a_price(charging, day=1900, half_day=1200)
    booking = await book(charging.mia.actor(), wish(charging), NOW)
    text = await told(postman, happens, booking)
    assert "\nPreis: 12,00 €" in text
    assert "offen, Rechnung folgt. Verkäufer: Genossenschaft Maifeld" in text
    way = f"{WITHDRAW}?vertrag={booking.public_id}"
    assert f"innerhalb von 14 Tagen ohne Grund widerrufen: {way} Ist die Buchung vorher vorbei" in text
    await cancel(charging.mia.actor(), booking.public_id, NOW)
    gone = await told(postman, happens, booking, "booking.cancelled")
    assert WITHDRAW not in gone
    assert "Preis" not in gone


async def test_a_business_reads_nothing_of_withdrawing(charging: World, postman: Postman, happens: Happen) -> None:
    await a_price(charging, day=1900)
    booking = await book(charging.mia.actor(), wish(charging), NOW)
    await execute("UPDATE payer SET kind = 'business'")
    text = await told(postman, happens, booking)
    assert "Preis: 19,00 €" in text
    assert WITHDRAW not in text


async def test_what_was_booked_together_says_all_that_has_paid(
    charging: World, postman: Postman, happens: Happen
) -> None:
    await a_pass(charging, days=4)
    await a_price(charging, Kind.ROOM, hour=1500)
    desk, _ = await book_together(charging.mia.actor(), [wish(charging), wish(charging, "Nette")], NOW)
    text = await told(postman, happens, desk)
    assert "Bezahlt mit: 1 Tag von Ihrer Karte (Zehnerkarte), übrig 3 Tage\nPreis: 60,00 €" in text
    assert WITHDRAW in text


async def test_a_series_adds_up_what_has_paid_for_its_dates(charging: World, postman: Postman, happens: Happen) -> None:
    await a_pass(charging, days=2)
    await a_price(charging, day=1900)
    made = await make_series(charging.mia.actor(), MakeSeries(wish(charging), "FREQ=WEEKLY;COUNT=4"), NOW)
    keys = [booking.id for booking in made.bookings]
    key = await fetch_value("SELECT id FROM series WHERE public_id = $1", made.series.public_id)
    await happens("series.made", key, bookings=keys)
    text = text_of(postman.mails[-1]).replace("\r\n", "\n").replace("\xa0", " ")
    assert "\nBezahlt mit: 2 Tage von Ihrer Karte (Zehnerkarte), übrig 0 Tage\nPreis: 38,00 €" in text
    assert WITHDRAW in text


async def test_free_of_charge_there_is_not_a_word(world: World, postman: Postman, happens: Happen) -> None:
    await a_pass(world, days=4)
    await a_price(world, day=1900)
    text = await told(postman, happens, await book(world.mia.actor(), wish(world), NOW))
    for word in ("Bezahlt", "Preis", "€", "widerrufen", "übrig"):
        assert word not in text + text_of(postman.mails[-1], "html")


@pytest.mark.parametrize("spends", [True, False])
async def test_who_did_not_come_reads_that_the_day_is_back(
    charging: World, postman: Postman, happens: Happen, spends: bool
) -> None:
    account = await a_pass(charging, days=4)
    await execute("UPDATE entitlement SET no_show_spends = $2 WHERE id = $1", account, spends)
    booking = await book(charging.mia.actor(), wish(charging), NOW)
    async with transaction():
        await enter_end(booking.id, Status.NO_SHOW, Status.NO_SHOW, tomorrow(9))
    text = await told(postman, happens, booking, "booking.no_show")
    assert ("ist wieder in Ihrem Guthaben" in text) is not spends
