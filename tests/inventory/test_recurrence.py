"""When a series comes back: what its rule means in wall time, and what is no rule of a series."""

import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall

import pytest
from dateutil.rrule import rrulestr
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from app.inventory.recurrence import (
    LONGEST_SERIES,
    EndlessSeries,
    NoDates,
    RuleUnusable,
    SeriesTooLong,
    WallSpan,
    read_rule,
    slots_of,
)
from app.kernel.periods import Period
from tests.worlds import HERE, at

TODAY = date(2026, 11, 24)


def days(rule: str, first: date = date(2026, 11, 26), today: date = TODAY) -> list[date]:
    period = Period(at(first, 19), at(first, 21))
    return [slot.day for slot in slots_of(read_rule(rule, HERE), period, HERE, today)]


def test_every_thursday_four_times() -> None:
    assert days("FREQ=WEEKLY;BYDAY=TH;COUNT=4") == [date(2026, 11, 26) + timedelta(weeks=n) for n in range(4)]


def test_what_the_rule_leaves_open_is_as_on_the_first_day() -> None:
    assert days("FREQ=WEEKLY;COUNT=3") == days("FREQ=WEEKLY;BYDAY=TH;COUNT=3")
    assert days("FREQ=MONTHLY;COUNT=3") == days("FREQ=MONTHLY;BYMONTHDAY=26;COUNT=3")


def test_a_start_off_the_rule_means_the_next_day_on_it() -> None:
    assert days("FREQ=WEEKLY;BYDAY=TU;COUNT=2") == [date(2026, 12, 1), date(2026, 12, 8)]


def test_until_counts_the_whole_day_or_the_very_instant() -> None:
    third = date(2026, 12, 10)
    assert days("FREQ=WEEKLY;UNTIL=20261210")[-1] == third
    assert days("FREQ=WEEKLY;UNTIL=20261210T180000Z")[-1] == third
    assert days("FREQ=WEEKLY;UNTIL=20261210T175959Z")[-1] == third - timedelta(weeks=1)


def test_every_other_week_on_two_days() -> None:
    assert [f"{day:%d.%m.}" for day in days("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;COUNT=5")] == [
        "26.11.",
        "08.12.",
        "10.12.",
        "22.12.",
        "24.12.",
    ]


def test_the_second_tuesday_and_the_last_friday_of_a_month() -> None:
    assert days("FREQ=MONTHLY;BYDAY=2TU;COUNT=2") == [date(2026, 12, 8), date(2027, 1, 12)]
    assert days("FREQ=MONTHLY;BYDAY=-1FR;COUNT=2") == [date(2026, 11, 27), date(2026, 12, 25)]


def test_months_without_the_day_are_passed_over() -> None:
    found = days("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=4", date(2026, 12, 31))
    assert [f"{day:%d.%m.}" for day in found] == ["31.12.", "31.01.", "31.03.", "31.05."]
    found = days("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=4", date(2026, 12, 31))
    assert [f"{day:%d.%m.}" for day in found] == ["31.12.", "31.01.", "28.02.", "31.03."]


def test_the_29th_of_february_comes_in_leap_years_only() -> None:
    rule = "FREQ=MONTHLY;BYMONTHDAY=29;COUNT=3"
    assert days(rule, date(2027, 1, 29), date(2027, 1, 1)) == [date(2027, month, 29) for month in (1, 3, 4)]
    assert days(rule, date(2028, 1, 29), date(2028, 1, 1)) == [date(2028, month, 29) for month in (1, 2, 3)]


@pytest.mark.parametrize(
    ("first", "offsets"), [(date(2027, 3, 22), [1, 2]), (date(2027, 10, 25), [2, 1])], ids=["spring", "autumn"]
)
def test_nineteen_stays_nineteen_across_the_time_change(first: date, offsets: list[int]) -> None:
    period = Period(at(first, 19), at(first, 21))
    slots = slots_of(read_rule("FREQ=WEEKLY;COUNT=2", HERE), period, HERE, first)
    assert [slot.starts_at.hour for slot in slots] == [19 - offset for offset in offsets]
    assert [slot.period.duration for slot in slots if slot.period] == [timedelta(hours=2)] * 2


def test_a_time_in_the_gap_is_counted_with_the_offset_before_it() -> None:
    slot = WallSpan(2 * 60 + 30, 4 * 60).on(date(2027, 3, 28), HERE)
    assert slot.starts_at == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert WallSpan(2 * 60, 3 * 60).on(date(2027, 3, 28), HERE).period is None, "the clock jumps over all of it"


def test_of_a_doubled_hour_the_first_is_meant() -> None:
    slot = WallSpan(2 * 60 + 30, 4 * 60).on(date(2027, 10, 31), HERE)
    assert slot.period == Period(datetime(2027, 10, 31, 0, 30, tzinfo=UTC), datetime(2027, 10, 31, 3, tzinfo=UTC))


def test_a_night_that_the_clock_changes_ends_at_the_same_wall_time() -> None:
    span = WallSpan.of(Period(at(date(2027, 3, 26), 22), at(date(2027, 3, 27), 6)), HERE)
    nights = [span.on(day, HERE).period for day in (date(2027, 3, 26), date(2027, 3, 27), date(2027, 10, 30))]
    assert [night.duration for night in nights if night] == [timedelta(hours=hours) for hours in (8, 7, 9)]


@pytest.mark.parametrize("rule", ["FREQ=WEEKLY;BYDAY=TU,TH;COUNT=9", "FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR;COUNT=3"])
def test_a_rule_is_written_as_it_was_read(rule: str) -> None:
    assert str(read_rule(rule, HERE)) == rule
    assert str(read_rule(f"RRULE:{rule.lower()}", HERE)) == rule


def test_an_until_without_time_is_written_as_the_end_of_that_day() -> None:
    assert str(read_rule("FREQ=DAILY;UNTIL=20270131", HERE)) == "FREQ=DAILY;UNTIL=20270131T225959Z"


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "FREQ=SECONDLY;COUNT=3",
        "FREQ=YEARLY;COUNT=3",
        "COUNT=3",
        "FREQ=DAILY;COUNT=3;COUNT=4",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=-1",
        "FREQ=DAILY;COUNT=٣",
        "FREQ=DAILY;COUNT=367",
        "FREQ=DAILY;INTERVAL=99999999999999999999;COUNT=1",
        "FREQ=WEEKLY;BYDAY=2TU;COUNT=3",
        "FREQ=WEEKLY;BYDAY=XX;COUNT=3",
        "FREQ=WEEKLY;BYDAY=;COUNT=3",
        "FREQ=WEEKLY;BYMONTHDAY=3;COUNT=3",
        "FREQ=MONTHLY;BYMONTHDAY=32;COUNT=3",
        "FREQ=MONTHLY;BYMONTHDAY=0;COUNT=3",
        "FREQ=DAILY;BYSETPOS=1;COUNT=3",
        "FREQ=DAILY;WKST=SU;COUNT=3",
        "FREQ=DAILY;UNTIL=20261399",
        "FREQ=DAILY;UNTIL=20261210T100000",
        "FREQ=DAILY;COUNT=3\r\nX-EVIL:1",
        "FREQ=DAILY;" * 100 + "COUNT=3",
    ],
)
def test_what_is_no_rule_of_a_series(rule: str) -> None:
    with pytest.raises(RuleUnusable):
        read_rule(rule, HERE)


@pytest.mark.parametrize("rule", ["FREQ=DAILY", "FREQ=DAILY;COUNT=3;UNTIL=20270101"])
def test_a_series_has_one_end(rule: str) -> None:
    with pytest.raises(EndlessSeries):
        read_rule(rule, HERE)


def test_a_year_is_the_longest_and_the_refusal_says_what_fits() -> None:
    assert days("FREQ=DAILY;COUNT=365")[-1] == TODAY + LONGEST_SERIES
    with pytest.raises(SeriesTooLong) as refused:
        days("FREQ=WEEKLY;COUNT=54")
    assert refused.value.facts["instead"] == {"latest_day": TODAY + LONGEST_SERIES, "count": 53}
    for rule in ("FREQ=WEEKLY;UNTIL=20271126", "FREQ=WEEKLY;UNTIL=99991231T235959Z"):
        with pytest.raises(SeriesTooLong):
            days(rule)


@pytest.mark.parametrize("rule", ["FREQ=WEEKLY;UNTIL=20261125", "FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=31;COUNT=1"])
def test_a_rule_that_never_comes_is_refused(rule: str) -> None:
    with pytest.raises(NoDates):
        days(rule)


def test_no_rule_costs_more_than_a_walk_over_one_year() -> None:
    """The same rules keep general libraries busy for seconds, because they look for dates until the year 9999."""
    hostile = ["FREQ=MONTHLY;BYMONTHDAY=31;BYDAY=1MO;COUNT=366", "FREQ=MONTHLY;INTERVAL=366;BYMONTHDAY=30;COUNT=366"]
    began = time.process_time()
    for rule in hostile:
        with pytest.raises((NoDates, SeriesTooLong)):
            days(rule)
    assert time.process_time() - began < 0.5


names = st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])
nth = st.sampled_from(["", "1", "2", "3", "4", "-1", "-2"])
month_day = st.integers(1, 31) | st.integers(-31, -1)


@st.composite
def rules(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY"]))
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.integers(1, 5))}"]
    by_day = draw(st.lists(names, max_size=3, unique=True))
    if frequency == "MONTHLY":
        which = draw(nth)  # the other reader drops plain weekdays beside numbered ones
        by_day = [f"{which}{name}" for name in by_day]
        days = draw(st.lists(month_day, max_size=3, unique=True))
        parts += [f"BYMONTHDAY={','.join(map(str, days))}"] if days else []
    return ";".join([*parts, *([f"BYDAY={','.join(by_day)}"] if by_day else [])])


@settings(max_examples=40, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(rule=rules(), start=st.dates(date(2026, 1, 1), date(2030, 1, 1)), length=st.integers(0, 366))
def test_the_days_are_those_that_another_reader_of_rules_finds(rule: str, start: date, length: int) -> None:
    until = start + timedelta(days=length)
    theirs = rrulestr(f"{rule};UNTIL={until:%Y%m%d}T235959", dtstart=datetime.combine(start, wall()))
    ours = read_rule(f"{rule};UNTIL={until:%Y%m%d}", HERE)
    assert list(ours.days(start, until)) == [found.date() for found in theirs]
