"""The worker: hands events on, runs the jobs that follow from them, and what comes back by the clock.

Any number of them may run beside each other; each is woken by NOTIFY and looks by itself every second.
"""

import asyncio
import contextlib
import os
import secrets
import signal
import socket
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from app.kernel.clock import Clock
from app.platform.database import APP_ROLE, AWAY_AFTER_SECONDS, DB, DatabaseAway, execute
from app.platform.jobs import Run, run_next
from app.platform.logs import Log, request_id
from app.platform.outbox import CHANNEL, Event, Reactions, dispatch
from app.platform.periodic import Periodic, prepare_periodic, run_due

_PERIODIC_AT_ONCE = 2

_log = Log(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often and how long, in seconds."""

    look: float = 1.0
    """Between two looks without being woken, and between two tries to reach a database that is away."""
    heartbeat: float = 5.0
    grace: float = 4.0
    """What running jobs are given to finish after `stop`; then they are abandoned, and another worker repeats them."""
    job: float = 60.0
    """The longest that one attempt may take."""
    periodic: float = 900.0
    """The longest that one run of a periodic job may take."""


class Worker:
    """Runs reactions and periodic work until it is stopped, through whatever happens to the database."""

    def __init__(
        self,
        reactions: Reactions,
        periodic: Sequence[Periodic],
        clock: Clock,
        *,
        concurrency: int = 4,
        pace: Pace | None = None,
    ) -> None:
        """Raises ValueError where one handler's name stands for two different things."""
        self.name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        self.pace = pace or Pace()
        self.stopped = asyncio.Event()
        self._reactions = reactions
        self._periodic = {one.name: one for one in periodic}
        self._clock = clock
        self._concurrency = concurrency
        self._running: Counter[str] = Counter()
        self._handlers = {handler: self._counted(handler, run) for handler, run in _by_handler(reactions).items()}
        self._bell = _Bell()
        self._started_at = clock()
        self._is_prepared = False
        self._is_away = False

    @property
    def connections(self) -> int:
        """How many the pool must have for it; the one for LISTEN is not among them."""
        return self._concurrency + 2 * _PERIODIC_AT_ONCE + 2

    async def run(self, dsn: str) -> None:
        """Works until `stop`. Needs an open pool of `connections`, and listens at `dsn` by one of its own."""
        work = [
            self._keep(self._dispatch, self.pace.look, self._bell.next_ring),
            *[self._keep(self._run_job, self.pace.look, self._bell.next_ring) for _ in range(self._concurrency)],
            *[self._keep(self._run_periodic, self.pace.look, self._until_stopped) for _ in range(_PERIODIC_AT_ONCE)],
            self._keep(self._beat, self.pace.heartbeat, self._until_stopped),
            self._keep(lambda: self._listen(dsn), self.pace.look, self._until_stopped),
        ]
        tasks = [asyncio.create_task(one) for one in work]
        _log.info("worker started", name=self.name)
        try:
            await self.stopped.wait()
            await asyncio.wait(tasks, timeout=self.pace.grace)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=1)
        with contextlib.suppress(DatabaseAway):
            await execute("DELETE FROM worker_seen WHERE name = $1", self.name)
        _log.info("worker stopped", name=self.name)

    def stop(self) -> None:
        """Takes nothing new; `run` returns when what runs is finished, or after the grace and a second."""
        self.stopped.set()
        self._bell.ring()

    async def _keep(
        self, look: Callable[[], Awaitable[bool]], pause: float, woken_by: Callable[[], asyncio.Event]
    ) -> None:
        """Looks again and again: at once where there was something, else when woken or after the pause."""
        while not self.stopped.is_set():
            request_id.set("")
            wake = woken_by()  # before looking, so that nothing is missed in between
            try:
                found = await look()
            except DatabaseAway as error:
                self._note_away(str(error))
                await _wait(self.stopped, self.pace.look)
                continue
            except Exception:
                _log.exception("worker failed", doing=getattr(look, "__name__", "listen"))
                await _wait(self.stopped, self.pace.look)
                continue
            self._note_away(None)
            if not found:
                await _wait(wake, pause)

    def _until_stopped(self) -> asyncio.Event:
        return self.stopped

    def _note_away(self, error: str | None) -> None:
        """Says once that the database went away, and once that it came back."""
        if error is not None and not self._is_away:
            _log.warning("the database is away", error=error)
        if error is None and self._is_away:
            _log.info("the database is back")
        self._is_away = error is not None

    async def _dispatch(self) -> bool:
        if not await dispatch(self._reactions, self._clock()):
            return False
        self._bell.ring()
        return True

    async def _run_job(self) -> bool:
        # One handler never keeps all places for long: while the mail server is slow, the others' jobs go on.
        most = max(1, self._concurrency - 1)
        free = {handler: run for handler, run in self._handlers.items() if self._running[handler] < most}
        return await run_next(free, self._clock, timedelta(seconds=self.pace.job))

    async def _run_periodic(self) -> bool:
        if not self._is_prepared:
            await prepare_periodic(list(self._periodic.values()), self._clock())
            self._is_prepared = True
        return await run_due(self._periodic, self._clock, timedelta(seconds=self.pace.periodic))

    async def _beat(self) -> bool:
        # The table is unlogged and nothing else is written, so PostgreSQL does not wait for the disk here.
        await execute(
            "INSERT INTO worker_seen (name, started_at, seen_at) VALUES ($1, $2, $3)"
            " ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at",
            self.name,
            self._started_at,
            self._clock(),
        )
        return False

    async def _listen(self, dsn: str) -> bool:
        """Rings the bell at each notification, until the connection ends or the worker is stopped."""
        ended = asyncio.Event()
        try:
            connection = await asyncpg.connect(
                dsn,
                timeout=AWAY_AFTER_SECONDS,
                server_settings={"role": APP_ROLE, "application_name": "nahwerk-worker-listen"},
            )
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise DatabaseAway(f"{type(error).__name__}: {error}") from error
        try:
            connection.add_termination_listener(lambda _: ended.set())
            await connection.add_listener(CHANNEL, lambda *_: self._bell.ring())
            self._bell.ring()  # for what was told before anybody listened
            await _first_of(ended, self.stopped)
        except (asyncpg.InterfaceError, OSError):
            ended.set()
        finally:
            connection.terminate()
        if ended.is_set():
            raise DatabaseAway("the connection for LISTEN ended")
        return False

    def _counted(self, handler: str, run: Run) -> Run:
        async def counted(event: Event, now: datetime) -> None:
            self._running[handler] += 1
            try:
                await run(event, now)
            finally:
                self._running[handler] -= 1

        return counted


async def run_worker(worker: Worker, dsn: str) -> None:
    """A worker's whole process: works until SIGTERM or SIGINT, from whenever the database answers."""
    loop = asyncio.get_running_loop()
    for ending in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(ending, worker.stop)
    await DB.open_pool(
        dsn,
        size=worker.connections,
        application="nahwerk-worker",
        statement_timeout=30,
        lock_timeout=5,
        waits_for_disk=False,  # what a crash undoes is still waiting afterwards, and may be done twice
    )
    try:
        await worker.run(dsn)
    finally:
        await DB.close_pool()


class _Bell:
    """Wakes everybody who waits. Whoever took `next_ring` before looking misses no ring."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def next_ring(self) -> asyncio.Event:
        return self._event

    def ring(self) -> None:
        self._event.set()
        self._event = asyncio.Event()


def _by_handler(reactions: Reactions) -> dict[str, Run]:
    runs: dict[str, Run] = {}
    for reaction in (reaction for answers in reactions.values() for reaction in answers):
        if runs.setdefault(reaction.handler, reaction.run) is not reaction.run:
            raise ValueError(f"{reaction.handler} is the name of two handlers")
    return runs


async def _wait(event: asyncio.Event, seconds: float) -> None:
    """Until the event, but no longer than so many seconds."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


async def _first_of(*events: asyncio.Event) -> None:
    waits = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
