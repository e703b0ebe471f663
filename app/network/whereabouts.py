"""Where a space stands: its address as people write it, the municipality, and the point on the map."""

from dataclasses import dataclass
from typing import Final, Protocol

from app.kernel.refusals import BadInput, marked
from app.network.gazetteer import gazetteer
from app.network.geography import Located

_SOUTH, _NORTH, _WEST, _EAST = 46.0, 56.0, 5.0, 16.0
"""A point that is not even near Germany is a slip."""

_DIGITS: Final = 6


class PlaceUnknown(BadInput):
    """No place of this name and postcode is known, and no point was given either."""

    code = "place_unknown"
    text = marked(
        "Diesen Ort kennen wir nicht. Bitte Postleitzahl und Ort prüfen oder die Lage als Breite und Länge angeben."
    )


class PlaceMeant(PlaceUnknown):
    """Postcode and place do not belong together; either alone is known."""

    code = "place_meant"
    text = marked("Diese Postleitzahl und dieser Ort passen nicht zusammen. Bekannt sind {places}.")


class PostcodeUnusable(BadInput):
    code = "postcode_unusable"
    text = marked("Eine Postleitzahl hat fünf Ziffern.")


class PositionUnusable(BadInput):
    code = "position_unusable"
    text = marked("Bitte Breite und Länge in Grad angeben, etwa 50,3003 und 7,3165.")


@dataclass(frozen=True, slots=True)
class Address:
    """An address as it is typed; without a point it is that of the place."""

    street: str
    postcode: str
    place: str
    lat: float | None = None
    lng: float | None = None


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """The same with all that a space knows of it."""

    street: str
    postcode: str
    place: str
    municipality: str
    lat: float
    lng: float


class Addressed(Located, Protocol):
    """Anything with a place on earth whose postcode and place people write."""

    @property
    def postcode(self) -> str: ...

    @property
    def place(self) -> str: ...


def is_exact(at: Addressed) -> bool:
    """Whether somebody said where it stands: the point is not just the middle of its place."""
    place = gazetteer().resolve(f"{at.postcode} {at.place}")
    return place is None or (round(place.lat, _DIGITS), round(place.lng, _DIGITS)) != (at.lat, at.lng)


def found(address: Address) -> Whereabouts:
    """The address on the map. Raises PostcodeUnusable, PlaceUnknown, PositionUnusable."""
    if not (len(address.postcode) == 5 and address.postcode.isascii() and address.postcode.isdigit()):
        raise PostcodeUnusable(field="postcode")
    if (address.lat is None) != (address.lng is None):
        raise PositionUnusable(field="lat" if address.lat is None else "lng")
    place = gazetteer().resolve(f"{address.postcode} {address.place}") if address.place else None
    lat, lng = address.lat, address.lng
    if lat is None or lng is None:
        if place is None:
            raise _unknown(address)
        lat, lng = place.lat, place.lng
    if not (_SOUTH <= lat <= _NORTH and _WEST <= lng <= _EAST):
        raise PositionUnusable(field="lat")
    if not address.place:
        raise PlaceUnknown(field="place")
    municipality = gazetteer().municipality_at(lat, lng)
    called = municipality.name if municipality else place.municipality if place else address.place
    return Whereabouts(
        address.street, address.postcode, address.place, called, round(lat, _DIGITS), round(lng, _DIGITS)
    )


def _unknown(address: Address) -> PlaceUnknown:
    """The refusal, with what may be meant: the place of the postcode, and the postcode of the place."""
    meant = (gazetteer().resolve(address.postcode), gazetteer().resolve(address.place))
    labels = tuple(dict.fromkeys(place.label for place in meant if place is not None))
    return PlaceMeant(field="place", places=labels) if labels else PlaceUnknown(field="place")
