"""A space's day as a table of half hours, for its calendar, for Today and for paper."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from app.bookings.rules import GRID
from app.identity.authentication import Visitor
from app.inventory.queries import ResourceCard
from app.inventory.rules import KIND_NAMES, Hours, Kind, label, wall_instant
from app.kernel.refusals import marked
from app.web.calendar_address import Asked
from app.web.calendar_bars import Bar, Bars
from app.web.search_form import clock_text

SLOT = 30
"""Minutes of a column."""

_LONG = 32
"""More columns than these need more room than a screen is wide."""

_O_CLOCK = marked("{hour} Uhr")
_FREE = marked("{place}, {times}, frei")


@dataclass(slots=True)
class Cell:
    """So many columns from one on: taken by its bars, closed or over (`shut`), else free; a `url` leads to its form."""

    first: int
    span: int
    bars: list[Bar] = field(default_factory=list)
    url: str = ""
    said: str = ""
    times: str = ""
    shut: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A resource: `heading` names the kind that begins with it, `note` tells it from its like.

    `line` is what a phone lists of its day, free and taken in turn; only where free time leads to a form.
    """

    public_id: str
    name: str
    said: str
    heading: str
    note: str
    cells: Sequence[Cell]
    line: Sequence[Cell] = ()

    @property
    def is_free(self) -> bool:
        """Whether nothing has any of its time."""
        return not any(cell.bars for cell in self.cells)


@dataclass(frozen=True, slots=True)
class DayTable:
    """The table; `columns` are the days and minutes of its columns for the script, `now` where now is, in percent."""

    hours: Sequence[tuple[str, int]]
    columns: Sequence[tuple[str, int, int]]
    rows: Sequence[Row]
    now: tuple[str, str] | None

    @property
    def is_long(self) -> bool:
        """Whether it needs more room than a screen is wide."""
        return len(self.columns) > _LONG


def headings(resources: Sequence[ResourceCard], visitor: Visitor) -> Iterator[tuple[ResourceCard, str]]:
    """The resources, and at the first of each kind its name."""
    before = None
    for resource in resources:
        yield resource, "" if resource.kind is before else visitor.speaker.gettext(KIND_NAMES[resource.kind])
        before = resource.kind


def row_of(
    resource: ResourceCard, heading: str, cells: Sequence[Cell], visitor: Visitor, line: Sequence[Cell] = ()
) -> Row:
    """The resource's row with what it is called."""
    said = visitor.speaker.word(label(resource.kind, resource.name))
    return Row(resource.public_id, resource.name, said, heading, _note(resource, visitor), cells, line)


def _note(resource: ResourceCard, visitor: Visitor) -> str:
    """What tells one from the others: desks by the window, everything else by its kind."""
    say = visitor.speaker.gettext
    if resource.kind is not Kind.DESK:
        return say(KIND_NAMES[resource.kind])
    return say(marked("Fenster")) if "window" in resource.features else ""


def day_table(
    day: date,
    hours: Hours,
    resources: Sequence[ResourceCard],
    bars: Bars,
    visitor: Visitor,
    asked: Asked | None = None,
) -> DayTable | None:
    """The day from its opening to its close, longer where something is booked outside; None where nothing is.

    In the calendar that was `asked` for, free time leads to the form that books it, and what is over is shut.
    """
    spans = [(opening.opens, opening.closes) for opening in hours.openings_on(day)]
    spans += [(bar.opens, bar.closes) for of_one in bars.values() for bar in of_one if bar.booking]
    if not spans or not resources:
        return None
    first = min(opens for opens, _ in spans) // SLOT * SLOT
    last = -(-max(closes for _, closes in spans) // SLOT) * SLOT
    shut = _shut(day, hours, range(first, last, SLOT), visitor, is_over=asked is not None)
    return DayTable(
        list(_hours(first, last, visitor)),
        [(day.isoformat(), minute, minute + SLOT) for minute in range(first, last, SLOT)],
        [
            _row(resource, heading, bars.get((resource.id, day), ()), first, shut, asked and asked.at(day), visitor)
            for resource, heading in headings(resources, visitor)
        ],
        _now(day, hours, first, last, visitor.now),
    )


def free_url(asked: Asked, resource: ResourceCard, day: date, opens: int, closes: int) -> str:
    """Where a free time leads: to the form that books or blocks it."""
    wanted = f"platz={resource.public_id}&am={day.isoformat()}&von={clock_text(opens)}&bis={clock_text(closes)}"
    return f"/theke/{asked.slug}/kalender/neu?{wanted}&{asked.query}"


def _shut(day: date, hours: Hours, minutes: range, visitor: Visitor, *, is_over: bool) -> Sequence[str]:
    """Why nothing can be booked in each column; empty where it can be, or could have been unless `is_over` counts."""
    say, openings = visitor.speaker.gettext, hours.openings_on(day)
    closed, over = say(marked("zu")), say(marked("vorbei"))
    return [
        closed
        if not any(opening.opens <= minute and minute + SLOT <= opening.closes for opening in openings)
        else over
        if is_over and wall_instant(day, minute + SLOT, hours.zone) <= visitor.now + GRID
        else ""
        for minute in minutes
    ]


def _row(
    resource: ResourceCard,
    heading: str,
    bars: Sequence[Bar],
    first: int,
    shut: Sequence[str],
    asked: Asked | None,
    visitor: Visitor,
) -> Row:
    place = visitor.speaker.word(label(resource.kind, resource.name))

    def free(column: int, span: int) -> Cell:
        if asked is None:
            return Cell(column, span)
        opens = first + column * SLOT
        closes = opens + span * SLOT
        times = visitor.speaker.span(opens, closes)
        said = visitor.speaker.say(_FREE, place=place, times=times)
        return Cell(column, span, url=free_url(asked, resource, asked.day, opens, closes), said=said, times=times)

    def between(start: int, end: int) -> Iterator[Cell]:
        for column in range(start, end):
            yield Cell(column, 1, shut=shut[column]) if shut[column] else free(column, 1)

    cells, at = [], 0
    for cell in _taken(bars, first, len(shut)):
        cells += [*between(at, cell.first), cell]
        at = cell.first + cell.span
    cells += between(at, len(shut))
    line = _line(cells, free) if asked else ()
    return row_of(resource, heading, _joined(cells), visitor, line)


def _line(cells: Sequence[Cell], free: Callable[[int, int], Cell]) -> list[Cell]:
    """What is taken, and what is free in one piece; what is shut is left out."""
    line: list[Cell] = []
    for cell in cells:
        before = line[-1] if line else None
        if cell.url and before is not None and before.url and before.first + before.span == cell.first:
            line[-1] = free(before.first, before.span + 1)
        elif not cell.shut:
            line.append(cell)
    return line


def _taken(bars: Sequence[Bar], first: int, columns: int) -> Iterator[Cell]:
    """The bars in whole columns; those that lie in the same ones share a cell."""
    cell: Cell | None = None
    for bar in bars:
        begins = max(0, (bar.opens - first) // SLOT)
        ends = min(columns, -(-(bar.closes - first) // SLOT))
        if ends <= begins:
            continue
        at = cell.first + cell.span if cell else 0
        if cell is not None and ends <= at:
            cell.bars.append(bar)
            continue
        if cell is not None:
            yield cell
        begins = max(begins, at)
        cell = Cell(begins, ends - begins, [bar])
    if cell is not None:
        yield cell


def _joined(cells: Sequence[Cell]) -> list[Cell]:
    """The cells, with columns next to each other that lead nowhere as one: free ones, and those shut alike."""
    joined: list[Cell] = []
    for cell in cells:
        before = joined[-1] if joined else None
        leads_on = cell.url or cell.bars or before is None or before.url or before.bars
        if leads_on or before is None or before.shut != cell.shut:
            joined.append(cell)
        else:
            joined[-1] = Cell(before.first, before.span + cell.span, shut=cell.shut)
    return joined


def _hours(first: int, last: int, visitor: Visitor) -> Iterator[tuple[str, int]]:
    """Each begun hour with its columns; half a one at the start has no label."""
    for hour in range(first // 60, -(-last // 60)):
        columns = (min(last, hour * 60 + 60) - max(first, hour * 60)) // SLOT
        yield visitor.speaker.say(_O_CLOCK, hour=hour) if first <= hour * 60 else "", columns


def _now(day: date, hours: Hours, first: int, last: int, now: datetime) -> tuple[str, str] | None:
    local = now.astimezone(hours.zone)
    minute = local.hour * 60 + local.minute
    if local.date() != day or not first <= minute <= last:
        return None
    return f"{local.hour}:{local.minute:02}", f"{100 * (minute - first) / (last - first):.1f}%"
