"""Which days, kinds and spaces an occupancy page shows: read from its address, written back into one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlencode

from app.identity.authentication import Visitor
from app.insights.rules import Days, Preset, Wanted, checked_days, days_of
from app.inventory.rules import Kind
from app.kernel.refusals import Refusal, marked
from app.network.queries import SpaceCard
from app.web.series_form import read_day

PRESETS: Final[Mapping[Preset, str]] = {
    Preset.THIS_WEEK: marked("Diese Woche"),
    Preset.LAST_WEEK: marked("Letzte Woche"),
    Preset.FOUR_WEEKS: marked("Letzte vier Wochen"),
    Preset.MONTH: marked("Dieser Monat"),
    Preset.LAST_MONTH: marked("Letzter Monat"),
    Preset.YEAR: marked("Dieses Jahr"),
    Preset.TWELVE_MONTHS: marked("Letzte zwölf Monate"),
}
DEFAULT: Final = Preset.FOUR_WEEKS
USED: Final = "genutzt"
_NO_DAY: Final = marked("Bitte ein Datum wählen, etwa 25.11.2026.")


@dataclass(frozen=True, slots=True)
class OccupancyForm:
    """The fields as they were filled in, what they mean, and what is wrong with them, by field.

    `standort` is the one space that is looked at, `zeigt` what the heat maps are of.
    """

    path: str
    preset: Preset | None
    von: str
    bis: str
    art: str
    standort: str
    zeigt: str
    errors: Mapping[str, str]
    wanted: Wanted

    def url(self, part: str = "", **changes: str) -> str:
        """The address of this page, or with `part` of a file beside it, with some fields changed."""
        days = {"zeitraum": self.preset.value} if self.preset else {"von": self.von, "bis": self.bis}
        if "zeitraum" in changes:
            days = {}
        fields = days | {"art": self.art, "standort": self.standort, "zeigt": self.zeigt} | changes
        query = urlencode({name: value for name, value in fields.items() if value})
        return f"{self.path}{part}?{query}" if query else f"{self.path}{part}"

    @property
    def shows_used(self) -> bool:
        return self.zeigt == USED


def read_form(
    query: Mapping[str, str], path: str, spaces: Sequence[SpaceCard], today: date, visitor: Visitor
) -> OccupancyForm:
    """What the address asks for; where it cannot be read, the usual days, and beside the field what is wrong."""
    errors: dict[str, str] = {}
    preset = next((each for each in Preset if each == query.get("zeitraum")), None)
    days = _days(query, visitor, errors) if preset is None and (query.get("von") or query.get("bis")) else None
    if days is None:
        preset = preset or (None if errors else DEFAULT)
        days = days_of(preset or DEFAULT, today)
    kind = next((each for each in Kind if each == query.get("art")), None)
    chosen = [space for space in spaces if space.slug == query.get("standort")]
    is_own = bool(errors)
    return OccupancyForm(
        path,
        preset,
        query.get("von", "") if is_own else days.first.isoformat(),
        query.get("bis", "") if is_own else days.last.isoformat(),
        kind.value if kind else "",
        chosen[0].slug if chosen else "",
        USED if query.get("zeigt") == USED else "",
        errors,
        Wanted(tuple(space.id for space in chosen or spaces), days, kind),
    )


def _days(query: Mapping[str, str], visitor: Visitor, errors: dict[str, str]) -> Days | None:
    found = {name: read_day(query.get(name, "")) for name in ("von", "bis")}
    errors |= {name: visitor.speaker.gettext(_NO_DAY) for name, day in found.items() if day is None}
    first, last = found["von"], found["bis"]
    if first is None or last is None:
        return None
    try:
        return checked_days(first, last)
    except Refusal as refusal:
        errors["von" if refusal.field == "from" else "bis"] = visitor.speaker.refusal(refusal)
        return None
