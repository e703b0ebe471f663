"""What a space can have, in words; what was checked of it, and what was measured. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Literal

from app.kernel.refusals import marked

FEATURES: Final[Mapping[str, str]] = {
    "wifi": marked("WLAN"),
    "parking": marked("Parken am Haus"),
    "charging_point": marked("Ladesäule"),
    "step_free": marked("stufenlos"),
    "toilet": marked("WC"),
    "toilet_accessible": marked("barrierefreies WC"),
    "dogs": marked("Hunde willkommen"),
    "children": marked("Kinder willkommen"),
    "kitchen": marked("Teeküche"),
    "phone_booth": marked("Telefonkabine"),
    "meeting_room": marked("Besprechungsraum"),
    "printer": marked("Drucker"),
    "monitors": marked("Bildschirme"),
    "lockers": marked("Schließfächer"),
    "bike_parking": marked("Fahrradstellplatz"),
    "late_hours": marked("auch abends"),
}
"""The features of a space by which people filter, in the order in which they are shown."""


class Checked(StrEnum):
    """What is known of a feature. Nobody has looked is an answer of its own, and never passes for yes."""

    YES = "yes"
    NO = "no"
    UNCHECKED = "unchecked"


def checked(feature: str, features: Collection[str], lacking: Collection[str]) -> Checked:
    """What a space or resource with these features, and without those that it lacks, says of one."""
    if feature in features:
        return Checked.YES
    return Checked.NO if feature in lacking else Checked.UNCHECKED


Measured = Literal["internet_mbit", "door_width_cm", "threshold_cm"]


@dataclass(frozen=True, slots=True)
class Limit:
    """What a measure must reach at least, or at most, for a word to hold."""

    measure: Measured
    least: int | None = None
    most: int | None = None

    def holds(self, value: int | None) -> bool:
        """Whether a value passes; one that was not measured never does."""
        if value is None:
            return False
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


LIMITS: Final[Mapping[str, Limit]] = {
    "internet_50": Limit("internet_mbit", least=50),
    "door_90": Limit("door_width_cm", least=90),
    "threshold_2": Limit("threshold_cm", most=2),
}
"""Words by which people filter that follow from a measure."""

LIMIT_NAMES: Final[Mapping[str, str]] = {
    "internet_50": marked("mindestens 50 Mbit/s gemessen"),
    "door_90": marked("Tür mindestens 90 cm breit"),
    "threshold_2": marked("Schwelle höchstens 2 cm"),
}

ON_THE_WAY_IN: Final = frozenset({"door_90", "threshold_2"})
"""Whoever wants these at a desk must also come through the door of the house."""


@dataclass(frozen=True, slots=True)
class Measures:
    """What was measured; None was not."""

    internet_mbit: int | None = None
    internet_measured_on: date | None = None
    door_width_cm: int | None = None
    threshold_cm: int | None = None

    def reach(self, word: str) -> bool:
        """Whether a word of LIMITS holds."""
        limit = LIMITS[word]
        return limit.holds(getattr(self, limit.measure))

    def or_those_of(self, house: "Measures") -> "Measures":
        """These, and where nothing was measured here those of the house around it."""
        own_internet = self.internet_mbit is not None
        return Measures(
            self.internet_mbit if own_internet else house.internet_mbit,
            self.internet_measured_on if own_internet else house.internet_measured_on,
            house.door_width_cm if self.door_width_cm is None else self.door_width_cm,
            house.threshold_cm if self.threshold_cm is None else self.threshold_cm,
        )


def space_fits(words: Collection[str], features: Collection[str], measures: Measures) -> bool:
    """Whether a space has all of what these words say of spaces; words that say nothing of them are passed over."""
    return all(word in features for word in words if word in FEATURES) and all(
        measures.reach(word) for word in words if word in ON_THE_WAY_IN
    )


@dataclass(frozen=True, slots=True)
class BarTime:
    """Until when somebody is barred from an operator's spaces; None is for good."""

    until: datetime | None

    def covers(self, at: datetime) -> bool:
        """Whether it still stands then."""
        return self.until is None or at < self.until

    @classmethod
    def of(cls, ends: Iterable[datetime | None]) -> "BarTime | None":
        """All bars of one operator together, by their ends."""
        known = list(ends)
        if not known:
            return None
        return cls(None if None in known else max(end for end in known if end is not None))
