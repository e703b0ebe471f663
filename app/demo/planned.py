"""Planned bookings as rows: with their claims where the past still has them, and with who came when."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.bookings.rules import Status
from app.demo.month import PlannedBooking
from app.demo.rows import copy_rows, steady_id
from app.platform.database import fetch

_BOOKING = (
    *("id", "public_id", "resource", "space", "person", "status", "reason", "starts_at", "ends_at"),
    *("sequence", "created_at", "updated_at", "made_by", "checked_in_at", "left_at"),
)
_CAME = (Status.CHECKED_IN, Status.COMPLETED)


async def enter_bookings(name: str, bookings: Sequence[PlannedBooking], *, with_claims: bool = True) -> None:
    """Writes the bookings, and claims for those that took their time from others.

    What is long over needs none. `name` and the bookings' order give their public ids.
    """
    rows = await fetch("SELECT nextval('booking_id_seq') AS id FROM generate_series(1, $1)", len(bookings))
    numbered = list(zip((row["id"] for row in rows), bookings, strict=True))
    await copy_rows(
        "booking",
        _BOOKING,
        [
            (
                key,
                steady_id(name, number, booking.period.starts_at.date()),
                booking.resource,
                booking.space,
                booking.person,
                booking.status,
                None if booking.holds else "by_member",
                booking.period.starts_at,
                booking.period.ends_at,
                0 if booking.holds else 1,
                booking.created_at,
                booking.updated_at,
                booking.made_by,
                *came(number, booking),
            )
            for number, (key, booking) in enumerate(numbered)
        ],
    )
    if with_claims:
        await copy_rows(
            "claim",
            ["resource", "starts_at", "ends_at", "reason", "holder"],
            [
                (booking.resource, booking.period.starts_at, booking.period.ends_at, "booking", key)
                for key, booking in numbered
                if booking.holds
            ],
        )


def came(number: int, booking: PlannedBooking) -> tuple[datetime | None, datetime | None]:
    """When the person arrived, and left where that was before the end: mostly a little late, every third early."""
    if booking.status not in _CAME:
        return None, None
    arrived_at = booking.period.starts_at + timedelta(minutes=number * 7 % 34 - 6)
    if booking.status is Status.CHECKED_IN or number % 3:
        return arrived_at, None
    return arrived_at, booking.period.ends_at - timedelta(
        minutes=min(10 + number * 11 % 110, booking.period.minutes - 30)
    )
