"""Places, stations and municipalities: what a search for 'near Polch' starts from.

The data ships with the app and never changes while it runs (docs/decisions/0010); sources and licences are in
docs/data-sources.md.
"""

import functools
import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from itertools import islice
from typing import Final, TypeVar

from app.network.geography import Located, Position, borders, distance_km
from app.network.places import (
    Member,
    Municipality,
    Place,
    Station,
    read_members,
    read_municipalities,
    read_places,
    read_stations,
)
from app.network.spelling import one_slip_apart, words

__all__ = ["Gazetteer", "Member", "Municipality", "Place", "Station", "gazetteer"]

LONGEST_QUERY: Final = 80
SHORTEST_WITH_SLIP: Final = 5
SHORTEST_UNIQUE_PREFIX: Final = 3

K = TypeVar("K")
V = TypeVar("V")
L = TypeVar("L", bound=Located)


class Match(IntEnum):
    """How well a place answers a query, best first."""

    WHOLE_NAME = 0
    START_OF_NAME = 1
    START_OF_WORD = 2
    IN_AREA = 3
    ONE_SLIP = 4


Town = tuple[str, str]
MANY: Final = 10_000

_POINTS_KEPT = 1_000
"""A network's spaces are always the same points, and every search asks for their stations."""


class Gazetteer:
    """Finds places by what people type, and what lies near a point."""

    def __init__(
        self,
        places: Iterable[Place],
        stations: Iterable[Station],
        municipalities: Iterable[Municipality],
        members: Iterable[Member],
    ) -> None:
        self.places = tuple(places)
        self.stations = tuple(stations)
        self._nearest_station = functools.lru_cache(maxsize=_POINTS_KEPT)(functools.partial(_nearest, self.stations))
        self.municipalities = tuple(municipalities)
        self.members = tuple(members)
        self._municipality_by_ags = {municipality.ags: municipality for municipality in self.municipalities}
        self._words = {place: words(place.name) for place in self.places}
        self._by_postcode = _grouped((place.postcode, place) for place in self.places)
        self._by_town = _grouped((_town(place), place) for place in self.places)
        self._by_name = _grouped((spelling, place) for place in self.places for spelling in _spellings_of_name(place))
        self._by_area = _grouped(
            ("".join(words(area)), place) for place in self.places for area in {place.area, place.municipality}
        )
        self._starts = sorted(
            (("".join(name[n:]), n, place) for place, name in self._words.items() for n in range(len(name))),
            key=lambda start: start[:2],
        )

    def search(self, query: str, limit: int = 10) -> list[Place]:
        """Places that a query may mean, best first: a name, a postcode, the start of either, or both.

        Whole names stand before beginnings; then come the county's places, then the bigger ones. The name of
        a member gives its places. A name with one slip is understood when nothing else fits. What means no
        place gives an empty list.
        """
        postcode, name = _read(query)
        best: dict[Place, Match] = {}
        for match, place in self._at_postcode(postcode, name) if postcode else self._called("".join(name)):
            best[place] = min(match, best.get(place, match))
        return sorted(best, key=lambda place: self._rank(place, best[place]))[: max(limit, 0)]

    def resolve(self, near: str) -> Place | None:
        """The one place that a text means, or None where it means none or several.

        It may be a name, a start of a name that only one town has, a postcode, or postcode and name. Of a
        postcode with several places it is the county's biggest (without known sizes, the one in their
        middle); of several towns of one name the county's; of a town with several postcodes the lowest, which
        is its centre. A postcode beats a name that no place has (a hamlet), but not one that belongs
        elsewhere.
        """
        postcode, name = _read(near)
        spelling = "".join(name)
        if len(postcode) == 5:
            there = self._by_postcode.get(postcode, [])
            named = self._named(there, name)
            return None if not named and spelling in self._by_name else self._main(named or there)
        if postcode or not name:
            return None
        if called := self._by_name.get(spelling):
            return _only_town([place for place in called if place.member]) or _only_town(called)
        if len(spelling) < SHORTEST_UNIQUE_PREFIX:
            return None
        begun = list(self._starting_with(spelling))
        return _only_town([place for match, place in begun if match is Match.START_OF_NAME]) or _only_town(
            [place for _, place in begun]
        )

    def alternatives(self, near: str, limit: int = 5) -> list[Place]:
        """Other towns that a text may mean, for 'Meinten Sie …', each once."""
        resolved = self.resolve(near)
        towns: dict[Town, Place] = {}
        for place in self.search(near, limit=len(self.places)):
            towns.setdefault(_town(place), place)
        if resolved:
            towns.pop(_town(resolved), None)
        return list(towns.values())[: max(limit, 0)]

    def nearest_station(self, lat: float, lng: float) -> tuple[Station, float]:
        """The nearest railway station, and how many kilometres it is away as the crow flies."""
        return self._nearest_station(Position(lat, lng))

    def stations_near(self, lat: float, lng: float, radius_km: float) -> list[tuple[Station, float]]:
        """The stations within a radius with their distance in kilometres, nearest first."""
        here = Position(lat, lng)
        distances = [(station, distance_km(here, station)) for station in self.stations]
        return sorted((pair for pair in distances if pair[1] <= radius_km), key=lambda pair: pair[1])

    def municipality_at(self, lat: float, lng: float) -> Municipality | None:
        """The municipality that a point lies in, or None outside the county."""
        here = Position(lat, lng)
        for area in borders().municipalities:
            if area.contains(here):
                return self._municipality_by_ags[area.key]
        return None

    def nearest_municipality(self, lat: float, lng: float) -> tuple[Municipality, float]:
        """The municipality whose centre is nearest, and how many kilometres away it is."""
        return _nearest(self.municipalities, Position(lat, lng))

    def _at_postcode(self, postcode: str, name: Sequence[str]) -> Iterator[tuple[Match, Place]]:
        there = [place for place in self.places if place.postcode.startswith(postcode)]
        named = self._named(there, name)
        for place in named or there:
            yield Match.START_OF_NAME, place
        if name and not named:
            for match, place in self._called("".join(name)):
                yield max(match, Match.START_OF_WORD), place

    def _called(self, spelling: str) -> Iterator[tuple[Match, Place]]:
        if not spelling:
            return
        nothing_yet = True
        for matches in (
            self._starting_with(spelling),
            self._in_area(spelling),
            self._one_slip_from(spelling),
        ):
            for match_and_place in matches:
                nothing_yet = False
                yield match_and_place
            if not nothing_yet:
                return

    def _starting_with(self, spelling: str) -> Iterator[tuple[Match, Place]]:
        for place in self._by_name.get(spelling, ()):
            yield Match.WHOLE_NAME, place
        first = bisect_left(self._starts, spelling, key=lambda start: start[0])
        for start, word, place in islice(self._starts, first, None):
            if not start.startswith(spelling):
                return
            yield Match.START_OF_WORD if word else Match.START_OF_NAME, place

    def _in_area(self, spelling: str) -> Iterator[tuple[Match, Place]]:
        for place in self._by_area.get(spelling, ()):
            yield Match.IN_AREA, place

    def _one_slip_from(self, spelling: str) -> Iterator[tuple[Match, Place]]:
        if len(spelling) < SHORTEST_WITH_SLIP:
            return
        for known, places in self._by_name.items():
            if one_slip_apart(spelling, known):
                for place in places:
                    yield Match.ONE_SLIP, place

    def _named(self, there: Sequence[Place], name: Sequence[str]) -> list[Place]:
        """Those of some places that a name fits best: wholly, by its start, or as words of an address."""
        spelling = "".join(name)
        if not spelling:
            return []
        spelled = [(place, "".join(self._words[place])) for place in there]
        return (
            [place for place, known in spelled if known == spelling]
            or [place for place, known in spelled if known.startswith(spelling)]
            or [place for place, known in spelled if f" {' '.join(self._words[place])} " in f" {' '.join(name)} "]
        )

    def _main(self, there: Sequence[Place]) -> Place | None:
        if not there:
            return None
        near = [place for place in there if place.member] or there
        biggest = max(near, key=self._size)
        if self._size(biggest):
            return biggest
        middle = Position(sum(p.lat for p in near) / len(near), sum(p.lng for p in near) / len(near))
        return _nearest(near, middle)[0]

    def _size(self, place: Place) -> int:
        """People, as far as known. The source has no figure for towns with several postcodes: big ones."""
        postcodes = len(self._by_town[_town(place)])
        return place.population or (postcodes * MANY if postcodes > 1 else 0)

    def _rank(self, place: Place, match: Match) -> tuple[bool, bool, Match, int, str, str]:
        partly = match is not Match.WHOLE_NAME
        return partly, place.member is None, match, -self._size(place), place.name, place.postcode


def _read(text: str) -> tuple[str, list[str]]:
    """Takes a query apart into a postcode, or the start of one, and the words of a name."""
    if len(text) > LONGEST_QUERY:
        return "", []
    found = words(text)
    if found[:1] in (["d"], ["de"]) and found[1:2] and found[1].isdigit():
        found = found[1:]
    whole = [word for word in found if word.isdigit() and len(word) == 5]
    begun = [word for word in found[:1] if word.isdigit() and len(word) < 5]
    postcode = (whole or begun or [""])[0]
    return postcode, [word for word in found if word != postcode]


def _town(place: Place) -> Town:
    return place.name, place.district


def _only_town(places: Sequence[Place]) -> Place | None:
    """The centre of the one town that all places belong to, or None."""
    if len({_town(place) for place in places}) != 1:
        return None
    return min(places, key=lambda place: place.postcode)


def _spellings_of_name(place: Place) -> set[str]:
    """`Hausen (Wied)` is also called `Hausen`."""
    return {"".join(words(place.name)), "".join(words(place.name.partition("(")[0]))}


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    groups: defaultdict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return dict(groups)


def _nearest(candidates: Iterable[L], here: Position) -> tuple[L, float]:
    """The nearest one and its distance; compared on a flat plane, which is exact enough and much quicker."""
    shrink = math.cos(math.radians(here.lat))

    def flat_distance(at: L) -> float:
        return math.hypot(at.lat - here.lat, (at.lng - here.lng) * shrink)

    nearest = min(candidates, key=flat_distance)
    return nearest, distance_km(here, nearest)


@functools.cache
def gazetteer() -> Gazetteer:
    """The gazetteer of the data that ships with the app, read once per process in some 20 ms."""
    municipalities = read_municipalities()
    return Gazetteer(read_places(municipalities), read_stations(), municipalities, read_members())


@functools.cache
def place_names() -> tuple[str, ...]:
    """The names of the county's places, for who types one."""
    return tuple(sorted({place.name for place in gazetteer().places if place.member}))
