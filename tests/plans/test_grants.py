"""What a membership grants each month."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.plans.grants import Allowance, Days, granted, month_of, months_of, next_month
from app.plans.uses import Unit

NOVEMBER = month_of(date(2026, 11, 10))


def eight_days(first: date, last: date | None = None) -> Allowance:
    return Allowance(Days(first, last), 16)


def halves(*allowances: Allowance, month: Days = NOVEMBER, pauses: tuple[Days, ...] = (), spent: bool = False) -> int:
    return granted(Unit.DESK_DAY, month, allowances, pauses, halves=spent)


def test_a_whole_month_gives_all_of_it_and_february_too() -> None:
    assert halves(eight_days(date(2026, 1, 1))) == 16
    for year in (2027, 2028):
        assert halves(eight_days(date(2026, 1, 1)), month=month_of(date(year, 2, 1))) == 16


def test_who_joins_inside_a_month_gets_the_days_that_are_left_rounded_up() -> None:
    assert halves(eight_days(date(2026, 11, 16))) == 8
    assert halves(eight_days(date(2026, 11, 17))) == 8  # 14 of 30 days are 3.7 desk days
    assert halves(eight_days(date(2026, 11, 30))) == 2
    assert halves(eight_days(date(2026, 11, 30)), spent=True) == 1


def test_who_joins_on_29_february_gets_one_day_of_29() -> None:
    assert halves(Allowance(Days(date(2028, 2, 29)), 58), month=month_of(date(2028, 2, 1))) == 2


def test_who_changes_twice_in_a_month_gets_each_for_its_days() -> None:
    first = eight_days(date(2026, 1, 1), date(2026, 11, 10))
    second = Allowance(Days(date(2026, 11, 11), date(2026, 11, 20)), 24)
    third = Allowance(Days(date(2026, 11, 21)), 40)
    assert halves(first, second, third) == 28  # (16 + 24 + 40) / 3 halves, rounded up to whole days
    assert halves(first, second, third, spent=True) == 27


def test_a_pause_grants_nothing() -> None:
    all_year = eight_days(date(2026, 1, 1))
    assert halves(all_year, pauses=(Days(date(2026, 10, 15), date(2026, 12, 15)),)) == 0
    assert halves(all_year, pauses=(Days(date(2026, 11, 16), date(2026, 11, 30)),)) == 8
    assert halves(all_year, pauses=(Days(date(2026, 11, 1), date(2026, 11, 5)), Days(date(2026, 11, 26)))) == 12


def test_room_minutes_are_rounded_up_to_the_minute() -> None:
    assert granted(Unit.ROOM_MINUTE, NOVEMBER, [Allowance(Days(date(2026, 11, 30)), 100)], (), halves=False) == 4


def test_months_go_on_over_the_years_end() -> None:
    days = Days(date(2026, 11, 20))
    firsts = [month.first for month in months_of(days, date(2027, 1, 31))]
    assert firsts == [date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)]
    assert next_month(date(2026, 12, 31)) == date(2027, 1, 1)


some_days = st.dates(date(2026, 10, 1), date(2027, 1, 31))


@st.composite
def stretches(draw: st.DrawFn) -> Days:
    first = draw(some_days)
    return Days(first, draw(st.none() | st.dates(first, first + timedelta(80))))


@given(stretches(), st.lists(stretches(), max_size=4))
def test_what_is_cut_out_is_gone_and_the_rest_is_there_once(days: Days, cuts: list[Days]) -> None:
    left = days.without(cuts)
    for offset in range(130):
        day = Days(date(2026, 10, 1) + timedelta(offset), date(2026, 10, 1) + timedelta(offset))
        wanted = day.within(days) is not None and not any(day.within(cut) for cut in cuts)
        assert sum(day.within(piece) is not None for piece in left) == wanted


@given(st.integers(0, 60), some_days)
def test_two_halves_of_a_month_give_it_all_and_less_than_two_days_more(days: int, change: date) -> None:
    whole = halves(Allowance(Days(date(2026, 1, 1)), days * 2), month=month_of(change))
    before = Allowance(Days(date(2026, 1, 1), change), days * 2)
    behind = Allowance(Days(change + timedelta(1)), days * 2)
    assert halves(before, behind, month=month_of(change)) == whole
    apart = halves(before, month=month_of(change)) + halves(behind, month=month_of(change))
    assert whole <= apart < whole + 4
