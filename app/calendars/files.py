"""Bookings as files for any calendar that opens them."""

from app.calendars.entries import entry_of, series_entry_of
from app.calendars.kept_series import calendar_series
from app.calendars.queries import calendar_bookings, series_of
from app.calendars.rules import Organizer, invitation
from app.calendars.series import series_file
from app.platform.language import Speaker


async def booking_as_file(booking: int, person: int, organizer: Organizer, says: Speaker, address: str) -> bytes:
    """The person's booking with this key; one of a series brings all of the person's dates along.

    One date alone would be none that a calendar can match with the rest. `address` is the site's.
    """
    series = await series_of(booking)
    if series is not None:
        (found,) = await calendar_series([series], person, says.language)
        return series_file(series_entry_of(found, says, address), organizer, says.language)
    (facts,) = await calendar_bookings([booking], says.language)
    return invitation(entry_of(facts, says, address), organizer, says.language)
