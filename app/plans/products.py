"""What is sold: plans and passes, by the network and by operators, each in versions of which one is on sale."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.plans.terms import Audience, PassTerms, PlanTerms, Terms, terms_of
from app.platform.database import fetch, fetch_row


@dataclass(frozen=True, slots=True)
class Offer:
    """A product as it is on sale now. `seller` is an operator's key, None for the network; `version` the row that is
    on sale and `number` its number."""

    product: int
    public_id: str
    seller: int | None
    seller_name: str
    seller_slug: str | None
    version: int
    number: int
    terms: Terms

    @property
    def is_plan(self) -> bool:
        return isinstance(self.terms, PlanTerms)

    def is_for(self, audience: Audience) -> bool:
        return audience in self.terms.audiences

    def holds_at(self, operator: int, space: int) -> bool:
        """Whether it pays at this space at all, on whatever weekdays and hours."""
        scope = self.terms.scope
        return not (scope.operators or scope.spaces) or operator in scope.operators or space in scope.spaces


@dataclass(frozen=True, slots=True)
class VersionCard:
    """One version of a product; without `valid_from` it is the draft."""

    id: int
    number: int
    terms: Terms
    valid_from: datetime | None
    made_at: datetime


_ON_SALE = """
    SELECT p.id AS product, p.public_id, p.operator AS seller, v.id AS version, v.number, v.terms,
           coalesce(nullif(o.legal_name, ''), o.name,
                    (SELECT coalesce(nullif(association, ''), name) FROM network LIMIT 1)) AS seller_name,
           o.slug AS seller_slug
      FROM product p
      LEFT JOIN operator o ON o.id = p.operator
      JOIN LATERAL (SELECT id, number, terms, valid_from FROM product_version
                     WHERE product = p.id AND valid_from <= $1 ORDER BY valid_from DESC, number DESC LIMIT 1) v ON true
     WHERE (p.retired_at IS NULL OR p.retired_at > $1 OR v.valid_from > p.retired_at)
       AND (o.id IS NULL OR o.charges AND o.suspended_at IS NULL AND coalesce(o.ends_at, 'infinity') > $1)
"""


async def offers_on_sale(now: datetime) -> list[Offer]:
    """All that a person can buy: the network's first, then by operator's name; plans before passes, in the seller's
    order.

    Empty where the network is free of charge for good (docs/design.md decision 22).
    """
    return [offer for offer in await _on_sale(now) if offer.terms.for_teams is None]


async def team_offers_on_sale(now: datetime) -> list[Offer]:
    """All that an employer can buy for a team, in the same order."""
    return [offer for offer in await _on_sale(now) if offer.terms.for_teams is not None]


async def _on_sale(now: datetime) -> list[Offer]:
    rows = await fetch(
        f"{_ON_SALE} AND (SELECT charges FROM network ORDER BY id LIMIT 1)"  # noqa: S608
        " ORDER BY p.operator IS NOT NULL, o.name, p.kind DESC, p.position, p.id",
        now,
    )
    return [_offer(row) for row in rows]


async def offer_on_sale(public_id: str, now: datetime) -> Offer | None:
    """The product with this public id, where a person can buy it."""
    offer = await _one_on_sale(public_id, now)
    return offer if offer is not None and offer.terms.for_teams is None else None


async def team_offer_on_sale(public_id: str, now: datetime) -> Offer | None:
    """The product with this public id, where an employer can buy it for a team."""
    offer = await _one_on_sale(public_id, now)
    return offer if offer is not None and offer.terms.for_teams is not None else None


async def _one_on_sale(public_id: str, now: datetime) -> Offer | None:
    row = await fetch_row(
        f"{_ON_SALE} AND p.public_id = $2 AND (SELECT charges FROM network ORDER BY id LIMIT 1)",  # noqa: S608
        now,
        public_id,
    )
    return _offer(row) if row is not None else None


async def versions_of(product: int) -> list[VersionCard]:
    """All versions of a product, the latest first."""
    rows = await fetch(
        "SELECT id, number, terms, valid_from, made_at FROM product_version WHERE product = $1 ORDER BY number DESC",
        product,
    )
    return [
        VersionCard(row["id"], row["number"], terms_of.decode(row["terms"]), row["valid_from"], row["made_at"])
        for row in rows
    ]


def plan_of(offer: Offer) -> PlanTerms:
    """The terms of an offer that is a plan. Raises TypeError for a pass."""
    if not isinstance(offer.terms, PlanTerms):
        raise TypeError("this is a pass")
    return offer.terms


def pass_of(offer: Offer) -> PassTerms:
    """The terms of an offer that is a pass. Raises TypeError for a plan."""
    if not isinstance(offer.terms, PassTerms):
        raise TypeError("this is a plan")
    return offer.terms


def _offer(row: Any) -> Offer:
    return Offer(
        row["product"],
        row["public_id"],
        row["seller"],
        row["seller_name"],
        row["seller_slug"],
        row["version"],
        row["number"],
        terms_of.decode(row["terms"]),
    )
