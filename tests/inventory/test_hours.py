"""When a space is open: the week, exceptions, holidays, and the nights of the time change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.inventory.rules import Hours, HoursChange
from app.kernel.periods import Period
from app.kernel.wall_time import Opening
from app.network.holidays import public_holidays

BERLIN = ZoneInfo("Europe/Berlin")
WEDNESDAY = date(2026, 11, 25)
OFFICE = {day: [Opening(480, 1080)] for day in range(1, 6)}


def hours(**changes: object) -> Hours:
    values = {
        "zone": BERLIN,
        "week": OFFICE,
        "changes": {},
        "holidays": public_holidays("RP", 2026),
        "open_on_holidays": False,
    } | changes
    return Hours(**values)  # type: ignore[arg-type]


def local(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


def test_open_on_working_days_from_eight_to_six() -> None:
    assert hours().covers(Period(local(WEDNESDAY, 8), local(WEDNESDAY, 18)))
    assert not hours().covers(Period(local(WEDNESDAY, 7, 45), local(WEDNESDAY, 9)))
    assert not hours().covers(Period(local(WEDNESDAY, 17), local(WEDNESDAY, 18, 15)))
    assert hours().openings_on(date(2026, 11, 28)) == ()


def test_a_public_holiday_is_closed_and_says_why() -> None:
    christmas = date(2026, 12, 25)
    assert hours().openings_on(christmas) == ()
    assert hours().why_closed(christmas) == "Erster Weihnachtstag"
    assert hours(open_on_holidays=True).openings_on(christmas) == (Opening(480, 1080),)


def test_an_ordinary_closed_day_has_no_special_reason() -> None:
    assert hours().why_closed(date(2026, 11, 29)) is None


def test_a_change_goes_before_the_week_and_before_a_holiday() -> None:
    eve, day = date(2026, 12, 24), date(2026, 12, 26)
    changed = hours(
        changes={eve: [HoursChange(Opening(480, 720), "Heiligabend")], day: [HoursChange(Opening(600, 840), "Markt")]}
    )
    assert changed.openings_on(eve) == (Opening(480, 720),)
    assert changed.openings_on(day) == (Opening(600, 840),)
    closed = hours(changes={WEDNESDAY: [HoursChange(None, "Handwerker")]})
    assert closed.openings_on(WEDNESDAY) == ()
    assert closed.why_closed(WEDNESDAY) == "Handwerker"


def test_a_break_at_noon_is_not_bookable_across() -> None:
    split = hours(week={3: [Opening(780, 1080), Opening(480, 720)]})
    assert [o.opens for o in split.openings_on(WEDNESDAY)] == [480, 780]
    assert split.covers(Period(local(WEDNESDAY, 13), local(WEDNESDAY, 18)))
    assert not split.covers(Period(local(WEDNESDAY, 11), local(WEDNESDAY, 14)))


def test_open_through_midnight_when_days_touch() -> None:
    always = hours(week={day: [Opening(0, 1440)] for day in range(1, 8)}, open_on_holidays=True)
    assert always.covers(Period(local(WEDNESDAY, 22), local(WEDNESDAY + timedelta(days=1), 6)))


def test_a_night_of_the_time_change_is_as_long_as_it_is() -> None:
    always = hours(week={day: [Opening(0, 1440)] for day in range(1, 8)}, open_on_holidays=True)
    [spring] = always.periods_on(date(2027, 3, 28))
    [autumn] = always.periods_on(date(2026, 10, 25))
    assert spring.duration == timedelta(hours=23)
    assert autumn.duration == timedelta(hours=25)


def test_wall_time_stays_the_same_in_summer_and_winter() -> None:
    for day in (date(2026, 7, 1), WEDNESDAY):
        [period] = hours().periods_on(day)
        assert period.starts_at.astimezone(BERLIN).hour == 8
        assert period.ends_at.astimezone(BERLIN).hour == 18
