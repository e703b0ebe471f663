"""Bookings in bulk, so that a demo network can be measured with the history of years.

They lie on working days within the hours that every demo space is open. Most fill the past, backwards from the first
booking that there is; a few are spread over the coming year and leave most of every desk's time free. Unlimited plans
pay for what falls into their time; what was before has cost nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import islice

import asyncpg

from app.demo.cast import crowd_and_members
from app.demo.content.spaces import demo_spaces
from app.demo.month import DAYS_AHEAD
from app.inventory.rules import Kind
from app.network.holidays import public_holidays
from app.platform.database import OWNER_ROLE, execute, fetch_value

SLOTS = ((8, 11), (11, 14), (14, 17))
"""Hours of the wall clock; three bookings fill a resource's day."""

FURTHEST_AHEAD = 380
_FUTURE_SHARE = 0.05
_FUTURE_FILLED = 0.25
_DAYS_AT_ONCE = 20

_ADD = """
WITH slot AS (
    SELECT r.id AS resource, r.space, (day + make_interval(hours => opens)) AT TIME ZONE s.time_zone AS starts_at,
           (day + make_interval(hours => closes)) AT TIME ZONE s.time_zone AS ends_at
      FROM space s
      JOIN resource r ON r.space = s.id AND r.retired_at IS NULL AND r.kind = ANY($4)
     CROSS JOIN unnest($1::date[]) AS day
     CROSS JOIN unnest($2::int[], $3::int[]) AS slot (opens, closes)
     WHERE s.slug = ANY($5)
     ORDER BY md5(concat(r.id, day, opens))
     LIMIT $6
), held AS (
    INSERT INTO claim (resource, starts_at, ends_at, reason, holder)
    SELECT resource, starts_at, ends_at, 'booking', nextval('booking_id_seq') FROM slot
    ON CONFLICT ON CONSTRAINT claim_no_overlap DO NOTHING
    RETURNING holder, resource, starts_at, ends_at
)
INSERT INTO booking (id, public_id, resource, space, person, status, starts_at, ends_at, created_at, updated_at,
                     entitlement, paid_by)
SELECT holder, translate(substr(md5(concat('booking', holder)), 1, 16), '01', 'gh'), resource, r.space, who.person,
       CASE WHEN held.ends_at > $8 THEN 'confirmed' WHEN holder % 30 = 0 THEN 'no_show' ELSE 'completed' END,
       starts_at, held.ends_at, least(starts_at - interval '3 days', $8), least(held.ends_at, $8),
       account.id, CASE WHEN account.id IS NULL THEN 'free' ELSE 'entitlement' END
  FROM held JOIN resource r ON r.id = held.resource
 CROSS JOIN LATERAL (SELECT ($7::bigint[])[1 + holder % cardinality($7::bigint[])] AS person) who
  LEFT JOIN LATERAL (
    SELECT e.id FROM entitlement e
     WHERE r.kind = 'desk' AND e.person = who.person AND e.unit = 'desk_day' AND e.left_units IS NULL
       AND e.scope = '{}' AND e.starts_on <= held.starts_at AND coalesce(e.ends_on, 'infinity') >= held.starts_at
     LIMIT 1
  ) account ON true
"""


async def add_bookings(count: int, today: date, now: datetime, done: Callable[[int], None]) -> None:
    """Adds exactly so many bookings, with their claims, in many transactions; tells `done` how many more there are.

    Interrupted it leaves fewer, each of them whole.
    """
    people = await crowd_and_members()
    left = count - await _add_future(int(count * _FUTURE_SHARE), today, now, people, done)
    earliest: datetime | None = await fetch_value("SELECT min(starts_at) FROM booking")
    days = _working_days_before(earliest.date() if earliest else today)
    while left > 0:
        added = await _add(list(islice(days, _DAYS_AT_ONCE)), list(Kind), left, people, now)
        left -= added
        done(added)


async def _add_future(
    wanted: int, today: date, now: datetime, people: Sequence[int], done: Callable[[int], None]
) -> int:
    """Spreads desks' bookings over the days behind the demo month; how many found room."""
    days = [day for n in range(DAYS_AHEAD + 1, FURTHEST_AHEAD + 1) if _is_working_day(day := today + timedelta(n))]
    desks = sum(resource.kind == "desk" for space in demo_spaces() for resource in space.resources)
    a_day = min(-(-wanted // len(days)), int(desks * len(SLOTS) * _FUTURE_FILLED))
    total = 0
    for start in range(0, len(days), _DAYS_AT_ONCE):
        batch = days[start : start + _DAYS_AT_ONCE]
        added = await _add(batch, [Kind.DESK], min(a_day * len(batch), wanted - total), people, now)
        total += added
        done(added)
    return total


async def _add(days: Sequence[date], kinds: Sequence[Kind], most: int, people: Sequence[int], now: datetime) -> int:
    opens, closes = zip(*SLOTS, strict=True)
    slugs = [space.slug for space in demo_spaces()]
    return await execute(_ADD, days, opens, closes, kinds, slugs, most, people, now)


async def refresh_statistics(owner_dsn: str) -> None:
    """Lets PostgreSQL's planner know of what was added, and its index-only scans.

    Only the tables' owner may; where `owner_dsn` is not, autovacuum does the same a little later.
    """
    connection = await asyncpg.connect(owner_dsn)
    try:
        await connection.execute(f"SET ROLE {OWNER_ROLE}")
        await connection.execute("VACUUM (ANALYZE) booking, claim, entitlement, entitlement_entry")
    except asyncpg.InsufficientPrivilegeError:
        return
    finally:
        await connection.close()


def _working_days_before(day: date) -> Iterator[date]:
    while True:
        day -= timedelta(days=1)
        if _is_working_day(day):
            yield day


def _is_working_day(day: date) -> bool:
    """Whether every demo space is open from 8 to 18."""
    return (
        day.isoweekday() <= 5
        and day not in public_holidays("RP", day.year)
        and (day.month, day.day) not in {(12, 24), (12, 31)}
    )
