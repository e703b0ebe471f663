"""The schema: two roles, and each capability's migrations as SQL, forwards and backwards, run by Piccolo.

Only `nahwerk migrate` imports this; what serves never carries Piccolo's part for migrations nor connects as the owner.
"""

import contextlib
import io
from collections.abc import AsyncIterator, Sequence

import asyncpg
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.apps.migrations.commands.backwards import BackwardsMigrationManager
from piccolo.apps.migrations.commands.base import BaseMigrationManager
from piccolo.apps.migrations.commands.forwards import ForwardsMigrationManager

from app.platform.database import APP_ROLE, DB, OWNER_ROLE, execute, fetch_value, transaction
from app.platform.pending_migrations import pending_migrations

_LOCK = 0x6E61_6877  # any number of our own; two migrations at once wait for each other
_MINUTES = 60 * 60.0


def sql_migration(migration: str, app: str, forwards: str, backwards: str) -> MigrationManager:
    """A migration of plain SQL statements; it runs in one transaction."""
    manager = MigrationManager(migration_id=migration, app_name=app, description="")

    async def run_forwards() -> None:
        await execute(forwards)

    async def run_backwards() -> None:
        await execute(backwards)

    manager.add_raw(run_forwards)
    manager.add_raw_backwards(run_backwards)
    return manager


async def create_database(admin_dsn: str, name: str) -> None:
    """Makes the database on this server if it is missing."""
    connection = await asyncpg.connect(admin_dsn)
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()


async def prepare_roles(admin_dsn: str) -> None:
    """Makes the two roles and gives them their rights in this database; can be repeated.

    A login that may not create roles needs them to exist already and to be a member of nahwerk_owner.
    """
    connection = await asyncpg.connect(admin_dsn)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)  # rights given twice at once collide
        for role in (OWNER_ROLE, APP_ROLE):
            if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
                with contextlib.suppress(asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
                    await connection.execute(f"CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE")
            if not await connection.fetchval("SELECT pg_has_role(current_user, $1, 'MEMBER')", role):
                await connection.execute(f"GRANT {role} TO CURRENT_USER")
        if not await connection.fetchval(
            "SELECT has_schema_privilege($1, 'public', 'CREATE') AND has_schema_privilege($2, 'public', 'USAGE')"
            " AND EXISTS (SELECT 1 FROM pg_default_acl WHERE defaclrole = $1::regrole)",
            OWNER_ROLE,
            APP_ROLE,
        ):
            await connection.execute(f"""
                REVOKE CREATE ON SCHEMA public FROM PUBLIC;
                GRANT USAGE, CREATE ON SCHEMA public TO {OWNER_ROLE};
                GRANT USAGE ON SCHEMA public TO {APP_ROLE};
                ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER_ROLE} IN SCHEMA public
                    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP_ROLE};
                ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER_ROLE} IN SCHEMA public
                    GRANT USAGE, SELECT ON SEQUENCES TO {APP_ROLE};
            """)
    finally:
        await connection.close()


def all_migrations() -> list[tuple[str, str]]:
    """(app, migration) of all there are, in the order in which they run."""
    manager = BaseMigrationManager()
    found = []
    for app in manager.get_sorted_app_names():
        folder = manager.get_app_config(app).resolved_migrations_folder_path
        found += [(app, name) for name in sorted(manager.get_migration_modules(folder))]
    return found


async def migrate(owner_dsn: str) -> Sequence[tuple[str, str]]:
    """Brings the database up to date as nahwerk_owner; what was run, in order. One capability is one transaction.

    A second one at the same time waits and then finds nothing to do. Must not run while a pool is open.
    """
    await prepare_roles(owner_dsn)
    async with _as_owner(owner_dsn):
        pending = await pending_migrations()
        missing = [migration for migration in all_migrations() if migration in pending]

        for app in dict.fromkeys(app for app, _ in missing):
            async with transaction():
                await fetch_value("SELECT pg_advisory_xact_lock($1)", _LOCK)
                with contextlib.redirect_stdout(io.StringIO()):
                    result = await ForwardsMigrationManager(app_name=app).run()
                if not result.success:
                    raise RuntimeError(f"{app}: {result.message}")
        return missing


async def migrate_backwards(owner_dsn: str, app: str, migration: str) -> None:
    """Undoes this migration of the app and all later ones of it."""
    async with _as_owner(owner_dsn), transaction():
        await fetch_value("SELECT pg_advisory_xact_lock($1)", _LOCK)
        with contextlib.redirect_stdout(io.StringIO()):
            result = await BackwardsMigrationManager(app_name=app, migration_id=migration, auto_agree=True).run()
        if not result.success:
            raise RuntimeError(f"{app}: {result.message}")


@contextlib.asynccontextmanager
async def _as_owner(owner_dsn: str) -> AsyncIterator[None]:
    await DB.open_pool(
        owner_dsn,
        role=OWNER_ROLE,
        size=2,
        application="nahwerk-migrate",
        statement_timeout=_MINUTES,
        lock_timeout=5,
    )
    try:
        yield
    finally:
        await DB.close_pool()
