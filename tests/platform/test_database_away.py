"""While the database is away every answer is a 503 within two seconds, and afterwards all goes on without a restart."""

import asyncio
import os
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import asyncpg
import httpx
import pytest

from app.identity.authentication import BY_ADDRESS
from app.main import create_app
from app.platform.database import DB, DatabaseAway, fetch_value, transaction
from app.platform.embedded_postgres import EmbeddedPostgres
from app.platform.migrations import migrate
from app.platform.rate_limits import address_key
from app.platform.settings import Environment, Settings
from tests.worlds import NOW, World, a_world, tomorrow

LIMIT_SECONDS = 2.0


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="nahwerk-away-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[EmbeddedPostgres]:
    postgres = EmbeddedPostgres(folder / "postgres", settings={"fsync": "off"})
    postgres.start()
    yield postgres
    postgres.stop()


@pytest.fixture(scope="module")
async def client(server: EmbeddedPostgres, folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    cluster = server.start()
    admin = await asyncpg.connect(cluster.dsn("postgres", "postgres"))
    await admin.execute("CREATE DATABASE nahwerk")
    await admin.close()
    await migrate(cluster.dsn("nahwerk", "postgres"))
    dsn = cluster.dsn("nahwerk", "nahwerk_app")
    await DB.open_pool(dsn, size=4)
    settings = Settings(environment=Environment.TEST, data_dir=folder / "var")
    app = create_app(settings, dsn, lambda: NOW)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield client
    await DB.close_pool()


@pytest.fixture(scope="module")
async def world(client: httpx.AsyncClient) -> World:
    return await a_world()


async def postgres_processes() -> list[int]:
    """The postmaster and its children."""
    postmaster = _parent(await fetch_value("SELECT pg_backend_pid()"))
    return [postmaster, *(int(pid) for pid in os.listdir("/proc") if pid.isdigit() and _parent(int(pid)) == postmaster)]


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return 0


async def answers(client: httpx.AsyncClient, world: World) -> list[tuple[int, float]]:
    """Status and seconds of a page, a read and a write, and of a bare transaction: more than there are connections."""

    async def timed(ask: Callable[[], object]) -> tuple[int, float]:
        started = time.perf_counter()
        answer = await ask()  # type: ignore[misc]
        return answer.status_code, time.perf_counter() - started

    async def begun() -> httpx.Response:
        try:
            async with transaction():
                return httpx.Response(200)
        except DatabaseAway:
            return httpx.Response(503)

    booking = {
        "space": "regiohub-polch",
        "kind": "desk",
        "starts_at": tomorrow(8).isoformat(),
        "ends_at": tomorrow(9).isoformat(),
    }
    asks: list[Callable[[], object]] = [
        begun,
        lambda: client.get("/plaetze?ort=Polch", headers={"Accept": "text/html"}),
        lambda: client.get("/api/v1/spaces?near=Polch"),
        lambda: client.post("/api/v1/bookings", json=booking, headers=dict(world.mia.bearer)),
        lambda: client.get("/api/v1/me", headers=dict(world.mia.bearer)),
    ] * 3
    return await asyncio.gather(*(timed(ask) for ask in asks))


class Lateness:
    """How many seconds this process came too late to its own turns: what a busy machine took, not the code."""

    seconds = 0.0

    async def __aenter__(self) -> "Lateness":
        self._watch = asyncio.create_task(self._watched())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._watch.cancel()

    async def _watched(self) -> None:
        while True:
            asleep = time.perf_counter()
            await asyncio.sleep(0.02)
            self.seconds += time.perf_counter() - asleep - 0.02


async def every_connection_is_open() -> None:
    """So that requests meet the outage at every step: waiting, connecting, beginning and asking."""

    async def one() -> None:
        async with transaction():
            await fetch_value("SELECT pg_sleep(0.1)")

    assert DB.pool is not None
    await asyncio.gather(*(one() for _ in range(DB.pool.get_max_size())))
    assert DB.pool.get_idle_size() == DB.pool.get_max_size()


async def used_up_lease(client: httpx.AsyncClient) -> None:
    """So that the next call of this address has to ask the database for a further lease of its rate limit."""
    here = address_key("127.0.0.1")
    await client.get("/api/v1/spaces?near=Polch")
    while BY_ADDRESS._allowance(here, NOW).left:
        await BY_ADDRESS.hit(here, NOW)


async def is_back(client: httpx.AsyncClient) -> bool:
    """Whether it answers again within ten seconds."""
    for _ in range(100):
        if (await client.get("/api/v1/spaces?near=Polch")).status_code == 200:
            return True
        await asyncio.sleep(0.1)
    return False


async def test_a_database_that_is_gone(client: httpx.AsyncClient, world: World, server: EmbeddedPostgres) -> None:
    assert await is_back(client)
    server.stop()
    for status, seconds in await answers(client, world):
        assert status == 503
        assert seconds < LIMIT_SECONDS
    server.start()
    assert await is_back(client)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc to find the server's processes")
@pytest.mark.parametrize("all_are_open", [False, True])
async def test_a_database_that_hangs(client: httpx.AsyncClient, world: World, all_are_open: bool) -> None:
    if all_are_open:
        await every_connection_is_open()
    await used_up_lease(client)
    stopped = await postgres_processes()
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        async with Lateness() as late:
            asked = await answers(client, world)
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
    assert {status for status, _ in asked} == {503}
    assert max(seconds for _, seconds in asked) < LIMIT_SECONDS + late.seconds
    assert await is_back(client)
    assert DB.pool is not None
    assert DB.pool.get_size() - DB.pool.get_idle_size() == 0
