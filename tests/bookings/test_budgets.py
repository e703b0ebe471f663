"""A team's budget of money for a person: granted by the month, spent by price, charged to the team by the month."""

from datetime import date, timedelta

import pytest

from app.bookings.cancellation import cancel
from app.bookings.operations import BookDesk, book
from app.inventory.rules import Kind
from app.plans.accounts import accounts_out_of_balance
from app.plans.budgets import charge_budgets, provide_budgets, settle_budgets
from app.plans.limits import Amounts, LimitShape
from app.plans.purse_limits import give_extra, own_limits_of, set_limits_for_all
from app.plans.rules import PriceChanged
from app.platform.database import fetch, fetch_value
from app.teams.queries import TeamCard
from tests.bookings.test_payment import a_price
from tests.selling import TODAY, a_charging_world
from tests.teams.founding import a_team
from tests.worlds import NOW, World, at

MONTH = date(2026, 12, 1)
DAY, NEXT = date(2026, 12, 2), date(2026, 12, 3)
AFTER = date(2027, 1, 3)
LATER = NOW + timedelta(days=45)


@pytest.fixture
async def world(undone: None) -> World:
    world = await a_charging_world()
    await a_price(world, day=1900, half_day=1200)
    await a_price(world, Kind.ROOM, hour=1500)
    return world


async def with_budget(world: World, money: int, **limits: int) -> TeamCard:
    team = await a_team(world, world.mia, world.otto)
    assert team.purse is not None
    await set_limits_for_all(team.purse, LimitShape(money=money, **limits))
    await provide_budgets(team.purse, NOW, TODAY)
    return team


def on(world: World, day: date, name: str = "1", starts: int = 8, ends: int = 17) -> BookDesk:
    return BookDesk(world.polch[name].public_id, at(day, starts), at(day, ends), agreed_price=0)


async def budgets(team: TeamCard, person: int, month: date = MONTH) -> list[tuple[int, int]]:
    rows = await fetch(
        "SELECT left_units, held_units FROM entitlement WHERE purse = $1 AND person = $2 AND unit = 'money'"
        " AND starts_on = $3",
        team.purse,
        person,
        month,
    )
    return [(row["left_units"], row["held_units"]) for row in rows]


async def charged(team: TeamCard) -> list[tuple[str, int]]:
    rows = await fetch("SELECT what_de, amount FROM charge WHERE payer = $1 ORDER BY id", team.payer)
    return [(row["what_de"], row["amount"]) for row in rows]


async def test_everybody_has_one_for_each_month_ahead_and_twice_is_once(world: World) -> None:
    team = await with_budget(world, 5000)
    await settle_budgets(NOW, TODAY)
    months = await fetch_value("SELECT count(*) FROM entitlement WHERE purse = $1", team.purse)
    assert months == 2 * 14
    assert await budgets(team, world.mia.id) == [(5000, 0)]


async def test_it_pays_by_price_and_comes_back(world: World) -> None:
    team = await with_budget(world, 5000)
    booked = await book(world.mia.actor(), on(world, DAY, ends=12), NOW)
    assert (booked.paid_by, booked.price.amount, await budgets(team, world.mia.id)) == ("team", 0, [(3800, 1200)])
    longer = await book(world.mia.actor(), on(world, DAY, "2", 13), NOW)
    assert await budgets(team, world.mia.id) == [(3100, 1900)]
    room = await book(world.mia.actor(), on(world, NEXT, "Nette", 9, 11), NOW)
    assert await budgets(team, world.mia.id) == [(100, 4900)]
    with pytest.raises(PriceChanged):
        await book(world.mia.actor(), on(world, NEXT + timedelta(1)), NOW)
    for booking in (booked, longer, room):
        await cancel(world.mia.actor(), booking.public_id, NOW)
    assert await budgets(team, world.mia.id) == [(5000, 0)]
    assert await accounts_out_of_balance() == []


async def test_what_it_buys_counts_as_days_and_hours(world: World) -> None:
    team = await with_budget(world, 50000, desk_halves=4, room_minutes=120)
    assert team.purse is not None
    await book(world.mia.actor(), on(world, DAY), NOW)
    room = await book(world.mia.actor(), on(world, DAY, "Nette", 9, 11), NOW)
    own = await own_limits_of(world.mia.id, team.purse, MONTH, MONTH)
    assert own is not None
    assert own.spent[MONTH] == Amounts(desk_halves=2, room_minutes=120, money=4900)
    with pytest.raises(PriceChanged):
        await book(world.mia.actor(), on(world, NEXT, "Nette", 9, 10), NOW)
    await cancel(world.mia.actor(), room.public_id, NOW)
    assert (await book(world.mia.actor(), on(world, NEXT, "Nette", 9, 11), NOW)).paid_by == "team"


async def test_the_team_is_charged_by_month_and_seller_and_its_charges_name_no_day_space_or_person(
    world: World,
) -> None:
    team = await with_budget(world, 5000)
    assert team.purse is not None
    await book(world.mia.actor(), on(world, DAY), NOW)
    await book(world.otto.actor(), on(world, NEXT, "2", 8, 12), NOW)
    back = await book(world.otto.actor(), on(world, NEXT + timedelta(7), "2", 8, 12), NOW)
    await cancel(world.otto.actor(), back.public_id, NOW)
    await settle_budgets(NOW, TODAY)
    assert await charged(team) == []
    for _ in range(2):
        await charge_budgets(team.purse, LATER, AFTER)
        assert await charged(team) == [("Budget Dezember 2026", 3100)]
    rows = await fetch("SELECT supply_from, supply_until, seller FROM charge WHERE payer = $1", team.payer)
    assert [tuple(row.values()) for row in rows] == [(MONTH, date(2026, 12, 31), world.operator)]


async def test_what_comes_back_after_it_was_charged_is_corrected(world: World) -> None:
    team = await with_budget(world, 5000)
    assert team.purse is not None
    booking = await book(world.mia.actor(), on(world, DAY), NOW)
    await charge_budgets(team.purse, LATER, AFTER)
    await cancel(world.mia.actor(), booking.public_id, NOW)
    await charge_budgets(team.purse, LATER, AFTER)
    assert await charged(team) == [("Budget Dezember 2026", 1900), ("Budget Dezember 2026", -1900)]


async def test_it_becomes_more_or_less_with_the_limit_and_what_is_booked_stays_paid(world: World) -> None:
    team = await with_budget(world, 5000)
    assert team.purse is not None
    await book(world.mia.actor(), on(world, DAY), NOW)
    await give_extra(team.purse, world.mia.id, MONTH, Amounts(money=1000), NOW)
    await provide_budgets(team.purse, NOW, TODAY)
    assert await budgets(team, world.mia.id) == [(4100, 1900)]
    await set_limits_for_all(team.purse, LimitShape())
    await provide_budgets(team.purse, NOW, TODAY)
    assert (await budgets(team, world.mia.id), await budgets(team, world.otto.id)) == ([(0, 1900)], [(0, 0)])
    assert await accounts_out_of_balance() == []
