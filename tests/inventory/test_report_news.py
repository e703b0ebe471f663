"""Staff hears of what was reported: once, soon, not in a flood, and only who wants to."""

from datetime import datetime, timedelta

import msgspec
import pytest

from app.bookings.news import space_news
from app.identity.reminders import choose_report_mails
from app.inventory.report_news import announce_reports
from app.inventory.reports import NewReport, State, report, set_state
from app.network.queries import SpaceCard, any_space
from app.platform.database import execute, fetch
from app.platform.live import latest_event
from tests.worlds import NOW, World, a_world

LATER = NOW + timedelta(minutes=61)


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


@pytest.fixture
async def polch(world: World) -> SpaceCard:
    space = await any_space(world.polch.slug)
    assert space is not None
    return space


async def reported(polch: SpaceCard, said: str, now: datetime = NOW) -> str:
    return await report(polch, NewReport("dirt", said), "de", said, now)


async def told() -> list[tuple[int | None, int]]:
    """To whom mails go, and of how many reports each tells."""
    rows = await fetch("SELECT payload::text AS ids FROM outbox_event WHERE name = 'space.reports_came' ORDER BY id")
    ids = [msgspec.json.decode(row["ids"]) for row in rows]
    return [(each["person"], len(each["reports"])) for each in ids]


async def test_the_first_report_goes_at_once_to_all_who_answer_there(world: World, polch: SpaceCard) -> None:
    await reported(polch, "Krümel")
    assert await announce_reports(NOW) == 1
    assert await announce_reports(NOW) == 0
    assert await told() == [(world.frida.id, 1), (world.otto.id, 1)]


async def test_a_flood_is_one_mail_an_hour(world: World, polch: SpaceCard) -> None:
    await reported(polch, "Krümel")
    await announce_reports(NOW)
    for number in range(20):
        await reported(polch, f"Krümel {number}", NOW + timedelta(minutes=number))
        assert await announce_reports(NOW + timedelta(minutes=number, seconds=30)) == 0
    assert await announce_reports(LATER) == 1
    assert await told() == [(world.frida.id, 1), (world.otto.id, 1), (world.frida.id, 20), (world.otto.id, 20)]


async def test_what_is_done_before_anybody_was_told_is_told_to_nobody(world: World, polch: SpaceCard) -> None:
    await set_state(world.frida.actor(), polch, await reported(polch, "Krümel"), State.DONE, NOW)
    assert await announce_reports(NOW) == 0


async def test_who_wants_no_such_mails_gets_none(world: World, polch: SpaceCard) -> None:
    await choose_report_mails(world.frida.actor(), False, NOW)
    await reported(polch, "Krümel")
    await announce_reports(NOW)
    assert await told() == [(world.otto.id, 1)]


async def test_where_nobody_has_a_role_the_network_and_the_spaces_own_address_hear(
    world: World, polch: SpaceCard
) -> None:
    await execute("UPDATE role_grant SET revoked_at = $1 WHERE scope_kind <> 'network'", NOW)
    await reported(polch, "Krümel")
    await announce_reports(NOW)
    assert await told() == [(world.nadja.id, 1), (None, 1)], "the telephone answers no reports"


async def test_open_boards_of_the_space_hear_of_a_report_and_of_what_becomes_of_it(
    world: World, polch: SpaceCard
) -> None:
    before = await latest_event()
    made = await reported(polch, "Krümel")
    await set_state(world.frida.actor(), polch, made, State.IN_HAND, NOW)
    assert [news.topics for news in await space_news(before)] == [[polch.id], [polch.id]]
