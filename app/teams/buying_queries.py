"""A team's quotes, orders and documents as they stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from app.kernel.money import Money
from app.plans.products import Offer
from app.plans.terms import Terms, terms_of
from app.platform.database import fetch, fetch_row, fetch_value


@dataclass(frozen=True, slots=True)
class QuoteCard:
    """A quote; once it was ordered `order` is what came of it."""

    id: int
    public_id: str
    number: str
    team: int
    seller: int | None
    seller_name: str
    product: str
    product_version: int
    terms: Terms
    quantity: int
    price: Money
    valid_until: date
    made_at: datetime
    order: str | None

    @property
    def offer(self) -> Offer:
        """What was offered, with the terms of then, whatever is on sale today."""
        return Offer(0, self.product, self.seller, self.seller_name, None, self.product_version, 0, self.terms)

    def is_open(self, today: date) -> bool:
        """Whether it can still be ordered."""
        return self.order is None and today <= self.valid_until


@dataclass(frozen=True, slots=True)
class TeamOrderCard:
    """An order; `price` is gross for a period of all its pieces."""

    id: int
    public_id: str
    team: int
    number: int
    contract: int
    quote: int | None
    terms: Terms
    quantity: int
    price: Money
    starts_on: date
    order_number: str
    placed_by: int | None
    placed_at: datetime
    document: str | None


@dataclass(frozen=True, slots=True)
class TeamDocumentCard:
    """A document as it was sent."""

    public_id: str
    title: str
    language: str
    content: str
    made_at: datetime


_QUOTE: Final = """
    SELECT q.id, q.public_id, q.number, q.team, q.seller, p.public_id AS product, q.product_version, q.terms,
           q.quantity, q.amount, q.currency, q.valid_until, q.made_at,
           coalesce(nullif(o.legal_name, ''), o.name,
                    (SELECT coalesce(nullif(association, ''), name) FROM network LIMIT 1), '') AS seller_name,
           (SELECT public_id FROM team_order WHERE team_quote = q.id) AS "order"
      FROM team_quote q JOIN product_version v ON v.id = q.product_version JOIN product p ON p.id = v.product
      LEFT JOIN operator o ON o.id = q.seller
"""
_ORDER: Final = """
    SELECT o.id, o.public_id, o.team, o.number, o.team_contract AS contract, o.team_quote AS quote, c.terms, o.quantity,
           o.amount, o.currency, o.starts_on, o.order_number, o.placed_by, o.placed_at,
           (SELECT public_id FROM team_document WHERE team_order = o.id ORDER BY id LIMIT 1) AS document
      FROM team_order o JOIN team_contract c ON c.id = o.team_contract
"""


async def quotes_of(team: int) -> list[QuoteCard]:
    """All quotes of the team, the latest first."""
    return [_quote(row) for row in await fetch(f"{_QUOTE} WHERE q.team = $1 ORDER BY q.id DESC", team)]


async def quote_of(team: int, public_id: str) -> QuoteCard | None:
    row = await fetch_row(f"{_QUOTE} WHERE q.team = $1 AND q.public_id = $2", team, public_id)
    return _quote(row) if row is not None else None


async def pdf_of(quote: QuoteCard) -> bytes:
    """The quote as it was written."""
    content: bytes = await fetch_value("SELECT content FROM team_quote WHERE id = $1", quote.id)
    return content


async def orders_of(team: int) -> list[TeamOrderCard]:
    """All orders of the team, the latest first."""
    return [_order(row) for row in await fetch(f"{_ORDER} WHERE o.team = $1 ORDER BY o.id DESC", team)]


async def team_order_of(team: int, public_id: str) -> TeamOrderCard | None:
    row = await fetch_row(f"{_ORDER} WHERE o.team = $1 AND o.public_id = $2", team, public_id)
    return _order(row) if row is not None else None


async def team_order_by_number(team: int, number: int) -> TeamOrderCard | None:
    """The team's order with this number."""
    row = await fetch_row(f"{_ORDER} WHERE o.team = $1 AND o.number = $2", team, number)
    return _order(row) if row is not None else None


async def team_order_by_id(order: int) -> TeamOrderCard | None:
    """The order with this key, for mails."""
    row = await fetch_row(f"{_ORDER} WHERE o.id = $1", order)
    return _order(row) if row is not None else None


async def next_team_number(team: int) -> int:
    """The number that the team's next order has."""
    number: int = await fetch_value("SELECT coalesce(max(number), 0) + 1 FROM team_order WHERE team = $1", team)
    return number


async def document_of_team_order(order: int) -> TeamDocumentCard | None:
    """What was sent when this was ordered."""
    row = await fetch_row(
        "SELECT public_id, title, language, content, made_at FROM team_document WHERE team_order = $1"
        " ORDER BY id LIMIT 1",
        order,
    )
    return TeamDocumentCard(**row) if row is not None else None


def _quote(row: Mapping[str, Any]) -> QuoteCard:
    values = dict(row)
    price = Money(values.pop("amount"), values.pop("currency"))
    return QuoteCard(**{**values, "terms": terms_of.decode(values["terms"])}, price=price)


def _order(row: Mapping[str, Any]) -> TeamOrderCard:
    values = dict(row)
    price = Money(values.pop("amount"), values.pop("currency"))
    return TeamOrderCard(**{**values, "terms": terms_of.decode(values["terms"])}, price=price)
