"""The end of holds: by time, by their own person's next choice, and their deletion."""

from datetime import datetime, timedelta

from app.inventory.operations import release_each
from app.kernel.periods import Period
from app.platform.database import execute, fetch, transaction

HOLD = "hold"
"""The reason of a hold's claim; its holder is the hold's key."""

KEPT_FOR = timedelta(days=1)
"""How long it is known what was held and chosen."""

_END = """
    UPDATE desk_hold SET ended_at = $1 WHERE id IN (
        SELECT h.id FROM desk_hold h {source} WHERE h.ended_at IS NULL AND {which}
         ORDER BY h.id FOR UPDATE OF h {others}
    ) RETURNING id
"""
_LAPSED = _END.format(source="", which="h.expires_at <= $1", others="SKIP LOCKED")
_IN_THE_WAY = _END.format(
    source="JOIN resource r ON r.id = h.resource JOIN mailed_link l ON l.id = h.link",
    which="r.space = $2 AND EXISTS (SELECT FROM claim c WHERE c.holder = h.id AND c.reason = 'hold'"
    " AND c.starts_at < $4 AND c.ends_at > $3)"
    " AND (h.expires_at <= $1 OR l.email = (SELECT lower(email) FROM person WHERE id = $5))",
    others="SKIP LOCKED",
)
_OF_ADDRESS = _END.format(
    source="JOIN mailed_link l ON l.id = h.link", which="(l.email = $2 OR h.public_id = $3)", others=""
)


async def lapse_holds(now: datetime) -> int:
    """Gives back whatever was held until now; how many holds ended."""
    return await _end(_LAPSED, now)


async def clear_the_way(space: int, period: Period, person: int | None, now: datetime) -> bool:
    """Ends the holds there that are over and only have not been swept up, and those of this person.

    The period is what would be claimed, with what is kept free around it. For whoever finds the time taken: True says
    that another try may succeed. What is being confirmed at this very moment is left alone.
    """
    return bool(await _end(_IN_THE_WAY, now, space, period.starts_at, period.ends_at, person))


async def end_holds_of(email: str, public_id: str, now: datetime) -> int:
    """Ends what is held for this address, and the hold with this id, because something else shall be; how many."""
    return await _end(_OF_ADDRESS, now, email, public_id)


async def forget_old_holds(now: datetime) -> int:
    """Deletes holds a day after they began, with all that was typed in; how many."""
    await lapse_holds(now)
    return await execute("DELETE FROM desk_hold WHERE created_at <= $1 AND ended_at IS NOT NULL", now - KEPT_FOR)


async def _end(statement: str, *arguments: object) -> int:
    async with transaction():
        ended = [row["id"] for row in await fetch(statement, *arguments)]
        if ended:
            await release_each(ended, HOLD)
    return len(ended)
