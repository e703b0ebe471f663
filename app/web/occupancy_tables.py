"""Occupancy in rows: for the tables below the charts, and as CSV with every number."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final

from babel.dates import format_date

from app.identity.authentication import Visitor
from app.insights.queries import Occupancy, by_week
from app.insights.rules import Regulars, VisitClass
from app.insights.sums import LEADS, Sums, percent
from app.inventory.rules import KIND_NAMES, Kind
from app.kernel.refusals import NotFound, marked
from app.network.queries import SpaceCard

NUMBERS_SAID: Final[Mapping[str, str]] = {
    "available_minutes": marked("Verfügbar, Minuten"),
    "booked_minutes": marked("Gebucht, Minuten"),
    "used_minutes": marked("Genutzt, Minuten"),
    "no_show_minutes": marked("Nicht gekommen, Minuten"),
    "late_minutes": marked("Zu spät zurückgegeben, Minuten"),
    "unnoted_minutes": marked("Ankunft nicht erfasst, Minuten"),
    "outside_minutes": marked("Außerhalb der Öffnungszeit, Minuten"),
    "cancelled_minutes": marked("Abgesagt, Minuten"),
    "bookings": marked("Buchungen"),
    "arrivals": marked("Angekommen"),
    "no_shows": marked("Nicht gekommen"),
    "late": marked("Zu spät zurückgegeben"),
    "unnoted": marked("Ankunft nicht erfasst"),
    "cancellations": marked("Abgesagt"),
}
"""Every number of sums, in the words of a file's head."""

_BEGINS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
Rows = list[list[str]]


def csv_of(rows: Sequence[Sequence[str]]) -> bytes:
    """A file that spreadsheets open: with a mark of its letters, semicolons, and no text that they would run."""
    out = io.StringIO()
    safe = ([f"'{text}" if text.startswith(_BEGINS_A_FORMULA) else text for text in row] for row in rows)
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows(safe)
    return out.getvalue().encode("utf-8-sig")


class OccupancyTables:
    """The tables of one occupancy, in the reader's words."""

    def __init__(self, found: Occupancy, regulars: Regulars, spaces: Sequence[SpaceCard], visitor: Visitor) -> None:
        self._found = found
        self._regulars = regulars
        self._spaces = spaces
        self._speaker = visitor.speaker

    def file(self, name: str) -> bytes:
        """The table with this name as CSV. Raises NotFound."""
        makers: Mapping[str, Callable[[], Rows]] = {
            "tage": lambda: self._all_numbers(marked("Tag"), self.days()),
            "wochen": lambda: self._all_numbers(marked("Woche ab"), self.weeks()),
            "stunden": self._hours,
            "arten": lambda: self._all_numbers(marked("Art"), self.kinds()),
            "standorte": lambda: self._all_numbers(marked("Standort"), self.spaces()),
            "buchungen": lambda: self._all_numbers("", [("", self._found.total)]),
            "vorlauf": self._leads,
            "stammgaeste": self._visits,
        }
        if name not in makers:
            raise NotFound
        return csv_of(makers[name]())

    def days(self) -> list[tuple[str, Sums]]:
        return [(day.isoformat(), sums) for day, sums in sorted(self._found.by_day.items())]

    def weeks(self) -> list[tuple[str, Sums]]:
        return [(monday.isoformat(), sums) for monday, sums in by_week(self._found).items()]

    def kinds(self) -> list[tuple[str, Sums]]:
        found = self._found.by_kind
        return [(self._speaker.gettext(KIND_NAMES[kind]), found[kind]) for kind in Kind if kind in found]

    def spaces(self) -> list[tuple[str, Sums]]:
        """By name; a space of which there is nothing to say is there too."""
        found = self._found.by_space
        return [(space.name, found.get(space.id, Sums())) for space in self._spaces]

    def lead_names(self) -> list[str]:
        """The classes of lead times in words."""
        say = self._speaker.say
        names = [say(marked("am selben Tag")), say(marked("am Tag vorher"))]
        for least, after in zip(LEADS[2:], (*LEADS[3:], None), strict=True):
            if after is None:
                names.append(say(marked("mehr als {days} Tage vorher"), days=least - 1))
            else:
                names.append(say(marked("{least} bis {most} Tage vorher"), least=least, most=after - 1))
        return names

    def visit_name(self, each: VisitClass) -> str:
        """A class of people in words."""
        say = self._speaker.say
        if each.most is None and each.least == 1:
            return say(marked("an einem Tag oder mehr"))
        if each.most is None:
            return say(marked("an {least} Tagen oder mehr"), least=each.least)
        if each.least == each.most:
            return say(marked("an einem Tag")) if each.least == 1 else say(marked("an {n} Tagen"), n=each.least)
        return say(marked("an {least} bis {most} Tagen"), least=each.least, most=each.most)

    def weekday(self, weekday: int) -> str:
        """Dienstag."""
        return self._speaker.weekday(date(2024, 1, weekday))

    def _all_numbers(self, first: str, rows: Sequence[tuple[str, Sums]]) -> Rows:
        say = self._speaker.gettext
        head = [say(first)] if first else []
        names = list(NUMBERS_SAID)
        return [
            [*head, *(say(NUMBERS_SAID[name]) for name in names)],
            *([*([label] if first else []), *(str(getattr(sums, name)) for name in names)] for label, sums in rows),
        ]

    def _hours(self) -> Rows:
        say = self._speaker.gettext
        head = [say(marked("Wochentag")), say(marked("Stunde ab"))]
        names = ("available", "booked", "used")
        rows = [
            [self.weekday(weekday), str(hour), *(str(getattr(sums, name)[hour]) for name in names)]
            for weekday, sums in sorted(self._found.by_weekday.items())
            for hour in range(24)
            if sums.available[hour]
        ]
        return [[*head, *(say(NUMBERS_SAID[f"{name}_minutes"]) for name in names)], *rows]

    def _leads(self) -> Rows:
        say = self._speaker.gettext
        rows = [[name, str(n)] for name, n in zip(self.lead_names(), self._found.total.lead, strict=True)]
        return [[say(marked("Gebucht")), say(marked("Buchungen"))], *rows]

    def _visits(self) -> Rows:
        say = self._speaker.gettext
        rows = [[self.visit_name(each), str(each.people)] for each in self._regulars.classes]
        return [[say(marked("Gekommen")), say(marked("Personen"))], *rows]


def short_day(day: date, visitor: Visitor) -> str:
    """24.11."""
    pattern = "d.M." if visitor.language == "de" else "d MMM"
    return str(format_date(day, pattern, locale=visitor.speaker.locale))


def share(part: int, whole: int) -> str:
    """43 %, or a dash."""
    value = percent(part, whole)
    return "–" if value is None else f"{value} %"
