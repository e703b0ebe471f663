"""Bookings that were moved from one space to another, kept so that the doors of the first one learn it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.platform.database import execute, fetch

_KEPT: Final = timedelta(days=31)


async def note_departure(space: int, booking: str, now: datetime) -> None:
    """The booking with this public id has left the space; call it in the transaction in which it is moved."""
    await execute("INSERT INTO departure (space, booking, left_at) VALUES ($1, $2, $3)", space, booking, now)


async def departures_since(space: int, since: datetime) -> list[str]:
    """The public ids of the bookings that have left the space since then, in order and once each."""
    rows = await fetch(
        "SELECT DISTINCT booking FROM departure WHERE space = $1 AND left_at >= $2 ORDER BY booking", space, since
    )
    return [row["booking"] for row in rows]


@dataclass(frozen=True, slots=True)
class LeftSpace:
    """A space that a booking has left, and whose it is."""

    slug: str
    operator: int


async def spaces_left(booking: str, at: datetime) -> list[LeftSpace]:
    """The spaces that the booking with this public id has left at exactly this time."""
    rows = await fetch(
        "SELECT s.slug, s.operator FROM departure d JOIN space s ON s.id = d.space"
        " WHERE d.booking = $1 AND d.left_at = $2 ORDER BY d.id",
        booking,
        at,
    )
    return [LeftSpace(row["slug"], row["operator"]) for row in rows]


async def forget_departures(now: datetime) -> int:
    """Deletes what is older than a month; how many."""
    return await execute("DELETE FROM departure WHERE left_at < $1", now - _KEPT)
