"""What operators and spaces are called where terms name them."""

from datetime import date

from app.billing.queries import law_values
from app.plans.terms_said import PlaceNames, Reader
from app.platform.database import fetch


async def place_names() -> PlaceNames:
    """All operators and spaces that ever were, by their keys: an old contract may name one that has left."""
    operators = await fetch("SELECT id, name FROM operator")
    spaces = await fetch("SELECT id, name FROM space")
    return PlaceNames({row["id"]: row["name"] for row in operators}, {row["id"]: row["name"] for row in spaces})


async def reader_of(language: str, today: date) -> Reader:
    """Somebody who reads gross prices in this language today."""
    return Reader(language, await place_names(), today, (await law_values(today))["pass_years"])
