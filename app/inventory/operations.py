"""Holding and giving back a resource's time. Other capabilities write claims only through these."""

from collections.abc import Sequence

from app.kernel.periods import Period
from app.platform.database import execute, fetch
from app.platform.new_rows import NewRow, insert_together


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


async def claim(resource: int, period: Period, reason: str, holder: int) -> bool:
    """Inserts such a claim; False where it yielded."""
    return await insert_together(new_claim(resource, period, reason, holder))


async def release(holder: int, reason: str) -> int:
    """Gives back all that the holder holds for this reason; how many claims there were."""
    return await execute("DELETE FROM claim WHERE holder = $1 AND reason = $2", holder, reason)


async def release_each(holders: Sequence[int], reason: str) -> int:
    """The same for several holders at once."""
    return await execute("DELETE FROM claim WHERE holder = ANY($1::bigint[]) AND reason = $2", list(holders), reason)


async def hand_over(holder: int, reason: str, to_holder: int, to_reason: str) -> bool:
    """Makes the holder's claim another one's; False where there is none any more.

    The row itself changes hands, so that the time is never free in between.
    """
    return bool(
        await execute(
            "UPDATE claim SET holder = $3, reason = $4 WHERE holder = $1 AND reason = $2",
            holder,
            reason,
            to_holder,
            to_reason,
        )
    )
