"""What the law sets on a day, and what is due."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.kernel.money import Money
from app.platform.database import fetch


async def law_values(day: date) -> Mapping[str, int]:
    """Each figure as it holds on this day, by its name; see LawValue for the units."""
    rows = await fetch(
        "SELECT DISTINCT ON (name) name, value FROM law_value WHERE valid_from <= $1"
        " ORDER BY name, valid_from DESC, id DESC",
        day,
    )
    return {row["name"]: row["value"] for row in rows}


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """An amount due, in the reader's language."""

    what: str
    price: Money
    supply_from: date
    supply_until: date


async def open_charges_of(membership: int | None, bought: int | None, language: str) -> list[ChargeLine]:
    """What is due for a membership or a pass and was not taken back, in the order in which it came due."""
    rows = await fetch(
        "SELECT CASE WHEN $3 = 'en' THEN what_en ELSE what_de END AS what, amount, currency, supply_from, supply_until"
        "  FROM charge c WHERE (c.key LIKE 'membership:' || $1::bigint || ':%' OR c.key = 'pass:' || $2::bigint)"
        "   AND c.corrects IS NULL AND NOT EXISTS (SELECT FROM charge back WHERE back.corrects = c.id) ORDER BY c.id",
        membership,
        bought,
        language,
    )
    return [
        ChargeLine(row["what"], Money(row["amount"], row["currency"]), row["supply_from"], row["supply_until"])
        for row in rows
    ]
