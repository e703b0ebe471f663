"""A real database for the tests: one cluster, one migrated template, a copy of it for each process."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import hypothesis
import pytest

from app.demo.network import Site, fill
from app.platform.database import DB
from app.platform.embedded_postgres import EmbeddedPostgres
from app.platform.files import FolderFiles
from app.platform.migrations import migrate
from tests.orders import PAPER

TUESDAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
"""The tests' present: Tuesday evening, 19:00 in Mayen."""


# How long an example takes says something about the machine and what else it does, nothing about the code.
hypothesis.settings.register_profile("nahwerk", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("nahwerk")

KEY = b"a secret that only these tests know, and long enough"
"""By which links are made, in all applications that tests serve."""

PREFIX = os.environ.get("PYTEST_DATABASE_PREFIX", "nahwerk")
"""Keeps the databases of several runs on one server apart."""


_LONGEST = ("test_every_page.py", "test_schemathesis.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest come first, then all in browsers: what begins last must not keep one alone."""
    items.sort(key=lambda item: (item.path.name not in _LONGEST, item.path.parent.name != "browser"))


@pytest.fixture(autouse=True)
def a_patient_application(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that stands still for a moment is no database that is away, but where just that is tested."""
    if request.path.parent.name != "platform":
        monkeypatch.setattr("app.platform.database.AWAY_AFTER_SECONDS", 8)


def in_database(dsn: str, database: str) -> str:
    """The same server, another database."""
    parts = urlsplit(dsn)
    return urlunsplit(parts._replace(path=f"/{database}"))


def _in_memory() -> Path | None:
    """A folder that is no disk, where there is one with room; None where there is not.

    Each file of tests has a database of its own, a thousand small files made and deleted, and file systems take longer
    for that than PostgreSQL does for everything else.
    """
    folder = Path("/dev/shm")
    is_there = folder.is_dir() and os.access(folder, os.W_OK)
    return folder if is_there and shutil.disk_usage(folder).free > _ROOM else None


_ROOM = 3 * 2**30


@pytest.fixture(scope="session")
def admin_dsn() -> Iterator[str]:
    """A superuser's connection to the cluster: DATABASE_URL where given, else an embedded one for this run alone.

    The embedded one forgets how to survive a power cut, so that the tests are quick; tests of that start their own.
    """
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="nahwerk-tests-", dir=_in_memory()))
    folder.chmod(0o711)  # as root the server runs as another user, who must pass through
    quick = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "120"}
    try:
        with EmbeddedPostgres(folder / "postgres", settings=quick) as cluster:
            yield cluster.dsn("postgres", "postgres")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def template(admin_dsn: str, worker_id: str) -> str:
    """The name of a database in which all migrations have run."""
    name = f"{PREFIX}_template_{worker_id}"

    async def make() -> None:
        admin = await asyncpg.connect(admin_dsn)
        try:
            await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            await admin.execute(f"CREATE DATABASE {name}")
        finally:
            await admin.close()
        await migrate(in_database(admin_dsn, name))

    asyncio.run(make())
    return name


@dataclass(frozen=True, slots=True)
class DemoNetwork:
    """A database to copy that holds the demo network of TUESDAY, and the folder with its pictures."""

    template: str
    files: Path


def demo_site(files: Path) -> Site:
    """Where the tests' demo network is made, with its pictures in this folder."""
    return Site(FolderFiles(files), PAPER, KEY)


@pytest.fixture(scope="session")
def demo_network(
    admin_dsn: str, template: str, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> DemoNetwork:
    """Made once, which takes seconds; whoever needs the demo network copies it."""
    made = DemoNetwork(f"{PREFIX}_demo_template_{worker_id}", tmp_path_factory.mktemp("demo") / "files")

    async def make() -> None:
        admin = await asyncpg.connect(admin_dsn)
        try:
            await admin.execute(f"DROP DATABASE IF EXISTS {made.template} WITH (FORCE)")
            await admin.execute(f"CREATE DATABASE {made.template} TEMPLATE {template}")
        finally:
            await admin.close()
        await DB.open_pool(in_database(admin_dsn, made.template), size=2, statement_timeout=60)
        try:
            assert await fill(TUESDAY, demo_site(made.files), lambda _: None)
        finally:
            await DB.close_pool()

    asyncio.run(make())
    return made


@asynccontextmanager
async def created(admin_dsn: str, name: str) -> AsyncIterator[str]:
    """A new database without any migration; its DSN. Gone afterwards."""
    admin = await asyncpg.connect(admin_dsn)
    try:
        await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await admin.execute(f"CREATE DATABASE {name}")
        yield in_database(admin_dsn, name)
        await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    finally:
        await admin.close()


@asynccontextmanager
async def copied(admin_dsn: str, template: str, name: str) -> AsyncIterator[str]:
    """A fresh copy of the template; its DSN. Gone afterwards."""
    admin = await asyncpg.connect(admin_dsn)
    try:
        await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield in_database(admin_dsn, name)
        await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    finally:
        await admin.close()


@pytest.fixture(scope="session")
def database_name(worker_id: str) -> str:
    """What each module's database is called while it is there."""
    return f"{PREFIX}_test_{worker_id}"


@pytest.fixture(scope="module")
async def database(admin_dsn: str, template: str, database_name: str) -> AsyncIterator[str]:
    """An empty, migrated database of this module's own, with the pool open as nahwerk_app; its DSN."""
    async with copied(admin_dsn, template, database_name) as dsn:
        await DB.open_pool(dsn, size=8)
        try:
            yield dsn
        finally:
            await DB.close_pool()


@pytest.fixture
async def undone(database: str) -> AsyncIterator[None]:
    """Everything that the test writes is rolled back after it."""
    tx = DB.transaction()
    await tx.__aenter__()
    try:
        yield
    finally:
        await tx.rollback()
        await tx.__aexit__(None, None, None)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The top level of the project."""
    return Path(__file__).resolve().parents[1]
