"""When a space is open: wall time of the week, exceptions, public holidays. Pure."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from app.kernel.periods import Period, merged
from app.kernel.refusals import Phrase, marked, phrase
from app.kernel.wall_time import Opening, first_instant, local_day

MINUTES_OF_A_DAY = 24 * 60

_INSTANTS_KEPT = 4_096
"""A search asks the same few of its days for every space."""


class Kind(StrEnum):
    """What can be booked."""

    DESK = "desk"
    ROOM = "room"
    BOOTH = "booth"
    PARKING = "parking"


_LABELS: Final[Mapping[Kind, str]] = {
    Kind.DESK: marked("Platz {name}"),
    Kind.ROOM: marked("Raum {name}"),
    Kind.BOOTH: marked("Kabine {name}"),
    Kind.PARKING: marked("Parkplatz {name}"),
}

KIND_NAMES: Final[Mapping[Kind, str]] = {
    Kind.DESK: marked("Schreibtisch"),
    Kind.ROOM: marked("Raum"),
    Kind.BOOTH: marked("Kabine"),
    Kind.PARKING: marked("Parkplatz"),
}

KIND_PLURALS: Final[Mapping[Kind, str]] = {
    Kind.DESK: marked("Schreibtische"),
    Kind.ROOM: marked("Räume"),
    Kind.BOOTH: marked("Kabinen"),
    Kind.PARKING: marked("Parkplätze"),
}
"""Kinds as headings of a list."""

FEATURES: Final[Mapping[str, str]] = {
    "window": marked("Fenster"),
    "monitor": marked("Bildschirm"),
    "plug": marked("Steckdose"),
    "height_adjustable": marked("höhenverstellbar"),
    "quiet": marked("ruhig"),
    "calls_ok": marked("Telefonieren erlaubt"),
    "wheelchair_usable": marked("mit Rollstuhl nutzbar"),
    "step_free": marked("stufenlos erreichbar"),
    "whiteboard": marked("Tafel"),
    "screen": marked("großer Bildschirm"),
    "video": marked("Videokonferenz"),
    "charging_point": marked("Ladesäule"),
}
"""What a resource can have, in the order in which it is shown."""

FEATURES_OF: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.DESK: (
        *("monitor", "plug", "height_adjustable", "quiet", "calls_ok"),
        *("window", "wheelchair_usable", "step_free"),
    ),
    Kind.ROOM: ("screen", "video", "whiteboard", "plug", "calls_ok", "window", "wheelchair_usable", "step_free"),
    Kind.BOOTH: ("calls_ok", "video", "plug", "quiet", "wheelchair_usable", "step_free"),
    Kind.PARKING: ("charging_point", "wheelchair_usable", "step_free"),
}
"""What is checked of each kind, the most asked for first."""


def label(kind: Kind, name: str) -> Phrase:
    """How people call a resource: Platz 4, Raum Nette."""
    return phrase(_LABELS[kind], name=name)


@dataclass(frozen=True, slots=True)
class HoursChange:
    """What holds on one day instead of the week's hours: `opening`, or closed where it is None; and why."""

    opening: Opening | None
    reason: str


@dataclass(frozen=True, slots=True)
class Hours:
    """All that decides when one space is open; holidays by day with their name.

    Bookings end by `takes_until`, where the space's operator is suspended or leaves the network.
    """

    zone: ZoneInfo
    week: Mapping[int, Sequence[Opening]]
    changes: Mapping[date, Sequence[HoursChange]]
    holidays: Mapping[date, str]
    open_on_holidays: bool = False
    takes_until: datetime | None = None

    def takes(self, period: Period) -> bool:
        """Whether the space's operator takes bookings for that time at all."""
        return self.takes_until is None or period.ends_at <= self.takes_until

    def openings_on(self, day: date) -> tuple[Opening, ...]:
        """The day's openings in order. A change goes before a holiday, a holiday before the week."""
        changes = self.changes.get(day)
        if changes is not None:
            openings = [change.opening for change in changes if change.opening is not None]
        elif day in self.holidays and not self.open_on_holidays:
            openings = []
        else:
            openings = list(self.week.get(day.isoweekday(), ()))
        return tuple(sorted(openings, key=lambda opening: opening.opens))

    def why_closed(self, day: date) -> str | None:
        """The reason why nothing opens on a day on which the week would; None where there is no special one."""
        if self.openings_on(day):
            return None
        changes = self.changes.get(day)
        if changes is not None:
            return next((change.reason for change in changes if change.reason), None)
        return self.holidays.get(day)

    def periods_on(self, day: date) -> list[Period]:
        """The day's openings as instants, in order; those that a jump of the clock swallows are left out."""
        return [
            Period(starts_at, ends_at)
            for opening in self.openings_on(day)
            if (starts_at := wall_instant(day, opening.opens, self.zone))
            < (ends_at := wall_instant(day, opening.closes, self.zone))
        ]

    def periods_within(self, window: Period) -> list[Period]:
        """All open time that touches the window, in as few periods as possible and not cut at its ends."""
        first, last = local_day(window.starts_at, self.zone), local_day(window.ends_at, self.zone)
        days = (first + timedelta(days=n) for n in range(-1, (last - first).days + 2))
        return [period for period in merged(p for day in days for p in self.periods_on(day)) if period.overlaps(window)]

    def covers(self, window: Period) -> bool:
        """Whether the space is open during the whole window; mostly one day's openings say so already."""
        if any(period.contains(window) for period in self.periods_on(local_day(window.starts_at, self.zone))):
            return True
        return any(period.contains(window) for period in self.periods_within(window))


@functools.lru_cache(maxsize=_INSTANTS_KEPT)
def wall_instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The instant of a minute of the day's wall clock; minute 1440 is the next day's midnight."""
    days, minute = divmod(minute, MINUTES_OF_A_DAY)
    return first_instant(day + timedelta(days=days), time(minute // 60, minute % 60), zone)
