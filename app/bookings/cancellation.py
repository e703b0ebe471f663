"""Cancelling, and what is forgotten of bookings when somebody asks for it."""

from collections.abc import Sequence
from datetime import datetime

from app.bookings.draft import for_whom
from app.bookings.giving_back import give_back
from app.bookings.owned import again, locked_booking
from app.bookings.payment import PAID_COLUMNS, PaidBooking, return_payment, settle_missed, spend_payment
from app.bookings.queries import BookingCard, bookings_where
from app.bookings.rules import Status, check_changeable
from app.identity.audit import record
from app.identity.rules import Action, Actor, demand
from app.kernel.refusals import passes
from app.platform.database import execute, fetch, retried, transaction
from app.platform.outbox import emit

_LOCKED = "ORDER BY b.id FOR UPDATE OF b"


@retried
async def cancel(
    actor: Actor, public_id: str, now: datetime, reason: str = "by_member", *, for_others: bool = False
) -> BookingCard:
    """Gives the time back to the others.

    After its deadline (`cancel_until`) a confirmed booking is not cancelled but released: the place is free and the
    booking counts all the same, unless somebody else takes the place over. What was booked in the same act goes with
    it, as far as it is the actor's to give back. Raises NotFound, or NotOpenToChange when it is over or was given back.
    With `for_others` a front desk acts on anybody's booking at its spaces; so do `move` and `check_in`.
    """
    async with transaction():
        booking = await locked_booking(actor, public_id, for_others=for_others)
        check_changeable(booking.status, booking.period.ends_at, now)
        made_with_it = await locked_with(actor, Action.BOOK_FOR_OTHERS, booking, now)
        for each in (booking, *made_with_it):
            is_late = each.is_late_at(now)
            status = Status.RELEASED if is_late else Status.CANCELLED
            await enter_end(each.id, status, reason, now, is_late=is_late)
            details = {"reason": reason} | for_whom(actor, each.person)
            await record(f"booking.{status}", "booking", each.id, actor, now, **details)
            await emit(f"booking.{status}", "booking", each.id, now)
        await give_back([booking.id, *(other.id for other in made_with_it)], now)
        return await again(booking)


async def made_with(actor: Actor, action: Action, booking: BookingCard, now: datetime) -> list[BookingCard]:
    """What was booked in the same act and can still be given back: the actor's own, or where he may do this to it."""
    return await _made_with(actor, action, booking, now, "ORDER BY b.id")


async def locked_with(actor: Actor, action: Action, booking: BookingCard, now: datetime) -> list[BookingCard]:
    """The same, and nobody else changes it until the transaction ends."""
    return await _made_with(actor, action, booking, now, _LOCKED)


async def locked_at_its_operator(booking: BookingCard, now: datetime) -> list[BookingCard]:
    """What was booked in the same act at the same operator's and can still be given back; nobody else changes it."""
    others = await _changeable_with(booking, now, _LOCKED)
    return [other for other in others if other.space.operator_id == booking.space.operator_id]


async def _made_with(actor: Actor, action: Action, booking: BookingCard, now: datetime, how: str) -> list[BookingCard]:
    return [
        other
        for other in await _changeable_with(booking, now, how)
        if other.person == actor.person or actor.may(action, operator=other.space.operator_id, space=other.space.id)
    ]


async def _changeable_with(booking: BookingCard, now: datetime, how: str) -> list[BookingCard]:
    if booking.group is None:
        return []
    others = await bookings_where(
        f"b.person = $1 AND b.group_id = $2 AND b.id <> $3 {how}", booking.person, booking.group, booking.id
    )
    return [other for other in others if passes(check_changeable, other.status, other.period.ends_at, now)]


async def enter_end(booking: int, status: Status, reason: str, now: datetime, *, is_late: bool = False) -> None:
    """Writes that the booking stands so from now on, and nothing more happens to it by itself."""
    await enter_ends([booking], status, reason, now, is_late=is_late)


async def enter_ends(
    bookings: Sequence[int], status: Status, reason: str, now: datetime, *, is_late: bool = False
) -> None:
    """The same for several bookings at once. What has paid is given back, or spent where that is too late for it or
    nobody came, unless the account gives that back."""
    rows = await fetch(
        "UPDATE booking SET status = $2, reason = $3, is_late = $4, due_at = NULL, sequence = sequence + 1,"  # noqa: S608
        f" updated_at = $5 WHERE id = ANY($1::bigint[]) RETURNING {PAID_COLUMNS}",
        list(bookings),
        status,
        reason,
        is_late,
        now,
    )
    in_time = settle_missed if status is Status.NO_SHOW else return_payment
    ended = spend_payment if is_late else in_time
    for row in sorted(rows, key=lambda row: row["id"]):
        await ended(PaidBooking.of(row), now)


async def forget_commutes(actor: Actor, now: datetime) -> int:
    """Takes out of all the actor's own bookings where he would have gone otherwise; out of how many."""
    demand(actor, Action.MANAGE_OWN_ACCOUNT)
    async with transaction():
        cleared = await execute(
            "UPDATE booking SET commute_to = NULL WHERE person = $1 AND commute_to IS NOT NULL", actor.person
        )
        await record("booking.commutes_forgotten", "person", actor.person, actor, now)
    return cleared
