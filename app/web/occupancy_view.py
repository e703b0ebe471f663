"""Occupancy as charts: each with what it shows in a sentence, and its table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from babel.dates import format_date
from babel.numbers import format_decimal

from app.identity.authentication import Visitor
from app.insights.queries import Occupancy, by_week
from app.insights.rules import FEWEST_PEOPLE, REGULARS_FROM, Regulars
from app.insights.sums import LEADS, Sums, percent
from app.kernel.refusals import marked
from app.kernel.wall_time import local_day
from app.network.queries import SpaceCard
from app.web.charts import Bars, Chart, Drawing, Table, bar, heat_map, lines
from app.web.occupancy_form import OccupancyForm
from app.web.occupancy_tables import OccupancyTables, share, short_day
from app.web.search_form import ZONE

_DAYS_UP_TO: Final = 92
"""So many days are drawn as days, more as weeks."""

_WEEKS_UP_TO: Final = 15
"""So many weeks are rows of the calendar, more become months."""


@dataclass(frozen=True, slots=True)
class OccupancyView:
    """What was found, ready to be drawn."""

    form: OccupancyForm
    found: Occupancy
    regulars: Regulars
    spaces: Sequence[SpaceCard]
    visitor: Visitor

    @property
    def _tables(self) -> OccupancyTables:
        return OccupancyTables(self.found, self.regulars, self.spaces, self.visitor)

    @property
    def total(self) -> Sums:
        return self.found.total

    @property
    def booked(self) -> str:
        return share(self.total.booked_minutes, self.total.available_minutes)

    @property
    def used(self) -> str:
        return share(self.total.used_minutes, self.total.available_minutes)

    @property
    def measure(self) -> str:
        """What the heat maps show."""
        return self._say(marked("genutzt") if self.form.shows_used else marked("gebucht"))

    @property
    def charts(self) -> list[Chart]:
        charts = [self._course(), self._hours(), self._calendar()]
        if not self.form.art:
            charts.append(self._kinds())
        if len(self.spaces) > 1 and not self.form.standort:
            charts.append(self._spaces())
        return [*charts, self._bookings(), self._leads(), self._visits()]

    def hours(self, minutes: int) -> str:
        """1.240 Stunden, without the word."""
        return str(format_decimal(minutes / 60, "#,##0", locale=self.visitor.speaker.locale))

    @property
    def days_said(self) -> str:
        days = self.form.wanted.days
        return f"{self._day(days.first)} – {self._day(days.last)}"

    def _say(self, text: str, **facts: object) -> str:
        return self.visitor.speaker.say(text, facts)

    def _day(self, day: date) -> str:
        return self.visitor.speaker.day_of_year(day)

    def _part(self, sums: Sums) -> int | None:
        return percent(sums.used_minutes if self.form.shows_used else sums.booked_minutes, sums.available_minutes)

    def _course(self) -> Chart:
        """Day by day, or week by week, without days on which nothing was to be had."""
        by_days = self.form.wanted.days.count <= _DAYS_UP_TO
        times = sorted(self.found.by_day.items()) if by_days else list(by_week(self.found).items())
        times = [(day, sums) for day, sums in times if sums.available_minutes]
        today = local_day(self.visitor.now, ZONE)
        drawing = lines(
            [short_day(day, self.visitor) for day, _ in times],
            [
                (
                    self._say(marked("gebucht")),
                    "booked",
                    [percent(sums.booked_minutes, sums.available_minutes) for _, sums in times],
                ),
                (
                    self._say(marked("genutzt")),
                    "used",
                    [percent(s.used_minutes, s.available_minutes) if day < today else None for day, s in times],
                ),
            ],
        )
        name = marked("Tag für Tag") if by_days else marked("Woche für Woche")
        first = marked("Tag") if by_days else marked("Woche ab")
        rows = [self._sums_row(self._time(day, by_days), sums) for day, sums in times]
        return self._chart(
            "verlauf", name, self._peak(times, by_days), "lines", drawing if times else None,
            self._sums_table(name, first, rows), "tage" if by_days else "wochen",
        )  # fmt: skip

    def _time(self, day: date, by_days: bool) -> str:
        return self.visitor.speaker.day(day) if by_days else self._day(day)

    def _peak(self, times: Sequence[tuple[date, Sums]], by_days: bool) -> str:
        parts = [(percent(sums.booked_minutes, sums.available_minutes) or 0, day) for day, sums in times]
        if not parts or not self.total.booked_minutes:
            return self._say(marked("In dieser Zeit war nichts gebucht."))
        most, day = max(parts, key=lambda part: (part[0], -part[1].toordinal()))
        text = (
            marked("Im Ganzen waren {all} gebucht und {used} genutzt, am meisten am {day} mit {most} %.")
            if by_days
            else marked(
                "Im Ganzen waren {all} gebucht und {used} genutzt, am meisten in der Woche ab {day} mit {most} %."
            )
        )
        return self._say(text, all=self.booked, used=self.used, day=self._time(day, by_days), most=most)

    def _hours(self) -> Chart:
        weekdays = [day for day in range(1, 8) if self.found.by_weekday.get(day, Sums()).available_minutes]
        hours = [h for h in range(24) if any(self.found.by_weekday[day].available[h] for day in weekdays)]
        hours = list(range(hours[0], hours[-1] + 1)) if hours else []
        grid = {(day, hour): self._part_of_hour(day, hour) for day in weekdays for hour in hours}
        names = [self._weekday_short(day) for day in weekdays]
        rows = [(self._hour(hour), [grid[day, hour] for day in weekdays]) for hour in hours]
        name = marked("Wochentag und Stunde")
        table = Table(self._say(name), [self._say(marked("Uhrzeit")), *(self._tables.weekday(day) for day in weekdays)],
                      [[label, *(_percents(values))] for label, values in rows])  # fmt: skip
        known = [(value, day, hour) for (day, hour), value in grid.items() if value is not None]
        return self._chart(
            "stunden", name, self._fullest_hour(known), "heat",
            heat_map(names, rows) if rows else None, table, "stunden",
        )  # fmt: skip

    def _fullest_hour(self, known: Sequence[tuple[int, int, int]]) -> str:
        if not known or not max(known)[0]:
            return self._say(marked("In dieser Zeit war nichts gebucht."))
        most, least = max(known, key=lambda one: (one[0], -one[1], -one[2])), min(known)
        return self._say(
            marked("Am vollsten: {most}, {most_part} % {what}. Am leersten: {least}, {least_part} %."),
            most=self._when(most), most_part=most[0], least=self._when(least), least_part=least[0], what=self.measure,
        )  # fmt: skip

    def _when(self, one: tuple[int, int, int]) -> str:
        return f"{self._tables.weekday(one[1])}, {self.visitor.speaker.span(one[2] * 60, one[2] * 60 + 60)}"

    def _part_of_hour(self, day: int, hour: int) -> int | None:
        sums = self.found.by_weekday[day]
        return percent((sums.used if self.form.shows_used else sums.booked)[hour], sums.available[hour])

    def _weekday_short(self, weekday: int) -> str:
        return str(format_date(date(2024, 1, weekday), "ccc", locale=self.visitor.speaker.locale)).rstrip(".")

    def _hour(self, hour: int) -> str:
        return f"{hour}–{hour + 1}"

    def _calendar(self) -> Chart:
        """Weeks, or months where there are many, by weekdays."""
        weeks = len(by_week(self.found))
        is_weeks = weeks <= _WEEKS_UP_TO
        grid: dict[date, dict[int, Sums]] = {}
        for day, sums in sorted(self.found.by_day.items()):
            row = day - timedelta(days=day.isoweekday() - 1) if is_weeks else day.replace(day=1)
            grid.setdefault(row, {}).setdefault(day.isoweekday(), Sums()).add(sums)
        weekdays = [
            day for day in range(1, 8) if any(row[day].available_minutes for row in grid.values() if day in row)
        ]
        rows = [
            (self._row_name(first, is_weeks), [self._part(row.get(day, Sums())) for day in weekdays])
            for first, row in grid.items()
        ]
        name = marked("Woche und Wochentag") if is_weeks else marked("Monat und Wochentag")
        table = Table(
            self._say(name),
            [self._say(marked("Woche ab") if is_weeks else marked("Monat")), *(map(self._tables.weekday, weekdays))],
            [[label, *(_percents(values))] for label, values in rows],
        )
        by_weekday = [(self._part(self.found.by_weekday[day]) or 0, -day) for day in weekdays]
        return self._chart(
            "kalender", name, self._fullest_weekday(by_weekday), "heat",
            heat_map([self._weekday_short(day) for day in weekdays], rows) if weekdays else None, table, "tage",
        )  # fmt: skip

    def _fullest_weekday(self, known: Sequence[tuple[int, int]]) -> str:
        if not known or not max(known)[0]:
            return self._say(marked("In dieser Zeit war nichts gebucht."))
        most, least = max(known), min(known)
        return self._say(
            marked("Der vollste Wochentag ist {most} mit {most_part} %, der leerste {least} mit {least_part} %."),
            most=self._tables.weekday(-most[1]), most_part=most[0],
            least=self._tables.weekday(-least[1]), least_part=least[0],
        )  # fmt: skip

    def _row_name(self, first: date, is_weeks: bool) -> str:
        if is_weeks:
            return short_day(first, self.visitor)
        return str(format_date(first, "LLL", locale=self.visitor.speaker.locale)).rstrip(".")

    def _kinds(self) -> Chart:
        return self._compared("arten", marked("Nach Art"), marked("Art"), self._tables.kinds())

    def _spaces(self) -> Chart:
        rows = self._tables.spaces()
        rows.sort(key=lambda row: -(percent(row[1].booked_minutes, row[1].available_minutes) or 0))
        return self._compared("standorte", marked("Nach Standort"), marked("Standort"), rows)

    def _compared(self, name: str, title: str, first: str, rows: Sequence[tuple[str, Sums]]) -> Chart:
        """Rows beside each other, booked above used."""
        shown = [row for row in rows if row[1].available_minutes]
        drawing = Bars(
            [
                (
                    label,
                    [
                        bar(sums.booked_minutes, sums.available_minutes, "booked",
                            f"{share(sums.booked_minutes, sums.available_minutes)} {self._say(marked('gebucht'))}"),
                        bar(sums.used_minutes, sums.available_minutes, "used",
                            f"{share(sums.used_minutes, sums.available_minutes)} {self._say(marked('genutzt'))}"),
                    ],
                )
                for label, sums in shown
            ]
        )  # fmt: skip
        parts = [(percent(sums.booked_minutes, sums.available_minutes) or 0, label) for label, sums in shown]
        finding = self._say(marked("In dieser Zeit war nichts gebucht."))
        if len(parts) > 1 and max(parts)[0]:
            finding = self._say(
                marked("Am meisten gebucht: {most} mit {most_part} %. Am wenigsten: {least} mit {least_part} %."),
                most=max(parts)[1], most_part=max(parts)[0], least=min(parts)[1], least_part=min(parts)[0],
            )  # fmt: skip
        elif parts and max(parts)[0]:
            finding = self._say(marked("{name} mit {part} %."), name=parts[0][1], part=parts[0][0])
        table = self._sums_table(title, first, [self._sums_row(label, sums) for label, sums in rows])
        return self._chart(name, title, finding, "bars", drawing if shown else None, table, name)

    def _bookings(self) -> Chart:
        """What became of the bookings that began in this time."""
        total = self.total
        to_come = total.bookings - total.arrivals - total.no_shows - total.late - total.unnoted
        rows = [
            (self._say(marked("angekommen")), total.arrivals, "used"),
            (self._say(marked("nicht gekommen")), total.no_shows, "gone"),
            (self._say(marked("zu spät zurückgegeben")), total.late, "gone"),
            (self._say(marked("Ankunft nicht erfasst")), total.unnoted, "unknown"),
            (self._say(marked("noch nicht vorbei")), to_come, "booked"),
            (self._say(marked("abgesagt, zählt nicht als gebucht")), total.cancellations, "unknown"),
        ]
        finding = self._say(
            marked(
                "Buchungen: {bookings}, davon nicht gekommen {no_shows} ({part}). Außerdem abgesagt: {cancelled}."
            ),
            bookings=self._number(total.bookings), no_shows=self._number(total.no_shows),
            part=share(total.no_shows, total.bookings), cancelled=self._number(total.cancellations),
        )  # fmt: skip
        outside = total.outside_minutes
        note = (
            self._say(marked("Außerhalb der Öffnungszeit waren {hours} Stunden gebucht."), hours=self.hours(outside))
            if outside
            else ""
        )
        return self._counted(
            "buchungen", marked("Was aus Buchungen wurde"), finding, rows,
            (marked("Buchungen"), marked("Anzahl")), "buchungen", note,
        )  # fmt: skip

    def _leads(self) -> Chart:
        counts, names = self.total.lead, self._tables.lead_names()
        finding = self._say(marked("In dieser Zeit war nichts gebucht."))
        if sum(counts):
            half = next(n for n in range(len(LEADS)) if 2 * sum(counts[: n + 1]) >= sum(counts))
            finding = self._say(
                marked("Mindestens die Hälfte der Buchungen wurde höchstens so früh gemacht: {when}."), when=names[half]
            )
        rows = [(name, count, "booked") for name, count in zip(names, counts, strict=True)]
        return self._counted(
            "vorlauf", marked("Wie lange vorher gebucht wird"), finding, rows,
            (marked("Gebucht"), marked("Buchungen")), "vorlauf",
        )  # fmt: skip

    def _visits(self) -> Chart:
        rows = [(self._tables.visit_name(each), each.people, "used") for each in self.regulars.classes]
        if self.regulars.people is None:
            finding = self._say(
                marked("Wer wie oft kommt, steht hier ab {days} Tagen und ab {people} Personen."),
                days=REGULARS_FROM.days, people=FEWEST_PEOPLE,
            )  # fmt: skip
        else:
            most = self.regulars.classes[-1]
            finding = self._say(
                marked("{people} Personen waren da, {some} davon {often}."),
                people=self.regulars.people, some=most.people, often=self._tables.visit_name(most),
            )  # fmt: skip
        note = self._say(marked("Ohne Namen, und keine Gruppe unter {people} Personen."), people=FEWEST_PEOPLE)
        return self._counted(
            "stammgaeste", marked("Wer wie oft kommt"), finding, rows,
            (marked("Gekommen"), marked("Personen")), "stammgaeste", note,
        )  # fmt: skip

    def _counted(
        self, name: str, title: str, finding: str, rows: Sequence[tuple[str, int, str]], columns: tuple[str, str],
        file: str, note: str = "",
    ) -> Chart:  # fmt: skip
        most = max((count for _, count, _ in rows), default=0)
        drawing = Bars([(label, [bar(count, most, look, self._number(count))]) for label, count, look in rows])
        table = Table(
            self._say(title), [self._say(column) for column in columns],
            [[label, self._number(count)] for label, count, _ in rows],
        )  # fmt: skip
        return self._chart(name, title, finding, "bars", drawing if most else None, table, file, note)

    def _number(self, number: int) -> str:
        return str(format_decimal(number, locale=self.visitor.speaker.locale))

    def _sums_table(self, title: str, first: str, rows: Sequence[Sequence[str]]) -> Table:
        columns = (
            first, marked("verfügbar, Stunden"), marked("gebucht, Stunden"), marked("genutzt, Stunden"),
            marked("gebucht"), marked("genutzt"), marked("Buchungen"), marked("nicht gekommen"), marked("abgesagt"),
        )  # fmt: skip
        return Table(self._say(title), [self._say(column) for column in columns], rows)

    def _sums_row(self, label: str, sums: Sums) -> list[str]:
        available = sums.available_minutes
        return [
            label, self.hours(available), self.hours(sums.booked_minutes), self.hours(sums.used_minutes),
            share(sums.booked_minutes, available), share(sums.used_minutes, available),
            *map(self._number, (sums.bookings, sums.no_shows, sums.cancellations)),
        ]  # fmt: skip

    def _chart(
        self, name: str, title: str, finding: str, kind: str, drawing: Drawing | None, table: Table, file: str,
        note: str = "",
    ) -> Chart:  # fmt: skip
        address = self.form.url(".csv", tabelle=file)
        return Chart(name, self._say(title), finding, kind, drawing, table, address, note)


def _percents(values: Iterable[int | None]) -> list[str]:
    return ["–" if value is None else f"{value} %" for value in values]
