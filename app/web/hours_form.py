"""Opening hours as people type them: 8–12, 13–18; 18–2 goes on past midnight."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from app.inventory.hours_setting import WEEKDAYS, HoursUnusable
from app.inventory.rules import MINUTES_OF_A_DAY
from app.kernel.refusals import BadInput, Refusal, marked
from app.kernel.wall_time import Opening

WEEKDAY_NAMES: Final = (
    marked("Montag"),
    marked("Dienstag"),
    marked("Mittwoch"),
    marked("Donnerstag"),
    marked("Freitag"),
    marked("Samstag"),
    marked("Sonntag"),
)
_LONGEST: Final = 120
_CLOCK: Final = r"(\d{1,2})(?:[:.](\d\d))?"
_PART: Final = re.compile(rf"{_CLOCK}\s*(?:-|–|bis|to)\s*{_CLOCK}")
_CLOSED: Final = frozenset({"", "zu", "geschlossen", "closed", "-", "–"})


class HoursUnreadable(BadInput):
    code = "hours_unreadable"
    text = marked("Bitte so eintragen: 8–18 oder 8–12, 13–18. Leer heißt: zu.")


def week_field(weekday: int) -> str:
    """The name of the weekday's field; 1 is Monday."""
    return f"day_{weekday}"


def typed_openings(openings: Sequence[Opening]) -> str:
    """8–12, 13–18."""
    return ", ".join(f"{_clock(opening.opens)}–{_clock(opening.closes)}" for opening in openings)


def typed_week(week: Mapping[int, Sequence[Opening]]) -> dict[str, str]:
    """The form's fields as this week fills them."""
    return {week_field(weekday): typed_openings(week.get(weekday, ())) for weekday in WEEKDAYS}


def read_openings(text: str, field: str) -> list[Opening]:
    """The openings of one day, in order. Raises HoursUnreadable; what ends before it begins is left to be judged."""
    text = text.strip().removesuffix("Uhr").strip()
    if text.casefold() in _CLOSED:
        return []
    found = []
    for piece in re.split(r"[,;/]|\bund\b|\band\b", text[:_LONGEST]):
        match = _PART.fullmatch(piece.strip().removesuffix("Uhr").strip())
        if match is None:
            raise HoursUnreadable(field=field)
        opens, closes = (int(match[at]) * 60 + int(match[at + 1] or 0) for at in (1, 3))
        if max(opens, closes) > MINUTES_OF_A_DAY:
            raise HoursUnreadable(field=field)
        found.append(Opening(opens, closes))
    return sorted(found, key=lambda opening: opening.opens)


def read_week(data: Mapping[str, str], refused: list[Refusal]) -> dict[int, list[Opening]]:
    """The hours of every week; what cannot be read goes to `refused`.

    What ends before it begins goes on past midnight, so the rest of it belongs to the next weekday.
    """
    week: dict[int, list[Opening]] = {weekday: [] for weekday in WEEKDAYS}
    for weekday in WEEKDAYS:
        try:
            openings = read_openings(data.get(week_field(weekday), ""), week_field(weekday))
        except Refusal as refusal:
            refused.append(refusal)
            continue
        for opening in openings:
            if opening.closes > opening.opens:
                week[weekday].append(opening)
                continue
            week[weekday].append(Opening(opening.opens, MINUTES_OF_A_DAY))
            if opening.closes:
                week[weekday % 7 + 1].append(Opening(0, opening.closes))
    return {weekday: sorted(openings, key=lambda opening: opening.opens) for weekday, openings in week.items()}


def read_day(data: Mapping[str, str], name: str) -> list[Opening]:
    """The openings of one date. Raises HoursUnreadable, and HoursUnusable where they go past midnight."""
    openings = read_openings(data.get(name, ""), name)
    if any(opening.closes <= opening.opens for opening in openings):
        raise HoursUnusable(field=name)
    return openings


def _clock(minute: int) -> str:
    hour, minute = divmod(minute, 60)
    return f"{hour}:{minute:02}" if minute else str(hour)
