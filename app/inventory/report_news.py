"""Telling a space's staff of what was reported there: the first at once, what follows within the hour together."""

from datetime import datetime, timedelta
from typing import Final

from app.identity.queries import staff_who_may
from app.identity.rules import Action
from app.platform.database import fetch, transaction
from app.platform.outbox import emit

TOGETHER_FOR: Final = timedelta(hours=1)
"""So long after staff was told of something at a space, what follows is collected."""

_UNTOLD: Final = """
    SELECT DISTINCT p.space, s.operator FROM report p JOIN space s ON s.id = p.space
     WHERE p.told_at IS NULL AND p.state = 'open'
       AND NOT EXISTS (SELECT FROM report t WHERE t.space = p.space AND t.told_at > $1)
     ORDER BY p.space
"""


async def announce_reports(now: datetime) -> int:
    """Lets the mails about new reports go; of how many spaces. Each report is told once, also after a crash."""
    told = 0
    for row in await fetch(_UNTOLD, now - TOGETHER_FOR):
        told += await _announce(row["space"], row["operator"], now)
    return told


async def _announce(space: int, operator: int, now: datetime) -> bool:
    """One event for each reader, so that a mail which cannot leave keeps none of the others.

    Where the operator has no staff of its own, the network's people and the space's own address (no person) read it.
    """
    async with transaction():
        rows = await fetch(
            "UPDATE report SET told_at = $2 WHERE space = $1 AND told_at IS NULL AND state = 'open' RETURNING id",
            space,
            now,
        )
        if not rows:
            return False
        reports = sorted(row["id"] for row in rows)
        staff, are_own = await staff_who_may(Action.ANSWER_REPORTS, operator=operator, space=space)
        wanted = await fetch(
            "SELECT id FROM person WHERE id = ANY($1::bigint[]) AND hears_of_reports AND email IS NOT NULL ORDER BY id",
            staff,
        )
        for person in [*(row["id"] for row in wanted), *([] if are_own else [None])]:
            await emit("space.reports_came", "space", space, now, person=person, reports=reports)
        return True
