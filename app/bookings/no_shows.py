"""How often somebody did not come, and what staff does about who is missing."""

from datetime import datetime

from app.bookings.cancellation import enter_end
from app.bookings.draft import for_whom
from app.bookings.due import COUNTED_FOR, NEVER_ASKED, RELEASED_BY_DESK, check_missing
from app.bookings.giving_back import give_back
from app.bookings.owned import again, locked_booking
from app.bookings.queries import BookingCard
from app.bookings.rules import Status
from app.identity.audit import record
from app.identity.rules import Action, Actor, Reach
from app.platform.database import fetch_value, retried, transaction
from app.platform.outbox import emit

_EVERYWHERE = Reach(everywhere=True)


async def own_no_shows(person: int, now: datetime) -> int:
    """How often the person did not come in the last twelve months, anywhere."""
    return await _count(person, _EVERYWHERE, now)


async def no_shows_here(actor: Actor, person: int, now: datetime) -> int:
    """The same at the spaces for which the actor is a front desk."""
    return await _count(person, actor.reach(Action.SEE_SPACE_DAY), now)


@retried
async def release_missing(actor: Actor, public_id: str, now: datetime) -> BookingCard:
    """Gives the place of somebody who is missing to others before that happens by itself.

    It is not held against the person, who hears of it by mail and takes the place back by arriving. Raises NotFound
    and NotMissing.
    """
    async with transaction():
        booking = await locked_booking(actor, public_id, for_others=True)
        check_missing(booking, now)
        await enter_end(booking.id, Status.NO_SHOW, RELEASED_BY_DESK, now)
        await give_back([booking.id], now)
        details = {"reason": RELEASED_BY_DESK} | for_whom(actor, booking.person)
        await record("booking.no_show", "booking", booking.id, actor, now, **details)
        await emit("booking.no_show", "booking", booking.id, now)
        return await again(booking)


async def _count(person: int, reach: Reach, now: datetime) -> int:
    count: int = await fetch_value(
        "SELECT count(*) FROM booking b JOIN space s ON s.id = b.space"
        " WHERE b.person = $1 AND b.status = $2 AND coalesce(b.reason, '') <> ALL($3::text[]) AND b.starts_at > $4"
        " AND b.starts_at <= $5 AND ($6 OR b.space = ANY($7::bigint[]) OR s.operator = ANY($8::bigint[]))",
        person,
        Status.NO_SHOW,
        [NEVER_ASKED, RELEASED_BY_DESK],
        now - COUNTED_FOR,
        now,
        reach.everywhere,
        list(reach.spaces),
        list(reach.operators),
    )
    return count
