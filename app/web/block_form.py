"""The form of a blocker or of closing days, read from an address or a form of hidden fields alike."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.bookings.block_plan import (
    LONGEST_REASON,
    MOST_DAYS,
    Block,
    BlockTooLong,
    CloseDays,
    DaysMissing,
    NothingRepeated,
    ReasonMissing,
)
from app.identity.authentication import Visitor
from app.inventory.blockers import Repetition
from app.inventory.rules import MINUTES_OF_A_DAY, wall_instant
from app.kernel.refusals import BadInput, Refusal, marked
from app.kernel.wall_time import local_day
from app.network.queries import SpaceCard
from app.web.links import ticked

FIELDS: Mapping[str, str] = {
    "starts_at": "tag",
    "ends_at": "bis",
    "until": "wiederholt",
    "reason_de": "grund",
    "reason_en": "grund_en",
    "days": "ersttag",
}
"""The form's names for what the commands call otherwise."""


class DayMissing(BadInput):
    code = "day_missing"
    text = marked("Bitte einen Tag angeben.")


class TimeMissing(BadInput):
    code = "time_missing"
    text = marked("Bitte eine Uhrzeit angeben, etwa 8:00.")


def is_closing(data: Mapping[str, str]) -> bool:
    """Whether whole days are to be closed."""
    return data.get("art") == "schliesstag"


def kept_fields(data: Mapping[str, str]) -> dict[str, str]:
    """All of the form that says what is to be blocked, to be sent along with the confirmation."""
    names = ("art", "tag", "bistag", "von", "bis", "ganz", "wiederholt", "grund", "grund_en", "ersttag", "letzttag")
    prefixes = ("platz-", "wochentag-")
    return {name: value[:200] for name, value in data.items() if (name in names or name.startswith(prefixes)) and value}


def read_command(
    data: Mapping[str, str], space: SpaceCard, visitor: Visitor
) -> tuple[Block | CloseDays | None, list[Refusal]]:
    """What is to be blocked, or all that cannot be read."""
    reasons, refused = _reasons(data)
    if is_closing(data):
        days = _days(data, refused)
        return (None if refused else CloseDays(days, *reasons)), refused
    zone = ZoneInfo(space.time_zone)
    times = _times(data, zone, refused)
    repetition = _repetition(data, refused)
    if refused or times is None:
        return None, refused
    latest = local_day(visitor.now, zone) + timedelta(days=800)
    if times[1].date() > latest or (repetition and repetition.until > latest):
        return None, [BlockTooLong(field="until" if repetition else "ends_at", until=latest)]
    return Block(tuple(sorted(ticked(data, "platz-"))), *times, *reasons, repetition), []


def _reasons(data: Mapping[str, str]) -> tuple[tuple[str, str], list[Refusal]]:
    reasons = " ".join(data.get("grund", "").split()), " ".join(data.get("grund_en", "").split())
    refused: list[Refusal] = []
    if not reasons[0] or len(reasons[0]) > LONGEST_REASON:
        refused.append(ReasonMissing(field="reason_de", most=LONGEST_REASON))
    if len(reasons[1]) > LONGEST_REASON:
        refused.append(ReasonMissing(field="reason_en", most=LONGEST_REASON))
    return reasons, refused


def _days(data: Mapping[str, str], refused: list[Refusal]) -> tuple[date, ...]:
    first = _date(data.get("ersttag", ""))
    last = _date(data.get("letzttag", "")) if data.get("letzttag") else first
    if first is None or last is None or last < first or (last - first).days >= MOST_DAYS:
        refused.append(DaysMissing(field="days", most=MOST_DAYS))
        return ()
    return tuple(first + timedelta(days=number) for number in range((last - first).days + 1))


def _times(data: Mapping[str, str], zone: ZoneInfo, refused: list[Refusal]) -> tuple[datetime, datetime] | None:
    first = _date(data.get("tag", ""))
    last = _date(data["bistag"]) if data.get("bistag") else first
    if first is None or last is None:
        refused.append(DayMissing(field="tag" if first is None else "bistag"))
        return None
    if data.get("ganz") == "ja":
        return wall_instant(first, 0, zone), wall_instant(last, MINUTES_OF_A_DAY, zone)
    opens, closes = _time(data.get("von", "")), _time(data.get("bis", ""))
    if opens is None or closes is None:
        refused.append(TimeMissing(field="von" if opens is None else "ends_at"))
        return None
    return wall_instant(first, opens, zone), wall_instant(last, closes, zone)


def _repetition(data: Mapping[str, str], refused: list[Refusal]) -> Repetition | None:
    weekdays = {int(text) for text in ticked(data, "wochentag-") if text in set("1234567")}
    until = _date(data.get("wiederholt", ""))
    if not weekdays and not data.get("wiederholt"):
        return None
    if until is None:
        refused.append(DayMissing(field="until"))
        return None
    if not weekdays:
        refused.append(NothingRepeated(field="until"))
        return None
    return Repetition(frozenset(weekdays), until)


def _date(text: str) -> date | None:
    try:
        if "." in text:
            day, month, year = (int(part) for part in text.split("."))
            found = date(year, month, day)
        else:
            found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year < 2200 else None


def _time(text: str) -> int | None:
    if text.strip() in ("24", "24:00"):
        return MINUTES_OF_A_DAY
    try:
        wall = time.fromisoformat(text.strip().zfill(5) if ":" in text else f"{int(text):02}:00")
    except ValueError:
        return None
    return wall.hour * 60 + wall.minute
