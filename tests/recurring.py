"""Series as rows, for the tests of what is told about them."""

from collections.abc import Collection
from datetime import UTC, datetime

from app.bookings.queries import BookingCard
from app.bookings.series_queries import bookings_of_series
from app.calendars.series import rule_starts
from app.inventory.recurrence import read_rule
from app.kernel.periods import Period
from app.platform.database import execute, fetch_value
from app.platform.random_ids import new_public_id
from tests.worlds import HERE, NOW, APerson, AResource, ASpace


async def a_series(
    person: APerson,
    space: ASpace,
    resource: AResource,
    rule: str,
    first: Period,
    *,
    without: Collection[datetime] = (),
    status: str = "confirmed",
    skips_school_holidays: bool = False,
) -> int:
    """A series with a booking and its claim on every date of the rule but those `without`; its key."""
    key: int = await fetch_value(
        "INSERT INTO series (public_id, person, resource, starts_at, ends_at, rrule, skips_school_holidays,"
        " created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) RETURNING id",
        new_public_id(),
        person.id,
        resource.id,
        first.starts_at,
        first.ends_at,
        rule,
        skips_school_holidays,
        NOW,
    )
    left_out = {at.astimezone(UTC) for at in without}
    end = first.ends_at.astimezone(HERE)
    for slot, wall in rule_starts(read_rule(rule, HERE), first, HERE).items():
        if slot not in left_out:
            nights = end.date() - first.starts_at.astimezone(HERE).date()
            ends_at = datetime.combine(wall.date() + nights, end.time(), HERE).astimezone(UTC)
            await a_date(key, person, space, resource, Period(slot, ends_at), status=status)
    return key


async def a_date(
    series: int, person: APerson, space: ASpace, resource: AResource, period: Period, *, status: str = "confirmed"
) -> int:
    """A booking of the series where its rule has it; its key."""
    key: int = await fetch_value(
        "INSERT INTO booking (public_id, resource, space, person, status, starts_at, ends_at, series, series_slot,"
        " created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $6, $9, $9) RETURNING id",
        new_public_id(),
        resource.id,
        space.id,
        person.id,
        status,
        period.starts_at,
        period.ends_at,
        series,
        NOW,
    )
    await execute(
        "INSERT INTO claim (resource, starts_at, ends_at, reason, holder) VALUES ($1, $2, $3, 'booking', $4)",
        resource.id,
        period.starts_at,
        period.ends_at,
        key,
    )
    return key


async def dates_of(series: int) -> list[BookingCard]:
    """The bookings of a series in the order of its rule."""
    return list(await bookings_of_series(series))


async def named(series: int) -> str:
    """The public id of a series."""
    name: str = await fetch_value("SELECT public_id FROM series WHERE id = $1", series)
    return name


async def cancelled(bookings: Collection[BookingCard], now: datetime = NOW) -> None:
    """What cancelling a series, or some of its dates, leaves behind."""
    keys = [booking.id for booking in bookings]
    await execute("DELETE FROM claim WHERE holder = ANY($1) AND reason = 'booking'", keys)
    await execute(
        "UPDATE booking SET status = 'cancelled', sequence = sequence + 1, updated_at = $2 WHERE id = ANY($1)",
        keys,
        now,
    )
