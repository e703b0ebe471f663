"""The map beside a list: pins, rings, stations and names, laid out on the server and drawn by map.html.

A map is a canvas of some 480 by 540 units, which are pixels on a desk and about three quarters of one on a
phone. The borders come from static/map/county.svg, moved and scaled by `MapView.transform`.
"""

import functools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from app.network.gazetteer import gazetteer
from app.network.geography import UNITS_PER_KM, Located, Point, Position, borders, points_inside, project, unproject
from app.network.places import Station
from app.web.map_canvas import Box, Frame, Margins, first_free, fitted, text_width

WIDTH: Final = 480
HEIGHT: Final = 540
CLOSEST_REACH_KM: Final = 6
WIDEST_EMPTY_REACH_KM: Final = 15
RINGS_KM: Final = (5, 10, 20, 50)
SMALLEST_RING: Final = 45
MOST_RINGS: Final = 2
RING_LABELS: Final = (
    (0, 1),
    (0, -1),
    (1, 0),
    (-1, 0),
    (0.71, 0.71),
    (-0.71, 0.71),
    (0.71, -0.71),
    (-0.71, -0.71),
)
"""Where on a ring its label may stand, the best first, as steps to the east and south."""
HERE_RADIUS: Final = 21
NEIGHBOURS: Final = ("Koblenz", "Neuwied", "Cochem", "Boppard", "Bad Neuenahr-Ahrweiler", "Montabaur", "Bonn")
"""Towns outside the county that give bearings."""

PIN_SIZE: Final = 288
"""Units of the map on which a point is set, and its pixels where no script measures it: a narrow phone has room."""
PIN_REACH_KM: Final = 4
PIN_STEP_M: Final = 20
"""How far an arrow key moves the pin."""

PinState = Literal["free", "full", "closed"]


SEARCH_MARGINS: Final = Margins(side=40, top=64, bottom=36)
NETWORK_MARGINS: Final = Margins(side=14, top=14, bottom=14)


@dataclass(frozen=True, slots=True)
class MapSpace:
    """A space to be shown, with the number of its row in the list.

    `free` and `total` are its places in the window that was asked for, if one was.
    """

    number: int
    name: str
    lat: float
    lng: float
    state: PinState = "free"
    free: int | None = None
    total: int | None = None
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Pin:
    """A slate whose tip, the middle of its lower edge, stands at (x, y).

    `spot` is where the space really is, if the pin had to give way to others.
    """

    space: MapSpace
    x: int
    y: int
    spot: Point | None

    @property
    def href(self) -> str:
        return self.space.href or f"#s-{self.space.number}"

    @property
    def touch_box(self) -> Box:
        """What the pin covers, a little air included, at the larger size that it has on a phone."""
        return Box(self.x - 19, self.y - 44, self.x + 19, self.y)


@dataclass(frozen=True, slots=True)
class DistanceRing:
    """A circle around the searched place; `label` is where its text starts, if there is room."""

    km: int
    radius: int
    label: Point | None


@dataclass(frozen=True, slots=True)
class StationMark:
    name: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Name:
    """A written name: of a member, a neighbouring town or a village (x is its middle), or of a river (its start)."""

    text: str
    kind: Literal["member", "neighbour", "river", "village"]
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class MapView:
    """All that map.html draws. `place` and `here` are missing where the map has no searched place."""

    width: int
    height: int
    transform: str
    place: str | None
    here: Point | None
    rings: tuple[DistanceRing, ...]
    stations: tuple[StationMark, ...]
    names: tuple[Name, ...]
    pins: tuple[Pin, ...]

    @property
    def has_full(self) -> bool:
        return any(pin.space.state == "full" for pin in self.pins)

    @property
    def has_closed(self) -> bool:
        return any(pin.space.state == "closed" for pin in self.pins)


def search_map(
    centre: Located,
    radius_km: float,
    spaces: Sequence[MapSpace],
    stations: Iterable[Station] = (),
    place: str | None = None,
) -> MapView:
    """The map of a search: all its spaces around the searched place.

    Every pin lies inside and none covers another (with up to some eighty of them). The map is never closer
    than 12 km across; without a space it shows the searched radius, up to 15 km.
    """
    reach = CLOSEST_REACH_KM if spaces else min(max(radius_km, CLOSEST_REACH_KM), WIDEST_EMPTY_REACH_KM)
    middle = project(centre)
    corners = [
        Point(middle.x + sign * reach * UNITS_PER_KM, middle.y + sign * reach * UNITS_PER_KM) for sign in (-1, 1)
    ]
    frame = fitted([*map(project, spaces), *corners], Box(0, 0, WIDTH, HEIGHT), SEARCH_MARGINS)
    return _laid_out(frame, spaces, stations, frame.at(middle), place)


def network_map(spaces: Sequence[MapSpace], stations: Iterable[Station] = ()) -> MapView:
    """The map of the whole county with all its spaces, as high as the county's shape wants it."""
    points = [*_county_outline(), *map(project, spaces)]
    xs, ys = [point.x for point in points], [point.y for point in points]
    inner = WIDTH - 2 * NETWORK_MARGINS.side
    height = round(inner * (max(ys) - min(ys)) / (max(xs) - min(xs)) + NETWORK_MARGINS.top + NETWORK_MARGINS.bottom)
    return _laid_out(fitted(points, Box(0, 0, WIDTH, height), NETWORK_MARGINS), spaces, stations, None, None)


@dataclass(frozen=True, slots=True)
class PinMap:
    """A square on which one point is set: what lies around, where the pin stands, how many degrees a unit is."""

    ground: MapView
    centre: Located
    pin: Point
    east: float
    south: float
    step: float


def pin_map(centre: Located, at: Located) -> PinMap:
    """The map around a centre with the pin where somebody wants it, which may be beyond the edge."""
    frame = _pin_frame(centre)
    marks = _station_marks(frame, gazetteer().stations)
    pin = frame.at(project(at))
    taken = [Box(mark.x - 5, mark.y - 5, mark.x + 5, mark.y + 5) for mark in marks]
    ground = MapView(
        width=PIN_SIZE,
        height=PIN_SIZE,
        transform=frame.transform,
        place=None,
        here=None,
        rings=(),
        stations=marks,
        names=(*_village_names(frame, taken), *_river_names(frame, taken)),
        pins=(),
    )
    here, there = (point_pressed(centre, spot, spot) for spot in (0, 1))
    step = PIN_STEP_M / 1000 * frame.units_per_km
    return PinMap(ground, centre, pin, there.lng - here.lng, here.lat - there.lat, step)


def point_pressed(centre: Located, x: float, y: float) -> Position:
    """Where on earth the spot of that map is; beyond its edge it is the edge."""
    spot = Point(min(max(x, 0), PIN_SIZE), min(max(y, 0), PIN_SIZE))
    return unproject(_pin_frame(centre).behind(spot))


def _pin_frame(centre: Located) -> Frame:
    middle, reach = project(centre), PIN_REACH_KM * UNITS_PER_KM
    corners = [Point(middle.x + sign * reach, middle.y + sign * reach) for sign in (-1, 1)]
    return fitted(corners, Box(0, 0, PIN_SIZE, PIN_SIZE), Margins(0, 0, 0))


def _laid_out(
    frame: Frame,
    spaces: Sequence[MapSpace],
    stations: Iterable[Station],
    here: Point | None,
    place: str | None,
) -> MapView:
    pins = _pins(frame, spaces)
    marks = _station_marks(frame, stations)
    taken = [pin.touch_box for pin in pins]
    taken.extend(Box(mark.x - 5, mark.y - 5, mark.x + 5, mark.y + 5) for mark in marks)
    if here:
        taken.append(Box(here.x - HERE_RADIUS, here.y - HERE_RADIUS, here.x + HERE_RADIUS, here.y + HERE_RADIUS))
    rings = _rings(frame, here, taken) if here else ()
    names = (*_member_names(frame, taken), *_neighbour_names(frame, taken), *_river_names(frame, taken))
    return MapView(
        width=round(frame.canvas.right),
        height=round(frame.canvas.bottom),
        transform=frame.transform,
        place=place,
        here=here,
        rings=rings,
        stations=marks,
        names=names,
        pins=pins,
    )


# ── Pins and stations ───────────────────────────────────────────────────────────────────────────────


def _pins(frame: Frame, spaces: Sequence[MapSpace]) -> tuple[Pin, ...]:
    """Puts each pin at its place or, where another one stands, at the nearest free spot."""
    pins: list[Pin] = []
    taken: list[Box] = []
    for space in spaces:
        spot = frame.at(project(space))
        for dx, dy in _ways_aside():
            pin = Pin(space, round(spot.x + dx), round(spot.y + dy), spot if dx or dy else None)
            box = pin.touch_box
            if frame.canvas.holds(box) and not any(map(box.overlaps, taken)):
                break
        else:
            pin = Pin(space, round(spot.x), round(spot.y), None)
        pins.append(pin)
        taken.append(pin.touch_box)
    return tuple(pins)


@functools.cache
def _ways_aside() -> tuple[tuple[float, float], ...]:
    """Steps away from a spot, the shortest first, in quarters of a pin: pins can stand side by side."""
    steps = [(9.5 * column, 11.0 * row) for column in range(-40, 41) for row in range(-40, 41)]
    return tuple(sorted(steps, key=lambda step: (math.hypot(*step), step)))


def _station_marks(frame: Frame, stations: Iterable[Station]) -> tuple[StationMark, ...]:
    spots = ((station.name, frame.at(project(station))) for station in stations)
    return tuple(StationMark(name, round(spot.x), round(spot.y)) for name, spot in spots if frame.shows(spot))


# ── Rings ───────────────────────────────────────────────────────────────────────────────────────────


def _rings(frame: Frame, here: Point, taken: list[Box]) -> tuple[DistanceRing, ...]:
    """The two smallest rings that are large enough to be seen and reach into the map."""
    farthest = max(
        math.dist(here, corner)
        for corner in ((0, 0), (frame.canvas.right, 0), (0, frame.canvas.bottom), frame.canvas[2:])
    )
    rings: list[DistanceRing] = []
    for km in RINGS_KM:
        radius = round(km * frame.units_per_km)
        if SMALLEST_RING <= radius < farthest and len(rings) < MOST_RINGS:
            starts = (
                Point(here.x + east * radius + 4, here.y + south * radius + (12 if south > 0 else -4))
                for east, south in RING_LABELS
            )
            width = text_width(f"{km} km", size=11)
            label = first_free(frame, taken, starts, before=0, after=width)
            rings.append(DistanceRing(km, radius, label))
    return tuple(rings)


# ── Names ───────────────────────────────────────────────────────────────────────────────────────────

PHONE_NAME_SIZE: Final = 15
RIVER_NAME_SIZE: Final = 12
RIVERS_APART: Final = 60
"""No river is named where another one is nearer than this, so that nobody takes the one for the other."""


def _member_names(frame: Frame, taken: list[Box]) -> Iterator[Name]:
    """Each member's name in the middle of what is seen of it; those with the least room choose first."""
    seen = {
        name: [spot for spot in map(frame.at, points) if frame.shows(spot)] for name, points in _inner_points().items()
    }
    for name, spots in sorted(seen.items(), key=lambda item: len(item[1])):
        spot = _first_free_middle(frame, taken, _from_the_middle(spots), name)
        if spot:
            yield Name(name, "member", round(spot.x), round(spot.y))


def _neighbour_names(frame: Frame, taken: list[Box]) -> Iterator[Name]:
    for name, point in _neighbours().items():
        at = frame.at(point)
        spots = (Point(at.x, at.y + dy) for dy in (4, -10, 18, -24, 32))
        spot = _first_free_middle(frame, taken, spots, name)
        if spot:
            yield Name(name, "neighbour", round(spot.x), round(spot.y))


def _village_names(frame: Frame, taken: list[Box]) -> Iterator[Name]:
    for place in gazetteer().places:
        at = frame.at(project(place))
        if frame.shows(at):
            spot = _first_free_middle(frame, taken, [Point(at.x, at.y + dy) for dy in (4, 20, -12)], place.name)
            if spot:
                yield Name(place.name, "village", round(spot.x), round(spot.y))


def _river_names(frame: Frame, taken: list[Box]) -> Iterator[Name]:
    bends = {name: [bend for bend in map(frame.at, points) if frame.shows(bend)] for name, points in _rivers().items()}
    for name, own in bends.items():
        others = [bend for other, them in bends.items() if other != name for bend in them]
        width = text_width(name, RIVER_NAME_SIZE)
        starts = [
            Point(bend.x + dx, bend.y + dy)
            for bend in _from_the_middle(own)
            if all(math.dist(bend, other) > RIVERS_APART for other in others)
            for dx, dy in ((9, -7), (9, 17), (-9 - width, -7), (-9 - width, 17))
        ]
        start = first_free(frame, taken, starts, before=0, after=width)
        if start:
            yield Name(name, "river", round(start.x), round(start.y))


@functools.cache
def _inner_points() -> dict[str, list[Point]]:
    return {area.name: points_inside(area, spacing_km=1.5) for area in borders().members}


@functools.cache
def _rivers() -> dict[str, list[Point]]:
    return {
        river.name: [project(position) for course in river.courses for position in course] for river in borders().rivers
    }


@functools.cache
def _neighbours() -> dict[str, Point]:
    return {name: project(place) for name in NEIGHBOURS if (place := gazetteer().resolve(name))}


@functools.cache
def _county_outline() -> list[Point]:
    return [project(position) for ring in borders().county.rings for position in ring]


def _from_the_middle(spots: Sequence[Point]) -> list[Point]:
    """The spots, those in the middle of them first."""
    if not spots:
        return []
    middle = Point(sum(spot.x for spot in spots) / len(spots), sum(spot.y for spot in spots) / len(spots))
    return sorted(spots, key=lambda spot: (math.dist(spot, middle), spot))


def _first_free_middle(frame: Frame, taken: list[Box], spots: Iterable[Point], text: str) -> Point | None:
    half = text_width(text, PHONE_NAME_SIZE) / 2
    return first_free(frame, taken, spots, before=half, after=half)
