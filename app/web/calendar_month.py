"""A month of a space's calendar: kinds and resources by days, with numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from babel.dates import format_date

from app.bookings.calendar import Load, summed
from app.identity.authentication import Visitor
from app.inventory.queries import ResourceCard
from app.inventory.rules import KIND_NAMES, Hours
from app.kernel.refusals import marked
from app.kernel.wall_time import local_day
from app.web.calendar_address import Asked, View


@dataclass(frozen=True, slots=True)
class MonthDay:
    """A day over the table."""

    number: str
    weekday: str
    url: str
    closed: bool
    is_today: bool


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A kind (`is_kind`) or a resource; each day's cell is a class of static/staff.css and its text."""

    name: str
    note: str
    is_kind: bool
    cells: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class MonthTable:
    """The table."""

    days: Sequence[MonthDay]
    rows: Sequence[MonthRow]


def month_table(
    days: Sequence[date],
    hours: Hours,
    resources: Sequence[ResourceCard],
    loads: Mapping[tuple[int, date], Load],
    asked: Asked,
    visitor: Visitor,
) -> MonthTable:
    """How many bookings each day has: of a kind together, and of each resource of it."""
    say, today = visitor.speaker, local_day(visitor.now, hours.zone)
    open_minutes = [sum(opening.closes - opening.opens for opening in hours.openings_on(day)) for day in days]
    words = say.gettext(marked("zu")), say.gettext(marked("gesp.")), say.gettext(marked("bel."))
    nothing = Load()

    def cells(of_days: Sequence[Load], count: int) -> list[tuple[str, str]]:
        return [_cell(load, minutes * count, words) for load, minutes in zip(of_days, open_minutes, strict=True)]

    rows = []
    for kind, of_kind in groupby(resources, key=lambda resource: resource.kind):
        there = list(of_kind)
        of_each = [[loads.get((resource.id, day), nothing) for day in days] for resource in there]
        together = [summed(of_day) for of_day in zip(*of_each, strict=True)]
        rows.append(MonthRow(say.gettext(KIND_NAMES[kind]), str(len(there)), True, cells(together, len(there))))
        rows += [MonthRow(each.name, "", False, cells(own, 1)) for each, own in zip(there, of_each, strict=True)]
    return MonthTable(
        [
            MonthDay(
                str(day.day),
                format_date(day, "ccc", locale=say.locale),
                replace(asked, view=View.DAY, day=day).url,
                not minutes,
                day == today,
            )
            for day, minutes in zip(days, open_minutes, strict=True)
        ],
        rows,
    )


def _cell(load: Load, minutes: int, words: tuple[str, str, str]) -> tuple[str, str]:
    """How full it is as one of five steps, and its number; without bookings of its own why nothing can be booked."""
    closed, blocked, taken = words
    if not load.bookings and load.booked + load.blocked >= minutes:
        return "no", closed if not minutes else taken if load.booked else blocked
    percent = 100 * (load.booked + load.blocked) // minutes if minutes else 100
    step = 4 if percent >= 100 else 3 if percent >= 60 else 2 if percent >= 40 else 1 if percent >= 10 else 0
    return f"l{step}", str(load.bookings)
