"""What is told of people, and which days are meant."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.insights.rules import (
    FEWEST_PEOPLE,
    NOT_TOLD,
    DayOutOfReach,
    DaysReversed,
    Preset,
    TooManyDays,
    VisitClass,
    checked_days,
    days_of,
    regulars_of,
)
from app.insights.sums import lead_class, percent

DAYS_OF_PEOPLE = st.dictionaries(st.integers(1, 366), st.integers(1, 40), max_size=30)


@given(DAYS_OF_PEOPLE)
def test_no_class_has_fewer_than_five_people_and_none_can_be_subtracted(people_by_days: dict[int, int]) -> None:
    told = regulars_of(people_by_days)
    people = sum(people_by_days.values())
    if people < FEWEST_PEOPLE:
        assert told == NOT_TOLD
        return
    assert told.people == people == sum(each.people for each in told.classes)
    assert all(each.people >= FEWEST_PEOPLE for each in told.classes)
    for each in told.classes:
        inside = [n for days, n in people_by_days.items() if each.least <= days <= (each.most or 366)]
        assert each.people == sum(inside)


def test_who_comes_most_often_is_told_with_the_next_below() -> None:
    told = regulars_of({1: 12, 3: 9, 7: 2, 60: 1})
    assert told.classes == (VisitClass(1, 1, 12), VisitClass(2, None, 12))


def test_few_who_came_once_are_told_with_the_next_above() -> None:
    assert regulars_of({1: 3, 3: 9}).classes == (VisitClass(1, None, 12),)


def test_of_four_people_nothing_is_told() -> None:
    assert regulars_of({1: 2, 30: 2}) == NOT_TOLD


@pytest.mark.parametrize(
    ("preset", "first", "last"),
    [
        (Preset.THIS_WEEK, date(2026, 11, 23), date(2026, 11, 29)),
        (Preset.LAST_WEEK, date(2026, 11, 16), date(2026, 11, 22)),
        (Preset.FOUR_WEEKS, date(2026, 10, 27), date(2026, 11, 23)),
        (Preset.MONTH, date(2026, 11, 1), date(2026, 11, 30)),
        (Preset.LAST_MONTH, date(2026, 10, 1), date(2026, 10, 31)),
        (Preset.YEAR, date(2026, 1, 1), date(2026, 12, 31)),
        (Preset.TWELVE_MONTHS, date(2025, 11, 24), date(2026, 11, 23)),
    ],
)
def test_days_that_are_often_asked_for(preset: Preset, first: date, last: date) -> None:
    days = days_of(preset, date(2026, 11, 24))
    assert (days.first, days.last) == (first, last)
    assert checked_days(days.first, days.last) == days


def test_days_that_nobody_can_ask_for() -> None:
    with pytest.raises(DaysReversed):
        checked_days(date(2026, 2, 2), date(2026, 2, 1))
    with pytest.raises(TooManyDays):
        checked_days(date(2026, 1, 1), date(2027, 1, 2))
    with pytest.raises(DayOutOfReach):
        checked_days(date(2026, 1, 1), date.max)


def test_only_all_is_a_hundred_percent_and_only_nothing_none() -> None:
    assert [percent(part, 1000) for part in (0, 1, 4, 500, 999, 1000)] == [0, 1, 1, 50, 99, 100]
    assert percent(0, 0) is None


def test_lead_times_have_classes() -> None:
    assert [lead_class(days) for days in (-1, 0, 1, 2, 3, 4, 7, 8, 14, 15, 30, 31, 400)] == [
        *(0, 0, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6)
    ]
