"""Holding and giving back a resource's time. Other capabilities write claims only through these."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.kernel.periods import Period
from app.platform.database import execute, fetch, fetch_value, transaction
from app.platform.new_rows import NewRow, insert_together

BOOKING: Final = "booking"
BUFFER: Final = "buffer"
BOOKED: Final = (BOOKING, BUFFER)
"""The reasons of a booking's claims: its own time, and what is kept free around it."""


@dataclass(frozen=True, slots=True)
class TimeWanted:
    """A resource's time that shall be held for a reason."""

    resource: int
    period: Period
    reason: str


async def lock_resources(resources: Sequence[int]) -> None:
    """Keeps others from claiming several of these at once until the transaction ends.

    Always in the order of their keys, so that two transactions never wait for each other.
    """
    await fetch("SELECT id FROM resource WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", sorted(resources))


def new_claim(resource: int, period: Period, reason: str, holder: int) -> NewRow:
    """Holds the resource's time for the holder, and yields where somebody else holds any of it.

    The exclusion constraint decides. ON CONFLICT waits for the one who is just trying and then yields, which neither
    deadlocks nor queues up in a rush (notes in docs/decisions/0003-claims.md).
    """
    return NewRow(
        "claim",
        {
            "resource": resource,
            "starts_at": period.starts_at,
            "ends_at": period.ends_at,
            "reason": reason,
            "holder": holder,
        },
        yields_to="claim_no_overlap",
    )


async def claim_all(wanted: Sequence[TimeWanted], holder: int) -> bool:
    """Holds all of these for the holder, or none and answers False where somebody else holds any of it.

    Lock the resources before (`lock_resources`) where there are several.
    """
    if len(wanted) == 1:
        return await insert_together(new_claim(wanted[0].resource, wanted[0].period, wanted[0].reason, holder))
    return await claim_each([(holder, one) for one in wanted])


async def claim_each(wanted: Sequence[tuple[int, TimeWanted]]) -> bool:
    """The same for several holders at once, each with what it shall hold; one statement, however much it is."""
    try:
        async with transaction():
            claimed: int = await fetch_value(
                _CLAIM_EACH,
                [one.resource for _, one in wanted],
                [one.period.starts_at for _, one in wanted],
                [one.period.ends_at for _, one in wanted],
                [one.reason for _, one in wanted],
                [holder for holder, _ in wanted],
            )
            if claimed < len(wanted):
                raise _SomeAreTaken
    except _SomeAreTaken:
        return False
    return True


class _SomeAreTaken(Exception):
    """Rolls back to before the claims."""


_CLAIM_EACH = """
    WITH made AS (
        INSERT INTO claim (resource, starts_at, ends_at, reason, holder)
        SELECT resource, starts_at, ends_at, reason, holder
          FROM unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[], $4::text[], $5::bigint[])
               AS wanted (resource, starts_at, ends_at, reason, holder)
         ORDER BY resource, starts_at
        ON CONFLICT ON CONSTRAINT claim_no_overlap DO NOTHING
        RETURNING 1
    )
    SELECT count(*) FROM made
"""


async def release(holder: int, *reasons: str) -> int:
    """Gives back all that the holder holds for these reasons; how many claims there were."""
    return await release_each([holder], *reasons)


async def release_each(holders: Sequence[int], *reasons: str) -> int:
    """The same for several holders at once."""
    return await execute(
        "DELETE FROM claim WHERE holder = ANY($1::bigint[]) AND reason = ANY($2)", list(holders), list(reasons)
    )


async def hand_over(holder: int, reason: str, booking: int, period: Period) -> bool:
    """Makes what the holder holds a booking's, whose time is the period; False where nothing is held any more.

    The rows themselves change hands, so that the time is never free in between.
    """
    return bool(
        await execute(
            "UPDATE claim SET holder = $3, reason = CASE WHEN (starts_at, ends_at) = ($4, $5) THEN $6 ELSE $7 END"
            " WHERE holder = $1 AND reason = $2",
            holder,
            reason,
            booking,
            period.starts_at,
            period.ends_at,
            BOOKING,
            BUFFER,
        )
    )
