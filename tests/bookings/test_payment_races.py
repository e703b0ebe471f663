"""Many at once for the last day of an account, with real connections; and the same with the guards off, which proves
the test."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import date, timedelta

import asyncpg
import pytest

from app.bookings.operations import BookDesk, book
from app.plans.accounts import accounts_out_of_balance
from app.plans.nothing_pays import NothingPays
from app.plans.uses import Unit
from app.platform.database import DB, execute, fetch
from tests.bookings.test_payment import a_pass, a_price, balance, booked, desk
from tests.conftest import copied
from tests.selling import a_charging_world
from tests.worlds import NOW, World, at

CLIENTS = 20


@pytest.fixture(scope="module")
async def world(database: str) -> World:
    return await a_charging_world()


def working_days() -> list[date]:
    """Twenty of them, on each of which Mia books once."""
    days = (date(2026, 12, 2) + timedelta(n) for n in range(40))
    return [day for day in days if day.weekday() < 5 and day.day not in (24, 25)][:CLIENTS]


async def spent(world: World, what: str = "1", until: int = 18) -> int:
    """How many of twenty clients have booked from eight until then, each on another day of the calendar."""
    wishes = [BookDesk(world.polch[what].public_id, at(day, 8), at(day, until)) for day in working_days()]
    return await paid_at_once(world, wishes)


def desk_on(world: World, name: str, day: date, hours: int = 8) -> BookDesk:
    return BookDesk(world.polch[name].public_id, at(day, 8), at(day, 8 + hours))


async def paid_at_once(world: World, wishes: Sequence[BookDesk]) -> int:
    """How many of these, wanted at the same moment, an account has paid."""

    async def one(wish: BookDesk) -> bool:
        with contextlib.suppress(NothingPays):
            return (await book(world.mia.actor(), wish, NOW)).paid_by == "entitlement"
        return False

    return sum(await asyncio.gather(*(one(wish) for wish in wishes)))


async def test_twenty_clients_spend_the_last_five_days_and_the_others_are_told(world: World) -> None:
    account = await a_pass(world, days=5)
    assert await spent(world) == 5
    assert await balance(account) == (0, 10)
    assert await accounts_out_of_balance() == []


async def test_twenty_clients_spend_the_last_hours_of_a_room_and_the_others_are_told(world: World) -> None:
    account = await a_pass(world, unit=Unit.ROOM_MINUTE, units=5 * 60 + 59)
    assert await spent(world, "Nette", 9) == 5
    assert await balance(account) == (59, 5 * 60)
    assert await accounts_out_of_balance() == []


async def test_the_hours_of_one_day_are_spent_once_too(world: World) -> None:
    """All of them enter into the same day of the same account."""
    account = await a_pass(world, unit=Unit.ROOM_MINUTE, units=3 * 60)
    day = working_days()[0] + timedelta(weeks=8)
    hours = [BookDesk(world.polch["Nette"].public_id, at(day, hour), at(day, hour + 1)) for hour in range(8, 16)]
    assert await paid_at_once(world, hours) == 3
    assert await balance(account) == (0, 3 * 60)
    assert await accounts_out_of_balance() == []


async def test_three_at_once_buy_one_day_once(world: World) -> None:
    await a_price(world, day=1900)
    made = await asyncio.gather(*(booked(world, desk(world, name)) for name in ("1", "2", "3")))
    assert sorted(booking.price.amount for booking in made) == [0, 0, 1900]
    assert [row["amount"] for row in await fetch("SELECT amount FROM charge")] == [1900]


async def test_three_at_once_buy_one_day_out_of_an_account_of_money_once(world: World) -> None:
    await a_price(world, day=1900)
    account = await a_pass(world, unit=Unit.MONEY, units=5000)
    wishes = [desk_on(world, name, working_days()[1] + timedelta(weeks=9)) for name in ("1", "2", "3")]
    assert await paid_at_once(world, wishes) == 3
    assert await balance(account) == (3100, 1900)
    assert await accounts_out_of_balance() == []


async def test_two_at_once_make_half_a_day_longer_once(world: World) -> None:
    await a_price(world, day=1900, half_day=1200)
    await execute("UPDATE entitlement SET expired_at = $1", NOW)
    account = await a_pass(world, unit=Unit.MONEY, units=1900)
    day = working_days()[2] + timedelta(weeks=9)
    await book(world.mia.actor(), desk_on(world, "1", day, 4), NOW)
    assert await paid_at_once(world, [desk_on(world, name, day, 4) for name in ("2", "3")]) == 2
    assert await balance(account) == (0, 1900)
    assert await accounts_out_of_balance() == []


async def test_without_the_steps_a_day_is_bought_twice(
    admin_dsn: str, template: str, database: str, world: World
) -> None:
    """The negative control: each of them sees a day that nothing was bought for, on one of these days at the latest."""
    await DB.close_pool()
    try:
        async with copied(admin_dsn, template, f"{template}_unguarded_day") as dsn:
            admin = await asyncpg.connect(dsn)
            await admin.execute("ALTER TABLE entitlement_entry DROP CONSTRAINT entitlement_entry_step")
            await admin.close()
            await DB.open_pool(dsn, size=8)
            unguarded = await a_charging_world()
            await a_price(unguarded, day=1900)
            account = await a_pass(unguarded, unit=Unit.MONEY, units=90000)
            for days, day in enumerate(working_days()[:8], start=1):
                await paid_at_once(unguarded, [desk_on(unguarded, name, day) for name in ("1", "2", "3")])
                _, held = await balance(account)
                if held > days * 1900:
                    break
            await DB.close_pool()
        assert held > days * 1900
    finally:
        with contextlib.suppress(RuntimeError):
            await DB.open_pool(database, size=8)


@pytest.mark.parametrize(
    ("what", "until", "unit", "units"), [("1", 18, Unit.DESK_DAY, 10), ("Nette", 9, Unit.ROOM_MINUTE, 300)]
)
async def test_without_the_guards_is_spent_what_is_not_there(
    admin_dsn: str, template: str, database: str, world: World, what: str, until: int, unit: Unit, units: int
) -> None:
    """The negative control: what is left is read, and nothing looks again when it is written."""
    await DB.close_pool()
    try:
        async with copied(admin_dsn, template, f"{template}_unguarded_account") as dsn:
            admin = await asyncpg.connect(dsn)
            await admin.execute("ALTER TABLE entitlement DROP CONSTRAINT entitlement_never_below_zero")
            await admin.close()
            await DB.open_pool(dsn, size=8)
            unguarded = await a_charging_world()
            account = await a_pass(unguarded, unit=unit, units=units)
            counted = await spent(unguarded, what, until)
            left, _ = await balance(account)
            await DB.close_pool()
        assert counted > 5
        assert left < 0
    finally:
        with contextlib.suppress(RuntimeError):
            await DB.open_pool(database, size=8)
