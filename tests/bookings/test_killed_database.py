"""kill -9 of PostgreSQL under twelve writers: no booking that was answered is lost, none is half written.

Prints how long the writers had to wait each time. `make test` kills it three times, `make test-long` ten times.
"""

import asyncio
import os
import signal
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.bookings.consistency import disagreements
from app.bookings.operations import BookDesk, book
from app.bookings.together import book_together
from app.kernel.refusals import Refusal
from app.platform.database import DB, Busy, DatabaseAway, fetch
from app.platform.embedded_postgres import EmbeddedPostgres
from app.platform.migrations import migrate
from tests.worlds import NOW, TOMORROW, World, a_resource, a_world, at

WRITERS = 12
BACK_WITHIN_SECONDS = 30
UNANSWERED = (DatabaseAway, Busy, ConnectionError, TimeoutError)


@pytest.fixture
def place() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="nahwerk-killed-") as name:
        os.chmod(name, 0o711)
        yield Path(name) / "postgres"


class Writer:
    """Books one desk hour by hour, now and then together with a parking place; keeps what was answered."""

    def __init__(self, world: World, desk: str, parking: str) -> None:
        self.world, self.desk, self.parking = world, desk, parking
        self.answered: list[str] = []
        self.refused: set[str] = set()
        self.unanswered = 0
        self.last_answer = time.monotonic()
        self._hour = 0

    async def write(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self._book()
            except UNANSWERED:
                self.unanswered += 1
                await asyncio.sleep(0.05)
            except Refusal as refusal:
                self.refused.add(refusal.code)
                self._hour += 1

    async def _book(self) -> None:
        starts_at = at(TOMORROW + timedelta(days=7 * (self._hour // 10)), 8 + self._hour % 10)
        wanted = [BookDesk(what, starts_at, starts_at + timedelta(hours=1)) for what in (self.desk, self.parking)]
        if self._hour % 3:
            made = [await book(self.world.mia.actor(), wanted[0], NOW)]
        else:
            made = await book_together(self.world.mia.actor(), wanted, NOW)
        self.answered += [booking.public_id for booking in made]
        self.last_answer = time.monotonic()
        self._hour = (self._hour + 1) % 500


async def killed(place: Path, times: int) -> None:
    with EmbeddedPostgres(place) as cluster:
        dsn = cluster.dsn("postgres", "postgres")
        await migrate(dsn)
        await DB.open_pool(dsn, size=WRITERS)
        try:
            world = await a_world()
            places = [
                [(await a_resource(world.polch.id, kind, f"{kind}{n}")).public_id for kind in ("desk", "parking")]  # type: ignore[arg-type]
                for n in range(WRITERS)
            ]
            writers = [Writer(world, *both) for both in places]
            stop = asyncio.Event()
            work = [asyncio.create_task(writer.write(stop)) for writer in writers]
            for number in range(times):
                await asyncio.sleep(0.5)
                before = sum(len(writer.answered) for writer in writers)
                killed_at = time.monotonic()
                os.kill(int((place / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
                while any(writer.last_answer < killed_at for writer in writers):
                    assert time.monotonic() - killed_at < BACK_WITHIN_SECONDS, "the writers have not come back"
                    await asyncio.sleep(0.05)
                print(f"kill {number + 1}: {before} answered, all back after {time.monotonic() - killed_at:.2f} s")
            stop.set()
            await asyncio.gather(*work)
            rows = await fetch("SELECT public_id, group_id FROM booking")
            stored = {row["public_id"] for row in rows}
            answered = {public_id for writer in writers for public_id in writer.answered}
            unanswered = sum(writer.unanswered for writer in writers)
            print(f"{len(answered)} answered, {unanswered} attempts unanswered, {len(stored)} stored")
            assert unanswered > 0
            # Only what was written without an answer stands in a writer's own way.
            assert {code for writer in writers for code in writer.refused} <= {"desk_already_taken"}
            assert answered <= stored
            assert await disagreements() == []
            halves = await fetch(
                "SELECT 1 FROM booking WHERE group_id IS NOT NULL GROUP BY group_id HAVING count(*) <> 2"
            )
            assert halves == []
            events = await fetch(
                "SELECT 1 FROM booking b WHERE NOT EXISTS (SELECT FROM outbox_event e"
                " WHERE e.aggregate_id = b.id AND e.name = 'booking.confirmed')"
            )
            assert events == []
        finally:
            await DB.close_pool()


async def test_three_kills_lose_nothing_that_was_answered(place: Path) -> None:
    await killed(place, 3)


@pytest.mark.long
async def test_ten_kills_lose_nothing_that_was_answered(place: Path) -> None:
    await killed(place, 10)
