"""The form of a repeat: read from an address or a form, and its dates in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.bookings.habits import Habit
from app.bookings.repeats import (
    Fate,
    Repeat,
    RepeatDay,
    checked_weekdays,
    checked_weeks,
)
from app.bookings.rules import DayPart
from app.identity.authentication import Visitor
from app.inventory.queries import ResourceCard
from app.inventory.rules import label
from app.kernel.refusals import marked
from app.web.forms import refusals_of
from app.web.search_form import clock_text, read_when

WEEKDAYS: Final[Mapping[str, int]] = {"mo": 1, "di": 2, "mi": 3, "do": 4, "fr": 5, "sa": 6, "so": 7}
"""The weekdays by their names in an address."""

_FIELDS: Final = ("wochentage", "von", "bis", "wochen")
OTHER_DESK, LEAVE_OUT = "anderer", "auslassen"
_FIRST_OFFERED_WEEKS = 4

_WORDS: Final[Mapping[Fate, tuple[str, str]]] = {
    Fate.FREE: ("free", marked("frei")),
    Fate.OTHER: ("free", marked("frei")),
    Fate.LEFT_OUT: ("none", marked("ausgelassen")),
    Fate.FULL: ("none", marked("alles belegt")),
    Fate.CLOSED: ("not", marked("geschlossen")),
    Fate.BOOKED: ("yours", marked("schon gebucht")),
}


@dataclass(frozen=True, slots=True)
class RepeatForm:
    """The fields as filled in, what is wrong with them by field, and what they mean where nothing is."""

    platz: str
    weekdays: frozenset[int]
    von: str
    bis: str
    wochen: str
    belegt: str
    errors: Mapping[str, str]
    repeat: Repeat | None

    @property
    def fields(self) -> Mapping[str, str]:
        """The same for hidden fields."""
        days = {name: "ja" for name, weekday in WEEKDAYS.items() if weekday in self.weekdays}
        rest = {"platz": self.platz, "von": self.von, "bis": self.bis, "wochen": self.wochen, "belegt": self.belegt}
        return days | rest


@dataclass(frozen=True, slots=True)
class RepeatLine:
    """One date: what would be booked, and a word with its shape."""

    day: str
    what: str
    look: str
    word: str


def from_habit(habit: Habit, resource: str) -> dict[str, str]:
    """The fields as the habit would fill them in."""
    days = {name: "ja" for name, weekday in WEEKDAYS.items() if weekday in habit.weekdays}
    return days | {
        "platz": resource,
        "von": clock_text(habit.span.opens),
        "bis": clock_text(habit.span.closes),
        "wochen": str(_FIRST_OFFERED_WEEKS),
        "belegt": OTHER_DESK,
    }


def read_repeat(fields: Mapping[str, str], visitor: Visitor) -> RepeatForm:
    """What somebody has filled in; whether there is such a resource is found out by who looks for it."""
    weekdays = frozenset(weekday for name, weekday in WEEKDAYS.items() if name in fields)
    weeks = _number(fields.get("wochen", ""))
    times = {name: fields.get(name, "")[:5] for name in ("von", "bis")}
    wanted, wrong_times = read_when({"zeit": DayPart.OWN.value, **times}, visitor)
    refusals = refusals_of(lambda: checked_weekdays(weekdays), lambda: checked_weeks(weeks))
    refused = {refusal.field or "": visitor.speaker.refusal(refusal) for refusal in refusals}
    errors = {name: text for name in _FIELDS if (text := refused.get(name) or wrong_times.get(name))}
    takes_others = fields.get("belegt") != LEAVE_OUT
    repeat = None
    if wanted is not None and not errors:
        repeat = Repeat(fields.get("platz", ""), weekdays, wanted.span(), weeks, takes_others)
    return RepeatForm(
        platz=fields.get("platz", ""),
        weekdays=weekdays,
        wochen=fields.get("wochen", "")[:2],
        belegt=OTHER_DESK if takes_others else LEAVE_OUT,
        errors=errors,
        repeat=repeat,
        **times,
    )


def line_of(day: RepeatDay, wanted: ResourceCard, visitor: Visitor) -> RepeatLine:
    """The date in words."""
    look, word = _WORDS[day.fate]
    return RepeatLine(_day(day.day, visitor), _what(day, wanted, visitor), look, visitor.speaker.gettext(word))


def _what(day: RepeatDay, wanted: ResourceCard, visitor: Visitor) -> str:
    say, name = visitor.speaker, label(wanted.kind, wanted.name)
    match day.fate:
        case Fate.OTHER if day.desk is not None:
            return say.say(marked("{other} statt {what}"), other=label(day.desk.kind, day.desk.name), what=name)
        case Fate.LEFT_OUT:
            return say.say(marked("{what} ist vergeben"), what=name)
        case Fate.CLOSED if day.openings:
            return say.say(marked("nur {hours} offen"), hours=day.openings)
        case Fate.CLOSED:
            return day.why_closed or ""
        case Fate.BOOKED:
            return ""
        case _:
            return say.word(name)


def _day(day: date, visitor: Visitor) -> str:
    """With its year where that is not the current one."""
    text = visitor.speaker.day(day)
    return text if day.year == visitor.now.year else f"{text} {day.year}"


def _number(text: str) -> int:
    """0 for what is none."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 2 else 0
