"""The calendar part of mails: a booking by itself, one date of a series, or a series as a whole."""

from dataclasses import replace

from app.bookings.queries import BookingCard
from app.bookings.rules import Status
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


async def part_of_booking_taken_back(office: PostOffice, booking: BookingCard, says: Speaker) -> CalendarPart:
    """To who had the single booking until somebody else got it: it is no more."""
    (facts,) = await calendar_bookings([booking.id], says.language)
    gone = entry_of(replace(facts, status=Status.CANCELLED), says, office.address)
    return CalendarPart(invitation_method(gone), invitation(gone, _organizer(office), says.language))


async def part_of_series_taken_back(
    office: PostOffice, series: int, before: int, owner: int, says: Speaker
) -> CalendarPart | None:
    """To `before`, who had the series until the `owner` got it: what stays are his own dates, or nothing of it.

    None where neither has a date of it.
    """
    for own in await calendar_series([series], before, says.language):
        return await part_of_series(office, own, before, says)
    for theirs in await calendar_series([series], owner, says.language):
        dates = [replace(booking, status=Status.CANCELLED) for booking in theirs.bookings]
        return await part_of_series(office, replace(theirs, bookings=dates), before, says)
    return None


async def _message(office: PostOffice, person: int, says: Speaker) -> Message:
    known = (await people([person]))[person]
    return Message(_organizer(office), Mailbox(known.name, known.email or ""), says.language)


def _organizer(office: PostOffice) -> Organizer:
    return Organizer(office.sender.name, office.sender.email)
