"""Days that a team has provided by a pool or at a price, and somebody leaves before them, or the team ends."""

from datetime import datetime, timedelta

import pytest

from app.bookings.cancellation import cancel
from app.bookings.rules import DayPart
from app.bookings.search import Wanted
from app.bookings.team_acts import act_of, call_off_act
from app.bookings.team_booking import BookForTeam, book_for_team
from app.bookings.team_ends import keep_team, set_team_end, settle_behind_team
from app.bookings.team_leaving import leave, plan_leaving, settle_all_left, settle_left
from app.inventory.rules import Kind
from app.plans.accounts import accounts_out_of_balance
from app.platform.database import execute, fetch, fetch_value
from app.teams.operations import leave_team
from app.teams.queries import TeamCard, member_of, members_of, team_by_id
from tests.bookings.test_team_booking import a_pool, a_price, left
from tests.selling import TODAY, a_charging_world
from tests.teams.founding import a_team, acting
from tests.worlds import NOW, TOMORROW, APerson, World, rules_at, tomorrow

WHOLE_DAY = Wanted(TOMORROW, DayPart.WHOLE_DAY)
DEADLINE = tomorrow(7)


@pytest.fixture
async def world(undone: None) -> World:
    """A desk at Polch costs 19 euros a day, and goes back for nothing until an hour before."""
    world = await a_charging_world()
    await rules_at(world.polch, Kind.DESK, cancel_before=60)
    await a_price(world, day=1900)
    return world


async def booked(world: World, team: TeamCard) -> str:
    """What Gundula has booked for everybody in the team."""
    command = BookForTeam(await members_of(team.id), (world.polch.slug,), WHOLE_DAY)
    return await book_for_team(await acting(world.gundula), team, command, NOW)


async def goes(team: TeamCard, person: APerson, now: datetime = NOW) -> None:
    """The person is removed, and what follows from it has happened."""
    member = await member_of(team.id, person.id)
    assert member is not None
    assert team.purse is not None
    await leave_team(None, team, member, now, now.date())
    await settle_left(team.purse, person.id, now)


async def due(team: TeamCard) -> list[tuple[str, int]]:
    """What the team owes, charge by charge, without what was taken back."""
    rows = await fetch(
        "SELECT what_de, amount FROM charge c WHERE payer = $1 AND corrects IS NULL"
        " AND NOT EXISTS (SELECT FROM charge b WHERE b.corrects = c.id) ORDER BY id",
        team.payer,
    )
    owed = [(row["what_de"], row["amount"]) for row in rows]
    assert await fetch_value("SELECT coalesce(sum(amount), 0) FROM charge") == sum(amount for _, amount in owed)
    assert await accounts_out_of_balance() == []
    return owed


async def test_who_leaves_in_time_takes_his_desk_out_of_what_the_team_owes(world: World) -> None:
    team = await a_team(world, world.mia, world.otto, world.frida)
    await booked(world, team)
    assert await due(team) == [("3 Arbeitsplätze, 11/2026", 5700)]
    await goes(team, world.mia)
    assert await due(team) == [("2 Arbeitsplätze, 11/2026", 3800)]
    plan = await plan_leaving(team, world.otto.id, NOW)
    member = await member_of(team.id, world.otto.id)
    assert member is not None
    await leave(world.otto.actor(), team, member, plan.state, NOW)
    assert await due(team) == [("1 Arbeitsplatz, 11/2026", 1900)]
    await goes(team, world.frida)
    assert await due(team) == []
    assert {row["status"] for row in await fetch("SELECT status FROM booking")} == {"cancelled"}


async def test_after_the_deadline_the_team_has_paid_for_it(world: World) -> None:
    team = await a_team(world, world.mia, world.otto)
    await booked(world, team)
    await goes(team, world.mia, DEADLINE - timedelta(minutes=1))
    await goes(team, world.otto, DEADLINE)
    assert await due(team) == [("1 Arbeitsplatz, 11/2026", 1900)]
    assert await settle_all_left(DEADLINE) == 0


async def test_what_comes_back_does_not_tell_whether_the_person_had_given_it_back(world: World) -> None:
    team = await a_team(world, world.mia, world.otto)
    await booked(world, team)
    [mine] = await fetch("SELECT public_id FROM booking WHERE person = $1", world.mia.id)
    await cancel(await acting(world.mia), mine["public_id"], NOW)
    assert await due(team) == [("2 Arbeitsplätze, 11/2026", 3800)], "giving back tells nothing"
    await goes(team, world.mia)
    assert await due(team) == [("1 Arbeitsplatz, 11/2026", 1900)], "nor does having given back"


async def test_days_out_of_a_pool_come_back_to_it_in_the_same_way(world: World) -> None:
    team = await a_team(world, world.mia, world.otto, world.frida)
    pool = await a_pool(team, 2)
    act = await booked(world, team)
    assert (await left(pool), await due(team)) == (0, [("1 Arbeitsplatz, 11/2026", 1900)])
    for person in (world.mia, world.otto, world.frida):
        await goes(team, person)
    assert (await left(pool), await due(team)) == (4, [])
    await call_off_act(await acting(world.gundula), team, act, NOW)
    assert (await left(pool), await due(team)) == (4, [])


async def test_what_is_called_off_after_somebody_has_left_comes_back_once(world: World) -> None:
    team = await a_team(world, world.mia, world.otto)
    act = await booked(world, team)
    await goes(team, world.mia)
    await call_off_act(await acting(world.gundula), team, act, NOW)
    assert await due(team) == []
    assert (await act_of(world.gundula.id, team.id, act)).called_off_at == NOW


async def test_when_the_team_ends_before_the_day_it_owes_nothing_of_it(world: World) -> None:
    team = await a_team(world, world.mia, world.otto)
    await booked(world, team)
    await set_team_end(await acting(world.gundula), team, TODAY, NOW)
    members = await members_of(team.id)
    await settle_behind_team(members[0].id, NOW)
    assert await due(team) == [("1 Arbeitsplatz, 11/2026", 1900)]
    await settle_behind_team(members[1].id, NOW)
    await settle_behind_team(members[1].id, NOW)
    assert await due(team) == []
    ending = await team_by_id(team.id)
    assert ending is not None
    await keep_team(await acting(world.gundula), ending, NOW)
    assert await due(team) == [], "what was called off stays so"


async def test_a_day_that_the_end_does_not_touch_stays_paid(world: World) -> None:
    team = await a_team(world, world.mia)
    await booked(world, team)
    await set_team_end(await acting(world.gundula), team, TOMORROW, NOW)
    for member in await members_of(team.id):
        await settle_behind_team(member.id, NOW)
    assert await due(team) == [("1 Arbeitsplatz, 11/2026", 1900)]
    assert await fetch_value("SELECT status FROM booking") == "confirmed"


async def test_what_nobody_has_settled_is_found_by_the_hour(world: World) -> None:
    """Also where the person had given the desk back, so that no booking leads there."""
    team = await a_team(world, world.mia, world.otto)
    await booked(world, team)
    [mine] = await fetch("SELECT public_id FROM booking WHERE person = $1", world.mia.id)
    await cancel(await acting(world.mia), mine["public_id"], NOW)
    member = await member_of(team.id, world.mia.id)
    assert member is not None
    await leave_team(None, team, member, NOW, TODAY)
    assert await due(team) == [("2 Arbeitsplätze, 11/2026", 3800)]
    await settle_all_left(NOW)
    assert await due(team) == [("1 Arbeitsplatz, 11/2026", 1900)]
    await settle_all_left(NOW)
    assert await due(team) == [("1 Arbeitsplatz, 11/2026", 1900)]


async def test_desks_of_different_prices_come_back_at_their_own(world: World) -> None:
    team = await a_team(world, world.mia, world.otto)
    dear = world.polch["1"]
    await execute(
        "INSERT INTO price_list_entry (operator, space, resource, kind, per_day, valid_from, entered_at)"
        " VALUES ($1, $2, $3, 'desk', 2550, '2026-01-01', $4)",
        world.operator,
        world.polch.id,
        dear.id,
        NOW,
    )
    await booked(world, team)
    assert await due(team) == [("2 Arbeitsplätze, 11/2026", 4450)]
    at_the_dear_one = await fetch_value("SELECT person FROM booking WHERE resource = $1", dear.id)
    await goes(team, world.mia if at_the_dear_one == world.mia.id else world.otto)
    assert await due(team) == [("1 Arbeitsplatz, 11/2026", 1900)]
