"""Which migrations are still to run."""

import pytest

from app.platform.database import execute
from app.platform.migrations import _migration_files, all_migrations, pending_migrations


def test_the_files_names_are_the_migrations() -> None:
    assert _migration_files() == set(all_migrations())


@pytest.mark.usefixtures("undone")
async def test_what_has_not_run_is_pending_in_order() -> None:
    assert await pending_migrations() == []
    await execute("SET LOCAL ROLE NONE")
    await execute("DELETE FROM migration WHERE app_name IN ('bookings', 'platform')")
    pending = await pending_migrations()
    assert [app for app, _ in pending] == ["platform", "bookings"]
