"""When a series comes back: rules of RFC 5545 (RRULE), read strictly and expanded in wall time. Pure.

Only the parts that people book by are understood. Expanding walks over the days of one year and looks at each once, so
that no rule, however odd, costs more than that (docs/decisions/0023-series.md).
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from app.inventory.rules import MINUTES_OF_A_DAY, wall_instant
from app.kernel.periods import Period
from app.kernel.refusals import BadInput, Refusal, marked
from app.kernel.wall_time import local_day

LONGEST_SERIES: Final = timedelta(days=366)
"""How far ahead of its booking the last date of a series may be."""

MOST_DATES: Final = 366
LONGEST_RULE: Final = 200
WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_PARTS: Final = frozenset({"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "UNTIL", "COUNT", "WKST"})
_BY_DAY = re.compile(r"(?P<nth>[+-]?[1-5])?(?P<day>MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_MONTH_DAY = re.compile(r"[+-]?(?:[1-9]|[12][0-9]|3[01])", re.ASCII)
_NUMBER = re.compile(r"[1-9][0-9]{0,2}", re.ASCII)
_UNTIL = re.compile(r"[0-9]{8}(?:T[0-9]{6}Z)?", re.ASCII)
_DAY: Final = timedelta(days=1)


class RuleUnusable(BadInput):
    """`rrule` is none, or has parts that series do not know."""

    code = "rrule_unusable"
    text = marked(
        "Diese Regel lässt sich nicht verstehen. Möglich sind FREQ=DAILY, WEEKLY oder MONTHLY mit INTERVAL, BYDAY,"
        " BYMONTHDAY und entweder UNTIL oder COUNT."
    )


class EndlessSeries(BadInput):
    code = "series_without_end"
    text = marked("Eine Serie braucht ein Ende: UNTIL oder COUNT, nicht beides.")


class SeriesTooLong(BadInput):
    """`facts["instead"]` says the last day, and how many dates would fit until then."""

    code = "series_too_long"
    text = marked("Eine Serie reicht höchstens ein Jahr voraus, hier bis {last}.")


class NoDates(Refusal):
    code = "series_without_dates"
    text = marked("Auf diese Regel fällt bis zu ihrem Ende kein einziger Termin.")


class Frequency(StrEnum):
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"


@dataclass(frozen=True, slots=True, order=True)
class ByDay:
    """A weekday (1 is Monday); of a month its `nth`, counted from the end where negative; 0 is every one."""

    weekday: int
    nth: int = 0

    def __str__(self) -> str:
        return f"{self.nth or ''}{WEEKDAYS[self.weekday - 1]}"

    def matches(self, day: date) -> bool:
        if day.isoweekday() != self.weekday:
            return False
        if self.nth > 0:
            return (day.day - 1) // 7 + 1 == self.nth
        return not self.nth or (_days_of_month(day) - day.day) // 7 + 1 == -self.nth


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A checked rule; it ends with `until` (the last instant at which a date may begin) or after `count` dates."""

    frequency: Frequency
    interval: int = 1
    by_day: tuple[ByDay, ...] = ()
    month_days: tuple[int, ...] = ()
    until: datetime | None = None
    count: int | None = None

    def __str__(self) -> str:
        parts = [f"FREQ={self.frequency}"]
        if self.interval > 1:
            parts.append(f"INTERVAL={self.interval}")
        if self.by_day:
            parts.append(f"BYDAY={','.join(map(str, self.by_day))}")
        if self.month_days:
            parts.append(f"BYMONTHDAY={','.join(map(str, self.month_days))}")
        if self.until is not None:
            parts.append(f"UNTIL={self.until.astimezone(UTC):%Y%m%dT%H%M%SZ}")
        if self.count is not None:
            parts.append(f"COUNT={self.count}")
        return ";".join(parts)

    def ending(self, before: datetime) -> "Recurrence":
        """The same rule whose last date begins before that."""
        return replace(self, until=before - timedelta(seconds=1), count=None)

    def after(self, dates: int) -> "Recurrence":
        """The rest of the rule behind so many of its dates."""
        return replace(self, count=self.count - dates) if self.count is not None else self

    def days(self, first: date, last: date) -> Iterator[date]:
        """The days on which it falls from the first to the last, whatever its end; walks over each day once."""
        rule = self._made_explicit(first)
        day = first
        while day <= last:
            if rule._falls_on(day, first):
                yield day
            day += _DAY

    def _made_explicit(self, first: date) -> "Recurrence":
        """What the rule leaves open is as on its first day (RFC 5545, 3.3.10)."""
        if self.by_day or self.month_days or self.frequency is Frequency.DAILY:
            return self
        if self.frequency is Frequency.WEEKLY:
            return replace(self, by_day=(ByDay(first.isoweekday()),))
        return replace(self, month_days=(first.day,))

    def _falls_on(self, day: date, first: date) -> bool:
        match self.frequency:
            case Frequency.DAILY:
                passed = (day - first).days
            case Frequency.WEEKLY:
                passed = (_monday(day) - _monday(first)).days // 7
            case Frequency.MONTHLY:
                passed = (day.year - first.year) * 12 + day.month - first.month
        if passed % self.interval:
            return False
        if self.by_day and not any(by_day.matches(day) for by_day in self.by_day):
            return False
        return not self.month_days or bool({day.day, day.day - _days_of_month(day) - 1}.intersection(self.month_days))


@dataclass(frozen=True, slots=True)
class Slot:
    """One date of a series: its start by the rule, and its time; None where the clock jumps over all of it."""

    day: date
    starts_at: datetime
    period: Period | None


@dataclass(frozen=True, slots=True)
class WallSpan:
    """From one wall time to another, in minutes of the first day; what ends beyond midnight is above 1440."""

    opens: int
    closes: int

    @classmethod
    def of(cls, period: Period, zone: ZoneInfo) -> "WallSpan":
        start, end = period.starts_at.astimezone(zone), period.ends_at.astimezone(zone)
        nights = (end.date() - start.date()).days
        return cls(_minute(start), nights * MINUTES_OF_A_DAY + _minute(end))

    def on(self, day: date, zone: ZoneInfo) -> Slot:
        """That time on this day.

        What lies in a gap of the clock is counted with the offset before it, and of a doubled hour the first is meant,
        as RFC 5545 has it (3.3.5).
        """
        starts_at, ends_at = wall_instant(day, self.opens, zone), wall_instant(day, self.closes, zone)
        return Slot(day, starts_at, Period(starts_at, ends_at) if starts_at < ends_at else None)


def read_rule(text: str, zone: ZoneInfo) -> Recurrence:
    """The rule that the text is; the day of an UNTIL without time belongs to it as a whole.

    Raises RuleUnusable and EndlessSeries.
    """
    parts = _parts(text)
    try:
        frequency = Frequency(parts.pop("FREQ", ""))
    except ValueError as error:
        raise RuleUnusable(field="rrule") from error
    by_day = tuple(sorted({_by_day(name, frequency) for name in _listed(parts.pop("BYDAY", ""))}))
    month_days = tuple(sorted({_month_day(name, frequency) for name in _listed(parts.pop("BYMONTHDAY", ""))}))
    interval, count = _number(parts.pop("INTERVAL", "1")), parts.pop("COUNT", None)
    until = parts.pop("UNTIL", None)
    if parts.pop("WKST", "MO") != "MO":
        raise RuleUnusable(field="rrule")
    if (until is None) == (count is None):
        raise EndlessSeries(field="rrule")
    return Recurrence(
        frequency,
        interval,
        by_day,
        month_days,
        None if until is None else _until(until, zone),
        None if count is None else _number(count),
    )


def slots_until(rule: Recurrence, first: Period, zone: ZoneInfo, last_day: date) -> list[Slot]:
    """The dates of a series that begins with this time or, where the rule does not fall on its day, on the next one.

    None behind `last_day`, nor behind the rule's own end.
    """
    span = WallSpan.of(first, zone)
    slots: list[Slot] = []
    for day in rule.days(local_day(first.starts_at, zone), last_day):
        slot = span.on(day, zone)
        if len(slots) == rule.count or (rule.until is not None and slot.starts_at > rule.until):
            break
        slots.append(slot)
    return slots


def slots_of(rule: Recurrence, first: Period, zone: ZoneInfo, today: date) -> list[Slot]:
    """All dates of such a series.

    Raises SeriesTooLong where it ends later than a year from today, and NoDates where it is over before it begins.
    """
    last_day = today + LONGEST_SERIES
    horizon = wall_instant(last_day + _DAY, 0, zone)
    if first.starts_at >= horizon or (rule.until is not None and rule.until >= horizon):
        raise SeriesTooLong(field="rrule", last=last_day, instead={"latest_day": last_day})
    slots = slots_until(rule, first, zone, last_day)
    if not slots:
        raise NoDates(field="rrule")
    if rule.count is not None and len(slots) < rule.count:
        raise SeriesTooLong(field="rrule", last=last_day, instead={"latest_day": last_day, "count": len(slots)})
    return slots


def _parts(text: str) -> dict[str, str]:
    text = text.strip().upper().removeprefix("RRULE:").removesuffix(";")
    pairs = [part.partition("=") for part in text.split(";")] if len(text) <= LONGEST_RULE else []
    parts = {name: value for name, _, value in pairs}
    if not pairs or len(parts) < len(pairs) or not _PARTS.issuperset(parts) or not all(parts.values()):
        raise RuleUnusable(field="rrule")
    return parts


def _listed(text: str) -> list[str]:
    return text.split(",") if text else []


def _by_day(name: str, frequency: Frequency) -> ByDay:
    match = _BY_DAY.fullmatch(name)
    if match is None or (match["nth"] and frequency is not Frequency.MONTHLY):
        raise RuleUnusable(field="rrule")
    return ByDay(WEEKDAYS.index(match["day"]) + 1, int(match["nth"] or 0))


def _month_day(name: str, frequency: Frequency) -> int:
    if frequency is not Frequency.MONTHLY or not _MONTH_DAY.fullmatch(name):
        raise RuleUnusable(field="rrule")
    return int(name)


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text) or int(text) > MOST_DATES:
        raise RuleUnusable(field="rrule")
    return int(text)


def _until(text: str, zone: ZoneInfo) -> datetime:
    if not _UNTIL.fullmatch(text):
        raise RuleUnusable(field="rrule")
    try:
        if len(text) > len("20270131"):
            return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        day = datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007
        return datetime.combine(day, time(23, 59, 59), zone).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise RuleUnusable(field="rrule") from error


def _minute(at: datetime) -> int:
    return at.hour * 60 + at.minute


def _monday(day: date) -> date:
    return day - day.weekday() * _DAY


def _days_of_month(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]
