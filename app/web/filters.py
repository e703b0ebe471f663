"""Filters as pages name them: words of an address, and what each of them asks for."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from app.inventory.needs import NO_NOISE, OF_RESOURCE, STAFFED, asks_of_resources
from app.inventory.rules import FEATURES_OF, Kind
from app.kernel.refusals import marked
from app.network.rules import LIMITS

ONLY_FREE: Final = "frei"
NEAR_STATION: Final = "bahnhof"


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter: its name in the address, what its link says, and the word of inventory/needs.py that it asks for."""

    key: str
    label: str
    word: str = ""

    def suits(self, kind: Kind) -> bool:
        """Whether it can leave out anything of this kind that it does not leave out altogether."""
        return self.word not in OF_RESOURCE or self.word in LIMITS or self.word in FEATURES_OF[kind]


ALWAYS_SHOWN: Final = (
    Filter(ONLY_FREE, marked("nur freie")),
    Filter("personal", marked("mit Personal"), STAFFED),
    Filter("stufenlos", marked("stufenlos"), "step_free"),
    Filter(NEAR_STATION, marked("Bahnhof bis 1 km")),
    Filter("parken", marked("Parken am Haus"), "parking"),
)

FOLDED: Final[Sequence[tuple[str, Sequence[Filter]]]] = (
    (
        marked("Am Platz"),
        (
            Filter("bildschirm", marked("Bildschirm"), "monitor"),
            Filter("steckdose", marked("Steckdose"), "plug"),
            Filter("hoehe", marked("höhenverstellbar"), "height_adjustable"),
            Filter("ruhig", marked("ruhig"), "quiet"),
            Filter("telefonieren", marked("Telefonieren erlaubt"), "calls_ok"),
            Filter("fenster", marked("Fenster"), "window"),
            Filter("grossbild", marked("großer Bildschirm"), "screen"),
            Filter("video", marked("Videokonferenz"), "video"),
            Filter("tafel", marked("Tafel"), "whiteboard"),
            Filter("rollstuhl", marked("mit Rollstuhl nutzbar"), "wheelchair_usable"),
            Filter("internet50", marked("mindestens 50 Mbit/s gemessen"), "internet_50"),
        ),
    ),
    (
        marked("Weg und WC"),
        (
            Filter("tuer90", marked("Tür mindestens 90 cm breit"), "door_90"),
            Filter("schwelle2", marked("Schwelle höchstens 2 cm"), "threshold_2"),
            Filter("wc", marked("WC"), "toilet"),
            Filter("rollstuhl-wc", marked("barrierefreies WC"), "toilet_accessible"),
        ),
    ),
    (
        marked("Haus und Umgebung"),
        (
            Filter("ohne-laerm", marked("ohne Lärm in der Zeit"), NO_NOISE),
            Filter("hunde", marked("Hunde willkommen"), "dogs"),
            Filter("kinder", marked("Kinder willkommen"), "children"),
            Filter("wlan", marked("WLAN"), "wifi"),
            Filter("laden", marked("Ladesäule"), "charging_point"),
            Filter("abends", marked("auch abends"), "late_hours"),
        ),
    ),
)

FILTERS: Final = (*ALWAYS_SHOWN, *(each for _, group in FOLDED for each in group))
MARKS: Final = tuple(each.key for each in FILTERS)
"""Their names in an address, in their order."""

_BY_KEY: Final = {each.key: each for each in FILTERS}


def read_filters(values: Iterable[str], kind: Kind) -> frozenset[str]:
    """The filters that an address names; those that make no sense for the kind are left out."""
    return frozenset(key for key in values if key in _BY_KEY and _BY_KEY[key].suits(kind))


def words_of(keys: Iterable[str], kind: Kind) -> frozenset[str]:
    """What these filters ask for where something of this kind is looked for."""
    return frozenset(word for key in read_filters(keys, kind) if (word := _BY_KEY[key].word))


def of_resources(keys: Collection[str], kind: Kind) -> list[Filter]:
    """Those of them that tell one resource of the kind from another, in their order."""
    return [each for each in FILTERS if each.key in read_filters(keys, kind) and asks_of_resources([each.word])]
