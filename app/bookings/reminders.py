"""The evening before: who is to be reminded of tomorrow's booking."""

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.inventory.rules import wall_instant
from app.kernel.wall_time import first_instant, local_day
from app.platform.database import fetch, transaction
from app.platform.outbox import emit

REMINDED_FROM: Final = time(18)
REMINDED_UNTIL: Final = time(22)
"""A reminder that is late is caught up until then, and never in the night."""


def is_time_to_remind(now: datetime, zone: ZoneInfo) -> bool:
    """Whether the clocks of the zone show an hour at which people are reminded."""
    return REMINDED_FROM <= now.astimezone(zone).time() < REMINDED_UNTIL


def will_be_reminded(starts_at: datetime, zone: ZoneInfo, now: datetime) -> bool:
    """Whether the evening before a booking that is made now is still to come."""
    evening = local_day(starts_at, zone) - timedelta(days=1)
    return now < first_instant(evening, REMINDED_FROM, zone)


async def announce_tomorrow(now: datetime, zone: ZoneInfo) -> int:
    """Lets the mails go that remind of tomorrow's bookings; how many. Nothing outside of the evening hours.

    Only who wants to be and can be written to is reminded, and only of what was booked before the reminders are due.
    Called twice it announces twice, which the mail itself recognises.
    """
    if not is_time_to_remind(now, zone):
        return 0
    today = local_day(now, zone)
    async with transaction():
        due = await fetch(
            """
            SELECT b.id
              FROM person p
             CROSS JOIN LATERAL (
                   SELECT id, starts_at FROM booking
                    WHERE person = p.id AND starts_at >= $1 AND starts_at < $2 AND status = 'confirmed'
                      AND created_at < $3
             ) AS b
             WHERE p.wants_reminders AND p.email IS NOT NULL AND p.retired_at IS NULL
             ORDER BY b.starts_at, b.id
            """,
            wall_instant(today + timedelta(days=1), 0, zone),
            wall_instant(today + timedelta(days=2), 0, zone),
            first_instant(today, REMINDED_FROM, zone),
        )
        for row in due:
            await emit("booking.reminder_came_due", "booking", row["id"], now)
    return len(due)
