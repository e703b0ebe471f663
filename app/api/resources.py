"""GET /api/v1/resources/{id}/availability: the free and the taken time of one resource."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import PathParameter

from app.api.parameters import known_id, moment_parameter, period_between
from app.api.problem_shapes import refusals
from app.api.shapes import IntervalShape, intervals
from app.bookings.availability import bookable_time
from app.bookings.settling import settle_at
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
    """`free` may be booked by who asks: open (or booked round the clock), not taken, not over, not too far ahead.

    `taken` is held by somebody or something, or kept free beside that.
    """

    free: list[IntervalShape]
    taken: list[IntervalShape]


@get(
    "/api/v1/resources/{resource_id:str}/availability",
    operation_id="show_resource_availability",
    response_description="Its intervals.",
    summary="When a resource is free",
    description="The free and the taken intervals between `from` and `to`, cut at both; at most 92 days.",
    tags=["resources"],
    responses=refusals(404, 422),
)
async def show_resource_availability(
    *,
    visitor: NamedDependency[Visitor],
    resource_id: Annotated[str, PathParameter(description="The resource's id.")],
    from_at: Annotated[str, moment_parameter("Start of what is looked at.", name="from")],
    to_at: Annotated[str, moment_parameter("End of what is looked at.", name="to")],
) -> Intervals:
    window = period_between(("from", from_at), ("to", to_at))
    if window.duration > LONGEST:
        raise SpanTooLong(field="to", days=LONGEST.days)
    card = await resource_by_public_id(known_id(resource_id))
    space = await space_by_id(card.space, visitor.now) if card else None
    if card is None or space is None:
        raise NotFound
    await settle_at(space.id, visitor.now)
    clock = SpaceClock(space.id, space.time_zone, space.holiday_region, space.open_on_holidays)
    zone = ZoneInfo(space.time_zone)
    hours = (await hours_of([clock], local_day(window.starts_at, zone), local_day(window.ends_at, zone)))[space.id]
    taken = _cut((await taken_periods([card.id], window))[card.id], window)
    person = visitor.actor.person if visitor.actor else None
    free = without(await bookable_time(card, hours, window, visitor.now, person=person), taken)
    return Intervals(intervals(free, space), intervals(taken, space))


HANDLERS = [show_resource_availability]


def _cut(periods: Sequence[Period], window: Period) -> list[Period]:
    """What of the periods lies in the window."""
    return [part for period in periods if (part := period.clipped_to(window)) is not None]
