"""The process dies between commit and mail; the mail server is dead or slow: each mail arrives, and once."""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from app.bookings.operations import BookDesk, book
from app.jobs import NOBODY_REACTS
from app.kernel.clock import system_clock
from app.notifications.reactions import notification_reactions
from app.platform.database import execute, fetch_value
from app.platform.jobs import waiting_summary
from app.platform.mail import Mailbox, MailNotSent, MailTransport
from app.platform.settings import ROOT
from app.platform.templates import Templates
from app.platform.worker import Pace, Worker
from tests.notifications.conftest import ADDRESS, KEY, Postman
from tests.worlds import NOW, World, a_world, tomorrow

BOOKS_AND_DIES = """
import asyncio, os, signal, sys
from datetime import datetime
from app.bookings.operations import BookDesk, book
from app.identity.queries import actor_of_person
from app.platform.database import DB

async def main(dsn, person, desk, starts_at, ends_at, now):
    await DB.open_pool(dsn, size=1)
    actor = await actor_of_person(int(person), "page")
    times = map(datetime.fromisoformat, (starts_at, ends_at, now))
    starts_at, ends_at, now = times
    booking = await book(actor, BookDesk(desk, starts_at, ends_at), now)
    print(booking.public_id, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.fixture(scope="module")
async def world(database: str) -> World:
    return await a_world()


@pytest.fixture(autouse=True)
async def emptied(world: World) -> AsyncIterator[None]:
    yield
    for table in ("job", "outbox_event", "sent_mail", "claim", "booking"):
        await execute(f"DELETE FROM {table}")


@asynccontextmanager
async def working(dsn: str, transport: MailTransport) -> AsyncIterator[None]:
    """A worker that sends mails by this transport."""
    templates = Templates(ROOT / "templates", static_url=lambda name: name)
    reactions = {event: [] for event in NOBODY_REACTS} | dict(
        notification_reactions(transport, templates, Mailbox("Nahwerk", "post@nahwerk.example"), ADDRESS, KEY)
    )
    worker = Worker(reactions, [], system_clock, pace=Pace(look=0.05))
    run = asyncio.create_task(worker.run(dsn))
    try:
        yield
    finally:
        worker.stop()
        await run


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await condition():  # noqa: ASYNC110 - what it waits for happens in the database
            await asyncio.sleep(0.02)


async def nothing_waits() -> bool:
    left = await waiting_summary(system_clock())
    return left.events == left.jobs == 0


async def test_killed_between_commit_and_mail_the_mail_is_sent_once_after_the_restart(
    database: str, world: World, repository: Path
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        BOOKS_AND_DIES,
        database,
        str(world.mia.id),
        world.polch["1"].public_id,
        tomorrow(8).isoformat(),
        tomorrow(12).isoformat(),
        NOW.isoformat(),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(repository)},
    )
    printed, _ = await process.communicate()
    assert process.returncode == -9
    assert await fetch_value("SELECT count(*) FROM outbox_event WHERE dispatched_at IS NULL") == 1
    postman = Postman()
    for _ in range(2):
        async with working(database, postman):
            await until(nothing_waits)
    assert len(postman.mails) == 1
    assert printed.decode().strip() in str(postman.mails[0]["Message-ID"]) + postman.mails[0].as_string()


async def test_a_worker_that_dies_after_sending_sends_again_with_the_same_message_id(
    database: str, world: World
) -> None:
    """Mail knows no transaction: what was sent and not noted is sent again, and every mailbox sees that it is one."""

    class DiesAfterSending(Postman):
        async def send(self, message: object, envelope: object, /) -> None:
            await super().send(message, envelope)  # type: ignore[arg-type]
            raise MailNotSent("the connection broke after the last line", permanent=False)

    await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(12)), NOW)
    dying, postman = DiesAfterSending(), Postman()
    async with working(database, dying):
        await until(lambda: _is(lambda: bool(dying.mails)))
    await execute("UPDATE job SET next_attempt_at = now()")
    async with working(database, postman):
        await until(nothing_waits)
    ids = {str(mail["Message-ID"]) for mail in (*dying.mails, *postman.mails)}
    assert len(ids) == 1
    assert len(postman.mails) == 1


async def test_with_a_dead_mail_server_bookings_go_on_and_the_mails_follow_later(database: str, world: World) -> None:
    postman = Postman(failure=MailNotSent("nobody listens", permanent=False))
    async with working(database, postman):
        for hour in range(8, 18):
            starts_at = tomorrow(hour)
            await asyncio.wait_for(
                book(world.mia.actor(), BookDesk(world.polch["1"].public_id, starts_at, tomorrow(hour + 1)), NOW), 2
            )
        await until(lambda: _is_value("SELECT count(*) = 10 FROM job WHERE attempts > 0"))
        assert postman.mails == []
        assert await fetch_value("SELECT count(*) FROM job WHERE state = 'dead'") == 0
        postman.failure = None
        await execute("UPDATE job SET next_attempt_at = now()")
        await until(nothing_waits)
    assert Counter(str(mail["Message-ID"]) for mail in postman.mails).most_common(1)[0][1] == 1
    assert len(postman.mails) == 10


async def _is(condition: Callable[[], bool]) -> bool:
    return condition()


async def _is_value(sql: str) -> bool:
    return bool(await fetch_value(sql))
