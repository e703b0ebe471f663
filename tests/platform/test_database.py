"""Transactions keep their promises: nothing leaks, nested ones are savepoints, errors have a meaning."""

import asyncio

import asyncpg
import pytest

from app.platform.database import DB, Busy, DatabaseAway, execute, fetch_value, retried, transaction

pytestmark = pytest.mark.usefixtures("database")


async def connections_in_use() -> int:
    assert DB.pool is not None
    return DB.pool.get_size() - DB.pool.get_idle_size()


async def test_everything_runs_as_the_role_that_owns_nothing() -> None:
    assert await fetch_value("SELECT current_user") == "nahwerk_app"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await execute("DROP TABLE person")
    assert await fetch_value("SELECT rolsuper FROM pg_roles WHERE rolname = 'nahwerk_app'") is False


async def test_a_failing_commit_gives_its_connection_back() -> None:
    for _ in range(20):  # more often than there are connections
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            async with transaction():
                await execute("CREATE TEMP TABLE p (id int PRIMARY KEY) ON COMMIT DROP")
                await execute("CREATE TEMP TABLE c (p int REFERENCES p DEFERRABLE INITIALLY DEFERRED) ON COMMIT DROP")
                await execute("INSERT INTO c VALUES (1)")
    assert DB.current_transaction.get() is None
    assert await connections_in_use() == 0


async def test_an_inner_failure_undoes_only_the_inner_part(undone: None) -> None:
    await execute("CREATE TEMP TABLE t (n int) ON COMMIT DROP")
    async with transaction():
        await execute("INSERT INTO t VALUES (1)")
        with pytest.raises(ValueError, match="inner"):
            async with transaction():
                await execute("INSERT INTO t VALUES (2)")
                raise ValueError("inner")
        await execute("INSERT INTO t VALUES (3)")
    assert await fetch_value("SELECT array_agg(n ORDER BY n) FROM t") == [1, 3]


async def test_a_caught_constraint_violation_does_not_poison_the_outer_transaction(undone: None) -> None:
    await execute("CREATE TEMP TABLE u (n int UNIQUE) ON COMMIT DROP")
    await execute("INSERT INTO u VALUES (1)")
    with pytest.raises(asyncpg.UniqueViolationError):
        async with transaction():
            await execute("INSERT INTO u VALUES (1)")
    assert await fetch_value("SELECT count(*) FROM u") == 1


async def test_a_statement_that_takes_too_long_is_refused_as_busy() -> None:
    with pytest.raises(Busy):
        async with transaction():
            await execute("SELECT pg_sleep(3)")
    assert await fetch_value("SELECT 1") == 1


async def test_an_ended_connection_means_that_the_database_is_away(database: str) -> None:
    admin = await asyncpg.connect(database)
    with pytest.raises(DatabaseAway):
        async with transaction():
            own = await fetch_value("SELECT pg_backend_pid()")
            await admin.execute("SELECT pg_terminate_backend($1)", own)
            await execute("SELECT 1")
    await admin.close()
    assert await fetch_value("SELECT 1") == 1
    assert DB.current_transaction.get() is None


async def test_a_deadlock_is_tried_again_until_it_succeeds() -> None:
    tries = 0

    @retried
    async def deadlocks_twice() -> str:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise asyncpg.DeadlockDetectedError("deadlock")
        return "done"

    assert await deadlocks_twice() == "done"
    assert tries == 3


async def test_work_beside_the_pool_is_refused() -> None:
    with pytest.raises(RuntimeError, match="pool"):
        await DB.get_new_connection()


async def test_no_connection_is_waited_for_longer_than_the_limit() -> None:
    assert DB.pool is not None
    taken = [await DB.pool.acquire() for _ in range(8)]
    try:
        started = asyncio.get_running_loop().time()
        with pytest.raises(DatabaseAway):
            await fetch_value("SELECT 1")
        assert asyncio.get_running_loop().time() - started < 2
    finally:
        for connection in taken:
            await DB.pool.release(connection)


async def test_a_crowd_waits_for_its_turn_longer_than_a_database_may_be_away(database: str) -> None:
    async def slow_answer() -> None:
        await execute("SELECT pg_sleep(0.2)")

    answers = await asyncio.gather(*(slow_answer() for _ in range(8 * 12)), return_exceptions=True)  # 2.4 seconds

    assert [answer for answer in answers if isinstance(answer, Exception)] == []
