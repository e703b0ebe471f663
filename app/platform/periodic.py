"""Work that comes back: one row for each, with its last and next run (docs/design.md decision 18)."""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.kernel.clock import Clock
from app.kernel.wall_time import first_instant, local_day
from app.platform.database import DB, execute, fetch, fetch_value, transaction
from app.platform.logs import Log, error_in_short, request_id

AGAIN_AFTER_FAILURE = timedelta(minutes=5)

_log = Log(__name__)


@dataclass(frozen=True, slots=True)
class Every:
    """So long after the last run ended."""

    pause: timedelta

    def next_after(self, now: datetime) -> datetime:
        return now + self.pause


@dataclass(frozen=True, slots=True)
class Daily:
    """Once a day when the clocks of `zone` show `at`, in both nights of the time change too."""

    at: time
    zone: ZoneInfo

    def next_after(self, now: datetime) -> datetime:
        today = local_day(now, self.zone)
        return next(
            run_at
            for run_at in (first_instant(today + timedelta(days=ahead), self.at, self.zone) for ahead in (0, 1, 2))
            if run_at > now
        )


@dataclass(frozen=True, slots=True)
class Periodic:
    """`run(now)` comes back by its schedule, never twice at the same time in the whole installation.

    A run that was missed is caught up once. It opens its own transactions and may be repeated after a crash, so it must
    bear that.
    """

    name: str
    schedule: Every | Daily
    run: Callable[[datetime], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class PeriodicState:
    """What staff see of one: `last_error` is that of the last run, None when it went well."""

    name: str
    next_run_at: datetime
    last_run_at: datetime | None
    last_error: str | None


async def prepare_periodic(periodic: Sequence[Periodic], now: datetime) -> None:
    """Gives each its row. A new one that is `Every` is due at once; a schedule that became shorter holds from now."""
    for one in periodic:
        first = now if isinstance(one.schedule, Every) else one.schedule.next_after(now)
        await execute(
            "INSERT INTO periodic_job (name, next_run_at) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
            one.name,
            first,
        )
        await execute(
            "UPDATE periodic_job SET next_run_at = $2 WHERE name = $1 AND next_run_at > $2",
            one.name,
            one.schedule.next_after(now),
        )


async def run_due(periodic: Mapping[str, Periodic], clock: Clock, time_limit: timedelta) -> bool:
    """Runs the one that is due longest; False when none is.

    Its row is locked by a transaction beside it meanwhile, so nobody else runs it, and a dead process frees it at once.
    What it raises is kept in the row; then it comes again within five minutes. Raises DatabaseAway.
    """
    async with transaction():
        name: str | None = await fetch_value(
            "SELECT name FROM periodic_job WHERE name = ANY($1) AND next_run_at <= $2"
            " ORDER BY next_run_at, id LIMIT 1 FOR UPDATE SKIP LOCKED",
            list(periodic),
            clock(),
        )
        if name is not None:
            await _run(periodic[name], clock, time_limit)
    return name is not None


async def _run(one: Periodic, clock: Clock, time_limit: timedelta) -> None:
    started_at = clock()
    error = await _error_of(one, started_at, time_limit)
    ended_at = clock()
    next_run_at = one.schedule.next_after(ended_at)
    if error is not None:
        next_run_at = min(next_run_at, ended_at + AGAIN_AFTER_FAILURE)
        _log.warning("periodic job failed", name=one.name, error=error_in_short(error))
    await execute(
        "UPDATE periodic_job SET last_run_at = $2, next_run_at = $3, last_error = $4 WHERE name = $1",
        one.name,
        started_at,
        next_run_at,
        None if error is None else error_in_short(error),
    )


async def _error_of(one: Periodic, now: datetime, time_limit: timedelta) -> Exception | None:
    """What the run raised, if anything. It runs outside of the current transaction."""

    async def run() -> None:
        DB.current_transaction.set(None)
        request_id.set(f"periodic-{one.name}")
        async with asyncio.timeout(time_limit.total_seconds()):
            await one.run(now)

    try:
        await asyncio.create_task(run(), context=contextvars.copy_context())
    except Exception as error:
        return error
    return None


async def last_run_of(name: str) -> datetime | None:
    """When the job last ran to its end without failing; None where it never did or failed the last time."""
    at: datetime | None = await fetch_value(
        "SELECT last_run_at FROM periodic_job WHERE name = $1 AND last_error IS NULL", name
    )
    return at


async def periodic_jobs() -> Sequence[PeriodicState]:
    """All periodic jobs by name, for staff."""
    rows = await fetch("SELECT name, next_run_at, last_run_at, last_error FROM periodic_job ORDER BY name")
    return [PeriodicState(**row) for row in rows]
