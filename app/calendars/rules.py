"""What a calendar document holds: bookings as events, taken time, closing days, and the limits of a feed.

Everything is RFC 5545 (iCalendar), RFC 7986 (NAME, COLOR, URL, REFRESH-INTERVAL) and RFC 5546 (METHOD).
The same arguments always give the same bytes, because calendars fetch everything anew on any difference.
"""

import functools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, NamedTuple
from urllib.parse import quote

from icalendar import Calendar, Component, Event, FreeBusy, vCalAddress, vDuration, vPeriod, vText

from app.kernel.periods import Period, merged
from app.kernel.plain_text import one_line, plain

FEED_PAST = timedelta(days=90)
FEED_FUTURE = timedelta(days=400)
FEED_EVENTS = 2_000
FEED_BYTES = 990_000
"""Octets of all events together: 1 MB, with 10 kB left for the head."""

CANCELLED_STAYS = timedelta(days=30)
"""How long a cancelled booking is shown as cancelled: long enough for every reader to fetch it once."""

_URL_CHARACTERS = "%/:?#[]@!$&'()*+,;=~"
_NEVER_REVISED = datetime(2026, 1, 1, tzinfo=UTC)
_PATTERN = Period(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC), datetime(1970, 1, 1, 0, 0, 2, tzinfo=UTC))

Method = Literal["PUBLISH", "REQUEST", "CANCEL"]


def _stamp(at: datetime) -> bytes:
    """An instant in UTC as RFC 5545 writes it."""
    return f"{at:%Y%m%dT%H%M%SZ}".encode()


_PATTERN_STARTS, _PATTERN_ENDS = _stamp(_PATTERN.starts_at), _stamp(_PATTERN.ends_at)


@dataclass(frozen=True, slots=True)
class Entry:
    """One booking as a calendar shows it, already in its reader's language.

    `uid` stays the same for the booking's whole life; `sequence` rises with every change of time, place or
    status. `lat` and `lng` are degrees (WGS 84). What is `cancelled` or only `tentative` says so in its summary too.
    """

    uid: str
    sequence: int
    cancelled: bool
    period: Period
    summary: str
    description: str
    location: str
    lat: float | None
    lng: float | None
    url: str
    created_at: datetime
    updated_at: datetime
    tentative: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Time that is taken, without a word on who took it.

    `holder` names what is held in a way that stays (a resource's public id and the network's host); two
    blocks of one holder differ in their period.
    """

    holder: str
    period: Period
    summary: str


@dataclass(frozen=True, slots=True)
class ClosingDays:
    """Whole days of a place's wall calendar, from `first` to `last`, both included."""

    holder: str
    first: date
    last: date
    summary: str


@dataclass(frozen=True, slots=True)
class FeedHead:
    """What a feed says of itself.

    `color` is a CSS3 colour name (RFC 7986, 5.9); `page_url` is the page on which its owner looks after it;
    `refresh` is how often a reader may ask; `language` is an ISO 639 code. The address at which the feed is
    read (SOURCE) is a secret and stands in no copy of it.
    """

    name: str
    description: str
    color: str
    page_url: str
    refresh: timedelta
    language: str


@dataclass(frozen=True, slots=True)
class Organizer:
    """Whom an invitation comes from: the sender of the mail that carries it."""

    name: str
    email: str


class KeptEvent(NamedTuple):
    """The bytes of one event as they were built once, and when it takes place."""

    starts_at: datetime
    ends_at: datetime
    content: bytes


@dataclass(frozen=True, slots=True)
class Room:
    """How much more a feed can hold."""

    events: int = FEED_EVENTS
    octets: int = FEED_BYTES

    def beside(self, events: int, octets: int) -> "Room":
        """What is left beside so much."""
        return Room(self.events - events, self.octets - octets)

    def holds(self, events: int, octets: int) -> bool:
        return events <= self.events and octets <= self.octets


def midnight(now: datetime) -> datetime:
    """The beginning of the day in UTC; what depends on it is the same for all fetches of a day."""
    return datetime.combine(now.astimezone(UTC).date(), time(), UTC)


def feed_window(now: datetime) -> Period:
    """The time that a feed covers. It moves at midnight UTC."""
    return Period(midnight(now) - FEED_PAST, midnight(now) + FEED_FUTURE)


def within_limits(events: Sequence[KeptEvent], now: datetime, room: Room = Room()) -> list[bytes]:
    """The events that fit into what room a feed has, in the given order.

    When there are too many, past ones are left out first, the oldest before the others; then upcoming ones,
    the farthest away before the others. `now` decides which are past.
    """
    if room.holds(len(events), sum(len(event.content) for event in events)):
        return [event.content for event in events]
    kept: set[int] = set()
    size = 0
    for index in sorted(range(len(events)), key=lambda index: _distance(events[index], now)):
        size += len(events[index].content)
        if not room.holds(len(kept) + 1, size):
            break
        kept.add(index)
    return [event.content for index, event in enumerate(events) if index in kept]


def _distance(event: KeptEvent, now: datetime) -> tuple[bool, timedelta]:
    return event.ends_at <= now, abs(event.starts_at - now)


def event_bytes(entry: Entry) -> bytes:
    """The booking as one VEVENT in UTC. Accepts any text; control characters are left out.

    It carries no alarm, because feeds are shared and people have their own habits.
    """
    return component_bytes(event_of(entry, *_utc(entry.period)))


def event_of(entry: Entry, starts_at: datetime, ends_at: datetime) -> Event:
    """The booking as icalendar builds it, with its times as they are to be written."""
    event = Event()
    event.add("uid", one_line(entry.uid))
    event.add("dtstamp", entry.updated_at)
    event.add("created", entry.created_at)
    event.add("last-modified", entry.updated_at)
    event.add("sequence", entry.sequence)
    event.add("dtstart", starts_at)
    event.add("dtend", ends_at)
    event.add("summary", one_line(entry.summary))
    event.add("status", "CANCELLED" if entry.cancelled else "TENTATIVE" if entry.tentative else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if entry.cancelled else "OPAQUE")
    if description := plain(entry.description).strip():
        event.add("description", description)
    if location := one_line(entry.location):
        event.add("location", location)
    if url := _url(entry.url):
        event.add("url", url)
    if entry.lat is not None and entry.lng is not None and math.isfinite(entry.lat + entry.lng):
        event.add("geo", (round(entry.lat, 6), round(entry.lng, 6)))
    return event


def block_bytes(block: Block) -> bytes:
    """The taken time as one opaque VEVENT in UTC.

    A block that moves is another block, so this one is never revised and its stamp is a constant.
    """
    starts_at, ends_at = _utc(block.period)
    uid = f"{starts_at:%Y%m%dT%H%M%SZ}-{ends_at:%Y%m%dT%H%M%SZ}-{block.holder}"
    event = _anonymous_event(uid, block.summary)
    event.add("dtstart", starts_at)
    event.add("dtend", ends_at)
    return component_bytes(event)


def blocks_bytes(holder: str, summary: str, periods: Iterable[Period]) -> Iterator[bytes]:
    """Each taken period as `block_bytes` gives it; icalendar builds one event, and only its times are filled in."""
    pattern = _block_pattern(holder, summary)
    for period in periods:
        starts_at, ends_at = map(_stamp, _utc(period))
        yield pattern.replace(_PATTERN_STARTS, starts_at).replace(_PATTERN_ENDS, ends_at)


@functools.lru_cache(maxsize=1_024)
def _block_pattern(holder: str, summary: str) -> bytes:
    return block_bytes(Block(holder, _PATTERN, summary))


@functools.lru_cache(maxsize=1_024)
def all_day_bytes(days: ClosingDays) -> bytes:
    """The closing days as one VEVENT of whole days; its end is the day after the last (RFC 5545, 3.6.1)."""
    event = _anonymous_event(f"{days.first:%Y%m%d}-{days.last:%Y%m%d}-{days.holder}", days.summary)
    event.add("dtstart", days.first)
    event.add("dtend", days.last + timedelta(days=1))
    return component_bytes(event)


def _anonymous_event(uid: str, summary: str) -> Event:
    event = Event()
    event.add("uid", one_line(uid))
    event.add("dtstamp", _NEVER_REVISED)
    event.add("summary", one_line(summary))
    event.add("status", "CONFIRMED")
    event.add("transp", "OPAQUE")
    return event


def feed_bytes(head: FeedHead, events: Iterable[bytes]) -> bytes:
    """A feed put together from events that were built before; the events are only joined, never parsed.

    It has no METHOD, which would make it a message to be answered or imported instead of a calendar. Times are UTC or
    whole days; only where a series is among the events its time zone goes before them (`zone_bytes`).
    """
    opening, closing = _opened(_head(head))
    return b"".join([opening, *events, closing])


def free_busy_bytes(head: FeedHead, holder: str, window: Period, busy: Iterable[Period], changed_at: datetime) -> bytes:
    """The taken time within the window as one VFREEBUSY; periods that touch become one.

    It is for programs that plan, not for subscriptions: docs/decisions/0006-calendar-feeds-are-assembled.md
    says why. `changed_at` is when the taken time last changed.
    """
    free_busy = FreeBusy()
    free_busy.add("uid", one_line(f"freebusy-{holder}"))
    free_busy.add("dtstamp", changed_at)
    starts_at, ends_at = _utc(window)
    free_busy.add("dtstart", starts_at)
    free_busy.add("dtend", ends_at)
    shown = (period.clipped_to(window) for period in busy)
    for period in merged(period for period in shown if period):
        free_busy.add("freebusy", vPeriod(_utc(period), params={"FBTYPE": "BUSY"}))
    calendar = _head(head)
    calendar.add_component(free_busy)
    return component_bytes(calendar)


def _head(head: FeedHead) -> Calendar:
    calendar = calendar_in(head.language)
    name, description = vText(one_line(head.name)), vText(one_line(head.description))
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    if description:
        calendar.add("description", description)
        calendar.add("x-wr-caldesc", description)
    calendar.add("color", one_line(head.color))
    calendar.add("refresh-interval", head.refresh, {"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(head.refresh))
    if page_url := _url(head.page_url):
        calendar.add("url", page_url)
    return calendar


def invitation_method(entry: Entry) -> Method:
    """What a mail asks its reader's calendar to do with the entry."""
    return "CANCEL" if entry.cancelled else "PUBLISH"


def invitation(entry: Entry, organizer: Organizer, language: str) -> bytes:
    """The calendar part of a mail about one booking: made, changed or cancelled.

    It names no attendee, so that no calendar answers it (RFC 5546, 3.2.1 and 3.2.5: PUBLISH has none, CANCEL
    needs none). Later parts replace earlier ones by the same UID and a higher SEQUENCE.
    """
    event = event_of(entry, *_utc(entry.period))
    event.add("organizer", address_of(organizer.name, organizer.email))
    calendar = calendar_in(language)
    calendar.add("method", invitation_method(entry))
    calendar.add_component(event)
    return component_bytes(calendar)


def address_of(name: str, email: str) -> vCalAddress:
    """A mail address as calendars write it."""
    address = vCalAddress(f"mailto:{one_line(email)}")
    address.params["CN"] = one_line(name)
    return address


def calendar_in(language: str) -> Calendar:
    """An empty calendar of ours."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", f"-//Nahwerk//Nahwerk//{one_line(language).upper()}")
    calendar.add("calscale", "GREGORIAN")
    return calendar


def _opened(calendar: Calendar) -> tuple[bytes, bytes]:
    """The calendar's bytes before and after the place where its components stand."""
    closing = b"END:VCALENDAR\r\n"
    return component_bytes(calendar).removesuffix(closing), closing


def _utc(period: Period) -> tuple[datetime, datetime]:
    return period.starts_at.astimezone(UTC), period.ends_at.astimezone(UTC)


def _url(url: str) -> str:
    """The address in ASCII, as a URI demands (RFC 3986)."""
    return quote(one_line(url), safe=_URL_CHARACTERS)


def component_bytes(component: Component) -> bytes:
    """The component as RFC 5545 writes it."""
    content: bytes = component.to_ical()
    return content
