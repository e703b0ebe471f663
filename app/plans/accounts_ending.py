"""Passes that end soon with something left on them: their holders are told in time, once."""

from datetime import date, datetime, timedelta
from typing import Final

from app.platform.database import fetch, transaction
from app.platform.outbox import emit

TOLD_BEFORE: Final = timedelta(days=30)


async def announce_endings(now: datetime, today: date) -> int:
    """Lets the mails go that say which passes end within a month; how many. Twice tells nobody twice.

    What was short from the beginning is not announced: its holder has just read when it ends.
    """
    async with transaction():
        rows = await fetch(
            "UPDATE entitlement SET told_ending_at = $1 WHERE id IN (SELECT id FROM entitlement"
            "  WHERE source = 'pass' AND charge IS NULL AND credit IS NULL AND left_units > 0 AND expired_at IS NULL"
            "    AND told_ending_at IS NULL AND ends_on BETWEEN $2 AND $2 + $3::integer"
            "    AND starts_on < ends_on - $3::integer FOR UPDATE SKIP LOCKED) RETURNING id",
            now,
            today,
            TOLD_BEFORE.days,
        )
        for row in rows:
            await emit("entitlement.ending", "entitlement", row["id"], now)
    return len(rows)
