"""Charts as the templates draw them (templates/parts/charts.html): shapes in percent of the width, numbers as text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_LABELS: Final = 14.0
"""How much of a heat map's width its row labels take, in percent."""

_SCALE_WIDTH: Final = 8.0
"""How much of a course's width the scale takes."""

_STEPS: Final = ((0, "l0"), (33, "l1"), (66, "l2"), (99, "l3"))
_MOST_TICKS: Final = 6
_LAST_TICK: Final = 92.0
"""How far right the middle of a tick's name may stand without being cut off on a phone, in percent."""

_MOST_DOTS: Final = 16
_SCALES: Final = (20, 40, 100)


@dataclass(frozen=True, slots=True)
class Table:
    """What a chart shows, in words and numbers; the first column names the row."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    @property
    def heads(self) -> list[tuple[str, str]]:
        """The columns with the class of what stands in them."""
        return [(column, "number" if n else "") for n, column in enumerate(self.columns)]


@dataclass(frozen=True, slots=True)
class Cell:
    """A field of a heat map: how much in percent, None where nothing was to be had."""

    x: float
    width: float
    middle: float
    value: int | None
    step: str


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Fields in rows and columns, each with its number."""

    columns: Sequence[tuple[str, float]]
    rows: Sequence[tuple[str, Sequence[Cell]]]


def heat_map(columns: Sequence[str], rows: Sequence[tuple[str, Sequence[int | None]]]) -> HeatMap:
    """The map of these percents, row by row."""
    width = (100 - _LABELS) / len(columns)

    def cell(n: int, value: int | None) -> Cell:
        x = _LABELS + n * width
        return Cell(round(x + width * 0.03, 2), round(width * 0.94, 2), round(x + width / 2, 2), value, step_of(value))

    return HeatMap(
        [(label, round(_LABELS + (n + 0.5) * width, 2)) for n, label in enumerate(columns)],
        [(label, [cell(n, value) for n, value in enumerate(values)]) for label, values in rows],
    )


def step_of(value: int | None) -> str:
    """The class of a field: nothing, three steps between, and all."""
    if value is None:
        return "no"
    return next((step for most, step in _STEPS if value <= most), "l4")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its name, its look, the points in a field of 1000 by 100, and each one's place in percent."""

    name: str
    look: str
    points: str
    dots: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of percents over time up to `top`, with some names of times below."""

    lines: Sequence[Line]
    ticks: Sequence[tuple[str, float]]
    top: int

    @property
    def rules(self) -> Sequence[tuple[int, int]]:
        """The lines across: their percents, and how far up they lie."""
        return [(self.top * quarter // 4, 25 * quarter) for quarter in range(5)]


def lines(times: Sequence[str], series: Sequence[tuple[str, str, Sequence[int | None]]]) -> Lines:
    """Lines through what is known, each given as (name, look, percents)."""
    count = max(len(times), 1)
    places = [_SCALE_WIDTH + (n + 0.5) / count * (100 - _SCALE_WIDTH) for n in range(count)]
    every = -(-count // _MOST_TICKS)
    most = max((value for _, _, values in series for value in values if value is not None), default=0)
    top = next(scale for scale in _SCALES if most <= scale)
    drawn = []
    for name, look, values in series:
        known = [(place, value * 100 / top) for place, value in zip(places, values, strict=True) if value is not None]
        points = " ".join(f"{place * 10:.1f},{100 - up:.1f}" for place, up in known)
        dots = [(round(place, 2), round(up, 2)) for place, up in known] if count <= _MOST_DOTS else []
        drawn.append(Line(name, look, points, dots))
    named = [n for n in range(every // 2, len(times), every) if places[n] <= _LAST_TICK]
    return Lines(drawn, [(times[n], round(places[n], 2)) for n in named], top)


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a row: how long in percent, its look, and what is written behind it."""

    width: float
    look: str
    text: str


@dataclass(frozen=True, slots=True)
class Bars:
    """Rows with one or more bars each."""

    rows: Sequence[tuple[str, Sequence[Bar]]]

    @property
    def height(self) -> float:
        """In letters."""
        return sum(2.1 + 1.5 * len(bars) for _, bars in self.rows)

    @property
    def placed(self) -> Sequence[tuple[str, float, Sequence[tuple[Bar, float]]]]:
        """Each row with how far down it and its bars begin."""
        found, top = [], 0.0
        for label, row in self.rows:
            found.append((label, round(top, 2), [(bar, round(top + 1.5 + 1.5 * n, 2)) for n, bar in enumerate(row)]))
            top += 2.1 + 1.5 * len(row)
        return found


LONGEST_BAR: Final = 80.0
"""Behind a bar there must be room for its number."""


def bar(part: float, whole: float, look: str, text: str) -> Bar:
    """A bar for a part of what the longest one stands for."""
    return Bar(round(LONGEST_BAR * part / whole, 2) if whole else 0.0, look, text)


Drawing = HeatMap | Lines | Bars


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with its finding in a sentence, its table, and the address of the same as CSV."""

    id: str
    title: str
    finding: str
    kind: str
    drawing: Drawing | None
    table: Table
    csv: str
    note: str = ""
