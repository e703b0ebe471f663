"""The school holidays of the German states, as far as the states have set them (docs/data-sources.md)."""

import csv
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.network.holidays import Language

_FILE = Path(__file__).parent / "data" / "school_holidays.csv"


@dataclass(frozen=True, slots=True)
class SchoolHolidays:
    """Some weeks without school in one state, from the first day to the last."""

    region: str
    first: date
    last: date
    german: str
    english: str

    def name(self, language: Language) -> str:
        return self.german if language == "de" else self.english

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@functools.cache
def school_holidays(region: str) -> Sequence[SchoolHolidays]:
    """All that is known of a state (`RP` is Rhineland-Palatinate), in order; nothing for one that nobody entered."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["region"] == region]
    return tuple(
        SchoolHolidays(
            row["region"],
            date.fromisoformat(row["first"]),
            date.fromisoformat(row["last"]),
            row["name_de"],
            row["name_en"],
        )
        for row in rows
    )


def school_holidays_on(day: date, region: str) -> SchoolHolidays | None:
    """The holidays that the day lies in; the days of schools' own choice are not among them."""
    return next((holidays for holidays in school_holidays(region) if day in holidays), None)


def school_holidays_known_until(region: str) -> date | None:
    """The last day of which it is known whether there is school."""
    known = school_holidays(region)
    return known[-1].last if known else None
