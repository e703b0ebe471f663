"""School holidays by state, as they are entered."""

from datetime import date
from itertools import pairwise

import pytest

from app.network.holidays import STATES
from app.network.school_holidays import school_holidays, school_holidays_known_until, school_holidays_on


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 12, 22), None),
        (date(2026, 12, 23), "Weihnachtsferien"),
        (date(2027, 1, 8), "Weihnachtsferien"),
        (date(2027, 1, 9), None),
        (date(2027, 3, 22), "Osterferien"),
        (date(2027, 8, 6), "Sommerferien"),
        (date(2028, 10, 20), "Herbstferien"),
    ],
)
def test_holidays_count_from_their_first_day_to_their_last(day: date, name: str | None) -> None:
    found = school_holidays_on(day, "RP")
    assert (found.german if found else None) == name


def test_a_state_that_nobody_entered_has_none() -> None:
    assert school_holidays_on(date(2026, 12, 23), "HE") is None
    assert school_holidays_known_until("HE") is None


def test_they_are_in_order_within_their_weeks_and_reach_far_enough() -> None:
    for region in STATES:
        known = school_holidays(region)
        assert all(1 <= (holidays.last - holidays.first).days <= 45 for holidays in known)
        assert all(before.last < after.first for before, after in pairwise(known))
        assert all(holidays.first.isoweekday() <= 5 and holidays.last.isoweekday() <= 5 for holidays in known)
    known_until = school_holidays_known_until("RP")
    assert known_until == date(2030, 8, 30)
