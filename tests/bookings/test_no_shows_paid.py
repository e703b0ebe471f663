"""Who does not come: whether that spends what was held, as the account says, and arriving after all."""

from datetime import timedelta

import pytest

from app.bookings.arrivals import check_in, come_later
from app.bookings.cancellation import cancel
from app.bookings.no_shows import release_missing
from app.bookings.operations import book
from app.bookings.paid_with import paid_with
from app.bookings.queries import BookingCard, booking_by_id
from app.bookings.rules import Status
from app.bookings.settling import settle_due
from app.inventory.rules import Kind
from app.plans.accounts import NewAccount, accounts_out_of_balance, expire, open_account, use_up_past
from app.plans.nothing_pays import NothingPays
from app.plans.rules import Source
from app.plans.uses import Unit
from app.platform.database import execute
from tests.bookings.test_payment import a_charging_world, a_price, balance, booked, desk
from tests.worlds import NOW, TOMORROW, World, rules_at, staffed_at, tomorrow

QUESTION, RELEASE = tomorrow(8, 15), tomorrow(8, 30)
A_DAY = timedelta(days=1)


@pytest.fixture
async def world(undone: None) -> World:
    """Desks at Polch are released when nobody came for half an hour, and somebody is there all day."""
    world = await a_charging_world()
    await rules_at(world.polch, Kind.DESK, no_show_after=30)
    await staffed_at(world.polch)
    return world


async def an_account(world: World, days: int = 1, *, spends: bool = False) -> int:
    return await open_account(
        NewAccount(
            world.mia.id,
            Unit.DESK_DAY,
            Source.MEMBERSHIP,
            2 * days,
            NOW.date(),
            None,
            "Acht Tage",
            "Eight days",
            no_show_spends=spends,
        ),
        NOW,
    )


async def missed(booking: BookingCard) -> BookingCard:
    """As it stands when its person was asked and did not come."""
    for moment in (QUESTION, RELEASE):
        await settle_due(moment)
        await execute("UPDATE outbox_event SET dispatched_at = $1 WHERE dispatched_at IS NULL", moment)
    found = await booking_by_id(booking.id)
    assert found
    assert found.status is Status.NO_SHOW
    return found


@pytest.mark.parametrize(("spends", "left"), [(True, 0), (False, 2)])
async def test_a_no_show_spends_the_day_or_not_as_the_account_says(world: World, spends: bool, left: int) -> None:
    account = await an_account(world, spends=spends)
    await missed(await booked(world, desk(world)))
    assert await balance(account) == (left, 0)
    assert await accounts_out_of_balance() == []


async def test_so_it_is_where_the_desk_releases_it(world: World) -> None:
    account = await an_account(world)
    booking = await booked(world, desk(world))
    await release_missing(world.frida.actor(), booking.public_id, tomorrow(8, 20))
    assert await balance(account) == (2, 0)


async def test_giving_back_too_late_spends_it_all_the_same(world: World) -> None:
    account = await an_account(world)
    booking = await booked(world, desk(world))
    await execute("UPDATE booking SET cancel_until = $1", NOW)
    await cancel(world.mia.actor(), booking.public_id, NOW)
    assert await balance(account) == (0, 0)


@pytest.mark.parametrize("spends", [True, False])
async def test_who_arrives_after_all_has_paid_once(world: World, spends: bool) -> None:
    account = await an_account(world, days=2, spends=spends)
    booking = await missed(await booked(world, desk(world)))
    there = await check_in(world.mia.actor(), booking.public_id, tomorrow(9))
    assert (there.paid_by, there.entitlement, await balance(account)) == ("entitlement", account, (2, 0))
    assert (await paid_with([there], "de"))[there.id].units == 2
    assert await accounts_out_of_balance() == []


async def test_who_comes_later_holds_the_day_again(world: World) -> None:
    account = await an_account(world)
    booking = await missed(await booked(world, desk(world)))
    await come_later(world.mia.actor(), booking.public_id, tomorrow(9))
    assert await balance(account) == (0, 2)


async def test_what_was_spent_on_another_day_meanwhile_is_paid_otherwise_or_refused(world: World) -> None:
    account = await an_account(world)
    await a_price(world, day=1900)
    booking = await missed(await booked(world, desk(world)))
    thursday = desk(world, "2")
    wish = type(thursday)(thursday.what, thursday.starts_at + A_DAY, thursday.ends_at + A_DAY)
    await book(world.mia.actor(), wish, RELEASE)
    with pytest.raises(NothingPays):
        await check_in(world.mia.actor(), booking.public_id, tomorrow(9))
    other = await an_account(world)
    there = await check_in(world.mia.actor(), booking.public_id, tomorrow(9))
    assert (there.entitlement, await balance(other), await balance(account)) == (other, (0, 0), (0, 2))


async def test_who_was_there_in_the_morning_has_used_the_day(world: World) -> None:
    account = await an_account(world)
    afternoon = await booked(world, desk(world, "2", 8, 12))
    morning = await booked(world, desk(world, "1", 13, 18))
    await check_in(world.mia.actor(), morning.public_id, tomorrow(13))
    await missed(afternoon)
    assert await balance(account) == (0, 0)


async def test_when_the_day_is_over_what_nobody_came_for_comes_back_once(world: World) -> None:
    account, spending = await an_account(world), await an_account(world, spends=True)
    await booked(world, desk(world, pays=None))
    assert await balance(account) == (0, 2)
    assert await use_up_past(NOW, TOMORROW + A_DAY) == 0
    assert await use_up_past(NOW, TOMORROW + 2 * A_DAY) == 1
    assert (await balance(account), await balance(spending)) == ((2, 0), (2, 0))
    assert await use_up_past(NOW, TOMORROW + 2 * A_DAY) == 0
    assert await accounts_out_of_balance() == []


async def test_nothing_comes_back_to_an_account_that_has_ended(world: World) -> None:
    account = await an_account(world)
    await booked(world, desk(world))
    await expire(account, NOW)
    assert await use_up_past(NOW, TOMORROW + 2 * A_DAY) == 1
    assert await balance(account) == (0, 0)
