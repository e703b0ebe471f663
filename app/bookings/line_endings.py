"""How a place in line ends without a booking. What would have been booked is forgotten with it."""

from collections.abc import Sequence
from datetime import datetime

from app.bookings.waiting import Ending
from app.identity.audit import record
from app.identity.rules import Actor
from app.platform.database import fetch
from app.platform.outbox import emit


async def end_places(
    which: str, reason: Ending, now: datetime, *arguments: object, actor: Actor | None = None
) -> Sequence[int]:
    """Ends those places w in line for which this SQL holds (its parameters count from $3); their keys.

    Those that somebody else is just changing are left alone. What is held for them stays to be freed.
    """
    rows = await fetch(
        f"""
        UPDATE waiting SET status = 'ended', reason = $2, choice = '{{}}', updated_at = $1 WHERE id IN (
            SELECT w.id FROM waiting w WHERE w.status IN ('waiting', 'offered') AND {which}
             ORDER BY w.id FOR UPDATE SKIP LOCKED
        ) RETURNING id
        """,  # noqa: S608
        now,
        reason,
        *arguments,
    )
    ended = sorted(row["id"] for row in rows)
    for key in ended:
        await record("waiting.ended", "waiting", key, actor, now, reason=reason)
        await emit("waiting.ended", "waiting", key, now)
    return ended


async def end_place(key: int, reason: Ending, actor: Actor | None, now: datetime) -> None:
    """Ends this one."""
    await end_places("w.id = $3", reason, now, key, actor=actor)
