"""What has paid for bookings, as their owners read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.bookings.queries import BookingCard
from app.plans.rules import Source
from app.plans.uses import Unit
from app.platform.database import fetch


@dataclass(frozen=True, slots=True)
class PaidWith:
    """The account that pays: so many units of it, none where the day was paid already. A bought day is a ticket."""

    public_id: str
    source: Source
    unit: Unit
    label: str
    units: int
    is_ticket: bool


async def paid_with(bookings: Sequence[BookingCard], language: str) -> Mapping[int, PaidWith]:
    """By the bookings' keys; what is free or paid by money alone is left out. Asks nothing where no account pays."""
    keys = [booking.id for booking in bookings if booking.entitlement is not None]
    if not keys:
        return {}
    rows = await fetch(
        "SELECT b.id, e.public_id, e.source, e.unit, CASE WHEN $2 = 'en' THEN e.label_en ELSE e.label_de END AS label,"
        " e.charge IS NOT NULL AS is_ticket, (SELECT coalesce(-sum(x.left_change), 0)::int FROM entitlement_entry x"
        "   WHERE x.booking = b.id AND x.entitlement = e.id) AS units"
        " FROM booking b JOIN entitlement e ON e.id = b.entitlement WHERE b.id = ANY($1::bigint[])",
        keys,
        language,
    )
    return {
        row["id"]: PaidWith(
            row["public_id"], Source(row["source"]), Unit(row["unit"]), row["label"], row["units"], row["is_ticket"]
        )
        for row in rows
    }
