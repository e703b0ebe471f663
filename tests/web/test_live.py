"""Boards that are open in a real server hear of a booking within a second, and end when they must."""

import asyncio
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import asyncpg
import httpx
import pytest

from app.bookings.operations import BookDesk
from app.bookings.operations import book as make_booking
from app.bookings.queries import BookingCard
from app.identity.sessions import open_session
from app.inventory.device_setting import revoke_device
from app.inventory.devices import DeviceKind
from app.network.managing import managed_space
from app.platform.database import APP_ROLE, DB, DatabaseAway, execute
from app.platform.embedded_postgres import EmbeddedPostgres
from app.platform.migrations import migrate
from tests.bookings.devices import a_device
from tests.web.conftest import FIREFOX
from tests.worlds import APerson, World, a_world, tomorrow

POLCH = "/theke/regiohub-polch/aenderungen"
BEAT = 0.3
SOON = 3.0
BACK_WITHIN = 20.0


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="nahwerk-live-"))
    path.chmod(0o711)  # as root the server runs as another user, who must pass through
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL of these tests' own, because they stop it."""
    postgres = EmbeddedPostgres(folder / "postgres", settings={"fsync": "off"})
    postgres.start()
    yield postgres
    postgres.stop()


@pytest.fixture(scope="module")
async def there(server: EmbeddedPostgres) -> AsyncIterator[World]:
    """The tests' network, for good: another process sees only what has been committed."""
    cluster = server.start()
    await migrate(cluster.dsn("postgres", "postgres"))
    await DB.open_pool(cluster.dsn("postgres", APP_ROLE), size=4)
    try:
        yield await a_world()
    finally:
        await DB.close_pool()


@pytest.fixture(scope="module")
def served(
    there: World, server: EmbeddedPostgres, folder: Path, repository: Path
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    dsn = server.start().dsn("postgres", APP_ROLE)
    command = [sys.executable, "-m", "tests.web.live_process", dsn, str(folder / "var"), str(BEAT)]
    with subprocess.Popen(command, cwd=repository, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as one:
        assert one.stdout is not None
        yield one.stdout.readline().strip(), one
        one.terminate()


class Heard:
    """What a stream says, line by line."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._lines = answer.aiter_lines()

    async def next(self, what: str, within: float = SOON) -> None:
        """Waits until the stream says this line."""
        async with asyncio.timeout(within):
            async for line in self._lines:
                if line == what:
                    return
        raise AssertionError(f"the stream ended without {what}")

    async def ends(self, within: float = SOON) -> None:
        async with asyncio.timeout(within):
            async for _ in self._lines:
                pass


@asynccontextmanager
async def signed_in(address: str, person: APerson) -> AsyncIterator[httpx.AsyncClient]:
    session = await open_session(person.id, FIREFOX, tomorrow(9))
    async with httpx.AsyncClient(base_url=address, cookies={"session": session}, timeout=10) as client:
        yield client


@asynccontextmanager
async def board(client: httpx.AsyncClient, address: str = POLCH) -> AsyncIterator[Heard]:
    async with client.stream("GET", address, params={"ab": "999999999"}) as answer:
        heard = Heard(answer)
        await heard.next("retry: 2000")
        await heard.next(": still here")  # by now somebody listens
        yield heard


async def book(address: str, world: World, desk: str) -> None:
    form = {
        "resource_id": world.polch[desk].public_id,
        "starts_at": tomorrow(10).isoformat(),
        "ends_at": tomorrow(12).isoformat(),
    }
    async with httpx.AsyncClient(base_url=address) as program:
        answer = await program.post("/api/v1/bookings", json=form, headers=dict(world.mia.bearer))
        assert answer.status_code == 201, answer.text


async def test_a_booking_through_the_interface_reaches_every_board_within_a_second(
    there: World, served: tuple[str, subprocess.Popen[str]]
) -> None:
    address, _ = served
    async with (
        signed_in(address, there.frida) as frida,
        signed_in(address, there.otto) as otto,
        board(frida) as one,
        board(otto) as another,
    ):
        assert one.answer.headers["content-type"].startswith("text/event-stream")
        assert "content-security-policy" in one.answer.headers
        await book(address, there, "1")
        began = time.perf_counter()
        await asyncio.gather(one.next("event: changed"), another.next("event: changed"))
        assert time.perf_counter() - began < 1


async def test_what_hangs_at_the_door_hears_too_until_its_token_is_taken_away(
    there: World, served: tuple[str, subprocess.Popen[str]]
) -> None:
    address, _ = served
    device, token = await a_device(there, DeviceKind.DISPLAY, "Nette")
    async with httpx.AsyncClient(base_url=address, cookies={"geraet": token}, timeout=10) as tablet:
        assert re.search(r'id="geraet"[^>]*data-event="\d+"', (await tablet.get("/geraet")).text)
        async with board(tablet, "/geraet/aenderungen") as one:
            await book(address, there, "Nette")
            await one.next("event: changed")
            otto = there.otto.actor()
            await revoke_device(otto, await managed_space(otto, there.polch.slug), device.public_id, tomorrow(9))
            await one.ends()
        assert (await tablet.get("/geraet/aenderungen")).status_code == 404


async def test_after_the_database_cut_every_line_all_are_told_once_and_again_of_what_follows(
    there: World, served: tuple[str, subprocess.Popen[str]], server: EmbeddedPostgres
) -> None:
    address, _ = served
    admin = await asyncpg.connect(server.start().dsn("postgres", "postgres"))
    async with signed_in(address, there.frida) as frida, board(frida) as one:
        await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'nahwerk-web%'"
        )
        await one.next("event: changed")
        await book(address, there, "2")
        await one.next("event: changed")
    await admin.close()


async def booked_again(world: World, starts_at: datetime, ends_at: datetime) -> BookingCard:
    """As soon as the database is there again."""
    wish = BookDesk(world.polch["3"].public_id, starts_at, ends_at)
    async with asyncio.timeout(BACK_WITHIN):
        while True:
            try:
                return await make_booking(world.mia.actor(), wish, tomorrow(9))
            except DatabaseAway:
                await asyncio.sleep(0.02)


async def test_after_a_restart_of_the_database_a_page_hears_of_what_was_booked_meanwhile_and_of_what_follows(
    there: World, served: tuple[str, subprocess.Popen[str]], server: EmbeddedPostgres
) -> None:
    """The process is held while PostgreSQL stops, starts and takes a booking: so nobody listened."""
    address, process = served
    async with signed_in(address, there.frida) as frida, board(frida) as one:
        process.send_signal(signal.SIGSTOP)
        try:
            server.stop()
            server.start()
            meanwhile = await booked_again(there, tomorrow(10), tomorrow(11))
        finally:
            process.send_signal(signal.SIGCONT)
        await one.next("event: changed", within=BACK_WITHIN)
        assert f"b-{meanwhile.public_id}" in (await frida.get("/theke/regiohub-polch")).text
        after = await booked_again(there, tomorrow(11), tomorrow(12))
        await one.next("event: changed", within=BACK_WITHIN)
        assert f"b-{after.public_id}" in (await frida.get("/theke/regiohub-polch")).text


async def test_a_role_that_is_taken_away_ends_the_stream_and_the_next_one_finds_nothing(
    there: World, served: tuple[str, subprocess.Popen[str]]
) -> None:
    address, _ = served
    async with signed_in(address, there.frida) as frida, signed_in(address, there.rolf) as rolf:
        async with board(frida) as one:
            await execute("UPDATE role_grant SET revoked_at = $2 WHERE person = $1", there.frida.id, tomorrow(9))
            await one.ends()
        assert (await frida.get(POLCH)).status_code == 404
        assert (await rolf.get(POLCH)).status_code == 404
    async with httpx.AsyncClient(base_url=address) as nobody:
        assert (await nobody.get(POLCH)).status_code == 401


async def test_head_is_answered_and_a_stop_waits_for_no_board(
    there: World, served: tuple[str, subprocess.Popen[str]]
) -> None:
    """The last one here: it ends the server."""
    address, process = served
    async with signed_in(address, there.otto) as otto, board(otto) as one:
        assert (await otto.head(POLCH)).status_code == 200
        began = time.perf_counter()
        process.send_signal(signal.SIGTERM)
        await one.ends()
        await asyncio.to_thread(process.wait, 10)
        assert time.perf_counter() - began < SOON
