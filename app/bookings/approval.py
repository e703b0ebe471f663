"""Requests: bookings that hold their time until the staff of the space decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.bookings.cancellation import enter_end, locked_with, made_with
from app.bookings.decision import ASKED_BEFORE_RELEASE, FREE_AGAIN_FOR
from app.bookings.draft import for_whom
from app.bookings.giving_back import give_back
from app.bookings.owned import again
from app.bookings.queries import BookingCard, booking_by_id, bookings_where, guests_of
from app.bookings.rules import LONGEST_NOTE, NoteTooLong, Status, checked_note
from app.identity.audit import record
from app.identity.queries import people
from app.identity.rules import Action, Actor
from app.kernel.refusals import Conflict, NotFound, marked
from app.platform.database import execute, fetch_row, fetch_value, retried, transaction
from app.platform.outbox import emit

DECLINED = "declined"
"""The reason of a request that staff has declined."""

DECLINED_WITH = "declined_with"
"""The reason of what was booked in one act with a request that staff has declined."""


class AlreadyDecided(Conflict):
    """It is no request any more."""

    code = "already_decided"
    text = marked("Über diese Anfrage ist schon entschieden.")


class DecidedTooLate(Conflict):
    """Its time is over, and the member has been told."""

    code = "decided_too_late"
    text = marked("Die Frist für diese Anfrage ist vorbei, der Platz ist wieder frei.")


class AnswerTooLong(NoteTooLong):
    code = "answer_too_long"
    text = marked("Die Antwort hat mehr als {most} Zeichen.")


@dataclass(frozen=True, slots=True)
class Request:
    """A booking that waits for a decision, whose it is, and who comes along; `along` goes with it when declined."""

    booking: BookingCard
    name: str
    person_public_id: str
    guests: Sequence[str]
    along: Sequence[BookingCard] = ()


@retried
async def approve(actor: Actor, public_id: str, now: datetime) -> BookingCard:
    """Makes a booking of the request. Raises NotFound, AlreadyDecided, DecidedTooLate.

    Who hears of it when the time to cancel is over has half an hour for it, as after any late booking.
    """
    async with transaction():
        booking = await _locked_request(actor, public_id, now)
        cancel_until = booking.cancel_until
        if cancel_until is not None:
            cancel_until = max(cancel_until, min(now + FREE_AGAIN_FOR, booking.period.starts_at))
        await execute(
            "UPDATE booking SET status = 'confirmed', decided_by = $2, cancel_until = $3, due_at = $4,"
            " sequence = sequence + 1, updated_at = $5 WHERE id = $1",
            booking.id,
            actor.person,
            cancel_until,
            booking.no_show_at and booking.no_show_at - ASKED_BEFORE_RELEASE,
            now,
        )
        await record("booking.approved", "booking", booking.id, actor, now, **for_whom(actor, booking.person))
        await emit("booking.confirmed", "booking", booking.id, now)
        return await again(booking)


@retried
async def decline(actor: Actor, public_id: str, words: str, now: datetime) -> BookingCard:
    """Gives the time back and tells the member why, in these words.

    What was booked with it in one act goes with it, as far as the actor decides there: nobody wants the chairs without
    the hall. None of it counts, however late it is. Raises what `approve` raises, and AnswerTooLong.
    """
    answer = checked_answer(words)
    async with transaction():
        booking = await _locked_request(actor, public_id, now)
        along = await locked_with(actor, Action.DECIDE_REQUESTS, booking, now)
        for each in (booking, *along):
            await enter_end(each.id, Status.CANCELLED, DECLINED if each is booking else DECLINED_WITH, now)
            await execute(
                "UPDATE booking SET decided_by = $2, answer = $3 WHERE id = $1", each.id, actor.person, answer
            )
            await record("booking.declined", "booking", each.id, actor, now, **for_whom(actor, each.person))
            await emit("booking.declined", "booking", each.id, now)
        await give_back([booking.id, *(each.id for each in along)], now)
        return await again(booking)


def checked_answer(words: str) -> str:
    """The words to the member as they are stored. Raises AnswerTooLong."""
    try:
        return checked_note(words)
    except NoteTooLong as error:
        raise AnswerTooLong(field="answer", most=LONGEST_NOTE) from error


async def requests_for(
    actor: Actor,
    now: datetime,
    *,
    space: int | None = None,
    limit: int = 200,
    after: tuple[datetime, int] | None = None,
) -> list[Request]:
    """What the actor may decide, at one space or at all, what is due first before the others.

    It continues behind the (deadline, key) `after`.
    """
    reach = actor.reach(Action.DECIDE_REQUESTS)
    bookings = await bookings_where(
        "b.status = 'requested' AND b.decide_by > $1 AND ($2::bigint IS NULL OR b.space = $2)"
        " AND ($3 OR b.space = ANY($4::bigint[]) OR s.operator = ANY($5::bigint[]))"
        " AND ($6::timestamptz IS NULL OR (b.decide_by, b.id) > ($6, $7::bigint))"
        " ORDER BY b.decide_by, b.id LIMIT $8",
        now,
        space,
        reach.everywhere,
        list(reach.spaces),
        list(reach.operators),
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    known = await people({booking.person for booking in bookings})
    guests = await guests_of([booking.id for booking in bookings])
    return [
        Request(
            booking,
            known[booking.person].name,
            known[booking.person].public_id,
            tuple(guests.get(booking.id, ())),
            await made_with(actor, Action.DECIDE_REQUESTS, booking, now),
        )
        for booking in bookings
    ]


async def count_requests(actor: Actor, now: datetime) -> int:
    """How many requests the actor may decide."""
    reach = actor.reach(Action.DECIDE_REQUESTS)
    if not reach:
        return 0
    count: int = await fetch_value(
        "SELECT count(*) FROM booking b JOIN space s ON s.id = b.space"
        " WHERE b.status = 'requested' AND b.decide_by > $1"
        " AND ($2 OR b.space = ANY($3::bigint[]) OR s.operator = ANY($4::bigint[]))",
        now,
        reach.everywhere,
        list(reach.spaces),
        list(reach.operators),
    )
    return count


async def _locked_request(actor: Actor, public_id: str, now: datetime) -> BookingCard:
    """The request at one of the actor's spaces, which nobody else changes until the transaction ends."""
    row = await fetch_row(
        "SELECT b.id, b.space, s.operator FROM booking b JOIN space s ON s.id = b.space"
        " WHERE b.public_id = $1 FOR UPDATE OF b",
        public_id,
    )
    if row is None or not actor.may(Action.DECIDE_REQUESTS, operator=row["operator"], space=row["space"]):
        raise NotFound
    booking = await booking_by_id(row["id"])
    assert booking is not None, "its row is locked"
    if booking.reason == "not_decided":
        raise DecidedTooLate
    if booking.status is not Status.REQUESTED:
        raise AlreadyDecided
    if booking.decide_by is not None and booking.decide_by <= now:
        raise DecidedTooLate
    return booking
