"""Colleagues let each other see their days, person by person and each way by itself."""

from datetime import timedelta

import pytest

from app.identity.roles import grant_role
from app.identity.rules import Grant, Role
from app.kernel.refusals import NotFound
from app.platform.database import fetch, fetch_value
from app.platform.rate_limits import TooMany
from app.teams.colleagues import (
    ASKED,
    Colleague,
    LooksAfterTheTeam,
    ThatIsYou,
    ask_for_days,
    colleagues_of,
    forget_sights,
    see_no_more,
    show_days_to,
    take_days_back,
    whom_one_sees,
)
from app.teams.operations import JoinedBy, join_team, leave_team
from app.teams.queries import TeamCard, members_of
from tests.selling import TODAY
from tests.teams.founding import a_team, acting, joined
from tests.worlds import NOW, APerson, World


async def as_seen(team: TeamCard, viewer: APerson, other: APerson) -> Colleague:
    """What stands between the two, as the viewer sees it."""
    found = await colleagues_of(team.id, viewer.id, await members_of(team.id))
    return next(one for one in found if one.member.person == other.id)


async def test_who_shows_the_own_days_does_not_see_the_others(world: World) -> None:
    team = await a_team(world, world.mia, world.otto)
    ottos = await joined(team, world.otto)
    await show_days_to(await acting(world.mia), team, ottos, NOW)
    assert await whom_one_sees(world.otto.id) == {team.id: [(world.mia.id, False)]}
    assert await whom_one_sees(world.mia.id) == {}
    assert (await as_seen(team, world.otto, world.mia)).is_seen
    mine = await as_seen(team, world.mia, world.otto)
    assert mine.sees_me
    assert not mine.is_seen


async def test_asking_shows_nothing_until_it_is_answered_and_is_taken_back_at_once(world: World) -> None:
    team = await a_team(world, world.mia, world.otto)
    mias, ottos = await joined(team, world.mia), await joined(team, world.otto)
    await ask_for_days(await acting(world.mia), team, ottos, NOW)
    assert await whom_one_sees(world.mia.id) == {}
    assert (await as_seen(team, world.otto, world.mia)).asks_me
    await show_days_to(await acting(world.otto), team, mias, NOW, with_times=True)
    assert await whom_one_sees(world.mia.id) == {team.id: [(world.otto.id, True)]}
    await take_days_back(await acting(world.otto), team, mias)
    assert await whom_one_sees(world.mia.id) == {}
    events = await fetch("SELECT name FROM outbox_event WHERE name LIKE 'colleague.%' ORDER BY id")
    assert [row["name"] for row in events] == ["colleague.asked", "colleague.allowed"], "taking back is told to nobody"


async def test_asking_again_does_not_take_away_what_was_allowed(world: World) -> None:
    team = await a_team(world, world.mia, world.otto)
    mias, ottos = await joined(team, world.mia), await joined(team, world.otto)
    await show_days_to(await acting(world.otto), team, mias, NOW)
    await ask_for_days(await acting(world.mia), team, ottos, NOW + timedelta(hours=1))
    assert await whom_one_sees(world.mia.id) == {team.id: [(world.otto.id, False)]}
    await see_no_more(await acting(world.mia), team, ottos)
    assert await whom_one_sees(world.mia.id) == {}


@pytest.mark.parametrize("role", [Role.TEAM_MANAGER, Role.TEAM_ASSISTANT, Role.WORKS_COUNCIL])
async def test_who_looks_after_the_team_sees_nobodys_days_even_allowed(world: World, role: Role) -> None:
    team = await a_team(world, world.mia, world.otto)
    mias, ottos = await joined(team, world.mia), await joined(team, world.otto)
    await show_days_to(await acting(world.mia), team, ottos, NOW)
    await grant_role(None, world.otto.id, Grant(role, "team", team.id), NOW)
    assert await whom_one_sees(world.otto.id) == {}
    with pytest.raises(LooksAfterTheTeam):
        await ask_for_days(await acting(world.otto), team, mias, NOW)
    with pytest.raises(LooksAfterTheTeam):
        await show_days_to(await acting(world.mia), team, ottos, NOW)


async def test_who_leaves_sees_nothing_more_and_is_asked_anew_when_coming_back(world: World) -> None:
    team = await a_team(world, world.mia, world.otto)
    ottos = await joined(team, world.otto)
    await show_days_to(await acting(world.mia), team, ottos, NOW)
    await leave_team(None, team, ottos, NOW, TODAY)
    assert await whom_one_sees(world.otto.id) == {}
    later = NOW + timedelta(days=1)
    back = await join_team(None, team, world.otto.id, JoinedBy.MANAGER, later, TODAY + timedelta(days=1))
    assert await whom_one_sees(world.otto.id) == {}
    await show_days_to(await acting(world.mia), team, back, later)
    assert world.mia.id in dict(await _pairs(world.otto))
    await leave_team(None, team, back, later, TODAY)
    await forget_sights(later)
    assert await fetch_value("SELECT count(*) FROM colleague_sight") == 0


async def _pairs(person: APerson) -> list[tuple[int, bool]]:
    return [pair for found in (await whom_one_sees(person.id)).values() for pair in found]


async def test_only_colleagues_are_asked_and_not_too_many(world: World) -> None:
    team = await a_team(world, world.mia, world.otto)
    mias, ottos = await joined(team, world.mia), await joined(team, world.otto)
    with pytest.raises(ThatIsYou):
        await ask_for_days(await acting(world.mia), team, mias, NOW)
    with pytest.raises(NotFound):
        await ask_for_days(await acting(world.frida), team, ottos, NOW)
    for _ in range(ASKED.hits):
        await ask_for_days(await acting(world.mia), team, ottos, NOW)
    with pytest.raises(TooMany):
        await ask_for_days(await acting(world.mia), team, ottos, NOW)
