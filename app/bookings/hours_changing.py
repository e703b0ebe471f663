"""Changing a space's hours: what lies outside the new ones is listed before, then called off or kept on purpose."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from app.bookings.clearing import NEW_HOURS, AffectedChanged, call_off, lock_for_clearing
from app.bookings.giving_back import give_back
from app.bookings.queries import BookingCard, bookings_where
from app.bookings.rules import HOLDING
from app.identity.queries import people
from app.identity.rules import Actor
from app.inventory.hours_setting import HoursCommand, Of, applied, stated_hours, write_hours, wrong_with
from app.inventory.queries import SpaceClock, hours_of
from app.kernel.wall_time import local_day
from app.network.managing import demand_managed
from app.network.queries import SpaceCard
from app.platform.database import retried, transaction

_AHEAD: Final = timedelta(days=800)
"""Further ahead nothing is booked."""


@dataclass(frozen=True, slots=True)
class HoursPlan:
    """The bookings that lie in the hours of today and not in the new ones, and whose they are.

    `hours_state` is that of the hours of today; `state` is another one as soon as they or the bookings are.
    """

    outside: tuple[tuple[BookingCard, str], ...]
    hours_state: str

    @property
    def state(self) -> str:
        said = (self.hours_state, [(booking.id, booking.sequence) for booking, _ in self.outside])
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


async def plan_hours(actor: Actor, space: SpaceCard, command: HoursCommand, today: date, now: datetime) -> HoursPlan:
    """What new hours would do, booking by booking, and changes nothing.

    Raises NotFound, and the first of what is wrong with them.
    """
    demand_managed(actor, space)
    for refusal in wrong_with(command):
        raise refusal
    return await _plan(space, command, today, now)


async def _plan(space: SpaceCard, command: HoursCommand, today: date, now: datetime) -> HoursPlan:
    stands = await stated_hours(space.id, Of.SPACE, today)
    clock = SpaceClock(space.id, space.time_zone, space.holiday_region, stands.open_on_holidays)
    last = local_day(now + _AHEAD, clock.zone)
    hours = (await hours_of([clock], today, last))[space.id]
    wanted = applied(hours, command)
    ahead = await bookings_where(
        "b.space = $1 AND b.ends_at > $2 AND b.status = ANY($3) ORDER BY b.starts_at, b.id",
        space.id,
        now,
        list(HOLDING),
    )
    outside = [card for card in ahead if hours.covers(card.period) and not wanted.covers(card.period)]
    return HoursPlan(tuple(await _with_names(outside)), stands.state)


async def _with_names(bookings: Sequence[BookingCard]) -> list[tuple[BookingCard, str]]:
    names = await people({card.person for card in bookings})
    return [(card, names[card.person].name) for card in bookings]


@retried
async def change_hours(
    actor: Actor,
    space: SpaceCard,
    command: HoursCommand,
    shown_state: str,
    kept: Collection[str],
    today: date,
    now: datetime,
) -> None:
    """Does what the plan with the state `shown_state` said: all of it, or nothing.

    `kept` are the public ids of bookings that stand on purpose; the others outside the new hours are called off, each
    with its mail. Raises what `plan_hours` raises, DayIsClosed, and AffectedChanged.
    """
    demand_managed(actor, space)
    async with transaction():
        before = await _plan(space, command, today, now)
        await lock_for_clearing(space, [booking for booking, _ in before.outside])
        plan = await _plan(space, command, today, now)
        if plan.state != shown_state:
            raise AffectedChanged
        await write_hours(actor, space, Of.SPACE, command, plan.hours_state, today, now)
        called_off = [booking for booking, _ in plan.outside if booking.public_id not in kept]
        for booking in called_off:
            await call_off(actor, booking, NEW_HOURS, now)
        await give_back([booking.id for booking in called_off], now)
