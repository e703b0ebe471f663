"""Money in an account pays a desk's day as one day, at one or several spaces, and gets back what is given back."""

from datetime import timedelta

import pytest

from app.bookings.arrivals import check_in
from app.bookings.cancellation import cancel
from app.bookings.moving import MoveBooking, move
from app.bookings.operations import BookDesk, book
from app.bookings.paid_with import said_paid
from app.bookings.queries import BookingCard, booking_by_id
from app.bookings.quoting import quote
from app.bookings.series_changes import ChangeSeries, change_series
from app.bookings.series_making import MakeSeries, make_series
from app.bookings.together import book_together
from app.identity.merging import merge_people
from app.identity.operations import NewPerson, create_people
from app.inventory.rules import Kind
from app.plans.accounts import NewAccount, accounts_out_of_balance, open_account, use_up_past
from app.plans.holdings import accounts_of, former_accounts_of, lines_of
from app.plans.rules import Source
from app.plans.uses import Unit
from app.platform.database import execute
from app.platform.language import Speaker
from tests.bookings.test_no_shows_paid import missed
from tests.bookings.test_payment import a_pass, a_price, balance, booked, charged, desk
from tests.selling import a_charging_world
from tests.worlds import NOW, TOMORROW, World, a_space, rules_at, staffed_at, tomorrow

A_DAY = timedelta(days=1)


@pytest.fixture
async def world(undone: None) -> World:
    world = await a_charging_world()
    await a_price(world, day=1900, half_day=1200)
    return world


async def credit_of(world: World, cents: int = 5000, *, spends: bool = True) -> int:
    return await open_account(
        NewAccount(
            world.mia.id,
            Unit.MONEY,
            Source.CREDIT,
            cents,
            NOW.date(),
            None,
            "Gutschrift",
            "Credit",
            no_show_spends=spends,
        ),
        NOW,
    )


async def in_words(booking: BookingCard) -> str:
    return await said_paid(await now_of(booking), Speaker("de"))


async def now_of(booking: BookingCard) -> BookingCard:
    card = await booking_by_id(booking.id)
    assert card is not None
    return card


async def test_morning_and_afternoon_at_two_spaces_one_cancelled_and_one_moved(world: World) -> None:
    """A credit of 50 euros: 12 for the morning, 7 more for the afternoon at another space, then as it is given back."""
    mendig = await a_space(world.operator, "mendig", "Mendig", resources=[(Kind.DESK, "1", ())])
    account = await credit_of(world)
    morning = await booked(world, desk(world, "1", 8, 12))
    assert await balance(account) == (3800, 1200)
    wish = BookDesk(mendig["1"].public_id, tomorrow(13), tomorrow(17))
    quoted = await quote(wish, NOW, person=world.mia.id)
    afternoon = await booked(world, wish)
    assert quoted.decision
    assert (quoted.decision.payment.takes, quoted.decision.payment.left_after) == (700, 3100)
    assert await balance(account) == (3100, 1900)
    assert (await in_words(morning), await in_words(afternoon)) == (
        "12,00\u00a0€ aus Ihrem Guthaben (Gutschrift)",
        "7,00\u00a0€ aus Ihrem Guthaben (Gutschrift)",
    )
    await cancel(world.mia.actor(), morning.public_id, NOW)
    assert await balance(account) == (3800, 1200)
    moved = await move(
        world.mia.actor(),
        afternoon.public_id,
        MoveBooking(starts_at=tomorrow(8) + A_DAY, ends_at=tomorrow(18) + A_DAY),
        NOW,
    )
    assert await balance(account) == (3100, 1900)
    assert await in_words(moved) == "19,00\u00a0€ aus Ihrem Guthaben (Gutschrift)"
    assert await use_up_past(NOW, TOMORROW + 2 * A_DAY) == 2
    assert (await balance(account), await charged()) == ((3100, 0), [])
    assert await accounts_out_of_balance() == []


async def test_the_second_desk_of_a_whole_day_costs_nothing(world: World) -> None:
    account = await credit_of(world)
    whole = await booked(world, desk(world, "1", 8, 18))
    also = await booked(world, desk(world, "2", 8, 10))
    assert (also.paid_by, await balance(account)) == ("entitlement", (3100, 1900))
    assert await in_words(also) == "Der Tag ist schon bezahlt (Gutschrift)"
    await cancel(world.mia.actor(), whole.public_id, NOW)
    assert await balance(account) == (3800, 1200)
    await cancel(world.mia.actor(), also.public_id, NOW)
    assert await balance(account) == (5000, 0)
    assert await accounts_out_of_balance() == []


async def test_several_in_one_act_are_paid_by_one_day(world: World) -> None:
    account = await credit_of(world)
    await book_together(world.mia.actor(), [desk(world, "1", 8, 18), desk(world, "2", 8, 18)], NOW)
    assert await balance(account) == (3100, 1900)


async def test_a_bought_day_is_no_holding_of_its_own(world: World) -> None:
    account = await credit_of(world)
    await booked(world, desk(world))
    assert [one.id for one in await accounts_of(world.mia.id, NOW.date())] == [account]
    assert [one.id for one in await former_accounts_of(world.mia.id, TOMORROW + A_DAY)] == []
    assert [line.left_change for line in await lines_of(account)] == [-1200, 5000]


async def test_the_difference_is_due_where_the_account_has_too_little_and_goes_back_first(world: World) -> None:
    account = await credit_of(world, 1500)
    morning = await booked(world, desk(world))
    afternoon = await booked(world, desk(world, "2", 13, 18))
    assert (afternoon.paid_by, afternoon.price.amount, await balance(account)) == ("money", 700, (300, 1200))
    await cancel(world.mia.actor(), morning.public_id, NOW)
    assert (await charged(), await balance(account)) == ([700, -700], (300, 1200))
    await cancel(world.mia.actor(), afternoon.public_id, NOW)
    assert (sum(await charged()), await balance(account)) == (0, (1500, 0))
    assert await accounts_out_of_balance() == []


async def test_arriving_spends_what_the_account_holds_for_the_day_and_nothing_else(world: World) -> None:
    await a_price(world, Kind.ROOM, hour=1500)
    account = await credit_of(world)
    morning = await booked(world, desk(world))
    room = await booked(world, BookDesk(world.polch["Nette"].public_id, tomorrow(13), tomorrow(14)))
    assert await balance(account) == (2300, 2700)
    for _ in range(2):
        await check_in(world.mia.actor(), morning.public_id, tomorrow(8))
        assert await balance(account) == (2300, 1500)
    await booked(world, desk(world, "2", 15, 18))
    assert await balance(account) == (1600, 2200)
    await cancel(world.mia.actor(), room.public_id, NOW)
    assert await balance(account) == (3100, 700)
    assert await use_up_past(NOW, TOMORROW + A_DAY) == 1
    assert await balance(account) == (3100, 0)
    assert await accounts_out_of_balance() == []


@pytest.mark.parametrize(("spends", "left"), [(True, 3800), (False, 5000)])
async def test_not_coming_spends_the_day_or_not_as_the_account_of_money_says(
    world: World, spends: bool, left: int
) -> None:
    await _released_when_nobody_comes(world)
    account = await credit_of(world, spends=spends)
    booking = await missed(await booked(world, desk(world)))
    assert await balance(account) == (left, 0)
    there = await check_in(world.mia.actor(), booking.public_id, tomorrow(9))
    assert (await balance(account), await charged()) == ((3800, 0), [])
    assert await in_words(there) == "12,00\u00a0€ aus Ihrem Guthaben (Gutschrift)"
    assert await accounts_out_of_balance() == []


async def test_what_nobody_came_for_comes_back_in_the_night(world: World) -> None:
    account = await credit_of(world, spends=False)
    await booked(world, desk(world))
    await use_up_past(NOW, TOMORROW + A_DAY)
    assert await balance(account) == (3800, 1200)
    await use_up_past(NOW, TOMORROW + 2 * A_DAY)
    assert await balance(account) == (5000, 0)
    assert await use_up_past(NOW, TOMORROW + 2 * A_DAY) == 0
    assert await accounts_out_of_balance() == []


async def test_a_moved_day_stays_with_the_account_though_a_pass_would_come_first(world: World) -> None:
    account = await credit_of(world)
    booking = await booked(world, desk(world))
    card = await a_pass(world)
    change = MoveBooking(starts_at=tomorrow(8) + A_DAY, ends_at=tomorrow(12) + A_DAY)
    await move(world.mia.actor(), booking.public_id, change, NOW)
    assert (await balance(account), await balance(card)) == ((3800, 1200), (20, 0))


async def test_a_series_and_its_change_take_the_account_along(world: World) -> None:
    account = await credit_of(world)
    made = await make_series(world.mia.actor(), MakeSeries(desk(world), "FREQ=WEEKLY;COUNT=3"), NOW)
    assert await balance(account) == (1400, 3600)
    card = await a_pass(world)
    change = ChangeSeries(starts_at=tomorrow(9), ends_at=tomorrow(13))
    await change_series(world.mia.actor(), made.series.public_id, change, NOW)
    assert (await balance(account), await balance(card)) == ((1400, 3600), (20, 0))
    assert await accounts_out_of_balance() == []


async def test_two_records_that_become_one_keep_their_days(world: World) -> None:
    kept, gone = await create_people([NewPerson("Erna", operator=world.operator) for _ in range(2)], NOW)
    account = await credit_of(world)
    await execute("UPDATE entitlement SET person = $2 WHERE id = $1", account, gone)
    whole = await book(world.otto.actor(), desk(world, "1", 8, 18), NOW, whom=gone)
    await merge_people(world.otto.actor(), kept, gone, NOW)
    also = await book(world.otto.actor(), desk(world, "2", 8, 10), NOW, whom=kept)
    assert await balance(account) == (3100, 1900)
    for booking in (whole, also):
        await cancel(world.otto.actor(), booking.public_id, NOW, for_others=True)
    assert await balance(account) == (5000, 0)
    assert await accounts_out_of_balance() == []


async def _released_when_nobody_comes(world: World) -> None:
    await rules_at(world.polch, Kind.DESK, no_show_after=30)
    await staffed_at(world.polch)
