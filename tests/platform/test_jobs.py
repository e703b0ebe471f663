"""A job that fails comes back less and less often, is dead after a day, and lives again when staff say so."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import asyncpg
import pytest

from app.kernel.refusals import Conflict, NotFound
from app.platform.database import execute, fetch, fetch_row, fetch_value, transaction
from app.platform.jobs import (
    DELAYS,
    TAKE_NEXT,
    Waiting,
    dead_jobs,
    delay_after,
    prune,
    retry_all_dead,
    retry_job,
    run_next,
    waiting_summary,
    workers_seen,
)
from app.platform.outbox import Event, Permanent, Reaction, dispatch, emit
from tests.conftest import NOW

Handler = Callable[[Event, datetime], Awaitable[None]]
LIMIT = timedelta(seconds=5)


async def succeed(event: Event, now: datetime) -> None: ...


async def fail(event: Event, now: datetime) -> None:
    raise ValueError("no such thing")


async def queue(*things: int, name: str = "thing.happened") -> None:
    """One waiting job of the handler `note` for each."""
    async with transaction():
        for thing in things:
            await emit(name, "thing", thing, NOW)
        await dispatch({name: [Reaction("note", succeed)]}, NOW)


async def run(handler: Handler, at: datetime = NOW) -> bool:
    return await run_next({"note": handler}, lambda: at, LIMIT)


async def state() -> tuple[str, int, str | None]:
    row = await fetch_row("SELECT state, attempts, last_error FROM job ORDER BY id LIMIT 1")
    assert row is not None
    return row["state"], row["attempts"], row["last_error"]


def test_a_job_rests_longer_after_each_failure_and_is_given_up_after_a_day() -> None:
    rests = [delay_after(attempts, 0.5) for attempts in range(1, 11)]
    assert rests[:2] == [timedelta(seconds=5), timedelta(seconds=30)]
    assert rests[:8] == sorted(DELAYS)
    assert rests[8:] == [None, None]
    assert timedelta(hours=23) < sum(DELAYS, timedelta()) < timedelta(hours=25)


def test_jobs_that_failed_together_come_back_apart() -> None:
    assert delay_after(3, 0) == timedelta(seconds=108)
    assert delay_after(3, 1) == timedelta(seconds=132)


async def test_a_job_gets_its_event_and_what_it_writes_is_kept(undone: None) -> None:
    await execute("CREATE TEMP TABLE note (person int) ON COMMIT DROP")
    given = []

    async def keep(event: Event, now: datetime) -> None:
        given.append((event.name, event.version, event.aggregate_kind, event.aggregate_id, event.occurred_at, now))
        await execute("INSERT INTO note VALUES ($1)", event.ids["person"])

    await emit("thing.happened", "thing", 7, NOW - timedelta(seconds=1), version=2, person=3)
    await dispatch({"thing.happened": [Reaction("note", succeed)]}, NOW)
    assert await run(keep)
    assert given == [("thing.happened", 2, "thing", 7, NOW - timedelta(seconds=1), NOW)]
    assert await fetch_value("SELECT person FROM note") == 3
    assert await state() == ("done", 1, None)
    assert not await run(keep)


async def test_what_a_failing_job_wrote_is_undone_and_it_rests(undone: None) -> None:
    await execute("CREATE TEMP TABLE note (n int) ON COMMIT DROP")

    async def write_and_fail(event: Event, now: datetime) -> None:
        await execute("INSERT INTO note VALUES (1)")
        raise ValueError("no such thing")

    await queue(1)
    assert await run(write_and_fail)
    assert await fetch_value("SELECT count(*) FROM note") == 0
    assert await state() == ("waiting", 1, "ValueError: no such thing")
    assert not await run(succeed, NOW + timedelta(seconds=4))
    assert await run(succeed, NOW + timedelta(seconds=6))
    assert await state() == ("done", 2, None)


async def test_a_dead_mail_server_is_not_taken_for_a_dead_database(undone: None) -> None:
    async def send(event: Event, now: datetime) -> None:
        async with transaction():
            raise ConnectionRefusedError("smtp.example refused")

    await queue(1)
    assert await run(send)
    assert (await state())[:2] == ("waiting", 1)


async def test_a_job_that_takes_too_long_is_ended(undone: None) -> None:
    async def hang(event: Event, now: datetime) -> None:
        await execute("SELECT pg_sleep(20)")

    await queue(1)
    assert await run_next({"note": hang}, lambda: NOW, timedelta(seconds=0.05))
    assert await state() == ("waiting", 1, "TimeoutError")


async def test_after_the_last_attempt_a_job_is_dead_and_staff_can_bring_it_back(undone: None) -> None:
    await queue(1)
    at = NOW
    for _ in range(9):
        assert await run(fail, at)
        at += timedelta(hours=14)
    assert not await run(fail, at)
    (dead,) = await dead_jobs()
    assert (dead.handler, dead.event, dead.aggregate_id, dead.attempts) == ("note", "thing.happened", 1, 9)
    assert dead.last_error == "ValueError: no such thing"
    assert dead.died_at == at - timedelta(hours=14)
    await retry_job(dead.id, at)
    assert await dead_jobs() == []
    assert await run(fail, at)
    assert (await state())[:2] == ("waiting", 1)


async def test_what_cannot_succeed_is_dead_at_once(undone: None) -> None:
    async def give_up(event: Event, now: datetime) -> None:
        raise Permanent("the address of anna@example.org does not exist")

    await queue(1)
    await run(give_up)
    assert await state() == ("dead", 1, "Permanent: the address of *** does not exist")


async def test_only_dead_jobs_are_retried(undone: None) -> None:
    await queue(1)
    with pytest.raises(NotFound):
        await retry_job(await fetch_value("SELECT id FROM job"), NOW)


async def test_an_error_names_no_person(undone: None) -> None:
    async def refuse(event: Event, now: datetime) -> None:
        raise Conflict(name="Anna Müller")

    async def violate(event: Event, now: datetime) -> None:
        await execute("CREATE TEMP TABLE who (mail text UNIQUE) ON COMMIT DROP")
        await execute("INSERT INTO who VALUES ('anna@example.org'), ('anna@example.org')")

    await queue(1)
    await run(refuse)
    assert (await state())[2] == "Conflict: conflict"
    await run(violate, NOW + timedelta(minutes=1))
    error = (await state())[2]
    assert error is not None
    assert error.startswith("UniqueViolationError: ")
    assert "anna" not in error


async def test_a_later_job_of_the_same_thing_waits_while_an_earlier_one_rests(undone: None) -> None:
    await queue(1, 1, 2)
    done = []

    async def fail_first(event: Event, now: datetime) -> None:
        done.append(event.aggregate_id)
        if len(done) == 1:
            raise ValueError("first")

    while await run(fail_first):
        pass
    assert done == [1, 2]
    while await run(fail_first, NOW + timedelta(seconds=6)):
        pass
    assert done == [1, 2, 1, 1]


async def test_a_dead_job_holds_nobody_up(undone: None) -> None:
    await queue(1, 1)

    async def die(event: Event, now: datetime) -> None:
        raise Permanent("gone")

    await run(die)
    assert await run(succeed)
    assert [row["state"] for row in await fetch("SELECT state FROM job ORDER BY id")] == ["dead", "done"]


async def test_a_job_whose_handler_is_unknown_here_waits_for_another_worker(undone: None) -> None:
    await queue(1)
    assert not await run_next({"another": succeed}, lambda: NOW, LIMIT)
    assert (await state())[0] == "waiting"


async def test_staff_see_dead_jobs_page_by_page_and_retry_all(undone: None) -> None:
    await queue(1, 2, 3)

    async def die(event: Event, now: datetime) -> None:
        raise Permanent("gone")

    while await run(die):
        pass
    first = await dead_jobs(limit=2)
    assert [job.aggregate_id for job in first] == [3, 2]
    assert [job.aggregate_id for job in await dead_jobs(limit=2, cursor=first[-1].id)] == [1]
    assert await retry_all_dead(NOW) == 3
    assert await run(succeed)


async def test_staff_see_how_much_waits_and_since_when(undone: None) -> None:
    assert await waiting_summary(NOW) == Waiting(events=0, jobs=0, dead=0, oldest=None)
    await queue(1)
    await emit("thing.happened", "thing", 2, NOW + timedelta(seconds=5))
    assert await waiting_summary(NOW + timedelta(seconds=8)) == Waiting(1, 1, 0, timedelta(seconds=8))
    await run(succeed)
    assert await waiting_summary(NOW + timedelta(seconds=8)) == Waiting(1, 0, 0, timedelta(seconds=3))


async def test_old_history_is_deleted_but_nothing_that_somebody_may_still_need(undone: None) -> None:
    async def die(event: Event, now: datetime) -> None:
        raise Permanent("gone")

    await queue(1)
    await run(die)
    await queue(2)
    await run(succeed)
    await queue(3)
    await emit("thing.happened", "thing", 4, NOW)
    for name, seen in (("gone", NOW), ("there", NOW + timedelta(days=91))):
        await execute("INSERT INTO worker_seen VALUES ($1, $2, $2)", name, seen)

    await prune(NOW + timedelta(days=89))
    assert await fetch_value("SELECT count(*) FROM outbox_event") == 4
    await prune(NOW + timedelta(days=91))
    left = await fetch("SELECT aggregate_id FROM outbox_event ORDER BY id")
    assert [row["aggregate_id"] for row in left] == [1, 3, 4]
    assert await fetch_value("SELECT count(*) FROM job") == 2
    assert [worker.name for worker in await workers_seen(NOW)] == ["there"]


async def test_the_next_of_many_is_found_without_looking_at_all_of_them(database: str) -> None:
    """Also when the rush came after PostgreSQL had last counted, and found one job in a thousand waiting."""
    owner = await asyncpg.connect(database)
    insert = """
        WITH event AS (
            INSERT INTO outbox_event (name, aggregate_kind, aggregate_id, occurred_at)
            SELECT 'thing.happened', 'thing', n, now() FROM generate_series(1, $1::int) n RETURNING id, aggregate_id
        )
        INSERT INTO job (handler, event, aggregate_kind, aggregate_id, next_attempt_at, state)
        SELECT 'note', id, 'thing', aggregate_id, now(), $2 FROM event
    """
    try:
        await owner.execute(insert, 2000, "done")
        await owner.execute(insert, 2, "waiting")
        await owner.execute("ANALYZE job, outbox_event")
        await owner.execute(insert, 5000, "waiting")
        query = TAKE_NEXT.replace("$1", "now()").replace("$2", "'{note}'")
        plan = "\n".join(row["QUERY PLAN"] for row in await fetch(f"EXPLAIN {query}"))
    finally:
        await owner.execute("DELETE FROM job; DELETE FROM outbox_event")
        await owner.close()
    assert "Index Scan using job_waiting" in plan
    assert "Sort" not in plan


@pytest.fixture
async def parents(database: str) -> None:
    """A table whose rows need a parent, but only at COMMIT."""
    owner = await asyncpg.connect(database)
    await owner.execute("""
        CREATE TABLE IF NOT EXISTS child (
            id int PRIMARY KEY, parent int REFERENCES child DEFERRABLE INITIALLY DEFERRED
        );
        GRANT ALL ON child TO nahwerk_app;
    """)
    await owner.close()


async def test_a_job_that_fails_only_at_its_commit_counts_as_failed(parents: None) -> None:
    async def orphan(event: Event, now: datetime) -> None:
        await execute("INSERT INTO child VALUES (1, 2)")

    await queue(1)
    try:
        assert await run(orphan)
        assert (await state())[:2] == ("waiting", 1)
        assert await fetch_value("SELECT count(*) FROM child") == 0
    finally:
        await execute("DELETE FROM job")
        await execute("DELETE FROM outbox_event")


async def test_a_handler_that_hides_a_database_error_counts_as_failed(database: str) -> None:
    async def hide(event: Event, now: datetime) -> None:
        try:
            await execute("SELECT 1 / 0")
        except asyncpg.DivisionByZeroError:
            return

    await queue(1)
    try:
        assert await run(hide)
        assert (await state())[:2] == ("waiting", 1)
    finally:
        await execute("DELETE FROM job")
        await execute("DELETE FROM outbox_event")


async def test_two_that_take_at_once_never_take_the_same(database: str) -> None:
    both = asyncio.Barrier(2)
    seen = []

    async def meet(event: Event, now: datetime) -> None:
        seen.append(event.aggregate_id)
        await both.wait()

    await queue(1, 2)
    try:
        assert await asyncio.gather(run(meet), run(meet)) == [True, True]
        assert sorted(seen) == [1, 2]
    finally:
        await execute("DELETE FROM job")
        await execute("DELETE FROM outbox_event")
