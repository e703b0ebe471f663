"""Which migrations a database has not run yet, from the files' names alone: cheap enough for every start and probe."""

import functools
from pathlib import Path

from app.platform.database import fetch, fetch_value


async def pending_migrations() -> frozenset[tuple[str, str]]:
    """(app, migration) of those that this database has not run. Needs an open pool."""
    if not await fetch_value("SELECT to_regclass('public.migration') IS NOT NULL"):
        return migration_files()
    ran = {(row["app_name"], row["name"]) for row in await fetch("SELECT app_name, name FROM migration")}
    return migration_files() - ran


@functools.cache
def migration_files() -> frozenset[tuple[str, str]]:
    """(app, migration) of all there are."""
    files = Path(__file__).parents[1].glob("*/piccolo_migrations/[a-z]*.py")
    return frozenset((file.parts[-3], file.stem) for file in files)
