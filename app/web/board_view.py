"""A space's day as a table of half hours, and its week as half days."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby

from babel.dates import format_date

from app.bookings.rules import DayPart, Status
from app.bookings.today import HalfDay
from app.identity.authentication import Visitor
from app.inventory.held_time import HeldTime
from app.inventory.queries import ResourceCard
from app.inventory.rules import KIND_NAMES, MINUTES_OF_A_DAY, Hours, Kind, wall_instant
from app.kernel.periods import Period
from app.kernel.refusals import marked
from app.web.arrivals_view import ArrivalRow

SLOT = 30
"""Minutes of a column."""

_LONG = 32
"""More columns than these need more room than a screen is wide."""

_DRAWN = (Status.REQUESTED, Status.HELD, Status.CONFIRMED, Status.CHECKED_IN, Status.COMPLETED)


@dataclass(frozen=True, slots=True)
class Bar:
    """Held time: `kind` is in, late, ask, block or empty; `said` is what colour and shape say to who sees them.

    Without `booking` nothing leads on from it.
    """

    opens: int
    closes: int
    kind: str
    text: str
    said: str
    times: str
    booking: str = ""


@dataclass(slots=True)
class Cell:
    """So many columns from one on: free without bars, else with one, or with several that share a half hour."""

    first: int
    span: int
    bars: list[Bar] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A resource's day; `begins` says that another kind begins here."""

    name: str
    note: str
    cells: Sequence[Cell]
    begins: bool

    @property
    def is_free(self) -> bool:
        return not any(cell.bars for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Board:
    """The table: hours as (label, columns), rows, and where now is, in percent of its width (None: elsewhere)."""

    hours: Sequence[tuple[str, int]]
    rows: Sequence[BoardRow]
    now: tuple[str, str] | None
    columns: int

    @property
    def is_long(self) -> bool:
        return self.columns > _LONG


def board_of(
    day: date,
    hours: Hours,
    resources: Sequence[ResourceCard],
    rows: Sequence[ArrivalRow],
    held: Mapping[int, Sequence[HeldTime]],
    visitor: Visitor,
) -> Board | None:
    """The day from its opening to its close, longer where something is booked outside; None where nothing is to show.

    What is taken with a whole stands at its parts as well.
    """
    bars = _bars(day, hours, rows, held, visitor)
    spans = [(opening.opens, opening.closes) for opening in hours.openings_on(day)]
    spans += [(bar.opens, bar.closes) for of_one in bars.values() for bar in of_one if bar.booking]
    if not spans or not resources:
        return None
    opens, closes = min(o for o, _ in spans) // SLOT * SLOT, -(-max(c for _, c in spans) // SLOT) * SLOT
    columns = (closes - opens) // SLOT
    return Board(
        hours=list(_hours(opens, closes, visitor)),
        rows=[
            BoardRow(each.name, _note(each, visitor), _cells(bars.get(each.id, []), opens, columns), number == 0)
            for _, of_kind in groupby(resources, key=lambda each: each.kind)
            for number, each in enumerate(of_kind)
        ],
        now=_now(day, hours, opens, closes, visitor),
        columns=columns,
    )


def _bars(
    day: date,
    hours: Hours,
    rows: Sequence[ArrivalRow],
    held: Mapping[int, Sequence[HeldTime]],
    visitor: Visitor,
) -> dict[int, list[Bar]]:
    bars: dict[int, list[Bar]] = {}
    for row in rows:
        booking = row.booking
        if booking.status not in _DRAWN:
            continue
        minutes = _minutes(day, Period(booking.period.starts_at, _ended_at(row)), hours)
        if minutes is None:
            continue
        bar = _bar_of(row, *minutes, visitor)
        bars.setdefault(booking.resource.id, []).append(bar)
        for part in booking.resource.parts:
            taken = Bar(*minutes, "block", row.label, "", bar.times)
            bars.setdefault(part, []).append(taken)
    say = visitor.speaker
    for resource, times in held.items():
        for time in times:
            minutes = _minutes(day, time.period, hours)
            if minutes is None:
                continue
            because = time.blocked_because
            text = (
                say.say(marked("Gesperrt: {reason}"), reason=because) if because else say.gettext(marked("vorgemerkt"))
            )
            bars.setdefault(resource, []).append(Bar(*minutes, "block", text, "", say.span(*minutes)))
    return {resource: sorted(of_one, key=lambda bar: bar.opens) for resource, of_one in bars.items()}


def _ended_at(row: ArrivalRow) -> datetime:
    """Who has left early is no longer there."""
    booking = row.booking
    left_at = booking.left_at
    return (
        left_at if left_at and booking.period.starts_at < left_at < booking.period.ends_at else booking.period.ends_at
    )


def _bar_of(row: ArrivalRow, opens: int, closes: int, visitor: Visitor) -> Bar:
    booking = row.booking
    kind = "in" if booking.status in (Status.CHECKED_IN, Status.COMPLETED) else ""
    kind = "late" if row.is_missing else "ask" if booking.status is Status.REQUESTED else kind
    text, times = booking.organisation or _short(row.name), visitor.speaker.span(opens, closes)
    return Bar(opens, closes, kind, text, row.state[1], times, booking.public_id)


def _short(name: str) -> str:
    """Retterath, S. for Sophie Retterath."""
    first, _, last = name.rpartition(" ")
    return f"{last}, {first[0]}." if first else name


def _minutes(day: date, period: Period, hours: Hours) -> tuple[int, int] | None:
    """The part of the period that lies on this day, in minutes of its wall clock."""
    whole = Period(wall_instant(day, 0, hours.zone), wall_instant(day, MINUTES_OF_A_DAY, hours.zone))
    clipped = period.clipped_to(whole)
    if clipped is None:
        return None
    starts, ends = (at.astimezone(hours.zone) for at in (clipped.starts_at, clipped.ends_at))
    opens, closes = starts.hour * 60 + starts.minute, ends.hour * 60 + ends.minute
    closes = MINUTES_OF_A_DAY if ends.date() > day else closes
    return (opens, closes) if opens < closes else None


def _cells(bars: Sequence[Bar], opens: int, columns: int) -> list[Cell]:
    """The bars in whole columns, and what is free between them. Those that share a half hour share a cell."""
    cells: list[Cell] = []
    at = 0
    for bar in bars:
        first, last = max(0, (bar.opens - opens) // SLOT), min(columns, -(-(bar.closes - opens) // SLOT))
        if last <= first:
            continue
        if first < at and last <= at:
            cells[-1].bars.append(bar)
            continue
        first = max(first, at)
        if at < first:
            cells.append(Cell(at, first - at))
        cells.append(Cell(first, last - first, [bar]))
        at = last
    if at < columns:
        cells.append(Cell(at, columns - at))
    return cells


def _hours(opens: int, closes: int, visitor: Visitor) -> Iterator[tuple[str, int]]:
    """Each begun hour with its columns; half a one at the start has no label."""
    for hour in range(opens // 60, -(-closes // 60)):
        columns = (min(closes, hour * 60 + 60) - max(opens, hour * 60)) // SLOT
        label = visitor.speaker.say(_O_CLOCK, hour=hour)
        yield label if opens <= hour * 60 else "", columns


_O_CLOCK = marked("{hour} Uhr")


def _note(resource: ResourceCard, visitor: Visitor) -> str:
    """What tells one from the others: desks by the window, everything else by its kind."""
    say = visitor.speaker.gettext
    if resource.kind is not Kind.DESK:
        return say(KIND_NAMES[resource.kind])
    return say(marked("Fenster")) if "window" in resource.features else ""


def _now(day: date, hours: Hours, opens: int, closes: int, visitor: Visitor) -> tuple[str, str] | None:
    now = visitor.now.astimezone(hours.zone)
    minute = now.hour * 60 + now.minute
    if now.date() != day or not opens <= minute <= closes:
        return None
    return f"{now.hour}:{now.minute:02}", f"{100 * (minute - opens) / (closes - opens):.1f}%"


@dataclass(frozen=True, slots=True)
class HeatDay:
    """A day of the week: how full its morning and its afternoon are, None where it is closed."""

    label: str
    day: date
    is_shown: bool
    halves: Sequence[tuple[int | None, str]]


PARTS: Mapping[DayPart, str] = {DayPart.MORNING: marked("vorm."), DayPart.AFTERNOON: marked("nachm.")}


def week_of(halves: Sequence[HalfDay], shown: date, visitor: Visitor) -> list[HeatDay]:
    """The days in order, each half with its percent and its step."""
    pattern = "ccc d." if visitor.language == "de" else "ccc d"
    return [
        HeatDay(
            format_date(day, pattern, locale=visitor.speaker.locale),
            day,
            day == shown,
            [(half.percent, _step(half.percent)) for half in of_day],
        )
        for day, of_day in groupby(halves, key=lambda half: half.day)
    ]


def _step(percent: int | None) -> str:
    """The class of static/staff.css."""
    if percent is None:
        return "no"
    return (
        "l4"
        if percent >= 100
        else "l3"
        if percent >= 60
        else "l2"
        if percent >= 40
        else "l1"
        if percent >= 10
        else "l0"
    )
