"""What spaces say of one window of time: what is free, at which price, who is there, what will be heard."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from app.api.shapes import MoneyShape, NoisyEventShape, money, noisy_event
from app.bookings.availability import count_bookable
from app.bookings.lowest_prices import lowest_at
from app.bookings.rules import checked_period
from app.bookings.settling import settle_at
from app.identity.authentication import Visitor
from app.inventory.on_site import on_site_of
from app.inventory.queries import SpaceClock, SpaceWindow, hours_of
from app.inventory.rules import Hours, Kind
from app.inventory.staffing import OnSite, Presence
from app.kernel.money import FREE
from app.kernel.periods import Period
from app.kernel.refusals import BadInput, Refusal
from app.kernel.wall_time import local_day
from app.network.queries import SpaceCard


@dataclass(frozen=True, slots=True)
class Window:
    """A window at some spaces; `bookable` where it can be booked anywhere at all."""

    period: Period
    bookable: bool
    hours: Mapping[int, Hours]
    on_site: Mapping[int, OnSite]


class InWindow(msgspec.Struct, frozen=True):
    """What a search with a window says of one space."""

    free: int
    total: int
    lowest_price: MoneyShape | None
    staffed: Presence
    noisy_events: list[NoisyEventShape]


def clock_of(space: SpaceCard) -> SpaceClock:
    return SpaceClock(space.id, space.time_zone, space.holiday_region, space.open_on_holidays)


async def window_at(spaces: Sequence[SpaceCard], wanted: tuple[datetime, datetime], visitor: Visitor) -> Window:
    """The window at these spaces; raises BadInput for one that makes no sense."""
    try:
        period, bookable = checked_period(*wanted, visitor.now), True
    except BadInput:
        raise
    except Refusal:
        period, bookable = Period(*wanted), False
    first, last = days_of(spaces, period)
    hours = await hours_of([clock_of(space) for space in spaces], first, last, visitor.language)
    return Window(period, bookable, hours, await on_site_of(hours, first, last, visitor.language))


async def in_window(
    spaces: Sequence[SpaceCard], window: Window, kind: Kind, words: Collection[str], visitor: Visitor
) -> list[InWindow]:
    """For each space what of the kind fits the words and could be booked now for the whole window; and who is there."""
    await settle_at(spaces[0].id if len(spaces) == 1 else None, visitor.now)
    counts = await count_bookable(
        [SpaceWindow(space.id, window.period) for space in spaces],
        kind,
        window.hours,
        visitor.now,
        person=visitor.actor.person if visitor.actor else None,
        words=words,
    )
    lowest = await lowest_at(
        [(space, window.period) for space, count in zip(spaces, counts, strict=True) if count.free],
        kind,
        visitor.actor.person if visitor.actor else None,
        visitor.now,
        visitor.language,
    )
    answers = []
    for space, count in zip(spaces, counts, strict=True):
        on_site, zone = window.on_site[space.id], ZoneInfo(space.time_zone)
        free = count.free if window.bookable else 0
        least = lowest[space.id].price if space.id in lowest else FREE
        price = money(least) if free and least is not None else None
        heard = [noisy_event(event, zone) for event in on_site.noise_during(window.period)]
        answers.append(InWindow(free, count.total, price, on_site.staffing.during(window.period), heard))
    return answers


def days_of(spaces: Sequence[SpaceCard], period: Period) -> tuple[date, date]:
    """The first and the last day that the period touches on the clock of any of these spaces."""
    zones = [ZoneInfo(zone) for zone in {space.time_zone for space in spaces}] or [ZoneInfo("UTC")]
    return (
        min(local_day(period.starts_at, zone) for zone in zones),
        max(local_day(period.ends_at, zone) for zone in zones),
    )
