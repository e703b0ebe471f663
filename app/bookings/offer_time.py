"""How long a place is kept for whoever was first in line. Pure."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.inventory.rules import wall_instant
from app.kernel.wall_time import local_day

LONGEST: Final = timedelta(hours=2)
SHORTEST: Final = timedelta(minutes=10)

NO_OFFER_WITHIN: Final = timedelta(minutes=15)
"""So shortly before the start nobody is offered anything any more."""

WAKES: Final = 6 * 60 + 30
SLEEPS: Final = 21 * 60
"""Minutes of the space's wall clock between which people read mail. No offer ends outside of them."""


def offer_ends(now: datetime, starts_at: datetime, zone: ZoneInfo) -> datetime | None:
    """Until when an offer that is made now may be accepted; None where none is made any more.

    Two hours, during which the clock stands still at night. Shorter where the start is near: a quarter of the time to
    it, and no more than half of what of it is not night; ten minutes at least, and never past the start.
    """
    left = starts_at - now
    if left < NO_OFFER_WITHIN:
        return None
    length = max(SHORTEST, min(LONGEST, left / 4, waking_time(now, starts_at, zone) / 2))
    ends_at = min(after_waking(now, length, zone), starts_at)
    return ends_at if is_waking(ends_at, zone) else None


def is_waking(at: datetime, zone: ZoneInfo) -> bool:
    """Whether it is day there, from half past six until nine in the evening."""
    local = at.astimezone(zone)
    return WAKES <= local.hour * 60 + local.minute < SLEEPS


def waking_time(start: datetime, end: datetime, zone: ZoneInfo) -> timedelta:
    """How much of the time between the two is not night; counted no further than it can matter for an offer."""
    day, last, found = local_day(start, zone), local_day(end, zone), timedelta()
    while day <= last and found < 2 * LONGEST:
        wakes, sleeps = wall_instant(day, WAKES, zone), wall_instant(day, SLEEPS, zone)
        found += max(timedelta(), min(end, sleeps) - max(start, wakes))
        day += timedelta(days=1)
    return found


def after_waking(start: datetime, length: timedelta, zone: ZoneInfo) -> datetime:
    """When so much time will have passed that is not night."""
    day = local_day(start, zone)
    while True:
        wakes, sleeps = wall_instant(day, WAKES, zone), wall_instant(day, SLEEPS, zone)
        begins = max(start, wakes)
        if begins + length < sleeps:
            return begins + length
        length -= max(timedelta(), sleeps - begins)
        day += timedelta(days=1)
