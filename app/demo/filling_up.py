"""Further days on which somebody was there or will be, so that of a month's allowance exactly so much is left."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.bookings.rules import Status
from app.demo.month import Place, PlannedBooking, stay_within
from app.demo.planned import enter_bookings
from app.inventory.rules import wall_instant
from app.kernel.periods import Period
from app.plans.grants import Days
from app.plans.uses import HALVES_OF_A_DAY, Unit, units_for
from app.platform.database import fetch, fetch_value

_ZONE = ZoneInfo("Europe/Berlin")
_WHOLE, _HALF = (8, 16), (9, 13)
_MADE_BEFORE = timedelta(days=3)


async def fill_up(person: int, place: Place, month: Days, today: date, halves: int) -> None:
    """Lets the person use so many half days of desks in this month, with what is booked already: at this place, on the
    latest days that are over and then on the next ones to come."""
    assert month.last is not None, "a month ends"
    rows = await fetch(
        "SELECT (b.starts_at AT TIME ZONE 'Europe/Berlin')::date AS day,"
        " sum(extract(epoch FROM b.ends_at - b.starts_at))::int / 60 AS minutes"
        " FROM booking b JOIN resource r ON r.id = b.resource WHERE b.person = $1 AND r.kind = 'desk'"
        " AND b.status <> 'cancelled' AND (b.starts_at AT TIME ZONE 'Europe/Berlin')::date BETWEEN $2 AND $3"
        " GROUP BY 1",
        person,
        month.first,
        month.last,
    )
    left = halves - sum(units_for(Unit.DESK_DAY, row["minutes"], half_days=True) for row in rows)
    booked = {row["day"] for row in rows}
    planned: list[PlannedBooking] = []
    for day in _days_of(month, today):
        if left <= 0:
            break
        stay = None if day in booked else stay_within(place, day, _HALF if left % HALVES_OF_A_DAY else _WHOLE)
        desk = await _free_desk(place, stay) if stay else None
        if stay is None or desk is None:
            continue
        left -= units_for(Unit.DESK_DAY, stay.minutes, half_days=True)
        planned.append(_visit(person, place, desk, stay, day, today))
    await enter_bookings("filled up", planned)


def _days_of(month: Days, today: date) -> Iterator[date]:
    """The days of a month but today and tomorrow: back from yesterday, then on."""
    days = [month.first + timedelta(days=number) for number in range(month.count)]
    yield from (day for day in reversed(days) if day < today)
    yield from (day for day in days if day > today + timedelta(days=1))


async def _free_desk(place: Place, stay: Period) -> int | None:
    """A desk that nobody has then: what is long over holds no claim any more."""
    desk: int | None = await fetch_value(
        "SELECT id FROM resource r WHERE id = ANY($1::bigint[])"
        " AND NOT EXISTS (SELECT FROM claim c WHERE c.resource = r.id AND c.starts_at < $3 AND c.ends_at > $2)"
        " AND NOT EXISTS (SELECT FROM booking b WHERE b.resource = r.id AND b.status <> 'cancelled'"
        " AND b.starts_at < $3 AND b.ends_at > $2) ORDER BY id LIMIT 1",
        list(place.desks),
        stay.starts_at,
        stay.ends_at,
    )
    return desk


def _visit(person: int, place: Place, desk: int, stay: Period, day: date, today: date) -> PlannedBooking:
    midnight: datetime = wall_instant(today, 0, _ZONE)
    made_at = min(stay.starts_at, midnight) - _MADE_BEFORE
    is_over = day < today
    status = Status.COMPLETED if is_over else Status.CONFIRMED
    return PlannedBooking(person, place.space, desk, stay, status, made_at, stay.ends_at if is_over else made_at)
