"""A recurring booking as calendars hold it: one event that comes back by its rule, and what differs from it. Pure.

RFC 5545, 3.8.5: the rule says when the event comes back, EXDATE takes dates out, RDATE adds some, and an event with
the same UID and a RECURRENCE-ID stands in the place of one date. Whatever a program makes of the rule, what is left are
the dates that are shown.
"""

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from icalendar import Event, vRecur

from app.calendars.rules import Entry, Method, Organizer, address_of, calendar_in, component_bytes, event_of
from app.calendars.time_zones import vtimezone
from app.inventory.recurrence import LONGEST_SERIES, ByDay, Recurrence, slots_until
from app.kernel.periods import Period
from app.kernel.wall_time import local_day
from app.platform.mail import Mailbox

_WEEKS_OF_A_MONTH = range(1, 6)


@dataclass(frozen=True, slots=True)
class SeriesDate:
    """One date: the start that the rule gives it, and the booking. `differs` says that more than its time does."""

    slot: datetime
    entry: Entry
    differs: bool = False


@dataclass(frozen=True, slots=True)
class SeriesEntry:
    """A recurring booking, already in its reader's language.

    `main` is what a date says that is as the rule has it; its period is the first one. `dates` are those that are
    shown: the standing ones, or where none stands those that were given back. All carry the UID, the SEQUENCE and the
    stamps of `main`, so that no program takes a part for older than the rest.
    """

    rule: Recurrence
    zone: ZoneInfo
    main: Entry
    dates: Sequence[SeriesDate]

    @property
    def starts(self) -> Mapping[datetime, datetime]:
        """As `rule_starts` gives them."""
        return rule_starts(self.rule, self.main.period, self.zone)


def rule_starts(rule: Recurrence, first: Period, zone: ZoneInfo) -> Mapping[datetime, datetime]:
    """The starts that the rule gives a series whose first time is this, in order: instants in UTC with their wall time.

    Only where the clocks jump over a wall time, the instant shows another one.
    """
    wall = first.starts_at.astimezone(zone).time()
    last_day = local_day(first.starts_at, zone) + LONGEST_SERIES
    return {
        slot.starts_at.astimezone(UTC): datetime.combine(slot.day, wall, zone)
        for slot in slots_until(rule, first, zone, last_day)
    }


def series_bytes(series: SeriesEntry) -> tuple[bytes, int]:
    """The series as VEVENTs, the coming back one first, and how many they are."""
    events = list(_events(series))
    return b"".join(map(component_bytes, events)), len(events)


@functools.cache
def zone_bytes(zone: str) -> bytes:
    """The VTIMEZONE that a calendar holds once for each zone of its series."""
    return component_bytes(vtimezone(ZoneInfo(zone)))


def _events(series: SeriesEntry) -> Iterator[Event]:
    starts = series.starts
    shown = {one.slot.astimezone(UTC) for one in series.dates}
    yield _recurring(series, starts, shown)
    for one in series.dates:
        if _differs(one, series, starts):
            yield _instead(one, series, starts)


def _recurring(series: SeriesEntry, starts: Mapping[datetime, datetime], shown: set[datetime]) -> Event:
    first = next(iter(starts.values()), series.main.period.starts_at.astimezone(series.zone))
    ends_at = first.astimezone(UTC) + series.main.period.duration
    local = ends_at.astimezone(series.zone)
    event = event_of(series.main, first, ends_at if _comes_twice(local) else local)
    event.add("rrule", _written(series.rule))
    if left_out := [wall for at, wall in starts.items() if at not in shown]:
        event.add("exdate", left_out)
    if added := [at.astimezone(series.zone) for at in sorted(shown) if at not in starts]:
        event.add("rdate", added)
    return event


def _written(rule: Recurrence) -> vRecur:
    """The rule as all programs read it: where it names both 'the first Monday' and 'Mondays', some take neither."""
    if any(by_day.nth for by_day in rule.by_day):
        numbered = {
            ByDay(by_day.weekday, nth)
            for by_day in rule.by_day
            for nth in ((by_day.nth,) if by_day.nth else _WEEKS_OF_A_MONTH)
        }
        rule = replace(rule, by_day=tuple(sorted(numbered)))
    recurrence: vRecur = vRecur.from_ical(str(rule))
    return recurrence


def _differs(one: SeriesDate, series: SeriesEntry, starts: Mapping[datetime, datetime]) -> bool:
    """Whether the date needs an event of its own.

    So does every date that touches a change of the clocks: programs disagree on what lasts over it, and on a wall time
    that comes twice or never.
    """
    slot = one.slot.astimezone(UTC)
    as_the_rule = Period(slot, slot + series.main.period.duration)
    return one.differs or one.entry.period != as_the_rule or _touches_change(as_the_rule, starts, series.zone)


def _touches_change(period: Period, starts: Mapping[datetime, datetime], zone: ZoneInfo) -> bool:
    begins, ends = period.starts_at.astimezone(zone), period.ends_at.astimezone(zone)
    wall = starts.get(period.starts_at, begins)
    is_unclear = _comes_twice(wall) or _comes_twice(ends) or _clock(begins) != _clock(wall)
    return is_unclear or begins.utcoffset() != ends.utcoffset()


def _clock(local: datetime) -> datetime:
    """What the clocks show."""
    return local.replace(tzinfo=None)


def _instead(one: SeriesDate, series: SeriesEntry, starts: Mapping[datetime, datetime]) -> Event:
    """The event that stands in the place of one date."""
    entry = replace(one.entry, uid=series.main.uid, sequence=series.main.sequence, updated_at=series.main.updated_at)
    slot = one.slot.astimezone(UTC)
    event = event_of(entry, *_written_times(entry.period, series.zone))
    event.add("recurrence-id", starts.get(slot, slot.astimezone(series.zone)))
    return event


def _written_times(period: Period, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Start and end in the zone; both in UTC where the zone's clocks show one of them twice."""
    starts_at, ends_at = period.starts_at.astimezone(zone), period.ends_at.astimezone(zone)
    if _comes_twice(starts_at) or _comes_twice(ends_at):
        return period.starts_at.astimezone(UTC), period.ends_at.astimezone(UTC)
    return starts_at, ends_at


def _comes_twice(local: datetime) -> bool:
    first, second = local.replace(fold=0).utcoffset(), local.replace(fold=1).utcoffset()
    assert first is not None
    assert second is not None
    return first > second


@dataclass(frozen=True, slots=True)
class Message:
    """What a mail about a series asks its reader's calendar: from whom, to whom, in which language."""

    organizer: Organizer
    attendee: Mailbox
    language: str


def series_file(series: SeriesEntry, organizer: Organizer, language: str) -> bytes:
    """The whole series for any calendar that opens the file; nobody is asked to answer."""
    return _document("PUBLISH", list(_events(series)), series.zone, organizer, None, language)


def series_method(series: SeriesEntry) -> Method:
    """What a mail about the whole series asks for."""
    return "CANCEL" if series.main.cancelled else "REQUEST"


def series_invitation(series: SeriesEntry, message: Message) -> bytes:
    """The calendar part of a mail about the series: all of it, or that all of it is cancelled (RFC 5546, 3.2.5)."""
    method = series_method(series)
    events = [next(_events(series))] if method == "CANCEL" else list(_events(series))
    return _document(method, events, series.zone, message.organizer, message.attendee, message.language)


def date_method(one: SeriesDate) -> Method:
    """What a mail about one date of a series asks for."""
    return "CANCEL" if one.entry.cancelled else "REQUEST"


def date_invitation(one: SeriesDate, series: SeriesEntry, message: Message) -> bytes:
    """The calendar part of a mail about one date: where and when it is now, or that it is cancelled."""
    starts = series.starts
    event = _instead(one, series, starts)
    return _document(date_method(one), [event], series.zone, message.organizer, message.attendee, message.language)


def _document(
    method: Method,
    events: Sequence[Event],
    zone: ZoneInfo,
    organizer: Organizer,
    attendee: Mailbox | None,
    language: str,
) -> bytes:
    calendar = calendar_in(language)
    calendar.add("method", method)
    calendar.add_component(vtimezone(zone))
    for event in events:
        event.add("organizer", address_of(organizer.name, organizer.email))
        if attendee is not None:
            _add_attendee(event, attendee)
        calendar.add_component(event)
    return component_bytes(calendar)


def _add_attendee(event: Event, attendee: Mailbox) -> None:
    """A request needs who is asked (RFC 5546, 3.2.2). It is settled already, and no answer is read."""
    address = address_of(attendee.name, attendee.email)
    address.params["PARTSTAT"] = "ACCEPTED"
    address.params["RSVP"] = "FALSE"
    event.add("attendee", address)
