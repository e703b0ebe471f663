"""Migrations run forwards, backwards and forwards again, and two at once do no harm."""

import asyncio
import os
import subprocess
import sys

from app.platform.database import DB, fetch_value
from app.platform.migrations import all_migrations, migrate, migrate_backwards
from tests.conftest import copied, created


async def test_migrations_run_backwards_to_nothing_and_forwards_again(admin_dsn: str, template: str) -> None:
    async with copied(admin_dsn, template, f"{template}_back") as dsn:
        for app, migration in reversed(all_migrations()):
            await migrate_backwards(dsn, app, migration)
        await DB.open_pool(dsn, size=2)
        left = await fetch_value(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migration'"
        )
        await DB.close_pool()
        assert left == 0
        assert await migrate(dsn) == all_migrations()
        assert await migrate(dsn) == []


async def test_two_migrations_at_once_run_each_only_once(admin_dsn: str, template: str) -> None:
    script = (
        "import asyncio, sys; from app.platform.migrations import migrate;"
        " print(len(asyncio.run(migrate(sys.argv[1]))))"
    )
    async with created(admin_dsn, f"{template}_twice") as dsn:
        both = [
            await asyncio.create_subprocess_exec(
                sys.executable, "-c", script, dsn, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": os.getcwd()}
            )
            for _ in range(2)
        ]
        answers = await asyncio.gather(*(process.communicate() for process in both))
        assert [process.returncode for process in both] == [0, 0]
        assert all(int(out) <= len(all_migrations()) for out, _ in answers)
        assert await migrate(dsn) == []
