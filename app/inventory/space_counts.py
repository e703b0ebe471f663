"""How much there is of what a space's manager looks after, for the page that leads to all of it."""

from dataclasses import dataclass
from datetime import datetime

from app.network.queries import SpaceCard
from app.platform.database import fetch_row


@dataclass(frozen=True, slots=True)
class SpaceCounts:
    """What is in use now or still ahead; groups and organisations are those of the space's operator."""

    resources: int
    floors: int
    photos: int
    noises: int
    rules: int
    devices: int
    groups: int
    organisations: int


async def counts_of(space: SpaceCard, now: datetime) -> SpaceCounts:
    row = await fetch_row(
        "SELECT (SELECT count(*) FROM resource"
        "         WHERE space = $1 AND retired_at IS NULL AND kind <> 'equipment') AS resources,"
        " (SELECT count(*) FROM floor_plan WHERE space = $1) AS floors,"
        " (SELECT count(*) FROM space_photo WHERE space = $1) AS photos,"
        " (SELECT count(*) FROM noisy_event WHERE space = $1 AND ends_at > $3) AS noises,"
        " (SELECT count(*) FROM booking_rules WHERE space = $1) AS rules,"
        " (SELECT count(*) FROM device WHERE space = $1 AND revoked_at IS NULL) AS devices,"
        " (SELECT count(*) FROM person_group WHERE operator = $2 AND retired_at IS NULL) AS groups,"
        " (SELECT count(*) FROM organisation WHERE operator = $2 AND retired_at IS NULL) AS organisations",
        space.id,
        space.operator.id,
        now,
    )
    assert row is not None, "it asks for nothing that could be missing"
    return SpaceCounts(**row)
