"""A database with the demo network."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.demo.network import Site
from app.platform.database import DB
from tests.conftest import KEY, PREFIX, TUESDAY, DemoNetwork, copied, demo_site

__all__ = ["KEY", "TUESDAY"]

THIS_MONTH = (
    "SELECT e.left_units FROM entitlement e JOIN person p ON p.id = e.person"
    " WHERE p.email = 'freelancer@demo.example' AND e.unit = 'desk_day' AND $1 BETWEEN e.starts_on AND e.ends_on"
)
"""The half days that the freelancer has left in the month of a day."""


@pytest.fixture(scope="session")
def folder(demo_network: DemoNetwork) -> Path:
    """Where the pictures lie."""
    return demo_network.files


@pytest.fixture(scope="session")
def site(folder: Path) -> Site:
    """Where the demo network was made."""
    return demo_site(folder)


@pytest.fixture(scope="module")
async def filled(admin_dsn: str, demo_network: DemoNetwork, worker_id: str) -> AsyncIterator[str]:
    """A database with the demo network of a Tuesday, with the pool open; its DSN."""
    async with copied(admin_dsn, demo_network.template, f"{PREFIX}_demo_{worker_id}") as dsn:
        await DB.open_pool(dsn, size=2, statement_timeout=60)
        try:
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
