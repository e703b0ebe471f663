"""A consumer withdraws from what was bought with money by booking."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from app.bookings.arrivals import check_in
from app.bookings.cancellation import cancel
from app.bookings.clearing import WITHDRAWN
from app.bookings.declaration_settling import fitting, settle_by_rule, settle_by_staff, wish_of
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard, booking_by_id
from app.bookings.sale_withdrawing import BookedByStaff, Sale, plan_sale_back, sale_back, sale_of_booking
from app.inventory.rules import Kind
from app.plans.accounts import accounts_out_of_balance
from app.plans.declarations import DeclarationCard, DeclarationKind, Declared, Outcome, declaration_by_id, declare
from app.plans.ending import EndedAlready, FullyUsed, NoConsumer, WithdrawalOver
from app.platform.database import execute, fetch, fetch_value
from tests.bookings.test_payment import a_price
from tests.identity.conftest import HOME
from tests.selling import a_charging_world
from tests.worlds import NOW, World, at

DAY = date(2026, 11, 26)


@pytest.fixture
async def world(undone: None) -> World:
    world = await a_charging_world()
    await a_price(world, day=1900, half_day=1200)
    await a_price(world, Kind.ROOM, hour=1500)
    return world


async def booked(
    world: World, desk: str = "1", first: int = 8, last: int = 18, *, early: bool = True, day: date = DAY
) -> BookingCard:
    wish = BookDesk(world.polch[desk].public_id, at(day, first), at(day, last), early_start=early)
    return await book(world.mia.actor(), wish, NOW)


async def again(booking: BookingCard) -> BookingCard:
    card = await booking_by_id(booking.id)
    assert card is not None
    return card


async def sale_of(booking: BookingCard) -> Sale:
    sale = await sale_of_booking(await again(booking))
    assert sale is not None
    return sale


async def due() -> int:
    amount: int = await fetch_value("SELECT coalesce(sum(amount), 0)::int FROM charge")
    return amount


async def declared(what: str, now: datetime) -> DeclarationCard:
    words = Declared(DeclarationKind.WITHDRAWAL, "Mia Hammes", what, "mia@example.org", form_key=str(now))
    return await declare(words, None, "de", HOME, now)


async def withdrawn(world: World, booking: BookingCard, now: datetime) -> DeclarationCard:
    """By staff, who see what is shown and press."""
    card = await declared("Mein Platz", now)
    plan = await plan_sale_back(await sale_of(booking), now, now)
    await settle_by_staff(world.tilda.actor(), card.public_id, booking.public_id, wish_of(card), plan.state, now)
    found = await declaration_by_id(card.id)
    assert found is not None
    return found


async def test_what_has_not_begun_is_cancelled_and_costs_nothing(world: World) -> None:
    booking = await booked(world)
    assert await due() == 1900
    card = await withdrawn(world, booking, at(date(2026, 11, 25), 9))
    assert (card.outcome, card.charged, card.owed, card.person) == (Outcome.WITHDRAWN, 1900, 0, world.mia.id)
    gone = await again(booking)
    assert (gone.status, gone.reason) == ("cancelled", WITHDRAWN)
    assert await due() == 0
    assert await fetch_value("SELECT count(*) FROM claim WHERE holder = $1", booking.id) == 0
    assert await sale_of_booking(gone) is None
    assert await accounts_out_of_balance() == []


async def test_what_was_given_back_too_late_comes_back_as_money(world: World) -> None:
    booking = await booked(world)
    await execute("UPDATE booking SET cancel_until = $2 WHERE id = $1", booking.id, NOW)
    await cancel(world.mia.actor(), booking.public_id, at(date(2026, 11, 25), 9))
    assert (await again(booking)).status == "released"
    assert await due() == 1900
    await withdrawn(world, booking, at(date(2026, 11, 25), 10))
    assert (await again(booking)).status == "cancelled"
    assert await due() == 0


async def test_who_is_there_pays_the_share_of_the_time_that_is_over(world: World) -> None:
    booking = await booked(world)
    await check_in(world.mia.actor(), booking.public_id, at(DAY, 8))
    card = await withdrawn(world, booking, at(DAY, 11))
    assert (card.charged, card.owed) == (1900, 570)
    left = await again(booking)
    assert (left.status, left.price.amount, await due()) == ("completed", 570, 570)
    assert await accounts_out_of_balance() == []


async def test_without_the_two_statements_nothing_is_owed_even_when_it_is_over(world: World) -> None:
    booking = await booked(world, early=False)
    card = await withdrawn(world, booking, at(date(2026, 11, 30), 9))
    assert (card.charged, card.owed, await due()) == (1900, 0, 0)


async def test_a_bought_day_is_withdrawn_from_with_all_its_desks(world: World) -> None:
    morning, afternoon = await booked(world, last=12), await booked(world, "2", 13, 17)
    assert await due() == 1900
    sale = await sale_of(afternoon)
    assert [each.id for each in sale.bookings] == [morning.id, afternoon.id]
    await withdrawn(world, morning, at(DAY, 12))
    assert await due() == 950
    assert [(await again(each)).price.amount for each in (morning, afternoon)] == [950, 0]
    rows = await fetch("SELECT expired_at FROM entitlement WHERE charge IS NOT NULL")
    assert all(row["expired_at"] for row in rows), "the day buys no further desk"
    assert await accounts_out_of_balance() == []


async def test_a_room_is_its_own_sale(world: World) -> None:
    room = await booked(world, "Nette", 9, 11)
    await booked(world)
    assert await due() == 3000 + 1900
    await withdrawn(world, room, at(date(2026, 11, 25), 9))
    assert await due() == 1900


async def test_nobody_withdraws_twice(world: World) -> None:
    booking, now = await booked(world), at(date(2026, 11, 25), 9)
    sale, card = await sale_of(booking), await declared("Mein Platz", now)
    await sale_back(None, sale, now, card.id, None, now)
    with pytest.raises(EndedAlready):
        await sale_back(None, sale, now, card.id, None, now)


async def test_what_stands_in_the_way_is_said_to_staff(world: World) -> None:
    booking = await booked(world)
    sale = await sale_of(booking)
    for changed, on, expected in (
        (replace(sale, is_consumer=False), DAY, NoConsumer),
        (replace(sale, stated=replace(sale.stated, is_distance=False)), DAY, BookedByStaff),
        (sale, date(2026, 12, 9), WithdrawalOver),
        (sale, date(2026, 11, 27), FullyUsed),
    ):
        plan = await plan_sale_back(changed, at(on, 7), at(on, 7))
        assert isinstance(plan.withdrawal.refusal, expected)
    plan = await plan_sale_back(sale, at(DAY, 7), at(DAY, 7))
    assert plan.withdrawal.refusal is None


async def test_the_bookings_number_settles_it_by_rule_and_a_strangers_does_not(world: World) -> None:
    booking, now = await booked(world), at(date(2026, 11, 25), 9)
    words = Declared(DeclarationKind.WITHDRAWAL, "Otto Weber", booking.public_id, "otto@example.org", form_key="o")
    foreign = await declare(words, None, "de", HOME, now)
    assert not await settle_by_rule(foreign.id, now)
    assert [each.public_id for each in (await fitting(foreign, now)).sales] == [booking.public_id]
    own = await declared(f"Buchung {booking.public_id}.", now)
    assert await settle_by_rule(own.id, now)
    assert await due() == 0
    assert (await fitting(foreign, now)).sales == []
