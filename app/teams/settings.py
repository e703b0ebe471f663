"""Figures that the network has set for all teams, each from a day on."""

from collections.abc import Mapping
from datetime import date

from app.platform.database import fetch


async def team_settings(day: date) -> Mapping[str, int]:
    """Each figure as it holds on this day, by its name: `quote_days` (so long a quote is good), `quote_kept_days` (so
    long after that one that nobody has ordered is kept), `pool_low_percent` (so much of a pool is little)."""
    rows = await fetch(
        "SELECT DISTINCT ON (name) name, value FROM team_setting WHERE valid_from <= $1"
        " ORDER BY name, valid_from DESC, id DESC",
        day,
    )
    return {row["name"]: row["value"] for row in rows}
