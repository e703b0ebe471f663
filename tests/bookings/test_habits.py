"""What somebody usually books, and the next day for it, decided from facts alone."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import pytest

from app.bookings.habits import Habit, Visit, habit_of, next_day, on_day
from app.inventory.rules import Hours, HoursChange
from app.kernel.wall_time import Opening
from app.network.holidays import public_holidays
from tests.worlds import HERE, NOW, TOMORROW, at

DESK, OTHER = 4, 7
TODAY = NOW.astimezone(HERE).date()
WORKDAY = Opening(8 * 60, 17 * 60)
WEEK = {weekday: [Opening(480, 1080)] for weekday in range(1, 6)}
HOURS = Hours(HERE, WEEK, {}, public_holidays("RP", 2026) | public_holidays("RP", 2027))


def visit(days_ago: int, resource: int = DESK, starts: int = 8, ends: int = 17) -> Visit:
    day = TODAY - timedelta(days=days_ago)
    return Visit(resource, at(day, starts), at(day, ends))


def habit(visits: Iterable[Visit], now: datetime = NOW) -> tuple[int, Opening, bool] | None:
    found = habit_of(visits, now)
    return (found.resource, found.span, found.is_settled) if found else None


def test_what_was_booked_most_often_is_usual() -> None:
    visits = [visit(1, OTHER), visit(7), visit(9), visit(14), visit(16, OTHER)]
    assert habit(visits) == (DESK, WORKDAY, True)


def test_the_same_desk_at_another_time_is_another_habit() -> None:
    visits = [visit(1, starts=13), visit(7), visit(8, starts=13), visit(9, starts=13), visit(14)]
    assert habit(visits) == (DESK, Opening(13 * 60, 17 * 60), True)


def test_of_equals_the_latest_counts() -> None:
    assert habit([visit(1, OTHER), visit(2), visit(3), visit(4, OTHER)]) == (OTHER, WORKDAY, True)
    assert habit([visit(1), visit(2, OTHER), visit(3, OTHER), visit(4)]) == (DESK, WORKDAY, True)


def test_once_is_no_habit() -> None:
    assert habit([visit(3)]) == (DESK, WORKDAY, False)
    assert habit([]) is None


def test_eight_weeks_are_remembered() -> None:
    assert habit([visit(55), visit(54)]) == (DESK, WORKDAY, True)
    assert habit([visit(57), visit(58), visit(3, OTHER)]) == (OTHER, WORKDAY, False)


def test_what_is_booked_for_the_days_to_come_counts_too() -> None:
    assert habit([visit(-1), visit(-6)]) == (DESK, WORKDAY, True)


def test_it_is_the_wall_clock_that_repeats() -> None:
    """On both sides of the night in which the clocks go back."""
    visits = [Visit(DESK, at(date(2026, 10, day), 8), at(date(2026, 10, day), 17)) for day in (20, 22, 27, 29)]
    assert habit(visits) == (DESK, WORKDAY, True)
    assert habit_of(visits, NOW) == Habit(DESK, WORKDAY, 4, frozenset({2, 4}))


def test_until_midnight_is_a_time_of_one_day_and_beyond_it_is_none() -> None:
    late = [Visit(DESK, at(TODAY, 20), at(TODAY + timedelta(days=1), 0))] * 2
    assert habit(late) == (DESK, Opening(20 * 60, 24 * 60), True)
    assert habit([Visit(DESK, at(TODAY, 20), at(TODAY + timedelta(days=1), 2))] * 2) is None


@pytest.mark.parametrize(
    ("days_ago", "weekdays"),
    [((0, 7, 5), {2}), ((0, 7, 5, 12), {2, 4}), ((0, 5), {2, 4})],
    ids=["one day twice", "two days twice", "each once"],
)
def test_its_weekdays_are_those_that_come_back(days_ago: tuple[int, ...], weekdays: set[int]) -> None:
    found = habit_of([visit(days) for days in days_ago], NOW)
    assert found is not None
    assert found.weekdays == weekdays


def test_tomorrow_is_next() -> None:
    assert next_day(TODAY, WORKDAY, HOURS, []) == TOMORROW


def test_days_with_a_booking_are_passed_over() -> None:
    assert next_day(TODAY, WORKDAY, HOURS, [TOMORROW]) == date(2026, 11, 26)


def test_weekends_are_passed_over() -> None:
    assert next_day(date(2026, 11, 27), WORKDAY, HOURS, []) == date(2026, 11, 30)


def test_holidays_and_closing_days_are_passed_over() -> None:
    """After Wednesday the 23rd: closed, Christmas Day, Boxing Day, Sunday."""
    closed = Hours(HERE, WEEK, {date(2026, 12, 24): [HoursChange(None, "Heiligabend")]}, HOURS.holidays)
    assert next_day(date(2026, 12, 23), WORKDAY, closed, []) == date(2026, 12, 28)


def test_a_day_that_opens_too_late_is_passed_over() -> None:
    late = Hours(HERE, WEEK, {TOMORROW: [HoursChange(Opening(12 * 60, 18 * 60), "Handwerker")]}, {})
    assert next_day(TODAY, WORKDAY, late, []) == date(2026, 11, 26)


def test_after_two_weeks_nobody_looks_any_farther() -> None:
    booked = [TODAY + timedelta(days=n) for n in range(1, 15)]
    assert next_day(TODAY, WORKDAY, HOURS, booked) is None
    assert next_day(TODAY, WORKDAY, HOURS, booked[:-1]) == booked[-1]


def test_a_time_that_the_clocks_jump_over_is_none() -> None:
    hours = Hours(HERE, dict.fromkeys(range(1, 8), (Opening(0, 1440),)), {}, {}, open_on_holidays=True)
    night = on_day(date(2027, 3, 28), Opening(60, 240), hours)
    assert night is not None
    assert night.duration == timedelta(hours=2)
    assert on_day(date(2027, 3, 28), Opening(120, 180), hours) is None
    longer = on_day(date(2027, 10, 31), Opening(60, 240), hours)
    assert longer is not None
    assert longer.duration == timedelta(hours=4)
