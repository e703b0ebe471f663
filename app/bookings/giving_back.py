"""Giving time back: the one way by which held time becomes free. Who waits for it comes before everybody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.bookings.serving import lock_lines, serve_line
from app.inventory.operations import BOOKED
from app.kernel.periods import Period
from app.plans.fixed_desks import hold_desks_of
from app.platform.database import fetch


@dataclass(frozen=True, slots=True)
class Freed:
    """Time at a space that somebody waits for."""

    space: int
    period: Period


async def give_back(bookings: Sequence[int], now: datetime) -> None:
    """Ends the claims of these bookings, and serves those who wait.

    Whoever takes another time with the same act, which may overlap the old one, takes it between `free` and `hand_on`.
    """
    freed = await free(bookings, *BOOKED)
    await _hold_fixed(bookings, now)
    await hand_on(freed, now)


async def _hold_fixed(bookings: Sequence[int], now: datetime) -> None:
    """What is somebody's fixed desk is that one's again, before anybody else gets it."""
    rows = await fetch(
        "SELECT DISTINCT d.resource FROM booking b JOIN fixed_desk d ON d.resource = b.resource"
        " WHERE b.id = ANY($1::bigint[])",
        list(bookings),
    )
    if rows:
        await hold_desks_of([row["resource"] for row in rows], now)


async def free(holders: Sequence[int], *reasons: str) -> list[Freed]:
    """Ends all that these hold for these reasons; the part that somebody waits for, to be handed on."""
    if not holders:
        return []
    rows = await fetch(
        """
        WITH freed AS (
            DELETE FROM claim WHERE holder = ANY($1::bigint[]) AND reason = ANY($2)
            RETURNING holder, resource, starts_at, ends_at
        ), held AS (
            SELECT r.space, min(f.starts_at) AS starts_at, max(f.ends_at) AS ends_at
              FROM freed f JOIN resource r ON r.id = f.resource GROUP BY r.space, f.holder
        )
        SELECT space, starts_at, ends_at FROM held h CROSS JOIN LATERAL (
               SELECT make_interval(mins => coalesce(max(buffer_before), 0)) AS before,
                      make_interval(mins => coalesce(max(buffer_after), 0)) AS after
                 FROM booking_rules WHERE space = h.space
         ) kept_free
         WHERE EXISTS (
               SELECT FROM waiting w
                WHERE w.space = h.space AND w.status = 'waiting'
                  AND w.starts_at < h.ends_at + before AND w.ends_at > h.starts_at - after
         ) ORDER BY space, starts_at
        """,
        list(holders),
        list(reasons),
    )
    freed = [Freed(row["space"], Period(row["starts_at"], row["ends_at"])) for row in rows]
    await lock_lines({each.space for each in freed})
    return freed


async def hand_on(freed: Sequence[Freed], now: datetime) -> None:
    """Serves those who wait for what was freed, before anybody else can see that it is free.

    Hand on together what one act has freed, so that whoever is first in line comes first.
    """
    for space in sorted({each.space for each in freed}):
        await serve_line(space, now, [each.period for each in freed if each.space == space])
