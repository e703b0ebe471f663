"""Notes when a session or a token was last used, beside the request and without waiting for the disk.

At most once a minute for each, which the caller sees from the row it has read anyway. A note that is lost with its
process or its database is made again by the next request.
"""

import asyncio
import contextlib
import contextvars
from datetime import datetime, timedelta

from app.kernel.refusals import Refusal
from app.platform.database import DB, DatabaseAway, execute

NOTED_EVERY = timedelta(minutes=1)

_notes: dict[tuple[str, int], asyncio.Task[None]] = {}

_SEEN = "UPDATE session SET seen_at = $2 WHERE id = $1 AND seen_at <= $3"
"""The table is unlogged, and such a commit never waits for the disk."""

_USED = """
    UPDATE api_token SET last_used_at = $2
    WHERE id = $1 AND (last_used_at IS NULL OR last_used_at <= $3)
    AND set_config('synchronous_commit', 'off', true) = 'off'
"""
"""One statement is its own transaction, so that the setting holds for this commit alone."""


def note_session_seen(session: int, seen_at: datetime, now: datetime) -> None:
    """`seen_at` is what the session's row says."""
    if now - seen_at >= NOTED_EVERY:
        _soon(_SEEN, session, now)


def note_token_used(token: int, last_used_at: datetime | None, now: datetime) -> None:
    """`last_used_at` is what the token's row says."""
    if last_used_at is None or now - last_used_at >= NOTED_EVERY:
        _soon(_USED, token, now)


async def notes_written() -> None:
    """Waits until all notes so far are written: at shutdown, and in tests."""
    await asyncio.gather(*_notes.values())


def _soon(statement: str, key: int, now: datetime) -> None:
    """In a context of its own: the request's transaction, if there is one, ends before this."""
    note = (statement, key)
    if note not in _notes:
        _notes[note] = asyncio.get_running_loop().create_task(
            _write(statement, key, now), context=contextvars.Context()
        )
        _notes[note].add_done_callback(lambda _: _notes.pop(note, None))


async def _write(statement: str, key: int, now: datetime) -> None:
    if DB.is_open:
        with contextlib.suppress(DatabaseAway, Refusal):
            await execute(statement, key, now, now - NOTED_EVERY)
