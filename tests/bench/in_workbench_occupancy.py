"""Occupancy of a year over 300 resources: the page of their operator, from sums that are kept and days that are not."""

from datetime import timedelta

from app.identity.authentication import SESSION_COOKIE
from app.identity.queries import person_of_email
from app.identity.sessions import open_session
from app.insights.closing import close_days
from app.kernel.clock import system_clock
from app.platform.database import execute
from tests.bench.world import hour_of

OPERATOR, SPACES, RESOURCES = "mess-auslastung", 12, 25
"""An operator of its own, with so many spaces of so many resources each."""


def page_path() -> str:
    """The year's page over all of its spaces."""
    return f"/betreiber/{OPERATOR}/auslastung?zeitraum=zwoelf-monate"


async def cookie() -> str:
    """The browser of the network's administrator."""
    person = await person_of_email("network@demo.example")
    assert person is not None, "the demo network has one"
    return f"{SESSION_COOKIE}={await open_session(person, 'bench', system_clock())}"


async def fill_the_year() -> float:
    """Two bookings a day on each of 300 resources for a year back and a quarter of them ahead; seconds of closing."""
    await execute(
        """
        WITH operator AS (
            INSERT INTO operator (public_id, slug, name, created_at)
            VALUES ('messauslastung00', $1, 'Messbetreiber', now()) RETURNING id
        ), made AS (
            INSERT INTO space (slug, operator, name, street, postcode, place, municipality, lat, lng, published_at)
            SELECT concat($1::text, '-', n), operator.id, 'Messhaus ' || n, 'Am Markt', '56751', 'Polch', 'Maifeld',
                   55.0, 8.0, now() - interval '13 months'
              FROM operator CROSS JOIN generate_series(1, $2::int) n
            RETURNING id
        ), hours AS (
            INSERT INTO weekly_hours (space, weekday, opens, closes)
            SELECT id, weekday, 450, 1200 FROM made CROSS JOIN generate_series(1, 5) weekday
        )
        INSERT INTO resource (public_id, space, kind, name, position)
        SELECT translate(substr(md5(concat_ws('-', 'occ', id, n)), 1, 16), '01', 'gh'), id,
               CASE WHEN n > 22 THEN 'room' WHEN n > 20 THEN 'booth' ELSE 'desk' END, n::text, n
          FROM made CROSS JOIN generate_series(1, $3::int) n
        """,
        OPERATOR,
        SPACES,
        RESOURCES,
    )
    today = hour_of(system_clock().date(), 0)
    await execute(
        """
        WITH people AS (
            SELECT array_agg(id ORDER BY id) AS ids FROM person
        ), slot AS (
            SELECT nextval('booking_id_seq') AS id, r.id AS resource, r.space, n AS day, part,
                   $2::timestamptz + make_interval(days => n, hours => 8 + 5 * part) AS starts_at
              FROM resource r JOIN space s ON s.id = r.space JOIN operator o ON o.id = s.operator
             CROSS JOIN generate_series(-365, 90) n CROSS JOIN generate_series(0, 1) part
             WHERE o.slug = $1 AND extract(isodow FROM $2::timestamptz + make_interval(days => n)) <= 5
               AND (n < 0 OR (r.position + n) % 4 = 0)
        )
        INSERT INTO booking (id, public_id, resource, space, person, status, starts_at, ends_at, checked_in_at,
                             created_at, updated_at)
        SELECT id, translate(substr(md5(concat('occ', id)), 1, 16), '01', 'gh'), resource, space,
               ids[1 + id % cardinality(ids)],
               CASE WHEN id % 17 = 0 THEN 'cancelled' WHEN day >= 0 THEN 'confirmed' WHEN id % 29 = 0 THEN 'no_show'
                    ELSE 'checked_in' END,
               starts_at, starts_at + make_interval(hours => 3 + part),
               CASE WHEN day < 0 THEN starts_at + make_interval(mins => (id % 30)::int) END,
               starts_at - make_interval(days => (id % 20)::int), starts_at - interval '1 day'
          FROM slot CROSS JOIN people
        """,
        OPERATOR,
        today,
    )
    before = system_clock()
    await close_days(before)
    return (system_clock() - before) / timedelta(seconds=1)
