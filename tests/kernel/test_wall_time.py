"""Wall time on both nights of the time change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.kernel.wall_time import TimeDoesNotExist, TimeIsAmbiguous, first_instant, instant, local_day

BERLIN = ZoneInfo("Europe/Berlin")
SPRING, AUTUMN = date(2027, 3, 28), date(2026, 10, 25)


@pytest.mark.parametrize(
    ("day", "wall", "utc_hour"),
    [(date(2026, 11, 25), time(8), 7), (date(2026, 7, 1), time(8), 6), (SPRING, time(3), 1), (SPRING, time(1, 45), 0)],
)
def test_clocks_show_the_hour_that_was_asked_for(day: date, wall: time, utc_hour: int) -> None:
    at = instant(day, wall, BERLIN)
    assert at.utcoffset() == timedelta(0)
    assert at.hour == utc_hour
    assert at.astimezone(BERLIN).time() == wall


@pytest.mark.parametrize("wall", [time(2), time(2, 30), time(2, 45)])
def test_the_hour_that_spring_swallows_is_refused(wall: time) -> None:
    with pytest.raises(TimeDoesNotExist):
        instant(SPRING, wall, BERLIN)


@pytest.mark.parametrize("wall", [time(2), time(2, 30), time(2, 45)])
def test_the_hour_that_autumn_doubles_is_refused(wall: time) -> None:
    with pytest.raises(TimeIsAmbiguous):
        instant(AUTUMN, wall, BERLIN)


def test_opening_hours_read_a_doubled_hour_as_its_first() -> None:
    assert first_instant(AUTUMN, time(2, 30), BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_the_day_is_that_of_the_place() -> None:
    assert local_day(datetime(2026, 11, 24, 23, 30, tzinfo=UTC), BERLIN) == date(2026, 11, 25)
