"""Time zones as every calendar reads them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

_PROBED_YEARS = range(2025, 2038)


def vtimezone(zone: ZoneInfo) -> Timezone:
    """The zone as two yearly rules from 1970 on: summer time from March's to October's last Sunday, 1:00 UTC.

    That is the rule of Directive 2000/84/EC, in force since 1996 and stretched back here, so that instants
    before may be wrong by an hour. They are rules because some readers take only the first of a list of
    dates. Raises ValueError for a zone that keeps to another rule.
    """
    if not all(_keeps_the_rule(zone, year) for year in _PROBED_YEARS):
        raise ValueError(f"{zone.key} does not keep to the summer time of the European Union")
    timezone = Timezone()
    timezone.add("tzid", zone.key)
    timezone.add_component(_onset(TimezoneDaylight(), zone, _last_sunday(1970, 3)))
    timezone.add_component(_onset(TimezoneStandard(), zone, _last_sunday(1970, 10)))
    return timezone


def _onset(
    component: TimezoneDaylight | TimezoneStandard, zone: ZoneInfo, first: datetime
) -> TimezoneDaylight | TimezoneStandard:
    """The yearly change at the season of `first`; names and offsets are those of today's rule."""
    today = _last_sunday(_PROBED_YEARS[0], first.month)
    before, after = (today - timedelta(seconds=1)).astimezone(zone), today.astimezone(zone)
    component.add("dtstart", (first + _offset(before)).replace(tzinfo=None))
    component.add("tzoffsetfrom", _offset(before))
    component.add("tzoffsetto", _offset(after))
    component.add("tzname", after.tzname())
    component.add("rrule", {"freq": "YEARLY", "bymonth": first.month, "byday": "-1SU"})
    return component


def _keeps_the_rule(zone: ZoneInfo, year: int) -> bool:
    spring, autumn = _last_sunday(year, 3), _last_sunday(year, 10)
    second = timedelta(seconds=1)
    months = [datetime(year, month, 1, tzinfo=UTC) for month in range(1, 13)]
    standard = _offset(months[0].astimezone(zone))
    return all(
        _offset(at.astimezone(zone)) == standard + timedelta(hours=spring <= at < autumn)
        for at in [*months, spring - second, spring, autumn - second, autumn]
    )


def _last_sunday(year: int, month: int) -> datetime:
    """1:00 UTC on the last Sunday of a month of 31 days."""
    last = datetime(year, month, 31, 1, tzinfo=UTC)
    return last - timedelta(days=last.isoweekday() % 7)


def _offset(local: datetime) -> timedelta:
    offset = local.utcoffset()
    assert offset is not None, "the time is aware"
    return offset
