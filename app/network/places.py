"""The records of the gazetteer, and how they are read from the files that ship with the app."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from app.network.geography import DATA

StepFree = Literal["yes", "partial", "no", "unknown"]


@dataclass(frozen=True, slots=True)
class Place:
    """A village or town under one of its postcodes.

    `member` is None outside the county. `coarse` says that the position stands on a grid of one arc minute
    and may be off by up to 1.7 km. `population` is None where the source has none.
    """

    name: str
    postcode: str
    municipality: str
    member: str | None
    district: str
    lat: float
    lng: float
    coarse: bool
    population: int | None = None

    @property
    def label(self) -> str:
        """`56751 Polch`: means this place and no other, also to `Gazetteer.resolve`."""
        return f"{self.postcode} {self.name}"

    @property
    def area(self) -> str:
        """What tells places of one name apart: the network's member, or the district outside."""
        return self.member or self.district


@dataclass(frozen=True, slots=True)
class Station:
    """A railway station. `step_free` is what its operator says of the way to the platforms."""

    name: str
    lat: float
    lng: float
    municipality: str
    parking: bool
    bike_parking: bool
    step_free: StepFree


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality of the county, with its settled centre."""

    ags: str
    name: str
    member: str
    postcode: str
    lat: float
    lng: float


@dataclass(frozen=True, slots=True)
class Member:
    """A town or Verbandsgemeinde of the county; its position is that of its seat."""

    ars: str
    name: str
    official_name: str
    seat: str
    lat: float
    lng: float


STEP_FREE: Final[dict[str, StepFree]] = {"yes": "yes", "partial": "partial", "no": "no"}


def read_places(municipalities: Sequence[Municipality]) -> list[Place]:
    """Every place in and around the county.

    A coarse position gives way to the centre of the municipality where place and municipality are the same.
    """
    by_ags = {municipality.ags: municipality for municipality in municipalities}
    places = []
    for row in _rows("places.csv"):
        municipality = by_ags.get(row["gemeinde_ags"])
        place = Place(
            name=row["place"],
            postcode=row["zip"],
            municipality=municipality.name if municipality else row["place"],
            member=row["member"] or None,
            district=row["kreis"],
            lat=float(row["lat"]),
            lng=float(row["lon"]),
            coarse=row["coarse"] == "1",
            population=int(row["population_geonames"]) if row["population_geonames"] else None,
        )
        if place.coarse and municipality and municipality.name == place.name:
            place = replace(place, lat=municipality.lat, lng=municipality.lng, coarse=False)
        places.append(place)
    return places


def read_stations() -> list[Station]:
    return [
        Station(
            name=row["name"],
            lat=float(row["lat"]),
            lng=float(row["lon"]),
            municipality=row["gemeinde"],
            parking=row["has_parking"] == "1",
            bike_parking=row["has_bike_parking"] == "1",
            step_free=STEP_FREE.get(row["stepless"], "unknown"),
        )
        for row in _rows("stations.csv")
    ]


def read_municipalities() -> list[Municipality]:
    return [
        Municipality(
            ags=row["ags"],
            name=row["name"],
            member=row["member"],
            postcode=row["zip"],
            lat=float(row["lat"]),
            lng=float(row["lon"]),
        )
        for row in _rows("municipalities.csv")
    ]


def read_members() -> list[Member]:
    return [
        Member(
            ars=row["ars"],
            name=row["name"],
            official_name=row["official_name"],
            seat=row["seat"],
            lat=float(row["seat_lat"]),
            lng=float(row["seat_lon"]),
        )
        for row in _rows("members.csv")
    ]


def _rows(file: str) -> Iterator[dict[str, str]]:
    with (DATA / file).open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)
