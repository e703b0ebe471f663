"""Charging, and taking a charge back. A charge is written in the transaction of what it is for."""

from dataclasses import dataclass
from datetime import date, datetime

from app.billing.rules import TaxCode, Voucher
from app.kernel.money import Money
from app.platform.database import execute, fetch_row, fetch_value
from app.platform.new_rows import NewRow
from app.platform.random_ids import new_public_id


@dataclass(frozen=True, slots=True)
class Due:
    """An amount due. `key` names what it is for: nothing is charged twice. Without `seller` the network sells."""

    key: str
    payer: int
    seller: int | None
    what_de: str
    what_en: str
    price: Money
    tax_code: TaxCode
    supply_from: date
    supply_until: date
    voucher: Voucher = Voucher.NONE


async def new_charge(due: Due, now: datetime) -> NewRow:
    """The charge with its key drawn (`row.values["id"]`), to be inserted together with what it is for."""
    return charge_row(await fetch_value("SELECT nextval(pg_get_serial_sequence('charge', 'id'))"), due, now)


def charge_row(key: int, due: Due, now: datetime) -> NewRow:
    """The charge with this key."""
    return NewRow(
        "charge",
        {
            "id": key,
            "public_id": new_public_id(),
            "payer": due.payer,
            "seller": due.seller,
            "key": due.key,
            "what_de": due.what_de,
            "what_en": due.what_en,
            "amount": due.price.amount,
            "currency": due.price.currency,
            "tax_code": due.tax_code,
            "voucher": due.voucher,
            "supply_from": due.supply_from,
            "supply_until": due.supply_until,
            "made_at": now,
        },
    )


async def take_back(charge: int, now: datetime) -> bool:
    """Corrects a charge by its opposite; False where that is done already."""
    return bool(
        await execute(
            "INSERT INTO charge (public_id, payer, seller, key, what_de, what_en, amount, currency, tax_code, voucher,"
            " supply_from, supply_until, corrects, made_at)"
            " SELECT $2, payer, seller, key || ':back', what_de, what_en, -amount, currency, tax_code, voucher,"
            " supply_from, supply_until, id, $3 FROM charge WHERE id = $1 ON CONFLICT DO NOTHING",
            charge,
            new_public_id(),
            now,
        )
    )


async def own_payer(person: int, now: datetime) -> int:
    """The payer that documents for the person go to; made of name and e-mail where there is none yet."""
    key: int | None = await fetch_value("SELECT id FROM payer WHERE person = $1 ORDER BY id DESC LIMIT 1", person)
    if key is not None:
        return key
    row = await fetch_row("SELECT name, email FROM person WHERE id = $1", person)
    assert row is not None, "who pays is known"
    made: int = await fetch_value(
        "INSERT INTO payer (public_id, person, kind, name, email, created_at) VALUES ($1, $2, 'person', $3, $4, $5)"
        " RETURNING id",
        new_public_id(),
        person,
        row["name"],
        row["email"] or "",
        now,
    )
    return made
