"""A week of a space's calendar: resources by days, each in two halves, with who or how many."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from babel.dates import format_date

from app.bookings.rules import DAY_PARTS, GRID, DayPart
from app.identity.authentication import Visitor
from app.inventory.queries import ResourceCard
from app.inventory.rules import MINUTES_OF_A_DAY, Hours, label, wall_instant
from app.kernel.refusals import marked
from app.kernel.wall_time import local_day
from app.web.calendar_address import Asked, View
from app.web.calendar_bars import Bar, Bars
from app.web.day_table import Cell, Row, free_url, headings, row_of

_SATURDAY = 6
_FREE = marked("{place}, {day}, {times}, frei")


@dataclass(frozen=True, slots=True)
class WeekDay:
    """A day over the table: where it leads, and why it is closed, if it is."""

    label: str
    url: str
    closed: str
    is_today: bool


@dataclass(frozen=True, slots=True)
class WeekTable:
    """The table; `columns` are the days and minutes of its halves for the script."""

    days: Sequence[WeekDay]
    columns: Sequence[tuple[str, int, int]]
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class _Half:
    """A half day: what lies in [begins, ends) belongs to it; its open time is [opens, closes), none where equal."""

    day: date
    begins: int
    ends: int
    opens: int
    closes: int


def _halves(day: date, hours: Hours) -> tuple[_Half, _Half]:
    """Morning and afternoon; they meet in the middle between them."""
    noon, after = DAY_PARTS[DayPart.MORNING][1], DAY_PARTS[DayPart.AFTERNOON][0]
    middle = (noon + after) // 2
    spans = [(opening.opens, opening.closes) for opening in hours.openings_on(day)]

    def half(begins: int, ends: int, earliest: int, latest: int) -> _Half:
        there = [(max(o, earliest), min(c, latest)) for o, c in spans if max(o, earliest) < min(c, latest)]
        opens, closes = max(there, key=lambda span: span[1] - span[0], default=(earliest, earliest))
        return _Half(day, begins, ends, opens, closes)

    return half(0, middle, 0, noon), half(middle, MINUTES_OF_A_DAY, after, MINUTES_OF_A_DAY)


def week_table(
    days: Sequence[date], hours: Hours, resources: Sequence[ResourceCard], bars: Bars, asked: Asked, visitor: Visitor
) -> WeekTable:
    """The days of the week; of Saturday and Sunday those that open or have bookings."""
    booked = {day for (_, day), of_one in bars.items() if any(bar.booking for bar in of_one)}
    shown = [day for day in days if day.isoweekday() < _SATURDAY or hours.openings_on(day) or day in booked]
    halves = [half for day in shown for half in _halves(day, hours)]
    today = local_day(visitor.now, hours.zone)
    return WeekTable(
        [_day(day, hours, asked, today, visitor) for day in shown],
        [(half.day.isoformat(), half.opens, half.closes) for half in halves],
        [
            row_of(resource, heading, list(_cells(resource, halves, bars, hours, asked, visitor)), visitor)
            for resource, heading in headings(resources, visitor)
        ],
    )


def _day(day: date, hours: Hours, asked: Asked, today: date, visitor: Visitor) -> WeekDay:
    say = visitor.speaker
    pattern = "ccc d.M." if visitor.language == "de" else "ccc d MMM"
    closed = "" if hours.openings_on(day) else hours.why_closed(day) or say.gettext(marked("zu"))
    url = replace(asked, view=View.DAY, day=day).url
    return WeekDay(format_date(day, pattern, locale=say.locale), url, closed, day == today)


def _cells(
    resource: ResourceCard, halves: Sequence[_Half], bars: Bars, hours: Hours, asked: Asked, visitor: Visitor
) -> Iterator[Cell]:
    """The halves of each day; what takes both of them alone is one cell."""
    for _, of_day in groupby(enumerate(halves), key=lambda each: each[1].day):
        (column, morning), (_, afternoon) = of_day
        of_one = bars.get((resource.id, morning.day), ())
        first = [bar for bar in of_one if bar.opens < morning.ends]
        second = [bar for bar in of_one if bar.closes > afternoon.begins]
        if len(first) == 1 and first == second:
            yield Cell(column, 2, first)
            continue
        yield _half_cell(resource, column, morning, first, hours, asked, visitor)
        yield _half_cell(resource, column + 1, afternoon, second, hours, asked, visitor)


def _half_cell(
    resource: ResourceCard,
    column: int,
    half: _Half,
    bars: Sequence[Bar],
    hours: Hours,
    asked: Asked,
    visitor: Visitor,
) -> Cell:
    say = visitor.speaker
    if len(bars) > 1:
        return Cell(column, 1, [_together(resource, half, bars, asked, visitor)])
    if bars:
        return Cell(column, 1, list(bars))
    if half.opens == half.closes:
        return Cell(column, 1, shut=say.gettext(marked("zu")))
    if wall_instant(half.day, half.closes, hours.zone) <= visitor.now + GRID:
        return Cell(column, 1, shut=say.gettext(marked("vorbei")))
    place = label(resource.kind, resource.name)
    said = say.say(_FREE, place=place, day=half.day, times=say.span(half.opens, half.closes))
    return Cell(column, 1, url=free_url(asked, resource, half.day, half.opens, half.closes), said=said)


def _together(resource: ResourceCard, half: _Half, bars: Sequence[Bar], asked: Asked, visitor: Visitor) -> Bar:
    """Several in one half day: how many, and where they are seen one by one."""
    booked = [bar for bar in bars if bar.booking]
    text = visitor.speaker.say(marked("{count} Buchungen"), count=len(booked))
    if len(booked) < len(bars):
        text = visitor.speaker.say(marked("{count} Belegungen"), count=len(bars))
    url = f"{replace(asked, view=View.DAY, day=half.day).url}#r-{resource.public_id}"
    more = visitor.speaker.listed(f"{bar.text}, {bar.times}" for bar in bars)
    return Bar(half.day, bars[0].opens, bars[-1].closes, "more", text, more, "", url)
