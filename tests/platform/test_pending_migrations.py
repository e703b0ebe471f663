"""Which migrations are still to run."""

import pytest

from app.platform.database import execute
from app.platform.migrations import all_migrations
from app.platform.pending_migrations import migration_files, pending_migrations


def test_the_files_names_are_the_migrations() -> None:
    assert migration_files() == set(all_migrations())


@pytest.mark.usefixtures("undone")
async def test_what_has_not_run_is_pending() -> None:
    assert await pending_migrations() == set()
    await execute("SET LOCAL ROLE NONE")
    await execute("DELETE FROM migration WHERE app_name IN ('bookings', 'platform')")
    assert {app for app, _ in await pending_migrations()} == {"bookings", "platform"}
