"""A recurring booking in its person's feed: every program shows the dates that are booked, and no others."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import icalendar
import pytest

from app.bookings.arrivals import check_in
from app.bookings.cancellation import cancel
from app.bookings.moving import MoveBooking, move
from app.bookings.queries import BookingCard
from app.bookings.rules import Status
from app.calendars.files import booking_as_file
from app.calendars.operations import CreateFeed, create_feed
from app.calendars.rules import CANCELLED_STAYS, Organizer
from app.calendars.subscriptions import FeedKind
from app.kernel.periods import Period
from app.platform.database import execute, fetch_value
from app.platform.language import speaker
from tests.calendars.readers.programs import EXPANDING_READERS, Reader, Seen, in_utc, khal_sees
from tests.calendars.test_feeds import _react, a_booking, a_feed, content_of, events_of, read
from tests.recurring import a_date, a_series, cancelled, dates_of, named
from tests.worlds import NOW, World, at

DAY = timedelta(days=1)
ROOM = "Raum Nette, RegioHub Polch"
NEVER_GIVEN_BACK = frozenset(Status) - {Status.CANCELLED, Status.RELEASED, Status.NO_SHOW}


async def thursdays(world: World, **more: object) -> int:
    """Every Thursday from 19 to 21 until summer, over the time change in March, but on Christmas Eve and New Year's."""
    return await a_series(
        world.mia,
        world.polch,
        world.polch["Nette"],
        "FREQ=WEEKLY;BYDAY=TH;UNTIL=20270630",
        Period(at(date(2026, 11, 26), 19), at(date(2026, 11, 26), 21)),
        without=[at(date(2026, 12, 24), 19), at(date(2026, 12, 31), 19)],
        **more,  # type: ignore[arg-type]
    )


def shown(bookings: Sequence[BookingCard], summary: str = ROOM) -> list[Seen]:
    """What a program shows of bookings that stand."""
    return sorted(
        Seen(
            booking.ical_uid,
            in_utc(booking.starts_at),
            in_utc(booking.ends_at),
            summary.replace("Raum Nette", "Platz 1") if booking.resource.name == "1" else summary,
            "CONFIRMED",
        )
        for booking in bookings
        if booking.status in NEVER_GIVEN_BACK
    )


def lines(content: bytes) -> list[str]:
    return content.decode().replace("\r\n ", "").splitlines()


RULES = {
    "thursdays over both changes": ("FREQ=WEEKLY;BYDAY=TH;COUNT=52", 19, 2),
    "twice a week, every second week": ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;UNTIL=20271120T225959Z", 8, 4),
    "daily": ("FREQ=DAILY;UNTIL=20271120", 7, 1),
    "the second and the last Tuesday": ("FREQ=MONTHLY;BYDAY=2TU,-1TU;COUNT=23", 9, 1),
    "the last day of the month": ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=12", 9, 1),
    "Saturday nights, over the changed hour itself": ("FREQ=WEEKLY;BYDAY=SA;COUNT=52", 22, 8),
    "Saturday nights until the hour that comes twice": ("FREQ=WEEKLY;BYDAY=SA;COUNT=52", 22, 4),
    "Sundays in the hour that comes twice or never": ("FREQ=WEEKLY;BYDAY=SU;COUNT=52", 2, 3),
}


@pytest.mark.parametrize("sees", EXPANDING_READERS)
@pytest.mark.parametrize("name", RULES)
async def test_every_reader_expands_a_series_to_its_bookings(world: World, sees: Reader, name: str) -> None:
    rule, hour, hours = RULES[name]
    starts_at = at(date(2026, 11, 25), hour)
    ends_at = at(date(2026, 11, 25) + DAY * ((hour + hours) // 24), (hour + hours) % 24)
    series = await a_series(world.mia, world.polch, world.polch["Nette"], rule, Period(starts_at, ends_at))
    bookings = await dates_of(series)
    await cancelled(bookings[5:8])
    await execute(
        "UPDATE booking SET starts_at = starts_at + interval '1 hour', ends_at = ends_at + interval '3 hours',"
        " resource = $2, sequence = 1 WHERE id = $1",
        bookings[9].id,
        world.polch["1"].id,
    )
    content = await content_of(await a_feed(world.mia))
    assert sorted(sees(content)) == shown(await dates_of(series))
    assert lines(content).count("BEGIN:VTIMEZONE") == 1


async def test_khal_shows_the_bookings_of_a_series(world: World, tmp_path: Path) -> None:
    series = await thursdays(world)
    bookings = await dates_of(series)
    await cancelled(bookings[2:4])
    await move(
        world.mia.actor(),
        bookings[1].public_id,
        MoveBooking(world.polch["1"].public_id, at(date(2026, 12, 4), 9), at(date(2026, 12, 4), 11)),
        NOW,
    )
    seen = khal_sees({"feed": await content_of(await a_feed(world.mia))}, tmp_path)["feed"]
    assert sorted(seen) == sorted(one._replace(uid="") for one in shown(await dates_of(series)))


async def test_a_series_is_one_event_with_its_rule_its_exceptions_and_one_time_zone(world: World) -> None:
    series = await thursdays(world)
    await a_booking(world)
    content = await content_of(await a_feed(world.mia))
    (recurring,) = [event for event in icalendar.Calendar.from_ical(content).walk("VEVENT") if "rrule" in event]
    assert recurring["uid"] == f"{await named(series)}@nahwerk"
    said = lines(content)
    assert "DTSTART;TZID=Europe/Berlin:20261126T190000" in said
    assert "RRULE:FREQ=WEEKLY;UNTIL=20270630T215959Z;BYDAY=TH" in said
    assert "EXDATE;TZID=Europe/Berlin:20261224T190000,20261231T190000" in said
    assert said.count("BEGIN:VEVENT") == 2  # the single booking is the other one
    assert said.count("BEGIN:VTIMEZONE") == 1
    assert said.index("END:VTIMEZONE") < said.index("BEGIN:VEVENT")
    assert "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3" in said
    assert not any(line.startswith("RDATE") for line in said)


async def test_a_feed_without_series_needs_no_time_zone(world: World) -> None:
    await a_booking(world)
    assert "BEGIN:VTIMEZONE" not in lines(await content_of(await a_feed(world.mia)))


async def test_a_moved_date_stands_in_the_place_of_its_own(world: World) -> None:
    series = await thursdays(world)
    booking = (await dates_of(series))[1]
    there = MoveBooking(world.polch["1"].public_id, at(date(2026, 12, 4), 9), at(date(2026, 12, 4), 11))
    await move(world.mia.actor(), booking.public_id, there, NOW)
    recurring, instead = await events_of(await a_feed(world.mia))
    assert instead["uid"] == recurring["uid"]
    assert instead["sequence"] == recurring["sequence"] == 1
    assert instead["recurrence-id"].dt == at(date(2026, 12, 3), 19)
    assert (instead.start, instead["summary"]) == (at(date(2026, 12, 4), 9), "Platz 1, RegioHub Polch")
    assert instead["url"].endswith(f"/buchungen/{booking.public_id}")
    assert recurring["url"].endswith(f"/woche/serien/{await named(series)}")


async def test_a_cancelled_date_is_taken_out_of_the_rule(world: World) -> None:
    series = await thursdays(world)
    booking = (await dates_of(series))[0]
    token = await a_feed(world.mia)
    before = await read(token)
    await cancel(world.mia.actor(), booking.public_id, NOW)
    after = await read(token, known=before)
    (recurring,) = icalendar.Calendar.from_ical(after.content or b"").walk("VEVENT")
    assert recurring["exdate"].dts[0].dt == at(date(2026, 11, 26), 19)
    assert (recurring["sequence"], recurring["status"]) == (1, "CONFIRMED")


async def test_a_date_that_is_only_asked_for_is_tentative(world: World) -> None:
    series = await thursdays(world)
    await execute("UPDATE booking SET status = 'requested' WHERE id = $1", (await dates_of(series))[3].id)
    recurring, instead = await events_of(await a_feed(world.mia))
    assert (recurring["status"], instead["status"]) == ("CONFIRMED", "TENTATIVE")
    assert instead["summary"] == f"Angefragt: {ROOM}"


async def test_a_series_that_is_only_asked_for_is_tentative_as_a_whole(world: World) -> None:
    await thursdays(world, status="requested")
    (recurring,) = await events_of(await a_feed(world.mia))
    assert (recurring["status"], recurring["summary"]) == ("TENTATIVE", f"Angefragt: {ROOM}")


async def test_a_cancelled_series_stays_as_cancelled_for_thirty_days(world: World) -> None:
    series = await thursdays(world)
    token = await a_feed(world.mia)
    dates = await dates_of(series)
    await cancelled(dates)
    (recurring,) = await events_of(token)
    assert (recurring["status"], recurring["transp"]) == ("CANCELLED", "TRANSPARENT")
    assert recurring["summary"] == f"Abgesagt: {ROOM}"
    assert recurring["sequence"] == len(dates)
    assert len(recurring["exdate"].dts) == 2
    assert await events_of(token, NOW + CANCELLED_STAYS + DAY) == []


@pytest.mark.parametrize("status", ["released", "no_show"])
async def test_a_place_that_was_given_to_others_is_no_more_in_the_series(world: World, status: str) -> None:
    series = await thursdays(world)
    await execute(
        "UPDATE booking SET status = $2, sequence = sequence + 1 WHERE id = $1", (await dates_of(series))[0].id, status
    )
    (recurring,) = await events_of(await a_feed(world.mia))
    assert recurring["exdate"].dts[0].dt == at(date(2026, 11, 26), 19)


async def test_dates_before_the_window_keep_the_rule_honest(world: World) -> None:
    """In a year's time the first dates are out of the feed's window, and the rule still begins with them."""
    series = await thursdays(world)
    token = await a_feed(world.mia)
    await cancelled((await dates_of(series))[1:3])
    now = at(date(2027, 5, 20), 12)
    (recurring,) = await events_of(token, now)
    assert len(recurring["exdate"].dts) == 4
    assert await events_of(token, now + 180 * DAY) == []


async def test_a_date_that_the_rule_does_not_have_is_added(world: World) -> None:
    series = await thursdays(world)
    period = Period(at(date(2027, 1, 6), 19), at(date(2027, 1, 6), 21))
    await a_date(series, world.mia, world.polch, world.polch["Nette"], period)
    content = await content_of(await a_feed(world.mia))
    for sees in EXPANDING_READERS:
        assert sorted(sees(content)) == shown(await dates_of(series))


async def test_what_a_changed_series_has_no_more_was_never_an_event_by_itself(world: World) -> None:
    series = await thursdays(world)
    gone = (await dates_of(series))[0]
    await cancelled([gone])
    await execute(
        "UPDATE booking SET series = NULL, series_slot = NULL, reason = 'series_changed' WHERE id = $1", gone.id
    )
    (recurring,) = await events_of(await a_feed(world.mia))
    assert "rrule" in recurring


async def test_everybody_sees_the_own_dates_of_a_series_alone(world: World) -> None:
    """An association's responsible person changes: what was is the former's, what comes the new one's."""
    series = await thursdays(world)
    dates = await dates_of(series)
    hers, his = await a_feed(world.mia), await a_feed(world.gundula)
    before = await read(hers)
    await execute("UPDATE booking SET person = $2 WHERE id = ANY($1)", [d.id for d in dates[4:]], world.gundula.id)
    assert (await read(hers, known=before)).content is not None
    for sees in EXPANDING_READERS:
        assert sorted(sees(await content_of(hers))) == shown(dates[:4])
        assert sorted(sees(await content_of(his))) == shown(dates[4:])


async def test_what_a_calendar_does_not_show_of_a_series_changes_nothing(world: World) -> None:
    series = await thursdays(world)
    token = await a_feed(world.mia)
    first = await read(token)
    booking = (await dates_of(series))[0]
    await move(world.mia.actor(), booking.public_id, MoveBooking(note="Beamer bitte"), NOW)
    await check_in(world.mia.actor(), booking.public_id, booking.starts_at)
    again = await read(token, NOW + DAY / 24, first)
    assert (again.content, again.etag) == (None, first.etag)
    assert (await read(token)).content == first.content


async def test_every_change_of_a_series_is_a_new_answer(world: World) -> None:
    series = await thursdays(world)
    token = await a_feed(world.mia)
    answers = [await read(token)]
    dates = await dates_of(series)

    async def changed() -> None:
        answers.append(await read(token, known=answers[-1]))
        assert answers[-1].content is not None

    await execute("UPDATE series SET rrule = 'FREQ=WEEKLY;COUNT=30', sequence = sequence + 1 WHERE id = $1", series)
    await changed()
    await execute("UPDATE booking SET status = 'requested' WHERE id = $1", dates[0].id)
    await changed()
    await cancel(world.mia.actor(), dates[1].public_id, NOW)
    await changed()
    await execute("UPDATE space SET name = 'RegioHub Mitte', version = version + 1 WHERE id = $1", world.polch.id)
    await changed()
    assert b"RegioHub Mitte" in (answers[-1].content or b"")
    await cancelled(dates)
    await changed()
    assert len({answer.etag for answer in answers}) == len(answers)


async def test_a_series_is_kept_as_soon_as_it_is_made_and_each_time_it_changes(world: World) -> None:
    token = await a_feed(world.mia)
    series = await thursdays(world)
    await _react("series.made", series)
    kept = await fetch_value("SELECT content FROM kept_series WHERE series = $1", series)
    assert kept in await content_of(token)
    booking = (await dates_of(series))[0]
    await cancel(world.mia.actor(), booking.public_id, NOW)
    await _react("booking.cancelled", booking.id)
    assert await fetch_value("SELECT content FROM kept_series WHERE series = $1", series) != kept
    assert await fetch_value("SELECT count(*) FROM kept_event") == 0


async def test_a_new_feed_is_complete_with_its_series(world: World) -> None:
    series = await thursdays(world)
    english = replace(world.mia.actor(), language="en")
    card, token = await create_feed(english, CreateFeed(FeedKind.PERSON), NOW)
    await _react("feed.created", card.id)
    assert await fetch_value("SELECT array_agg(series) FROM kept_series") == [series]
    (recurring,) = await events_of(token)
    assert recurring["summary"] == "Room Nette, RegioHub Polch"


@pytest.mark.parametrize("sees", EXPANDING_READERS)
async def test_a_date_as_a_file_brings_its_whole_series_and_asks_for_no_answer(world: World, sees: Reader) -> None:
    series = await thursdays(world)
    dates = await dates_of(series)
    sender = Organizer("Nahwerk", "post@nahwerk.example")
    content = await booking_as_file(dates[3].id, world.mia.id, sender, speaker("de"), "https://nahwerk.example")
    assert sorted(sees(content)) == shown(dates)
    assert "METHOD:PUBLISH" in lines(content)
    assert not any(line.startswith("ATTENDEE") for line in lines(content))


async def test_the_feed_of_a_room_says_of_a_series_only_that_it_is_taken(world: World) -> None:
    series = await thursdays(world)
    for kind, subject in ((FeedKind.RESOURCE, world.polch["Nette"].public_id), (FeedKind.SPACE, world.polch.slug)):
        content = await content_of(await a_feed(world.otto, kind, subject))
        blocks = [e for e in icalendar.Calendar.from_ical(content).walk("VEVENT") if isinstance(e.start, datetime)]
        assert [in_utc(event.start) for event in blocks] == [b.period.starts_at for b in await dates_of(series)]
        assert b"RRULE" not in content
        assert (await named(series)).encode() not in content
