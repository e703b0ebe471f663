"""Several bookings of one person at the same moment, with real connections; and the same without the guard, which
proves the test."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import date, timedelta

import asyncpg
import pytest

from app.bookings.operations import BookDesk, book
from app.plans.accounts import accounts_out_of_balance
from app.plans.limits import Amounts, LimitShape
from app.plans.nothing_pays import LimitReached
from app.platform.database import DB, DatabaseAway
from tests.bookings.test_limits import DAYS, a_limited_team, on, spent_by
from tests.bookings.test_payment import balance
from tests.conftest import copied
from tests.selling import a_charging_world
from tests.worlds import NOW, World

CLIENTS = 6


@pytest.fixture(scope="module")
async def world(database: str) -> World:
    return await a_charging_world()


async def at_once(world: World, wishes: Sequence[BookDesk]) -> int:
    """How many of these, wanted at the same moment, the team has paid. Who finds the database crowded asks again."""

    async def one(wish: BookDesk) -> bool:
        for _ in range(3):
            with contextlib.suppress(LimitReached, DatabaseAway):
                return (await book(world.mia.actor(), wish, NOW)).paid_by == "team"
        return False

    return sum(await asyncio.gather(*(one(wish) for wish in wishes)))


async def test_several_at_once_never_pass_the_limit_together(world: World) -> None:
    team, pool = await a_limited_team(world, LimitShape(desk_halves=4))
    assert await at_once(world, [on(world, day) for day in DAYS[:CLIENTS]]) == 2
    assert (await balance(pool), await spent_by(world, team)) == ((396, 4), Amounts(desk_halves=4))
    assert await accounts_out_of_balance() == []


async def test_without_the_steps_they_pass_it(admin_dsn: str, template: str, database: str, world: World) -> None:
    """The negative control: each of them sees a month with room for it, in one of these months at the latest."""
    await DB.close_pool()
    try:
        async with copied(admin_dsn, template, f"{template}_unguarded_limit") as dsn:
            admin = await asyncpg.connect(dsn)
            await admin.execute("ALTER TABLE limit_step DROP CONSTRAINT limit_step_once")
            await admin.close()
            await DB.open_pool(dsn, size=8)
            unguarded = await a_charging_world()
            team, _ = await a_limited_team(unguarded, LimitShape(desk_halves=2))
            for month in (date(2027, number, 1) for number in range(1, 9)):
                days = [day for n in range(14) if (day := month + timedelta(days=7 + n)).weekday() < 5][:CLIENTS]
                await at_once(unguarded, [on(unguarded, day) for day in days])
                spent = await spent_by(unguarded, team, month)
                if spent.desk_halves > 2:
                    break
            await DB.close_pool()
        assert spent.desk_halves > 2
    finally:
        with contextlib.suppress(RuntimeError):
            await DB.open_pool(database, size=8)
