"""The public holidays of the German states, from a table of rules.

The package `holidays` knows them too, but its import costs over half a second of a start that may take one
and a half; a test compares this table with it, state by state and year by year.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final, Literal

Language = Literal["de", "en"]


def _states(codes: str) -> frozenset[str]:
    return frozenset(codes.split())


STATES: Final = _states("BB BE BW BY HB HE HH MV NI NW RP SH SL SN ST TH")


@dataclass(frozen=True, slots=True)
class Fixed:
    """The same date every year."""

    month: int
    day: int

    def on(self, year: int) -> date:
        return date(year, self.month, self.day)


@dataclass(frozen=True, slots=True)
class AfterEaster:
    """So many days after Easter Sunday."""

    days: int

    def on(self, year: int) -> date:
        return easter_sunday(year) + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class WednesdayBefore:
    """The last Wednesday before a date."""

    month: int
    day: int

    def on(self, year: int) -> date:
        end = date(year, self.month, self.day)
        return end - timedelta(days=(end.weekday() - 3) % 7 + 1)


@dataclass(frozen=True, slots=True)
class Holiday:
    """One holiday: its names, its day, the states that keep it, and the year of one that comes only once."""

    german: str
    english: str
    day: Fixed | AfterEaster | WednesdayBefore
    states: frozenset[str] = STATES
    only_in: int | None = None

    def name(self, language: Language) -> str:
        return self.german if language == "de" else self.english


HOLIDAYS: Final = (
    Holiday("Neujahr", "New Year's Day", Fixed(1, 1)),
    Holiday("Heilige Drei Könige", "Epiphany", Fixed(1, 6), _states("BW BY ST")),
    Holiday("Frauentag", "Women's Day", Fixed(3, 8), _states("BE MV")),
    Holiday("Karfreitag", "Good Friday", AfterEaster(-2)),
    Holiday("Ostersonntag", "Easter Sunday", AfterEaster(0), _states("BB")),
    Holiday("Ostermontag", "Easter Monday", AfterEaster(1)),
    Holiday("Erster Mai", "Labour Day", Fixed(5, 1)),
    Holiday(
        "80. Jahrestag der Befreiung vom Nationalsozialismus und der Beendigung des Zweiten Weltkriegs in Europa",
        "80th anniversary of the liberation from Nazism and the end of the Second World War in Europe",
        Fixed(5, 8),
        _states("BE"),
        only_in=2025,
    ),
    Holiday("Christi Himmelfahrt", "Ascension Day", AfterEaster(39)),
    Holiday("Pfingstsonntag", "Whit Sunday", AfterEaster(49), _states("BB")),
    Holiday("Pfingstmontag", "Whit Monday", AfterEaster(50)),
    Holiday("Fronleichnam", "Corpus Christi", AfterEaster(60), _states("BW BY HE NW RP SL")),
    Holiday(
        "75. Jahrestag des Aufstandes vom 17. Juni 1953",
        "75th anniversary of the East German uprising of 1953",
        Fixed(6, 17),
        _states("BE"),
        only_in=2028,
    ),
    Holiday("Mariä Himmelfahrt", "Assumption Day", Fixed(8, 15), _states("SL")),
    Holiday("Weltkindertag", "World Children's Day", Fixed(9, 20), _states("TH")),
    Holiday("Tag der Deutschen Einheit", "German Unity Day", Fixed(10, 3)),
    Holiday("Reformationstag", "Reformation Day", Fixed(10, 31), _states("BB HB HH MV NI SH SN ST TH")),
    Holiday("Allerheiligen", "All Saints' Day", Fixed(11, 1), _states("BW BY NW RP SL")),
    Holiday("Buß- und Bettag", "Repentance and Prayer Day", WednesdayBefore(11, 23), _states("SN")),
    Holiday("Erster Weihnachtstag", "Christmas Day", Fixed(12, 25)),
    Holiday("Zweiter Weihnachtstag", "Boxing Day", Fixed(12, 26)),
)


@functools.cache
def public_holidays(subdivision: str, year: int, language: Language = "de") -> Mapping[date, str]:
    """The public holidays of a state (`RP` is Rhineland-Palatinate) in a year, by date, in order.

    The law as it stands since 2024: earlier years are not promised, nor are days that only some
    municipalities of a state keep. ValueError for an unknown state.
    """
    if subdivision not in STATES:
        raise ValueError(f"not a state of Germany: {subdivision!r}")
    kept = [h for h in HOLIDAYS if subdivision in h.states and h.only_in in (None, year)]
    names: dict[date, str] = {}
    for holiday in sorted(kept, key=lambda holiday: holiday.day.on(year)):
        day = holiday.day.on(year)
        name = holiday.name(language)
        names[day] = f"{names[day]}; {name}" if day in names else name
    return MappingProxyType(names)


def easter_sunday(year: int) -> date:
    """Easter in the Gregorian calendar, by the method of Meeus, Jones and Butcher."""
    century, of_century = divmod(year, 100)
    golden = year % 19
    leap_centuries, century_rest = divmod(century, 4)
    moon_shift = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon_shift + 15) % 30
    leaps, leap_rest = divmod(of_century, 4)
    weekday = (32 + 2 * century_rest + 2 * leaps - epact - leap_rest) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)
