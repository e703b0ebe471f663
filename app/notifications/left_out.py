"""Which dates of a series' rule nobody has booked, and why not, as far as anybody can tell afterwards."""

from datetime import date, datetime

from app.calendars.entries import CalendarSeries
from app.calendars.series import rule_starts
from app.inventory.queries import SpaceClock, hours_of
from app.inventory.rules import Hours
from app.kernel.refusals import marked
from app.network.queries import SpaceCard
from app.platform.language import Speaker


async def dates_left_out(series: CalendarSeries, space: SpaceCard | None, says: Speaker) -> list[tuple[datetime, str]]:
    """The start of each such date on the space's clock, and why it is none of the person's bookings."""
    booked = {booking.slot for booking in series.bookings}
    starts = rule_starts(series.rule, series.period.starts_at, series.zone)
    missing = [slot.astimezone(series.zone) for slot in starts if slot not in booked]
    if not missing or space is None:
        return []
    clock = SpaceClock(space.id, space.time_zone, space.holiday_region, space.open_on_holidays)
    hours = (await hours_of([clock], missing[0].date(), missing[-1].date(), says.language))[space.id]
    return [(at, _why(at.date(), hours, says)) for at in missing]


def _why(day: date, hours: Hours, says: Speaker) -> str:
    if reason := hours.why_closed(day):
        return reason
    return says.gettext(marked("vergeben") if hours.openings_on(day) else marked("geschlossen"))
