"""Whatever the rule, and whatever became of its dates: programs show the bookings."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from app.calendars.rules import Entry, FeedHead, feed_bytes
from app.calendars.series import SeriesDate, SeriesEntry, series_bytes, zone_bytes
from app.inventory.recurrence import WEEKDAYS, read_rule, slots_until
from app.kernel.periods import Period
from tests.calendars.readers.programs import recurring_ical_events_sees, vobject_sees

BERLIN = ZoneInfo("Europe/Berlin")
YEAR = timedelta(days=366)
HEAD = FeedHead("Nahwerk", "", "teal", "", timedelta(hours=1), "de")
STAMP = datetime(2026, 1, 1, tzinfo=UTC)


def entry(period: Period) -> Entry:
    return Entry("s@nahwerk", 1, False, period, "Raum", "", "", None, None, "", STAMP, STAMP)


days = st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=4, unique=True).map(",".join)
numbered_days = st.lists(
    st.builds("{}{}".format, st.sampled_from(["", 1, 2, 3, 4, 5, -1, -2]), st.sampled_from(WEEKDAYS)),
    min_size=1,
    max_size=3,
    unique=True,
).map(",".join)
month_days = st.lists(st.integers(-31, 31).filter(bool), min_size=1, max_size=3, unique=True).map(
    lambda numbers: ",".join(map(str, numbers))
)
rhythms = st.one_of(
    st.just("FREQ=DAILY"),
    days.map("FREQ=DAILY;BYDAY={}".format),
    st.just("FREQ=WEEKLY"),
    days.map("FREQ=WEEKLY;BYDAY={}".format),
    st.just("FREQ=MONTHLY"),
    numbered_days.map("FREQ=MONTHLY;BYDAY={}".format),
    month_days.map("FREQ=MONTHLY;BYMONTHDAY={}".format),
)
ends = st.one_of(
    st.integers(1, 60).map("COUNT={}".format),
    st.dates(date(2026, 6, 1), date(2027, 6, 30)).map("UNTIL={:%Y%m%d}".format),
)


@st.composite
def a_series(draw: st.DrawFn) -> SeriesEntry:
    """A series of the rules that can be booked, with dates missing and dates moved."""
    rule = read_rule(f"{draw(rhythms)};INTERVAL={draw(st.integers(1, 4))};{draw(ends)}", BERLIN)
    starts_at = datetime.combine(
        draw(st.dates(date(2026, 3, 1), date(2026, 6, 1))), time(draw(st.integers(0, 23)), 30), BERLIN
    )
    ends_at = (starts_at.replace(tzinfo=None) + timedelta(hours=draw(st.integers(1, 10)))).replace(tzinfo=BERLIN)
    assume(starts_at.astimezone(UTC) < ends_at.astimezone(UTC))
    first = Period(starts_at.astimezone(UTC), ends_at.astimezone(UTC))
    slots = slots_until(rule, first, BERLIN, starts_at.date() + YEAR)
    assume(slots == slots_until(rule, first, BERLIN, starts_at.date() + 5 * YEAR))  # what is longer is refused
    dates = []
    for slot in slots:
        fate = draw(st.sampled_from(["stands", "stands", "stands", "gone", "moved"]))
        if slot.period is not None and fate != "gone":
            period = slot.period
            if fate == "moved":
                later = timedelta(hours=draw(st.integers(-30, 30)))
                period = Period(period.starts_at + later, period.ends_at + later)
            dates.append(SeriesDate(slot.starts_at, entry(period)))
    assume(dates)
    main = entry(slots[0].period or first)
    return SeriesEntry(rule, BERLIN, main, dates)


@settings(
    max_examples=60, deadline=None, phases=[Phase.reuse, Phase.generate]
)  # making the example smaller takes minutes
@given(series=a_series())
def test_programs_show_the_dates_that_stand(series: SeriesEntry) -> None:
    content, _ = series_bytes(series)
    feed = feed_bytes(HEAD, [zone_bytes("Europe/Berlin"), content])
    booked = sorted((one.entry.period.starts_at, one.entry.period.ends_at) for one in series.dates)
    for sees in (recurring_ical_events_sees, vobject_sees):
        assert sorted((seen.starts, seen.ends) for seen in sees(feed)) == booked, (sees.__name__, feed.decode())
