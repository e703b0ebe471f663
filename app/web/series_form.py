"""The form of a series: read from an address or a form into what is to be made."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.bookings.habits import Habit
from app.bookings.operations import BookDesk
from app.bookings.queries import BookingCard
from app.bookings.rules import DayPart
from app.bookings.series_making import MakeSeries
from app.bookings.series_planning import OnConflict
from app.identity.authentication import Visitor
from app.inventory.recurrence import WEEKDAYS as RULE_WEEKDAYS
from app.inventory.rules import wall_instant
from app.kernel.refusals import BadInput, marked
from app.kernel.wall_time import local_day
from app.web.search_form import ZONE, clock_text, read_when, shown_day

WEEKDAYS: Final[Mapping[str, int]] = {"mo": 1, "di": 2, "mi": 3, "do": 4, "fr": 5, "sa": 6, "so": 7}
"""The weekdays by their names in an address."""

DAILY, WEEKLY, MONTHLY = "taeglich", "woechentlich", "monatlich"
ON_THE_DAY, ON_THE_WEEKDAY = "datum", "wochentag"
WEEKS, DATES, LAST_DAY = "wochen", "termine", "tag"
OTHER_DESK, LEAVE_OUT = "anderer", "auslassen"
MOST_WEEKS: Final = 52
MOST_DATES_ASKED: Final = 366
MOST_INTERVAL: Final = 12
_FIRST_OFFERED_WEEKS = 4
_ON_CONFLICT: Final = {OTHER_DESK: OnConflict.ANOTHER, LEAVE_OUT: OnConflict.SKIP}


class NoWeekday(BadInput):
    code = "no_weekday"
    text = marked("Bitte wählen Sie mindestens einen Wochentag.")


_WEEKS_UNUSABLE = marked("Möglich sind 1 bis {most} Wochen.")
_DATES_UNUSABLE = marked("Möglich sind 1 bis {most} Termine.")
_INTERVAL_UNUSABLE = marked("Möglich ist 1 bis {most}.")
_NO_LAST_DAY = marked("Bitte den letzten Tag eintragen, etwa 31.01.2027.")


@dataclass(frozen=True, slots=True)
class SeriesForm:
    """The fields as filled in, and what is wrong with them by field."""

    platz: str
    von: str
    bis: str
    ab: str
    rhythmus: str
    weekdays: frozenset[int]
    alle: str
    monatlich_am: str
    ende: str
    zahl: str
    bis_tag: str
    belegt: str
    ferien: bool
    fuer: str
    pays: str
    errors: Mapping[str, str]
    booking: tuple[date, int, int] | None
    """The first day, and start and end in minutes of it; None where something is wrong."""

    rrule: str

    @property
    def fields(self) -> Mapping[str, str]:
        """The same for hidden fields."""
        days = {name: "ja" for name, weekday in WEEKDAYS.items() if weekday in self.weekdays}
        holidays = {"ferien": "ja"} if self.ferien else {}
        names = (
            "platz",
            "von",
            "bis",
            "ab",
            "rhythmus",
            "alle",
            "monatlich_am",
            "ende",
            "zahl",
            "bis_tag",
            "belegt",
            "fuer",
            "pays",
        )
        return days | holidays | {name: getattr(self, name) for name in names}

    @property
    def on_conflict(self) -> OnConflict:
        return _ON_CONFLICT[self.belegt]

    def command(
        self,
        zone: ZoneInfo,
        *,
        house_rules: int | None = None,
        shown: str | None = None,
        agreed_price: int | None = None,
        early_start: bool = False,
    ) -> MakeSeries:
        """What is to be made, at a space in this time zone; only where nothing is wrong."""
        assert self.booking is not None, "what is wrong is shown instead"
        day, opens, closes = self.booking
        return MakeSeries(
            BookDesk(
                self.platz,
                wall_instant(day, opens, zone),
                wall_instant(day, closes, zone),
                house_rules=house_rules,
                organisation=self.fuer or None,
                pays=self.pays or None,
                agreed_price=agreed_price,
                early_start=early_start,
            ),
            self.rrule,
            self.on_conflict,
            skips_school_holidays=self.ferien,
            beside_own=bool(self.fuer),
            shown=shown,
        )


def from_habit(habit: Habit, resource: str) -> dict[str, str]:
    """The fields as the habit would fill them in."""
    days = {name: "ja" for name, weekday in WEEKDAYS.items() if weekday in habit.weekdays}
    return days | {
        "platz": resource,
        "von": clock_text(habit.span.opens),
        "bis": clock_text(habit.span.closes),
        "zahl": str(_FIRST_OFFERED_WEEKS),
        "belegt": OTHER_DESK,
    }


def from_booking(booking: BookingCard) -> dict[str, str]:
    """The fields as a booking that shall come back would fill them in: a week later, on its weekday."""
    starts, ends = booking.starts_at, booking.ends_at
    name = next(name for name, weekday in WEEKDAYS.items() if weekday == starts.isoweekday())
    return {
        "platz": booking.resource.public_id,
        "von": clock_text(starts.hour * 60 + starts.minute),
        "bis": clock_text((ends.hour * 60 + ends.minute) or 24 * 60),
        "ab": (starts.date() + timedelta(weeks=1)).isoformat(),
        name: "ja",
        "zahl": str(_FIRST_OFFERED_WEEKS),
        "belegt": OTHER_DESK,
    }


def read_series(fields: Mapping[str, str], visitor: Visitor) -> SeriesForm:
    """What somebody has filled in; whether there is such a resource is found out by who looks for it."""
    say, errors = visitor.speaker, dict[str, str]()
    tomorrow = (local_day(visitor.now, ZONE) + timedelta(days=1)).isoformat()
    typed_day = fields.get("ab", "").strip() or tomorrow
    times = {name: fields.get(name, "")[:5] for name in ("von", "bis")}
    wanted, wrong_time = read_when({"tag": typed_day, "zeit": DayPart.OWN.value, **times}, visitor)
    errors |= {("ab" if name == "tag" else name): text for name, text in wrong_time.items()}
    weekdays = frozenset(weekday for name, weekday in WEEKDAYS.items() if name in fields)
    rhythm = _one_of(fields.get("rhythmus"), WEEKLY, DAILY, MONTHLY)
    ende = _one_of(fields.get("ende"), WEEKS, DATES, LAST_DAY)
    monthly_on = _one_of(fields.get("monatlich_am"), ON_THE_DAY, ON_THE_WEEKDAY)
    every = _number(fields.get("alle", "1") or "1")
    if not 1 <= every <= MOST_INTERVAL:
        errors["alle"] = say.say(_INTERVAL_UNUSABLE, most=MOST_INTERVAL)
    if rhythm == WEEKLY and not weekdays:
        errors["wochentage"] = say.refusal(NoWeekday())
    first = wanted.day if wanted else local_day(visitor.now, ZONE)
    number, last = _number(fields.get("zahl", str(_FIRST_OFFERED_WEEKS))), read_day(fields.get("bis_tag", ""))
    if ende == WEEKS and not 1 <= number <= MOST_WEEKS:
        errors["zahl"] = say.say(_WEEKS_UNUSABLE, most=MOST_WEEKS)
    if ende == DATES and not 1 <= number <= MOST_DATES_ASKED:
        errors["zahl"] = say.say(_DATES_UNUSABLE, most=MOST_DATES_ASKED)
    if ende == LAST_DAY and last is None:
        errors["bis_tag"] = say.gettext(_NO_LAST_DAY)
    rule = ""
    if not errors:
        until = last or first + timedelta(days=number * 7 - 1)
        end = f"COUNT={number}" if ende == DATES else f"UNTIL={until:%Y%m%d}"
        rule = ";".join((_rhythm(rhythm, every, weekdays, monthly_on, first), end))
    span = wanted.span() if wanted else None
    return SeriesForm(
        platz=fields.get("platz", ""),
        ab=shown_day({"tag": typed_day}) if "ab" in errors else first.isoformat(),
        rhythmus=rhythm,
        weekdays=weekdays,
        alle=fields.get("alle", "1")[:2] or "1",
        monatlich_am=monthly_on,
        ende=ende,
        zahl=fields.get("zahl", str(_FIRST_OFFERED_WEEKS))[:3],
        bis_tag=last.isoformat() if last else fields.get("bis_tag", "")[:10],
        belegt=_one_of(fields.get("belegt"), OTHER_DESK, LEAVE_OUT),
        ferien="ferien" in fields,
        fuer=fields.get("fuer", "")[:64],
        pays=fields.get("pays", "")[:100],
        errors=errors,
        booking=(first, span.opens, span.closes) if span and not errors else None,
        rrule=rule,
        **times,
    )


def rule_weekdays(weekdays: frozenset[int]) -> str:
    """TU,TH."""
    return ",".join(RULE_WEEKDAYS[weekday - 1] for weekday in sorted(weekdays))


def _rhythm(rhythm: str, every: int, weekdays: frozenset[int], monthly_on: str, first: date) -> str:
    interval = f";INTERVAL={every}" if every > 1 else ""
    if rhythm == DAILY:
        return f"FREQ=DAILY{interval}"
    if rhythm == WEEKLY:
        return f"FREQ=WEEKLY{interval};BYDAY={rule_weekdays(weekdays)}"
    if monthly_on == ON_THE_DAY:
        return f"FREQ=MONTHLY{interval};BYMONTHDAY={first.day}"
    nth = (first.day - 1) // 7 + 1
    return f"FREQ=MONTHLY{interval};BYDAY={nth if nth < 5 else -1}{RULE_WEEKDAYS[first.weekday()]}"


def _one_of(text: str | None, first: str, *others: str) -> str:
    return text if text in others else first


def _number(text: str) -> int:
    """0 for what is none."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else 0


def read_day(text: str) -> date | None:
    """2027-01-31, or 31.01.2027 as people type it where the browser has no date field."""
    text = text.strip()
    try:
        if "." in text:
            day, month, year = text.split(".")
            return date(int(year), int(month), int(day))
        return date.fromisoformat(text)
    except ValueError:
        return None
