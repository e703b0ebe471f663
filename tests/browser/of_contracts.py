"""Ids for the pages of somebody's contracts."""

from app.platform.database import fetch_row

_HELD = """
    SELECT p.public_id AS member, coalesce(m.public_id, 'keine') AS membership,
           coalesce(e.public_id, 'keines') AS account
      FROM person p
      LEFT JOIN membership m ON m.person = p.id AND m.ends_on IS NULL
      LEFT JOIN entitlement e ON e.person = p.id AND e.left_units IS NOT NULL AND e.expired_at IS NULL
     WHERE p.id = $1 ORDER BY m.id, e.starts_on, e.id LIMIT 1
"""


async def contracts_of(person: int) -> dict[str, str]:
    """The person, the first membership, and the account that begins first; of a network free of charge none."""
    return dict(await fetch_row(_HELD, person))
