"""Looking at the dates of a repeat, and booking them all at once: each is a booking of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingFilter, bookings_of
from app.bookings.repeats import (
    NothingToRepeat,
    PlanChanged,
    Repeat,
    RepeatDay,
    RepeatFacts,
    checked_weekdays,
    checked_weeks,
    planned,
    state_of,
    to_book,
)
from app.bookings.rules import HOLDING
from app.identity.rules import Actor
from app.inventory.queries import (
    ResourceCard,
    SpaceClock,
    hours_of,
    resource_by_public_id,
    resources_of,
    taken_periods,
)
from app.inventory.rules import wall_instant
from app.kernel.periods import Period
from app.kernel.refusals import NotFound
from app.kernel.wall_time import local_day
from app.network.queries import SpaceCard, space_by_id
from app.platform.database import execute, retried, transaction
from app.platform.outbox import emit
from app.platform.random_ids import new_public_id

_MOST_OWN_BOOKINGS = 1_000


@dataclass(frozen=True, slots=True)
class RepeatPlan:
    """What a repeat would book now; `resources` are all of the kind at the space."""

    space: SpaceCard
    wanted: ResourceCard
    resources: Sequence[ResourceCard]
    days: Sequence[RepeatDay]

    @property
    def bookings(self) -> int:
        return len(to_book(self.days))

    @property
    def state(self) -> str:
        return state_of(self.days)


async def repeatable(resource: str, now: datetime) -> tuple[SpaceCard, ResourceCard, Sequence[ResourceCard]]:
    """The space, the resource and all of its kind there. Raises NotFound for what nobody can book."""
    wanted = await resource_by_public_id(resource)
    space = await space_by_id(wanted.space, now) if wanted else None
    if wanted is None or space is None:
        raise NotFound
    return space, wanted, await resources_of(space.id, wanted.kind)


async def plan_repeat(person: int, repeat: Repeat, now: datetime, language: str) -> RepeatPlan:
    """What each date would be for this person; changes nothing, and asks the same number of queries for any number.

    Raises NoWeekday, WeeksUnusable, and NotFound for what nobody can book.
    """
    checked_weekdays(repeat.weekdays)
    checked_weeks(repeat.weeks)
    space, wanted, resources = await repeatable(repeat.resource, now)
    zone = ZoneInfo(space.time_zone)
    today = local_day(now, zone)
    last = today + timedelta(weeks=repeat.weeks)
    window = Period(wall_instant(today, 0, zone), wall_instant(last + timedelta(days=1), 0, zone))
    clock = SpaceClock(space.id, space.time_zone, space.holiday_region, space.open_on_holidays)
    own = BookingFilter(from_at=window.starts_at, until_at=window.ends_at, statuses=sorted(HOLDING))
    facts = RepeatFacts(
        wanted=wanted,
        resources=resources,
        hours=(await hours_of([clock], today, last, language))[space.id],
        taken=await taken_periods([resource.id for resource in resources], window),
        booked=[
            booking.period
            for booking in await bookings_of(person, own, limit=_MOST_OWN_BOOKINGS, latest_first=False)
            if booking.resource.kind is wanted.kind
        ],
    )
    return RepeatPlan(space, wanted, resources, planned(repeat, facts, today))


@retried
async def book_repeat(actor: Actor, repeat: Repeat, shown: str, now: datetime, house_rules: int | None = None) -> str:
    """Books every date of the plan whose state was `shown`, all or none; the group that the bookings belong to.

    The person hears of all of them in one mail. Raises what `plan_repeat` and `book` raise, PlanChanged where the plan
    is not the shown one any more, NothingToRepeat where it books nothing.
    """
    async with transaction():
        plan = await plan_repeat(actor.person, repeat, now, actor.language)
        if plan.state != shown:
            raise PlanChanged
        made = []
        for desk, period in to_book(plan.days):
            command = BookDesk(desk.public_id, period.starts_at, period.ends_at, house_rules=house_rules)
            made.append((await book(actor, command, now)).id)
        if not made:
            raise NothingToRepeat
        group = new_public_id()
        await execute("UPDATE booking SET group_id = $2 WHERE id = ANY($1::bigint[])", made, group)
        await emit("bookings.repeated", "booking", made[0], now, bookings=made)
    return group
