"""Who gave a place back too late gets the day back when somebody else takes it."""

from datetime import datetime

from app.bookings.payment import PAID_COLUMNS, PaidBooking, return_payment
from app.bookings.rules import HOLDING, Status
from app.platform.database import fetch, fetch_row, fetch_value, transaction
from app.platform.outbox import Event, Reaction, Reactions, emit

_TAKES = sorted(HOLDING - {Status.REQUESTED, Status.HELD} | {Status.COMPLETED, Status.NO_SHOW})
"""How a booking stands that has taken a place."""

_LATE = """
    SELECT late.id, late.person, late.resource, greatest(late.starts_at, late.updated_at) AS free_from, late.ends_at
      FROM booking late JOIN booking taker ON taker.id = $1 AND taker.resource = late.resource
     WHERE late.is_late AND late.taken_over_by IS NULL AND late.status = 'released' AND late.person <> taker.person
       AND taker.status = ANY($2) AND late.starts_at < taker.ends_at AND late.ends_at > taker.starts_at
     ORDER BY late.id FOR UPDATE OF late
"""
_AT_LEAST_HALF = """
    SELECT 2 * sum(least(ends_at, $4) - greatest(starts_at, $3)) >= $4::timestamptz - $3::timestamptz
      FROM booking
     WHERE resource = $1 AND person <> $2 AND status = ANY($5) AND starts_at < $4 AND ends_at > $3
"""


async def take_over(booking: int, now: datetime) -> int:
    """Frees those from their day whose released time is taken by this booking, at least by half with what others took.

    A place is only ever booked after it was released, so that the order in which this runs does not matter. How many.
    """
    freed = 0
    async with transaction():
        for late in await fetch(_LATE, booking, _TAKES):
            if await fetch_value(
                _AT_LEAST_HALF, late["resource"], late["person"], late["free_from"], late["ends_at"], _TAKES
            ):
                row = await fetch_row(
                    f"UPDATE booking SET taken_over_by = $2 WHERE id = $1 RETURNING {PAID_COLUMNS}",  # noqa: S608
                    late["id"],
                    booking,
                )
                assert row is not None, "it is locked"
                await return_payment(PaidBooking.of(row), now)
                await emit("booking.taken_over", "booking", late["id"], now)
                freed += 1
    return freed


def booking_reactions() -> Reactions:
    """What bookings make of their own events."""

    async def run(event: Event, now: datetime) -> None:
        await take_over(event.aggregate_id, now)

    taken = [Reaction("bookings.take_over", run)]
    return {"booking.confirmed": taken, "booking.moved": taken}
