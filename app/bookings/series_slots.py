"""Which bookings stand in which slots of a series."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.bookings.queries import BookingCard
from app.bookings.series_queries import SeriesCard
from app.platform.database import execute


async def detach(bookings: Sequence[int]) -> None:
    """Takes bookings out of their slots, so that none is in the way of another that moves there.

    Their series keeps the count of their changes, so that its SEQUENCE in calendars never falls.
    """
    await execute(
        "UPDATE series s SET sequence = s.sequence + gone.changes FROM (SELECT series, sum(sequence) AS changes"
        " FROM booking WHERE id = ANY($1::bigint[]) GROUP BY series) AS gone WHERE s.id = gone.series",
        list(bookings),
    )
    await execute("UPDATE booking SET series = NULL, series_slot = NULL WHERE id = ANY($1::bigint[])", list(bookings))


async def attach(series: SeriesCard, bookings: Mapping[datetime, BookingCard]) -> None:
    """Puts bookings into these slots of the series."""
    await execute(
        "UPDATE booking b SET series = $1, series_slot = n.slot"
        " FROM unnest($2::bigint[], $3::timestamptz[]) AS n (id, slot) WHERE b.id = n.id",
        series.id,
        [booking.id for booking in bookings.values()],
        list(bookings),
    )
