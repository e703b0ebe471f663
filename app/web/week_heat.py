"""A space's week as half days: how full each is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from babel.dates import format_date

from app.bookings.rules import DayPart
from app.bookings.today import HalfDay
from app.identity.authentication import Visitor
from app.kernel.refusals import marked


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
