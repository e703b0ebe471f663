"""A database that the demo network fills."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from app.demo.network import Site, fill
from app.platform.database import DB
from app.platform.files import FolderFiles
from tests.conftest import PREFIX, copied
from tests.orders import PAPER

TUESDAY = date(2026, 11, 24)
KEY = b"a key of tests alone, long enough"

THIS_MONTH = (
    "SELECT e.left_units FROM entitlement e JOIN person p ON p.id = e.person"
    " WHERE p.email = 'freelancer@demo.example' AND e.unit = 'desk_day' AND $1 BETWEEN e.starts_on AND e.ends_on"
)
"""The half days that the freelancer has left in the month of a day."""


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pictures lie."""
    return tmp_path_factory.mktemp("demo") / "files"


@pytest.fixture(scope="session")
def site(folder: Path) -> Site:
    """Where the demo network is made."""
    return Site(FolderFiles(folder), PAPER, KEY)


@pytest.fixture(scope="module")
async def filled(admin_dsn: str, template: str, worker_id: str, site: Site) -> AsyncIterator[str]:
    """A database with the demo network of a Tuesday, with the pool open; its DSN."""
    async with copied(admin_dsn, template, f"{PREFIX}_demo_{worker_id}") as dsn:
        await DB.open_pool(dsn, size=2, statement_timeout=60)
        try:
            assert await fill(TUESDAY, site, lambda _: None)
            yield dsn
        finally:
            await DB.close_pool()


@pytest.fixture
async def undone_here(filled: str) -> AsyncIterator[None]:
    """Everything that the test writes into the demo network is rolled back after it."""
    tx = DB.transaction()
    await tx.__aenter__()
    try:
        yield
    finally:
        await tx.rollback()
        await tx.__aexit__(None, None, None)
