"""Dates of a series that move: the time that they hold from now on, and their rows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import msgspec

from app.bookings.candidates import Candidate
from app.bookings.draft import GUESTS_KEPT_FOR
from app.bookings.payment import in_order_of_payment, paid_rows
from app.bookings.queries import BookedSpace, BookingCard
from app.bookings.series_planning import PlannedDate
from app.inventory.operations import TimeWanted
from app.kernel.periods import Period
from app.platform.database import execute
from app.platform.new_rows import NewRow, insert_all


def claims_of_moves(moves: Sequence[tuple[BookingCard, PlannedDate]]) -> list[tuple[int, TimeWanted]]:
    """The time that these bookings get, each with its holder."""
    return [
        (booking.id, wanted)
        for booking, date in moves
        if date.taken and date.slot.period
        for wanted in date.taken.claims(date.slot.period)
    ]


async def enter_moves(
    moves: Sequence[tuple[BookingCard, PlannedDate]], space: BookedSpace, now: datetime, *, early_start: bool
) -> None:
    """Writes where bookings are now, what pays for them, and when their guests are forgotten.

    What they took before was given back. A deadline to cancel that has passed stays passed. With `early_start` the
    consumer has said of those that cost something to want them before the days to withdraw are over.
    """
    rows: list[Mapping[str, object]] = []
    payments: list[NewRow] = []
    for booking, date in moves:
        if date.taken is None or date.slot.period is None:
            continue
        resource, period = date.taken.resource, date.slot.period
        moved = replace(booking, resource=resource, space=space, period=period, sequence=booking.sequence + 1)
        paid = await paid_rows(date.taken.decision.payment, moved, now)
        payments += paid.rows
        asked_at = now if early_start and date.taken.decision.price.amount else None
        rows.append(_moved_row(booking, date.taken, period, now) | dict(paid.columns) | {"early_start_at": asked_at})
    await insert_all(in_order_of_payment(payments))
    await execute(
        "UPDATE booking b SET resource = n.resource, space = r.space, starts_at = n.starts_at, ends_at = n.ends_at,"
        " status = n.status, cancel_until = n.cancel_until, decide_by = n.decide_by, due_at = n.due_at,"
        " no_show_at = n.no_show_at, asked_at = NULL, coming_later_at = NULL, sequence = b.sequence + 1,"
        " paid_by = n.paid_by, price_amount = n.price_amount, price_currency = n.price_currency,"
        " entitlement = n.entitlement, charge = n.charge,"
        " early_start_at = coalesce(n.early_start_at, b.early_start_at),"
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


def _moved_row(booking: BookingCard, taken: Candidate, period: Period, now: datetime) -> dict[str, object]:
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
        "paid_by": decision.paid_by,
        "price_amount": decision.price.amount,
        "price_currency": decision.price.currency,
    }
