"""A team's feed: team days, and the days of colleagues who let its owner see them; read by real readers."""

from datetime import timedelta

import icalendar
import pytest

from app.bookings.operations import BookDesk, book
from app.calendars.feed_answers import Condition, feed_answer
from app.calendars.operations import CreateFeed, create_feed
from app.calendars.subscriptions import FeedKind
from app.kernel.refusals import NotFound
from app.teams.colleagues import show_days_to, take_days_back
from app.teams.operations import leave_team
from app.teams.queries import TeamCard
from app.teams.team_days import propose_day, set_day, withdraw_day
from tests.calendars.readers.programs import READERS, Reader
from tests.selling import TODAY
from tests.teams.founding import a_team, acting, joined
from tests.worlds import NOW, TOMORROW, World, a_world, tomorrow

SITE = "https://nahwerk.example"


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


async def a_feed(world: World, team: TeamCard) -> str:
    """Mia's address of the team."""
    _, token = await create_feed(await acting(world.mia), CreateFeed(FeedKind.TEAM, team.public_id), NOW)
    return token


async def summaries(token: str) -> list[str]:
    content = (await feed_answer(token, SITE, NOW)).content
    assert content is not None
    return [str(event["summary"]) for event in icalendar.Calendar.from_ical(content).walk("VEVENT")]


async def a_full_team(world: World) -> TeamCard:
    """Otto works at Polch tomorrow and lets Mia see it; Rolf lets nobody."""
    team = await a_team(world, world.mia, world.otto, world.rolf)
    for person, space, desk in ((world.otto, world.polch, "1"), (world.rolf, world.andernach, "A1")):
        await book(await acting(person), BookDesk(space[desk].public_id, tomorrow(8), tomorrow(12)), NOW)
    await show_days_to(await acting(world.otto), team, await joined(team, world.mia), NOW)
    day = await propose_day(await acting(world.otto), team, "Planung", [TOMORROW], NOW, TODAY)
    await set_day(await acting(world.otto), team, day, TOMORROW, world.polch.id, NOW)
    return team


async def test_it_has_team_days_and_the_days_of_those_who_show_them(world: World) -> None:
    token = await a_feed(world, await a_full_team(world))
    assert sorted(await summaries(token)) == ["Otto Wirt: RegioHub Polch", "Teamtag: Planung, RegioHub Polch"]


@pytest.mark.parametrize("sees", READERS)
async def test_every_reader_sees_the_same_days(world: World, sees: Reader) -> None:
    content = (await feed_answer(await a_feed(world, await a_full_team(world)), SITE, NOW)).content
    assert content is not None
    seen = sees(content)
    assert sorted(one.summary for one in seen) == ["Otto Wirt: RegioHub Polch", "Teamtag: Planung, RegioHub Polch"]
    assert len({one.uid for one in seen}) == 2


async def test_what_is_taken_back_is_gone_at_the_next_fetch(world: World) -> None:
    team = await a_full_team(world)
    token = await a_feed(world, team)
    before = await feed_answer(token, SITE, NOW)
    again = await feed_answer(token, SITE, NOW, Condition(if_none_match=before.etag))
    assert again.content is None
    await take_days_back(await acting(world.otto), team, await joined(team, world.mia))
    after = await feed_answer(token, SITE, NOW, Condition(if_none_match=before.etag))
    assert after.content is not None
    assert await summaries(token) == ["Teamtag: Planung, RegioHub Polch"]
    await leave_team(None, team, await joined(team, world.mia), NOW, TODAY)
    assert await summaries(token) == []


async def test_only_who_belongs_to_the_team_has_such_an_address(world: World) -> None:
    team = await a_team(world, world.mia)
    for stranger in (world.gundula, world.rolf):
        with pytest.raises(NotFound):
            await create_feed(await acting(stranger), CreateFeed(FeedKind.TEAM, team.public_id), NOW)


async def test_a_withdrawn_team_day_is_gone(world: World) -> None:
    team = await a_team(world, world.mia)
    token = await a_feed(world, team)
    day = await propose_day(await acting(world.mia), team, "Planung", [TOMORROW], NOW, TODAY)
    assert await summaries(token) == []
    await set_day(await acting(world.mia), team, day, TOMORROW, None, NOW)
    assert await summaries(token) == ["Teamtag: Planung"]
    await withdraw_day(await acting(world.mia), team, day, NOW + timedelta(minutes=1))
    assert await summaries(token) == []
