"""Ids for the pages of somebody's contracts, of what is sold, and of fixed desks."""

from datetime import datetime, timedelta

from app.billing.operations import own_payer
from app.bookings.fixed_desks import assign_desk
from app.demo.cast import RIVAL
from app.demo.content.plans import FIXED
from app.identity.queries import actor_of_person
from app.identity.rules import Actor
from app.plans.announcing import announce, open_offers_of
from app.plans.memberships import Begun, begin
from app.plans.product_versions import put_on_sale, write_draft
from app.plans.products import offers_on_sale, plan_of
from app.plans.terms import PriceClass
from app.platform.database import fetch_row, fetch_value

_ADMINISTRATOR = "network@demo.example"

_HELD = """
    SELECT p.public_id AS member, coalesce(m.public_id, 'keine') AS membership,
           coalesce(e.public_id, 'keines') AS account
      FROM person p
      LEFT JOIN membership m ON m.person = p.id AND m.ends_on IS NULL
      LEFT JOIN entitlement e ON e.person = p.id AND e.left_units IS NOT NULL AND e.expired_at IS NULL
     WHERE p.id = $1 ORDER BY m.id, e.starts_on, e.id LIMIT 1
"""
_NEVER_BOOKED = """
    SELECT r.public_id FROM resource r JOIN space s ON s.id = r.space
     WHERE s.slug = 'regiohub-polch' AND r.kind = 'desk' AND r.retired_at IS NULL
       AND NOT EXISTS (SELECT FROM claim c WHERE c.resource = r.id AND c.ends_at > $1)
     ORDER BY r.position LIMIT 1
"""


async def contracts_of(person: int) -> dict[str, str]:
    """The person, the first membership, and the account that begins first; of a network free of charge none."""
    return dict(await fetch_row(_HELD, person))


async def more_of_contracts(person: int, now: datetime) -> dict[str, str]:
    """What operators sell, newer terms that the person is asked about, and a desk of Polch's that is somebody's own."""
    nadja = await _demo_actor(_ADMINISTRATOR)
    offers = await offers_on_sale(now)
    local = next(offer for offer in offers if offer.seller_slug == "dorfwerk-maifeld")
    [held] = [offer for offer in offers if offer.product == await fetch_value(_OWN_PRODUCT, person)]
    await write_draft(nadja, held.public_id, plan_of(held), now, now.date())
    await put_on_sale(nadja, held.public_id, now, now)
    await announce(nadja, held.public_id, now.date() + timedelta(days=60), now, now.date())
    [asked] = await open_offers_of(person)
    return {
        "operator_product": local.public_id,
        "change_offer": asked.public_id,
        "desk_id": await _own_desk(nadja, now),
    }


_OWN_PRODUCT = """
    SELECT v.product FROM membership m JOIN membership_terms t ON t.membership = m.id
      JOIN product_version v ON v.id = t.product_version WHERE m.person = $1 ORDER BY t.id DESC LIMIT 1
"""


async def _own_desk(nadja: Actor, now: datetime) -> str:
    rolf = await _demo_actor(RIVAL.email)
    [offer] = [offer for offer in await offers_on_sale(now) if offer.terms.name_de == FIXED.name_de]
    payer = await own_payer(rolf.person, now)
    begun = Begun(rolf.person, payer, offer.seller, offer.version, plan_of(offer), PriceClass.NORMAL, now.date())
    membership = await begin(nadja, begun, now, now.date())
    desk = await fetch_value(_NEVER_BOOKED, now)
    tomorrow = now.date() + timedelta(days=1)
    return (await assign_desk(nadja, membership.public_id, desk, tomorrow, now)).desk.public_id


async def _demo_actor(email: str) -> Actor:
    return await actor_of_person(await fetch_value("SELECT id FROM person WHERE email = $1", email))
