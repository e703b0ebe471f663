"""How long an offer lasts: never past the start, never into the night, on both nights of the time change."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.bookings.offer_time import LONGEST, NO_OFFER_WITHIN, SHORTEST, after_waking, is_waking, offer_ends, waking_time
from tests.worlds import HERE, at

TUESDAY = date(2026, 11, 24)
WEDNESDAY = date(2026, 11, 25)
SPRING, AUTUMN = date(2027, 3, 28), date(2026, 10, 25)


def around(day: date) -> st.SearchStrategy[datetime]:
    """Minutes of the days before and after."""
    noon = at(day, 12).astimezone(UTC)
    return st.integers(-3 * 1440, 3 * 1440).map(lambda minutes: noon + timedelta(minutes=minutes))


moments = st.sampled_from([SPRING, AUTUMN, WEDNESDAY]).flatmap(around)
gaps = st.integers(-60, 30 * 1440).map(lambda minutes: timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("now", "starts_at", "ends_at"),
    [
        (at(TUESDAY, 10), at(WEDNESDAY, 8), at(TUESDAY, 12)),
        (at(TUESDAY, 20), at(WEDNESDAY, 14), at(WEDNESDAY, 7, 30)),
        (at(TUESDAY, 23), at(WEDNESDAY, 18), at(WEDNESDAY, 8, 30)),
        (at(TUESDAY, 19), at(WEDNESDAY, 18), at(WEDNESDAY, 6, 30)),
        (at(TUESDAY, 9), at(TUESDAY, 11), at(TUESDAY, 9, 30)),
        (at(TUESDAY, 9), at(TUESDAY, 9, 30), at(TUESDAY, 9, 10)),
        (at(TUESDAY, 22), at(WEDNESDAY, 8), at(WEDNESDAY, 7, 15)),
        (at(TUESDAY, 9), at(TUESDAY, 9, 14), None),
        (at(TUESDAY, 22), at(WEDNESDAY, 6), None),
    ],
)
def test_two_hours_of_the_day_and_shorter_where_the_start_is_near(
    now: datetime, starts_at: datetime, ends_at: datetime | None
) -> None:
    assert offer_ends(now, starts_at, HERE) == ends_at


@given(moments, gaps)
def test_no_offer_ends_at_night_or_past_the_start(now: datetime, gap: timedelta) -> None:
    ends_at = offer_ends(now, now + gap, HERE)
    if ends_at is None:
        assert gap < NO_OFFER_WITHIN or not is_waking(now + gap, HERE) or waking_time(now, now + gap, HERE) < SHORTEST
        return
    local = ends_at.astimezone(HERE)
    assert (6, 30) <= (local.hour, local.minute) < (21, 0)
    assert now < ends_at <= now + gap


@given(moments, gaps)
def test_whoever_is_asked_has_ten_waking_minutes_or_until_the_start(now: datetime, gap: timedelta) -> None:
    ends_at = offer_ends(now, now + gap, HERE)
    if ends_at is not None:
        assert waking_time(now, ends_at, HERE) >= min(SHORTEST, waking_time(now, now + gap, HERE))


@given(moments, st.integers(3, 30))
def test_far_ahead_it_is_two_hours_of_the_day(now: datetime, days: int) -> None:
    ends_at = offer_ends(now, now + timedelta(days=days), HERE)
    assert ends_at is not None
    assert waking_time(now, ends_at, HERE) == LONGEST or ends_at.astimezone(HERE).time().isoformat() == "06:30:00"


@given(moments, st.integers(0, 180))
def test_the_clock_stands_still_at_night_alone(now: datetime, minutes: int) -> None:
    length = timedelta(minutes=minutes)
    then = after_waking(now, length, HERE)
    assert waking_time(now, then, HERE) == length
    assert is_waking(then, HERE)
