"""A series after it was made: one date, this and following, a range of days, all; what stays as it was."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.bookings.cancellation import cancel
from app.bookings.moving import MoveBooking, move
from app.bookings.rules import NotOpenToChange, Purpose, Status
from app.bookings.series_changes import CHANGED, ChangeSeries, DayOffRule, SeriesNotChanged, change_series
from app.bookings.series_ending import CancelSeries, DaysReversed, NoDateThen, cancel_series
from app.bookings.series_planning import OnConflict
from app.bookings.series_queries import bookings_of_series, series_ahead, series_by_id
from app.platform.database import fetch
from tests.bookings.test_series import FOUR_THURSDAYS, THURSDAY, claims, made, rules_of_desk, series, taken, words
from tests.worlds import NOW, World, a_world, at


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


async def test_one_date_moves_and_is_cancelled_by_itself(world: World) -> None:
    done = await made(world)
    first, second, *_ = done.bookings
    await move(world.mia.actor(), first.public_id, MoveBooking(starts_at=at(THURSDAY, 10)), NOW)
    await cancel(world.mia.actor(), second.public_id, NOW)
    stored = await bookings_of_series(done.series.id)
    assert words(stored) == ["26.11. 10-17 2", "10.12. 08-17 2", "17.12. 08-17 2"]
    assert [booking.series_slot for booking in stored] == [booking.series_slot for booking in done.bookings]


async def test_all_dates_move_in_one_act_over_their_own_time(world: World) -> None:
    done = await made(world)
    change = ChangeSeries(starts_at=at(THURSDAY, 9), ends_at=at(THURSDAY, 18))
    moved = await change_series(world.mia.actor(), done.series.public_id, change, NOW)
    assert words(moved.bookings) == ["26.11. 09-18 2", "03.12. 09-18 2", "10.12. 09-18 2", "17.12. 09-18 2"]
    assert [b.id for b in moved.bookings] == [b.id for b in done.bookings]
    assert [b.series_slot for b in moved.bookings] == [b.period.starts_at for b in moved.bookings]
    assert (moved.series.id, moved.series.sequence) == (done.series.id, 1)
    assert {b.sequence for b in moved.bookings} == {1}
    [event] = await fetch("SELECT payload::text AS payload FROM outbox_event WHERE name = 'series.changed'")
    assert event["payload"] == f'{{"bookings": {[b.id for b in done.bookings]}}}'


async def test_this_and_following_become_a_series_of_their_own(world: World) -> None:
    done = await made(world)
    third = date(2026, 12, 10)
    change = ChangeSeries(first=third, what=world.polch["1"].public_id)
    later = await change_series(world.mia.actor(), done.series.public_id, change, NOW)
    assert words(later.bookings) == ["10.12. 08-17 1", "17.12. 08-17 1"]
    assert later.series.rrule == "FREQ=WEEKLY;BYDAY=TH;COUNT=2"
    earlier = await series_by_id(done.series.id)
    assert earlier is not None
    assert earlier.rrule == "FREQ=WEEKLY;BYDAY=TH;UNTIL=20261210T065959Z"
    assert words(await bookings_of_series(earlier.id)) == ["26.11. 08-17 2", "03.12. 08-17 2"]
    assert {card.id for card in await series_ahead(world.mia.id, NOW)} == {earlier.id, later.series.id}


async def test_what_is_over_stays_as_it_was(world: World) -> None:
    done = await made(world)
    now = at(date(2026, 12, 4), 12)
    change = ChangeSeries(what=world.polch["1"].public_id)
    later = await change_series(world.mia.actor(), done.series.public_id, change, now)
    assert words(later.bookings) == ["10.12. 08-17 1", "17.12. 08-17 1"]
    assert words(await bookings_of_series(done.series.id)) == ["26.11. 08-17 2", "03.12. 08-17 2"]


async def test_another_weekday_takes_each_date_along(world: World) -> None:
    done = await made(world)
    friday = THURSDAY + timedelta(days=1)
    change = ChangeSeries(starts_at=at(friday, 8), ends_at=at(friday, 17))
    with pytest.raises(DayOffRule):
        await change_series(world.mia.actor(), done.series.public_id, change, NOW)
    moved = await change_series(
        world.mia.actor(), done.series.public_id, replace(change, rrule="FREQ=WEEKLY;BYDAY=FR;COUNT=4"), NOW
    )
    assert words(moved.bookings) == ["27.11. 08-17 2", "04.12. 08-17 2", "11.12. 08-17 2", "18.12. 08-17 2"]
    assert [b.id for b in moved.bookings] == [b.id for b in done.bookings]


async def test_a_longer_rule_adds_dates_like_the_others(world: World) -> None:
    wanted = series(world)
    done = await made(
        world, replace(wanted, booking=replace(wanted.booking, note="Am Fenster", purpose=Purpose.COURSE))
    )
    change = ChangeSeries(
        first=date(2026, 12, 17), rrule="FREQ=WEEKLY;BYDAY=TH;UNTIL=20270107", on_conflict=OnConflict.SKIP
    )
    changed = await change_series(world.mia.actor(), done.series.public_id, change, NOW)
    assert words(changed.bookings) == ["17.12. 08-17 2", "31.12. 08-17 2", "07.01. 08-17 2"]
    assert [refusal.code for _, refusal in changed.conflicts] == ["closed_that_day"], "Christmas Eve"
    assert {(booking.note, booking.purpose) for booking in changed.bookings} == {("Am Fenster", Purpose.COURSE)}
    assert await claims() == 6


async def test_a_date_that_was_never_booked_does_not_hinder_a_change(world: World) -> None:
    await taken(world, date(2026, 12, 3), "2")
    done = await made(world, series(world, on_conflict=OnConflict.SKIP))
    change = ChangeSeries(starts_at=at(THURSDAY, 9), ends_at=at(THURSDAY, 17))
    moved = await change_series(world.mia.actor(), done.series.public_id, change, NOW)
    assert words(moved.bookings) == ["26.11. 09-17 2", "10.12. 09-17 2", "17.12. 09-17 2"]


async def test_dates_that_a_changed_rule_has_no_more_are_cancelled(world: World) -> None:
    done = await made(world)
    change = ChangeSeries(rrule="FREQ=WEEKLY;BYDAY=TU,TH;UNTIL=20261210", on_conflict=OnConflict.SKIP)
    changed = await change_series(world.mia.actor(), done.series.public_id, change, NOW)
    assert words(changed.bookings) == ["26.11. 08-17 2", "03.12. 08-17 2", "08.12. 08-17 2", "10.12. 08-17 2"]
    gone = await fetch("SELECT reason, series FROM booking WHERE status = 'cancelled'")
    assert [(row["reason"], row["series"]) for row in gone] == [(CHANGED, None)]
    assert await claims() == 4


async def test_a_date_that_was_cancelled_by_itself_stays_so(world: World) -> None:
    done = await made(world)
    await cancel(world.mia.actor(), done.bookings[1].public_id, NOW)
    change = ChangeSeries(starts_at=at(THURSDAY, 9), ends_at=at(THURSDAY, 17))
    moved = await change_series(world.mia.actor(), done.series.public_id, change, NOW)
    assert words(moved.bookings) == ["26.11. 09-17 2", "10.12. 09-17 2", "17.12. 09-17 2"]
    assert moved.bookings[1].status is Status.CANCELLED
    assert moved.bookings[1].series_slot == at(date(2026, 12, 3), 9)


async def test_a_change_with_a_conflict_changes_nothing(world: World) -> None:
    done = await made(world)
    await taken(world, date(2026, 12, 10), "1")
    change = ChangeSeries(what=world.polch["1"].public_id)
    with pytest.raises(SeriesNotChanged) as refused:
        await change_series(world.mia.actor(), done.series.public_id, change, NOW)
    assert [conflict["starts_at"] for conflict in refused.value.facts["conflicts"]] == [at(date(2026, 12, 10), 8)]  # type: ignore[attr-defined]
    assert words(await bookings_of_series(done.series.id)) == words(done.bookings)
    skipping = replace(change, on_conflict=OnConflict.SKIP)
    moved = await change_series(world.mia.actor(), done.series.public_id, skipping, NOW)
    assert words(moved.bookings) == ["26.11. 08-17 1", "03.12. 08-17 1", "17.12. 08-17 1"]
    assert await claims() == 4


async def test_all_that_is_to_come_is_cancelled_at_once(world: World) -> None:
    done = await made(world)
    now = at(date(2026, 12, 4), 12)
    left = await cancel_series(world.mia.actor(), done.series.public_id, CancelSeries(), now)
    assert words(left.bookings) == ["26.11. 08-17 2", "03.12. 08-17 2"]
    assert left.series.rrule == "FREQ=WEEKLY;BYDAY=TH;UNTIL=20261203T070000Z"
    [event] = await fetch("SELECT payload::text AS payload FROM outbox_event WHERE name = 'series.cancelled'")
    assert event["payload"] == f'{{"bookings": {[b.id for b in done.bookings[2:]]}}}'
    with pytest.raises(NotOpenToChange):
        await cancel_series(world.mia.actor(), done.series.public_id, CancelSeries(), at(date(2026, 12, 4), 13))


async def test_a_holiday_in_between_leaves_the_rule_as_it_is(world: World) -> None:
    done = await made(world)
    holiday = CancelSeries(date(2026, 12, 1), date(2026, 12, 11))
    left = await cancel_series(world.mia.actor(), done.series.public_id, holiday, NOW)
    assert words(left.bookings) == ["26.11. 08-17 2", "17.12. 08-17 2"]
    assert left.series.rrule == FOUR_THURSDAYS
    assert await claims() == 2
    with pytest.raises(NoDateThen):
        await cancel_series(world.mia.actor(), done.series.public_id, holiday, NOW)
    with pytest.raises(DaysReversed):
        reversed_days = CancelSeries(date(2026, 12, 11), date(2026, 12, 1))
        await cancel_series(world.mia.actor(), done.series.public_id, reversed_days, NOW)


async def test_from_a_day_on_the_rule_ends_before_it(world: World) -> None:
    done = await made(world)
    left = await cancel_series(world.mia.actor(), done.series.public_id, CancelSeries(date(2026, 12, 10)), NOW)
    assert words(left.bookings) == ["26.11. 08-17 2", "03.12. 08-17 2"]
    assert left.series.rrule == "FREQ=WEEKLY;BYDAY=TH;UNTIL=20261203T070000Z"


async def test_after_its_deadline_a_date_counts_all_the_same(world: World) -> None:
    await rules_of_desk(world.polch["2"].id, cancel_before=3 * 24 * 60)
    done = await made(world)
    left = await cancel_series(world.mia.actor(), done.series.public_id, CancelSeries(), NOW + timedelta(hours=1))
    assert [booking.status for booking in left.bookings] == [Status.RELEASED, *[Status.CANCELLED] * 3]
    assert left.bookings[0].is_late
    assert await claims() == 0
