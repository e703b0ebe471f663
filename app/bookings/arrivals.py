"""Arriving."""

from datetime import datetime

from app.bookings.draft import for_whom
from app.bookings.owned import again, locked_booking
from app.bookings.queries import BookingCard
from app.bookings.rules import Status, check_check_in
from app.identity.audit import record
from app.identity.rules import Actor
from app.platform.database import execute, retried, transaction
from app.platform.outbox import emit


@retried
async def check_in(actor: Actor, public_id: str, now: datetime, *, for_others: bool = False) -> BookingCard:
    """Notes that the person has arrived; saying it twice changes nothing. Raises as `check_check_in` does."""
    async with transaction():
        booking = await locked_booking(actor, public_id, for_others=for_others)
        if booking.status is Status.CHECKED_IN:
            return booking
        check_check_in(booking.status, booking.period, booking.space.zone, now)
        await execute(
            "UPDATE booking SET status = 'checked_in', checked_in_at = $2, due_at = NULL, updated_at = $2"
            " WHERE id = $1",
            booking.id,
            now,
        )
        await record("booking.checked_in", "booking", booking.id, actor, now, **for_whom(actor, booking.person))
        await emit("booking.checked_in", "booking", booking.id, now)
        return await again(booking)
