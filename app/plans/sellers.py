"""Who sells: the network, or an operator as a legal entity, with how it is taxed on a day (decision 8)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from app.billing.rules import TaxCode
from app.network.operators import TaxKind
from app.network.queries import postal_address
from app.plans.shown_prices import GROSS_WORDS, Taxes, TaxSaid
from app.platform.database import fetch_row


@dataclass(frozen=True, slots=True)
class Seller:
    """The seller of record. `key` is the operator's, None for the network; how it is taxed is None where unknown."""

    key: int | None
    name: str
    address: str
    email: str
    phone: str
    tax: TaxKind | None

    @property
    def contact(self) -> str:
        """Name, address, telephone and mail address in one line."""
        return ", ".join(part for part in (self.name, self.address, self.phone, self.email) if part)

    def tax_said(self, code: TaxCode) -> TaxSaid:
        """What is said of the tax beside its prices."""
        return Taxes({self.key: self.tax} if self.tax else {}, {}).said(self.key, code)

    def tax_note(self, code: TaxCode) -> str:
        """That in words, to be translated. Who charges no tax must not say otherwise."""
        return GROSS_WORDS[self.tax_said(code)]


async def seller_of(operator: int | None, today: date) -> Seller:
    """The operator with this key as it stands in law, or (None) the network, which is taxed by the ordinary rules."""
    if operator is None:
        row = await fetch_row(
            "SELECT name, association, street, postcode, place, email, phone FROM network ORDER BY id LIMIT 1"
        )
        assert row is not None, "a network sells"
        name, address = row["association"] or row["name"], _address(row)
        return Seller(None, name, address, row["email"], row["phone"], TaxKind.STANDARD)
    row = await fetch_row(
        "SELECT name, legal_name, street, postcode, place, email, phone, (SELECT kind FROM tax_status t"
        "   WHERE t.operator = o.id AND valid_from <= $2 ORDER BY valid_from DESC, t.id DESC LIMIT 1) AS tax"
        "  FROM operator o WHERE id = $1",
        operator,
        today,
    )
    assert row is not None, "an operator that sells is there"
    return Seller(
        operator,
        row["legal_name"] or row["name"],
        _address(row),
        row["email"],
        row["phone"],
        TaxKind(row["tax"]) if row["tax"] else None,
    )


def _address(row: Any) -> str:
    return postal_address(row["street"], row["postcode"], row["place"])
