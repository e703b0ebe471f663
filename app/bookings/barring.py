"""Barring somebody, together with what becomes of his bookings and places in line at the operator's spaces."""

from collections.abc import Collection
from datetime import datetime

from app.bookings.cancellation import enter_end
from app.bookings.draft import for_whom
from app.bookings.giving_back import free, give_back, hand_on
from app.bookings.line_endings import end_places
from app.bookings.queries import BookingCard, bookings_where
from app.bookings.rules import HOLDING, Status
from app.bookings.serving import lock_lines
from app.bookings.waiting import OFFER, Ending
from app.identity.audit import record
from app.identity.merging import standing_record
from app.identity.rules import Action, Actor
from app.kernel.refusals import NotFound
from app.network.bars import BarCard, NewBar, make_bar
from app.platform.database import fetch, retried, transaction
from app.platform.outbox import emit

BARRED = "barred"
"""The reason of bookings that were cancelled with a bar."""

_AHEAD = "b.person = $1 AND b.ends_at > $2 AND b.status = ANY($3) AND s.operator = $4 ORDER BY b.starts_at, b.id"


async def ahead_at_operator(actor: Actor, operator: int, person: int, now: datetime) -> list[BookingCard]:
    """What the person still has at the operator's spaces and has not begun, by time.

    Raises NotFound to who does not manage the operator.
    """
    if not actor.may(Action.MANAGE_OPERATOR, operator=operator):
        raise NotFound
    return await bookings_where(_AHEAD, person, now, list(HOLDING - {Status.CHECKED_IN}), operator)


@retried
async def bar_guest(actor: Actor, operator: int, wanted: NewBar, cancelled: Collection[str], now: datetime) -> BarCard:
    """Bars the person and cancels those bookings ahead that are named by their public ids; the others stay.

    Places in line at the operator's spaces end. A cancelled booking never counts for the person, however late it is.
    Whether the person is in reach, the caller decides. Raises what `make_bar` raises.
    """
    async with transaction():
        person = await standing_record(wanted.person)
        wanted = NewBar(person, wanted.reason, wanted.last_day)
        spaces = await fetch("SELECT id FROM space WHERE operator = $1 ORDER BY id", operator)
        bar = await make_bar(actor, operator, wanted, now)
        await fetch(
            "SELECT FROM booking WHERE person = $1 AND public_id = ANY($2) ORDER BY id FOR UPDATE",
            person,
            list(cancelled),
        )
        ahead = await ahead_at_operator(actor, operator, person, now)
        gone = [booking for booking in ahead if booking.public_id in cancelled]
        await lock_lines([row["id"] for row in spaces])
        for booking in gone:
            await enter_end(booking.id, Status.CANCELLED, BARRED, now)
            await record(
                "booking.cancelled", "booking", booking.id, actor, now, reason=BARRED, **for_whom(actor, person)
            )
            await emit("booking.cancelled", "booking", booking.id, now)
        await give_back([booking.id for booking in gone], now)
        which = "w.person = $3 AND w.space = ANY($4::bigint[])"
        ended = await end_places(which, Ending.BARRED, now, person, [row["id"] for row in spaces], actor=actor)
        await hand_on(await free(ended, OFFER), now)
        return bar
