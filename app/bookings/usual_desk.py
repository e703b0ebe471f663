"""The usual desk: what a person books again and again, and the next day on which it could be booked once more."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.bookings.facts import free_resources
from app.bookings.habits import DAYS_OFFERED, HABIT_SEEN_FOR, Habit, Visit, habit_of, next_day, on_day
from app.bookings.queries import BookedResource, BookingCard, BookingFilter, bookings_of
from app.bookings.rules import HOLDING, Status
from app.inventory.queries import SpaceClock, hours_of
from app.inventory.rules import Kind
from app.kernel.wall_time import local_day
from app.network.queries import SpaceCard, published_space

_GIVEN_BACK = frozenset({Status.CANCELLED, Status.RELEASED})
_MOST_LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class UsualDesk:
    """A person's habit as it can be offered.

    `day` is the next day for it, None where there is none within two weeks; `desk` is what is free then: the usual
    desk, or the best other one, or none.
    """

    habit: Habit
    resource: BookedResource
    space: SpaceCard
    day: date | None
    desk: BookedResource | None

    @property
    def is_free(self) -> bool:
        return self.desk is not None and self.desk.id == self.resource.id


async def usual_visit(person: int, now: datetime) -> tuple[Habit, BookingCard] | None:
    """What the person books most often and the latest booking of it, were it only one; one query."""
    return _most_often(await _desks_booked(person, now), now)


async def usual_desk(person: int, now: datetime, language: str) -> UsualDesk | None:
    """What to offer to a person with a habit, at a space that is still there. Four queries at most."""
    booked = await _desks_booked(person, now)
    found = _most_often(booked, now)
    if found is None or not found[0].is_settled:
        return None
    habit, latest = found
    space = await published_space(latest.space.id, now)
    if space is None:
        return None
    today = local_day(now, latest.space.zone)
    clock = SpaceClock(space.id, space.time_zone, space.holiday_region, space.open_on_holidays)
    hours = (await hours_of([clock], today, today + timedelta(days=DAYS_OFFERED), language))[space.id]
    taken = {booking.starts_at.date() for booking in booked if booking.status in HOLDING}
    day = next_day(today, habit.span, hours, taken)
    period = on_day(day, habit.span, hours) if day else None
    free = await free_resources(space.id, Kind.DESK, period) if period else []
    desk = next((desk for desk in free if desk.id == habit.resource), free[0] if free else None)
    return UsualDesk(habit, latest.resource, space, day, desk)


async def _desks_booked(person: int, now: datetime) -> list[BookingCard]:
    standing = BookingFilter(from_at=now - HABIT_SEEN_FOR, statuses=sorted(set(Status) - _GIVEN_BACK))
    bookings = await bookings_of(person, standing, limit=_MOST_LOOKED_AT, latest_first=True)
    return [booking for booking in bookings if booking.resource.kind is Kind.DESK]


def _most_often(booked: list[BookingCard], now: datetime) -> tuple[Habit, BookingCard] | None:
    habit = habit_of((Visit(b.resource.id, b.starts_at, b.ends_at) for b in booked), now)
    if habit is None:
        return None
    return habit, next(booking for booking in booked if booking.resource.id == habit.resource)
