"""An operator's price list: from days on, with history, and what pays by it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.inventory.rules import Kind
from app.kernel.refusals import NotFound
from app.plans.grants import Days
from app.plans.needs import Need
from app.plans.price_lists import PriceInThePast, PriceRow, day_prices, enter_price, holding, price_history, prices_at
from app.plans.purses import purse_of
from app.plans.rules import ways_to_pay
from app.plans.terms import PriceClass
from app.plans.uses import Unit
from app.platform.database import execute
from tests.selling import TODAY, it_charges
from tests.worlds import NOW, World, a_world

EVERYWHERE = PriceRow(Kind.DESK, None, None, PriceClass.NORMAL, 1500, 900, None, TODAY)


@pytest.fixture
async def world(undone: None) -> World:
    world = await a_world()
    await it_charges()
    return world


async def enter(world: World, row: PriceRow) -> None:
    await enter_price(world.otto.actor(), world.operator, row, NOW, TODAY)


async def costs(world: World, day: date = TODAY) -> int | None:
    """What a whole day at desk 1 of Polch costs somebody with nothing."""
    need = Need(Unit.DESK_DAY, day, 480, 1080, 600, world.operator, world.polch.id, world.polch["1"].id)
    purse = await purse_of(world.gundula.id, world.operator, Kind.DESK, Days(day, day), day, "de")
    ways = ways_to_pay(need, purse)
    return ways[0].price.amount if ways else None


async def test_the_narrowest_price_holds_and_its_end_gives_way_to_the_wider_one(world: World) -> None:
    assert await costs(world) is None
    await enter(world, EVERYWHERE)
    assert await costs(world) == 1500
    here = replace(EVERYWHERE, space=world.polch.id, per_day=1800)
    await enter(world, here)
    assert await costs(world) == 1800
    await enter(world, replace(here, per_day=None, per_half_day=None))
    assert await costs(world) == 1500, "an empty entry ends only what it is about"


async def test_a_price_of_a_later_day_holds_from_then_on(world: World) -> None:
    await enter(world, EVERYWHERE)
    later = TODAY + timedelta(days=10)
    await enter(world, replace(EVERYWHERE, per_day=1700, valid_from=later))
    assert [await costs(world), await costs(world, later)] == [1500, 1700]
    history = await price_history(world.operator)
    assert [row.per_day for row in history] == [1700, 1500]
    assert [row.per_day for row in holding(history, TODAY)] == [1500]


async def test_the_past_is_not_rewritten(world: World) -> None:
    with pytest.raises(PriceInThePast):
        await enter(world, replace(EVERYWHERE, valid_from=TODAY - timedelta(days=1)))


async def test_nobody_sets_prices_of_somebody_elses_places(world: World) -> None:
    for row in (
        replace(EVERYWHERE, space=world.andernach.id),
        replace(EVERYWHERE, space=world.polch.id, resource=world.andernach["A1"].id),
        replace(EVERYWHERE, space=world.polch.id, resource=world.polch["Nette"].id),
    ):
        with pytest.raises(NotFound):
            await enter(world, row)
    with pytest.raises(NotFound):
        await enter_price(world.rolf.actor(), world.operator, EVERYWHERE, NOW, TODAY)


async def test_a_space_shows_what_everybody_pays_there(world: World) -> None:
    await enter(world, EVERYWHERE)
    await enter(world, replace(EVERYWHERE, space=world.polch.id, per_day=1800))
    await enter(world, replace(EVERYWHERE, price_class=PriceClass.STUDENT, per_day=500))
    desk = world.polch["1"].id
    await enter(world, replace(EVERYWHERE, space=world.polch.id, resource=desk, per_day=2500))
    found = await prices_at(world.operator, world.polch.id, TODAY)
    assert [(row.resource, row.per_day) for row in found] == [(None, 1800), (desk, 2500)]


async def test_days_of_who_is_free_of_charge_or_gone_are_not_sold(world: World) -> None:
    await enter(world, EVERYWHERE)
    assert [price.amount for price in await day_prices(TODAY)] == [1500]
    await execute("UPDATE operator SET charges = false WHERE id = $1", world.operator)
    assert await day_prices(TODAY) == []
