"""Orders and documents as they stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.kernel.money import Money
from app.plans.terms import Audience, PriceClass, Terms, terms_of
from app.platform.database import fetch, fetch_row, fetch_value


@dataclass(frozen=True, slots=True)
class OrderCard:
    """An order as it was placed. Each statement is the time at which it was made; one of `membership` and
    `bought` (a pass) is what came of it. `difference` is None unless it changed a running membership's terms."""

    id: int
    public_id: str
    person: int
    number: int
    product: str | None
    payer: int
    seller: int | None
    version: int | None
    membership: int | None
    bought: int | None
    terms: Terms
    price_class: PriceClass
    audience: Audience
    price: Money
    difference: int | None
    starts_on: date
    shown: str
    adult_at: datetime | None
    early_start_at: datetime | None
    early_loss_at: datetime | None
    terms_valid_from: datetime | None
    notice_valid_from: date | None
    withdrawal_until: date | None
    placed_by: int | None
    placed_at: datetime
    document: str | None

    @property
    def contract(self) -> str:
        """Begins the keys of all charges that are due for it."""
        return f"membership:{self.membership}" if self.membership else f"pass:{self.bought}"

    @property
    def is_change(self) -> bool:
        """Whether it gave other terms to a membership that was there."""
        return self.difference is not None

    @property
    def is_of_counter(self) -> bool:
        """Whether staff has sold it on the spot: then there is nothing to withdraw."""
        return self.placed_by is not None and not self.is_change

    @property
    def asked_for_early_start(self) -> bool:
        return self.early_start_at is not None


@dataclass(frozen=True, slots=True)
class DocumentCard:
    """A document as it was sent."""

    public_id: str
    title: str
    language: str
    content: str
    made_at: datetime
    order: int | None


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A document in a list: whether it confirms a change, when it was sent, about what, and of which membership or pass
    it is."""

    public_id: str
    is_change: bool
    made_on: date
    about: Mapping[str, str]
    membership: int | None
    bought: int | None


_ORDER = """
    SELECT o.id, o.public_id, o.person, o.number, p.public_id AS product, o.payer, o.seller,
           o.product_version AS version, o.membership, o.pass AS bought, o.terms, o.price_class, o.audience, o.amount,
           o.difference, o.currency, o.starts_on, o.shown, o.adult_at, o.early_start_at, o.early_loss_at,
           o.terms_valid_from, o.notice_valid_from, o.withdrawal_until, o.placed_by, o.placed_at,
           (SELECT d.public_id FROM contract_document d WHERE d.contract_order = o.id ORDER BY d.id LIMIT 1) AS document
      FROM contract_order o
      LEFT JOIN product_version v ON v.id = o.product_version LEFT JOIN product p ON p.id = v.product
"""


async def order_of(person: int, public_id: str) -> OrderCard | None:
    """The person's own order with this id."""
    return _order(await fetch_row(f"{_ORDER} WHERE o.person = $1 AND o.public_id = $2", person, public_id))


async def order_by_id(order: int) -> OrderCard | None:
    """The order with this key, for mails."""
    return _order(await fetch_row(f"{_ORDER} WHERE o.id = $1", order))


async def order_by_number(person: int, number: int) -> OrderCard | None:
    """The person's order with this number."""
    return _order(await fetch_row(f"{_ORDER} WHERE o.person = $1 AND o.number = $2", person, number))


async def order_of_membership(membership: int) -> OrderCard | None:
    """How this membership was ordered; None where it was not (it was taken over from paper)."""
    return _order(await fetch_row(f"{_ORDER} WHERE o.membership = $1 AND o.difference IS NULL", membership))


async def order_of_pass(bought: int) -> OrderCard | None:
    """How this pass was ordered; None where it was not."""
    return _order(await fetch_row(f"{_ORDER} WHERE o.pass = $1", bought))


async def next_number(person: int) -> int:
    """The number that the person's next order has."""
    number: int = await fetch_value("SELECT coalesce(max(number), 0) + 1 FROM contract_order WHERE person = $1", person)
    return number


async def document_of(person: int, public_id: str) -> DocumentCard | None:
    """The person's own document with this id."""
    row = await fetch_row(f"{_DOCUMENT} WHERE person = $1 AND public_id = $2", person, public_id)
    return DocumentCard(**row) if row else None


async def document_of_order(order: int) -> DocumentCard | None:
    """What was sent when this was ordered."""
    row = await fetch_row(f"{_DOCUMENT} WHERE contract_order = $1 ORDER BY id LIMIT 1", order)
    return DocumentCard(**row) if row else None


async def documents_of(person: int) -> list[DocumentLine]:
    """All that was sent to the person, the latest first."""
    rows = await fetch(
        "SELECT d.public_id, o.difference IS NOT NULL AS is_change,"
        " (d.made_at AT TIME ZONE 'Europe/Berlin')::date AS made_on,"
        " coalesce(o.terms ->> 'name_de', '') AS de,"
        " coalesce(o.terms ->> 'name_en', '') AS en, o.membership, o.pass AS bought"
        " FROM contract_document d LEFT JOIN contract_order o ON o.id = d.contract_order"
        " WHERE d.person = $1 ORDER BY d.id DESC",
        person,
    )
    return [
        DocumentLine(
            row["public_id"],
            row["is_change"],
            row["made_on"],
            {"de": row["de"], "en": row["en"]},
            row["membership"],
            row["bought"],
        )
        for row in rows
    ]


async def documents_kept_at(person: int, operator: int, seller: int) -> frozenset[str]:
    """Which of the person's documents an operator's counter reads: of what the operator sells, and of what this member
    of its staff (`seller`) has sold."""
    rows = await fetch(
        "SELECT d.public_id FROM contract_document d JOIN contract_order o ON o.id = d.contract_order"
        " WHERE d.person = $1 AND (o.seller = $2 OR o.placed_by = $3)",
        person,
        operator,
        seller,
    )
    return frozenset(row["public_id"] for row in rows)


async def has_used_trial(person: int) -> bool:
    return await fetch_value("SELECT true FROM pass WHERE person = $1 AND is_trial LIMIT 1", person) is not None


async def proven_classes(person: int, seller: int | None, today: date) -> frozenset[PriceClass]:
    """The price classes that the person has shown a proof of to this seller or to the network."""
    rows = await fetch(
        "SELECT DISTINCT price_class FROM concession WHERE person = $1 AND checked_at IS NOT NULL"
        " AND ended_at IS NULL AND coalesce(ends_on, 'infinity') >= $2"
        " AND (operator IS NULL OR operator IS NOT DISTINCT FROM $3)",
        person,
        today,
        seller,
    )
    return frozenset(PriceClass(row["price_class"]) for row in rows)


_DOCUMENT = 'SELECT public_id, title, language, content, made_at, contract_order AS "order" FROM contract_document'


def _order(row: Mapping[str, Any] | None) -> OrderCard | None:
    if row is None:
        return None
    values = dict(row)
    price = Money(values.pop("amount"), values.pop("currency"))
    values |= {
        "terms": terms_of.decode(values["terms"]),
        "price_class": PriceClass(values["price_class"]),
        "audience": Audience(values["audience"]),
    }
    return OrderCard(price=price, **values)
