"""Staff changes and cancels whole series for somebody: at its own spaces only, and it is written down."""

from datetime import date

import msgspec
import pytest

from app.bookings.moving import MoveBooking, move
from app.bookings.rules import Status
from app.bookings.series_changes import ChangeSeries, change_series, preview_change
from app.bookings.series_ending import CancelSeries, cancel_series
from app.bookings.series_planning import OnConflict
from app.bookings.series_queries import bookings_of_series, series_for
from app.identity.rules import Grant, Role
from app.kernel.refusals import NotAllowed, NotFound
from app.platform.database import fetch
from tests.bookings.test_series import made, words
from tests.worlds import NOW, APerson, World, a_person, a_world

THIRD = date(2026, 12, 10)


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


async def acts(world: World, action: str) -> list[tuple[int, int | None]]:
    """Who did it, and for whom."""
    rows = await fetch("SELECT actor, details::text AS said FROM audit_entry WHERE action = $1", action)
    return [(row["actor"], msgspec.json.decode(row["said"]).get("whom")) for row in rows]


@pytest.mark.parametrize("who", ["frida", "otto", "nadja"])
async def test_staff_moves_this_and_following_for_somebody(world: World, who: str) -> None:
    staff: APerson = getattr(world, who)
    done = await made(world)
    change = ChangeSeries(first=THIRD, what=world.polch["1"].public_id)
    found = await preview_change(staff.actor(), done.series.public_id, change, NOW, for_others=True)
    assert len(found.plan.dates) == 2
    later = await change_series(staff.actor(), done.series.public_id, change, NOW, for_others=True)
    assert words(later.bookings) == ["10.12. 08-17 1", "17.12. 08-17 1"]
    assert later.series.person == world.mia.id
    assert {booking.person for booking in later.bookings} == {world.mia.id}
    for action, count in (("series.changed", 1), ("booking.moved", 2)):
        assert await acts(world, action) == [(staff.id, world.mia.id)] * count
    [event] = await fetch("SELECT payload::text AS ids FROM outbox_event WHERE name = 'series.changed'")
    assert msgspec.json.decode(event["ids"])["staff"] == staff.id


async def test_staff_cancels_a_holiday_and_then_the_rest(world: World) -> None:
    done = await made(world)
    frida, holiday = world.frida.actor(), CancelSeries(date(2026, 12, 1), date(2026, 12, 12))
    left = await cancel_series(frida, done.series.public_id, holiday, NOW, for_others=True)
    assert words(left.bookings) == ["26.11. 08-17 2", "17.12. 08-17 2"]
    left = await cancel_series(frida, done.series.public_id, CancelSeries(), NOW, for_others=True)
    assert {(one.status, one.reason) for one in left.bookings} == {(Status.CANCELLED, "by_front_desk")}
    assert await acts(world, "series.cancelled") == [(world.frida.id, world.mia.id)] * 2
    assert await acts(world, "booking.cancelled") == [(world.frida.id, world.mia.id)] * 4


async def test_who_changes_the_own_series_acts_for_nobody_else(world: World) -> None:
    done = await made(world)
    await cancel_series(world.mia.actor(), done.series.public_id, CancelSeries(), NOW, for_others=True)
    assert await acts(world, "series.cancelled") == [(world.mia.id, None)]
    assert {one.reason for one in await bookings_of_series(done.series.id)} == {"by_member"}
    [event] = await fetch("SELECT payload::text AS ids FROM outbox_event WHERE name = 'series.cancelled'")
    assert "staff" not in event["ids"]


async def test_a_series_of_another_operator_is_not_found(world: World) -> None:
    done = await made(world)
    scoped = world.otto.actor("token", frozenset({"read", "bookings"}))
    for actor in (world.rolf.actor(), world.gundula.actor(), scoped):
        assert await series_for(actor, done.series.public_id, for_others=True) is None
        with pytest.raises(NotFound):
            await cancel_series(actor, done.series.public_id, CancelSeries(), NOW, for_others=True)
        with pytest.raises(NotFound):
            change = ChangeSeries(what=world.polch["1"].public_id)
            await change_series(actor, done.series.public_id, change, NOW, for_others=True)
    assert len(words(await bookings_of_series(done.series.id))) == 4


async def test_staff_leaves_a_date_alone_that_was_moved_to_another_operator(world: World) -> None:
    done = await made(world)
    there = MoveBooking(world.andernach["A1"].public_id)
    await move(world.mia.actor(), done.bookings[1].public_id, there, NOW)
    change = ChangeSeries(what=world.polch["1"].public_id)
    moved = await change_series(world.otto.actor(), done.series.public_id, change, NOW, for_others=True)
    assert words(moved.bookings) == ["26.11. 08-17 1", "03.12. 08-17 A1", "10.12. 08-17 1", "17.12. 08-17 1"]
    left = await cancel_series(world.otto.actor(), done.series.public_id, CancelSeries(), NOW, for_others=True)
    assert words(left.bookings) == ["03.12. 08-17 A1"]


async def test_staff_moves_no_series_to_where_it_does_not_book(world: World) -> None:
    done = await made(world)
    change = ChangeSeries(what=world.andernach["A1"].public_id)
    with pytest.raises(NotAllowed):
        await change_series(world.otto.actor(), done.series.public_id, change, NOW, for_others=True)
    telephone = await a_person("Tilda", "tilda@example.org", Grant(Role.TELEPHONE, "network", None))
    moved = await change_series(telephone.actor(), done.series.public_id, change, NOW, for_others=True)
    assert {booking.space.id for booking in moved.bookings} == {world.andernach.id}


async def test_dates_that_staff_adds_were_made_by_staff(world: World) -> None:
    done = await made(world)
    change = ChangeSeries(rrule="FREQ=WEEKLY;BYDAY=TH;COUNT=6", on_conflict=OnConflict.SKIP)
    longer = await change_series(world.frida.actor(), done.series.public_id, change, NOW, for_others=True)
    assert [booking.made_by for booking in longer.bookings] == [None] * 4 + [world.frida.id]
