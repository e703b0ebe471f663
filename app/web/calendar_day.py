"""A day of a space's calendar: resources by half hours, and on a phone each with what is free and taken in turn."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from app.bookings.rules import GRID
from app.identity.authentication import Visitor
from app.inventory.queries import ResourceCard
from app.inventory.rules import KIND_NAMES, Hours, label, wall_instant
from app.kernel.refusals import marked
from app.web.calendar_address import Asked
from app.web.calendar_bars import Bar, Bars
from app.web.search_form import clock_text

SLOT = 30
"""Minutes of a column."""

_O_CLOCK = marked("{hour} Uhr")
_FREE = marked("{place}, {times}, frei")


@dataclass(slots=True)
class Cell:
    """So many columns from one on: taken by its bars, free with a `url`, else closed or over (`shut`)."""

    first: int
    span: int
    bars: list[Bar] = field(default_factory=list)
    url: str = ""
    said: str = ""
    times: str = ""
    shut: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A resource: `heading` names the kind that begins with it, `line` is the day of its phone's list."""

    public_id: str
    name: str
    said: str
    heading: str
    cells: Sequence[Cell]
    line: Sequence[Cell] = ()


@dataclass(frozen=True, slots=True)
class DayTable:
    """The table; `columns` are the days and minutes of its columns for the script, `now` where now is, in percent."""

    hours: Sequence[tuple[str, int]]
    columns: Sequence[tuple[str, int, int]]
    rows: Sequence[Row]
    now: tuple[str, str] | None


def headings(resources: Sequence[ResourceCard], visitor: Visitor) -> Iterator[tuple[ResourceCard, str]]:
    """The resources, and at the first of each kind its name."""
    before = None
    for resource in resources:
        yield resource, "" if resource.kind is before else visitor.speaker.gettext(KIND_NAMES[resource.kind])
        before = resource.kind


def day_table(
    day: date, hours: Hours, resources: Sequence[ResourceCard], bars: Bars, asked: Asked, visitor: Visitor
) -> DayTable | None:
    """The day from its opening to its close, longer where something is booked outside; None where nothing is."""
    spans = [(opening.opens, opening.closes) for opening in hours.openings_on(day)]
    spans += [(bar.opens, bar.closes) for of_one in bars.values() for bar in of_one if bar.booking]
    if not spans or not resources:
        return None
    first = min(opens for opens, _ in spans) // SLOT * SLOT
    last = -(-max(closes for _, closes in spans) // SLOT) * SLOT
    shut = _shut(day, hours, range(first, last, SLOT), visitor)
    return DayTable(
        list(_hours(first, last, visitor)),
        [(day.isoformat(), minute, minute + SLOT) for minute in range(first, last, SLOT)],
        [
            _row(resource, heading, bars.get((resource.id, day), ()), first, shut, asked.at(day), visitor)
            for resource, heading in headings(resources, visitor)
        ],
        _now(day, hours, first, last, visitor.now),
    )


def free_url(asked: Asked, resource: ResourceCard, day: date, opens: int, closes: int) -> str:
    """Where a free time leads: to the form that books or blocks it."""
    wanted = f"platz={resource.public_id}&am={day.isoformat()}&von={clock_text(opens)}&bis={clock_text(closes)}"
    return f"/theke/{asked.slug}/kalender/neu?{wanted}&{asked.query}"


def _shut(day: date, hours: Hours, minutes: range, visitor: Visitor) -> Sequence[str]:
    """Why nothing can be booked in each column; empty where it can be."""
    say, openings = visitor.speaker.gettext, hours.openings_on(day)
    closed, over = say(marked("zu")), say(marked("vorbei"))
    return [
        closed
        if not any(opening.opens <= minute and minute + SLOT <= opening.closes for opening in openings)
        else over
        if wall_instant(day, minute + SLOT, hours.zone) <= visitor.now + GRID
        else ""
        for minute in minutes
    ]


def _row(
    resource: ResourceCard,
    heading: str,
    bars: Sequence[Bar],
    first: int,
    shut: Sequence[str],
    asked: Asked,
    visitor: Visitor,
) -> Row:
    place = visitor.speaker.word(label(resource.kind, resource.name))
    taken = list(_taken(bars, first, len(shut)))

    def between(start: int, end: int) -> Iterator[Cell]:
        for column in range(start, end):
            if shut[column]:
                yield Cell(column, 1, shut=shut[column])
            else:
                yield _free(column, 1)

    def _free(column: int, span: int) -> Cell:
        opens = first + column * SLOT
        closes = opens + span * SLOT
        times = visitor.speaker.span(opens, closes)
        said = visitor.speaker.say(_FREE, place=place, times=times)
        return Cell(column, span, url=free_url(asked, resource, asked.day, opens, closes), said=said, times=times)

    cells, at = [], 0
    for cell in taken:
        cells += [*between(at, cell.first), cell]
        at = cell.first + cell.span
    cells += between(at, len(shut))
    line: list[Cell] = []
    for cell in cells:
        before = line[-1] if line else None
        if cell.url and before is not None and before.url and before.first + before.span == cell.first:
            line[-1] = _free(before.first, before.span + 1)
        elif not cell.shut:
            line.append(cell)
    return Row(resource.public_id, resource.name, place, heading, _joined(cells), line)


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
    """The cells, with columns next to each other that are shut for the same reason as one."""
    joined: list[Cell] = []
    for cell in cells:
        if cell.shut and joined and joined[-1].shut == cell.shut:
            joined[-1] = Cell(joined[-1].first, joined[-1].span + 1, shut=cell.shut)
        else:
            joined.append(cell)
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
