"""Where this installation's database is: the embedded one of its data directory, or the server it was told."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import asyncpg

from app.platform.database import DB
from app.platform.embedded_postgres import EmbeddedPostgres
from app.platform.pending_migrations import pending_migrations
from app.platform.private_files import data_folder
from app.platform.settings import Settings

DATABASE = "nahwerk"

_NOT_SET_UP = (
    asyncpg.InvalidCatalogNameError,  # no such database
    asyncpg.InvalidAuthorizationSpecificationError,  # no such role to sign in as
    asyncpg.InvalidParameterValueError,  # no such role to act as
    asyncpg.InsufficientPrivilegeError,  # no member of it yet
)


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """`app` is for everything that runs, `owner` for migrations only; `server` makes the embedded database."""

    app: str
    owner: str
    server: str | None = None


@contextmanager
def database_server(settings: Settings) -> Iterator[DatabaseAddress]:
    """The database server while the block runs: starts or joins the embedded one unless DATABASE_URL names another.

    Raises EmbeddedPostgresRefusal, which says what stands in the way.
    """
    data_folder(settings.data_dir)
    if settings.database_url is not None:
        yield DatabaseAddress(settings.database_url, settings.database_owner_url or settings.database_url)
        return
    embedded = EmbeddedPostgres(settings.data_dir / "postgres")
    cluster = embedded.start()
    try:
        yield DatabaseAddress(
            app=cluster.dsn(DATABASE, "nahwerk_app"),
            owner=cluster.dsn(DATABASE, "postgres"),
            server=cluster.dsn("postgres", "postgres"),
        )
    finally:
        embedded.stop()


async def is_behind(address: DatabaseAddress) -> bool:
    """Whether `nahwerk migrate` has something to do: a database, a role or a migration is missing there.

    Raises DatabaseAway.
    """
    await DB.open_pool(address.app, size=1, application="nahwerk-cli")
    try:
        return bool(await pending_migrations())
    except _NOT_SET_UP:
        return True
    finally:
        await DB.close_pool()


@asynccontextmanager
async def open_database(address: DatabaseAddress, *, size: int = 4) -> AsyncIterator[None]:
    """The pool for a command beside the server; refuses to work on a schema that is behind."""
    await DB.open_pool(address.app, size=size, application="nahwerk-cli", statement_timeout=600, lock_timeout=10)
    try:
        if await pending_migrations():
            raise SystemExit("The database is behind the program. Run: nahwerk migrate")
        yield
    finally:
        await DB.close_pool()
