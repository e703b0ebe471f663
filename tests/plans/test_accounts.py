"""Accounts: their balance is their rows, and the last day is spent once."""

import asyncio
from datetime import date, timedelta

import pytest

from app.inventory.rules import Kind
from app.kernel.periods import Period
from app.plans.accounts import (
    NewAccount,
    NotSoMuchLeft,
    SpentMeanwhile,
    accounts_out_of_balance,
    adjust,
    expire,
    expire_past,
    give_back,
    new_use,
    open_account,
    use_up,
    use_up_past,
)
from app.plans.grants import Days
from app.plans.purses import Paid, purse_of
from app.plans.rules import Payment, Purse, Source, ways_to_pay
from app.plans.uses import Unit
from app.platform.database import fetch_row, fetch_value, transaction
from app.platform.new_rows import insert_together
from tests.worlds import HERE, NOW, TOMORROW, TOMORROW_MORNING, World, a_world, at

TODAY = NOW.date()


async def a_pass(person: int, units: int | None = 20, **more: object) -> int:
    known = {"starts_on": TODAY, "ends_on": date(2029, 12, 31), "label_de": "Zehnerkarte", "label_en": "Pass of ten"}
    return await open_account(
        NewAccount(person, Unit.DESK_DAY, Source.PASS, units, **(known | more)),  # type: ignore[arg-type]
        NOW,
    )


async def purse(world: World) -> Purse:
    return await purse_of(world.mia.id, world.operator, Kind.DESK, Days(TOMORROW, TOMORROW), TODAY, "de")


async def test_who_shares_no_purse_has_the_same_without_asking_for_any(world: World) -> None:
    await a_pass(world.mia.id)
    alone = await purse_of(
        world.mia.id, world.operator, Kind.DESK, Days(TOMORROW, TOMORROW), TODAY, "de", may_share=False
    )
    assert alone.entitlements
    assert alone == await purse(world)


async def way(world: World) -> Payment:
    return ways_to_pay(desk_one(world).need(TOMORROW_MORNING, HERE), await purse(world))[0]


def desk_one(world: World) -> Paid:
    return Paid(Kind.DESK, world.operator, world.polch.id, world.polch["1"].id)


async def booked(world: World, booking: int = 1) -> int:
    """Pays for tomorrow morning; the account that did."""
    payment = await way(world)
    account = payment.entitlement
    assert account
    if payment.entry:
        await insert_together(new_use(account.id, payment.use, payment.entry, world.mia.id, TOMORROW, booking, NOW))
    return account.id


async def balance(account: int) -> tuple[int | None, int]:
    row = await fetch_row("SELECT left_units, held_units FROM entitlement WHERE id = $1", account)
    assert row
    return row["left_units"], row["held_units"]


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


async def test_who_comes_in_the_morning_spends_half_a_day_and_the_afternoons_half_can_come_back(world: World) -> None:
    account = await a_pass(world.mia.id, half_days=True)
    for number, (starts, ends) in enumerate(((8, 12), (13, 17)), 1):
        time = Period(at(TOMORROW, starts), at(TOMORROW, ends))
        [payment] = ways_to_pay(desk_one(world).need(time, HERE), await purse(world))
        assert payment.entry is not None
        await insert_together(new_use(account, payment.use, payment.entry, world.mia.id, TOMORROW, number, NOW))
    assert await balance(account) == (18, 2)
    for _ in range(2):
        await use_up(account, 1, NOW)
        assert await balance(account) == (18, 1)
    await give_back(account, 2, NOW)
    assert await balance(account) == (19, 0)
    assert await accounts_out_of_balance() == []


async def test_a_booking_holds_and_giving_back_restores(world: World) -> None:
    account = await a_pass(world.mia.id)
    assert await booked(world) == account
    assert await balance(account) == (18, 2)
    await give_back(account, 1, NOW)
    assert await balance(account) == (20, 0)
    assert await accounts_out_of_balance() == []


async def test_the_second_desk_of_a_day_costs_nothing_more(world: World) -> None:
    account = await a_pass(world.mia.id)
    await booked(world)
    payment = await way(world)
    assert (payment.entitlement and payment.entitlement.label, payment.takes) == ("Zehnerkarte", 0)
    await booked(world, booking=2)
    assert await balance(account) == (18, 2)
    await give_back(account, 1, NOW)
    assert await balance(account) == (18, 2)
    await give_back(account, 2, NOW)
    assert await balance(account) == (20, 0)


async def test_what_is_used_is_spent_once(world: World) -> None:
    account = await a_pass(world.mia.id)
    await booked(world)
    for _ in range(2):
        await use_up(account, 1, NOW)
    assert await balance(account) == (18, 0)
    assert await use_up_past(NOW, TOMORROW + timedelta(1)) == 0


async def test_what_nobody_gave_back_is_spent_when_the_day_is_over(world: World) -> None:
    account = await a_pass(world.mia.id)
    await booked(world)
    assert await use_up_past(NOW, TOMORROW) == 0
    assert await use_up_past(NOW, TOMORROW + timedelta(1)) == 1
    assert await balance(account) == (18, 0)


async def test_what_is_left_lapses_and_what_is_held_stays(world: World) -> None:
    account = await a_pass(world.mia.id, ends_on=TOMORROW)
    await booked(world)
    assert await expire(account, NOW) == 18
    assert await expire(account, NOW) == 0
    assert await balance(account) == (0, 2)
    other = await a_pass(world.mia.id, ends_on=TOMORROW)
    assert await expire_past(NOW, TOMORROW) == 0
    assert await expire_past(NOW, TOMORROW + timedelta(1)) == 1
    assert await balance(other) == (0, 0)


async def test_staff_adjusts_with_a_reason_and_never_below_zero(world: World) -> None:
    account = await a_pass(world.mia.id)
    await adjust(world.otto.actor(), account, -4, "Doppelt gutgeschrieben", NOW)
    assert await balance(account) == (16, 0)
    with pytest.raises(NotSoMuchLeft):
        await adjust(world.otto.actor(), account, -17, "Zu viel", NOW)
    assert await balance(account) == (16, 0)
    assert await fetch_value("SELECT count(*) FROM audit_entry WHERE action = 'entitlement.adjusted'") == 1


async def test_without_limit_nothing_is_entered(world: World) -> None:
    account = await a_pass(world.mia.id, units=None)
    assert await booked(world) == account
    await give_back(account, 1, NOW)
    await use_up(account, 1, NOW)
    assert await fetch_value("SELECT count(*) FROM entitlement_entry") == 0


async def test_nobody_can_write_a_balance(world: World) -> None:
    """The application's role has no right to it; only entries change it."""
    for privilege, granted in (("UPDATE", False), ("INSERT", True)):
        for column in ("left_units", "held_units"):
            assert granted == await fetch_value(
                "SELECT has_column_privilege('nahwerk_app', 'entitlement', $1, $2)", column, privilege
            )
    for table in ("entitlement", "entitlement_entry"):
        assert not await fetch_value("SELECT has_table_privilege('nahwerk_app', $1, 'DELETE')", table)


async def test_the_last_day_is_spent_once(database: str) -> None:
    """Two of one person's programs pay at the same moment: one of them decides again."""
    world = await a_world()
    account = await a_pass(world.mia.id, units=2)
    payment = await way(world)

    async def pay(booking: int) -> bool:
        assert payment.entry
        try:
            async with transaction():
                row = new_use(account, payment.use, payment.entry, world.mia.id, TOMORROW, booking, NOW)
                await insert_together(row)
                await asyncio.sleep(0.01)
        except SpentMeanwhile:
            return False
        return True

    assert sorted(await asyncio.gather(*(pay(booking) for booking in range(1, 9)))) == [False] * 7 + [True]
    assert await balance(account) == (0, 2)
    other = await a_pass(world.gundula.id, units=2)
    days = [TOMORROW + timedelta(day) for day in range(8)]

    async def spend(day: date) -> bool:
        mine = await purse_of(world.gundula.id, world.operator, Kind.DESK, Days(day, day), TODAY, "de")
        ways = ways_to_pay(desk_one(world).need(Period(at(day, 8), at(day, 12)), HERE), mine)
        if not ways or ways[0].entry is None:
            return False
        try:
            row = new_use(other, ways[0].use, ways[0].entry, world.gundula.id, day, 1, NOW)
            return await insert_together(row)
        except SpentMeanwhile:
            return False

    assert sum(await asyncio.gather(*(spend(day) for day in days))) == 1
    assert await balance(other) == (0, 2)
    assert await accounts_out_of_balance() == []
