"""Dates of a series that move: the time that they hold from now on, and their rows."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from app.bookings.candidates import Candidate
from app.bookings.draft import GUESTS_KEPT_FOR
from app.bookings.queries import BookingCard
from app.bookings.series_planning import PlannedDate
from app.inventory.operations import TimeWanted
from app.kernel.periods import Period
from app.platform.database import execute


def claims_of_moves(moves: Sequence[tuple[BookingCard, PlannedDate]]) -> list[tuple[int, TimeWanted]]:
    """The time that these bookings get, each with its holder."""
    return [
        (booking.id, wanted)
        for booking, date in moves
        if date.taken and date.slot.period
        for wanted in date.taken.claims(date.slot.period)
    ]


async def enter_moves(moves: Sequence[tuple[BookingCard, PlannedDate]], now: datetime) -> None:
    """Writes where bookings are now, and when their guests are forgotten.

    A deadline to cancel that has passed stays passed.
    """
    rows = [
        _moved_row(booking, date.taken, date.slot.period, now)
        for booking, date in moves
        if date.taken is not None and date.slot.period is not None
    ]
    await execute(
        "UPDATE booking b SET resource = n.resource, space = r.space, starts_at = n.starts_at, ends_at = n.ends_at,"
        " status = n.status, cancel_until = n.cancel_until, decide_by = n.decide_by, due_at = n.due_at,"
        " no_show_at = n.no_show_at, asked_at = NULL, coming_later_at = NULL, sequence = b.sequence + 1,"
        " updated_at = $2"
        " FROM json_populate_recordset(NULL::booking, $1::json) AS n JOIN resource r ON r.id = n.resource"
        " WHERE b.id = n.id",
        msgspec.json.encode(rows).decode(),
        now,
    )
    await execute(
        "UPDATE booking_guest g SET forget_at = b.ends_at + $2 FROM booking b WHERE b.id = g.booking"
        " AND b.id = ANY($1::bigint[])",
        [booking.id for booking, _ in moves],
        GUESTS_KEPT_FOR,
    )


def _moved_row(booking: BookingCard, taken: Candidate, period: Period, now: datetime) -> Mapping[str, object]:
    decision, passed = taken.decision, booking.cancel_until
    cancel_until = passed if passed is not None and passed <= now else decision.cancel_until
    return {
        "id": booking.id,
        "resource": taken.resource.id,
        "starts_at": period.starts_at,
        "ends_at": period.ends_at,
        "status": decision.status,
        "cancel_until": cancel_until,
        "decide_by": decision.decide_by,
        "due_at": decision.due_at,
        "no_show_at": decision.no_show_at,
    }
