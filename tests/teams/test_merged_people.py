"""Two records of one person become one, and both have worked out of the same team: pool, seat, budget, the same day."""

from datetime import date

import pytest

import app.main  # noqa: F401  every capability that the application has says what it moves
from app.bookings.cancellation import cancel
from app.bookings.operations import BookDesk, book
from app.identity.merging import merge_people
from app.inventory.rules import Kind
from app.plans.accounts import NewAccount, accounts_out_of_balance, open_account
from app.plans.budgets import provide_budgets
from app.plans.grants import Days
from app.plans.limits import LimitShape
from app.plans.purse_limits import set_limits_for_all
from app.plans.purses import purse_of
from app.plans.rules import Source
from app.plans.uses import Unit
from app.platform.database import execute, fetch, fetch_row, fetch_value
from app.teams.queries import TeamCard, members_of
from tests.bookings.test_payment import a_price
from tests.selling import TODAY, a_charging_world
from tests.teams.buying import SEAT, bought, seated
from tests.teams.founding import a_team
from tests.worlds import NOW, TOMORROW, APerson, World, a_person, tomorrow

DAYS = Days(TOMORROW, TOMORROW)


@pytest.fixture
async def world(undone: None) -> World:
    return await a_charging_world()


@pytest.fixture
async def second(world: World) -> APerson:
    """Mia once more, as somebody has entered her."""
    return await a_person("Mia Hames", "mia2@example.org")


async def merged(world: World, second: APerson) -> None:
    """Nadja makes one of both; the second record had no account of its own."""
    await execute("UPDATE person SET email_confirmed_at = NULL WHERE id = $1", second.id)
    await execute("UPDATE role_grant SET revoked_at = $2 WHERE person = $1", second.id, NOW)
    await merge_people(world.nadja.actor(), world.mia.id, second.id, NOW)
    left = await fetch(
        "SELECT 'entry' AS what FROM entitlement_entry WHERE person = $1 UNION ALL"
        " SELECT 'account' FROM entitlement WHERE person = $1 UNION ALL"
        " SELECT 'purse' FROM purse_member WHERE person = $1 UNION ALL"
        " SELECT 'member' FROM team_member WHERE person = $1 UNION ALL"
        " SELECT 'seat' FROM seat_holding WHERE person = $1",
        second.id,
    )
    assert left == []
    assert await accounts_out_of_balance() == []


async def a_pool(team: TeamCard, **more: object) -> int:
    account = NewAccount(None, Unit.DESK_DAY, Source.TEAM, 20, TODAY, None, "B", "B", purse=team.purse, **more)  # type: ignore[arg-type]
    return await open_account(account, NOW)


async def works(person: APerson, world: World, desk: str, hours: tuple[int, int] = (8, 18)) -> str:
    wish = BookDesk(world.polch[desk].public_id, tomorrow(hours[0]), tomorrow(hours[1]))
    booking = await book(person.actor(), wish, NOW)
    assert booking.paid_by == "team"
    return booking.public_id


async def balance(account: int) -> tuple[int, int]:
    row = await fetch_row("SELECT left_units, held_units FROM entitlement WHERE id = $1", account)
    assert row is not None
    return row["left_units"], row["held_units"]


async def test_a_day_of_a_pool_that_both_have_booked_is_paid_once(world: World, second: APerson) -> None:
    team = await a_team(world, world.mia, second)
    pool = await a_pool(team)
    bookings = [await works(world.mia, world, "1"), await works(second, world, "2"), await works(second, world, "3")]
    assert await balance(pool) == (16, 4)
    await merged(world, second)
    assert await balance(pool) == (18, 2), "one day of one person"
    for booking, after in zip(bookings, [(18, 2), (18, 2), (20, 0)], strict=True):
        await cancel(world.mia.actor(), booking, NOW)
        assert await balance(pool) == after
    assert await accounts_out_of_balance() == []


async def test_two_half_days_of_both_stay_two_halves(world: World, second: APerson) -> None:
    team = await a_team(world, world.mia, second)
    pool = await a_pool(team, half_days=True)
    await works(world.mia, world, "1", (8, 12))
    await works(second, world, "2", (13, 17))
    assert await balance(pool) == (18, 2)
    await merged(world, second)
    assert await balance(pool) == (18, 2)


async def test_somebody_who_belonged_twice_belongs_once_and_spends_once(world: World, second: APerson) -> None:
    team = await a_team(world, world.mia, second)
    await a_pool(team)
    await execute("UPDATE purse_member SET first = $2 WHERE person = $1", second.id, date(2026, 10, 1))
    await merged(world, second)
    assert [member.person for member in await members_of(team.id)] == [world.mia.id]
    purse = await purse_of(world.mia.id, world.operator, Kind.DESK, DAYS, TODAY, "de")
    assert len(purse.entitlements) == 1
    rows = await fetch("SELECT first, last FROM purse_member WHERE person = $1", world.mia.id)
    assert [tuple(row.values()) for row in rows] == [(date(2026, 10, 1), None)]


async def test_who_had_left_and_comes_back_by_the_second_record_belongs(world: World, second: APerson) -> None:
    team = await a_team(world, world.mia, second)
    await a_pool(team)
    await execute("UPDATE purse_member SET last = $2 WHERE person = $1", world.mia.id, date(2026, 11, 23))
    await execute("UPDATE team_member SET left_at = $2 WHERE person = $1", world.mia.id, NOW)
    await merged(world, second)
    assert [member.person for member in await members_of(team.id)] == [world.mia.id]
    assert len((await purse_of(world.mia.id, world.operator, Kind.DESK, DAYS, TODAY, "de")).entitlements) == 1


async def test_both_seats_are_the_one_persons(world: World, second: APerson) -> None:
    """The team pays two until it gives one to somebody else; days that are booked stay paid."""
    team = await a_team(world, world.mia, second)
    await bought(team, SEAT, 2)
    await seated(team, world.mia, second)
    await works(world.mia, world, "1")
    await works(second, world, "2")
    await merged(world, second)
    assert await fetch_value("SELECT count(*) FROM seat_holding WHERE person = $1", world.mia.id) == 2
    purse = await purse_of(world.mia.id, world.operator, Kind.DESK, DAYS, TODAY, "de")
    assert sorted(one.left for one in purse.entitlements) == [2, 2]
    assert await fetch_value("SELECT count(*) FROM booking WHERE person = $1", world.mia.id) == 2


async def test_two_budgets_of_a_month_are_one_with_what_both_have_spent_taken_off(
    world: World, second: APerson
) -> None:
    team = await a_team(world, world.mia, second)
    await a_price(world, day=1900)
    assert team.purse is not None
    await set_limits_for_all(team.purse, LimitShape(money=5000))
    await provide_budgets(team.purse, NOW, TODAY)
    mine = await works(world.mia, world, "1")
    await works(second, world, "2")
    await merged(world, second)
    await provide_budgets(team.purse, NOW, TODAY)
    november = date(2026, 11, 1)
    rows = await fetch(
        "SELECT left_units, held_units, expired_at IS NULL AS lives FROM entitlement WHERE purse = $1"
        " AND unit = 'money' AND starts_on = $2 ORDER BY id",
        team.purse,
        november,
    )
    assert sorted(tuple(row.values()) for row in rows) == [(0, 1900, False), (1200, 1900, True)]
    ahead = await fetch(
        "SELECT FROM entitlement WHERE purse = $1 AND unit = 'money' AND starts_on = $2 AND expired_at IS NULL",
        team.purse,
        date(2026, 12, 1),
    )
    assert len(ahead) == 1
    await cancel(world.mia.actor(), mine, NOW)
    assert await accounts_out_of_balance() == []


async def test_days_that_both_have_used_are_left_as_they_were(world: World, second: APerson) -> None:
    """What is over and told is not counted anew."""
    team = await a_team(world, world.mia, second)
    pool = await a_pool(team)
    await works(world.mia, world, "1")
    await works(second, world, "2")
    await execute(
        "INSERT INTO entitlement_entry (entitlement, change, held_change, person, day, step, at)"
        " SELECT entitlement, 'consume', -2, person, day, 2, at FROM entitlement_entry WHERE entitlement = $1"
        " AND change = 'hold'",
        pool,
    )
    await merged(world, second)
    assert await balance(pool) == (16, 0)
