"""Whose fixed desks a change concerns, for staff who are to see it before."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from app.identity.queries import people
from app.kernel.periods import Period
from app.plans.fixed_desks import FixedDesk, desks_where
from app.platform.database import fetch

_A_DAY = timedelta(days=1)

Held = tuple[FixedDesk, str]
"""A fixed desk and its holder's name."""


async def held_by_whom(condition: str, key: int, last_day: date) -> tuple[Held, ...]:
    """The fixed desks d of resources r at spaces s for which this SQL holds that go on after the day, with their
    holders' names; locked until the transaction ends, if there is one."""
    rows = await fetch(
        "SELECT d.id FROM fixed_desk d JOIN resource r ON r.id = d.resource JOIN space s ON s.id = r.space"  # noqa: S608
        f" WHERE d.withdrawn_at IS NULL AND coalesce(d.last_day, 'infinity') > $2 AND {condition}"
        " ORDER BY d.id FOR UPDATE OF d",
        key,
        last_day,
    )
    if not rows:
        return ()
    held = await _named("d.id = ANY($1::bigint[])", [row["id"] for row in rows])
    return tuple((desk, name) for desk, name in held if desk.goes_on(last_day + _A_DAY))


async def held_then(times: Sequence[tuple[int, Period]], now: datetime) -> tuple[Held, ...]:
    """The fixed desks that hold any of this time of these resources that is not over, with their holders' names."""
    rows = await fetch(
        "SELECT DISTINCT c.holder FROM unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[])"
        " AS t (resource, starts_at, ends_at) JOIN claim c ON c.resource = t.resource"
        " AND c.starts_at < t.ends_at AND c.ends_at > greatest(t.starts_at, $4) WHERE c.reason = 'fixed_desk'",
        [key for key, _ in times],
        [time.starts_at for _, time in times],
        [time.ends_at for _, time in times],
        now,
    )
    if not rows:
        return ()
    return await _named("d.id = ANY($1::bigint[])", [row["holder"] for row in rows])


async def _named(condition: str, *arguments: object) -> tuple[Held, ...]:
    desks = await desks_where(condition, *arguments, order="r.position, d.id")
    names = await people({desk.person for desk in desks})
    return tuple((desk, names[desk.person].name) for desk in desks)


def said_of(held: Sequence[Held]) -> list[tuple[int, date, date | None]]:
    """What of these counts for whether a list that was shown still holds."""
    return [(desk.id, desk.days.first, desk.last_day) for desk, _ in held]
