"""What a seller has written, is selling and has sold: for who looks after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.kernel.refusals import NotFound
from app.plans.products import VersionCard, versions_of
from app.plans.terms import Terms
from app.platform.database import fetch


@dataclass(frozen=True, slots=True)
class ProductCard:
    """A product with its versions, the latest first; `holders` are running memberships or passes sold of it."""

    id: int
    public_id: str
    is_plan: bool
    retired_at: datetime | None
    holders: int
    versions: Sequence[VersionCard]

    def on_sale(self, now: datetime) -> VersionCard | None:
        """The version that can be bought now."""
        begun = [each for each in self.versions if each.valid_from is not None and each.valid_from <= now]
        found = max(begun, key=lambda each: (each.valid_from, each.number), default=None)
        if found is None or found.valid_from is None:
            return None
        is_off = self.retired_at is not None and found.valid_from <= self.retired_at <= now
        return None if is_off else found

    def coming(self, now: datetime) -> VersionCard | None:
        """The version that is to be sold from a later time on."""
        later = [each for each in self.versions if each.valid_from is not None and each.valid_from > now]
        return max(later, key=lambda each: (each.valid_from, each.number), default=None)

    @property
    def draft(self) -> VersionCard | None:
        return next((each for each in self.versions if each.valid_from is None), None)

    @property
    def written_at(self) -> datetime:
        """When the last of its versions was written."""
        return self.versions[0].made_at

    @property
    def latest(self) -> Terms:
        """The terms that were written last."""
        return self.versions[0].terms


_PRODUCTS = """
    SELECT p.id, p.public_id, p.kind, p.retired_at, CASE p.kind
           WHEN 'plan' THEN (SELECT count(DISTINCT t.membership) FROM membership_terms t
                              JOIN product_version v ON v.id = t.product_version
                              JOIN membership m ON m.id = t.membership
                             WHERE v.product = p.id AND coalesce(m.ends_on, 'infinity') >= $2)
           ELSE (SELECT count(*) FROM pass b JOIN product_version v ON v.id = b.product_version
                  WHERE v.product = p.id AND b.withdrawn_at IS NULL) END AS holders
      FROM product p WHERE p.operator IS NOT DISTINCT FROM $1
"""


async def products_of(seller: int | None, now: datetime) -> list[ProductCard]:
    """All that this operator, or (None) the network, sells or has written; plans first, in the seller's order."""
    rows = await fetch(f"{_PRODUCTS} ORDER BY p.kind DESC, p.position, p.id", seller, now.date())
    return [await _card(row) for row in rows]


async def product_of(seller: int | None, public_id: str, now: datetime) -> ProductCard:
    """One of them. Raises NotFound for what somebody else sells."""
    rows = await fetch(f"{_PRODUCTS} AND p.public_id = $3", seller, now.date(), public_id)
    if not rows:
        raise NotFound
    return await _card(rows[0])


async def _card(row: Any) -> ProductCard:
    return ProductCard(
        row["id"],
        row["public_id"],
        row["kind"] == "plan",
        row["retired_at"],
        row["holders"],
        await versions_of(row["id"]),
    )
