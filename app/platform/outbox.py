"""Events: written in the transaction in which something happened, handed on afterwards (DESIGN.md decision 9).

An event is a fact with ids only. The worker turns it into one job for each reaction to it.
"""

import asyncio
import contextlib
import contextvars
from datetime import datetime

import msgspec

from app.platform.database import DB, DatabaseAway, execute

CHANNEL = "nahwerk_outbox"
_NUDGE_AFTER_SECONDS = 0.02


async def emit(
    name: str, aggregate_kind: str, aggregate_id: int, now: datetime, *, version: int = 1, **ids: object
) -> None:
    """Writes the event `noun.past_tense` into the outbox; call it inside the transaction of its cause.

    Events of one aggregate are handed on in the order in which they were written.
    """
    await execute(
        "INSERT INTO outbox_event (name, version, aggregate_kind, aggregate_id, payload, occurred_at)"
        " VALUES ($1, $2, $3, $4, $5::jsonb, $6)",
        name,
        version,
        aggregate_kind,
        aggregate_id,
        msgspec.json.encode(ids).decode(),
        now,
    )
    _nudge.soon()


class _Nudge:
    """Wakes the workers shortly after a commit, at most once in 20 ms.

    NOTIFY inside the transaction would make every commit queue behind one global lock, so it is sent on its own; when
    it is lost with its process, the workers' own look every second finds the event all the same.
    """

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    def soon(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._send(), context=_empty_context())

    async def _send(self) -> None:
        await asyncio.sleep(_NUDGE_AFTER_SECONDS)
        if DB.is_open:
            with contextlib.suppress(DatabaseAway):
                await execute("SELECT pg_notify($1, '')", CHANNEL)


def _empty_context() -> contextvars.Context:
    """The nudge must not run on the connection of the transaction that asked for it."""
    return contextvars.Context()


_nudge = _Nudge()
