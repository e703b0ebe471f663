"""Municipalities between which people commute: the county's own, and where its people usually go."""

import csv
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.kernel.refusals import BadInput, marked
from app.network.geography import DATA
from app.network.places import read_municipalities
from app.network.spelling import words

LONGEST_NAME = 80


class MunicipalityUnknown(BadInput):
    """Neither one of the county nor a usual destination."""

    code = "municipality_unknown"
    text = marked(
        "Diese Gemeinde steht nicht in der Liste. Nehmen Sie bitte die nächste größere, oder lassen Sie es frei."
    )


@dataclass(frozen=True, slots=True)
class CommuteEnd:
    """A municipality with its official key and a point in its middle."""

    ags: str
    name: str
    lat: float
    lng: float


def municipalities() -> Sequence[CommuteEnd]:
    """All that can be chosen, by name."""
    return tuple(sorted(_by_key().values(), key=lambda end: "".join(words(end.name))))


def municipality(ags: str | None) -> CommuteEnd | None:
    """The one with this official key."""
    return _by_key().get(ags) if ags else None


def municipality_name(ags: str | None) -> str:
    """What it is called; nothing for none."""
    end = municipality(ags)
    return end.name if end else ""


def demand_municipality(ags: str, field: str) -> str:
    """The key, where it is one of ours. Raises MunicipalityUnknown."""
    if municipality(ags) is None:
        raise MunicipalityUnknown(field=field)
    return ags


def municipality_named(name: str, field: str) -> str | None:
    """The key of what somebody typed, however it is spelled; None for nothing. Raises MunicipalityUnknown.

    A beginning is enough where only one begins so: `Limburg` is `Limburg an der Lahn`.
    """
    spelled = "".join(words(name[: LONGEST_NAME + 1]))
    if not name.strip():
        return None
    known = _by_spelling()
    begun = {end for spelling, end in known.items() if spelled and spelling.startswith(spelled)}
    found = known.get(spelled) or (begun.pop() if len(begun) == 1 else None)
    if found is None or len(name) > LONGEST_NAME:
        raise MunicipalityUnknown(field=field)
    return found.ags


@functools.cache
def _by_key() -> Mapping[str, CommuteEnd]:
    ends = [CommuteEnd(own.ags, own.name, own.lat, own.lng) for own in read_municipalities()]
    with (DATA / "destinations.csv").open(encoding="utf-8", newline="") as lines:
        ends += [
            CommuteEnd(row["ags"], row["name"], float(row["lat"]), float(row["lng"])) for row in csv.DictReader(lines)
        ]
    return {end.ags: end for end in ends}


@functools.cache
def _by_spelling() -> Mapping[str, CommuteEnd]:
    return {"".join(words(end.name)): end for end in _by_key().values()}
