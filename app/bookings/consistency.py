"""Whether bookings and the claims that hold their time agree: what `nahwerk check` finds out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.bookings.rules import HOLDING, Status
from app.platform.database import fetch

GIVEN_BACK = frozenset({Status.CANCELLED, Status.RELEASED})
"""Who stands so must hold nothing. What is over may keep its claim: nobody wants the past."""

_EXAMPLES = 5

_MEANING: Mapping[str, str] = {
    "overlap": "claims overlap an earlier one of the same resource",
    "no_booking": "claims are held for bookings that do not exist",
    "no_hold": "claims are held for newcomers whose holds have ended or are of another time or resource",
    "no_fixed_desk": "claims are held for fixed desks that do not exist or have ended, or of another resource",
    "no_offer": "claims are held for offers that have ended or are of another time or resource",
    "offer_unheld": "offers are made without a claim",
    "no_claim": "bookings hold their time without a claim",
    "given_back": "bookings were given back and still have a claim",
    "unlike": "bookings have several claims, or one of another time or resource",
}


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Something that must never be: what, how often, and the keys of a few of these claims or bookings."""

    what: str
    count: int
    examples: Sequence[int]


async def disagreements() -> list[Disagreement]:
    """All kinds of disagreement that occur. Reads every claim and booking, whatever the constraints promise."""
    rows = await fetch(
        """
        WITH following AS (
            SELECT id, starts_at, max(ends_at) OVER (
                PARTITION BY resource ORDER BY starts_at, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) AS taken_until
              FROM claim
        ), held AS (
            SELECT c.holder, count(*) FILTER (WHERE c.resource = b.resource) AS of_resource,
                   bool_and((c.starts_at, c.ends_at) = (b.starts_at, b.ends_at)) AS is_alike
              FROM claim c LEFT JOIN booking b ON b.id = c.holder WHERE c.reason = 'booking' GROUP BY c.holder
        ), oddity AS (
            SELECT id, 'overlap' AS kind FROM following WHERE starts_at < taken_until
            UNION ALL
            SELECT coalesce(b.id, h.holder), CASE
                WHEN b.id IS NULL THEN 'no_booking'
                WHEN h.holder IS NULL THEN CASE WHEN b.status = ANY($1) THEN 'no_claim' END
                WHEN b.status = ANY($2) THEN 'given_back'
                WHEN h.of_resource <> 1 OR NOT h.is_alike THEN 'unlike'
            END
              FROM booking b FULL JOIN held h ON h.holder = b.id
            UNION ALL
            SELECT c.id, 'no_hold' FROM claim c
             WHERE c.reason = 'hold' AND NOT EXISTS (
                   SELECT FROM desk_hold d JOIN resource r ON r.id = d.resource
                    WHERE d.id = c.holder AND d.ended_at IS NULL AND c.resource = ANY(r.id || r.parts)
                      AND ((d.starts_at, d.ends_at) = (c.starts_at, c.ends_at)
                           OR c.ends_at = d.starts_at OR c.starts_at = d.ends_at)
             )
            UNION ALL
            SELECT c.id, 'no_offer' FROM claim c
             WHERE c.reason = 'offer' AND NOT EXISTS (
                   SELECT FROM waiting w JOIN resource r ON r.id = w.offered
                    WHERE w.id = c.holder AND w.status = 'offered' AND c.resource = ANY(r.id || r.parts)
                      AND ((w.starts_at, w.ends_at) = (c.starts_at, c.ends_at)
                           OR c.ends_at = w.starts_at OR c.starts_at = w.ends_at)
             )
            UNION ALL
            SELECT c.id, 'no_fixed_desk' FROM claim c
             WHERE c.reason = 'fixed_desk' AND NOT EXISTS (
                   SELECT FROM fixed_desk d JOIN resource r ON r.id = d.resource JOIN space s ON s.id = r.space
                    WHERE d.id = c.holder AND c.resource = ANY(r.id || r.parts) AND d.withdrawn_at IS NULL
                      AND (c.starts_at AT TIME ZONE s.time_zone)::date <= coalesce(d.last_day, 'infinity')
             )
            UNION ALL
            SELECT w.id, 'offer_unheld' FROM waiting w
             WHERE w.status = 'offered' AND NOT EXISTS (
                   SELECT FROM claim c
                    WHERE c.holder = w.id AND c.reason = 'offer'
                      AND (c.resource, c.starts_at, c.ends_at) = (w.offered, w.starts_at, w.ends_at)
             )
        )
        SELECT kind, count(*) AS count, (array_agg(id ORDER BY id))[1:$3] AS examples
          FROM oddity WHERE kind IS NOT NULL GROUP BY kind ORDER BY kind
        """,
        list(HOLDING),
        list(GIVEN_BACK),
        _EXAMPLES,
    )
    return [Disagreement(_MEANING[row["kind"]], row["count"], row["examples"]) for row in rows]
