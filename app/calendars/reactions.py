"""What calendars make of events: feeds that are complete before anybody asks for them."""

from datetime import datetime

from app.calendars.entries import form_of
from app.calendars.operations import keep_events
from app.calendars.queries import booked_events, languages_read, reader_of
from app.platform.outbox import Event, Reaction, Reactions


def calendar_reactions(address: str) -> Reactions:
    """Keeps a booking's event when it is made or changes, and all of a person's when a feed is made.

    `address` is the site's, without a slash at its end.
    """

    async def keep_booking(event: Event, _now: datetime) -> None:
        for language in await languages_read(event.aggregate_id):
            await keep_events([event.aggregate_id], language, address)

    async def keep_all(event: Event, now: datetime) -> None:
        reader = await reader_of(event.aggregate_id)
        if reader is not None:
            events = await booked_events(reader.person, now, reader.language, form_of(address))
            missing = [booked.booking for booked in events if booked.content is None]
            await keep_events(missing, reader.language, address)

    of_booking = [Reaction("calendars.keep_booking", keep_booking)]
    return {
        "booking.confirmed": of_booking,
        "booking.moved": of_booking,
        "booking.cancelled": of_booking,
        "booking.requested": of_booking,
        "booking.declined": of_booking,
        "booking.released": of_booking,
        "feed.created": [Reaction("calendars.keep_all", keep_all)],
    }
