"""Series in a person's feed: built once for each state of their dates, and kept for the feed that shows them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from app.calendars.entries import CalendarBooking, CalendarSeries, form_of, series_entry_of
from app.calendars.queries import (
    CALENDAR_BOOKING,
    CALENDAR_PLACE,
    Mark,
    Reader,
    calendar_booking_from,
)
from app.calendars.series import series_bytes
from app.inventory.recurrence import read_rule
from app.inventory.rules import Kind
from app.kernel.periods import Period
from app.platform.database import execute, fetch
from app.platform.language import speaker

_SERIES = f"""
    SELECT se.id, se.public_id, se.rrule, se.starts_at, se.ends_at, se.created_at, s.time_zone,
           se.sequence + (SELECT coalesce(sum(sequence), 0) FROM booking WHERE series = se.id) AS sequence,
           greatest(se.updated_at, (SELECT max(updated_at) FROM booking WHERE series = se.id)) AS updated_at,
           {CALENDAR_PLACE}
      FROM series se JOIN resource r ON r.id = se.resource JOIN space s ON s.id = r.space
     WHERE se.id = ANY($1) ORDER BY se.id
"""  # noqa: S608

_DATES = f"{CALENDAR_BOOKING} WHERE b.series = ANY($1) AND b.person = $3 ORDER BY b.series_slot"


async def calendar_series(series: Sequence[int], person: int, language: str) -> list[CalendarSeries]:
    """What of these series stands in the person's calendar, by key; those without a date of the person are left out."""
    if not series:
        return []
    dates: dict[int, list[CalendarBooking]] = {}
    for row in await fetch(_DATES, list(series), language, person):
        dates.setdefault(row["series"], []).append(calendar_booking_from(row))
    rows = await fetch(_SERIES, list(dates), language)
    return [_series(row, dates[row["id"]]) for row in rows]


@dataclass(frozen=True, slots=True)
class KeptSeries:
    """The bytes of a series as they were built once, how many events they are, and the time zone that they need."""

    series: int
    zone: str
    events: int
    content: bytes


async def shown_series(reader: Reader, mark: Mark, address: str) -> list[KeptSeries]:
    """The series of a person's feed as the mark has them; what is not kept yet is built and kept."""
    if not mark.series:
        return []
    rows = await fetch(
        "SELECT series, version, zone, events, content FROM kept_series WHERE feed = $1 AND form = $2",
        reader.feed,
        form_of(address),
    )
    kept = {
        (row["series"], row["version"]): KeptSeries(row["series"], row["zone"], row["events"], row["content"])
        for row in rows
    }
    missing = dict(wanted for wanted in mark.series if wanted not in kept)
    built = await _keep(reader, missing, address) if missing else {}
    found = (kept.get((series, version)) or built.get(series) for series, version in mark.series)
    return [one for one in found if one is not None]


async def _keep(reader: Reader, versions: Mapping[int, str], address: str) -> Mapping[int, KeptSeries]:
    """Builds the series anew in place of what was kept of them.

    Where one changes meanwhile it is built once more with the next look, because its version is another one then.
    """
    facts = await calendar_series(list(versions), reader.person, reader.language)
    built = await asyncio.to_thread(_built, facts, reader.language, address)
    await execute(
        """
        INSERT INTO kept_series (feed, series, version, form, zone, events, content)
        SELECT $1, series, version, $2, zone, events, content
          FROM unnest($3::bigint[], $4::text[], $5::text[], $6::integer[], $7::bytea[])
               AS built (series, version, zone, events, content)
        ON CONFLICT ON CONSTRAINT kept_series_feed DO UPDATE
           SET version = excluded.version, form = excluded.form, zone = excluded.zone, events = excluded.events,
               content = excluded.content
        """,
        reader.feed,
        form_of(address),
        [one.series for one in built],
        [versions[one.series] for one in built],
        [one.zone for one in built],
        [one.events for one in built],
        [one.content for one in built],
    )
    return {one.series: one for one in built}


def _built(series: Sequence[CalendarSeries], language: str, address: str) -> list[KeptSeries]:
    said_by = speaker(language)
    made = []
    for one in series:
        content, events = series_bytes(series_entry_of(one, said_by, address))
        made.append(KeptSeries(one.id, one.zone.key, events, content))
    return made


def _series(row: Mapping[str, Any], bookings: Sequence[CalendarBooking]) -> CalendarSeries:
    return CalendarSeries(
        id=row["id"],
        public_id=row["public_id"],
        rule=read_rule(row["rrule"], ZoneInfo(row["time_zone"])),
        zone=ZoneInfo(row["time_zone"]),
        sequence=row["sequence"],
        period=Period(row["starts_at"], row["ends_at"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        resource=row["resource"],
        kind=Kind(row["kind"]),
        resource_name=row["resource_name"],
        space_name=row["space_name"],
        space_address=row["space_address"],
        lat=row["lat"],
        lng=row["lng"],
        access=row["access"],
        bookings=bookings,
    )
