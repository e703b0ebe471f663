"""Arriving, coming later, leaving."""

from datetime import datetime, timedelta
from typing import Final

from app.bookings.candidates import claims_of
from app.bookings.draft import for_whom
from app.bookings.due import check_coming_later, check_leaving
from app.bookings.facts import free_resources
from app.bookings.giving_back import give_back
from app.bookings.lapsing import lapse_there
from app.bookings.owned import again, locked_booking
from app.bookings.paying_again import pay_again
from app.bookings.payment import PaidBooking, spend_payment
from app.bookings.queries import BookingCard, bookings_where
from app.bookings.rules import HOLDING, LONGEST, Status, check_check_in
from app.bookings.taking import already_taken, facts_for
from app.identity.audit import record
from app.identity.rules import Actor
from app.inventory.booking_rules import NOTHING_SAID
from app.inventory.operations import claim_all, lock_resources
from app.platform.database import execute, retried, transaction
from app.platform.outbox import emit

SHOWN_AHEAD: Final = timedelta(hours=18)
"""How far ahead somebody who stands at the door sees his own bookings there."""


@retried
async def check_in(actor: Actor, public_id: str, now: datetime, *, for_others: bool = False) -> BookingCard:
    """Notes that the person has arrived; saying it twice changes nothing.

    Whose place was released as a no-show takes it back where it is still free. Raises as `check_check_in` does,
    AlreadyTaken where others have it by now, and NothingPays where what has come back is spent on something else.
    """
    async with transaction():
        booking = await locked_booking(actor, public_id, for_others=for_others)
        if booking.status is Status.CHECKED_IN:
            return booking
        was_released = booking.status is Status.NO_SHOW
        expected = Status.CONFIRMED if was_released else booking.status
        check_check_in(expected, booking.period, booking.space.zone, now)
        if was_released:
            booking = await _take_back(booking, now, actor.language)
        await execute(
            "UPDATE booking SET status = 'checked_in', reason = NULL, checked_in_at = $2, due_at = NULL,"
            " sequence = sequence + (status = 'no_show')::integer, updated_at = $2 WHERE id = $1",
            booking.id,
            now,
        )
        await spend_payment(PaidBooking.of_card(booking), now)
        await record("booking.checked_in", "booking", booking.id, actor, now, **for_whom(actor, booking.person))
        await emit("booking.checked_in", "booking", booking.id, now)
        return await again(booking)


@retried
async def come_later(actor: Actor, public_id: str, now: datetime, *, for_others: bool = False) -> BookingCard:
    """Notes that the person still comes: the place is kept to the booking's end. Saying it twice changes nothing.

    Whose place was released already takes it back where it is still free. Raises NotFound, NothingToDelay,
    AlreadyTaken and NothingPays.
    """
    async with transaction():
        booking = await locked_booking(actor, public_id, for_others=for_others)
        check_coming_later(booking, now)
        if booking.coming_later_at is not None:
            return booking
        if booking.status is Status.NO_SHOW:
            await _take_back(booking, now, actor.language)
        await execute(
            "UPDATE booking SET status = 'confirmed', reason = NULL, coming_later_at = $2, due_at = NULL,"
            " sequence = sequence + (status = 'no_show')::integer, updated_at = $2 WHERE id = $1",
            booking.id,
            now,
        )
        await record("booking.delayed", "booking", booking.id, actor, now, **for_whom(actor, booking.person))
        await emit("booking.delayed", "booking", booking.id, now)
        return await again(booking)


@retried
async def leave(actor: Actor, public_id: str, now: datetime, *, for_others: bool = False) -> BookingCard:
    """Notes that the person has gone; the rest of the time is free for others. Saying it twice changes nothing.

    Raises NotFound and NotThere.
    """
    async with transaction():
        booking = await locked_booking(actor, public_id, for_others=for_others)
        if booking.status is Status.COMPLETED and booking.left_at is not None:
            return booking
        check_leaving(booking, now)
        await execute(
            "UPDATE booking SET status = 'completed', left_at = $2, due_at = NULL, updated_at = $2 WHERE id = $1",
            booking.id,
            now,
        )
        await give_back([booking.id], now)
        await record("booking.left", "booking", booking.id, actor, now, **for_whom(actor, booking.person))
        await emit("booking.left", "booking", booking.id, now)
        return await again(booking)


async def bookings_here(person: int, space: int, now: datetime) -> list[BookingCard]:
    """What the person has at the space now or in the next hours, by start, what was just released included."""
    return await bookings_where(
        "b.person = $1 AND b.space = $2 AND b.ends_at > $3 AND b.starts_at < $4 AND b.status = ANY($5)"
        " AND b.starts_at > $6 ORDER BY b.starts_at, b.id",
        person,
        space,
        now,
        now + SHOWN_AHEAD,
        [*HOLDING, Status.NO_SHOW],
        now - LONGEST,
    )


async def _take_back(booking: BookingCard, now: datetime, language: str) -> BookingCard:
    """Claims the time of a released booking again, and pays for it where that has come back.

    Raises AlreadyTaken, NotFound where nobody can book it now, and NothingPays.
    """
    resource = booking.resource
    facts = await facts_for(resource.public_id, booking.period, booking.person, now, language, for_booking=False)
    rules = facts.rules.get(resource.rules, NOTHING_SAID)
    await lock_resources(resource.claims)
    wanted = claims_of(resource, booking.period, rules)
    is_back = await claim_all(wanted, booking.id)
    if not is_back and await lapse_there(facts.space.id, facts.widest(booking.period), now):
        is_back = await claim_all(wanted, booking.id)
    if not is_back:
        free = await free_resources(facts.space.id, resource.kind, booking.period)
        raise await already_taken(facts, booking.period, free, now)
    return await pay_again(booking, facts, now)
