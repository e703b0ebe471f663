"""Founding a team, joining and leaving it."""

from datetime import timedelta

import pytest

from app.identity.rules import Action
from app.inventory.rules import Kind
from app.kernel.refusals import NotFound
from app.plans.accounts import NewAccount, open_account
from app.plans.grants import Days
from app.plans.purses import purse_of
from app.plans.rules import Source
from app.plans.uses import Unit
from app.teams.operations import forget_members, leave_team
from app.teams.queries import members_of, team_for, teams_of
from tests.selling import TODAY, it_charges
from tests.teams.founding import a_team, acting, joined
from tests.worlds import NOW, World


async def test_who_founds_a_team_manages_it_and_nobody_else_does(world: World) -> None:
    team = await a_team(world)
    assert (await team_for(await acting(world.gundula), team.public_id, Action.MANAGE_TEAM)).name == team.name
    for stranger in (world.mia, world.otto, world.rolf):
        with pytest.raises(NotFound):
            await team_for(await acting(stranger), team.public_id, Action.MANAGE_TEAM, Action.SEE_TEAM)


async def test_somebody_joins_once_and_leaves_at_once(world: World) -> None:
    team = await a_team(world, world.mia)
    member = await joined(team, world.mia)
    assert [one.person for one in await members_of(team.id)] == [world.mia.id]
    assert (await acting(world.mia)).has_team
    await leave_team(None, team, member, NOW, TODAY)
    assert not await teams_of(world.mia.id)
    assert not (await acting(world.mia)).has_team


async def test_what_a_team_provides_is_in_the_purse_of_its_people_alone_and_only_while_they_belong(
    world: World,
) -> None:
    await it_charges()
    team = await a_team(world, world.mia)
    shared = NewAccount(None, Unit.DESK_DAY, Source.TEAM, 20, TODAY, None, "Becker", "Becker", purse=team.purse)
    await open_account(shared, NOW)
    days = Days(TODAY, TODAY + timedelta(days=30))

    async def left(person: int) -> list[int | None]:
        purse = await purse_of(person, world.operator, Kind.DESK, days, TODAY, "de")
        return [one.left for one in purse.entitlements]

    assert await left(world.mia.id) == [20]
    assert await left(world.otto.id) == []
    await leave_team(None, team, await joined(team, world.mia), NOW, TODAY + timedelta(days=3))
    later = await purse_of(world.mia.id, world.operator, Kind.DESK, days, TODAY, "de")
    assert [one.ends_on for one in later.entitlements] == [TODAY + timedelta(days=2)]


async def test_a_year_after_leaving_nobody_knows_of_it_and_until_then_it_is_known(world: World) -> None:
    team = await a_team(world, world.ada)
    await leave_team(None, team, await joined(team, world.mia), NOW, TODAY)
    assert await forget_members(NOW + timedelta(days=364)) == 0
    assert await forget_members(NOW + timedelta(days=366)) == 1
    assert [one.person for one in await members_of(team.id)] == [world.ada.id]
