"""A series through its life: made, moved, split, cancelled in part; feed and mails tell the same all the way."""

from collections.abc import Sequence
from datetime import date, timedelta

import icalendar
import pytest

from app.bookings.cancellation import cancel
from app.bookings.moving import MoveBooking, move
from app.bookings.operations import BookDesk
from app.bookings.queries import BookingCard, bookings_where
from app.bookings.rules import HOLDING
from app.bookings.series_changes import ChangeSeries, change_series
from app.bookings.series_ending import CancelSeries, cancel_series
from app.bookings.series_making import MakeSeries, make_series
from app.bookings.series_planning import OnConflict
from app.platform.database import fetch
from tests.calendars.readers.programs import EXPANDING_READERS, Reader, Seen, in_utc
from tests.calendars.test_feeds import a_feed, content_of
from tests.worlds import NOW, World, at

MONDAY = date(2026, 11, 30)
MINUTE = timedelta(minutes=1)


async def standing(world: World) -> list[Seen]:
    bookings: Sequence[BookingCard] = await bookings_where("b.person = $1", world.mia.id)
    return sorted(
        Seen(booking.ical_uid, in_utc(booking.starts_at), in_utc(booking.ends_at), "", "CONFIRMED")
        for booking in bookings
        if booking.status in HOLDING
    )


@pytest.mark.parametrize("sees", EXPANDING_READERS)
async def test_a_feed_shows_what_is_booked_after_every_change(world: World, sees: Reader) -> None:
    mia, token = world.mia.actor(), await a_feed(world.mia)
    sequences: dict[str, int] = {}

    async def agrees() -> None:
        content = await content_of(token)
        shown = [seen for seen in sees(content) if seen.status != "CANCELLED"]
        assert sorted(seen._replace(summary="") for seen in shown) == await standing(world)
        for event in icalendar.Calendar.from_ical(content).walk("VEVENT"):
            assert event["sequence"] >= sequences.get(event["uid"], 0)
            sequences[event["uid"]] = event["sequence"]

    wanted = BookDesk(world.polch["1"].public_id, at(MONDAY, 8), at(MONDAY, 12))
    command = MakeSeries(wanted, "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=60", OnConflict.SKIP)
    made = await make_series(mia, command, NOW)
    await agrees()
    dates = made.bookings
    await move(mia, dates[1].public_id, MoveBooking(world.polch["2"].public_id, at(MONDAY, 13), at(MONDAY, 15)), NOW)
    await agrees()
    for booking in (dates[3], dates[12], dates[13]):
        await cancel(mia, booking.public_id, NOW + MINUTE)
    await agrees()
    holiday = CancelSeries(date(2027, 2, 1), date(2027, 2, 14))
    await cancel_series(mia, made.series.public_id, holiday, NOW + 2 * MINUTE)
    await agrees()
    later = ChangeSeries(
        date(2027, 1, 6), world.polch["3"].public_id, at(date(2027, 1, 6), 9), on_conflict=OnConflict.SKIP
    )
    changed = await change_series(mia, made.series.public_id, later, NOW + 3 * MINUTE)
    assert changed.series.public_id != made.series.public_id
    await agrees()
    rarer = ChangeSeries(rrule="FREQ=WEEKLY;BYDAY=MO;COUNT=20", on_conflict=OnConflict.SKIP)
    await change_series(mia, changed.series.public_id, rarer, NOW + 4 * MINUTE)
    await agrees()
    await cancel_series(mia, changed.series.public_id, CancelSeries(first=date(2027, 4, 1)), NOW + 5 * MINUTE)
    await agrees()
    for public_id in (made.series.public_id, changed.series.public_id):
        await cancel_series(mia, public_id, CancelSeries(), NOW + 6 * MINUTE)
        await agrees()
    assert await standing(world) == []
    assert len(await fetch("SELECT FROM series")) == 2
