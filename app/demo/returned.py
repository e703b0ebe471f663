"""Somebody of the demo network whose mails come back: expected at Polch today, with a number for the day."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.identity.reachability import note_failure
from app.inventory.rules import MINUTES_OF_A_DAY, wall_instant
from app.platform.database import execute, fetch_row

_AT: Final = "regiohub-polch"
_EMAIL: Final = "tippfehler@demo.example"
_NUMBER: Final = "0171 5550142"


async def lose_a_mail(today: date, zone: ZoneInfo, now: datetime) -> None:
    """Gives the first of the crowd who is still to come an address that does not answer; nobody on a closed day."""
    row = await fetch_row(
        "SELECT b.id, b.person FROM booking b JOIN space s ON s.id = b.space JOIN person p ON p.id = b.person"
        " WHERE s.slug = $1 AND b.status = 'confirmed' AND b.starts_at >= $2 AND b.starts_at < $3 AND p.email IS NULL"
        " AND p.entered_by_operator IS NULL ORDER BY b.starts_at, b.id LIMIT 1",
        _AT,
        wall_instant(today, 0, zone),
        wall_instant(today, MINUTES_OF_A_DAY, zone),
    )
    if row is None:
        return
    await execute("UPDATE person SET email = $2 WHERE id = $1", row["person"], _EMAIL)
    await execute("UPDATE booking SET guest_phone = $2 WHERE id = $1", row["id"], _NUMBER)
    await note_failure(_EMAIL, now, "5.1.1", now, is_permanent=True)
