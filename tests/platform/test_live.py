"""Open pages are told of each event once, whatever the order in which events commit and whatever the database does."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from urllib.parse import urlsplit

import asyncpg
import pytest

from app.kernel.clock import system_clock
from app.platform import live as module
from app.platform.database import execute, fetch, transaction
from app.platform.live import MOST_OF_ONE, Board, Live, LivePace, News, latest_event
from app.platform.outbox import emit
from app.platform.rate_limits import TooMany
from tests.conftest import in_database

QUICK = LivePace(look=30, again=0.05, linger=0.05)
"""A look this far away cannot be what a board is told by."""
SOON = 2.0


@pytest.fixture(autouse=True)
async def _nothing_left(database: str) -> AsyncIterator[None]:
    yield
    await execute("DELETE FROM outbox_event")


async def of_things(after: int, missing: Sequence[int]) -> list[News]:
    """Here a thing's key is the topic of its events."""
    rows = await fetch(
        "SELECT id, aggregate_id FROM outbox_event WHERE id > $1 OR id = ANY($2::bigint[]) ORDER BY id",
        after,
        list(missing),
    )
    return [News(row["id"], [row["aggregate_id"]]) for row in rows]


async def happen(*things: int) -> None:
    async with transaction():
        for thing in things:
            await emit("thing.happened", "thing", thing, system_clock())


async def is_told(board: Board) -> bool:
    return await board.changed(within=SOON)


async def test_every_board_of_the_topic_is_told_and_no_other(database: str) -> None:
    live = Live(database, of_things, QUICK)
    with live.board(1, 7) as one, live.board(1, 8) as another, live.board(2, 7) as foreign:
        assert not await live.is_behind(one, await latest_event())
        await happen(1)
        assert await is_told(one)
        assert await is_told(another)
        assert not await foreign.changed(within=0)
        assert not await one.changed(within=0), "once"
    live.end()


async def test_what_happened_before_a_board_was_open_is_found(database: str) -> None:
    live = Live(database, of_things, QUICK)
    known = await latest_event()
    await happen(1)
    with live.board(1, 7) as behind, live.board(2, 7) as abreast:
        assert await live.is_behind(behind, known)
        assert not await live.is_behind(abreast, known)
    live.end()


async def test_an_event_that_commits_after_a_later_one_is_not_missed(database: str) -> None:
    live = Live(database, of_things, QUICK)
    slow = await asyncpg.connect(database)
    with live.board(1, 7) as one, live.board(2, 7) as two:
        await live.is_behind(one, await latest_event())
        begun = slow.transaction()
        await begun.start()
        await slow.execute(
            "INSERT INTO outbox_event (name, version, aggregate_kind, aggregate_id, payload, occurred_at)"
            " VALUES ('thing.happened', 1, 'thing', 1, '{}', now())"
        )
        await happen(2)
        assert await is_told(two)
        assert not await one.changed(within=0)
        await begun.commit()
        await happen(3)  # its nudge says so
        assert await is_told(one)
    await slow.close()
    live.end()


async def test_many_events_at_once_are_all_read(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    async def two_at_once(after: int, missing: Sequence[int]) -> list[News]:
        asked.append(after)
        return (await of_things(after, missing))[:2]

    monkeypatch.setattr(module, "AT_ONCE", 2)
    live = Live(database, two_at_once, QUICK)
    with live.board(5, 7) as last:
        await live.is_behind(last, await latest_event())
        await happen(1, 2, 3, 4, 5)
        assert await is_told(last)
    assert len(asked) >= 3
    live.end()


async def test_boards_hear_everything_once_more_after_the_database_was_away(database: str, admin_dsn: str) -> None:
    live, name = Live(database, of_things, QUICK), urlsplit(database).path[1:]
    admin = await asyncpg.connect(in_database(admin_dsn, "postgres"))
    with live.board(1, 7) as board:
        await live.is_behind(board, await latest_event())
        await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = $1 AND application_name = 'nahwerk-web-listen'",
            name,
        )
        assert await is_told(board), "something may have happened meanwhile"
        await happen(1)
        assert await is_told(board)
    await admin.close()
    live.end()


async def test_one_connection_listens_for_all_and_none_when_no_page_is_open(database: str) -> None:
    live = Live(database, of_things, LivePace(look=0.02, linger=0.02))
    listening = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1"
    with live.board(1, 7) as board, live.board(1, 8), live.board(2, 9):
        await live.is_behind(board, 0)
        assert len(await fetch(listening, "nahwerk-web-listen")) == 1
    assert live._task is not None
    await asyncio.wait_for(live._task, SOON)
    for _ in range(100):
        if not await fetch(listening, "nahwerk-web-listen"):
            break
        await asyncio.sleep(0.01)
    else:
        pytest.fail("it still listens")


async def test_the_end_of_the_process_ends_every_board_at_once(database: str) -> None:
    live = Live(database, of_things, QUICK)
    with live.board(1, 7) as board:
        waiting = asyncio.create_task(board.changed(within=30))
        await asyncio.sleep(0)
        live.end()
        assert not await asyncio.wait_for(waiting, SOON)
        assert board.has_ended
    with live.board(1, 7) as late:
        assert late.has_ended


async def test_one_person_has_so_many_pages_open_and_no_more(database: str) -> None:
    live = Live(database, of_things, QUICK)
    boards = [live.board(1, 7) for _ in range(MOST_OF_ONE)]
    for board in boards:
        live.demand_room(7)
        board.__enter__()
    with pytest.raises(TooMany):
        live.demand_room(7)
    live.demand_room(8)
    boards[0].__exit__(None, None, None)
    live.demand_room(7)
    live.end()
