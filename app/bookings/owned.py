"""Bookings that somebody may change: the person's own, and for front desks those at their spaces."""

from app.bookings.queries import BookingCard, booking_by_id
from app.identity.rules import Action, Actor
from app.kernel.refusals import NotFound
from app.platform.database import fetch_row


async def locked_booking(actor: Actor, public_id: str, *, for_others: bool = False) -> BookingCard:
    """The booking, which nobody else changes until the transaction ends: the actor's own, or one at its spaces.

    Raises NotFound.
    """
    row = await fetch_row(
        "SELECT b.id, b.person, b.space, s.operator FROM booking b JOIN space s ON s.id = b.space"
        " WHERE b.public_id = $1 FOR UPDATE OF b",
        public_id,
    )
    if row is not None and (
        row["person"] == actor.person
        or (for_others and actor.may(Action.BOOK_FOR_OTHERS, operator=row["operator"], space=row["space"]))
    ):
        booking = await booking_by_id(row["id"])
        assert booking is not None, "its row is locked"
        return booking
    raise NotFound


async def again(booking: BookingCard) -> BookingCard:
    """The booking as it is now."""
    changed = await booking_by_id(booking.id)
    assert changed is not None, "bookings are never deleted"
    return changed
