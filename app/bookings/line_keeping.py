"""The periodic work of waiting lists: a safety net, since time becomes free in more ways than by giving it back."""

from datetime import datetime, timedelta
from typing import Final

from app.bookings.giving_back import free, hand_on
from app.bookings.line_endings import end_places
from app.bookings.offer_time import NO_OFFER_WITHIN
from app.bookings.rules import HOLDING
from app.bookings.serving import serve_line, spaces_to_serve
from app.bookings.waiting import ANYTHING, OFFER, Ending
from app.platform.database import execute, retried, transaction

KEPT_FOR: Final = timedelta(days=365)
"""How long it is known who waited for what, counted from the end of what would have been booked."""

_TOO_NEAR: Final = "w.status = 'waiting' AND w.starts_at < $3"
_BOOKED_ELSEWHERE: Final = f"""
    EXISTS (
        SELECT FROM booking b JOIN resource r ON r.id = b.resource
         WHERE b.person = w.person AND b.starts_at < w.ends_at AND b.ends_at > w.starts_at AND b.status = ANY($3)
           AND b.starts_at > w.starts_at - interval '24 hours'
           AND CASE WHEN w.kind IS NULL THEN r.kind IN ({", ".join(f"'{kind}'" for kind in ANYTHING)})
                    ELSE r.kind = w.kind END
    )
"""


async def look_after_lines(now: datetime) -> int:
    """Ends what nobody needs any more, and serves whoever waits for something that is free; to how many it was given.

    Each space in a transaction of its own.
    """
    await end_needless(now)
    return sum([await _served(space, now) for space in await spaces_to_serve(now)])


@retried
async def end_needless(now: datetime) -> None:
    """Ends places in line whose time is too near to be offered, and those of people who have booked something else.

    Nobody is mailed about it; what was offered to them goes to the next.
    """
    async with transaction():
        await end_places(_TOO_NEAR, Ending.OVER, now, now + NO_OFFER_WITHIN)
        ended = await end_places(_BOOKED_ELSEWHERE, Ending.BOOKED_ELSEWHERE, now, list(HOLDING))
        await hand_on(await free(ended, OFFER), now)


@retried
async def _served(space: int, now: datetime) -> int:
    return await serve_line(space, now)


async def forget_old_lines(now: datetime) -> int:
    """Deletes who waited for what a year after that time; how many."""
    return await execute("DELETE FROM waiting WHERE status IN ('booked', 'ended') AND ends_at < $1", now - KEPT_FOR)
