"""A space's house rules: editions, and who has accepted which."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.platform.database import fetch_row
from app.platform.new_rows import NewRow


@dataclass(frozen=True, slots=True)
class HouseRulesEdition:
    """One edition, its text by language."""

    edition: int
    text: Mapping[str, str]
    valid_from: datetime


async def house_rules_of(space: int, now: datetime) -> HouseRulesEdition | None:
    """The edition that holds now."""
    row = await fetch_row(
        "SELECT edition, text_de, text_en, valid_from FROM house_rules"
        " WHERE space = $1 AND valid_from <= $2 ORDER BY edition DESC LIMIT 1",
        space,
        now,
    )
    if row is None:
        return None
    text = {"de": row["text_de"], "en": row["text_en"] or row["text_de"]}
    return HouseRulesEdition(row["edition"], text, row["valid_from"])


def new_acceptance(person: int, space: int, edition: int, now: datetime) -> NewRow:
    """That the person has accepted this edition."""
    return NewRow("house_rules_acceptance", {"person": person, "space": space, "edition": edition, "accepted_at": now})
