"""Boards that are open in a real server hear of a booking within a second, and end when they must."""

import asyncio
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest

from app.identity.sessions import open_session
from app.inventory.device_setting import revoke_device
from app.inventory.devices import DeviceKind
from app.network.managing import managed_space
from app.platform.database import execute
from tests.bookings.devices import a_device
from tests.conftest import in_database
from tests.web.conftest import FIREFOX
from tests.worlds import APerson, World, a_world, tomorrow

POLCH = "/theke/regiohub-polch/aenderungen"
BEAT = 0.3
SOON = 3.0


@pytest.fixture(scope="module")
async def there(database: str) -> World:
    """The tests' network, for good: another process sees only what has been committed."""
    return await a_world()


@pytest.fixture(scope="module")
def served(
    there: World, database: str, tmp_path_factory: pytest.TempPathFactory, repository: Path
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    command = [
        sys.executable,
        "-m",
        "tests.web.live_process",
        database,
        str(tmp_path_factory.mktemp("live")),
        str(BEAT),
    ]
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
    there: World, served: tuple[str, subprocess.Popen[str]], database: str, admin_dsn: str
) -> None:
    address, _ = served
    name = urlsplit(database).path[1:]
    admin = await asyncpg.connect(in_database(admin_dsn, "postgres"))
    async with signed_in(address, there.frida) as frida, board(frida) as one:
        await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = $1 AND application_name LIKE 'nahwerk-web%'",
            name,
        )
        await one.next("event: changed")
        await book(address, there, "2")
        await one.next("event: changed")
    await admin.close()


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
