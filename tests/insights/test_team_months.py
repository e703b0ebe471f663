"""What is told of a team's month: sums of five people or more, once, and never anew."""

from datetime import date

import pytest

from app.bookings.cancellation import cancel
from app.bookings.rules import DayPart
from app.bookings.search import Wanted
from app.bookings.settling import settle_due
from app.bookings.team_booking import BookForTeam, book_for_team
from app.insights.team_months import MonthTold, close_team_months, team_months
from app.plans.budgets import charge_budgets
from app.plans.limits import LimitShape
from app.plans.rules import Pays
from app.platform.database import execute, fetch
from app.teams.limits import limit_everybody
from app.teams.queries import TeamCard, members_of
from tests.selling import it_charges
from tests.teams.buying import SEAT, bought
from tests.teams.founding import a_team, acting
from tests.teams.spending import (
    IN_OCTOBER,
    NOVEMBER_IS_OVER,
    OCTOBER,
    a_team_with_a_pool,
    colleagues,
    in_cost_centre,
    workdays,
    works,
)
from tests.worlds import NOW, APerson, World, a_world, at

TODAY = NOW.date()
NOVEMBER = date(2026, 11, 1)


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


@pytest.fixture
async def people(world: World) -> list[APerson]:
    return await colleagues(12)


async def told(team: TeamCard, month: date = OCTOBER) -> MonthTold:
    [found] = await team_months(team.id, month, month)
    return found.told


async def test_a_month_is_told_once_it_is_over_and_settled(world: World, people: list[APerson]) -> None:
    team = await a_team_with_a_pool(world, people)
    assert await close_team_months(NOW, date(2026, 11, 3)) == 0
    assert await close_team_months(NOW, date(2026, 11, 4)) == 1
    assert await close_team_months(NOW, TODAY) == 0
    assert [one.month for one in await team_months(team.id, OCTOBER, TODAY)] == [OCTOBER]
    assert await close_team_months(NOW, NOVEMBER_IS_OVER) == 1


async def test_the_days_of_five_people_are_told_and_those_of_four_are_not(world: World, people: list[APerson]) -> None:
    team = await a_team_with_a_pool(world, people)
    for person, day in zip(people[:4], workdays(OCTOBER, 4), strict=True):
        await works(person, world.polch["1"], day)
    for person, day in zip(people[:5], workdays(NOVEMBER, 5), strict=True):
        await works(person, world.polch["1"], day)
    await close_team_months(NOW, NOVEMBER_IS_OVER)
    assert (await told(team)).half_days.total is None
    assert (await told(team, NOVEMBER)).half_days.total == 10


async def test_a_cost_centre_of_one_is_not_told_and_cannot_be_subtracted(world: World, people: list[APerson]) -> None:
    team = await a_team_with_a_pool(world, people)
    await in_cost_centre(team, "Chefin", people[:1])
    works_ = await in_cost_centre(team, "Werk", people[1:6])
    office = await in_cost_centre(team, "Büro", people[6:])
    for person, day in zip(people, workdays(OCTOBER, 12), strict=True):
        await works(person, world.polch["1"], day)
    await close_team_months(NOW, TODAY)
    found = await told(team)
    assert found.half_days.total == 24
    assert found.half_days.parts == {office: 12}
    assert works_ in found.groups
    assert found.half_days.rest == 12


async def test_spaces_are_told_for_the_whole_team_where_five_were_and_five_were_not(
    world: World, people: list[APerson]
) -> None:
    team = await a_team_with_a_pool(world, people)
    for person, day in zip(people[:6], workdays(OCTOBER, 6), strict=True):
        await works(person, world.polch["1"], day)
    for person, day in zip(people[6:], workdays(OCTOBER, 6), strict=True):
        await works(person, world.andernach["A1"], day)
    await close_team_months(NOW, TODAY)
    spaces = (await told(team)).spaces
    assert spaces.parts == {str(world.polch.id): 12, str(world.andernach.id): 12}


async def test_where_everybody_was_at_one_space_it_is_not_named(world: World, people: list[APerson]) -> None:
    team = await a_team_with_a_pool(world, people[:6])
    for person, day in zip(people[:6], workdays(OCTOBER, 6), strict=True):
        await works(person, world.polch["1"], day)
    await close_team_months(NOW, TODAY)
    assert (await told(team)).half_days.total == 12
    assert not (await told(team)).spaces.parts


async def test_a_private_day_is_not_in_it(world: World, people: list[APerson]) -> None:
    team = await a_team_with_a_pool(world, people)
    for person, day in zip(people[:5], workdays(OCTOBER, 5), strict=True):
        await works(person, world.polch["1"], day)
    await execute("UPDATE operator SET charges = false")
    await works(people[6], world.polch["1"], IN_OCTOBER)
    await close_team_months(NOW, TODAY)
    assert (await told(team)).half_days.total == 10


async def test_what_is_given_back_in_time_is_not_in_it_and_later_nothing_changes(
    world: World, people: list[APerson]
) -> None:
    team = await a_team_with_a_pool(world, people)
    booked = [
        await works(person, world.polch["1"], day) for person, day in zip(people[:7], workdays(OCTOBER, 7), strict=True)
    ]
    first = workdays(OCTOBER, 1)[0]
    await cancel(people[0].actor(), booked[0].public_id, at(first.replace(month=9, day=30), 13))
    await close_team_months(NOW, TODAY)
    assert (await told(team)).half_days.total == 12
    await execute(
        "INSERT INTO entitlement_entry"
        " (entitlement, change, left_change, booked_change, person, day, step, booking, at)"
        " SELECT entitlement, 'release', 2, -600, person, day, step + 10, booking, at FROM entitlement_entry"
        " WHERE booking = $1",
        booked[1].id,
    )
    await execute("UPDATE team_member SET cost_centre = NULL, left_at = $2 WHERE team = $1", team.id, NOW)
    await close_team_months(NOW, NOVEMBER_IS_OVER)
    assert (await told(team)).half_days.total == 12


async def test_an_account_without_limit_counts_what_is_booked_with_it(world: World, people: list[APerson]) -> None:
    team = await a_team_with_a_pool(world, people)
    await execute("UPDATE entitlement SET ends_on = '2026-10-01' WHERE purse = $1", team.purse)
    for person in people[:5]:
        await execute(
            "INSERT INTO entitlement (public_id, person, unit, source, starts_on, left_units, purse, created_at)"
            " VALUES ('seat-' || $1::bigint, $1::bigint, 'desk_day', 'team', '2026-10-01', NULL, $2, $3)",
            person.id,
            team.purse,
            NOW,
        )
    for person, day in zip(people[:5], workdays(date(2026, 10, 5), 5), strict=True):
        await works(person, world.polch["1"], day)
    await close_team_months(NOW, TODAY)
    assert (await told(team)).half_days.total == 10


async def test_the_database_lets_nobody_change_what_was_told(world: World, people: list[APerson]) -> None:
    await a_team_with_a_pool(world, people)
    await close_team_months(NOW, TODAY)
    with pytest.raises(Exception, match="permission denied"):
        await execute("UPDATE team_month SET told = '{}'")


async def test_what_contracts_cost_tells_nothing_of_what_one_has_spent(world: World) -> None:
    """Neither of a budget nor of a desk booked for somebody that no pool paid."""
    await it_charges()
    team = await a_team(world, world.mia)
    assert team.purse is not None
    await bought(team, SEAT, 1)
    await execute(
        "INSERT INTO price_list_entry (operator, kind, per_day, valid_from, entered_at)"
        " VALUES ($1, 'desk', 1900, '2026-01-01', $2)",
        world.operator,
        NOW,
    )
    await limit_everybody(world.gundula.actor(), team, LimitShape(money=5000), NOW, TODAY)
    assert (await works(world.mia, world.polch["1"], date(2026, 11, 26))).paid_by is Pays.TEAM
    for_mia = BookForTeam(await members_of(team.id), (world.polch.slug,), Wanted(date(2026, 11, 27), DayPart.WHOLE_DAY))
    await book_for_team(await acting(world.gundula), team, for_mia, NOW)
    later = at(NOVEMBER_IS_OVER, 9)
    await settle_due(later)
    await charge_budgets(team.purse, later, NOVEMBER_IS_OVER)
    await close_team_months(later, NOVEMBER_IS_OVER)
    due = {row["kind"]: row["amount"] for row in await fetch(_CHARGED, team.payer)}
    assert due.keys() == {"budget", "team_act", "team_contract"}
    assert (await told(team, NOVEMBER)).contracts == due["team_contract"] > 0


_CHARGED = (
    "SELECT split_part(key, ':', 1) AS kind, sum(amount)::int AS amount FROM charge"
    " WHERE payer = $1 AND supply_from < '2026-12-01' GROUP BY 1"
)
