"""Real calendar programs agree on what our documents say."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from vdirsyncer.vobject import split_collection

from app.calendars.rules import (
    Block,
    ClosingDays,
    Entry,
    FeedHead,
    Organizer,
    all_day_bytes,
    block_bytes,
    event_bytes,
    feed_bytes,
    free_busy_bytes,
    invitation,
)
from app.calendars.time_zones import vtimezone
from app.kernel.periods import Period
from tests.calendars.readers.programs import (
    EXPANDING_READERS,
    READERS,
    Reader,
    Seen,
    ical_js_reads,
    in_utc,
    khal_sees,
)

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)
HEAD = FeedHead("Nahwerk", "Ihre Buchungen, überall; jederzeit", "teal", "https://nahwerk.example/kalender", HOUR, "de")


def entry(number: int, starts_at: datetime, hours: int, summary: str, *, cancelled: bool = False) -> Entry:
    return Entry(
        uid=f"booking-{number}@nahwerk.example",
        sequence=number,
        cancelled=cancelled,
        period=Period(starts_at, starts_at + hours * HOUR),
        summary=summary,
        description="Schlüssel: links,\nCode; am Brett\\Tür\n" + "Löwenstraße, Gäßchen; Hinterhof. " * 30,
        location="RegioHub Polch, Bahnhofstraße 1, 56751 Polch",
        lat=50.298712,
        lng=7.316223,
        url="https://nahwerk.example/buchungen/1",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        updated_at=datetime(2026, 1, 2, tzinfo=UTC),
    )


BOOKINGS = [
    entry(1, datetime(2026, 7, 1, 9, tzinfo=BERLIN), 8, "Schreibtisch 4, Münstermaifeld; Fensterplatz"),
    entry(2, datetime(2026, 12, 1, 9, tzinfo=BERLIN), 8, "Kabine „Grüße“ \\ Rhens"),
    entry(3, datetime(2026, 3, 29, 0, 30, tzinfo=UTC), 1, "Über die Lücke im Frühjahr"),
    entry(4, datetime(2026, 10, 25, 0, 15, tzinfo=UTC), 1, "Die doppelte Stunde, zum ersten Mal"),
    entry(5, datetime(2026, 10, 25, 1, 15, tzinfo=UTC), 1, "Die doppelte Stunde, zum zweiten Mal"),
    entry(6, datetime(2026, 8, 3, 9, tzinfo=BERLIN), 2, "Abgesagt: Raum Mosel", cancelled=True),
    entry(7, datetime(2026, 9, 1, 9, tzinfo=BERLIN), 2, "Sehr langer Name eines Raumes " * 20 + "🌲"),
]
BLOCKS = [Block("r81@nahwerk.example", booking.period, "Belegt") for booking in BOOKINGS[:5]]
CLOSING_DAYS = ClosingDays("polch@nahwerk.example", date(2026, 12, 24), date(2026, 12, 26), "Zu; Feiertage")

FEED = feed_bytes(HEAD, [event_bytes(booking) for booking in BOOKINGS])
FEED_SEEN = [
    Seen(
        booking.uid,
        in_utc(booking.period.starts_at),
        in_utc(booking.period.ends_at),
        booking.summary,
        "CANCELLED" if booking.cancelled else "CONFIRMED",
    )
    for booking in BOOKINGS
]

TAKEN = feed_bytes(HEAD, [*(block_bytes(block) for block in BLOCKS), all_day_bytes(CLOSING_DAYS)])
TAKEN_SEEN = [
    Seen("", in_utc(block.period.starts_at), in_utc(block.period.ends_at), "Belegt", "CONFIRMED") for block in BLOCKS
] + [Seen("", date(2026, 12, 24), date(2026, 12, 27), "Zu; Feiertage", "CONFIRMED")]


def sunday_series(zone_name: str) -> bytes:
    """Two weekly events from March to November, one of them an hour after the clocks change."""
    calendar = icalendar.Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Nahwerk//Nahwerk//DE")
    calendar.add_component(vtimezone(BERLIN))
    for hour in (3, 9):
        event = icalendar.Event()
        event.add("uid", f"{hour}@nahwerk.example")
        event.add("dtstamp", datetime(2026, 1, 1, tzinfo=UTC))
        event.add("dtstart", datetime(2026, 3, 1, hour, 30, tzinfo=BERLIN))
        event.add("dtend", datetime(2026, 3, 1, hour + 1, 30, tzinfo=BERLIN))
        event.add("rrule", {"freq": "WEEKLY", "count": 40})
        event.add("summary", f"Um {hour}.30")
        event.add("status", "CONFIRMED")
        calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content.replace(b"Europe/Berlin", zone_name.encode())


SERIES = {"series": sunday_series("Europe/Berlin"), "foreign_series": sunday_series("Nahwerk-Mitte")}
SERIES_SEEN = [
    Seen(
        f"{hour}@nahwerk.example",
        in_utc(datetime(2026, 3, 1, hour, 30, tzinfo=BERLIN) + week * timedelta(weeks=1)),
        in_utc(datetime(2026, 3, 1, hour + 1, 30, tzinfo=BERLIN) + week * timedelta(weeks=1)),
        f"Um {hour}.30",
        "CONFIRMED",
    )
    for hour in (3, 9)
    for week in range(40)
]


def without_uid(seen: Sequence[Seen]) -> list[Seen]:
    return sorted((event._replace(uid="") for event in seen), key=repr)


@pytest.mark.parametrize("sees", READERS)
def test_every_reader_sees_the_same_bookings(sees: Reader) -> None:
    assert sorted(sees(FEED), key=repr) == sorted(FEED_SEEN, key=repr)


@pytest.mark.parametrize("sees", READERS)
def test_every_reader_sees_the_same_taken_time_and_closing_days(sees: Reader) -> None:
    assert without_uid(sees(TAKEN)) == without_uid(TAKEN_SEEN)


@pytest.mark.parametrize("sees", READERS)
@pytest.mark.parametrize("number", [0, 5])
def test_every_reader_sees_a_confirmed_or_cancelled_booking_in_a_mail(sees: Reader, number: int) -> None:
    organizer = Organizer('Nahwerk, "Eifel"; Mosel', "post@nahwerk.example")
    assert sees(invitation(BOOKINGS[number], organizer, "de")) == [FEED_SEEN[number]]


@pytest.mark.parametrize("sees", READERS)
def test_a_feed_without_bookings_is_a_calendar_all_the_same(sees: Reader) -> None:
    assert sees(feed_bytes(HEAD, [])) == []


@pytest.mark.parametrize("sees", EXPANDING_READERS)
@pytest.mark.parametrize("name", SERIES)
def test_a_weekly_event_keeps_its_hour_on_both_sides_of_the_time_change(sees: Reader, name: str) -> None:
    assert sorted(sees(SERIES[name]), key=repr) == sorted(SERIES_SEEN, key=repr)


def test_khal_shows_the_same_after_vdirsyncer_has_fetched_it(tmp_path: Path) -> None:
    documents = {"feed": FEED, "taken": TAKEN, "empty": feed_bytes(HEAD, []), **SERIES}
    shown = khal_sees(documents, tmp_path)
    assert sorted(shown["feed"], key=repr) == without_uid(FEED_SEEN)
    assert sorted(shown["taken"], key=repr) == without_uid(TAKEN_SEEN)
    assert shown["empty"] == set()
    for name in SERIES:
        assert sorted(shown[name], key=repr) == without_uid(SERIES_SEEN)


WINDOW = Period(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
FREE_BUSY = free_busy_bytes(HEAD, "r81@nahwerk.example", WINDOW, [b.period for b in BLOCKS], WINDOW.starts_at)
BUSY = [
    (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
    (datetime(2026, 7, 1, 7, tzinfo=UTC), datetime(2026, 7, 1, 15, tzinfo=UTC)),
    (datetime(2026, 10, 25, 0, 15, tzinfo=UTC), datetime(2026, 10, 25, 2, 15, tzinfo=UTC)),
    (datetime(2026, 12, 1, 8, tzinfo=UTC), datetime(2026, 12, 1, 16, tzinfo=UTC)),
]


def test_icalendar_and_vobject_read_the_same_free_busy_periods() -> None:
    (component,) = icalendar.Calendar.from_ical(FREE_BUSY).walk("VFREEBUSY")
    assert [(period.start, period.end) for period in component["freebusy"]] == BUSY
    lines = vobject.readOne(FREE_BUSY.decode()).vfreebusy.freebusy_list
    assert [period for line in lines for period in line.value] == BUSY


def test_ical_js_reads_the_same_free_busy_periods() -> None:
    read = [tuple(map(datetime.fromisoformat, period)) for period in ical_js_reads(FREE_BUSY)["busy"]]
    assert read == BUSY


@pytest.mark.parametrize("sees", READERS)
def test_no_reader_shows_free_busy_in_a_subscription(sees: Reader) -> None:
    """Why subscriptions get events (decision 0006): should this fail one day, think again."""
    assert sees(FREE_BUSY) == []


def test_vdirsyncer_refuses_a_subscription_that_holds_free_busy() -> None:
    """Why subscriptions hold no free/busy beside their events (decision 0006)."""
    with pytest.raises(ValueError, match="VFREEBUSY"):
        list(split_collection(FREE_BUSY.decode()))
