"""Team days: proposed, answered, set. Who can come is a number from five up, and names among those who let each other
see their days."""

from datetime import date, timedelta

import pytest

from app.kernel.refusals import NotFound
from app.platform.database import fetch_value
from app.teams.colleagues import show_days_to
from app.teams.queries import TeamCard, members_of
from app.teams.team_days import (
    Answer,
    ChoiceCard,
    DaysUnusable,
    NoSuchChoice,
    TeamDaySettled,
    TitleUnusable,
    answer_day,
    days_of_team,
    forget_team_days,
    propose_day,
    set_day,
    team_day_of,
    withdraw_day,
)
from tests.selling import TODAY
from tests.teams.founding import a_team, acting, joined
from tests.worlds import NOW, APerson, World, a_person

THURSDAY, FRIDAY = date(2026, 11, 26), date(2026, 11, 27)


async def a_day(team: TeamCard, person: APerson) -> str:
    return await propose_day(await acting(person), team, "Planung", [FRIDAY, THURSDAY], NOW, TODAY)


async def thursday(team: TeamCard, public_id: str, viewer: APerson) -> ChoiceCard:
    card = await team_day_of(await acting(viewer), team, await members_of(team.id), public_id, TODAY)
    return card.choices[0]


async def says(team: TeamCard, public_id: str, person: APerson, answer: Answer = Answer.YES) -> None:
    await answer_day(await acting(person), team, public_id, {THURSDAY: answer}, NOW)


async def test_answers_are_counted_from_five_up_and_named_to_nobody(world: World) -> None:
    team = await a_team(world, world.mia, world.otto)
    day = await a_day(team, world.mia)
    people = [await a_person(f"Person {number}", f"p{number}@example.org") for number in range(4)]
    for person in people:
        await joined(team, person)
        await says(team, day, person)
    for viewer in (world.mia, world.gundula):
        seen = await thursday(team, day, viewer)
        assert (seen.said_yes, seen.known) == (None, [])
    await says(team, day, world.otto)
    for viewer in (world.mia, world.gundula):
        seen = await thursday(team, day, viewer)
        assert (seen.said_yes, seen.known) == (5, [])


async def test_names_are_for_those_who_let_each_other_see_their_days(world: World) -> None:
    team = await a_team(world, world.mia, world.otto)
    mias, ottos = await joined(team, world.mia), await joined(team, world.otto)
    day = await a_day(team, world.mia)
    await says(team, day, world.otto, Answer.MAYBE)
    await show_days_to(await acting(world.otto), team, mias, NOW)
    assert (await thursday(team, day, world.mia)).known == []
    await show_days_to(await acting(world.mia), team, ottos, NOW)
    assert (await thursday(team, day, world.mia)).known == [("Otto Wirt", Answer.MAYBE)]


async def test_an_answer_is_changed_and_taken_back(world: World) -> None:
    team = await a_team(world, world.mia)
    day = await a_day(team, world.mia)
    await says(team, day, world.mia)
    await says(team, day, world.mia, Answer.NO)
    assert (await thursday(team, day, world.mia)).own is Answer.NO
    await answer_day(await acting(world.mia), team, day, {}, NOW)
    assert (await thursday(team, day, world.mia)).own is None
    with pytest.raises(NoSuchChoice):
        await answer_day(await acting(world.mia), team, day, {TODAY: Answer.YES}, NOW)
    with pytest.raises(NotFound):
        await says(team, day, world.gundula)


async def test_who_proposed_it_or_manages_the_team_sets_it_once(world: World) -> None:
    team = await a_team(world, world.mia, world.otto)
    day = await a_day(team, world.mia)
    with pytest.raises(NotFound):
        await set_day(await acting(world.otto), team, day, THURSDAY, None, NOW)
    with pytest.raises(NoSuchChoice):
        await set_day(await acting(world.gundula), team, day, TODAY, None, NOW)
    await set_day(await acting(world.gundula), team, day, THURSDAY, world.polch.id, NOW)
    with pytest.raises(TeamDaySettled):
        await set_day(await acting(world.mia), team, day, FRIDAY, None, NOW)
    with pytest.raises(TeamDaySettled):
        await says(team, day, world.otto)
    [card] = await days_of_team(await acting(world.otto), team, await members_of(team.id), TODAY)
    assert (card.day, card.space, card.may_settle) == (THURSDAY, world.polch.id, False)
    await withdraw_day(await acting(world.mia), team, day, NOW)
    assert await days_of_team(await acting(world.otto), team, await members_of(team.id), TODAY) == []


async def test_what_is_no_team_day_is_refused_and_strangers_find_none(world: World) -> None:
    team = await a_team(world, world.mia)
    actor = await acting(world.mia)
    with pytest.raises(TitleUnusable):
        await propose_day(actor, team, " ", [THURSDAY], NOW, TODAY)
    for days in ([], [TODAY - timedelta(days=1)], [TODAY + timedelta(days=n) for n in range(6)]):
        with pytest.raises(DaysUnusable):
            await propose_day(actor, team, "Planung", days, NOW, TODAY)
    with pytest.raises(NotFound):
        await propose_day(await acting(world.rolf), team, "Planung", [THURSDAY], NOW, TODAY)


async def test_all_of_it_is_forgotten_a_month_later(world: World) -> None:
    team = await a_team(world, world.mia)
    await says(team, await a_day(team, world.mia), world.mia)
    assert await forget_team_days(NOW + timedelta(days=30)) == 0
    assert await forget_team_days(NOW + timedelta(days=40)) == 1
    assert await fetch_value("SELECT count(*) FROM team_day_answer") == 0
