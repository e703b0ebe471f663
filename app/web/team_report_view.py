"""A team's report in rows: the same for everybody who may read it, on the page and in its file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from babel.dates import format_date
from babel.numbers import format_decimal

from app.insights.team_months import NO_COST_CENTRE, Measure, MonthTold, Sums, TeamMonth
from app.kernel.money import Money
from app.kernel.refusals import NotFound, marked
from app.platform.language import Speaker
from app.web.charts import Table
from app.web.occupancy_tables import csv_of

MEASURES_SAID: Final[Mapping[Measure, str]] = {
    Measure.HALF_DAYS: marked("Tage"),
    Measure.MINUTES: marked("Raumstunden"),
    Measure.BY_USE: marked("Nach Verbrauch"),
}
"""What is told of a month, in the words of a column."""

_CONTRACTS: Final = marked("Plätze und Kontingente")
_MINUTES_OF_AN_HOUR: Final = 60


@dataclass(frozen=True, slots=True)
class TeamReportView:
    """Closed months of a team, the latest first, with the names of cost centres and spaces by their keys."""

    months: Sequence[TeamMonth]
    cost_centres: Mapping[str, str]
    spaces: Mapping[str, str]
    speaker: Speaker

    @property
    def measures(self) -> list[Measure]:
        """What the team provided in any of these months."""
        return [measure for measure in Measure if any(measure in one.told.provided for one in self.months)]

    def month_name(self, month: date) -> str:
        """November 2026."""
        return str(format_date(month, "LLLL yyyy", locale=self.speaker.locale))

    def by_month(self) -> Table:
        """Use and cost of the whole team, month by month."""
        say = self.speaker.gettext
        return Table(
            say(marked("Nutzung und Kosten nach Monat")),
            [say(marked("Monat")), *self._measure_names(), say(_CONTRACTS)],
            [
                [
                    self.month_name(one.month),
                    *(self._said(measure, one.told.of(measure).total, one.told) for measure in self.measures),
                    self._money(one.told.contracts, one.told),
                ]
                for one in self.months
            ],
        )

    def by_cost_centre(self, one: TeamMonth) -> Table:
        """Use and cost of a month by cost centre; those that are not told stand together in one row."""
        say, told = self.speaker.gettext, one.told
        rows = [
            [
                self._cost_centre(group),
                *(self._said(measure, told.of(measure).parts.get(group), told) for measure in self.measures),
                self._share(told, told.share_of_contracts(group)),
            ]
            for group in sorted(told.groups, key=self._cost_centre)
        ]
        rest = [
            say(marked("Alle nicht gezeigten zusammen")),
            *(self._rest(measure, told.of(measure), told) for measure in self.measures),
            self._share(told, self._rest_of_contracts(told)),
        ]
        total = [
            say(marked("Das ganze Team")),
            *(self._said(measure, told.of(measure).total, told) for measure in self.measures),
            self._money(told.contracts, told),
        ]
        return Table(
            say(marked("Nutzung und Kosten nach Kostenstelle")),
            [say(marked("Kostenstelle")), *self._measure_names(), say(marked("Anteil an Plätzen und Kontingenten"))],
            [*rows, *([rest] if self._has_rest(told) else []), total],
        )

    def by_space(self, one: TeamMonth) -> Table:
        """Days of a month by space, for the whole team."""
        say, told = self.speaker.gettext, one.told
        parts = [(days, self.spaces.get(space, "")) for space, days in told.spaces.parts.items()]
        rows = [
            [name, self._said(Measure.HALF_DAYS, days, told)]
            for days, name in sorted(parts, key=lambda part: (-part[0], part[1]))
        ]
        others = say(marked("Andere Standorte zusammen")) if rows else say(marked("Alle Standorte zusammen"))
        if told.spaces.total is None or told.spaces.rest:
            rows.append([others, self._rest(Measure.HALF_DAYS, told.spaces, told)])
        return Table(say(marked("Tage nach Standort")), [say(marked("Standort")), say(marked("Tage"))], rows)

    def file(self, name: str) -> bytes:
        """The table with this name, of all these months, as CSV. Raises NotFound."""
        if name == "monate":
            table = self.by_month()
            return csv_of([table.columns, *table.rows])
        makers = {"kostenstellen": self.by_cost_centre, "standorte": self.by_space}
        if name not in makers or not self.months:
            raise NotFound
        tables = [(self.month_name(one.month), makers[name](one)) for one in self.months]
        head = [self.speaker.gettext(marked("Monat")), *tables[0][1].columns]
        return csv_of([head, *([month, *row] for month, table in tables for row in table.rows)])

    def units(self, measure: Measure, units: int, told: MonthTold) -> str:
        """So much of a measure, in words."""
        return self._said(measure, units, told)

    def _measure_names(self) -> list[str]:
        return [self.speaker.gettext(MEASURES_SAID[measure]) for measure in self.measures]

    def _cost_centre(self, group: str) -> str:
        if group == NO_COST_CENTRE:
            return self.speaker.gettext(marked("Ohne Kostenstelle"))
        return self.cost_centres.get(group, self.speaker.gettext(marked("Kostenstelle unbekannt")))

    def _has_rest(self, told: MonthTold) -> bool:
        return any(told.of(measure).rest for measure in self.measures)

    def _rest(self, measure: Measure, sums: Sums, told: MonthTold) -> str:
        if sums.total is None:
            return self._said(measure, None, told)
        return self._said(measure, sums.rest, told) if sums.rest else "–"

    def _rest_of_contracts(self, told: MonthTold) -> int | None:
        if told.half_days.total is None:
            return None
        return told.contracts - sum(told.share_of_contracts(group) or 0 for group in told.half_days.parts)

    def _share(self, told: MonthTold, amount: int | None) -> str:
        return self._not_told() if amount is None else self._money(amount, told)

    def _said(self, measure: Measure, units: int | None, told: MonthTold) -> str:
        if measure not in told.provided:
            return "–"
        if units is None:
            return self._not_told()
        match measure:
            case Measure.HALF_DAYS:
                return str(format_decimal(units / 2, "#,##0.#", locale=self.speaker.locale))
            case Measure.MINUTES:
                return str(format_decimal(units / _MINUTES_OF_AN_HOUR, "#,##0.#", locale=self.speaker.locale))
            case Measure.BY_USE:
                return self._money(units, told)

    def _money(self, amount: int, told: MonthTold) -> str:
        return self.speaker.money(Money(amount, told.currency))

    def _not_told(self) -> str:
        return self.speaker.gettext(marked("nicht gezeigt"))
