"""What the law sets on a day."""

from collections.abc import Mapping
from datetime import date

from app.platform.database import fetch


async def law_values(day: date) -> Mapping[str, int]:
    """Each figure as it holds on this day, by its name; see LawValue for the units."""
    rows = await fetch(
        "SELECT DISTINCT ON (name) name, value FROM law_value WHERE valid_from <= $1"
        " ORDER BY name, valid_from DESC, id DESC",
        day,
    )
    return {row["name"]: row["value"] for row in rows}
