"""GET /api/v1/places: what people may mean by a place they type."""

from typing import Annotated

import msgspec
from litestar import get
from litestar.datastructures import CacheControlHeader
from litestar.params import QueryParameter

from app.api.parameters import MOST_ITEMS
from app.api.problem_shapes import refusals
from app.api.shapes import PlaceShape, PositionShape
from app.network.gazetteer import LONGEST_QUERY, gazetteer

_AN_HOUR = 3600


class Places(msgspec.Struct, frozen=True):
    """Places, the likeliest first. There is never a further page."""

    items: list[PlaceShape]
    next: None = None


@get(
    "/api/v1/places",
    operation_id="find_places",
    response_description="The places.",
    summary="Find places and postcodes",
    description="Understands names, their beginnings, postcodes, other spellings of umlauts, and one slip of the "
    "finger. What means no place answers an empty list.",
    tags=["places"],
    responses=refusals(422),
    cache_control=CacheControlHeader(public=True, max_age=_AN_HOUR),
)
async def find_places(
    q: Annotated[str, QueryParameter(max_length=LONGEST_QUERY, description="A place, a postcode, or a start of one.")],
    limit: Annotated[int, QueryParameter(ge=1, le=MOST_ITEMS, description="At most so many items.")] = 10,
) -> Places:
    return Places(
        [
            PlaceShape(
                place.name,
                place.postcode,
                place.municipality,
                PositionShape(place.lat, place.lng),
                place.label,
                place.area,
            )
            for place in gazetteer().search(q, limit)
        ]
    )


HANDLERS = [find_places]
