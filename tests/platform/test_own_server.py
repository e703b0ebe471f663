"""The same program over a PostgreSQL server of one's own (Debian's, where it is installed), not the embedded one."""

import asyncio
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from app.bookings.operations import BookDesk, book
from app.bookings.rules import AlreadyTaken
from app.platform.database import DB, fetch_value
from app.platform.installation import database_server, is_behind
from app.platform.migrations import migrate
from app.platform.settings import Environment, Settings
from tests.worlds import NOW, World, a_world, tomorrow

INSTALLED = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
pytestmark = pytest.mark.skipif(not INSTALLED, reason="no PostgreSQL server is installed beside the embedded one")


@pytest.fixture(scope="module")
def own_server() -> Iterator[str]:
    """A server started from the distribution's package, closed to the network; its superuser's connection."""
    programs = INSTALLED[-1].parent
    folder = Path(tempfile.mkdtemp(prefix="nahwerk-own-"))
    owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    os.chown(folder, owner.pw_uid, owner.pw_gid)

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [programs / program, *arguments],
            check=True,
            cwd="/",
            stdout=subprocess.DEVNULL,
            user=owner.pw_uid,
            group=owner.pw_gid,
            extra_groups=[],
        )

    data = str(folder / "data")
    run("initdb", "-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    run("pg_ctl", "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start")
    try:
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
async def world(own_server: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    data_dir = tmp_path_factory.mktemp("var")
    settings = Settings(environment=Environment.TEST, data_dir=data_dir, database_url=own_server)
    with database_server(settings) as address:
        assert await is_behind(address)
        await migrate(address.owner)
        assert not await is_behind(address)
        assert not (data_dir / "postgres").exists(), "nothing embedded was started"
        await DB.open_pool(address.app, size=8)
        try:
            yield await a_world()
        finally:
            await DB.close_pool()


async def test_everything_runs_there_as_the_role_that_owns_nothing(world: World) -> None:
    assert await fetch_value("SELECT current_user") == "nahwerk_app"
    assert await fetch_value("SELECT tableowner FROM pg_tables WHERE tablename = 'claim'") == "nahwerk_owner"


async def test_one_of_many_gets_the_desk_there_too(world: World) -> None:
    command = BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(18))
    outcomes = await asyncio.gather(*(book(world.mia.actor(), command, NOW) for _ in range(30)), return_exceptions=True)
    assert sum(isinstance(outcome, AlreadyTaken) for outcome in outcomes) == 29
