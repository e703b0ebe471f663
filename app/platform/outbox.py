"""Events: written in the transaction in which something happened, handed on afterwards (docs/design.md decision 9).

An event is a fact with ids only. The worker turns it into one job for each reaction to it; what becomes of the jobs
stands in jobs.py.
"""

import asyncio
import contextlib
import contextvars
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
import msgspec

from app.platform.database import DB, Busy, DatabaseAway, execute, fetch_value, transaction
from app.platform.new_rows import NewRow, insert_together

CHANNEL = "nahwerk_outbox"
_NUDGE_AFTER_SECONDS = 0.1
_ONE_DISPATCHER = 0x6F75_7462  # any number of our own; whoever holds this lock dispatches


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to one aggregate. `id` stays the same however often a reaction is tried."""

    id: int
    name: str
    version: int
    aggregate_kind: str
    aggregate_id: int
    ids: Mapping[str, Any]
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Reaction:
    """What follows from an event: `run(event, now)`, stored as a job under the stable name `handler`.

    It runs in a transaction of its own, and what it writes there happens once. Whatever it does outside of the database
    happens at least once, so it carries a key made of the event's id. Raising means to be tried again later. No job is
    made of events that are handed on while it is not `wanted` by anybody.
    """

    handler: str
    run: Callable[[Event, datetime], Awaitable[None]]
    wanted: Callable[[], Awaitable[bool]] | None = None


Reactions = Mapping[str, Sequence[Reaction]]
"""The reactions to each event by its name; an event that nobody reacts to stands there with none."""


class Permanent(Exception):
    """Raised by a reaction that no further attempt can help: its job is dead at once."""


def new_event(
    name: str, aggregate_kind: str, aggregate_id: int, now: datetime, *, version: int = 1, **ids: object
) -> NewRow:
    """The event `noun.past_tense`, to be inserted together with its cause; then `wake_workers`.

    Events of one aggregate are handed on in the order in which they were written, provided that their causes did not
    overlap (they hold the aggregate's row locked).
    """
    return NewRow(
        "outbox_event",
        {
            "name": name,
            "version": version,
            "aggregate_kind": aggregate_kind,
            "aggregate_id": aggregate_id,
            "payload": msgspec.json.encode(ids).decode(),
            "occurred_at": now,
        },
    )


async def emit(
    name: str, aggregate_kind: str, aggregate_id: int, now: datetime, *, version: int = 1, **ids: object
) -> None:
    """Writes such an event in the transaction of its cause. Raises RuntimeError outside of one."""
    if DB.current_transaction.get() is None:
        raise RuntimeError(f"{name} was emitted outside of the transaction of its cause")
    await insert_together(new_event(name, aggregate_kind, aggregate_id, now, version=version, **ids))
    wake_workers()


_DISPATCH = """
WITH taken AS (
    UPDATE outbox_event SET dispatched_at = $1
    WHERE id IN (
        SELECT id FROM outbox_event WHERE dispatched_at IS NULL AND name = ANY($2) ORDER BY id LIMIT $3
    )
    RETURNING id, name, aggregate_kind, aggregate_id
), queued AS (
    INSERT INTO job (handler, event, aggregate_kind, aggregate_id, next_attempt_at)
    SELECT handler, id, aggregate_kind, aggregate_id, $1
    FROM taken JOIN unnest($4::text[], $5::text[]) AS reaction (event_name, handler) ON event_name = name
    ORDER BY id
)
SELECT count(*) FROM taken
"""


async def dispatch(reactions: Reactions, now: datetime, limit: int = 500) -> int:
    """Turns waiting events into one job for each reaction to them, oldest first; how many events.

    Only one process dispatches at a time, or a later event's job could be seen before an earlier one's. Events whose
    name is unknown here stay: a newer version of the program wrote them, and its worker will know them.
    """
    async with transaction():
        count: int = 0
        if await fetch_value("SELECT pg_try_advisory_xact_lock($1)", _ONE_DISPATCHER):
            pairs = await _pairs(reactions)
            names, handlers = [name for name, _ in pairs], [handler for _, handler in pairs]
            count = await fetch_value(_DISPATCH, now, list(reactions), limit, names, handlers)
        if count:
            wake_workers()
    return count


async def _pairs(reactions: Reactions) -> list[tuple[str, str]]:
    """Each event's name with each handler that is wanted now."""
    asked = {one.wanted for answers in reactions.values() for one in answers if one.wanted is not None}
    unwanted = {wanted for wanted in asked if not await wanted()}
    return [(name, one.handler) for name, answers in reactions.items() for one in answers if one.wanted not in unwanted]


async def waits_to_be_handed_on(name: str, aggregate_kind: str, aggregate_id: int) -> bool:
    """Whether such an event of this aggregate, or what follows from it, still waits for a worker or has failed."""
    found: bool = await fetch_value(
        "SELECT EXISTS (SELECT FROM outbox_event"
        " WHERE dispatched_at IS NULL AND name = $1 AND aggregate_kind = $2 AND aggregate_id = $3)"
        " OR EXISTS (SELECT FROM job JOIN outbox_event e ON e.id = job.event"
        " WHERE job.state = 'waiting' AND e.name = $1 AND job.aggregate_kind = $2 AND job.aggregate_id = $3)"
        " OR EXISTS (SELECT FROM job JOIN outbox_event e ON e.id = job.event"
        " WHERE job.state = 'dead' AND e.name = $1 AND job.aggregate_kind = $2 AND job.aggregate_id = $3)",
        name,
        aggregate_kind,
        aggregate_id,
    )
    return found


def wake_workers() -> None:
    """Tells the workers to look, as soon as the current transaction is over; without one, now."""
    current = DB.current_transaction.get()
    _nudge.after(current.connection if current is not None else None)


class _Nudge:
    """Wakes the workers shortly after a commit, at most ten times a second: a rush is handed on in a few large steps.

    NOTIFY inside the transaction would make every commit queue behind one global lock, so it is sent on its own; when
    it is lost with its process, the workers' own look every second finds the event all the same.
    """

    def __init__(self) -> None:
        self._causes: set[Any] = set()
        self._task: asyncio.Task[None] | None = None

    def after(self, cause: Any) -> None:
        self._causes.add(cause)
        if self._task is None or self._task.done():
            # In an empty context, or it would run on the connection of the transaction that asked for it.
            self._task = asyncio.get_running_loop().create_task(self._send(), context=contextvars.Context())

    async def _send(self) -> None:
        while self._causes:
            await asyncio.sleep(_NUDGE_AFTER_SECONDS)
            over = {cause for cause in self._causes if not _in_transaction(cause)}
            self._causes -= over
            if over and DB.is_open:
                await self._notify()

    async def _notify(self) -> None:
        with contextlib.suppress(DatabaseAway, Busy):
            await execute("SELECT pg_notify($1, '')", CHANNEL)


def _in_transaction(connection: Any) -> bool:
    """Whether the transaction that borrowed this connection is still open."""
    if connection is None:
        return False
    try:
        return bool(connection.is_in_transaction())
    except asyncpg.InterfaceError:  # given back to the pool
        return False


_nudge = _Nudge()
