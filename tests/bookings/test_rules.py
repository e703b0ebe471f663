"""Each refusal of a booking, decided from facts alone."""

from datetime import date, datetime, timedelta

import pytest

from app.bookings import rules
from app.inventory.rules import Hours, HoursChange
from app.kernel.periods import Period
from app.kernel.wall_time import Opening
from app.network.holidays import public_holidays
from tests.worlds import HERE, NOW, TOMORROW, at, tomorrow

HOURS = Hours(HERE, {day: [Opening(480, 1080)] for day in range(1, 6)}, {}, public_holidays("RP", 2026))


def checked(starts_at: datetime, ends_at: datetime, now: datetime = NOW) -> Period:
    return rules.checked_period(starts_at, ends_at, now)


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "refusal", "field"),
    [
        (tomorrow(10), tomorrow(9), rules.EndsBeforeStart, "ends_at"),
        (tomorrow(10), tomorrow(10), rules.EndsBeforeStart, "ends_at"),
        (tomorrow(8, 5), tomorrow(9), rules.OffGrid, "starts_at"),
        (tomorrow(8), tomorrow(9, 10), rules.OffGrid, "ends_at"),
        (tomorrow(8).replace(second=1), tomorrow(9), rules.OffGrid, "starts_at"),
        (tomorrow(8), tomorrow(8) + timedelta(hours=25), rules.TooLong, "ends_at"),
        (NOW - timedelta(minutes=15), NOW + timedelta(hours=1), rules.InThePast, "starts_at"),
        (tomorrow(8) + timedelta(days=401), tomorrow(9) + timedelta(days=401), rules.TooFarAhead, "starts_at"),
    ],
)
def test_times_that_cannot_be_booked_anywhere(
    starts_at: datetime, ends_at: datetime, refusal: type[Exception], field: str
) -> None:
    with pytest.raises(refusal) as raised:
        checked(starts_at, ends_at)
    assert raised.value.field == field  # type: ignore[attr-defined]


def test_the_running_quarter_of_an_hour_may_still_be_booked() -> None:
    now = NOW.replace(minute=14)
    assert checked(NOW, NOW + timedelta(hours=1), now).starts_at == NOW


def test_400_days_ahead_is_the_last_moment() -> None:
    assert checked(NOW + timedelta(days=400), NOW + timedelta(days=400, hours=1))


@pytest.mark.parametrize(
    ("day", "refusal", "fact"),
    [
        (date(2026, 11, 28), rules.ClosedThatDay, None),
        (date(2026, 12, 25), rules.ClosedForReason, "Erster Weihnachtstag"),
    ],
)
def test_a_closed_day_is_refused_with_its_reason(day: date, refusal: type[rules.ClosedThatDay], fact: str) -> None:
    with pytest.raises(refusal) as raised:
        rules.check_open(Period(at(day, 8), at(day, 18)), HOURS, "RegioHub Polch")
    assert type(raised.value) is refusal
    assert raised.value.facts.get("reason") == fact


def test_outside_the_hours_the_refusal_says_when_it_is_open() -> None:
    with pytest.raises(rules.OutsideOpeningHours) as raised:
        rules.check_open(Period(tomorrow(7), tomorrow(9)), HOURS, "RegioHub Polch")
    assert raised.value.facts["hours"] == (Opening(480, 1080),)


def test_29_february_is_a_day_like_any_other_in_a_leap_year() -> None:
    now = datetime(2028, 2, 1, 9, tzinfo=HERE)
    day = date(2028, 2, 29)
    period = rules.checked_period(at(day, 8), at(day, 9), now)
    rules.check_open(period, HOURS, "RegioHub Polch")


def test_a_note_loses_control_characters_and_has_an_end() -> None:
    assert rules.checked_note("  Bitte\x00 am \x1bFenster\r\nDanke ") == "Bitte am Fenster\nDanke"
    with pytest.raises(rules.NoteTooLong):
        rules.checked_note("x" * 501)


@pytest.mark.parametrize("status", [s for s in rules.Status if s not in rules.HOLDING])
def test_what_does_not_hold_any_more_cannot_be_changed(status: rules.Status) -> None:
    with pytest.raises(rules.NotOpenToChange):
        rules.check_changeable(status, tomorrow(18), NOW)


def test_what_is_over_cannot_be_changed() -> None:
    with pytest.raises(rules.NotOpenToChange):
        rules.check_changeable(rules.Status.CONFIRMED, NOW, NOW)


@pytest.mark.parametrize(("minutes_before", "is_open"), [(16, False), (15, True), (0, True), (-600, False)])
def test_arriving_is_possible_from_15_minutes_before_to_the_end(minutes_before: int, is_open: bool) -> None:
    period = Period(tomorrow(8), tomorrow(18))
    now = period.starts_at - timedelta(minutes=minutes_before)
    if is_open:
        rules.check_check_in(rules.Status.CONFIRMED, period, HERE, now)
    else:
        with pytest.raises(rules.CheckInNotOpen):
            rules.check_check_in(rules.Status.CONFIRMED, period, HERE, now)


class TestWindowAtASpace:
    def wanted(self, starts: int, ends: int) -> Period:
        return Period(tomorrow(starts), tomorrow(ends))

    def given(self, hours: Hours, wanted: Period, now: datetime) -> Period | None:
        return rules.window_at(hours.periods_within(wanted), wanted, now)

    def test_the_whole_day_is_what_the_space_offers_of_it(self) -> None:
        late = Hours(HERE, {3: [Opening(540, 1020)]}, {}, {})
        assert self.given(late, self.wanted(8, 18), NOW) == self.wanted(9, 17)

    def test_a_day_that_has_begun_offers_the_rest_from_the_running_quarter(self) -> None:
        now = tomorrow(10, 37)
        assert self.given(HOURS, self.wanted(8, 18), now) == Period(tomorrow(10, 30), tomorrow(18))

    def test_less_than_an_hour_of_a_part_of_the_day_is_nothing(self) -> None:
        short = Hours(HERE, {3: [Opening(480, 530)]}, {}, {})
        assert self.given(short, self.wanted(8, 12), NOW) is None

    def test_own_times_may_be_short(self) -> None:
        quarter = Period(tomorrow(8), tomorrow(8, 15))
        assert self.given(HOURS, quarter, NOW) == quarter

    def test_the_longest_stretch_counts_around_a_break(self) -> None:
        split = Hours(HERE, {3: [Opening(480, 600), Opening(660, 1080)]}, {}, {})
        assert self.given(split, self.wanted(8, 18), NOW) == self.wanted(11, 18)

    def test_closed_or_over_is_no_window(self) -> None:
        closed = Hours(HERE, {}, {TOMORROW: [HoursChange(None, "zu")]}, {})
        assert self.given(closed, self.wanted(8, 18), NOW) is None
        assert self.given(HOURS, self.wanted(8, 18), tomorrow(17, 50)) is None
