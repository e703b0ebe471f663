"""Reads of a resource's or a space's taken time and closing days, as its feed shows them: without a word on who.

Every query is bounded by the feed's window and limits, however long the history is.
"""

from dataclasses import dataclass
from datetime import date, datetime

from app.calendars.queries import Mark, ReadFeed
from app.calendars.rules import FEED_EVENTS, feed_window, midnight
from app.calendars.subscriptions import FeedKind
from app.inventory.queries import SpaceClock, hours_of
from app.inventory.rules import Kind
from app.kernel.periods import Period
from app.platform.database import fetch, fetch_row


@dataclass(frozen=True, slots=True)
class TakenResource:
    """A resource and when it is taken, in order."""

    public_id: str
    kind: Kind
    name: str
    periods: list[Period]


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """A day on which the space stays closed, and why."""

    day: date
    reason: str


_SHOWN = """
      FROM (SELECT id, public_id, kind, name, version, position, $6 / count(*) OVER () AS share
              FROM resource WHERE (id = $1 OR space = $2) AND retired_at IS NULL) r
     CROSS JOIN LATERAL (
           (SELECT starts_at, ends_at FROM claim
             WHERE resource = r.id AND starts_at >= $4 AND starts_at < $5
             ORDER BY starts_at LIMIT greatest(1, r.share))
           UNION ALL
           (SELECT * FROM (SELECT starts_at, ends_at FROM claim
                            WHERE resource = r.id AND starts_at < $4
                            ORDER BY starts_at DESC LIMIT greatest(1, r.share)) AS earlier
             WHERE ends_at > $3)
     ) c
"""
"""The claims of a feed: of each resource the nearest on either side of midnight, as many as its share of the limit."""

_TAKEN_MARK = f"""
    SELECT count(*) AS events, concat_ws(' ', sum(hash_record_extended((r.id, r.version, c.starts_at, c.ends_at), 0)),
               (SELECT version FROM space WHERE id = $7),
               (SELECT sum(hash_record_extended((id, day, opens, reason_de, reason_en), 0))
                  FROM hours_exception WHERE space = $7 AND day BETWEEN $8 AND $9)) AS versions
    {_SHOWN}
"""  # noqa: S608

_TAKEN = f"""
    SELECT r.id, r.public_id, r.kind, r.name, c.starts_at, c.ends_at
    {_SHOWN}
     ORDER BY r.position, r.id, c.starts_at
"""


async def taken_mark(feed: ReadFeed, now: datetime) -> Mark:
    """The mark of a resource's or a space's taken time and closing days, as `booked_mark` is of bookings."""
    row = await fetch_row(_TAKEN_MARK, *_shown_in(feed, now), feed.space, *shown_years(now))
    assert row is not None, "an aggregate is one row"
    return Mark(row["events"], row["versions"])


async def taken_resources(feed: ReadFeed, now: datetime) -> list[TakenResource]:
    """What the feed shows as taken, by resource. A space's limit is shared out evenly, so that no desk hides others."""
    taken: dict[int, TakenResource] = {}
    for row in await fetch(_TAKEN, *_shown_in(feed, now)):
        resource = taken.get(row["id"])
        if resource is None:
            resource = taken[row["id"]] = TakenResource(row["public_id"], Kind(row["kind"]), row["name"], [])
        resource.periods.append(Period(row["starts_at"], row["ends_at"]))
    return list(taken.values())


def _shown_in(feed: ReadFeed, now: datetime) -> tuple[object, ...]:
    """The first six arguments of the two queries above."""
    window = feed_window(now)
    whole_space = feed.space if feed.subject.kind is FeedKind.SPACE else None
    return (feed.resource, whole_space, window.starts_at, midnight(now), window.ends_at, FEED_EVENTS)


def shown_years(now: datetime) -> tuple[date, date]:
    """The first and the last day for which closing days are shown: the whole years that the window touches."""
    window = feed_window(now)
    return date(window.starts_at.year, 1, 1), date(window.ends_at.year, 12, 31)


async def closing_days(feed: ReadFeed, now: datetime) -> list[ClosedDay]:
    """The days of the shown years that have a reason to be closed, in the feed's language."""
    row = await fetch_row("SELECT id, time_zone, holiday_region, open_on_holidays FROM space WHERE id = $1", feed.space)
    assert row is not None, "spaces are retired, never deleted"
    first, last = shown_years(now)
    clock = SpaceClock(row["id"], row["time_zone"], row["holiday_region"], row["open_on_holidays"])
    hours = (await hours_of([clock], first, last, feed.language))[clock.space]
    days = sorted(day for day in {*hours.changes, *hours.holidays} if first <= day <= last)
    return [ClosedDay(day, reason) for day in days if (reason := hours.why_closed(day))]
