"""Jobs: one reaction to one event, tried until it is done or dead, and what staff see of them and can do.

A job is taken in the transaction in which it runs. What its handler writes and `done` commit together, and when the
process dies, PostgreSQL frees the row at once.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import msgspec

from app.kernel.clock import Clock
from app.kernel.refusals import NotFound
from app.platform.database import DatabaseAway, execute, fetch, fetch_row, transaction
from app.platform.logs import Log, error_in_short, request_id
from app.platform.outbox import Event, Permanent, wake_workers

DELAYS = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=8),
    timedelta(hours=12),
)
"""How long a job rests after each failed attempt; after the ninth it is dead, about 24 hours after the first."""

HISTORY_KEPT_FOR = timedelta(days=90)
SEEN_LATELY = timedelta(seconds=15)
_PRUNED_AT_ONCE = 5_000
_TROUBLE_FROM = 3
"""Attempts after which a job that is still tried is worth telling somebody."""

Run = Callable[[Event, datetime], Awaitable[None]]

_log = Log(__name__)


@dataclass(frozen=True, slots=True)
class DeadJob:
    """A job that is tried no more until staff retry it."""

    id: int
    handler: str
    event: str
    aggregate_kind: str
    aggregate_id: int
    attempts: int
    last_error: str
    occurred_at: datetime
    died_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the workers have left to do. `oldest` is the age of the oldest event among it, None when there is none."""

    events: int
    jobs: int
    dead: int
    oldest: timedelta | None


@dataclass(frozen=True, slots=True)
class SeenWorker:
    """A worker that was there within the last day; `alive` when it was within the last 15 seconds."""

    name: str
    started_at: datetime
    seen_at: datetime
    alive: bool


@dataclass(frozen=True, slots=True)
class _Job:
    id: int
    handler: str
    attempts: int
    event: Event


class _Failed(Exception):
    """Carries a handler's error out through the savepoint, where its OSError would be taken for the database's own."""

    def __init__(self, error: Exception) -> None:
        self.error = error


def delay_after(attempts: int, spread: float) -> timedelta | None:
    """How long to rest after so many failed attempts (from 1); None when it is enough.

    `spread` from 0 to 1 makes it up to 10 % shorter or longer, so that what failed together does not return together.
    """
    return DELAYS[attempts - 1] * (0.9 + 0.2 * spread) if attempts <= len(DELAYS) else None


async def run_next(handlers: Mapping[str, Run], clock: Clock, time_limit: timedelta) -> bool:
    """Takes a due job of one of these handlers and runs it; False when there is none.

    Jobs of one handler for one aggregate run in order: a later one waits while an earlier one is waiting or running; a
    dead one holds nobody up. A handler that fails or takes longer than `time_limit` is undone and tried again later.
    Raises DatabaseAway; then nothing of it happened and the job is free.
    """
    job: _Job | None = None
    try:
        async with transaction():
            job = await _take(list(handlers), clock())
            if job is None:
                return False
            request_id.set(f"job-{job.id}")
            error = await _error_of(partial(handlers[job.handler], job.event, clock()), time_limit)
            await _record(job, error, clock())
    except DatabaseAway:
        raise
    except Exception as error:  # the handler left behind what cannot be committed
        if job is None:
            raise
        async with transaction():
            await _record(job, error, clock())
    return True


TAKE_NEXT = """
WITH taken AS (
    SELECT id, handler, attempts, event FROM job
    WHERE state = 'waiting' AND next_attempt_at <= $1 AND array_position($2::text[], handler) IS NOT NULL
    AND NOT EXISTS (
        SELECT FROM job earlier
        WHERE earlier.state = 'waiting' AND earlier.handler = job.handler AND earlier.id < job.id
        AND earlier.aggregate_kind = job.aggregate_kind AND earlier.aggregate_id = job.aggregate_id
        OFFSET 0
    )
    ORDER BY next_attempt_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
)
SELECT taken.id AS job, handler, attempts, event.* FROM taken JOIN outbox_event event ON event.id = taken.event
"""
# Written so that the planner walks the index in the order of taking and ends at the first row, however long the queue
# has become since it last counted: `array_position` for `= ANY` and OFFSET 0 leave it no other index and no join.


async def _take(handlers: Sequence[str], now: datetime) -> _Job | None:
    row = await fetch_row(TAKE_NEXT, now, handlers)
    if row is None:
        return None
    event = Event(
        id=row["id"],
        name=row["name"],
        version=row["version"],
        aggregate_kind=row["aggregate_kind"],
        aggregate_id=row["aggregate_id"],
        ids=msgspec.json.decode(row["payload"]),
        occurred_at=row["occurred_at"],
    )
    return _Job(id=row["job"], handler=row["handler"], attempts=row["attempts"], event=event)


async def _error_of(handle: Callable[[], Awaitable[None]], time_limit: timedelta) -> Exception | None:
    """What the handler raised, with all that it wrote undone; None when it went well."""
    try:
        async with transaction():
            try:
                async with asyncio.timeout(time_limit.total_seconds()):
                    await handle()
            except Exception as error:
                raise _Failed(error) from error
    except _Failed as failed:
        return failed.error
    return None


async def _record(job: _Job, error: Exception | None, at: datetime) -> None:
    attempts = job.attempts + 1
    delay = None
    if error is not None and not isinstance(error, Permanent):
        delay = delay_after(attempts, random.random())  # noqa: S311
    state = "done" if error is None else "waiting" if delay is not None else "dead"
    await execute(
        """
        UPDATE job SET state = $3, attempts = $2 + 1, next_attempt_at = $4, last_error = $5, finished_at = $6
        WHERE id = $1 AND attempts = $2 AND state = 'waiting'
        """,
        job.id,
        job.attempts,
        state,
        at + (delay or timedelta()),
        None if error is None else error_in_short(error),
        None if delay is not None else at,
    )
    if error is not None:
        _log.warning(
            "job failed",
            handler=job.handler,
            event_name=job.event.name,
            attempts=attempts,
            state=state,
            error=error_in_short(error),
        )


async def dead_jobs(limit: int = 50, cursor: int | None = None) -> Sequence[DeadJob]:
    """Dead jobs, the newest first; `cursor` is the id of the last one already seen."""
    rows = await fetch(
        """
        SELECT job.id, handler, event.name AS event, job.aggregate_kind, job.aggregate_id, attempts, last_error,
            event.occurred_at, finished_at AS died_at
        FROM job JOIN outbox_event event ON event.id = job.event
        WHERE state = 'dead' AND ($2::bigint IS NULL OR job.id < $2) ORDER BY job.id DESC LIMIT $1
        """,
        limit,
        cursor,
    )
    return [DeadJob(**row) for row in rows]


async def in_trouble(prefix: str, aggregate_kind: str, aggregates: Sequence[int]) -> list[int]:
    """Those of the aggregates for which a job whose handler's name begins so has failed for good, or again and again.

    Raises nothing for unknown ones; each is named once.
    """
    rows = await fetch(
        "SELECT DISTINCT aggregate_id FROM job WHERE (state = 'dead' OR (state = 'waiting' AND attempts >= $4))"
        " AND starts_with(handler, $1) AND aggregate_kind = $2 AND aggregate_id = ANY($3::bigint[])",
        prefix,
        aggregate_kind,
        list(aggregates),
        _TROUBLE_FROM,
    )
    return [row["aggregate_id"] for row in rows]


async def waiting_summary(now: datetime) -> Waiting:
    """How much is left to do, resting jobs included, and how old the oldest of it is."""
    row = await fetch_row(
        """
        SELECT
            (SELECT count(*) FROM outbox_event WHERE dispatched_at IS NULL) AS events,
            (SELECT count(*) FROM job WHERE state = 'waiting') AS jobs,
            (SELECT count(*) FROM job WHERE state = 'dead') AS dead,
            least(
                (SELECT min(occurred_at) FROM outbox_event WHERE dispatched_at IS NULL),
                (SELECT min(occurred_at) FROM job JOIN outbox_event event ON event.id = event WHERE state = 'waiting')
            ) AS oldest
        """
    )
    assert row is not None
    oldest = None if row["oldest"] is None else now - row["oldest"]
    return Waiting(events=row["events"], jobs=row["jobs"], dead=row["dead"], oldest=oldest)


async def retry_job(job: int, now: datetime) -> None:
    """Lets a dead job wait again, with all its attempts before it. Raises NotFound where no dead job has this id."""
    if not await _revive("id = $2", now, job):
        raise NotFound()


async def retry_all_dead(now: datetime) -> int:
    """Lets all dead jobs wait again; how many."""
    return await _revive("true", now)


async def _revive(which: str, now: datetime, *arguments: object) -> int:
    revived = await execute(
        f"UPDATE job SET state = 'waiting', attempts = 0, next_attempt_at = $1, finished_at = NULL"  # noqa: S608
        f" WHERE state = 'dead' AND {which}",
        now,
        *arguments,
    )
    if revived:
        wake_workers()
    return revived


async def workers_seen(now: datetime) -> Sequence[SeenWorker]:
    """The workers of the last day, the one seen last first."""
    rows = await fetch("SELECT name, started_at, seen_at FROM worker_seen ORDER BY seen_at DESC, name")
    return [SeenWorker(**row, alive=now - row["seen_at"] <= SEEN_LATELY) for row in rows]


async def prune(now: datetime) -> None:
    """Deletes done jobs and dispatched events older than 90 days, and workers not seen for a day.

    A dead job stays, and its event with it. Small portions, each its own transaction, so that nobody waits for it.
    """
    before = now - HISTORY_KEPT_FOR
    for sql in (
        "DELETE FROM job WHERE id IN ("
        "SELECT id FROM job WHERE state = 'done' AND finished_at < $1 ORDER BY id LIMIT $2)",
        "DELETE FROM outbox_event WHERE id IN ("
        "SELECT id FROM outbox_event WHERE dispatched_at < $1"
        " AND NOT EXISTS (SELECT FROM job WHERE job.event = outbox_event.id) ORDER BY id LIMIT $2)",
    ):
        while await execute(sql, before, _PRUNED_AT_ONCE) == _PRUNED_AT_ONCE:
            pass
    await execute("DELETE FROM worker_seen WHERE seen_at < $1", now - timedelta(days=1))
