"""The demo's own day at a front desk: since when people are there, and one who is missing where she can be let go."""

from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from app.inventory.rules import MINUTES_OF_A_DAY, wall_instant
from app.platform.database import execute

_AT: Final = "regiohub-polch"


async def welcome_the_first(today: date, zone: ZoneInfo) -> None:
    """Gives arrivals of the day their minute, and lets the last who should have come to Polch by then be missing.

    Nothing falls due for her, so that she is missing for as long as somebody looks at the network that day.
    """
    day = wall_instant(today, 0, zone), wall_instant(today, MINUTES_OF_A_DAY, zone)
    await execute(
        "UPDATE booking SET checked_in_at = starts_at + make_interval(mins => (id % 17)::int - 6)"
        " WHERE status = 'checked_in' AND checked_in_at IS NULL AND starts_at >= $1 AND starts_at < $2",
        *day,
    )
    await execute(
        "UPDATE booking SET status = 'confirmed', checked_in_at = NULL, no_show_at = ends_at - interval '1 minute'"
        " WHERE id = (SELECT b.id FROM booking b JOIN space s ON s.id = b.space JOIN resource r ON r.id = b.resource"
        " WHERE s.slug = $1 AND r.kind = 'desk' AND b.status = 'checked_in' AND b.starts_at >= $2 AND b.starts_at < $3"
        " ORDER BY b.starts_at DESC, b.id DESC LIMIT 1)",
        _AT,
        *day,
    )
