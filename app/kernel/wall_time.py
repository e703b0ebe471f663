"""Wall time of a place to an instant and back, with both nights of the time change."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from app.kernel.refusals import Refusal, marked


@dataclass(frozen=True, slots=True)
class Opening:
    """Open from `opens` to `closes`, wall time in minutes since midnight; 1440 is midnight at the day's end."""

    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month by its first day."""

    first: date


class TimeDoesNotExist(Refusal):
    """The clock jumps over this wall time (PEP 495: a gap)."""

    code = "time_does_not_exist"
    text = marked("{time} gibt es am {date} nicht: Die Uhr wird auf Sommerzeit vorgestellt.")


class TimeIsAmbiguous(Refusal):
    """The clock shows this wall time twice (PEP 495: a fold)."""

    code = "time_is_ambiguous"
    text = marked("{time} kommt am {date} zweimal vor: Die Uhr wird auf Winterzeit zurückgestellt.")


def instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The UTC instant at which clocks in `zone` show `wall` on `day`.

    Raises TimeDoesNotExist in a gap and TimeIsAmbiguous in a doubled hour.
    """
    local = datetime.combine(day, wall, zone)
    before, after = local.replace(fold=0).utcoffset(), local.replace(fold=1).utcoffset()
    if before != after:
        refusal = TimeDoesNotExist if before < after else TimeIsAmbiguous  # type: ignore[operator]
        raise refusal(time=wall, date=day)
    return local.astimezone(UTC)


def first_instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """Like `instant`, but never refuses: opening hours inside a time change keep their meaning.

    In a gap it is the moment of the jump's wall time counted with the offset before; in a doubled hour the first.
    """
    return datetime.combine(day, wall, zone).replace(fold=0).astimezone(UTC)


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """The calendar day that clocks in `zone` show at `at`."""
    return at.astimezone(zone).date()
