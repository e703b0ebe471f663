"""Barring somebody, together with what becomes of his bookings and places in line at the operator's spaces."""

from dataclasses import dataclass
from datetime import date, datetime

from app.bookings.clearing import BARRED, call_off
from app.bookings.giving_back import free, hand_on
from app.bookings.line_endings import end_places
from app.bookings.queries import BookingCard, bookings_where
from app.bookings.rules import HOLDING, Status
from app.bookings.serving import lock_lines
from app.bookings.waiting import OFFER, Ending
from app.identity.merging import standing_record
from app.identity.queries import KnownPerson, people
from app.identity.rules import Action, Actor
from app.inventory.operations import BOOKED
from app.kernel.refusals import NotFound
from app.network.bars import BarCard, NewBar, make_bar
from app.platform.database import fetch, fetch_value, retried, transaction

_AHEAD = "b.person = $1 AND b.ends_at > $2 AND b.status = ANY($3) AND s.operator = $4 ORDER BY b.starts_at, b.id"


@dataclass(frozen=True, slots=True)
class BarGuest:
    """Who is barred (by public id), why, to which last day, and which of his bookings are cancelled with it."""

    person: str
    reason: str
    last_day: date | None = None
    cancelled: frozenset[str] = frozenset()


async def guest_of_operator(actor: Actor, operator: int, public_id: str) -> KnownPerson:
    """Somebody who has booked at the operator's spaces or was entered there.

    A record that was merged leads to the one that stayed. Raises NotFound for others, and to who does not manage it.
    """
    _demand_manager(actor, operator)
    key = await fetch_value(
        "SELECT p.id FROM person p WHERE p.id = (SELECT coalesce(merged_into, id) FROM person WHERE public_id = $1)"
        " AND p.retired_at IS NULL AND (p.entered_by_operator = $2 OR EXISTS (SELECT FROM booking b"
        " JOIN space s ON s.id = b.space WHERE b.person = p.id AND s.operator = $2))",
        public_id,
        operator,
    )
    if key is None:
        raise NotFound
    return (await people([key]))[key]


async def ahead_at_operator(actor: Actor, operator: int, person: int, now: datetime) -> list[BookingCard]:
    """What the person still has at the operator's spaces and has not begun, by time.

    Raises NotFound to who does not manage the operator.
    """
    _demand_manager(actor, operator)
    return await bookings_where(_AHEAD, person, now, list(HOLDING - {Status.CHECKED_IN}), operator)


@retried
async def bar_guest(actor: Actor, operator: int, wanted: BarGuest, now: datetime) -> BarCard:
    """Bars the person and cancels those bookings ahead that are named; the others stay.

    Places in line at the operator's spaces end. A cancelled booking never counts for the person, however late it is.
    Raises what `guest_of_operator` and `make_bar` raise.
    """
    async with transaction():
        person = await standing_record((await guest_of_operator(actor, operator, wanted.person)).id)
        bar = await make_bar(actor, operator, NewBar(person, wanted.reason, wanted.last_day), now)
        spaces = [row["id"] for row in await fetch("SELECT id FROM space WHERE operator = $1 ORDER BY id", operator)]
        await fetch(
            "SELECT FROM booking WHERE person = $1 AND public_id = ANY($2) ORDER BY id FOR UPDATE",
            person,
            list(wanted.cancelled),
        )
        ahead = await ahead_at_operator(actor, operator, person, now)
        gone = [booking for booking in ahead if booking.public_id in wanted.cancelled]
        await lock_lines(spaces)
        for booking in gone:
            await call_off(actor, booking, BARRED, now)
        which = "w.person = $3 AND w.space = ANY($4::bigint[])"
        ended = await end_places(which, Ending.BARRED, now, person, spaces, actor=actor)
        freed = [*await free([booking.id for booking in gone], *BOOKED), *await free(ended, OFFER)]
        await hand_on(freed, now)
        return bar


def _demand_manager(actor: Actor, operator: int) -> None:
    if not actor.may(Action.MANAGE_OPERATOR, operator=operator):
        raise NotFound
