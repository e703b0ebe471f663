"""Addresses from which mails come back: since when they count as unreachable, and how they stop to.

Mails go there all the same, because a link in one is the way by which an address proves that it is alive.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from app.platform.database import execute, fetch

ENOUGH: Final = 3
"""So many mails that could not be delivered for a while, on different days, make an address unreachable."""

WITHIN: Final = timedelta(days=30)
ANOTHER_DAY: Final = timedelta(hours=20)
KEPT_FOR: Final = timedelta(days=90)
"""Counted from the last mail that came back."""

REACHED: Final = """
    (p.email IS NOT NULL AND NOT EXISTS (
        SELECT FROM mail_trouble t WHERE t.email = lower(p.email) AND t.unreachable_since IS NOT NULL
    ))
"""
"""SQL that says whether mails arrive at a person p, as far as is known."""

_NOTE: Final = """
    INSERT INTO mail_trouble AS t (email, failures, unreachable_since, status, failed_at)
    SELECT $1, 1, CASE WHEN $2 THEN $4::timestamptz END, $3, $4
     WHERE NOT EXISTS (
           SELECT FROM person p WHERE lower(p.email) = $1 AND p.retired_at IS NULL AND p.email_confirmed_at > $5
     )
    ON CONFLICT (email) DO UPDATE SET
        failures = CASE WHEN t.failed_at < $4::timestamptz - $6::interval THEN 1 ELSE t.failures + 1 END,
        unreachable_since = coalesce(
            t.unreachable_since,
            CASE WHEN $2 OR t.failures + 1 >= $7 AND t.failed_at >= $4::timestamptz - $6::interval THEN $4 END
        ),
        status = $3, failed_at = $4
     WHERE ($2 OR t.failed_at <= $4::timestamptz - $8::interval OR t.failures = 0)
       AND coalesce(t.reached_at < $5, true)
"""


async def note_failure(email: str, sent_at: datetime, status: str, now: datetime, *, is_permanent: bool) -> None:
    """A mail that was sent then came back from the address (in small letters); call it once for each mail.

    It counts for nothing where the address was proved after it was sent.
    """
    await execute(_NOTE, email, is_permanent, status, now, sent_at, WITHIN, ENOUGH, ANOTHER_DAY)


async def note_reached(email: str, now: datetime) -> None:
    """Somebody has used a link that was mailed there."""
    await execute(
        "UPDATE mail_trouble SET failures = 0, unreachable_since = NULL, reached_at = $2 WHERE email = lower($1)",
        email,
        now,
    )


async def forget_trouble(email: str) -> None:
    """Nobody is written to there any more."""
    await execute("DELETE FROM mail_trouble WHERE email = lower($1)", email)


async def unreachable_people(people: Collection[int]) -> frozenset[int]:
    """Those of these people, by key, who have an address at which mails do not arrive."""
    rows = await fetch(
        f"SELECT p.id FROM person p WHERE p.id = ANY($1::bigint[]) AND p.email IS NOT NULL AND NOT {REACHED}",  # noqa: S608
        list(people),
    )
    return frozenset(row["id"] for row in rows)


async def forget_old_trouble(now: datetime) -> int:
    """Forgets addresses from which nothing has come back for 90 days; how many."""
    return await execute("DELETE FROM mail_trouble WHERE failed_at < $1", now - KEPT_FOR)
