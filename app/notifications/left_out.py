"""Which dates of a series' rule are not booked, and why not, as far as that can be told afterwards."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from app.bookings.queries import BookingFilter, bookings_of
from app.bookings.rules import HOLDING
from app.bookings.series_queries import SeriesCard, bookings_of_series
from app.inventory.queries import SpaceClock, hours_of, taken_periods
from app.inventory.recurrence import LONGEST_SERIES, Slot, slots_until
from app.inventory.rules import Hours
from app.kernel.periods import Period
from app.kernel.refusals import marked
from app.kernel.wall_time import local_day
from app.network.queries import SpaceCard
from app.network.school_holidays import school_holidays_on
from app.platform.language import Speaker

_MOST_OWN: Final = 1_000


async def dates_left_out(series: SeriesCard, space: SpaceCard, says: Speaker) -> list[tuple[Slot, str]]:
    """The rule's dates that never were bookings, and why; the reason is empty where nothing tells it any more."""
    zone = series.space.zone
    last_day = local_day(series.first.starts_at, zone) + LONGEST_SERIES
    booked = {booking.series_slot for booking in await bookings_of_series(series.id)}
    missing = [slot for slot in slots_until(series.rule, series.first, zone, last_day) if slot.starts_at not in booked]
    if not missing:
        return []
    facts = await _facts(series, space, missing, says)
    return [(slot, facts.why(slot, says)) for slot in missing]


@dataclass(frozen=True, slots=True)
class _Facts:
    """What may have been in the way of a date."""

    holiday_region: str | None
    hours: Hours
    own: list[Period]
    taken: list[Period]

    def why(self, slot: Slot, says: Speaker) -> str:
        if self.holiday_region and (holidays := school_holidays_on(slot.day, self.holiday_region)):
            return holidays.name("en" if says.language == "en" else "de")
        if reason := self.hours.why_closed(slot.day):
            return reason
        if slot.period is not None and any(slot.period.overlaps(own) for own in self.own):
            return says.gettext(marked("von Ihnen schon gebucht"))
        if slot.period is not None and any(slot.period.overlaps(taken) for taken in self.taken):
            return says.gettext(marked("vergeben"))
        return "" if self.hours.openings_on(slot.day) else says.gettext(marked("geschlossen"))


async def _facts(series: SeriesCard, space: SpaceCard, missing: list[Slot], says: Speaker) -> _Facts:
    window = Period(missing[0].starts_at, missing[-1].starts_at + timedelta(days=2))
    clock = SpaceClock(space.id, space.time_zone, space.holiday_region, space.open_on_holidays)
    hours = await hours_of([clock], missing[0].day, missing[-1].day, says.language)
    standing = BookingFilter(from_at=window.starts_at, until_at=window.ends_at, statuses=sorted(HOLDING))
    own = await bookings_of(series.person, standing, limit=_MOST_OWN, latest_first=False)
    taken = await taken_periods([series.resource.id], window)
    return _Facts(
        holiday_region=space.holiday_region if series.skips_school_holidays else None,
        hours=hours[space.id],
        own=[booking.period for booking in own if booking.resource.kind is series.resource.kind],
        taken=list(taken[series.resource.id]),
    )
