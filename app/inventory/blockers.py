"""What operators block."""

from collections.abc import Sequence

from app.kernel.periods import Period
from app.platform.database import fetch_row


async def blocked_because(resources: Sequence[int], period: Period, language: str) -> str | None:
    """Why one of these resources is blocked during some of the period, None where none is."""
    row = await fetch_row(
        "SELECT b.reason_de, b.reason_en FROM claim c JOIN blocker b ON b.id = c.holder"
        " WHERE c.reason = 'blocker' AND c.resource = ANY($1::bigint[]) AND c.starts_at < $3 AND c.ends_at > $2"
        " ORDER BY c.starts_at LIMIT 1",
        list(resources),
        period.starts_at,
        period.ends_at,
    )
    if row is None:
        return None
    reason: str = row[f"reason_{language}"] or row["reason_de"]
    return reason
