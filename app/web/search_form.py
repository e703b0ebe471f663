"""The search in the band of the page: read from an address, written back into one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from app.bookings.rules import BOOKABLE_AHEAD, DAY_PARTS, DayPart
from app.bookings.search import Search, Wanted
from app.identity.authentication import Visitor
from app.inventory.rules import Kind
from app.kernel.refusals import marked, phrase
from app.kernel.wall_time import Opening, local_day
from app.network.gazetteer import gazetteer
from app.network.geography import Position
from app.network.holidays import public_holidays
from app.web.filters import MARKS, NEAR_STATION, ONLY_FREE, read_filters, words_of

ZONE = ZoneInfo("Europe/Berlin")
"""The network's own zone; a space may have another."""

TOMORROW_FROM_HOUR = 14
LONGEST_PLACE = 80
_SUNDAY = 7
_HOLIDAY_REGION = "RP"
_PART_NAMES = {
    DayPart.MORNING: marked("vormittags"),
    DayPart.AFTERNOON: marked("nachmittags"),
    DayPart.WHOLE_DAY: marked("ganzer Tag"),
}
_NO_PLACE = marked("Bitte einen Ort oder eine Postleitzahl eintragen.")
_UNKNOWN_PLACE = marked("Diesen Ort kennen wir nicht. Versuchen Sie es mit der Postleitzahl.")
_UNCLEAR_PLACE = marked("Welchen Ort meinen Sie? Unten stehen die, die so heißen.")
_NO_DAY = marked("Bitte ein Datum wählen, etwa 25.11.2026.")
_PAST_DAY = marked("Dieser Tag ist schon vorbei.")
_FAR_DAY = marked("So weit im Voraus lässt sich noch nichts buchen. Möglich ist es bis {until}.")
_NO_TIMES = marked("Bitte Anfang und Ende eintragen, in Viertelstunden wie 8:00 oder 8:15.")
_TIMES_REVERSED = marked("Das Ende muss nach dem Anfang liegen.")


@dataclass(frozen=True, slots=True)
class SearchForm:
    """The fields as filled in, what they mean, and what is wrong with them, by field."""

    ort: str
    tag: str
    zeit: str
    von: str
    bis: str
    art: str
    lat: str
    lng: str
    marks: frozenset[str]
    place_text: str
    when_text: str
    first_day: str
    last_day: str
    errors: Mapping[str, str]
    alternatives: Sequence[tuple[str, str]]
    search: Search | None

    def url(self, **changes: object) -> str:
        """The address of this search with some fields changed; `marks` takes a set."""
        fields = {
            "ort": self.ort,
            "lat": self.lat,
            "lng": self.lng,
            "tag": self.tag,
            "zeit": self.zeit,
            "von": self.von if self.zeit == DayPart.OWN else "",
            "bis": self.bis if self.zeit == DayPart.OWN else "",
            "art": self.art,
        } | {name: value for name, value in changes.items() if name != "marks"}
        marks = changes.get("marks", self.marks)
        pairs = [(name, str(value)) for name, value in fields.items() if value]
        pairs += [("filter", mark) for mark in MARKS if isinstance(marks, frozenset | set) and mark in marks]
        return f"/plaetze?{urlencode(pairs)}"

    def toggled(self, mark: str) -> str:
        """The address with one filter switched."""
        return self.url(marks=self.marks ^ {mark})


def read_when(query: Mapping[str, str], visitor: Visitor) -> tuple[Wanted | None, dict[str, str]]:
    """Day and time from `tag`, `zeit`, `von`, `bis`; or what is wrong, by field."""
    errors: dict[str, str] = {}
    say = visitor.speaker.say
    today, last = local_day(visitor.now, ZONE), local_day(visitor.now + BOOKABLE_AHEAD, ZONE)
    day = default_day(visitor)
    if text := query.get("tag", "").strip():
        try:
            day = _day(text)
        except ValueError:
            errors["tag"] = say(_NO_DAY)
        else:
            if day < today:
                errors["tag"] = say(_PAST_DAY)
            elif day > last:
                errors["tag"] = say(_FAR_DAY, until=last)
    part, own = _part(query.get("zeit", "")), None
    if part is DayPart.OWN:
        opens, closes = _minute(query.get("von", "")), _minute(query.get("bis", ""))
        if opens is None or closes is None:
            errors["von" if opens is None else "bis"] = say(_NO_TIMES)
        elif closes <= opens:
            errors["bis"] = say(_TIMES_REVERSED)
        else:
            own = Opening(opens, closes)
    return (None if errors else Wanted(day, part, own)), errors


def read_search(query: Mapping[str, str], marks: Sequence[str], visitor: Visitor) -> SearchForm:
    """The search in a page's address. Without a place it has no `search` and an error at the place."""
    say = visitor.speaker.say
    wanted, errors = read_when(query, visitor)
    ort = query.get("ort", "").strip()[:LONGEST_PLACE]
    here = position_of(query.get("lat", ""), query.get("lng", "")) if not ort else None
    place_text, alternatives = ort, []
    if here is not None:
        place_text = say(marked("Mein Standort"))
    elif not ort:
        errors = {"ort": say(_NO_PLACE), **errors}
    else:
        place = gazetteer().resolve(ort)
        alternatives = [(other.label, other.area) for other in gazetteer().alternatives(ort)]
        if place is None:
            errors = {"ort": say(_UNCLEAR_PLACE if alternatives else _UNKNOWN_PLACE), **errors}
        else:
            here, place_text, ort = Position(place.lat, place.lng), place.name, place.label
    kind = Kind(query["art"]) if query.get("art") in set(Kind) else Kind.DESK
    chosen = read_filters(marks, kind)
    search = None
    if here is not None and wanted is not None:
        search = Search(
            here=here,
            wanted=wanted,
            kind=kind,
            features=words_of(chosen, kind),
            near_station=NEAR_STATION in chosen,
            only_free=ONLY_FREE in chosen,
        )
    day = wanted.day if wanted else default_day(visitor)
    return replace(
        empty_search(visitor),
        ort=ort,
        tag=shown_day(query) if "tag" in errors else day.isoformat(),
        zeit=_part(query.get("zeit", "")).value,
        von=query.get("von", "")[:5],
        bis=query.get("bis", "")[:5],
        art=kind.value,
        lat=query.get("lat", "") if here is not None and not ort else "",
        lng=query.get("lng", "") if here is not None and not ort else "",
        marks=chosen,
        place_text=place_text,
        when_text=when_text(wanted, visitor) if wanted else "",
        errors=errors,
        alternatives=alternatives,
        search=search,
    )


def empty_search(visitor: Visitor) -> SearchForm:
    """The search before anything is filled in: the next working hours, a desk, the whole day."""
    today = local_day(visitor.now, ZONE)
    return SearchForm(
        ort="",
        tag=default_day(visitor).isoformat(),
        zeit=DayPart.WHOLE_DAY.value,
        von="",
        bis="",
        art=Kind.DESK.value,
        lat="",
        lng="",
        marks=frozenset(),
        place_text="",
        when_text="",
        first_day=today.isoformat(),
        last_day=(today + BOOKABLE_AHEAD).isoformat(),
        errors={},
        alternatives=(),
        search=None,
    )


def default_day(visitor: Visitor) -> date:
    """Today until the early afternoon, then tomorrow; never a Sunday or public holiday, when hardly anything opens."""
    local = visitor.now.astimezone(ZONE)
    day = local.date() + timedelta(days=local.hour >= TOMORROW_FROM_HOUR)
    while day.isoweekday() == _SUNDAY or day in public_holidays(_HOLIDAY_REGION, day.year):
        day += timedelta(days=1)
    return day


def shown_day(query: Mapping[str, str]) -> str:
    """What a date field can show again of what was typed: a day, even a wrong one, but no words."""
    try:
        return _day(query.get("tag", "").strip()).isoformat()
    except ValueError:
        return ""


def typed_again(query: Mapping[str, str]) -> dict[str, str]:
    """The fields of time as they were typed, for a form that comes back."""
    return {"tag": shown_day(query), "von": query.get("von", "")[:5], "bis": query.get("bis", "")[:5]}


def when_text(wanted: Wanted, visitor: Visitor) -> str:
    """Mi 25. November, ganzer Tag."""
    say = visitor.speaker
    if wanted.part is DayPart.OWN:
        return say.word(phrase("{day}, {hours}", day=wanted.day, hours=wanted.span()))
    return say.word(phrase("{day}, {part}", day=wanted.day, part=phrase(_PART_NAMES[wanted.part])))


def time_parts(wanted: Wanted) -> dict[str, str]:
    """The fields that say the same time in another page's address."""
    fields = {"tag": wanted.day.isoformat(), "zeit": wanted.part.value}
    if wanted.part is DayPart.OWN:
        span = wanted.span()
        fields |= {"von": clock_text(span.opens), "bis": clock_text(span.closes)}
    return fields


def clock_text(minute: int) -> str:
    """08:15, as a time field wants it."""
    return f"{minute // 60:02}:{minute % 60:02}"


def part_spans() -> Mapping[DayPart, Opening]:
    """The parts of the day with their hours, in their order."""
    return {part: Opening(*span) for part, span in DAY_PARTS.items()}


def _part(text: str) -> DayPart:
    return DayPart(text) if text in set(DayPart) else DayPart.WHOLE_DAY


def _day(text: str) -> date:
    """2026-11-25, or 25.11.2026 as people type it where the browser has no date field."""
    if "." in text:
        day, month, year = text.split(".")
        return date(int(year), int(month), int(day))
    return date.fromisoformat(text)


def _minute(text: str) -> int | None:
    """Minutes since midnight of 8, 8:15 or 24:00 in whole quarters of an hour."""
    hour, _, minute = text.strip().partition(":")
    if not (
        hour.isascii() and hour.isdigit() and len(hour) <= 2 and (not minute or (minute.isascii() and minute.isdigit()))
    ):
        return None
    value = int(hour) * 60 + int(minute or 0)
    return value if value <= 24 * 60 and int(minute or 0) < 60 and value % 15 == 0 else None


def position_of(lat: str, lng: str) -> Position | None:
    """A place on earth in degrees, or None where the two say none."""
    try:
        position = Position(float(lat), float(lng))
    except ValueError:
        return None
    return position if -90 <= position.lat <= 90 and -180 <= position.lng <= 180 else None
