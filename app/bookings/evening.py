"""The host who hardly signs in: hears in the evening who comes tomorrow, and closes that day by a link in the mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.bookings.block_plan import CloseDays, Plan, plan_of
from app.bookings.blocking import carry_out
from app.bookings.front_desk import Arrival, day_of
from app.bookings.reminders import is_time_to_remind
from app.bookings.rules import HOLDING
from app.bookings.short_notice import Call, call_list
from app.inventory.blockers import BlockerCard, closing_on
from app.inventory.queries import SpaceClock, hours_of
from app.inventory.rules import MINUTES_OF_A_DAY, wall_instant
from app.kernel.refusals import NotFound
from app.kernel.wall_time import local_day
from app.network.evening_mail import EveningSetting, evening_settings, host_of_day
from app.network.queries import SpaceCard, published_spaces, space_by_slug
from app.platform.database import fetch
from app.platform.outbox import emit
from app.platform.rate_limits import Limit, address_key, hit

USES: Final = Limit("evening_link", 120, timedelta(minutes=15))
"""Uses of such links from one network address, right ones and wrong ones."""


@dataclass(frozen=True, slots=True)
class Evening:
    """What a space's hosts are told of a day: who comes, by start, and whether the day is closed or open at all."""

    space: SpaceCard
    day: date
    guests: Sequence[Arrival]
    closing: BlockerCard | None
    is_open: bool


async def is_wanted(space: int, setting: EveningSetting | None) -> bool:
    """Whether the hosts want the mail. Where nobody has said, they do if the space never has staff on site."""
    if setting is not None and setting.is_wanted is not None:
        return setting.is_wanted
    return not await _staffed([space])


async def announce_guests(now: datetime, zone: ZoneInfo) -> int:
    """Lets the evening's mails to hosts go; of how many spaces. Nothing outside of the evening hours.

    Called twice it announces twice, which the mail itself recognises.
    """
    if not is_time_to_remind(now, zone):
        return 0
    spaces = [space.id for space in await published_spaces(now)]
    settings, staffed = await evening_settings(spaces), await _staffed(spaces)
    told = 0
    for space in spaces:
        setting = settings.get(space)
        if setting.is_wanted if setting else space not in staffed:
            await emit("space.evening_came", "space", space, now)
            told += 1
    return told


async def evening_of(space: SpaceCard, day: date, now: datetime) -> Evening:
    """Who comes that day as far as it is not given back. Whether somebody may see it, the caller decides."""
    guests = [each for each in await day_of(space, day, now) if each.booking.status in HOLDING]
    clock = SpaceClock(space.id, space.time_zone, space.holiday_region, space.open_on_holidays)
    hours = (await hours_of([clock], day, day))[space.id]
    return Evening(space, day, guests, await closing_on(space.id, day), bool(hours.openings_on(day)))


async def linked_day(slug: str, day: date, token: str, now: datetime, *, key: bytes, address: str) -> Evening:
    """The day of a host's link, until it is over. `address` is the caller's. Raises NotFound, TooMany."""
    await hit(USES, address_key(address), now)
    space = await space_by_slug(slug, now)
    if space is None:
        raise NotFound
    await host_of_day(space, day, token, key)
    if wall_instant(day, MINUTES_OF_A_DAY, ZoneInfo(space.time_zone)) <= now:
        raise NotFound
    return await evening_of(space, day, now)


async def plan_of_day(evening: Evening, now: datetime) -> Plan:
    """Whom closing the day would affect; changes nothing."""
    return await plan_of(evening.space, CloseDays((evening.day,), evening.day.isoformat()), now)


async def close_linked_day(
    evening: Evening, reason_de: str, reason_en: str, shown_state: str, now: datetime
) -> BlockerCard:
    """Closes the day of a host's link; everybody who was to come hears of it.

    The same link pressed twice closes once. Raises ReasonMissing, and AffectedChanged where the list that was shown
    holds no longer.
    """
    if evening.closing is not None:
        return evening.closing
    command = CloseDays((evening.day,), reason_de, reason_en)
    [card] = await carry_out(None, evening.space, command, shown_state, {}, now)
    return card


async def calls_of(evening: Evening, now: datetime) -> Sequence[Call]:
    """Whom the host calls, once the day is closed."""
    return await call_list(evening.closing, now) if evening.closing else []


def tomorrow_of(space: SpaceCard, now: datetime) -> date:
    """The day after this one on the space's clock."""
    return local_day(now, ZoneInfo(space.time_zone)) + timedelta(days=1)


async def _staffed(spaces: Sequence[int]) -> set[int]:
    rows = await fetch("SELECT DISTINCT space FROM staffed_hours WHERE space = ANY($1::bigint[])", list(spaces))
    return {row["space"] for row in rows}
