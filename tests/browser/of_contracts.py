"""Ids for the pages of somebody's contracts, of what is sold, and of fixed desks."""

from datetime import datetime

from app.demo.content.plans import MAIFELD
from app.plans.announcing import open_offers_of
from app.plans.products import offers_on_sale
from app.platform.database import fetch_row, fetch_value

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


async def more_of_contracts(person: int, now: datetime) -> dict[str, str]:
    """What an operator sells, newer terms that the person is asked about, and a desk of Polch's that is somebody's
    own: the demo network's."""
    local = next(offer for offer in await offers_on_sale(now) if offer.terms.name_de == MAIFELD.name_de)
    [asked] = await open_offers_of(person)
    return {
        "operator_product": local.public_id,
        "change_offer": asked.public_id,
        "desk_id": await fetch_value("SELECT public_id FROM fixed_desk"),
    }
