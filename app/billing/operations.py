"""Charging, and taking a charge back. A charge is written in the transaction of what it is for."""

from dataclasses import dataclass
from datetime import date, datetime

from app.billing.rules import TaxCode, Voucher
from app.identity.merging import Merge, on_merge
from app.kernel.money import Money
from app.platform.database import DecidedTooLate, execute, fetch_row, fetch_value, refuse_constraint
from app.platform.new_rows import NewRow
from app.platform.random_ids import new_public_id


class ChargedMeanwhile(DecidedTooLate):
    """The same has just been charged by somebody else; decide again."""

    code = "charged_meanwhile"


refuse_constraint("charge_once", ChargedMeanwhile)


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


async def charge_again(
    charge: int, amount: int, key: str, now: datetime, said: tuple[str, str] | None = None
) -> NewRow:
    """A charge like this one of another amount, where part of what was taken back stays due; `said` is what it is for
    then, in German and English."""
    row = await fetch_row(
        "SELECT payer, seller, what_de, what_en, currency, tax_code, voucher, supply_from, supply_until FROM charge"
        " WHERE id = $1",
        charge,
    )
    assert row is not None, "charges are never deleted"
    what_de, what_en = said or (row["what_de"], row["what_en"])
    due = Due(
        key,
        row["payer"],
        row["seller"],
        what_de,
        what_en,
        Money(amount, row["currency"]),
        TaxCode(row["tax_code"]),
        row["supply_from"],
        row["supply_until"],
        Voucher(row["voucher"]),
    )
    return await new_charge(due, now)


async def own_payer(person: int, now: datetime) -> int:
    """The payer that documents for the person go to; made of name and e-mail where there is none yet."""
    return await payer_for(person, None, now)


async def payer_for(person: int, organisation: str | None, now: datetime) -> int:
    """The payer that the person's documents go to, or those of an organisation by its name for which the person
    answers; made of what is known where there is none yet."""
    key: int | None = await fetch_value(
        "SELECT id FROM payer WHERE person = $1 AND CASE WHEN $2::text IS NULL THEN NOT EXISTS ("
        " SELECT FROM organisation WHERE responsible = $1 AND organisation.name = company) ELSE company = $2 END"
        " ORDER BY id DESC LIMIT 1",
        person,
        organisation,
    )
    if key is not None:
        return key
    row = await fetch_row("SELECT name, email FROM person WHERE id = $1", person)
    assert row is not None, "who pays is known"
    made: int = await fetch_value(
        "INSERT INTO payer (public_id, person, kind, name, company, email, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
        new_public_id(),
        person,
        "business" if organisation else "person",
        row["name"],
        organisation or "",
        row["email"] or "",
        now,
    )
    return made


@on_merge("payer.person")
async def _move_payers(merge: Merge) -> None:
    await execute("UPDATE payer SET person = $1 WHERE person = $2", merge.kept, merge.gone)
