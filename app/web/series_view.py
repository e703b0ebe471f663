"""Series in words: the rule, and what each date is or would be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from app.bookings.queries import BookedResource, BookingCard
from app.bookings.rules import AlreadyTaken, Blocked, ClosedThatDay, OutsideOpeningHours, Status
from app.bookings.series_planning import AlreadyYours, OnConflict, PlannedDate
from app.bookings.series_queries import SeriesCard
from app.identity.authentication import Visitor
from app.inventory.recurrence import ByDay, Frequency, Recurrence, WallSpan
from app.inventory.rules import label
from app.kernel.refusals import Phrase, Refusal, marked, phrase
from app.kernel.wall_time import local_day
from app.plans.nothing_pays import LimitReached, NothingPays
from app.web.paying_view import payment_text
from app.web.usual_view import weekdays_text
from app.web.week_view import BookingLine, booking_line

_NTH: Final[Mapping[int, str]] = {
    0: marked("{weekday} jeder Woche"),
    1: marked("ersten {weekday}"),
    2: marked("zweiten {weekday}"),
    3: marked("dritten {weekday}"),
    4: marked("vierten {weekday}"),
    5: marked("fünften {weekday}"),
    -1: marked("letzten {weekday}"),
    -2: marked("vorletzten {weekday}"),
}
_FROM_THE_END = marked("{nth}. {weekday} vom Monatsende")


@dataclass(frozen=True, slots=True)
class DateLine:
    """One date: what would be booked, and a word with its shape."""

    day: str
    what: str
    look: str
    word: str
    pays: str = ""


def title_of(series: SeriesCard, visitor: Visitor) -> str:
    """Jeden Donnerstag, 19–21 Uhr."""
    span, zone = WallSpan.of(series.first, series.space.zone), series.space.zone
    first_day = local_day(series.first.starts_at, zone)
    closes = span.closes - 24 * 60 if span.closes > 24 * 60 else span.closes
    return f"{rule_text(series.rule, first_day, visitor)}, {visitor.speaker.span(span.opens, closes)}"


def rule_text(rule: Recurrence, first: date, visitor: Visitor) -> str:
    """Jeden Dienstag und Donnerstag; alle 2 Wochen am Mittwoch; jeden Monat am letzten Freitag."""
    say, every = visitor.speaker, rule.interval
    weekdays = weekdays_text({by_day.weekday for by_day in rule.by_day} or {first.isoweekday()}, visitor)
    match rule.frequency:
        case Frequency.DAILY if rule.by_day and every == 1:
            return say.say(marked("Jeden {weekdays}"), weekdays=weekdays)
        case Frequency.DAILY:
            return say.say(marked("Alle {n} Tage"), n=every) if every > 1 else say.gettext(marked("Jeden Tag"))
        case Frequency.WEEKLY if every == 1:
            return say.say(marked("Jeden {weekdays}"), weekdays=weekdays)
        case Frequency.WEEKLY:
            return say.say(marked("Alle {n} Wochen am {weekdays}"), n=every, weekdays=weekdays)
    days = say.listed(
        [*(_month_day(day, visitor) for day in rule.month_days), *(_nth(day, visitor) for day in rule.by_day)]
    )
    days = days or _month_day(first.day, visitor)
    if every == 1:
        return say.say(marked("Jeden Monat am {days}"), days=days)
    return say.say(marked("Alle {n} Monate am {days}"), n=every, days=days)


def date_line(planned: PlannedDate, wanted: BookedResource, on_conflict: OnConflict, visitor: Visitor) -> DateLine:
    """A date before it is booked."""
    say, name = visitor.speaker, label(wanted.kind, wanted.name)
    day = day_text(planned.slot.day, visitor)
    if planned.school_holidays is not None:
        return DateLine(day, planned.school_holidays.name(visitor.language), "not", say.gettext(marked("Schulferien")))  # type: ignore[arg-type]
    if planned.taken is not None:
        got = planned.taken.resource
        what = say.word(label(got.kind, got.name))
        if got.id != wanted.id:
            what = say.say(marked("{other} statt {what}"), other=what, what=name)
        is_request = planned.taken.decision.status is Status.REQUESTED
        word = say.gettext(marked("auf Anfrage") if is_request else marked("frei"))
        return DateLine(day, what, "free", word, payment_text(planned.taken.decision.payment, say))
    assert planned.refusal is not None, "what is not booked has a reason"
    why, look, word = _left_out(planned.refusal, name, on_conflict)
    return DateLine(day, say.word(why) if why else "", look, say.gettext(word))


def _left_out(refusal: Refusal, name: Phrase, on_conflict: OnConflict) -> tuple[Phrase | None, str, str]:
    match refusal:
        case AlreadyYours():
            return None, "yours", marked("schon gebucht")
        case OutsideOpeningHours():
            return phrase(marked("nur {hours} offen"), **refusal.facts), "not", marked("geschlossen")
        case ClosedThatDay():
            reason = refusal.facts.get("reason")
            return phrase("{reason}", reason=reason) if reason else None, "not", marked("geschlossen")
        case Blocked():
            return phrase("{reason}", **refusal.facts), "not", marked("gesperrt")
        case LimitReached():
            return phrase(refusal.text, **refusal.facts), "none", marked("Grenze erreicht")
        case NothingPays():
            return None, "none", marked("kein Guthaben")
        case AlreadyTaken() if on_conflict is OnConflict.ANOTHER:
            return name, "none", marked("alles belegt")
        case AlreadyTaken():
            return phrase(marked("{what} ist vergeben"), what=name), "none", marked("ausgelassen")
        case _:
            return phrase(refusal.text, **refusal.facts), "not", marked("geht nicht")


def booked_line(booking: BookingCard, visitor: Visitor) -> BookingLine:
    """A date that is booked."""
    return replace(booking_line(booking, visitor), when=day_text(booking.starts_at.date(), visitor))


def day_text(day: date, visitor: Visitor) -> str:
    """With its year where that is not the current one."""
    text = visitor.speaker.day(day)
    return text if day.year == visitor.now.year else f"{text} {day.year}"


def _month_day(day: int, visitor: Visitor) -> str:
    say = visitor.speaker
    if day == -1:
        return say.gettext(marked("letzten Tag"))
    return say.say(marked("{day}."), day=day) if day > 0 else say.say(marked("{day}. vom Monatsende"), day=-day)


def _nth(by_day: ByDay, visitor: Visitor) -> str:
    names: Sequence[str] = visitor.speaker.locale.days["format"]["wide"]
    text = _NTH.get(by_day.nth, _FROM_THE_END)
    return visitor.speaker.say(text, weekday=names[by_day.weekday - 1], nth=abs(by_day.nth))
