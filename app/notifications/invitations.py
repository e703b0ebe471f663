"""The calendar part of mails: a booking by itself, one date of a series, or a series as a whole."""

from app.bookings.queries import BookingCard
from app.calendars.entries import CalendarSeries, date_of, entry_of, series_entry_of
from app.calendars.kept_series import calendar_series
from app.calendars.queries import calendar_bookings, series_of
from app.calendars.rules import Organizer, invitation, invitation_method
from app.calendars.series import Message, date_invitation, date_method, series_invitation, series_method
from app.identity.queries import people
from app.notifications.post_office import PostOffice
from app.platform.language import Speaker
from app.platform.mail import CalendarPart, Mailbox


async def part_of_booking(office: PostOffice, booking: BookingCard, says: Speaker) -> CalendarPart:
    """The booking as it is now; a date of a series in the place of what its rule says."""
    series = await series_of(booking.id)
    found = await calendar_series([series], booking.person, says.language) if series is not None else []
    (facts,) = await calendar_bookings([booking.id], says.language)
    if found:
        one = date_of(facts, found[0], says, office.address)
        entry = series_entry_of(found[0], says, office.address)
        return CalendarPart(date_method(one), date_invitation(one, entry, await _message(office, booking.person, says)))
    entry_alone = entry_of(facts, says, office.address)
    return CalendarPart(invitation_method(entry_alone), invitation(entry_alone, _organizer(office), says.language))


async def part_of_series(office: PostOffice, series: CalendarSeries, person: int, says: Speaker) -> CalendarPart:
    """All dates of the series that are the person's, or that none of them is any more."""
    entry = series_entry_of(series, says, office.address)
    return CalendarPart(series_method(entry), series_invitation(entry, await _message(office, person, says)))


async def _message(office: PostOffice, person: int, says: Speaker) -> Message:
    known = (await people([person]))[person]
    return Message(_organizer(office), Mailbox(known.name, known.email or ""), says.language)


def _organizer(office: PostOffice) -> Organizer:
    return Organizer(office.sender.name, office.sender.email)
