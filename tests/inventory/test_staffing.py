"""When somebody of the operator's is there, and what is heard: clipped, changed, over midnight and time changes."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import pytest

from app.inventory.on_site import on_site_of
from app.inventory.queries import SpaceClock, hours_of
from app.inventory.rules import Hours, HoursChange
from app.inventory.staffing import NoisyEvent, OnSite, Presence, Staffing, both, whole_day
from app.kernel.periods import Period
from app.kernel.wall_time import Opening
from app.platform.database import execute
from tests.inventory.test_hours import BERLIN, WEDNESDAY, hours, local
from tests.worlds import TOMORROW, a_world, tomorrow

MORNINGS = {day: [Opening(480, 720)] for day in range(1, 6)}
ALWAYS = {day: [Opening(0, 1440)] for day in range(1, 8)}


def staffing(
    week: Mapping[int, Sequence[Opening]] = MORNINGS,
    changes: Mapping[date, Sequence[Opening | None]] | None = None,
    of: Hours | None = None,
) -> Staffing:
    return Staffing(of or hours(), week, changes or {})


def test_staffed_hours_are_clipped_to_the_opening_hours() -> None:
    early_and_late = staffing({3: [Opening(360, 600), Opening(1020, 1200)]})
    assert early_and_late.staffed_on(WEDNESDAY) == (Opening(480, 600), Opening(1020, 1080))
    assert early_and_late.usual(3) == (Opening(480, 600), Opening(1020, 1080))
    assert early_and_late.staffed_on(WEDNESDAY + timedelta(days=1)) == ()


def test_a_day_on_which_the_space_closes_early_is_staffed_until_then() -> None:
    eve = date(2026, 12, 24)
    short = hours(changes={eve: [HoursChange(Opening(480, 600), "Heiligabend")]})
    assert staffing(of=short).staffed_on(eve) == (Opening(480, 600),)
    closed = hours(changes={eve: [HoursChange(None, "Heiligabend")]})
    assert staffing(of=closed).staffed_on(eve) == ()


def test_a_change_goes_before_the_week() -> None:
    changed = staffing(changes={WEDNESDAY: [Opening(780, 900)], date(2026, 11, 26): [None]})
    assert changed.staffed_on(WEDNESDAY) == (Opening(780, 900),)
    assert changed.staffed_on(date(2026, 11, 26)) == ()
    assert changed.staffed_on(date(2026, 11, 27)) == (Opening(480, 720),)


def test_on_a_public_holiday_nobody_is_there_unless_the_space_opens_on_holidays() -> None:
    christmas = date(2026, 12, 25)
    by_exception = hours(changes={christmas: [HoursChange(Opening(480, 1080), "Markt")]})
    assert staffing(of=by_exception).staffed_on(christmas) == ()
    assert staffing(of=hours(open_on_holidays=True)).staffed_on(christmas) == (Opening(480, 720),)
    assert staffing(changes={christmas: [Opening(480, 540)]}, of=by_exception).staffed_on(christmas) == (
        Opening(480, 540),
    )


@pytest.mark.parametrize(
    ("starts", "ends", "presence"),
    [
        (8, 12, Presence.WHOLE),
        (9, 10, Presence.WHOLE),
        (8, 18, Presence.PART),
        (11, 13, Presence.PART),
        (12, 18, Presence.NONE),
    ],
)
def test_somebody_is_there_for_the_whole_some_or_none_of_a_window(starts: int, ends: int, presence: Presence) -> None:
    assert staffing().during(Period(local(WEDNESDAY, starts), local(WEDNESDAY, ends))) is presence


def test_somebody_is_there_through_midnight_when_days_touch() -> None:
    around = staffing(ALWAYS, of=hours(week=ALWAYS, open_on_holidays=True))
    night = Period(local(WEDNESDAY, 22), local(WEDNESDAY + timedelta(days=1), 6))
    assert around.during(night) is Presence.WHOLE
    until_midnight = staffing({3: [Opening(1200, 1440)]}, of=hours(week=ALWAYS))
    assert until_midnight.during(night) is Presence.PART
    assert until_midnight.periods_within(night) == [
        Period(local(WEDNESDAY, 22), local(WEDNESDAY + timedelta(days=1), 0))
    ]


def test_the_nights_of_the_time_change_are_as_long_as_they_are() -> None:
    around = staffing(ALWAYS, of=hours(week=ALWAYS, open_on_holidays=True))
    for day, length in ((date(2027, 3, 28), 23), (date(2026, 10, 25), 25)):
        [period] = around.periods_within(whole_day(day, BERLIN))
        assert period.duration == timedelta(hours=length)
    in_the_gap = staffing({7: [Opening(120, 180)]}, of=hours(week=ALWAYS, open_on_holidays=True))
    assert in_the_gap.periods_within(whole_day(date(2027, 3, 28), BERLIN)) == []


def test_pieces_that_touch_become_one() -> None:
    assert both([Opening(480, 600), Opening(600, 720)], [Opening(0, 1440)]) == (Opening(480, 720),)
    assert both([Opening(480, 1080)], [Opening(480, 720), Opening(780, 1080)]) == (
        Opening(480, 720),
        Opening(780, 1080),
    )


def test_noise_is_heard_in_the_window_that_it_touches_and_on_its_days() -> None:
    choir = NoisyEvent(Period(local(WEDNESDAY, 17), local(WEDNESDAY, 20)), "Chorprobe")
    market = NoisyEvent(Period(local(WEDNESDAY, 22), local(WEDNESDAY + timedelta(days=1), 2)), "Markt")
    on_site = OnSite(staffing(), [market, choir])
    assert on_site.noise_during(Period(local(WEDNESDAY, 8), local(WEDNESDAY, 17))) == []
    assert on_site.noise_during(Period(local(WEDNESDAY, 8), local(WEDNESDAY, 18))) == [choir]
    assert on_site.noise_on(WEDNESDAY) == [choir, market]
    assert on_site.noise_on(WEDNESDAY + timedelta(days=1)) == [market]
    assert market.hours_on(WEDNESDAY, BERLIN) == Opening(1320, 1440)
    assert market.hours_on(WEDNESDAY + timedelta(days=1), BERLIN) == Opening(0, 120)
    assert choir.hours_on(WEDNESDAY + timedelta(days=1), BERLIN) is None


async def test_many_spaces_are_read_at_once(undone: None) -> None:
    world = await a_world()
    await execute(
        "INSERT INTO staffed_hours (space, weekday, opens, closes) VALUES ($1, 3, 480, 720), ($2, 3, 0, 1440)",
        world.polch.id,
        world.andernach.id,
    )
    await execute("INSERT INTO staffed_exception (space, day) VALUES ($1, $2)", world.andernach.id, TOMORROW)
    await execute(
        "INSERT INTO noisy_event (space, starts_at, ends_at, what_de, what_en)"
        " VALUES ($1, $2, $3, 'Chorprobe', 'Choir rehearsal'), ($1, $4, $5, 'Markt', '')",
        world.polch.id,
        tomorrow(17),
        tomorrow(20),
        tomorrow(17) + timedelta(days=30),
        tomorrow(20) + timedelta(days=30),
    )
    clocks = [SpaceClock(space.id, "Europe/Berlin", "RP", False) for space in (world.polch, world.andernach)]
    of_spaces = await hours_of(clocks, TOMORROW, TOMORROW)
    found = await on_site_of(of_spaces, TOMORROW, TOMORROW, "en")
    polch, andernach = found[world.polch.id], found[world.andernach.id]
    assert polch.staffing.staffed_on(TOMORROW) == (Opening(480, 720),)
    assert andernach.staffing.staffed_on(TOMORROW) == ()
    assert andernach.staffing.usual(3) == (Opening(480, 1080),)
    assert [event.what for event in polch.noise] == ["Choir rehearsal"]
