"""The search that somebody comes from.

It goes along in the addresses of a space's page and of the summary, under the names that it has in the search's own,
so that each of them can be passed on and leads back to the same list.
"""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from litestar.datastructures import MultiDict

from app.bookings.search import Wanted
from app.inventory.rules import Kind
from app.network.gazetteer import gazetteer
from app.network.queries import SpaceCard
from app.web.filters import MARKS
from app.web.search_form import LONGEST_PLACE, SearchForm, position_of, time_parts


@dataclass(frozen=True, slots=True)
class WayBack:
    """Where was searched and what was filtered. Day, time and kind stand in the page's address anyway.

    `near` names the place for people and is empty where the search was around a position.
    """

    ort: str = ""
    lat: str = ""
    lng: str = ""
    marks: frozenset[str] = frozenset()
    near: str = ""

    @property
    def is_known(self) -> bool:
        """Whether there was a search at all."""
        return bool(self.ort or self.lat)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """What it adds to an address."""
        where = [("ort", self.ort), ("lat", self.lat), ("lng", self.lng)]
        filters = [("filter", mark) for mark in MARKS if mark in self.marks]
        return [(name, value) for name, value in where if value] + filters

    def url(self, wanted: Wanted, kind: Kind) -> str:
        """The search, at the time and for the kind that were chosen last."""
        return f"/plaetze?{urlencode([*self.pairs, *time_parts(wanted).items(), ('art', kind)])}"

    def around(self, space: SpaceCard) -> "WayBack":
        """The same search where a space lies."""
        return replace(self, ort=f"{space.postcode} {space.place}", lat="", lng="", near=space.place)


NO_SEARCH = WayBack()


def way_from(form: SearchForm) -> WayBack:
    """The way back to this search."""
    return WayBack(form.ort, form.lat, form.lng, form.marks)


def way_back(query: MultiDict[str]) -> WayBack:
    """The way back in a page's address. What is no place, position or filter of ours is not in it."""
    marks = frozenset(query.getall("filter", [])) & frozenset(MARKS)
    place = gazetteer().resolve(query.get("ort", "").strip()[:LONGEST_PLACE])
    if place is not None:
        return WayBack(ort=place.label, marks=marks, near=place.name)
    here = position_of(query.get("lat", ""), query.get("lng", ""))
    if here is not None:
        return WayBack(lat=f"{here.lat:.3f}", lng=f"{here.lng:.3f}", marks=marks)
    return WayBack(marks=marks)
