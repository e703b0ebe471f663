"""What somebody could buy so that a booking is paid: an offer where nothing pays, instead of a dead end."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from app.plans.needs import Need
from app.plans.nothing_pays import NothingPays
from app.plans.passes import units_in
from app.plans.products import Offer, offers_on_sale
from app.plans.terms import PassTerms, Terms
from app.plans.timeline import months_later
from app.plans.uses import Unit
from app.platform.database import fetch_value

MOST_OFFERED: Final = 4
"""So many passes, and so many plans."""


async def with_offers(refusal: NothingPays, person: int | None, now: datetime, language: str) -> NothingPays:
    """The same refusal with `facts["offers"]`: what would pay, passes before plans, each the cheapest first.

    Each as answers name it, with `url`, the address at which it is ordered.
    """
    need = refusal.facts["need"]
    assert isinstance(need, Need), "it says what is to be paid"
    used_trial: bool = person is not None and await fetch_value(
        "SELECT EXISTS (SELECT FROM pass WHERE person = $1 AND is_trial)", person
    )
    found = [
        offer
        for offer in await offers_on_sale(now)
        if would_pay(offer.terms, need)
        and _lasts_until(offer.terms, need, now)
        and not (used_trial and isinstance(offer.terms, PassTerms) and offer.terms.is_trial)
    ]
    found.sort(key=lambda offer: (offer.is_plan, offer.terms.price))
    plans = [offer for offer in found if offer.is_plan][:MOST_OFFERED]
    passes = [offer for offer in found if not offer.is_plan][:MOST_OFFERED]
    return type(refusal)(
        field=refusal.field, **{**refusal.facts, "offers": [_said(offer, language) for offer in [*passes, *plans]]}
    )


def would_pay(terms: Terms, need: Need) -> bool:
    """Whether who buys this can pay for that with it, by its scope and by what it holds."""
    if not terms.scope.read().covers(need):
        return False
    if isinstance(terms, PassTerms):
        return terms.unit is need.unit and (need.unit is Unit.DESK_DAY or units_in(terms) >= need.minutes)
    if need.unit is Unit.DESK_DAY:
        return bool(terms.desk_days or terms.unlimited_desks)
    return need.unit is Unit.ROOM_MINUTE and terms.room_hours * 60 >= need.minutes


def _lasts_until(terms: Terms, need: Need, now: datetime) -> bool:
    if not isinstance(terms, PassTerms):
        return True
    if terms.valid_days is not None:
        return need.day < now.date() + timedelta(days=terms.valid_days)
    if terms.valid_months is None:
        return True
    return need.day <= months_later(now.date(), terms.valid_months) - timedelta(days=1)


def _said(offer: Offer, language: str) -> Mapping[str, object]:
    terms = offer.terms
    return {
        "kind": "plan" if offer.is_plan else "pass",
        "id": offer.public_id,
        "name": terms.name_en if language == "en" else terms.name_de,
        "price": {"amount": terms.price, "currency": terms.currency},
        "seller": offer.seller_name,
        "url": f"/beitreten/{offer.public_id}",
    }
