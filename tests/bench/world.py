"""What is measured in: the demo network, and far from it 30 spaces with 40 desks each and a history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from app.calendars.operations import CreateFeed, create_feed
from app.calendars.subscriptions import FeedKind
from app.demo.history import FURTHEST_AHEAD
from app.identity.queries import actor_of_person, person_of_email
from app.inventory.rules import wall_instant
from app.kernel.clock import system_clock
from app.network.holidays import public_holidays
from app.platform.database import execute, fetch, fetch_value
from app.web.search_form import ZONE

SPACES, DESKS = 30, 40
LAT, LNG = 52.5, 12.0
"""Far from every space of the demo network, so that a search near here finds these spaces alone."""

HALL, DESKS_OF_HALL = "mess-halle", 50
"""One more space, far from the others too."""

MONTH_SPACE, RESOURCES_OF_MONTH = "monatshaus", 60
"""Another one, of whose resources a whole month is read."""

FEED_EVENTS = 1_000
MEMBERS = 20
_PAST_A_DAY = 3


@dataclass(frozen=True, slots=True)
class Slot:
    """A free hour of a desk."""

    resource: str
    starts_at: datetime
    ends_at: datetime

    def body(self) -> bytes:
        """What a program sends to book it."""
        return msgspec.json.encode(
            {"resource_id": self.resource, "starts_at": self.starts_at, "ends_at": self.ends_at, "note": ""}
        )


def working_day(ahead: int) -> date:
    """The first working day so many days from now or later."""
    day = (system_clock() + timedelta(days=ahead)).astimezone(ZONE).date()
    while (
        day.isoweekday() > 5 or day in public_holidays("RP", day.year) or (day.month, day.day) in {(12, 24), (12, 31)}
    ):
        day += timedelta(days=1)
    return day


def hour_of(day: date, hour: int) -> datetime:
    """That hour of the wall clock."""
    return wall_instant(day, hour * 60, ZONE)


async def add_spaces() -> None:
    """The 30 spaces with 40 desks each, the hall with 50 and the one with 60, open 8 to 18 on working days."""
    await execute(
        """
        WITH made AS (
            INSERT INTO space (slug, operator, name, street, postcode, place, municipality, lat, lng, features,
                               published_at)
            SELECT 'mess-' || n, (SELECT min(id) FROM operator), 'Messstandort ' || n, 'Am Markt ' || n, '56751',
                   'Polch', 'Maifeld', $1::float8 + n % 6 * 0.03, $2::float8 + n / 6 * 0.03,
                   ARRAY['wifi', 'parking'], now() - interval '1 year'
              FROM generate_series(1, $3::int) n
            UNION ALL
            SELECT slug, (SELECT min(id) FROM operator), slug, 'Am Markt', '56751', 'Polch', 'Maifeld', $1 + 2, $2,
                   '{}', now() - interval '1 year'
              FROM unnest($5::text[]) AS slug
            RETURNING id, slug
        ), hours AS (
            INSERT INTO weekly_hours (space, weekday, opens, closes)
            SELECT id, weekday, 480, 1080 FROM made CROSS JOIN generate_series(1, 5) weekday
        )
        INSERT INTO resource (public_id, space, kind, name, position, features)
        SELECT translate(substr(md5(concat_ws('-', 'mess', id, n)), 1, 16), '01', 'gh'), id, 'desk', n::text, n,
               CASE WHEN n % 3 = 0 THEN ARRAY['monitor', 'window'] ELSE '{}' END
          FROM made CROSS JOIN LATERAL generate_series(1, CASE slug WHEN ($5::text[])[1] THEN ($6::int[])[1]
                                         WHEN ($5::text[])[2] THEN ($6::int[])[2] ELSE $4::int END) n
        """,
        LAT,
        LNG,
        SPACES,
        DESKS,
        [HALL, MONTH_SPACE],
        [DESKS_OF_HALL, RESOURCES_OF_MONTH],
    )


async def add_history(count: int) -> None:
    """So many more past bookings on these desks, three a day backwards from the first one that there is."""
    before = (
        await fetch_value(
            "SELECT min(c.starts_at)::date FROM claim c JOIN resource r ON r.id = c.resource"
            " JOIN space s ON s.id = r.space WHERE s.slug LIKE 'mess-%'"
        )
        or system_clock().date()
    )
    while count > 0:
        days = min(20, -(-count // (_PAST_A_DAY * SPACES * DESKS)))
        count -= await execute(_ADD_HISTORY, before - timedelta(days=days), before - timedelta(days=1), count)
        before -= timedelta(days=days)


_ADD_HISTORY = """
    WITH slot AS (
        SELECT r.id AS resource, r.space, day + make_interval(hours => 7 + 3 * n) AS starts_at,
               nextval('booking_id_seq') AS booking
          FROM generate_series($1::date::timestamptz, $2::date::timestamptz, interval '1 day') day
         CROSS JOIN (SELECT r.id, r.space FROM resource r JOIN space s ON s.id = r.space WHERE s.slug LIKE 'mess-%') r
         CROSS JOIN generate_series(0, 2) n
         LIMIT $3
    ), held AS (
        INSERT INTO claim (resource, starts_at, ends_at, reason, holder)
        SELECT resource, starts_at, starts_at + interval '3 hours', 'booking', booking FROM slot
    ), people AS (
        SELECT array_agg(id ORDER BY id) AS ids FROM person WHERE email LIKE 'member%@demo.example'
    )
    INSERT INTO booking (id, public_id, resource, space, person, status, starts_at, ends_at, created_at, updated_at)
    SELECT booking, translate(substr(md5(concat('mess', booking)), 1, 16), '01', 'gh'), resource, space,
           ids[1 + booking % cardinality(ids)], 'completed', starts_at, starts_at + interval '3 hours',
           starts_at - interval '3 days', starts_at
      FROM slot CROSS JOIN people
"""


async def take_some(day: date) -> None:
    """Every fourth desk taken from 8 to 13 on that day, so that a search has something to see."""
    await execute(
        "INSERT INTO claim (resource, starts_at, ends_at, reason, holder)"
        " SELECT r.id, $1, $2, 'blocker', 0 FROM resource r JOIN space s ON s.id = r.space"
        " WHERE s.slug LIKE 'mess-%' AND r.position % 4 = 0",
        hour_of(day, 8),
        hour_of(day, 13),
    )


async def free_slots(count: int) -> list[Slot]:
    """Hours of the demo network's desks that nobody has, the desks taking turns; each is handed out once."""
    days = [working_day(n) for n in range(30, FURTHEST_AHEAD, 7)]
    rows = await fetch(
        """
        SELECT r.public_id, at AS starts_at, at + interval '1 hour' AS ends_at
          FROM unnest($1::timestamptz[]) WITH ORDINALITY AS hour (at, n)
         CROSS JOIN resource r JOIN space s ON s.id = r.space
         WHERE r.kind = 'desk' AND r.retired_at IS NULL AND s.slug NOT LIKE 'mess-%' AND s.slug <> 'monatshaus'
           AND NOT EXISTS (SELECT FROM claim c WHERE c.resource = r.id AND c.starts_at < at + interval '1 hour'
                              AND c.ends_at > at)
         ORDER BY n, md5(r.public_id) LIMIT $2
        """,
        [hour_of(day, hour) for day in dict.fromkeys(days) for hour in range(8, 18)],
        count,
    )
    return [_slot(row) for row in rows]


def _slot(row: Mapping[str, Any]) -> Slot:
    return Slot(row["public_id"], row["starts_at"], row["ends_at"])


async def add_feed() -> str:
    """The address of a new feed of somebody who has 1,000 bookings to come and no others."""
    person = await person_of_email("guest@demo.example")
    assert person is not None, "the demo network has a guest"
    await execute(
        """
        INSERT INTO booking (public_id, resource, space, person, status, starts_at, ends_at, created_at, updated_at)
        SELECT translate(substr(md5(concat_ws('-', 'feed', r.id, n)), 1, 16), '01', 'gh'), r.id, r.space, $1,
               'confirmed', $2::timestamptz + make_interval(days => n),
               $2::timestamptz + make_interval(days => n, hours => 1),
               $2, $2
          FROM (SELECT id, space FROM resource WHERE kind = 'desk' ORDER BY id LIMIT 20) r
         CROSS JOIN generate_series(1, $3::int / 20) n
        """,
        person,
        hour_of(working_day(0), 8),
        FEED_EVENTS,
    )
    actor = await actor_of_person(person, authenticated_at=system_clock())
    _, token = await create_feed(actor, CreateFeed(FeedKind.PERSON), system_clock())
    return f"/calendars/{token}.ics"


def member_emails() -> Sequence[str]:
    return [f"member{number:04d}@demo.example" for number in range(1, MEMBERS + 1)]
