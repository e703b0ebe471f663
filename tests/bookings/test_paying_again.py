"""Arriving after all for a day that came back, where employers are about: who pays for it then, and who never does."""

from datetime import timedelta

import pytest

from app.bookings.arrivals import check_in, come_later
from app.bookings.operations import BookDesk, book
from app.inventory.rules import Kind
from app.plans.accounts import NewAccount, accounts_out_of_balance, expire, open_account
from app.plans.budgets import provide_budgets
from app.plans.limits import LimitShape
from app.plans.nothing_pays import LimitReached, NothingPays
from app.plans.purse_limits import set_limits_for_all
from app.plans.rules import Source
from app.plans.uses import Unit
from app.platform.database import execute, fetch_value
from app.teams.operations import leave_team
from app.teams.queries import TeamCard, member_of
from tests.bookings.test_no_shows_paid import missed
from tests.bookings.test_payment import a_price, balance
from tests.selling import TODAY, a_charging_world
from tests.teams.founding import a_team
from tests.worlds import NOW, World, rules_at, staffed_at, tomorrow

A_DAY = timedelta(days=1)


@pytest.fixture
async def world(undone: None) -> World:
    """Desks at Polch are released when nobody came for half an hour."""
    world = await a_charging_world()
    await rules_at(world.polch, Kind.DESK, no_show_after=30)
    await staffed_at(world.polch)
    return world


async def an_account(world: World, *, team: TeamCard | None = None, days: int = 1, shared: bool = False) -> int:
    """Days whose no-shows come back: Mia's own, or provided by a team to her or to all its people."""
    account = NewAccount(
        None if shared else world.mia.id,
        Unit.DESK_DAY,
        Source.PASS if team is None else Source.TEAM,
        2 * days,
        TODAY,
        None,
        "Tage",
        "Days",
        no_show_spends=False,
        purse=team.purse if team is not None else None,
    )
    return await open_account(account, NOW)


async def a_desk(world: World, pays: int | None = None, desk: str = "1", in_days: int = 0) -> BookDesk:
    key = await fetch_value("SELECT public_id FROM entitlement WHERE id = $1", pays) if pays else None
    ahead = in_days * A_DAY
    return BookDesk(world.polch[desk].public_id, tomorrow(8) + ahead, tomorrow(18) + ahead, pays=key)


async def missed_day(world: World, pays: int) -> str:
    """The public id of a booking that this account has paid, for which nobody came."""
    return (await missed(await book(world.mia.actor(), await a_desk(world, pays), NOW))).public_id


async def test_a_private_day_that_came_back_is_never_paid_by_an_employer(world: World) -> None:
    """Its own account is empty by now; the team has days and money, and would come first in the order of paying."""
    own = await an_account(world)
    booking = await missed_day(world, own)
    await book(world.mia.actor(), await a_desk(world, own, "2", in_days=1), tomorrow(8, 40))
    team = await a_team(world, world.mia)
    pool = await an_account(world, team=team, shared=True)
    await a_price(world, day=1900)
    assert team.purse is not None
    await set_limits_for_all(team.purse, LimitShape(money=5000))
    await provide_budgets(team.purse, NOW, TODAY)
    for arrive in (check_in, come_later):
        with pytest.raises(NothingPays):
            await arrive(world.mia.actor(), booking, tomorrow(9))
    assert await balance(pool) == (2, 0)
    other = await an_account(world)
    there = await check_in(world.mia.actor(), booking, tomorrow(9))
    assert there.entitlement == other
    assert await fetch_value("SELECT count(*) FROM charge") == 0
    assert await accounts_out_of_balance() == []


async def test_a_team_that_has_paid_pays_again(world: World) -> None:
    team = await a_team(world, world.mia)
    seat, pool = await an_account(world, team=team), await an_account(world, team=team, shared=True)
    booking = await missed_day(world, seat)
    await expire(seat, tomorrow(8, 40))
    there = await check_in(world.mia.actor(), booking, tomorrow(9))
    assert (there.entitlement, there.paid_by) == (pool, "team")
    assert await accounts_out_of_balance() == []


async def test_a_team_that_somebody_has_left_does_not_pay_again_and_no_other_one_steps_in(world: World) -> None:
    becker, weber = await a_team(world, world.mia), await a_team(world, world.mia, name="Weber Elektro")
    first, second = [await an_account(world, team=team, shared=True) for team in (becker, weber)]
    booking = await missed_day(world, first)
    member = await member_of(becker.id, world.mia.id)
    assert member is not None
    await leave_team(None, becker, member, tomorrow(8, 40), tomorrow(8).date())
    with pytest.raises(NothingPays):
        await check_in(world.mia.actor(), booking, tomorrow(9))
    assert (await balance(first), await balance(second)) == ((2, 0), (2, 0))


async def test_it_pays_again_within_its_limits_alone(world: World) -> None:
    """The limit was reached by another day meanwhile, or lowered: neither pool nor money passes it."""
    team = await a_team(world, world.mia)
    assert team.purse is not None
    await set_limits_for_all(team.purse, LimitShape(desk_halves=2, money=5000))
    await provide_budgets(team.purse, NOW, TODAY)
    await a_price(world, day=1900)
    pool = await an_account(world, team=team, shared=True, days=5)
    booking = await missed_day(world, pool)
    await book(world.mia.actor(), await a_desk(world, pool, "2", in_days=1), tomorrow(8, 40))
    with pytest.raises(LimitReached):
        await check_in(world.mia.actor(), booking, tomorrow(9))
    assert await balance(pool) == (8, 2)
    await set_limits_for_all(team.purse, LimitShape(desk_halves=4, money=5000))
    assert (await check_in(world.mia.actor(), booking, tomorrow(9))).entitlement == pool
    steps = await fetch_value("SELECT count(*) FROM limit_step WHERE purse = $1", team.purse)
    assert steps == 3, "each of the three is counted, one after the other"


async def test_its_money_pays_again_up_to_what_is_left_of_it(world: World) -> None:
    team = await a_team(world, world.mia)
    assert team.purse is not None
    await set_limits_for_all(team.purse, LimitShape(money=3000))
    await provide_budgets(team.purse, NOW, TODAY)
    await a_price(world, day=1900)
    pool = await an_account(world, team=team, shared=True)
    booking = await missed_day(world, pool)
    await execute("UPDATE entitlement SET ends_on = $2, expired_at = $3 WHERE id = $1", pool, TODAY, tomorrow(8, 40))
    there = await check_in(world.mia.actor(), booking, tomorrow(9))
    assert there.paid_by == "team"
    budget = await fetch_value(
        "SELECT left_units FROM entitlement WHERE purse = $1 AND unit = 'money' AND starts_on <= $2 AND ends_on >= $2",
        team.purse,
        tomorrow(9).date(),
    )
    assert budget == 1100
    assert await accounts_out_of_balance() == []
