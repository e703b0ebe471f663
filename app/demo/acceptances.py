"""Who in the demo network has accepted the house rules. Draws no pictures, so that the command line stays quick."""

from collections.abc import Sequence
from datetime import datetime

from app.platform.database import execute


async def accept_everywhere(people: Sequence[int] | None, now: datetime) -> None:
    """Lets these people, or all that there are, have accepted the house rules that hold in every space.

    Whoever tries the demo network books at once; who signs up anew is asked.
    """
    await execute(
        "INSERT INTO house_rules_acceptance (person, space, edition, accepted_at)"
        " SELECT p.id, h.space, max(h.edition), $2 FROM person p CROSS JOIN house_rules h"
        " WHERE ($1::bigint[] IS NULL OR p.id = ANY($1)) AND h.valid_from <= $2 GROUP BY p.id, h.space"
        " ON CONFLICT DO NOTHING",
        people if people is None else list(people),
        now,
    )
