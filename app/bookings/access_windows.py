"""What a door system is told: for each firm booking of a space from when to when its holder may come in.

A holder is a word that is the same in every answer for one operator and means nothing anywhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.bookings.queries import BookingCard, bookings_where
from app.bookings.rules import LONGEST, Status
from app.bookings.settling import settle_at
from app.inventory.departures import departures_since
from app.inventory.devices import DeviceCard
from app.inventory.queries import SpaceClock, hours_of
from app.kernel.periods import Period
from app.kernel.wall_time import local_day
from app.network.queries import SpaceCard
from app.platform.random_ids import derived_token

OVERLAP: Final = timedelta(minutes=1)
"""What was written so shortly before an answer may not have been seen by it, and is told again."""

_LETS_IN: Final = (Status.CONFIRMED, Status.CHECKED_IN)
_HOLDER_LENGTH: Final = 22


@dataclass(frozen=True, slots=True)
class Seen:
    """How far a door system knows: what was changed until `changed_until`, of windows that begin before `covered`."""

    changed_until: datetime
    covered: datetime


@dataclass(frozen=True, slots=True)
class AccessWindow:
    """`booking` is the credential's reference, `opens_at` the time from which it opens."""

    booking: BookingCard
    holder: str
    opens_at: datetime


@dataclass(frozen=True, slots=True)
class AccessAnswer:
    """What holds, what holds no more (bookings' public ids), when the house is open, and what is known with it."""

    windows: Sequence[AccessWindow]
    withdrawn: Sequence[str]
    open: Sequence[Period]
    seen: Seen


async def access_windows(
    device: DeviceCard, space: SpaceCard, span: Period, seen: Seen | None, now: datetime, *, key: bytes
) -> AccessAnswer:
    """All windows that touch the span; with `seen` those that are new or changed since, whenever they are."""
    await settle_at(space.id, now)
    within = Period(span.starts_at, span.ends_at + device.opens_before)
    bookings = await (_all(space.id, within) if seen is None else _news(space.id, within, seen, now))
    departed = await departures_since(space.id, seen.changed_until) if seen else []
    lets_in = [booking for booking in bookings if booking.status in _LETS_IN]
    still_here = {booking.public_id for booking in bookings}
    ended = [booking.public_id for booking in bookings if booking.status not in _LETS_IN]
    clock = SpaceClock(space.id, space.time_zone, space.holiday_region, space.open_on_holidays)
    first, last = local_day(span.starts_at, clock.zone), local_day(span.ends_at, clock.zone)
    hours = (await hours_of([clock], first, last))[space.id]
    return AccessAnswer(
        [_window(booking, device, space, key) for booking in lets_in],
        ended + [booking for booking in departed if booking not in still_here],
        [_on_clock(period, clock.zone) for period in hours.periods_within(span)],
        Seen(now - OVERLAP, max(within.ends_at, seen.covered if seen else within.ends_at)),
    )


def _window(booking: BookingCard, device: DeviceCard, space: SpaceCard, key: bytes) -> AccessWindow:
    purpose = f"door holder at operator {space.operator.id}"
    holder = derived_token(key, purpose, str(booking.person).encode())[:_HOLDER_LENGTH]
    return AccessWindow(booking, holder, booking.starts_at - device.opens_before)


def _on_clock(period: Period, zone: ZoneInfo) -> Period:
    return Period(period.starts_at.astimezone(zone), period.ends_at.astimezone(zone))


async def _all(space: int, within: Period) -> list[BookingCard]:
    return await bookings_where(
        "b.space = $1 AND b.starts_at > $2 AND b.starts_at < $3 AND b.ends_at > $4 AND b.status = ANY($5)"
        " ORDER BY b.starts_at, b.id",
        space,
        within.starts_at - LONGEST,
        within.ends_at,
        within.starts_at,
        list(_LETS_IN),
    )


async def _news(space: int, within: Period, seen: Seen, now: datetime) -> list[BookingCard]:
    """What has changed since of all that is not over, and what has come into the span with time."""
    return await bookings_where(
        "b.space = $1 AND b.starts_at > $2 AND (b.updated_at >= $3"
        " OR (b.starts_at >= $4 AND b.starts_at < $5 AND b.status = ANY($6))) ORDER BY b.starts_at, b.id",
        space,
        min(within.starts_at, now) - LONGEST,
        seen.changed_until,
        seen.covered,
        within.ends_at,
        list(_LETS_IN),
    )
