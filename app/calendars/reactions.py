"""What calendars make of events: feeds that are complete before anybody asks for them."""

from datetime import datetime

from app.calendars.entries import form_of
from app.calendars.kept_series import shown_series
from app.calendars.operations import keep_events
from app.calendars.queries import (
    booked_events,
    booked_mark,
    languages_read,
    reader_of,
    readers_of_series,
    series_of,
)
from app.platform.outbox import Event, Reaction, Reactions


def calendar_reactions(address: str) -> Reactions:
    """Keeps a booking's or series' events when it is made or changes, and all of a person's when a feed is made.

    `address` is the site's, without a slash at its end.
    """

    async def keep_booking(event: Event, now: datetime) -> None:
        series = await series_of(event.aggregate_id)
        if series is not None:
            await keep_dates(series, now)
        else:
            await keep_single(event.aggregate_id)

    async def keep_single(booking: int) -> None:
        for language in await languages_read(booking):
            await keep_events([booking], language, address)

    async def keep_handed(event: Event, now: datetime) -> None:
        for series in event.ids["series"]:
            await keep_dates(series, now)
        for booking in event.ids["bookings"]:
            if await series_of(booking) is None:
                await keep_single(booking)

    async def keep_series(event: Event, now: datetime) -> None:
        for series in {event.aggregate_id, event.ids.get("split_from", event.aggregate_id)}:
            await keep_dates(series, now)

    async def keep_dates(series: int, now: datetime) -> None:
        for reader in await readers_of_series(series):
            await shown_series(reader, await booked_mark(reader.person, now), address)

    async def keep_all(event: Event, now: datetime) -> None:
        reader = await reader_of(event.aggregate_id)
        if reader is not None:
            events = await booked_events(reader.person, now, reader.language, form_of(address))
            missing = [booked.booking for booked in events if booked.content is None]
            await keep_events(missing, reader.language, address)
            await shown_series(reader, await booked_mark(reader.person, now), address)

    of_booking = [Reaction("calendars.keep_booking", keep_booking)]
    of_series = [Reaction("calendars.keep_series", keep_series)]
    return {
        "booking.confirmed": of_booking,
        "booking.moved": of_booking,
        "booking.requested": of_booking,
        "booking.cancelled": of_booking,
        "booking.declined": of_booking,
        "booking.released": of_booking,
        "booking.no_show": of_booking,
        "series.made": of_series,
        "series.changed": of_series,
        "series.cancelled": of_series,
        "organisation.responsible_changed": [Reaction("calendars.keep_handed", keep_handed)],
        "feed.created": [Reaction("calendars.keep_all", keep_all)],
    }
