"""A space's house rules: editions, and who has accepted which."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.identity.merging import Merge, on_merge
from app.platform.database import execute, fetch_row, fetch_value
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


async def accepted_edition(person: int, space: int) -> int:
    """The latest edition that the person has accepted there; 0 where none."""
    edition: int | None = await fetch_value(
        "SELECT max(edition) FROM house_rules_acceptance WHERE person = $1 AND space = $2", person, space
    )
    return edition or 0


@on_merge("house_rules_acceptance.person")
async def _move_acceptances(merge: Merge) -> None:
    """What both have accepted counts from the earlier time."""
    await execute(
        "WITH both AS (DELETE FROM house_rules_acceptance g USING house_rules_acceptance k WHERE g.person = $2"
        " AND k.person = $1 AND (k.space, k.edition) = (g.space, g.edition) RETURNING k.id, g.accepted_at)"
        " UPDATE house_rules_acceptance k SET accepted_at = least(k.accepted_at, both.accepted_at)"
        " FROM both WHERE k.id = both.id",
        merge.kept,
        merge.gone,
    )
    await execute("UPDATE house_rules_acceptance SET person = $1 WHERE person = $2", merge.kept, merge.gone)
