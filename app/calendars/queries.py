"""Reads of calendars: feeds by owner and by token, and the bookings that stand in them.

A feed is asked for far more often than it changes, so `booked_mark` finds out without reading the
events. Every query is bounded by the feed's window and limits, however long the history is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from app.bookings.rules import LONGEST, Status
from app.bookings.series_changes import CHANGED
from app.calendars.entries import GIVEN_BACK, CalendarBooking, FeedSubject
from app.calendars.rules import CANCELLED_STAYS, FEED_EVENTS, Room, feed_window, midnight
from app.calendars.subscriptions import FeedKind
from app.identity.rules import Action, Actor, demand
from app.inventory.rules import Kind
from app.kernel.periods import Period
from app.platform.database import fetch, fetch_row, fetch_value
from app.platform.random_ids import token_hash


@dataclass(frozen=True, slots=True)
class FeedCard:
    """A feed as its owner sees it; its address is known to nobody but whom the owner told."""

    id: int
    public_id: str
    subject: FeedSubject
    language: str
    created_at: datetime
    rotated_at: datetime | None
    last_fetched_at: datetime | None
    last_fetched_by: str | None


@dataclass(frozen=True, slots=True)
class ReadFeed:
    """A feed as it is read; `tag` and `changed_at` are of the content that was last seen."""

    id: int
    subject: FeedSubject
    person: int
    resource: int | None
    space: int | None
    team: int | None
    language: str
    last_fetched_at: datetime | None
    tag: str | None
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Mark:
    """Tells two states of a feed's content apart: how many events, and a hash over their versions.

    `series` are the keys of the series among them, each with the version of all that stands in this feed of it.
    """

    events: int
    versions: str
    series: tuple[tuple[int, str], ...] = ()


class BookedEvent(NamedTuple):
    """A booking in a feed; `content` is its kept event, None where it has to be built."""

    booking: int
    starts_at: datetime
    ends_at: datetime
    content: bytes | None


_SUBJECT = """
    f.kind, n.name AS network_name, r.kind AS resource_kind, r.name AS resource_name, s.name AS space_name,
    t.name AS team_name
      FROM feed f
      JOIN person p ON p.id = f.person AND p.retired_at IS NULL
     CROSS JOIN network n
      LEFT JOIN resource r ON r.id = f.resource
      LEFT JOIN space s ON s.id = coalesce(f.space, r.space)
      LEFT JOIN team t ON t.id = f.team
     WHERE f.revoked_at IS NULL AND r.retired_at IS NULL AND s.retired_at IS NULL
"""

_OF_OWNER = f"""
    SELECT f.id, f.public_id, f.language, f.created_at, f.rotated_at, f.last_fetched_at, f.last_fetched_by, {_SUBJECT}
       AND f.person = $1
"""

_OF_TOKEN = f"""
    SELECT f.id, f.person, f.resource, s.id AS space, f.team, f.language, f.last_fetched_at, f.content_tag,
           f.content_changed_at, {_SUBJECT} AND f.token_hash = $1
"""


async def feeds_of(actor: Actor) -> list[FeedCard]:
    """The actor's living feeds, in the order in which they were made. Raises ScopeMissing."""
    demand(actor, Action.MANAGE_OWN_FEEDS)
    return [_card(row) for row in await fetch(f"{_OF_OWNER} ORDER BY f.id", actor.person)]


async def feed_of(actor: Actor, public_id: str) -> FeedCard | None:
    """The actor's living feed with this id."""
    row = await fetch_row(f"{_OF_OWNER} AND f.public_id = $2", actor.person, public_id)
    return _card(row) if row else None


async def feed_by_token(token: str) -> ReadFeed | None:
    """The living feed with this token; one look-up by its hash."""
    row = await fetch_row(_OF_TOKEN, token_hash(token))
    if row is None:
        return None
    return ReadFeed(
        id=row["id"],
        subject=_subject(row),
        person=row["person"],
        resource=row["resource"],
        space=row["space"],
        team=row["team"],
        language=row["language"],
        last_fetched_at=row["last_fetched_at"],
        tag=row["content_tag"],
        changed_at=row["content_changed_at"],
    )


_BOOKED = """
      FROM booking b
      JOIN resource r ON r.id = b.resource
      JOIN space s ON s.id = b.space
"""

_IN_WINDOW = f"""
     WHERE b.person = $1 AND b.starts_at > $2 AND b.ends_at > $3 AND b.starts_at < $4
       AND NOT (b.status = ANY($5) AND (b.updated_at < $6 OR b.reason IS NOT DISTINCT FROM '{CHANGED}'))
"""
"""What a changed series has no more is left out: it never stood in a calendar by itself."""

_BOOKED_MARK = f"""
    WITH shown AS MATERIALIZED (
        SELECT b.id, b.sequence, b.status = ANY($5) AS gone, b.resource, b.series FROM booking b {_IN_WINDOW}
    ), recurring AS MATERIALIZED (
        SELECT se.id, concat_ws(' ', se.sequence, r.version + s.version, (
                   SELECT sum(hash_record_extended((b.id, b.sequence, b.person = $1, b.status = ANY($5),
                                                    b.status = 'requested', p.version + q.version), 0))
                     FROM booking b JOIN resource p ON p.id = b.resource JOIN space q ON q.id = b.space
                    WHERE b.series = se.id)) AS version
          FROM series se JOIN resource r ON r.id = se.resource JOIN space s ON s.id = r.space
         WHERE se.id IN (SELECT series FROM shown WHERE series IS NOT NULL)
    )
    SELECT count(*) AS events, concat_ws(' ', sum(hash_record_extended((id, sequence, gone), 0)),
               (SELECT sum(hash_record_extended((r.id, r.version, s.version), 0))
                  FROM resource r JOIN space s ON s.id = r.space
                 WHERE r.id IN (SELECT resource FROM shown))) AS versions,
           (SELECT array_agg(id ORDER BY id) FROM recurring) AS series,
           (SELECT array_agg(version ORDER BY id) FROM recurring) AS series_versions
      FROM shown
"""  # noqa: S608

_KEPT = f"""
    {_BOOKED}
      LEFT JOIN kept_event k ON k.booking = b.id AND k.language = $7 AND k.form = $8
            AND k.sequence = b.sequence AND k.places = r.version + s.version
    {_IN_WINDOW} AND b.series IS NULL
"""

_BOOKED_CONTENT = f"""
    SELECT CASE WHEN count(*) = count(k.content) AND count(*) <= $9
                     AND coalesce(sum(octet_length(k.content)), 0) <= $10
                THEN coalesce(string_agg(k.content, '' ORDER BY b.starts_at, b.id), '') END
    {_KEPT}
"""

_BOOKED_EVENTS = f"""
    SELECT b.id, b.starts_at, b.ends_at, k.content
    {_KEPT}
     ORDER BY b.ends_at <= $9, abs(extract(epoch FROM b.starts_at - $9)), b.id LIMIT $10
"""  # noqa: S608


async def booked_mark(person: int, now: datetime) -> Mark:
    """The mark of a person's bookings within the window; it differs when what a feed shows of them does."""
    row = await fetch_row(_BOOKED_MARK, *_window_of(person, now))
    assert row is not None, "an aggregate is one row"
    series = tuple(zip(row["series"] or (), row["series_versions"] or (), strict=True))
    return Mark(row["events"], row["versions"], series)


async def booked_content(person: int, now: datetime, language: str, form: str, room: Room) -> bytes | None:
    """What `booked_events` gives, joined by the database; None where an event has to be built or some are left out."""
    content: bytes | None = await fetch_value(
        _BOOKED_CONTENT, *_window_of(person, now), language, form, room.events, room.octets
    )
    return content


async def booked_events(person: int, now: datetime, language: str, form: str) -> list[BookedEvent]:
    """The person's single bookings within the window by start, with their kept events in this language and form.

    Where there are more than a feed holds, the upcoming ones go first, and of them the nearest.
    """
    rows = await fetch(_BOOKED_EVENTS, *_window_of(person, now), language, form, midnight(now), FEED_EVENTS)
    events = [BookedEvent(row["id"], row["starts_at"], row["ends_at"], row["content"]) for row in rows]
    return sorted(events, key=attrgetter("starts_at", "booking"))


def _window_of(person: int, now: datetime) -> tuple[object, ...]:
    """The first six arguments of the queries above. No booking is longer than LONGEST, which bounds the look-up."""
    window = feed_window(now)
    return (
        person,
        window.starts_at - LONGEST,
        window.starts_at,
        window.ends_at,
        list(GIVEN_BACK),
        midnight(now) - CANCELLED_STAYS,
    )


CALENDAR_PLACE = """
           r.id AS resource, r.kind, r.name AS resource_name, s.name AS space_name,
           concat_ws(', ', nullif(s.street, ''), s.postcode || ' ' || s.place) AS space_address, s.lat, s.lng,
           CASE $2 WHEN 'en' THEN coalesce(nullif(s.access_en, ''), s.access_de) ELSE s.access_de END AS access
"""
"""What a calendar says of a resource r at a space s in the language $2."""

CALENDAR_BOOKING = f"""
    SELECT b.id, b.public_id, b.status, b.sequence, r.version + s.version AS places, b.starts_at, b.ends_at,
           b.created_at, b.updated_at, b.series, b.series_slot, {CALENDAR_PLACE} {_BOOKED}
"""
"""What `calendar_booking_from` reads of bookings b."""


async def calendar_bookings(bookings: Sequence[int], language: str) -> list[CalendarBooking]:
    """What of these bookings stands in a calendar, by key."""
    rows = await fetch(f"{CALENDAR_BOOKING} WHERE b.id = ANY($1) ORDER BY b.id", bookings, language)
    return [calendar_booking_from(row) for row in rows]


async def series_of(booking: int) -> int | None:
    """The key of the series that the booking belongs to."""
    series: int | None = await fetch_value("SELECT series FROM booking WHERE id = $1", booking)
    return series


async def languages_read(booking: int) -> list[str]:
    """The languages in which the booking's person reads it in a calendar."""
    rows = await fetch(
        "SELECT DISTINCT f.language FROM booking b JOIN feed f ON f.person = b.person"
        " WHERE b.id = $1 AND f.kind = 'person' AND f.revoked_at IS NULL ORDER BY f.language",
        booking,
    )
    return [row["language"] for row in rows]


@dataclass(frozen=True, slots=True)
class Reader:
    """The feed in which a person reads the own bookings, and its language."""

    feed: int
    person: int
    language: str


async def reader_of(feed: int) -> Reader | None:
    """Whose bookings a living feed shows; None where it shows others' time."""
    row = await fetch_row(f"{_READERS} AND id = $1", feed)
    return Reader(row["id"], row["person"], row["language"]) if row else None


async def readers_of_series(series: int) -> list[Reader]:
    """Who reads dates of this series."""
    whose = "person IN (SELECT person FROM booking WHERE series = $1)"
    rows = await fetch(f"{_READERS} AND {whose} ORDER BY id", series)
    return [Reader(row["id"], row["person"], row["language"]) for row in rows]


_READERS = "SELECT id, person, language FROM feed WHERE kind = 'person' AND revoked_at IS NULL"


def _subject(row: Mapping[str, Any]) -> FeedSubject:
    kind = Kind(row["resource_kind"]) if row["resource_kind"] else None
    return FeedSubject(
        FeedKind(row["kind"]), row["network_name"], kind, row["resource_name"], row["space_name"], row["team_name"]
    )


def _card(row: Mapping[str, Any]) -> FeedCard:
    return FeedCard(
        id=row["id"],
        public_id=row["public_id"],
        subject=_subject(row),
        language=row["language"],
        created_at=row["created_at"],
        rotated_at=row["rotated_at"],
        last_fetched_at=row["last_fetched_at"],
        last_fetched_by=row["last_fetched_by"],
    )


def calendar_booking_from(row: Mapping[str, Any]) -> CalendarBooking:
    """The booking of such a row."""
    return CalendarBooking(
        id=row["id"],
        public_id=row["public_id"],
        status=Status(row["status"]),
        sequence=row["sequence"],
        places=row["places"],
        period=Period(row["starts_at"], row["ends_at"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        kind=Kind(row["kind"]),
        resource_name=row["resource_name"],
        space_name=row["space_name"],
        space_address=row["space_address"],
        lat=row["lat"],
        lng=row["lng"],
        access=row["access"],
        resource=row["resource"],
        slot=row["series_slot"],
    )
