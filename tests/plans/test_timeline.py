"""What a membership grants and costs over time."""

from dataclasses import replace
from datetime import date, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from app.plans.grants import Days
from app.plans.terms import Billed, PlanTerms, PriceClass
from app.plans.timeline import (
    Stretch,
    Timeline,
    anniversary,
    dues_of,
    earliest_end,
    first_term_of,
    grants_of,
    months_later,
)
from app.plans.uses import Unit

EIGHT = PlanTerms(name_de="Acht Tage", name_en="Eight days", price=12000, desk_days=8, room_hours=2)
TWENTY = PlanTerms(name_de="Zwanzig Tage", name_en="Twenty days", price=24000, desk_days=20)
ENDLESS = PlanTerms(name_de="Ohne Grenze", name_en="Unlimited", price=30000, unlimited_desks=True)


def since(first: date, terms: PlanTerms = EIGHT, last: date | None = None) -> Timeline:
    return Timeline([Stretch(Days(first, last), terms)])


def granted(timeline: Timeline, until: date) -> list[tuple[str, date, date | None, int | None]]:
    return [(one.unit.value, one.days.first, one.days.last, one.units) for one in grants_of(timeline, until)]


def due(timeline: Timeline, until: date) -> list[tuple[date, date | None, int]]:
    return [(one.days.first, one.days.last, one.amount) for one in dues_of(timeline, until)]


def test_who_joins_in_the_middle_of_a_month_gets_and_pays_half_of_it() -> None:
    timeline = since(date(2026, 11, 16))
    assert granted(timeline, date(2026, 12, 1)) == [
        ("desk_day", date(2026, 11, 16), date(2026, 11, 30), 8),
        ("room_minute", date(2026, 11, 16), date(2026, 11, 30), 60),
        ("desk_day", date(2026, 12, 1), date(2026, 12, 31), 16),
        ("room_minute", date(2026, 12, 1), date(2026, 12, 31), 120),
    ]
    assert due(timeline, date(2026, 12, 1)) == [
        (date(2026, 11, 16), date(2026, 11, 30), 6000),
        (date(2026, 12, 1), date(2026, 12, 31), 12000),
    ]


def test_who_changes_inside_a_month_pays_each_for_its_days() -> None:
    first = Stretch(Days(date(2026, 1, 1), date(2026, 11, 15)), EIGHT)
    timeline = Timeline([first, Stretch(Days(date(2026, 11, 16)), TWENTY)])
    november = [one for one in grants_of(timeline, date(2026, 11, 30)) if one.days.first == date(2026, 11, 1)]
    assert [(one.unit, one.units) for one in november] == [(Unit.DESK_DAY, 28), (Unit.ROOM_MINUTE, 60)]
    assert due(timeline, date(2026, 11, 30))[-1] == (date(2026, 11, 1), date(2026, 11, 30), 18000)


def test_a_pause_grants_and_costs_nothing() -> None:
    timeline = replace(since(date(2026, 9, 1)), pauses=[Days(date(2026, 10, 1), date(2026, 11, 15))])
    assert [one.units for one in grants_of(timeline, date(2026, 11, 30))] == [16, 120, 8, 60]
    assert [amount for _, _, amount in due(timeline, date(2026, 11, 30))] == [12000, 0, 6000]
    assert timeline.on(date(2026, 10, 15)) is None
    assert timeline.on(date(2026, 11, 16)) is not None
    assert timeline.on(date(2026, 8, 31)) is None


def test_without_limit_there_is_one_account_for_all_its_days() -> None:
    timeline = Timeline([Stretch(Days(date(2026, 11, 16)), ENDLESS)], [Days(date(2026, 12, 1), date(2026, 12, 31))])
    assert granted(timeline, date(2027, 1, 31)) == [
        ("desk_day", date(2026, 11, 16), date(2026, 11, 30), None),
        ("desk_day", date(2027, 1, 1), None, None),
    ]


def test_a_year_is_charged_from_its_own_first_day() -> None:
    yearly = msgspec.structs.replace(EIGHT, billed=Billed.YEARLY, price=120000)
    assert due(since(date(2024, 2, 29), yearly), date(2026, 3, 1)) == [
        (date(2024, 2, 29), date(2025, 2, 28), 120000),
        (date(2025, 3, 1), date(2026, 2, 28), 120000),
        (date(2026, 3, 1), date(2027, 2, 28), 120000),
    ]


def test_another_price_class_pays_its_price() -> None:
    cheaper = msgspec.structs.replace(EIGHT, concessions={PriceClass.STUDENT: 6000})
    timeline = Timeline([Stretch(Days(date(2026, 11, 1)), cheaper, PriceClass.STUDENT)])
    assert due(timeline, date(2026, 11, 1)) == [(date(2026, 11, 1), date(2026, 11, 30), 6000)]


def test_what_rolls_over_can_be_spent_in_the_months_after() -> None:
    rolling = msgspec.structs.replace(EIGHT, rolls_over_months=2, room_hours=0)
    assert granted(since(date(2026, 12, 10), rolling), date(2026, 12, 31))[0][2] == date(2027, 2, 28)


def test_terms_end_by_the_calendar() -> None:
    assert months_later(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert months_later(date(2027, 11, 30), 3) == date(2028, 2, 29)
    assert anniversary(date(2024, 2, 29), 4) == date(2028, 2, 29)
    year = msgspec.structs.replace(EIGHT, first_term_months=12)
    assert first_term_of(date(2026, 11, 24), year) == date(2027, 11, 23)
    assert earliest_end(date(2026, 12, 1), date(2027, 11, 23), year) == date(2027, 11, 23)
    assert earliest_end(date(2027, 11, 10), date(2027, 11, 23), year) == date(2027, 12, 10)


starts = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(starts, st.integers(0, 400), st.integers(0, 400))
def test_changing_to_the_same_terms_changes_nothing(first: date, change: int, until: int) -> None:
    if not change:
        return
    day = first + timedelta(change)
    split = Timeline([Stretch(Days(first, day - timedelta(1)), EIGHT), Stretch(Days(day), EIGHT)])
    last = first + timedelta(until)
    assert granted(split, last) == granted(since(first), last)
    assert due(split, last) == due(since(first), last)


@given(starts, st.integers(0, 500), st.integers(0, 500))
def test_what_ends_costs_no_more_than_what_goes_on(first: date, days: int, until: int) -> None:
    last, seen = first + timedelta(days), first + timedelta(until)
    ended, endless = since(first, last=last), since(first)
    assert sum(amount for *_, amount in due(ended, seen)) <= sum(amount for *_, amount in due(endless, seen))
    assert all(one.days.last is not None and one.days.last <= last for one in grants_of(ended, seen))
