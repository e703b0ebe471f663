"""The shape of the county: distances, borders, and the flat plane that its maps are drawn on."""

import functools
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

DATA: Final = Path(__file__).parent / "data"
EARTH_RADIUS_KM: Final = 6371.0088
KM_PER_DEGREE: Final = math.radians(1) * EARTH_RADIUS_KM


class Located(Protocol):
    """Anything with a place on earth: degrees, WGS 84."""

    @property
    def lat(self) -> float: ...

    @property
    def lng(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Position:
    lat: float
    lng: float


def distance_km(a: Located, b: Located) -> float:
    """The great-circle distance in kilometres (haversine on the mean sphere), as the crow flies."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half_lat, half_lng = (lat_b - lat_a) / 2, math.radians(b.lng - a.lng) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lng) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, chord)))


# ── The plane ───────────────────────────────────────────────────────────────────────────────────────

UNITS_PER_KM: Final = 100
PLANE_ORIGIN: Final = Position(50.5, 6.95)
PLANE_SHRINK: Final = math.cos(math.radians(50.32))


class Point(NamedTuple):
    """A point of the plane: x to the east and y to the south of the county's north-western corner."""

    x: float
    y: float


def project(at: Located) -> Point:
    """Local equirectangular projection, one unit = 10 m; true to 0.5 % within 50 km of the county."""
    units_per_degree = KM_PER_DEGREE * UNITS_PER_KM
    return Point(
        (at.lng - PLANE_ORIGIN.lng) * units_per_degree * PLANE_SHRINK,
        (PLANE_ORIGIN.lat - at.lat) * units_per_degree,
    )


def unproject(point: Point) -> Position:
    """Where a point of the plane lies on earth."""
    units_per_degree = KM_PER_DEGREE * UNITS_PER_KM
    return Position(
        PLANE_ORIGIN.lat - point.y / units_per_degree,
        PLANE_ORIGIN.lng + point.x / (units_per_degree * PLANE_SHRINK),
    )


# ── Borders ─────────────────────────────────────────────────────────────────────────────────────────

Ring = tuple[Position, ...]


class Bounds(NamedTuple):
    south: float
    west: float
    north: float
    east: float


@dataclass(frozen=True, slots=True)
class Area:
    """A bounded piece of land. Its rings are read by the even-odd rule, so parts and holes both work."""

    key: str
    name: str
    rings: tuple[Ring, ...]
    bounds: Bounds

    def contains(self, at: Located) -> bool:
        """Whether a point lies inside; on the border itself either answer may come."""
        south, west, north, east = self.bounds
        if not (south <= at.lat <= north and west <= at.lng <= east):
            return False
        return sum(_crossings(ring, at) for ring in self.rings) % 2 == 1


def points_inside(area: Area, spacing_km: float) -> list[Point]:
    """Points of the plane in the area, on rows and columns that lie so many kilometres apart."""
    step = spacing_km * UNITS_PER_KM
    rings = [[project(position) for position in ring] for ring in area.rings]
    ys = [point.y for ring in rings for point in ring]
    points: list[Point] = []
    for row in range(math.ceil(min(ys) / step), math.floor(max(ys) / step) + 1):
        y = row * step
        walls = sorted(
            a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x)
            for ring in rings
            for a, b in pairwise(ring)
            if (a.y > y) != (b.y > y)
        )
        for left, right in zip(walls[::2], walls[1::2], strict=True):
            columns = range(math.ceil(left / step), math.floor(right / step) + 1)
            points.extend(Point(column * step, y) for column in columns)
    return points


@dataclass(frozen=True, slots=True)
class River:
    name: str
    courses: tuple[Ring, ...]


@dataclass(frozen=True, slots=True)
class Borders:
    """The borders of the network's area: the county, its members, their municipalities; and the rivers.

    The rivers are decoration (off by up to 1 km) and must not be used to measure anything.
    """

    county: Area
    members: tuple[Area, ...]
    municipalities: tuple[Area, ...]
    rivers: tuple[River, ...]


@functools.cache
def borders() -> Borders:
    """The borders that ship with the app, read once per process."""
    return Borders(
        county=_areas("county.geojson", key="ags")[0],
        members=_areas("members.geojson", key="ars"),
        municipalities=_areas("municipalities.geojson", key="ags"),
        rivers=tuple(
            River(feature["properties"]["name"], _lines(feature["geometry"])) for feature in _features("rivers.geojson")
        ),
    )


def _features(file: str) -> Sequence[dict[str, Any]]:
    features: list[dict[str, Any]] = json.loads((DATA / file).read_bytes())["features"]
    return features


def _areas(file: str, key: str) -> tuple[Area, ...]:
    areas = []
    for feature in _features(file):
        rings = _lines(feature["geometry"])
        lats = [position.lat for ring in rings for position in ring]
        lngs = [position.lng for ring in rings for position in ring]
        bounds = Bounds(min(lats), min(lngs), max(lats), max(lngs))
        areas.append(Area(feature["properties"][key], feature["properties"]["name"], rings, bounds))
    return tuple(areas)


def _lines(geometry: dict[str, Any]) -> tuple[Ring, ...]:
    """Every line of a GeoJSON geometry: the rings of (multi)polygons, the courses of (multi)lines."""
    coordinates = geometry["coordinates"]
    match geometry["type"]:
        case "LineString":
            lines = [coordinates]
        case "MultiPolygon":
            lines = [ring for polygon in coordinates for ring in polygon]
        case _:
            lines = coordinates
    return tuple(tuple(Position(lat, lng) for lng, lat in line) for line in lines)


def _crossings(ring: Ring, at: Located) -> int:
    """How often a ray from the point due east crosses the ring."""
    count = 0
    for a, b in pairwise(ring):
        if (a.lat > at.lat) != (b.lat > at.lat):
            count += at.lng < a.lng + (at.lat - a.lat) / (b.lat - a.lat) * (b.lng - a.lng)
    return count
