"""The people who book at a space, for its front desk: when they were there, when they come, and how often."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.bookings.rules import HOLDING, Status
from app.network.queries import SpaceCard
from app.platform.database import fetch

PAGE: Final = 50
LOOKED_BACK: Final = timedelta(days=365)

_CAME: Final = (Status.CONFIRMED, Status.CHECKED_IN, Status.COMPLETED)
"""What is over and stands so, was used as far as anybody knows."""


@dataclass(frozen=True, slots=True)
class Regular:
    """Somebody with bookings at the space within a year; `count` are those that were not given back."""

    public_id: str
    name: str
    last_visit: datetime | None
    next_visit: datetime | None
    count: int


async def people_at(space: SpaceCard, now: datetime, page: int = 1) -> tuple[Sequence[Regular], bool]:
    """One page of them by name, and whether more follow. Who comes next or was there last stands in the columns.

    The caller is the space's front desk: nobody else may leaf through people.
    """
    rows = await fetch(
        """
        SELECT p.public_id, p.name, f.last_visit, f.next_visit, f.count
          FROM (
               SELECT b.person,
                      max(b.starts_at) FILTER (WHERE b.ends_at <= $2 AND b.status = ANY($4)) AS last_visit,
                      min(b.starts_at) FILTER (WHERE b.ends_at > $2 AND b.status = ANY($5)) AS next_visit,
                      count(*) FILTER (WHERE b.ends_at <= $2 AND b.status = ANY($4)
                                          OR b.ends_at > $2 AND b.status = ANY($5)) AS count
                 FROM booking b
                WHERE b.space = $1 AND b.starts_at > $3
                GROUP BY b.person
          ) f
          JOIN person p ON p.id = f.person
         WHERE f.count > 0 AND p.retired_at IS NULL
         ORDER BY lower(p.name), p.id LIMIT $6 OFFSET $7
        """,
        space.id,
        now,
        now - LOOKED_BACK,
        list(_CAME),
        list(HOLDING),
        PAGE + 1,
        (page - 1) * PAGE,
    )
    found = [Regular(**row) for row in rows[:PAGE]]
    return found, len(rows) > PAGE
