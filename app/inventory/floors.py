"""The floors of a space by name, for whoever needs no drawing of them."""

from dataclasses import dataclass

from app.platform.database import fetch


@dataclass(frozen=True, slots=True)
class Floor:
    """A floor; `number` counts from 1 in the space's order."""

    id: int
    number: int
    name: str


async def floors_of(space: int) -> list[Floor]:
    """The space's floors on which something stands that is in use, in their order."""
    rows = await fetch(
        "SELECT f.id, f.name, row_number() OVER (ORDER BY f.position, f.id) AS number FROM floor_plan f"
        " WHERE f.space = $1 AND EXISTS (SELECT FROM resource r WHERE r.floor_plan = f.id AND r.retired_at IS NULL)"
        " ORDER BY number",
        space,
    )
    return [Floor(row["id"], row["number"], row["name"]) for row in rows]
