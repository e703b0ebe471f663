"""The month calendar of 60 resources with two bookings a day on each: how full each day is, in numbers."""

from datetime import date, timedelta

from app.kernel.clock import system_clock
from app.platform.database import execute
from app.web.search_form import ZONE
from tests.bench.world import MONTH_SPACE, hour_of

_MONTHS_AHEAD = timedelta(days=300)


def _first() -> date:
    """The first day of a month in which nobody else measures."""
    return (system_clock().astimezone(ZONE).date() + _MONTHS_AHEAD).replace(day=1)


def month_path() -> str:
    """The month's page."""
    return f"/theke/{MONTH_SPACE}/kalender?ansicht=monat&tag={_first().isoformat()}"


def week_path() -> str:
    """The page of a week of it."""
    return f"/theke/{MONTH_SPACE}/kalender?ansicht=woche&tag={(_first() + timedelta(days=14)).isoformat()}"


async def fill_the_month() -> None:
    """Two bookings on each resource, Monday to Friday of the month, with their claims."""
    await execute(
        """
        WITH people AS (
            SELECT array_agg(id ORDER BY id) AS ids FROM person
        ), slot AS (
            SELECT nextval('booking_id_seq') AS id, r.id AS resource, r.space,
                   $2::timestamptz + make_interval(days => n, hours => 5 * part) AS starts_at
              FROM resource r JOIN space s ON s.id = r.space
             CROSS JOIN generate_series(0, 27) n CROSS JOIN generate_series(0, 1) part
             WHERE s.slug = $1 AND extract(isodow FROM $2::timestamptz + make_interval(days => n)) <= 5
        ), held AS (
            INSERT INTO claim (resource, starts_at, ends_at, reason, holder)
            SELECT resource, starts_at, starts_at + interval '3 hours', 'booking', id FROM slot
        )
        INSERT INTO booking (id, public_id, resource, space, person, status, starts_at, ends_at, created_at, updated_at)
        SELECT id, translate(substr(md5(concat('cal', id)), 1, 16), '01', 'gh'), resource, space,
               ids[1 + id % cardinality(ids)], 'confirmed', starts_at, starts_at + interval '3 hours', now(), now()
          FROM slot CROSS JOIN people
        """,
        MONTH_SPACE,
        hour_of(_first(), 8),
    )
