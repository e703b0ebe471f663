"""What the law sets on a day, who pays, and what is open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.kernel.money import Money
from app.platform.database import fetch, fetch_row


async def law_values(day: date) -> Mapping[str, int]:
    """Each figure as it holds on this day, by its name; see LawValue for the units."""
    rows = await fetch(
        "SELECT DISTINCT ON (name) name, value FROM law_value WHERE valid_from <= $1"
        " ORDER BY name, valid_from DESC, id DESC",
        day,
    )
    return {row["name"]: row["value"] for row in rows}


@dataclass(frozen=True, slots=True)
class OpenCharge:
    """An amount that is due and has no document yet. Without `seller` the network sells."""

    public_id: str
    seller: int | None
    what: Mapping[str, str]
    price: Money
    supply_from: date
    supply_until: date


async def open_charges(person: int) -> Sequence[OpenCharge]:
    """What is due of the payers whom the person looks after, the latest first; what was taken back is left out."""
    rows = await fetch(
        "SELECT c.public_id, c.seller, c.what_de, c.what_en, c.amount, c.currency, c.supply_from, c.supply_until"
        "  FROM charge c JOIN payer p ON p.id = c.payer"
        " WHERE p.person = $1 AND c.corrects IS NULL AND NOT EXISTS (SELECT FROM charge b WHERE b.corrects = c.id)"
        " ORDER BY c.supply_from DESC, c.id DESC",
        person,
    )
    return [
        OpenCharge(
            row["public_id"],
            row["seller"],
            {"de": row["what_de"], "en": row["what_en"]},
            Money(row["amount"], row["currency"]),
            row["supply_from"],
            row["supply_until"],
        )
        for row in rows
    ]


async def is_business(payer: int) -> bool:
    """Whether it buys as a business, so that the law of consumers does not hold."""
    row = await fetch_row("SELECT kind = 'business' AS is_business FROM payer WHERE id = $1", payer)
    return row is not None and row["is_business"]
