"""The end of what is merely held for somebody: by time, by the person's own next choice, and its deletion.

Holds are a newcomer's, offers belong to who waits. What ends by time goes to the next in line before anybody else.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.bookings.giving_back import Freed, free, hand_on
from app.bookings.line_endings import end_places
from app.bookings.waiting import OFFER, Ending
from app.kernel.periods import Period
from app.platform.database import execute, fetch, fetch_value, transaction
from app.platform.outbox import emit

HOLD = "hold"
"""The reason of a hold's claim; its holder is the hold's key."""

KEPT_FOR = timedelta(days=1)
"""How long it is known what was held and chosen."""

_END_HOLDS = """
    UPDATE desk_hold SET ended_at = $1 WHERE id IN (
        SELECT h.id FROM desk_hold h {source} WHERE h.ended_at IS NULL AND {which}
         ORDER BY h.id FOR UPDATE OF h {others}
    ) RETURNING id
"""
_LAPSED = _END_HOLDS.format(source="", which="h.expires_at <= $1", others="SKIP LOCKED")
_THERE = "JOIN resource r ON r.id = h.resource JOIN mailed_link l ON l.id = h.link"
_TOUCHING = (
    "r.space = $2 AND EXISTS (SELECT FROM claim c WHERE c.holder = h.id AND c.reason = 'hold'"
    " AND c.starts_at < $4 AND c.ends_at > $3)"
)
_LAPSED_THERE = _END_HOLDS.format(source=_THERE, which=f"{_TOUCHING} AND h.expires_at <= $1", others="SKIP LOCKED")
_OWN_THERE = _END_HOLDS.format(
    source=_THERE,
    which=f"{_TOUCHING} AND l.email = (SELECT lower(email) FROM person WHERE id = $5)",  # noqa: S608
    others="SKIP LOCKED",
)
_OF_ADDRESS = _END_HOLDS.format(
    source="JOIN mailed_link l ON l.id = h.link", which="(l.email = $2 OR h.public_id = $3)", others=""
)

_OFFERED_UNTIL_NOW = "w.status = 'offered' AND w.offer_expires_at <= $1"
_OFFERED_THERE = (
    "w.status = 'offered' AND w.space = $3 AND EXISTS (SELECT FROM claim c WHERE c.holder = w.id AND c.reason = 'offer'"
    " AND c.starts_at < $5 AND c.ends_at > $4)"
)


async def lapse_holds(now: datetime) -> int:
    """Gives back whatever was held for newcomers until now; how many holds ended."""
    async with transaction():
        ended = await _ended(_LAPSED, now)
        await hand_on(await free(ended, HOLD), now)
    return len(ended)


async def lapse_offers(now: datetime) -> int:
    """Ends the offers that nobody accepted in time, and makes them to whoever is next; how many ended."""
    async with transaction():
        ended = await end_places(_OFFERED_UNTIL_NOW, Ending.LAPSED, now)
        await hand_on(await free(ended, OFFER), now)
    return len(ended)


async def is_held_there(space: int, period: Period) -> bool:
    """Whether anything there is held for somebody who has not booked yet, or was and has not been swept up."""
    found: bool = await fetch_value(
        "SELECT EXISTS (SELECT FROM resource r JOIN claim c ON c.resource = r.id WHERE r.space = $1"
        " AND c.starts_at < $3 AND c.ends_at > $2 AND c.reason IN ('hold', 'offer'))",
        space,
        period.starts_at,
        period.ends_at,
    )
    return found


async def lapse_there(space: int, period: Period, now: datetime) -> bool:
    """Ends what is held or offered there, is over, and only has not been swept up; who waits for it gets it first.

    The period is what would be claimed, with what is kept free around it. For whoever finds the time taken: True says
    that another try may succeed. What is being accepted at this very moment is left alone.
    """
    where = (space, period.starts_at, period.ends_at)
    async with transaction():
        holds = await _ended(_LAPSED_THERE, now, *where)
        offers = await end_places(f"{_OFFERED_THERE} AND w.offer_expires_at <= $1", Ending.LAPSED, now, *where)
        await hand_on([*await free(holds, HOLD), *await free(offers, OFFER)], now)
    return bool(holds or offers)


async def make_way_for(person: int | None, space: int, period: Period, now: datetime) -> list[Freed] | None:
    """Ends what is held there for the person himself, who takes something else; None where nothing is.

    Call it in the transaction in which the person takes it, and hand on what is left over.
    """
    if person is None:
        return None
    where = (space, period.starts_at, period.ends_at, person)
    holds = await _ended(_OWN_THERE, now, *where)
    offers = await end_places(f"{_OFFERED_THERE} AND w.person = $6", Ending.BOOKED_ELSEWHERE, now, *where)
    if not holds and not offers:
        return None
    return [*await free(holds, HOLD), *await free(offers, OFFER)]


async def end_holds_of(email: str, public_id: str, space: int, period: Period, now: datetime) -> list[Freed]:
    """Ends what is held for this address, and the hold with this id, because something else shall be: there and then.

    What is over there is swept up while it still holds, or who waits would get both. Hand on what is left over.
    """
    ended = await _ended(_OF_ADDRESS, now, email, public_id)
    if ended:
        await lapse_there(space, period, now)
    return await free(ended, HOLD)


async def forget_old_holds(now: datetime) -> int:
    """Deletes holds a day after they began, with all that was typed in; how many."""
    await lapse_holds(now)
    return await execute("DELETE FROM desk_hold WHERE created_at <= $1 AND ended_at IS NOT NULL", now - KEPT_FOR)


async def _ended(statement: str, now: datetime, *arguments: object) -> Sequence[int]:
    holds = [row["id"] for row in await fetch(statement, now, *arguments)]
    for hold in holds:
        await emit("desk_hold.ended", "desk_hold", hold, now)
    return holds
