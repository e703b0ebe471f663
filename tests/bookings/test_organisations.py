"""A club: Thursdays from 19 to 21, not in the holidays, and somebody else who answers for it."""

from datetime import date, datetime

import pytest

from app.bookings.operations import BookDesk, book
from app.bookings.organisations import change_responsible
from app.bookings.queries import booking_of
from app.bookings.rules import OutsideOpeningHours
from app.bookings.series_ending import CancelSeries, cancel_series
from app.bookings.series_making import MadeSeries, MakeSeries, make_series
from app.bookings.series_planning import SeriesConflicts
from app.bookings.series_queries import series_for
from app.kernel.refusals import NotFound
from app.platform.database import execute, fetch, fetch_value
from tests.worlds import NOW, APerson, World, a_world, at

FIRST = date(2026, 12, 3)


@pytest.fixture
async def world(undone: None) -> World:
    """Mia answers for a choir that may use the room in Polch in the evening."""
    made = await a_world()
    await execute(
        "INSERT INTO organisation (public_id, operator, name, responsible, created_at)"
        " VALUES ('chor', $1, 'Chor Polch', $2, $3)",
        made.operator,
        made.mia.id,
        NOW,
    )
    await execute(
        "WITH q AS (INSERT INTO booking_rules (space, kind, outside_hours) VALUES ($1, 'room', 'organisations')"
        " RETURNING id) UPDATE resource SET rules = q.id FROM q WHERE space = $1 AND kind = 'room'",
        made.polch.id,
    )
    return made


async def evenings(world: World, who: APerson, organisation: str | None = "chor", now: datetime = NOW) -> MadeSeries:
    booking = BookDesk(world.polch["Nette"].public_id, at(FIRST, 19), at(FIRST, 21), organisation=organisation)
    return await make_series(
        who.actor(), MakeSeries(booking, "FREQ=WEEKLY;BYDAY=TH;COUNT=8", skips_school_holidays=True), now
    )


async def test_the_club_books_outside_the_hours_and_not_in_the_holidays(world: World) -> None:
    done = await evenings(world, world.mia)
    assert [f"{booking.starts_at:%d.%m. %H}" for booking in done.bookings] == [
        "03.12. 19",
        "10.12. 19",
        "17.12. 19",
        "14.01. 19",
        "21.01. 19",
    ]
    assert {booking.organisation for booking in done.bookings} == {"Chor Polch"}
    assert done.series.organisation is not None


async def test_nobody_else_may_at_that_hour(world: World) -> None:
    with pytest.raises(SeriesConflicts) as refused:
        await evenings(world, world.mia, None)
    codes = {conflict["code"] for conflict in refused.value.facts["conflicts"]}  # type: ignore[attr-defined]
    assert codes == {OutsideOpeningHours.code}


async def test_its_front_desk_books_for_the_responsible_person(world: World) -> None:
    done = await evenings(world, world.otto)
    assert (done.series.person, {booking.made_by for booking in done.bookings}) == (world.mia.id, {world.otto.id})
    for stranger in (world.gundula, world.rolf):
        with pytest.raises(NotFound):
            await evenings(world, stranger)


async def test_somebody_else_answers_for_it_and_nothing_is_booked_anew(world: World) -> None:
    done = await evenings(world, world.mia)
    own = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, at(FIRST, 9), at(FIRST, 10)), NOW)
    now = at(date(2026, 12, 4), 12)
    await change_responsible(world.otto.actor(), "chor", world.gundula.id, now)
    first, *rest = done.bookings
    assert await booking_of(world.mia.id, first.public_id) is not None, "what is over stays with who answered for it"
    assert await booking_of(world.mia.id, own.public_id) is not None, "what is her own as well"
    for booking in rest:
        handed = await booking_of(world.gundula.id, booking.public_id)
        assert handed is not None
        assert (handed.id, handed.period, handed.sequence) == (booking.id, booking.period, 1)
    assert await series_for(world.mia.actor(), done.series.public_id) is None
    await cancel_series(world.gundula.actor(), done.series.public_id, CancelSeries(), now)
    assert await fetch_value("SELECT responsible FROM organisation") == world.gundula.id


async def test_the_handing_over_is_written_down_and_told(world: World) -> None:
    done = await evenings(world, world.mia)
    await change_responsible(world.otto.actor(), "chor", world.gundula.id, NOW)
    [event] = await fetch(
        "SELECT payload::text AS payload FROM outbox_event WHERE name = 'organisation.responsible_changed'"
    )
    keys = [booking.id for booking in done.bookings]
    assert f'"bookings": {keys}' in event["payload"]
    assert f'"series": [{done.series.id}]' in event["payload"]
    [entry] = await fetch("SELECT actor FROM audit_entry WHERE action = 'organisation.responsible_changed'")
    assert entry["actor"] == world.otto.id
    await change_responsible(world.otto.actor(), "chor", world.gundula.id, NOW)
    assert await fetch_value("SELECT count(*) FROM outbox_event WHERE name LIKE 'organisation.%'") == 1


async def test_only_its_operators_staff_hands_over(world: World) -> None:
    for stranger in (world.mia, world.gundula, world.rolf):
        with pytest.raises(NotFound):
            await change_responsible(stranger.actor(), "chor", world.gundula.id, NOW)
    with pytest.raises(NotFound):
        await change_responsible(world.otto.actor(), "chor", 999_999_999, NOW)
    with pytest.raises(NotFound):
        await change_responsible(world.otto.actor(), "nosuchclub", world.gundula.id, NOW)
