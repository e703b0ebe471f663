"""What working at a space costs: its prices without a plan, and the plans and passes that hold there."""

from typing import Any

from app.identity.authentication import Visitor
from app.inventory.queries import resources_of
from app.inventory.rules import KIND_PLURALS, label
from app.kernel.money import Money
from app.kernel.refusals import phrase
from app.kernel.wall_time import local_day
from app.network.charging import network_charges, operator_charges
from app.network.queries import SpaceCard
from app.plans.price_lists import prices_at
from app.plans.products import offers_on_sale
from app.plans.terms import Audience
from app.web.offer_view import comparison
from app.web.search_form import ZONE


async def space_prices(space: SpaceCard, visitor: Visitor) -> dict[str, Any] | None:
    """For the page of the space; None where nothing costs anything."""
    operator = space.operator.id
    if not (await network_charges() and await operator_charges(operator)):
        return None
    today = local_day(visitor.now, ZONE)
    compared = await comparison(visitor, Audience.CONSUMER, today)
    names = {each.id: label(each.kind, each.name) for each in await resources_of(space.id)}
    prices = [
        {
            "what": names.get(row.resource) if row.resource else phrase(KIND_PLURALS[row.kind]),
            "day": _money(row.per_day),
            "half_day": _money(row.per_half_day),
            "hour": _money(row.per_hour),
            "tax": compared.taxes.word(operator, row.tax_code, Audience.CONSUMER),
        }
        for row in await prices_at(operator, space.id, today)
        if row.resource is None or row.resource in names
    ]
    offers = [offer for offer in await offers_on_sale(visitor.now) if offer.is_for(Audience.CONSUMER)]
    rows = [compared.row(offer) for offer in offers if offer.holds_at(operator, space.id)]
    return {"prices": prices, "offers": rows, "seller": space.operator.name}


def _money(amount: int | None) -> Money | None:
    return None if amount is None else Money(amount)
