"""Newer terms that a member is asked about and has not answered, as links."""

from dataclasses import dataclass
from datetime import date

from app.identity.authentication import Visitor
from app.plans.announcing import open_offers_of
from app.plans.terms_said import name_of


@dataclass(frozen=True, slots=True)
class AskedChange:
    """A plan whose terms could be others from a day on, and where to read and answer."""

    name: str
    valid_from: date
    url: str


async def asked_changes(person: int, visitor: Visitor) -> list[AskedChange]:
    """The earliest asked first."""
    return [
        AskedChange(name_of(one.terms, visitor.language), one.valid_from, f"/mitgliedschaft/angebote/{one.public_id}")
        for one in await open_offers_of(person)
    ]
