"""Payers as their people enter them: who documents go to, a person or a business."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from app.billing.vat_ids import usable_vat_id
from app.identity.rules import usable_email, usable_name
from app.kernel.plain_text import one_line
from app.kernel.refusals import BadInput, Refusal, marked, phrase
from app.network.operators import PostcodeUnusable
from app.platform.database import execute, fetch_row, fetch_value, transaction
from app.platform.random_ids import new_public_id

LONGEST: Final = 120
_OF_BUSINESSES: Final = ("company", "vat_id")
_TEXTS: Final = ("name", *_OF_BUSINESSES, "street", "postcode", "place", "email")
_NEEDED: Final = {
    "company": marked("Firma, Verein oder Kommune"),
    "street": marked("Straße und Hausnummer"),
    "place": marked("Ort"),
}
_POSTCODE: Final = re.compile(r"[0-9]{5}", re.ASCII)


class PayerKind(StrEnum):
    """A business acts in the course of its trade, also an association or a municipality; a person is a consumer."""

    PERSON = "person"
    BUSINESS = "business"


class PayerIncomplete(BadInput):
    code = "payer_incomplete"
    text = marked("{what}: bitte ausfüllen, mit höchstens {most} Zeichen.")


@dataclass(frozen=True, slots=True)
class PayerDetails:
    """An address for documents. A company has a name and perhaps a VAT id; a person has neither."""

    kind: PayerKind
    name: str
    company: str = ""
    street: str = ""
    postcode: str = ""
    place: str = ""
    email: str = ""
    vat_id: str = ""

    @property
    def lines(self) -> list[str]:
        """As an envelope has it."""
        return [
            line for line in (self.company, self.name, self.street, f"{self.postcode} {self.place}".strip()) if line
        ]


@dataclass(frozen=True, slots=True)
class PayerCard:
    """A payer with its key."""

    id: int
    details: PayerDetails

    @property
    def is_complete(self) -> bool:
        """Whether documents can be made out to it."""
        return bool(self.details.street and self.details.postcode and self.details.place)


def checked(details: PayerDetails) -> tuple[PayerDetails, list[Refusal]]:
    """The details as they are kept, and what is wrong with them, field by field."""
    is_business = details.kind is PayerKind.BUSINESS
    typed = {name: one_line(getattr(details, name)) for name in _TEXTS if is_business or name not in _OF_BUSINESSES}
    refusals: list[Refusal] = []
    for field, check in (("name", usable_name), ("email", usable_email), ("vat_id", usable_vat_id)):
        if field in _OF_BUSINESSES and not is_business:
            continue
        try:
            typed[field] = check(typed[field])
        except Refusal as refusal:
            refusals.append(refusal)
    found = PayerDetails(details.kind, **typed)
    return found, [*refusals, *_lacking(found, is_business=is_business)]


def _lacking(details: PayerDetails, *, is_business: bool) -> Iterator[Refusal]:
    for field in ("company",) * is_business + ("street", "place"):
        if not 0 < len(getattr(details, field)) <= LONGEST:
            yield PayerIncomplete(field=field, what=phrase(_NEEDED[field]), most=LONGEST)
    if not _POSTCODE.fullmatch(details.postcode):
        yield PostcodeUnusable(field="postcode")


async def payer_of(person: int, kind: PayerKind) -> PayerCard | None:
    """The person's payer of this kind, the one entered last."""
    return _payer(await fetch_row(f"{_PAYER} WHERE person = $1 AND kind = $2 ORDER BY id DESC LIMIT 1", person, kind))


async def payer_by_id(payer: int) -> PayerCard | None:
    """The payer with this key, for documents."""
    return _payer(await fetch_row(f"{_PAYER} WHERE id = $1", payer))


_PAYER: Final = "SELECT id, kind, name, company, street, postcode, place, email, vat_id FROM payer"


def _payer(row: Mapping[str, Any] | None) -> PayerCard | None:
    if row is None:
        return None
    details = {name: value for name, value in row.items() if name not in ("id", "kind")}
    return PayerCard(row["id"], PayerDetails(PayerKind(row["kind"]), **details))


async def keep_payer(person: int, details: PayerDetails, now: datetime) -> int:
    """The person's payer of this kind with these details; its key. Documents that were made keep what they say.

    Raises what `checked` finds first.
    """
    clean, refusals = checked(details)
    if refusals:
        raise refusals[0]
    values = (clean.name, clean.company, clean.street, clean.postcode, clean.place, clean.email, clean.vat_id)
    async with transaction():
        await execute("SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE", person)
        known = await payer_of(person, clean.kind)
        if known is None:
            made: int = await fetch_value(
                "INSERT INTO payer (public_id, person, kind, name, company, street, postcode, place, email, vat_id,"
                " created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id",
                new_public_id(),
                person,
                clean.kind,
                *values,
                now,
            )
            return made
        if known.details != clean:
            await _write(known.id, clean)
        return known.id


async def complete_payer(payer: int, details: PayerDetails) -> None:
    """The payer gets these details, of its own kind. Raises what `checked` finds first."""
    clean, refusals = checked(details)
    if refusals:
        raise refusals[0]
    await _write(payer, clean)


async def _write(payer: int, clean: PayerDetails) -> None:
    await execute(
        "UPDATE payer SET name = $2, company = $3, street = $4, postcode = $5, place = $6, email = $7,"
        " vat_id = $8, version = version + 1 WHERE id = $1",
        payer,
        clean.name,
        clean.company,
        clean.street,
        clean.postcode,
        clean.place,
        clean.email,
        clean.vat_id,
    )
