"""The law's deadlines and shares when a contract ends."""

from datetime import date

import pytest

from app.plans.ending import Stated, last_day_to_withdraw, share_of

HOLIDAY = date(2026, 12, 25)


def working(day: date) -> bool:
    return day.weekday() < 5 and day != HOLIDAY


@pytest.mark.parametrize(
    ("ordered", "informed", "last"),
    [
        (date(2026, 11, 24), True, date(2026, 12, 8)),
        (date(2026, 11, 21), True, date(2026, 12, 7)),
        (date(2026, 12, 11), True, date(2026, 12, 28)),
        (date(2026, 11, 24), False, date(2027, 12, 8)),
        (date(2028, 2, 29), False, date(2029, 3, 14)),
    ],
)
def test_the_last_day_is_a_working_day(ordered: date, informed: bool, last: date) -> None:
    assert last_day_to_withdraw(ordered, 14, working, informed=informed) == last


@pytest.mark.parametrize(
    ("price", "used", "granted", "owed"), [(15000, 0, 20, 0), (15000, 6, 20, 4500), (100, 1, 3, 33), (100, 1, 8, 13)]
)
def test_what_was_used_costs_its_share(price: int, used: int, granted: int, owed: int) -> None:
    assert share_of(price, used, granted) == owed
    assert share_of(price, granted, granted) == price


def test_use_is_paid_for_only_by_who_was_told_and_asked_for_it() -> None:
    assert Stated(asked_for_early_start=True).pays_for_use
    assert not Stated().pays_for_use
    assert not Stated(was_informed=False, asked_for_early_start=True).pays_for_use
