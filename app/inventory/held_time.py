"""What holds resources' time, claim by claim: for whoever plans many bookings at once."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from app.kernel.periods import Period
from app.platform.database import fetch


@dataclass(frozen=True, slots=True, order=True)
class HeldTime:
    """A claim's time; `blocked_because` says why where the operator has blocked it."""

    period: Period
    blocked_because: str | None = None


async def held_times(
    resources: Collection[int], window: Period, language: str, *, but_for: Collection[int] = ()
) -> Mapping[int, list[HeldTime]]:
    """All that holds time of these resources within the window, by resource and in order; one query.

    The claims of the bookings `but_for` do not count. Claims of one resource never overlap, so at most one that starts
    before the window reaches into it.
    """
    rows = await fetch(
        """
        SELECT f.id AS resource, c.starts_at, c.ends_at, b.reason_de, b.reason_en
          FROM unnest($1::bigint[]) AS f (id)
         CROSS JOIN LATERAL (
               (SELECT starts_at, ends_at, holder, reason FROM claim
                 WHERE resource = f.id AND starts_at < $2::timestamptz ORDER BY starts_at DESC LIMIT 1)
               UNION ALL
               SELECT starts_at, ends_at, holder, reason FROM claim
                WHERE resource = f.id AND starts_at >= $2 AND starts_at < $3::timestamptz
         ) AS c
          LEFT JOIN blocker b ON c.reason = 'blocker' AND b.id = c.holder
         WHERE c.ends_at > $2::timestamptz
           AND (c.holder = ANY($4::bigint[]) AND c.reason IN ('booking', 'buffer')) IS NOT TRUE
         ORDER BY f.id, c.starts_at
        """,
        list(resources),
        window.starts_at,
        window.ends_at,
        list(but_for),
    )
    held: dict[int, list[HeldTime]] = defaultdict(list)
    for row in rows:
        because = row[f"reason_{language}"] or row["reason_de"]
        held[row["resource"]].append(HeldTime(Period(row["starts_at"], row["ends_at"]), because))
    return held


@dataclass(frozen=True, slots=True)
class Claimed:
    """What holds a resource's time: the claim's reason and holder as in tables.Claim, and why it is blocked."""

    resource: int
    period: Period
    reason: str
    holder: int
    because: str


async def claims_within(space: int, window: Period, language: str) -> list[Claimed]:
    """All that holds time of the space's resources within the window, by resource and in order; one query."""
    rows = await fetch(
        """
        SELECT r.id AS resource, c.starts_at, c.ends_at, c.reason, c.holder,
               coalesce(nullif(b.reason_en, ''), b.reason_de, '') AS reason_en, coalesce(b.reason_de, '') AS reason_de
          FROM resource r
         CROSS JOIN LATERAL (
               (SELECT starts_at, ends_at, holder, reason FROM claim
                 WHERE resource = r.id AND starts_at < $2::timestamptz ORDER BY starts_at DESC LIMIT 1)
               UNION ALL
               SELECT starts_at, ends_at, holder, reason FROM claim
                WHERE resource = r.id AND starts_at >= $2 AND starts_at < $3::timestamptz
         ) AS c
          LEFT JOIN blocker b ON c.reason = 'blocker' AND b.id = c.holder
         WHERE r.space = $1 AND r.retired_at IS NULL AND c.ends_at > $2::timestamptz
         ORDER BY r.id, c.starts_at
        """,
        space,
        window.starts_at,
        window.ends_at,
    )
    return [
        Claimed(
            row["resource"],
            Period(row["starts_at"], row["ends_at"]),
            row["reason"],
            row["holder"],
            row["reason_en" if language == "en" else "reason_de"],
        )
        for row in rows
    ]
