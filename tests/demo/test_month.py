"""The month of bookings as a pure function of the day."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from app.bookings.rules import Status
from app.demo.month import Habit, Place, PlannedBooking, habits_of, plausible_month
from app.inventory.rules import Hours
from app.kernel.wall_time import Opening

ZONE = ZoneInfo("Europe/Berlin")
SUMMER_TIME_ENDS = date(2026, 10, 25)


def a_place(key: int, slug: str, pull: float = 1.0) -> Place:
    week = {weekday: [Opening(8 * 60, 18 * 60)] for weekday in range(1, 6)}
    first = key * 100
    return Place(
        slug=slug,
        space=key,
        hours=Hours(ZONE, week, {}, {}),
        pull=pull,
        desks=range(first, first + 20),
        rooms=[first + 50],
        booths=[first + 60],
        parking=[first + 70],
    )


PLACES = [a_place(1, "regiohub-polch"), a_place(2, "regiohub-mayen", 0.7), a_place(3, "bahnhof-kobern", 1.3)]


def month(today: date, habits: tuple[Habit, ...] = ()) -> list[PlannedBooking]:
    return plausible_month(PLACES, range(1000, 1050), habits, today)


def test_the_same_day_gives_the_same_month_and_another_day_another() -> None:
    assert month(SUMMER_TIME_ENDS) == month(SUMMER_TIME_ENDS)
    assert month(SUMMER_TIME_ENDS) != month(SUMMER_TIME_ENDS + timedelta(days=1))


@pytest.mark.parametrize("today", [SUMMER_TIME_ENDS, date(2027, 3, 28), date(2028, 2, 29)])
def test_nothing_is_given_twice_or_outside_the_hours(today: date) -> None:
    bookings = month(today)
    hours = PLACES[0].hours
    assert all(hours.covers(booking.period) for booking in bookings)
    held = sorted((b.resource, b.period) for b in bookings if b.holds)
    for (one, period), (other, following) in pairwise(held):
        assert one != other or not period.overlaps(following)


def test_tuesday_to_thursday_are_the_busiest_and_some_places_busier_than_others() -> None:
    past = [booking for booking in month(date(2026, 11, 29)) if booking.status is Status.COMPLETED]
    days = Counter(booking.period.starts_at.astimezone(ZONE).isoweekday() for booking in past)
    assert min(days[2], days[3], days[4]) > max(days[1], days[5])
    places = Counter(booking.space for booking in past)
    assert places[3] > places[1] > places[2]


def test_habits_are_kept_every_week() -> None:
    thursday = date(2026, 11, 26)
    habits = habits_of(1, 2, thursday)
    days = [
        booking.period.starts_at.astimezone(ZONE).date() for booking in month(thursday, habits) if booking.person == 1
    ]
    assert thursday + timedelta(days=1) in days
    assert thursday - timedelta(days=6) in days
    assert len(days) == 10


def test_on_a_friday_the_commuters_next_day_is_monday() -> None:
    friday = date(2026, 11, 27)
    assert 1 in habits_of(1, 2, friday)[0].weekdays
