"""German and English: catalogues, and facts said in words.

German stands in the code and the templates; `app/locales/en` translates it. Facts of a refusal or phrase keep their
types until here: dates, times, money, openings and lists are written as the language writes them.
"""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Final

from babel import Locale
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal
from babel.support import Translations
from babel.units import format_unit

from app.kernel.money import Money
from app.kernel.refusals import Phrase, Refusal
from app.kernel.wall_time import Month, Opening

LANGUAGES: Final = ("de", "en")
"""The first is the one in which everything is written."""

_LOCALES = Path(__file__).resolve().parents[1] / "locales"


@functools.cache
def catalogue(language: str) -> NullTranslations:
    """The language's translations, read from its .po file once per process."""
    source = _LOCALES / language / "LC_MESSAGES" / "nahwerk.po"
    if not source.exists():
        return NullTranslations()
    with source.open("rb") as file:
        messages = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return Translations(compiled)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says things in one language."""

    language: str

    @property
    def locale(self) -> Locale:
        return _locale(self.language)

    def gettext(self, text: str) -> str:
        """The text in this language; placeholders stay."""
        return catalogue(self.language).gettext(text)

    def say(self, text: str, facts: Mapping[str, object] | None = None, /, **more: object) -> str:
        """The text in this language with its {facts} in words."""
        known = {**(facts or {}), **more}
        return self.gettext(text).format_map({name: self.word(fact) for name, fact in known.items()})

    def refusal(self, refusal: Refusal) -> str:
        """What a refusal says to people."""
        return self.say(refusal.text, refusal.facts)

    def word(self, fact: object) -> str:
        """One fact in words."""
        match fact:
            case Phrase(text=text, facts=facts):
                return self.say(text, facts)
            case datetime():
                return f"{self.day(fact.date())}, {self.time(fact.time())}"
            case date():
                return self.day(fact)
            case time():
                return self.time(fact)
            case timedelta():
                return self.duration(fact)
            case Money():
                return self.money(fact)
            case Month(first=first):
                return self.month(first)
            case Opening():
                return self.hours(fact)
            case list() | tuple():
                return self.listed(self.word(item) for item in fact)
            case float():
                return format_decimal(fact, "#,##0.0", locale=self.locale)
            case _:
                return str(fact)

    def listed(self, items: Iterable[str]) -> str:
        """2, 7 und 9."""
        return format_list(list(items), locale=self.locale)

    def day(self, day: date) -> str:
        """Mi 25. November; with its year where it is not clear from the text around it."""
        pattern = "ccc d. MMMM" if self.language == "de" else "ccc d MMMM"
        return format_date(day, pattern, locale=self.locale)

    def day_of_year(self, day: date) -> str:
        """25. November 2026."""
        return format_date(day, "d. MMMM y" if self.language == "de" else "d MMMM y", locale=self.locale)

    def day_in_table(self, day: date) -> str:
        """25.11.2026; 25 Nov 2026."""
        return format_date(day, "dd.MM.y" if self.language == "de" else "d MMM y", locale=self.locale)

    def weekday(self, day: date) -> str:
        """Mittwoch."""
        return format_date(day, "EEEE", locale=self.locale)

    def month(self, day: date) -> str:
        """Dezember 2026."""
        return format_date(day, "LLLL y", locale=self.locale)

    def time(self, wall: time) -> str:
        """8:30 Uhr; 8:30."""
        short = format_time(wall, "H:mm", locale=self.locale)
        return f"{short} Uhr" if self.language == "de" else short

    def duration(self, duration: timedelta) -> str:
        """45 Minuten; 1 Stunde und 30 Minuten; whole days from two on: 3 Tage."""
        minutes = int(duration.total_seconds() // 60)
        days, rest = divmod(minutes, 24 * 60)
        hours, minutes = divmod(minutes, 60)
        amounts = [("day", days)] if days > 1 and not rest else [("hour", hours), ("minute", minutes)]
        said = [format_unit(amount, f"duration-{unit}", locale=self.locale) for unit, amount in amounts if amount]
        return self.listed(said or [format_unit(0, "duration-minute", locale=self.locale)])

    def hours(self, opening: Opening) -> str:
        """8–18 Uhr; 8:00–18:00."""
        return self.span(opening.opens, opening.closes)

    def span(self, opens: int, closes: int) -> str:
        """A span of wall time in minutes of the day."""
        if self.language == "de":
            return f"{_minutes(opens)}–{_minutes(closes)} Uhr"
        return f"{opens // 60}:{opens % 60:02}–{closes // 60}:{closes % 60:02}"

    def money(self, money: Money) -> str:
        """19,00 €."""
        return format_currency(Decimal(money.amount) / 100, money.currency, locale=self.locale)

    def distance(self, km: float) -> str:
        """7,0 km; below one kilometre in steps of 50 m."""
        if km < 0.95:
            return f"{max(50, round(km * 20) * 50)} m"
        return f"{format_decimal(km, '#,##0.0', locale=self.locale)} km"


@functools.cache
def speaker(language: str) -> Speaker:
    """The speaker of a language; German for one that is not known."""
    return Speaker(language if language in LANGUAGES else LANGUAGES[0])


def preferred_language(accept_language: str) -> str:
    """The first known language in an Accept-Language header by its weights; German where none is wanted."""
    wanted: list[tuple[float, str]] = []
    for part in accept_language[:200].split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            wanted.append((-float(weight or 1), tag.partition("-")[0].lower()))
        except ValueError:
            continue
    known = [language for weight, language in sorted(wanted, key=lambda w: w[0]) if language in LANGUAGES and weight]
    return known[0] if known else LANGUAGES[0]


@functools.cache
def _locale(language: str) -> Locale:
    return Locale.parse("de_DE" if language == "de" else "en_GB")


def _minutes(minute: int) -> str:
    hour, minute = divmod(minute, 60)
    return f"{hour}:{minute:02}" if minute else str(hour)
