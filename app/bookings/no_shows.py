"""How often somebody did not come."""

from datetime import datetime

from app.bookings.due import COUNTED_FOR, NEVER_ASKED
from app.bookings.rules import Status
from app.identity.rules import Action, Actor, Reach
from app.platform.database import fetch_value

_EVERYWHERE = Reach(everywhere=True)


async def own_no_shows(person: int, now: datetime) -> int:
    """How often the person did not come in the last twelve months, anywhere."""
    return await _count(person, _EVERYWHERE, now)


async def no_shows_here(actor: Actor, person: int, now: datetime) -> int:
    """The same at the spaces for which the actor is a front desk."""
    return await _count(person, actor.reach(Action.SEE_SPACE_DAY), now)


async def _count(person: int, reach: Reach, now: datetime) -> int:
    count: int = await fetch_value(
        "SELECT count(*) FROM booking b JOIN space s ON s.id = b.space"
        " WHERE b.person = $1 AND b.status = $2 AND b.reason IS DISTINCT FROM $3 AND b.starts_at > $4"
        " AND b.starts_at <= $5 AND ($6 OR b.space = ANY($7::bigint[]) OR s.operator = ANY($8::bigint[]))",
        person,
        Status.NO_SHOW,
        NEVER_ASKED,
        now - COUNTED_FOR,
        now,
        reach.everywhere,
        list(reach.spaces),
        list(reach.operators),
    )
    return count
