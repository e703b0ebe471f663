"""What pays for bookings through their life."""

from datetime import date, timedelta

import pytest

from app.bookings.arrivals import check_in
from app.bookings.cancellation import cancel
from app.bookings.moving import MoveBooking, move
from app.bookings.operations import BookDesk, book
from app.bookings.paid_with import paid_with
from app.bookings.queries import BookingCard
from app.bookings.quoting import quote
from app.bookings.rules import Status
from app.bookings.series_changes import ChangeSeries, change_series, preview_change
from app.bookings.series_ending import CancelSeries, cancel_series
from app.bookings.series_making import MakeSeries, make_series, preview_series
from app.bookings.series_planning import OnConflict, SeriesConflicts
from app.bookings.together import book_together
from app.inventory.rules import Kind
from app.kernel.money import Money
from app.plans.accounts import NewAccount, accounts_out_of_balance, open_account
from app.plans.nothing_pays import NothingPays
from app.plans.rules import PriceChanged, Source
from app.plans.uses import Unit
from app.platform.database import execute, fetch, fetch_row
from tests.selling import a_charging_world
from tests.worlds import NOW, World, a_world, at, tomorrow


@pytest.fixture
async def world(undone: None) -> World:
    return await a_charging_world()


async def a_pass(world: World, days: int | None = 10, unit: Unit = Unit.DESK_DAY, units: int | None = None) -> int:
    held = units if units is not None or days is None else 2 * days
    return await open_account(
        NewAccount(world.mia.id, unit, Source.PASS, held, NOW.date(), date(2029, 12, 31), "Zehnerkarte", "Pass of ten"),
        NOW,
    )


async def a_price(world: World, kind: Kind = Kind.DESK, **prices: int) -> None:
    await execute(
        "INSERT INTO price_list_entry (operator, kind, per_day, per_half_day, per_hour, valid_from, entered_at)"
        " VALUES ($1, $2, $3, $4, $5, '2026-01-01', $6)",
        world.operator,
        kind,
        prices.get("day"),
        prices.get("half_day"),
        prices.get("hour"),
        NOW,
    )


def desk(world: World, name: str = "1", starts: int = 8, ends: int = 12, **more: object) -> BookDesk:
    return BookDesk(world.polch[name].public_id, tomorrow(starts), tomorrow(ends), **more)  # type: ignore[arg-type]


async def balance(account: int) -> tuple[int, int]:
    row = await fetch_row("SELECT left_units, held_units FROM entitlement WHERE id = $1", account)
    assert row
    return row["left_units"], row["held_units"]


async def charged() -> list[int]:
    return [row["amount"] for row in await fetch("SELECT amount FROM charge ORDER BY id")]


async def booked(world: World, command: BookDesk) -> BookingCard:
    return await book(world.mia.actor(), command, NOW)


async def test_a_network_that_charges_nothing_takes_nothing(undone: None) -> None:
    world = await a_world()
    account = await a_pass(world)
    await a_price(world, day=1900)
    booking = await booked(world, desk(world))
    assert (booking.paid_by, booking.price.amount) == ("free", 0)
    assert (await balance(account), await charged()) == ((20, 0), [])


async def test_an_operator_alone_may_be_free_of_charge(world: World) -> None:
    await execute("UPDATE operator SET charges = false WHERE id = $1", world.operator)
    assert (await booked(world, desk(world))).paid_by == "free"


async def test_a_pass_pays_is_held_and_comes_back(world: World) -> None:
    account = await a_pass(world)
    booking = await booked(world, desk(world))
    assert (booking.paid_by, await balance(account)) == ("entitlement", (18, 2))
    await cancel(world.mia.actor(), booking.public_id, NOW)
    assert await balance(account) == (20, 0)
    assert await accounts_out_of_balance() == []


async def test_arriving_spends_the_day_and_another_desk_that_day_costs_nothing(world: World) -> None:
    account = await a_pass(world)
    morning = await booked(world, desk(world))
    await booked(world, desk(world, "2", 13, 18))
    assert await balance(account) == (18, 2)
    await check_in(world.mia.actor(), morning.public_id, tomorrow(8))
    assert await balance(account) == (18, 0)


async def test_who_gives_back_too_late_has_spent_the_day(world: World) -> None:
    account = await a_pass(world)
    booking = await booked(world, desk(world))
    await execute("UPDATE booking SET cancel_until = $1", NOW)
    gone = await cancel(world.mia.actor(), booking.public_id, NOW)
    assert gone.status is Status.RELEASED
    assert await balance(account) == (18, 0)


async def test_without_anything_that_pays_there_is_an_answer_and_no_booking(world: World) -> None:
    with pytest.raises(NothingPays):
        await booked(world, desk(world))
    answer = await quote(desk(world), NOW, person=world.mia.id)
    assert [refusal.code for refusal in answer.refusals] == ["no_entitlement"]


async def test_a_day_ticket_is_charged_once_for_the_day_and_taken_back(world: World) -> None:
    await a_price(world, day=1900, half_day=1200)
    whole = await booked(world, desk(world, starts=8, ends=18))
    also = await booked(world, desk(world, "2", 8, 10))
    assert [(one.paid_by, one.price.amount) for one in (whole, also)] == [("money", 1900), ("entitlement", 0)]
    assert await charged() == [1900]
    await cancel(world.mia.actor(), whole.public_id, NOW)
    assert await charged() == [1900, -1900, 1200]
    await cancel(world.mia.actor(), also.public_id, NOW)
    assert sum(await charged()) == 0
    assert await accounts_out_of_balance() == []


async def test_half_a_day_costs_half_a_day(world: World) -> None:
    await a_price(world, day=1900, half_day=1200)
    assert (await booked(world, desk(world))).price.amount == 1200


async def test_half_a_day_that_becomes_a_whole_one_costs_the_difference_and_gives_it_back(world: World) -> None:
    await a_price(world, day=1900, half_day=1200)
    morning = await booked(world, desk(world))
    afternoon = await booked(world, desk(world, "2", 13, 18))
    assert (afternoon.paid_by, afternoon.price.amount, await charged()) == ("money", 700, [1200, 700])
    await cancel(world.mia.actor(), morning.public_id, NOW)
    assert await charged() == [1200, 700, -700]
    evening = await booked(world, desk(world, "1", 8, 12))
    await cancel(world.mia.actor(), afternoon.public_id, NOW)
    await cancel(world.mia.actor(), evening.public_id, NOW)
    assert sum(await charged()) == 0
    assert await accounts_out_of_balance() == []


async def test_an_hour_that_was_bought_is_no_day(world: World) -> None:
    await a_price(world, day=1900, hour=500)
    assert [(await booked(world, desk(world, starts=n, ends=n + 1))).price.amount for n in (8, 9, 10, 11, 12)] == [
        500,
        500,
        500,
        400,
        0,
    ]
    assert sum(await charged()) == 1900


async def test_money_in_an_account_comes_back_as_it_was_taken(world: World) -> None:
    await a_price(world, Kind.ROOM, hour=1500)
    account = await a_pass(world, unit=Unit.MONEY, units=5000)
    booking = await booked(world, BookDesk(world.polch["Nette"].public_id, tomorrow(8), tomorrow(10)))
    assert (booking.paid_by, await balance(account), await charged()) == ("entitlement", (2000, 3000), [])
    await cancel(world.mia.actor(), booking.public_id, NOW)
    assert await balance(account) == (5000, 0)


async def test_nobody_pays_more_than_was_agreed(world: World) -> None:
    await a_price(world, day=1900)
    with pytest.raises(PriceChanged):
        await booked(world, desk(world, agreed_price=1800))
    assert await charged() == []
    assert (await booked(world, desk(world, agreed_price=1900))).price.amount == 1900


async def test_a_room_is_paid_by_the_minute_from_hours_or_money(world: World) -> None:
    account = await a_pass(world, unit=Unit.ROOM_MINUTE, units=60)
    await a_price(world, Kind.ROOM, hour=1500)
    first = await booked(world, BookDesk(world.polch["Nette"].public_id, tomorrow(8), tomorrow(8, 45)))
    second = await booked(world, BookDesk(world.polch["Nette"].public_id, tomorrow(9), tomorrow(9, 30)))
    assert (first.paid_by, second.paid_by, second.price.amount) == ("entitlement", "money", 750)
    assert await balance(account) == (15, 45)
    await cancel(world.mia.actor(), second.public_id, NOW)
    assert await charged() == [750, -750]


async def test_moving_to_another_day_takes_the_day_along(world: World) -> None:
    account = await a_pass(world, days=1)
    booking = await booked(world, desk(world))
    thursday = tomorrow(8) + timedelta(days=1)
    moved = await move(
        world.mia.actor(), booking.public_id, MoveBooking(None, thursday, thursday + timedelta(hours=4)), NOW
    )
    assert (moved.paid_by, await balance(account)) == ("entitlement", (0, 2))
    await cancel(world.mia.actor(), booking.public_id, NOW)
    assert await balance(account) == (2, 0)


async def test_several_in_one_act_are_paid_by_one_day(world: World) -> None:
    account = await a_pass(world, days=1)
    await book_together(world.mia.actor(), [desk(world, "1"), desk(world, "2")], NOW)
    assert await balance(account) == (0, 2)


async def test_a_series_is_paid_date_by_date_and_says_which_dates_are_not(world: World) -> None:
    account = await a_pass(world, days=3)
    wanted = MakeSeries(desk(world), "FREQ=WEEKLY;COUNT=5", OnConflict.SKIP)
    plan = await preview_series(world.mia.actor(), wanted, NOW, "de")
    assert [refusal.code for _, refusal in plan.conflicts] == ["no_entitlement"] * 2
    made = await make_series(world.mia.actor(), wanted, NOW)
    assert [booking.paid_by for booking in made.bookings] == ["entitlement"] * 3
    assert await balance(account) == (0, 6)
    with pytest.raises(SeriesConflicts):
        await make_series(world.mia.actor(), MakeSeries(desk(world, "2"), "FREQ=WEEKLY;COUNT=5"), NOW)
    assert await accounts_out_of_balance() == []


async def test_a_series_takes_another_months_account_of_the_same_membership_and_money_for_the_rest(
    world: World,
) -> None:
    account = await a_pass(world, days=2)
    await a_price(world, day=1900)
    made = await make_series(world.mia.actor(), MakeSeries(desk(world), "FREQ=WEEKLY;COUNT=4"), NOW)
    assert [booking.paid_by for booking in made.bookings] == ["entitlement"] * 2 + ["money"] * 2
    assert (await balance(account), await charged()) == ((0, 4), [1900, 1900])
    with pytest.raises(PriceChanged) as refused:
        await make_series(
            world.mia.actor(), MakeSeries(desk(world, "2", agreed_price=1900, pays="money"), "FREQ=DAILY;COUNT=2"), NOW
        )
    assert refused.value.facts["price"] == Money(3800)


async def test_a_changed_series_takes_what_it_has_paid_along(world: World) -> None:
    account = await a_pass(world, days=3)
    made = await make_series(world.mia.actor(), MakeSeries(desk(world), "FREQ=WEEKLY;COUNT=3"), NOW)
    assert await balance(account) == (0, 6)
    change = ChangeSeries(starts_at=tomorrow(9), ends_at=tomorrow(17))
    planned = await preview_change(world.mia.actor(), made.series.public_id, change, NOW)
    assert [date.taken is not None for date in planned.plan.dates] == [True] * 3
    assert await balance(account) == (0, 6)
    changed = await change_series(world.mia.actor(), made.series.public_id, change, NOW)
    assert [booking.paid_by for booking in changed.bookings] == ["entitlement"] * 3
    assert await balance(account) == (0, 6)
    await cancel_series(world.mia.actor(), made.series.public_id, CancelSeries(), NOW)
    assert await balance(account) == (6, 0)
    assert await accounts_out_of_balance() == []


async def test_dates_of_a_series_that_end_too_late_to_come_back_stay_spent(world: World) -> None:
    account = await a_pass(world, days=3)
    made = await make_series(world.mia.actor(), MakeSeries(desk(world), "FREQ=WEEKLY;COUNT=3"), NOW)
    await execute("UPDATE booking SET cancel_until = $2 WHERE id = $1", made.bookings[2].id, NOW)
    change = ChangeSeries(rrule="FREQ=WEEKLY;BYDAY=TH;COUNT=2", starts_at=tomorrow(8) + timedelta(1))
    await change_series(world.mia.actor(), made.series.public_id, change, NOW)
    assert await accounts_out_of_balance() == []
    row = await fetch_row("SELECT sum(booked_change) AS booked FROM entitlement_entry WHERE entitlement = $1", account)
    assert row
    assert row["booked"] == 3 * 240


async def test_a_quote_is_what_the_booking_does(world: World) -> None:
    await a_pass(world, days=1)
    await a_price(world, day=1900)
    for day in (25, 26):
        wish = BookDesk(world.polch["1"].public_id, at(date(2026, 11, day), 8), at(date(2026, 11, day), 18))
        quoted = await quote(wish, NOW, person=world.mia.id)
        made = await booked(world, wish)
        assert quoted.decision
        assert (quoted.decision.paid_by, quoted.decision.price) == (made.paid_by, made.price)


async def test_a_moved_booking_says_what_it_takes_once(world: World) -> None:
    await a_pass(world)
    booking = await booked(world, desk(world))
    moved = await move(world.mia.actor(), booking.public_id, MoveBooking(starts_at=tomorrow(9)), NOW)
    assert (await paid_with([moved], "de"))[moved.id].units == 2
