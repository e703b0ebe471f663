"""What is due for one contract."""

from dataclasses import dataclass
from datetime import date

from app.billing.rules import TaxCode
from app.kernel.money import Money
from app.platform.database import fetch


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """An amount due, in the reader's language."""

    what: str
    price: Money
    supply_from: date
    supply_until: date
    seller: int | None
    tax_code: TaxCode


async def open_charges_of(payer: int, contract: str, language: str) -> list[ChargeLine]:
    """What is due from this payer for a contract, whose charges' keys begin with `contract`, and was not taken back."""
    rows = await fetch(
        "SELECT CASE WHEN $3 = 'en' THEN what_en ELSE what_de END AS what, amount, currency, supply_from, supply_until,"
        " seller, tax_code"
        "  FROM charge c WHERE c.payer = $1 AND (c.key = $2 OR c.key LIKE $2 || ':%') AND c.corrects IS NULL"
        "   AND NOT EXISTS (SELECT FROM charge back WHERE back.corrects = c.id) ORDER BY c.id",
        payer,
        contract,
        language,
    )
    return [
        ChargeLine(
            row["what"],
            Money(row["amount"], row["currency"]),
            row["supply_from"],
            row["supply_until"],
            row["seller"],
            TaxCode(row["tax_code"]),
        )
        for row in rows
    ]
