"""The one way to the database: an engine for Piccolo whose transactions never lose a connection.

`fetch`, `fetch_row`, `fetch_value` and `execute` run plain SQL ($1, $2, ...) on the transaction's own connection, or on
one from the pool outside of any (docs/decisions/0011-plain-sql.md). Piccolo's own queries would use the same.
"""

import asyncio
import contextlib
import functools
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import Any, Literal, ParamSpec, TypeVar

import asyncpg
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction

from app.kernel.refusals import BadInput, Conflict, Refusal, marked
from app.platform.scoped_rows import demand_open_rows

APP_ROLE = "nahwerk_app"
OWNER_ROLE = "nahwerk_owner"

AWAY_AFTER_SECONDS = 1.5
"""How long a request waits for a connection while none comes back; an answer follows within 2 seconds."""

CROWDED_AFTER_SECONDS = 10
"""How long it waits while the others before it are being answered."""

queries_run: ContextVar[list[str] | None] = ContextVar("queries_run", default=None)
"""When set, every statement sent is noted; tests count them."""

P = ParamSpec("P")
R = TypeVar("R")


class DatabaseAway(Exception):
    """The database cannot be reached now. Nothing was written, or whether is unknown to nobody but the database."""


class Busy(Conflict):
    """A lock was not free in time; trying again is safe."""

    code = "busy"
    text = marked("Gerade wird hier viel gebucht. Bitte versuchen Sie es noch einmal.")


class DecidedTooLate(Conflict):
    """What was decided on has changed meanwhile; `retried` decides again."""

    code = "decided_too_late"
    text = marked("Inzwischen hat sich etwas geändert. Bitte versuchen Sie es noch einmal.")


_refusals_by_constraint: dict[str, type[Refusal]] = {}

_AWAY = (
    OSError,
    TimeoutError,
    asyncpg.CannotConnectNowError,
    asyncpg.ConnectionDoesNotExistError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
)


def refuse_constraint(name: str, refusal: type[Refusal]) -> None:
    """A violation of this constraint means this refusal, wherever it happens."""
    if name in _refusals_by_constraint:
        raise ValueError(f"{name} already has a refusal")
    _refusals_by_constraint[name] = refusal


def _translated(error: Exception) -> Exception:
    """What a driver's error means to everybody above."""
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        refusal = _refusals_by_constraint.get(str(error.constraint_name))
        return refusal() if refusal else error
    if isinstance(error, asyncpg.CharacterNotInRepertoireError):
        return BadInput()
    if isinstance(error, asyncpg.LockNotAvailableError | asyncpg.QueryCanceledError):
        return Busy()
    if isinstance(error, _AWAY):
        return DatabaseAway(f"{type(error).__name__}: {error}")
    return error


class Transaction(PostgresTransaction):
    """Piccolo's transaction with three promises more.

    The connection goes back and the context variable is reset even when COMMIT or ROLLBACK raises; a nested one is a
    savepoint of its own; driver errors leave it as refusals or DatabaseAway.
    """

    engine: "Engine"

    async def __aenter__(self) -> PostgresTransaction:
        if self._parent is not None:
            self._savepoint = await self._parent.savepoint()
            return self._parent
        try:
            return await super().__aenter__()
        except BaseException as error:
            if getattr(self, "connection", None) is not None:
                _hang_up(self.connection)
                await self._give_back()
            if isinstance(error, Exception):
                raise _translated(error) from error
            raise

    async def get_connection(self) -> Any:
        if self.engine.pool is None:
            raise RuntimeError("the pool is not open")
        return await self.engine.acquire()

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> Literal[False]:
        if self._parent is not None:
            if exception is None:
                await self._savepoint.release()
            else:
                await self._roll_back_to_savepoint()
        else:
            await self._end(exception)
        if isinstance(exception, asyncpg.PostgresError | asyncpg.InterfaceError):
            meaning = _translated(exception)
            if meaning is not exception:
                raise meaning from exception
        return False

    async def _roll_back_to_savepoint(self) -> None:
        try:
            await self._savepoint.rollback_to()
        except (*_AWAY, asyncpg.PostgresError):
            return  # the connection is gone, and with it the whole transaction

    async def _end(self, exception: BaseException | None) -> None:
        try:
            if isinstance(exception, DatabaseAway | TimeoutError):
                _hang_up(self.connection)
            elif exception is not None:
                if not self._rolled_back:
                    await self._roll_back_if_possible()
            elif not self._committed and not self._rolled_back:
                await self.commit()  # type: ignore[no-untyped-call]
        except Exception as error:
            raise _translated(error) from error
        finally:
            self.engine.current_transaction.reset(self.context)
            await self._give_back()

    async def _roll_back_if_possible(self) -> None:
        try:
            await self.rollback()  # type: ignore[no-untyped-call]
        except (*_AWAY, asyncpg.PostgresError):
            _hang_up(self.connection)

    async def _give_back(self) -> None:
        if self.engine.pool is not None:
            await asyncio.shield(_give_back(self.engine.pool, self.connection))


class Engine(PostgresEngine):
    """The engine of all tables. Without a started pool it refuses to work, instead of connecting anew each time."""

    def __init__(self) -> None:
        super().__init__(config={})
        self._came_back_at = 0.0

    async def open_pool(
        self,
        dsn: str,
        *,
        role: str = APP_ROLE,
        size: int = 10,
        application: str = "nahwerk",
        statement_timeout: float = 1.5,
        lock_timeout: float = 1.0,
        waits_for_disk: bool = True,
    ) -> None:
        """Opens the pool; timeouts in seconds. It connects when it is asked to, so the database may still be away.

        Without `waits_for_disk` a crash of the server may undo the last moments' commits, each as a whole: only for
        work that is found and done again.
        """
        if self.pool is not None:
            raise RuntimeError("the pool is open already")
        try:
            self.pool = await asyncpg.create_pool(
                dsn,
                min_size=0,
                max_size=size,
                timeout=AWAY_AFTER_SECONDS,
                command_timeout=statement_timeout + 0.3,
                statement_cache_size=400,
                max_inactive_connection_lifetime=0,
                reset=self._take_back,
                server_settings={
                    "role": role,
                    "application_name": application,
                    "timezone": "UTC",
                    **({} if waits_for_disk else {"synchronous_commit": "off"}),
                    "statement_timeout": str(int(statement_timeout * 1000)),
                    "lock_timeout": str(int(lock_timeout * 1000)),
                    "idle_in_transaction_session_timeout": str(int(statement_timeout * 40_000)),
                },
            )
        except Exception as error:
            raise _translated(error) from error

    async def close_pool(self) -> None:
        """Closes the pool; connections in use are ended after two seconds."""
        pool, self.pool = self.pool, None
        if pool is None:
            return
        try:
            async with asyncio.timeout(2):
                await pool.close()
        except TimeoutError:
            pool.terminate()

    @property
    def is_open(self) -> bool:
        return self.pool is not None

    async def get_version(self) -> float:
        version = await fetch_value("SHOW server_version_num") if self.is_open else "150000"
        return int(version) / 10_000

    async def get_new_connection(self) -> Any:
        raise RuntimeError("the pool is not open: connections beside it are slow and escape the limits")

    def transaction(self, allow_nested: bool = True) -> Transaction:
        return Transaction(engine=self, allow_nested=allow_nested)

    async def acquire(self) -> Any:
        """A connection from the pool; raises TimeoutError when the database seems to be away.

        A crowd is no outage: whoever waits for others goes on waiting while connections come back in good order.
        """
        assert self.pool is not None
        now = asyncio.get_running_loop().time
        asked_at = now()
        while True:
            away_at = max(asked_at, self._came_back_at) + AWAY_AFTER_SECONDS
            left = min(away_at, asked_at + CROWDED_AFTER_SECONDS) - now()
            if left <= 0:
                raise TimeoutError
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):  # unlike acquire's own it needs no task
                    return await self.pool.acquire()

    async def _take_back(self, connection: Any) -> None:
        """Takes the place of asyncpg's reset query, which costs a round trip each time; SET is always LOCAL here."""
        if connection.is_in_transaction():
            await connection.execute("ROLLBACK")
        self._came_back_at = asyncio.get_running_loop().time()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        """The current transaction's connection, or one from the pool for this block alone."""
        current = self.current_transaction.get()
        try:
            if current is not None:
                yield current.connection
            elif (pool := self.pool) is None:
                raise RuntimeError("the pool is not open")
            else:
                connection = await self.acquire()
                try:
                    yield connection
                except _AWAY:
                    _hang_up(connection)
                    raise
                finally:
                    await _give_back(pool, connection)
        except Exception as error:
            meaning = _translated(error)
            if meaning is error:
                raise
            raise meaning from error


async def _give_back(pool: Any, connection: Any) -> None:
    """Gives it back; a connection that the server has cut has left the pool by itself."""
    with contextlib.suppress(asyncpg.InternalClientError):
        await pool.release(connection)


def _hang_up(connection: Any) -> None:
    """Drops a connection at once: saying goodbye to a server that does not answer would cost the answer's time."""
    with contextlib.suppress(asyncpg.InterfaceError):
        connection.terminate()


DB = Engine()


def transaction() -> Transaction:
    """A transaction; inside another one a savepoint."""
    return DB.transaction()


async def fetch(sql: str, *arguments: object) -> Sequence[Mapping[str, Any]]:
    """All rows."""
    _note(sql)
    async with DB.connection() as connection:
        return await connection.fetch(sql, *arguments)  # type: ignore[no-any-return]


async def fetch_row(sql: str, *arguments: object) -> Mapping[str, Any] | None:
    """The first row, or None."""
    _note(sql)
    async with DB.connection() as connection:
        return await connection.fetchrow(sql, *arguments)  # type: ignore[no-any-return]


async def fetch_value(sql: str, *arguments: object) -> Any:
    """The first column of the first row, or None."""
    _note(sql)
    async with DB.connection() as connection:
        return await connection.fetchval(sql, *arguments)


async def execute(sql: str, *arguments: object) -> int:
    """Runs one statement; the number of rows it touched."""
    _note(sql)
    async with DB.connection() as connection:
        tag: str = await connection.execute(sql, *arguments)
    return int(tag.rpartition(" ")[2]) if tag.rpartition(" ")[2].isdigit() else 0


def _note(sql: str) -> None:
    demand_open_rows(sql)
    noted = queries_run.get()
    if noted is not None:
        noted.append(sql)


def retried(operation: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """Runs an operation again when it was undone for somebody else's sake (40001, 40P01, DecidedTooLate); at most four
    times.

    Inside an outer transaction it runs once: only the outermost can be repeated.
    """

    @functools.wraps(operation)
    async def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for attempt in range(4):
            try:
                return await operation(*args, **kwargs)
            except (asyncpg.SerializationError, asyncpg.DeadlockDetectedError, DecidedTooLate):
                if attempt == 3 or DB.current_transaction.get() is not None:
                    raise
                await asyncio.sleep(random.uniform(0.005, 0.02) * 2**attempt)  # noqa: S311
        raise AssertionError("unreachable")

    return run
