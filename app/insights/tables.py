"""What is kept of days that are over, so that a year is quickly told (docs/decisions/0028-occupancy.md)."""

from piccolo.columns import JSONB, Array, BigSerial, Date, ForeignKey, Integer, SmallInt, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from app.network.tables import Space
from app.platform.personal_data import NOT_PERSONAL
from app.teams.tables import Team


def _hours() -> Array:
    """One number for each hour of the wall clock."""
    return Array(Integer(), default=list, help_text=NOT_PERSONAL)


class OccupancyDay(Table, tablename="occupancy_day"):
    """The sums of one day of one kind at a space (app/insights/sums.py says of what), in minutes and numbers.

    `opened` are the openings that held that day, as minutes of the wall clock in pairs.
    """

    id = BigSerial(primary_key=True)
    space = ForeignKey(Space, null=False, on_delete=OnDelete.restrict, default=None)
    day = Date(default=None)
    kind = Text(default=None, help_text=NOT_PERSONAL)
    available = _hours()
    booked = _hours()
    used = _hours()
    lead = Array(Integer(), default=list, help_text=NOT_PERSONAL)
    available_minutes = Integer(default=0)
    booked_minutes = Integer(default=0)
    used_minutes = Integer(default=0)
    no_show_minutes = Integer(default=0)
    late_minutes = Integer(default=0)
    unnoted_minutes = Integer(default=0)
    outside_minutes = Integer(default=0)
    cancelled_minutes = Integer(default=0)
    bookings = Integer(default=0)
    arrivals = Integer(default=0)
    no_shows = Integer(default=0)
    late = Integer(default=0)
    unnoted = Integer(default=0)
    cancellations = Integer(default=0)
    opened = Array(SmallInt(), default=list, help_text=NOT_PERSONAL)


class ClosedDays(Table, tablename="occupancy_closed"):
    """From which day of a space to which its sums are kept; `form` is the edition of what they mean."""

    id = BigSerial(primary_key=True)
    space = ForeignKey(Space, null=False, on_delete=OnDelete.restrict, default=None, unique=True)
    since = Date(default=None)
    through = Date(default=None)
    form = SmallInt(default=1)
    looked_at = Timestamptz(default=None)


class TeamMonth(Table, tablename="team_month"):
    """What is told of a team's month that is over: sums alone, of five people or more. Never changed, so that nothing
    that happens later shows in it."""

    id = BigSerial(primary_key=True)
    team = ForeignKey(Team, null=False, on_delete=OnDelete.restrict, default=None)
    month = Date(default=None)
    told = JSONB(default="{}", help_text=NOT_PERSONAL)
    closed_at = Timestamptz(default=None)
