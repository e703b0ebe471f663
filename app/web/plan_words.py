"""Where places are, in words: the list beside a floor plan says what the drawing shows. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.inventory.floor_plans import Box, FloorPlanDrawing, Placement
from app.kernel.refusals import Phrase, marked, phrase

REACH = 70
"""Units between two desks that still stand beside or opposite each other: about a metre."""

NEARBY = 270
"""Units to the nearest thing with a name that a place is said to be near to: about four metres."""

_LEFT, _RIGHT, _ABOVE, _BELOW = range(4)
_SIDES_AND_FRONT = {
    0: ((_LEFT, _RIGHT), _ABOVE),
    90: ((_ABOVE, _BELOW), _RIGHT),
    180: ((_LEFT, _RIGHT), _BELOW),
    270: ((_ABOVE, _BELOW), _LEFT),
}
"""By the rotation of a desk, which says where its chair stands."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A bookable place in the drawing, by the name that people call it."""

    name: Phrase
    placement: Placement
    is_desk: bool


def whereabouts(places: Sequence[Placed], drawing: FloorPlanDrawing) -> list[list[Phrase]]:
    """Of each place: the room that it stands in, the desks beside and opposite it, and what it is near to."""
    booked = {(place.placement.x, place.placement.y) for place in places if not place.is_desk}
    rooms = [(room.name, room.bounds) for room in drawing.rooms if room.name and (room.x, room.y) not in booked]
    things = [*rooms, *((thing.name, thing.bounds) for thing in drawing.furniture if thing.name)]
    things += [(label.text, label.bounds) for label in drawing.labels if label.text]
    desks = [(place.name, place.placement.bounds) for place in places if place.is_desk]
    return [_where(place, rooms, things, desks) for place in places]


def _where(
    place: Placed,
    rooms: Sequence[tuple[str, Box]],
    things: Sequence[tuple[str, Box]],
    desks: Sequence[tuple[Phrase, Box]],
) -> list[Phrase]:
    own = place.placement.bounds
    words = []
    around = next((name for name, room in rooms if room.contains(own)), "")
    if around:
        words.append(phrase(marked("im Bereich {name}"), name=around))
    if place.is_desk:
        sides, front = _SIDES_AND_FRONT[place.placement.rotation]
        found = [(_side(own, desk), name) for name, desk in desks]
        beside = [name for side, name in found if side in sides]
        opposite = [name for side, name in found if side == front]
        if beside:
            words.append(phrase(marked("neben {places}"), places=beside))
        if opposite:
            words.append(phrase(marked("gegenüber von {places}"), places=opposite))
    near = [(_distance(own, box), name) for name, box in things if name != around]
    if near and min(near)[0] <= NEARBY**2:
        words.append(phrase(marked("nahe: {name}"), name=min(near)[1]))
    return words


def _side(own: Box, other: Box) -> int | None:
    """On which side the other is a neighbour: within reach, and level with at least half of it."""
    if min(own.bottom, other.bottom) - max(own.y, other.y) >= other.height / 2:
        if 0 <= own.x - other.right <= REACH:
            return _LEFT
        if 0 <= other.x - own.right <= REACH:
            return _RIGHT
    if min(own.right, other.right) - max(own.x, other.x) >= other.width / 2:
        if 0 <= own.y - other.bottom <= REACH:
            return _ABOVE
        if 0 <= other.y - own.bottom <= REACH:
            return _BELOW
    return None


def _distance(one: Box, other: Box) -> int:
    """Squared, between the edges that face each other."""
    across = max(other.x - one.right, one.x - other.right, 0)
    along = max(other.y - one.bottom, one.y - other.bottom, 0)
    return across * across + along * along
