"""What calendars get, byte for byte: the lines of RFC 5545 that readers stumble over."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from app.calendars.rules import (
    FEED_BYTES,
    FEED_EVENTS,
    Block,
    ClosingDays,
    Entry,
    FeedHead,
    KeptEvent,
    Organizer,
    all_day_bytes,
    block_bytes,
    blocks_bytes,
    event_bytes,
    feed_bytes,
    feed_window,
    free_busy_bytes,
    invitation,
    invitation_method,
    within_limits,
)
from app.calendars.time_zones import vtimezone
from app.kernel.periods import Period

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 7, 1, 12, tzinfo=BERLIN)
HOUR = timedelta(hours=1)

HEAD = FeedHead(
    name="Nahwerk, Buchungen",
    description="Ihre Plätze; überall",
    color="teal",
    page_url="https://nahwerk.example/kalender",
    refresh=HOUR,
    language="de",
)
ENTRY = Entry(
    uid="7f3c@nahwerk.example",
    sequence=2,
    cancelled=False,
    period=Period(NOON, NOON + 3 * HOUR),
    summary="Schreibtisch 4 · RegioHub Polch",
    description="Schlüsselkasten rechts; Code per Mail,\nWLAN: Nahwerk\\Gast",
    location="RegioHub Polch, Bahnhofstraße 1, 56751 Polch",
    lat=50.298712,
    lng=7.316223,
    url="https://nahwerk.example/buchungen/7f3c",
    created_at=datetime(2026, 6, 1, 8, tzinfo=UTC),
    updated_at=datetime(2026, 6, 2, 9, tzinfo=UTC),
)
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=300)
FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def lines(content: bytes) -> list[str]:
    """The unfolded content lines."""
    return content.decode().replace("\r\n ", "").splitlines()


def event_in(content: bytes) -> icalendar.Event:
    (event,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
    return event


def feed_of(*entries: Entry) -> bytes:
    return feed_bytes(HEAD, [event_bytes(entry) for entry in entries])


def test_lines_end_in_crlf_and_have_at_most_75_octets_of_whole_characters() -> None:
    content = feed_of(replace(ENTRY, summary="Straße " * 40, description="🌲" * 100, url="ä" * 80))
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    for line in content.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()


def test_commas_semicolons_backslashes_and_line_ends_in_texts_are_escaped() -> None:
    content = feed_of(ENTRY)
    assert r"DESCRIPTION:Schlüsselkasten rechts\; Code per Mail\,\nWLAN: Nahwerk\\Gast" in lines(content)
    assert event_in(content)["description"] == ENTRY.description
    assert r"NAME:Nahwerk\, Buchungen" in lines(content)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_no_kind_of_line_end_begins_a_new_property(end: str) -> None:
    hostile = f"Belegt{end}ATTENDEE:mailto:x@example.org{end} END:VEVENT"
    texts = dict.fromkeys(("uid", "summary", "description", "location", "url"), hostile)
    content = feed_bytes(replace(HEAD, name=hostile, description=hostile), [event_bytes(replace(ENTRY, **texts))])
    names = [re.split("[;:]", line)[0] for line in lines(content)]
    assert "ATTENDEE" not in names
    assert names.count("END") == 2


@settings(deadline=None)
@given(text=ANY_TEXT)
def test_any_text_whatsoever_makes_a_calendar_that_readers_can_read(text: str) -> None:
    texts = dict.fromkeys(("uid", "summary", "description", "location", "url"), text)
    hostile_head = replace(HEAD, name=text, description=text, color=text, page_url=text, language=text)
    entry = replace(ENTRY, **texts)
    feed = feed_bytes(hostile_head, [event_bytes(entry), block_bytes(Block(text, ENTRY.period, text))])
    for content in (feed, invitation(entry, Organizer(text, text), text)):
        assert all(len(line) <= 75 for line in content.split(b"\r\n"))
        assert not FORBIDDEN.search(content.decode().replace("\r\n", ""))
        first = icalendar.Calendar.from_ical(content).walk("VEVENT")[0]
        assert first.start == ENTRY.period.starts_at
        assert vobject.readOne(content.decode()).vevent.dtstart.value == ENTRY.period.starts_at


@settings(deadline=None)
@given(text=st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "), max_size=200))
def test_what_people_wrote_arrives_as_they_wrote_it(text: str) -> None:
    text = " ".join(text.replace("\\N", "").split())  # icalendar 7.3 reads \N as a line end while it writes
    assert event_in(feed_of(replace(ENTRY, summary=text)))["summary"] == text


def test_a_booking_keeps_its_uid_and_raises_its_sequence_when_it_moves() -> None:
    before = event_in(feed_of(ENTRY))
    moved = replace(ENTRY, sequence=3, period=Period(NOON + HOUR, NOON + 2 * HOUR))
    after = event_in(feed_of(moved))
    assert (before["uid"], before["sequence"]) == ("7f3c@nahwerk.example", 2)
    assert (after["uid"], after["sequence"]) == ("7f3c@nahwerk.example", 3)


def test_stamps_tell_when_the_booking_changed_and_not_when_the_feed_was_made() -> None:
    content = feed_of(ENTRY)
    assert "DTSTAMP:20260602T090000Z" in lines(content)
    assert "LAST-MODIFIED:20260602T090000Z" in lines(content)
    assert "CREATED:20260601T080000Z" in lines(content)
    assert content == feed_of(replace(ENTRY))


def test_times_are_utc_and_need_no_time_zone() -> None:
    content = feed_of(ENTRY)
    assert "DTSTART:20260701T100000Z" in lines(content)
    assert "DTEND:20260701T130000Z" in lines(content)
    assert b"TZID" not in content
    assert b"VTIMEZONE" not in content


def test_both_nights_of_the_time_change_keep_their_length() -> None:
    spring = Period(datetime(2026, 3, 29, 1, 30, tzinfo=BERLIN), datetime(2026, 3, 29, 3, 30, tzinfo=BERLIN))
    autumn = Period(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    for period in (spring, autumn):
        assert event_in(feed_of(replace(ENTRY, period=period))).duration == HOUR


def test_closing_days_are_whole_days_and_end_on_the_day_after() -> None:
    days = ClosingDays("polch@nahwerk.example", date(2026, 12, 24), date(2026, 12, 26), "Geschlossen")
    content = feed_bytes(HEAD, [all_day_bytes(days)])
    assert "DTSTART;VALUE=DATE:20261224" in lines(content)
    assert "DTEND;VALUE=DATE:20261227" in lines(content)


def test_a_feed_says_its_name_colour_page_and_how_often_to_ask() -> None:
    said = lines(feed_of())
    assert {
        "VERSION:2.0",
        r"NAME:Nahwerk\, Buchungen",
        r"X-WR-CALNAME:Nahwerk\, Buchungen",
        r"X-WR-CALDESC:Ihre Plätze\; überall",
        "COLOR:teal",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "URL:https://nahwerk.example/kalender",
    } <= set(said)


def test_the_secret_address_of_a_feed_stands_in_no_copy_of_it() -> None:
    assert b"SOURCE" not in feed_of(ENTRY)


def test_blocks_by_the_hundred_are_the_blocks_that_icalendar_builds() -> None:
    periods = [Period(NOON + n * HOUR, NOON + (n + 1) * HOUR) for n in range(0, 2_000, 7)]
    holder, summary = "k7f3@nahwerk.example", "Belegt: Raum „Nette“; lang " * 5
    built = [block_bytes(Block(holder, period, summary)) for period in periods]
    assert list(blocks_bytes(holder, summary, periods)) == built


def test_a_feed_is_no_message() -> None:
    assert b"METHOD" not in feed_of(ENTRY)


def test_a_booking_says_where_it_is_and_where_to_read_more() -> None:
    said = lines(feed_of(ENTRY))
    assert r"LOCATION:RegioHub Polch\, Bahnhofstraße 1\, 56751 Polch" in said
    assert "GEO:50.298712;7.316223" in said
    assert "URL:https://nahwerk.example/buchungen/7f3c" in said


def test_an_address_with_umlauts_and_blanks_becomes_a_uri() -> None:
    said = lines(feed_of(replace(ENTRY, url="https://nahwerk.example/räume/a b?q=%C3%A4#c")))
    assert "URL:https://nahwerk.example/r%C3%A4ume/a%20b?q=%C3%A4#c" in said


@pytest.mark.parametrize("lat", [None, float("nan"), float("inf")])
def test_a_place_without_position_has_no_geo(lat: float | None) -> None:
    assert b"GEO" not in feed_of(replace(ENTRY, lat=lat))


def test_what_is_empty_is_left_out() -> None:
    event = event_in(feed_of(replace(ENTRY, description=" \n", location="", url="")))
    assert not {"DESCRIPTION", "LOCATION", "URL"} & set(event)


def test_a_cancelled_booking_stays_to_be_seen_but_takes_no_time() -> None:
    cancelled = event_in(feed_of(replace(ENTRY, cancelled=True, sequence=3)))
    assert (cancelled["status"], cancelled["transp"]) == ("CANCELLED", "TRANSPARENT")
    confirmed = event_in(feed_of(ENTRY))
    assert (confirmed["status"], confirmed["transp"]) == ("CONFIRMED", "OPAQUE")


def test_no_alarm_rings_in_a_shared_calendar() -> None:
    assert b"VALARM" not in feed_of(ENTRY)


def test_a_feed_reaches_from_90_days_ago_to_400_days_ahead_and_moves_once_a_day() -> None:
    window = feed_window(NOON)
    assert window == Period(datetime(2026, 4, 2, tzinfo=UTC), datetime(2027, 8, 5, tzinfo=UTC))
    assert feed_window(NOON + 9 * HOUR) == window
    assert feed_window(NOON + timedelta(days=1)) != window


def days_from_now(*days: int, size: int = 10) -> list[KeptEvent]:
    starts = {day: NOON + timedelta(days=day) for day in days}
    return [KeptEvent(start, start + HOUR, (b"%d" % day).ljust(size, b".")) for day, start in starts.items()]


def shown_days(events: list[bytes]) -> list[int]:
    return [int(content.split(b".")[0]) for content in events]


def test_a_feed_within_the_limits_is_complete() -> None:
    assert shown_days(within_limits(days_from_now(-2, -1, 1, 2), NOON)) == [-2, -1, 1, 2]


def test_too_many_events_cost_the_oldest_past_ones_first() -> None:
    days = range(-100, FEED_EVENTS - 60)
    assert shown_days(within_limits(days_from_now(*days), NOON)) == list(range(-60, FEED_EVENTS - 60))


def test_too_many_upcoming_events_cost_the_farthest_ones() -> None:
    days = range(-5, FEED_EVENTS + 5)
    assert shown_days(within_limits(days_from_now(*days), NOON)) == list(range(FEED_EVENTS))


def test_events_that_are_too_large_together_are_cut_by_their_size() -> None:
    quarter = FEED_BYTES // 4
    assert shown_days(within_limits(days_from_now(-3, -2, -1, 1, 2, size=quarter), NOON)) == [-2, -1, 1, 2]


def test_taken_time_is_shown_without_a_name_and_keeps_its_uid() -> None:
    block = Block("r81@nahwerk.example", ENTRY.period, "Belegt")
    event = event_in(feed_bytes(HEAD, [block_bytes(block)]))
    assert (event["summary"], event["transp"], event.start) == ("Belegt", "OPAQUE", NOON)
    assert set(event) == {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "STATUS", "TRANSP"}
    in_utc = Period(NOON.astimezone(UTC), (NOON + 3 * HOUR).astimezone(UTC))
    assert block_bytes(replace(block, period=in_utc)) == block_bytes(block)
    assert event["uid"] != event_in(feed_bytes(HEAD, [block_bytes(replace(block, holder="r82@x"))]))["uid"]


def test_free_busy_lists_taken_time_within_the_window_in_as_few_periods_as_possible() -> None:
    window = Period(NOON, NOON + timedelta(days=2))
    busy = [
        Period(NOON - HOUR, NOON + HOUR),
        Period(NOON + 5 * HOUR, NOON + 6 * HOUR),
        Period(NOON + 6 * HOUR, NOON + 7 * HOUR),
        Period(NOON - 9 * HOUR, NOON - 8 * HOUR),
    ]
    said = lines(free_busy_bytes(HEAD, "r81@nahwerk.example", window, busy, NOON))
    assert [line for line in said if line.startswith("FREEBUSY")] == [
        "FREEBUSY;FBTYPE=BUSY:20260701T100000Z/20260701T110000Z",
        "FREEBUSY;FBTYPE=BUSY:20260701T150000Z/20260701T170000Z",
    ]
    assert {"DTSTART:20260701T100000Z", "DTEND:20260703T100000Z", "DTSTAMP:20260701T100000Z"} <= set(said)


def test_a_confirmation_is_published_and_asks_for_no_answer() -> None:
    content = invitation(ENTRY, Organizer("Nahwerk", "post@nahwerk.example"), "de")
    assert invitation_method(ENTRY) == "PUBLISH"
    assert icalendar.Calendar.from_ical(content)["method"] == "PUBLISH"
    event = event_in(content)
    assert "method" not in event
    assert "attendee" not in event
    assert event["organizer"] == "mailto:post@nahwerk.example"
    assert (event["uid"], event["sequence"], event["status"]) == (ENTRY.uid, 2, "CONFIRMED")


def test_a_cancellation_takes_back_the_same_uid_with_a_higher_sequence() -> None:
    cancelled = replace(ENTRY, cancelled=True, sequence=ENTRY.sequence + 1)
    content = invitation(cancelled, Organizer("Nahwerk", "post@nahwerk.example"), "de")
    assert invitation_method(cancelled) == "CANCEL"
    assert icalendar.Calendar.from_ical(content)["method"] == "CANCEL"
    event = event_in(content)
    assert (event["uid"], event["sequence"], event["status"]) == (ENTRY.uid, 3, "CANCELLED")


def test_a_feed_of_a_thousand_kept_events_is_put_together_in_under_five_milliseconds() -> None:
    events = [event_bytes(ENTRY)] * 1000
    durations = []
    for _ in range(5):
        started = perf_counter()
        feed_bytes(HEAD, events)
        durations.append(perf_counter() - started)
    assert min(durations) < 0.005


def test_a_time_zone_is_two_rules_from_1970_on() -> None:
    assert lines(vtimezone(BERLIN).to_ical()) == [
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Berlin",
        "BEGIN:DAYLIGHT",
        "DTSTART:19700329T020000",
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
        "TZNAME:CEST",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        "END:DAYLIGHT",
        "BEGIN:STANDARD",
        "DTSTART:19701025T030000",
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
        "TZNAME:CET",
        "TZOFFSETFROM:+0200",
        "TZOFFSETTO:+0100",
        "END:STANDARD",
        "END:VTIMEZONE",
    ]


@pytest.mark.parametrize("key", ["Europe/Lisbon", "Europe/Athens", "Atlantic/Azores"])
def test_the_rules_of_other_european_zones_give_the_same_hours_as_the_zone(key: str) -> None:
    zone = ZoneInfo(key)
    rules = vtimezone(zone).to_tz(lookup_tzid=False)
    for month in range(1, 13):
        for day in (1, 24, 25, 26, 27, 28):
            local = datetime(2027, month, day, 12)  # noqa: DTZ001
            assert local.replace(tzinfo=rules).utcoffset() == local.replace(tzinfo=zone).utcoffset()


@pytest.mark.parametrize("key", ["America/New_York", "Europe/Istanbul", "Africa/Casablanca", "UTC"])
def test_a_zone_with_another_rule_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match=key):
        vtimezone(ZoneInfo(key))
