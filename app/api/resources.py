"""GET /api/v1/resources/{id}/availability: the free and the taken time of one resource."""

from datetime import timedelta

import msgspec
from litestar import get
from litestar.params import NamedDependency, QueryParameter
from typing import Annotated

from app.api.parameters import IdInPath, known_id, moment_parameter, required_period
from app.api.problem_shapes import refusals
from app.api.shapes import IntervalShape, intervals
from app.bookings.rules import BOOKABLE_AHEAD
from app.identity.authentication import Visitor
from app.inventory.queries import SpaceClock, hours_of, resource_by_public_id, taken_periods
from app.kernel.periods import Period, without
from app.kernel.refusals import BadInput, NotFound, marked
from app.kernel.wall_time import local_day
from app.network.queries import space_by_id

LONGEST = timedelta(days=92)


class SpanTooLong(BadInput):
    code = "span_too_long"
    text = marked("Auf einmal lassen sich höchstens {days} Tage ansehen.")


class Intervals(msgspec.Struct, frozen=True):
    """`free` is open, not taken, not over and not too far ahead; `taken` is held by somebody or something."""

    free: list[IntervalShape]
    taken: list[IntervalShape]


@get(
    "/api/v1/resources/{id:str}/availability",
    operation_id="show_resource_availability",
    summary="When a resource is free",
    description="The free and the taken intervals between `from` and `to`, cut at both; at most 92 days.",
    tags=["resources"],
    responses=refusals(404, 422),
)
async def show_resource_availability(
    visitor: NamedDependency[Visitor],
    resource_id: Annotated[str, IdInPath],
) -> Intervals:
    ...
