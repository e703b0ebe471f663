"""A space's first-visit card: what anybody may read of it, and the codes that are for those who have booked.

They are two reads, so that a page for everybody cannot show a code by mistake. Who gets the codes and when is decided
in bookings/first_visit.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from app.kernel.refusals import marked
from app.platform.database import fetch_row, fetch_value
from app.platform.language import Speaker


class Door(StrEnum):
    """How somebody gets in."""

    OPEN = "open"
    BELL = "bell"
    CODE = "code"
    KEY_BOX = "key_box"
    KEY_RING = "key_ring"


_DOORS: Final[Mapping[Door, str]] = {
    Door.OPEN: marked("Die Tür ist offen."),
    Door.BELL: marked("Bitte klingeln."),
    Door.CODE: marked("Die Tür öffnet mit einem Code."),
    Door.KEY_BOX: marked("Der Schlüssel liegt in einem Kasten mit Code."),
    Door.KEY_RING: marked("Den Schlüssel bekommen Sie vor Ort."),
}
_CODE_OF_A_DOOR: Final = marked("Türcode")
_CODE_OF_A_BOX: Final = marked("Code am Schlüsselkasten")


@dataclass(frozen=True, slots=True)
class FirstVisit:
    """What anybody may know before going there; texts by language."""

    door: Door
    door_text: Mapping[str, str]
    light: Mapping[str, str]
    heating: Mapping[str, str]
    wifi_name: str
    toilet: Mapping[str, str]
    quiet: Mapping[str, str]
    phoning: Mapping[str, str]
    host_hours: Mapping[str, str]
    emergency_address: str


@dataclass(frozen=True, slots=True)
class Codes:
    """What opens doors and reaches the host; never in a feed, an invitation, the interface or a log."""

    door_code: str
    wifi_password: str
    host_name: str
    host_phone: str


@dataclass(frozen=True, slots=True)
class Hint:
    """A line of the card; what `is_exact` has to be typed letter by letter."""

    title: str
    text: str
    is_exact: bool = False


@dataclass(frozen=True, slots=True)
class CardText:
    """The card in one language, in the order in which it is needed. Empty is what the space does not say.

    Without codes `code`, `host` and `host_phone` are empty and the password is missing.
    """

    door: str
    code_title: str
    code: str
    on_arrival: tuple[Hint, ...]
    in_the_house: tuple[Hint, ...]
    host: str
    host_phone: str
    emergency_address: str


_FIRST_VISIT = """
    SELECT door, door_de, door_en, light_de, light_en, heating_de, heating_en, wifi_name, toilet_de, toilet_en,
           quiet_de, quiet_en, phoning_de, phoning_en, host_hours_de, host_hours_en, emergency_address
      FROM first_visit WHERE space = $1
"""


async def first_visit_of(space: int) -> FirstVisit | None:
    """The space's card without its codes, None where it has none."""
    row = await fetch_row(_FIRST_VISIT, space)
    if row is None:
        return None
    return FirstVisit(
        door=Door(row["door"]),
        door_text=_by_language(row, "door"),
        light=_by_language(row, "light"),
        heating=_by_language(row, "heating"),
        wifi_name=row["wifi_name"],
        toilet=_by_language(row, "toilet"),
        quiet=_by_language(row, "quiet"),
        phoning=_by_language(row, "phoning"),
        host_hours=_by_language(row, "host_hours"),
        emergency_address=row["emergency_address"],
    )


async def codes_of(space: int) -> Codes | None:
    """The card's codes, for bookings/first_visit.py alone, which knows who may have them."""
    row = await fetch_row(
        "SELECT door_code, wifi_password, host_name, host_phone FROM first_visit WHERE space = $1", space
    )
    return Codes(**row) if row else None


async def has_open_wifi(space: int) -> bool:
    """Whether the space names a network for which it gives no password; the password itself is not read."""
    return bool(
        await fetch_value(
            "SELECT EXISTS (SELECT FROM first_visit WHERE space = $1 AND wifi_name <> '' AND wifi_password = '')", space
        )
    )


def card_text(card: FirstVisit, codes: Codes | None, says: Speaker) -> CardText:
    """The card in the reader's language, with codes where they are given."""
    language = says.language
    on_arrival = [
        Hint(says.gettext(marked("Licht")), card.light[language]),
        Hint(says.gettext(marked("Heizung")), card.heating[language]),
        Hint(says.gettext(marked("WLAN")), card.wifi_name, is_exact=True),
        Hint(says.gettext(marked("WLAN-Passwort")), codes.wifi_password if codes else "", is_exact=True),
    ]
    in_the_house = [
        Hint(says.gettext(marked("Toilette")), card.toilet[language]),
        Hint(says.gettext(marked("Ruhig arbeiten")), card.quiet[language]),
        Hint(says.gettext(marked("Telefonieren")), card.phoning[language]),
    ]
    return CardText(
        door=" ".join(filter(None, (says.gettext(_DOORS[card.door]), card.door_text[language]))),
        code_title=says.gettext(_CODE_OF_A_BOX if card.door is Door.KEY_BOX else _CODE_OF_A_DOOR),
        code=codes.door_code if codes else "",
        on_arrival=tuple(hint for hint in on_arrival if hint.text),
        in_the_house=tuple(hint for hint in in_the_house if hint.text),
        host=", ".join(filter(None, (codes.host_name, card.host_hours[language]))) if codes else "",
        host_phone=codes.host_phone if codes else "",
        emergency_address=card.emergency_address,
    )


def _by_language(row: Mapping[str, Any], column: str) -> dict[str, str]:
    german = row[f"{column}_de"]
    return {"de": german, "en": row[f"{column}_en"] or german}
