"""The answer to a calendar program that reads a feed: nothing new, or the feed put together from kept events."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from app.calendars.entries import busy_summary, form_of, head_of
from app.calendars.kept_series import shown_series
from app.calendars.operations import NOTED_EVERY, keep_events, note_content
from app.calendars.queries import (
    Mark,
    Reader,
    ReadFeed,
    booked_content,
    booked_events,
    booked_mark,
    feed_by_token,
)
from app.calendars.rules import (
    ClosingDays,
    FeedHead,
    KeptEvent,
    Room,
    all_day_bytes,
    blocks_bytes,
    feed_bytes,
    feed_window,
    free_busy_bytes,
    midnight,
    within_limits,
)
from app.calendars.series import zone_bytes
from app.calendars.subscriptions import FeedKind
from app.calendars.taken_time import (
    ClosedDay,
    TakenResource,
    closing_days,
    shown_years,
    taken_mark,
    taken_resources,
)
from app.calendars.team_time import team_events, team_mark
from app.kernel.periods import merged
from app.kernel.refusals import NotFound
from app.platform.language import speaker
from app.platform.static_files import names_etag

_SURELY_FITS = 1_000
"""Up to so many events a feed is never cut, so that what it shows does not depend on the day."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What the program has already: the headers If-None-Match and If-Modified-Since, empty where not sent."""

    if_none_match: str = ""
    if_modified_since: str = ""


@dataclass(frozen=True, slots=True)
class FeedAnswer:
    """What to send. `content` is None where the program has it already.

    `tag` and `changed_at` change exactly when the content does. `is_first_in_a_minute` says that the fetch is to be
    noted.
    """

    feed: int
    tag: str
    changed_at: datetime
    content: bytes | None
    is_first_in_a_minute: bool

    @property
    def etag(self) -> str:
        """For the plain bytes (RFC 9110, 8.8.3: other bytes have another tag)."""
        return f'"{self.tag}"'

    @property
    def gzip_etag(self) -> str:
        """For the compressed bytes."""
        return f'"{self.tag}-gzip"'


async def feed_answer(
    token: str, address: str, now: datetime, condition: Condition | None = None, *, free_busy: bool = False
) -> FeedAnswer:
    """The living feed of this token, or a resource's taken time as one VFREEBUSY.

    `address` is the site's. Raises NotFound, also for free/busy of anything but a resource.
    """
    feed = await feed_by_token(token)
    if feed is None or (free_busy and feed.subject.kind is not FeedKind.RESOURCE):
        raise NotFound
    is_persons, is_teams = feed.subject.kind is FeedKind.PERSON, feed.subject.kind is FeedKind.TEAM
    colleagues = await team_events(feed, now) if is_teams else []
    if is_teams:
        mark = team_mark(colleagues)
    else:
        mark = await (booked_mark(feed.person, now) if is_persons else taken_mark(feed, now))
    head = head_of(feed.subject, speaker(feed.language), address)
    tag = _tag(feed, head, mark, address, now)
    changed_at = feed.changed_at if feed.tag == tag and feed.changed_at else await note_content(feed, tag, now)
    if free_busy:  # its window moves every day
        tag, changed_at = f"{tag}-{midnight(now):%Y%m%d}", max(changed_at, midnight(now))
    content = None
    if not _has(condition or Condition(), tag, changed_at):
        if is_teams:
            content = feed_bytes(head, colleagues)
        elif free_busy:
            content = await _free_busy(feed, head, changed_at, now)
        else:
            content = await (_booked(feed, head, mark, address, now) if is_persons else _taken(feed, head, now))
    is_first = feed.last_fetched_at is None or now - feed.last_fetched_at >= NOTED_EVERY
    return FeedAnswer(feed.id, tag, changed_at, content, is_first)


def _tag(feed: ReadFeed, head: FeedHead, mark: Mark, address: str, now: datetime) -> str:
    """A hash over all that the content depends on; the day only where limits or a window in years make it do so."""
    years = None if feed.subject.kind is FeedKind.PERSON else shown_years(now)
    cut_on = midnight(now) if mark.events > _SURELY_FITS else None
    facts = repr((feed.id, form_of(address), head, mark, years, cut_on))
    return hashlib.sha256(facts.encode()).hexdigest()[:32]


def _has(condition: Condition, tag: str, changed_at: datetime) -> bool:
    """RFC 9110, 13.1.3: If-Modified-Since counts only where If-None-Match is not sent."""
    if condition.if_none_match:
        return any(names_etag(condition.if_none_match, f'"{name}"'.encode()) for name in (tag, f"{tag}-gzip"))
    try:
        since = parsedate_to_datetime(condition.if_modified_since)
    except ValueError:
        return False
    return changed_at <= (since if since.tzinfo else since.replace(tzinfo=UTC))


async def _booked(feed: ReadFeed, head: FeedHead, mark: Mark, address: str, now: datetime) -> bytes:
    recurring, room = await _recurring(feed, mark, address)
    content = await booked_content(feed.person, now, feed.language, form_of(address), room)
    if content is not None:
        return feed_bytes(head, [*recurring, content])
    events = await booked_events(feed.person, now, feed.language, form_of(address))
    missing = [event.booking for event in events if event.content is None]
    built = await keep_events(missing, feed.language, address) if missing else {}
    shown = [
        KeptEvent(event.starts_at, event.ends_at, content)
        for event in events
        if (content := event.content or built.get(event.booking)) is not None
    ]
    return feed_bytes(head, [*recurring, *within_limits(shown, midnight(now), room)])


async def _recurring(feed: ReadFeed, mark: Mark, address: str) -> tuple[list[bytes], Room]:
    """The series of a feed behind the time zones that they need, and what room they leave to single bookings.

    A series says much in few octets, so series go first, as many as fit.
    """
    room, zones, contents = Room(), set(), []
    for one in await shown_series(Reader(feed.id, feed.person, feed.language), mark, address):
        if room.holds(one.events, len(one.content)):
            room = room.beside(one.events, len(one.content))
            zones.add(one.zone)
            contents.append(one.content)
    return [*map(zone_bytes, sorted(zones)), *contents], room


async def _taken(feed: ReadFeed, head: FeedHead, now: datetime) -> bytes:
    resources = await taken_resources(feed, now)
    shown = sorted(event for resource in resources for event in _blocks(feed, resource))
    days = [all_day_bytes(days) for days in _closing(feed, await closing_days(feed, now))]
    return feed_bytes(head, [*days, *within_limits(shown, midnight(now))])


def _blocks(feed: ReadFeed, resource: TakenResource) -> Iterator[KeptEvent]:
    periods = merged(resource.periods)
    summary = busy_summary(feed.subject.kind, (resource.kind, resource.name), speaker(feed.language))
    for period, content in zip(periods, blocks_bytes(f"{resource.public_id}@nahwerk", summary, periods), strict=True):
        yield KeptEvent(period.starts_at, period.ends_at, content)


def _closing(feed: ReadFeed, days: Sequence[ClosedDay]) -> Iterator[ClosingDays]:
    """Days in a row that are closed for one reason, as one."""
    holder = f"closed-{feed.space}@nahwerk"
    first = last = None
    for day, following in zip(days, [*days[1:], None], strict=True):
        first, last = first or day.day, day.day
        if following is None or (following.day, following.reason) != (last + timedelta(days=1), day.reason):
            yield ClosingDays(holder, first, last, day.reason)
            first = None


async def _free_busy(feed: ReadFeed, head: FeedHead, changed_at: datetime, now: datetime) -> bytes:
    busy = [period for resource in await taken_resources(feed, now) for period in resource.periods]
    return free_busy_bytes(head, f"{feed.id}@nahwerk", feed_window(now), busy, changed_at)
