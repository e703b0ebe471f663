"""GET /api/v1/resources/{id}/availability: the free and the taken time of one resource."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from app.api.parameters import (
    ResourceInPath,
    SlugInPath,
    known_id,
    known_slug,
    moment_parameter,
    period_between,
)
from app.api.problem_shapes import refusals
from app.api.shapes import IntervalShape, intervals
from app.bookings.availability import bookable_times
from app.bookings.settling import settle_at
from app.identity.authentication import Visitor
from app.inventory.queries import (
    ResourceCard,
    SpaceClock,
    hours_of,
    resource_by_public_id,
    resources_of,
    taken_periods,
)
from app.inventory.rules import Kind
from app.kernel.periods import Period, without
from app.kernel.refusals import BadInput, NotFound, marked
from app.kernel.wall_time import local_day
from app.network.queries import SpaceCard, published_space, space_by_slug

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


class ResourceTimes(msgspec.Struct, frozen=True):
    """A resource with its intervals."""

    resource_id: str
    kind: Kind
    name: str
    free: list[IntervalShape]
    taken: list[IntervalShape]


class SpaceTimes(msgspec.Struct, frozen=True):
    """A space's resources in their order."""

    items: list[ResourceTimes]
    next: None = None


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
    resource_id: ResourceInPath,
    from_at: Annotated[str, moment_parameter("Start of what is looked at.", name="from")],
    to_at: Annotated[str, moment_parameter("End of what is looked at.", name="to")],
) -> Intervals:
    window = _window(from_at, to_at)
    card = await resource_by_public_id(known_id(resource_id))
    space = await published_space(card.space, visitor.now) if card else None
    if card is None or space is None:
        raise NotFound
    [times] = await _times(space, [card], window, visitor)
    return Intervals(times.free, times.taken)


@get(
    "/api/v1/spaces/{slug:str}/times",
    operation_id="show_space_times",
    response_description="Its resources with their intervals.",
    summary="When everything at a space is free",
    description="The free and the taken intervals of each resource, of one kind or of all, between `from` and `to`; "
    "at most 92 days. A month of a whole space is one request.",
    tags=["spaces"],
    responses=refusals(404, 422),
)
async def show_space_times(
    *,
    visitor: NamedDependency[Visitor],
    slug: SlugInPath,
    from_at: Annotated[str, moment_parameter("Start of what is looked at.", name="from")],
    to_at: Annotated[str, moment_parameter("End of what is looked at.", name="to")],
    kind: Annotated[Kind | None, QueryParameter(description="Only these; all kinds without it.")] = None,
) -> SpaceTimes:
    window = _window(from_at, to_at)
    space = await space_by_slug(known_slug(slug), visitor.now)
    if space is None:
        raise NotFound
    return SpaceTimes(await _times(space, await resources_of(space.id, kind), window, visitor))


HANDLERS = [show_resource_availability, show_space_times]


def _window(from_at: str, to_at: str) -> Period:
    """Raises SpanTooLong, and as `period_between` does."""
    window = period_between(("from", from_at), ("to", to_at))
    if window.duration > LONGEST:
        raise SpanTooLong(field="to", days=LONGEST.days)
    return window


async def _times(
    space: SpaceCard, cards: Sequence[ResourceCard], window: Period, visitor: Visitor
) -> list[ResourceTimes]:
    """When each of these resources of the space is free and taken; as many queries for one as for a hundred."""
    await settle_at(space.id, visitor.now)
    clock = SpaceClock(space.id, space.time_zone, space.holiday_region, space.open_on_holidays)
    zone = ZoneInfo(space.time_zone)
    hours = (await hours_of([clock], local_day(window.starts_at, zone), local_day(window.ends_at, zone)))[space.id]
    person = visitor.actor.person if visitor.actor else None
    taken = await taken_periods([card.id for card in cards], window)
    bookable = await bookable_times(cards, hours, window, visitor.now, person=person)
    return [
        ResourceTimes(
            card.public_id,
            card.kind,
            card.name,
            intervals(without(bookable[card.id], taken[card.id]), space),
            intervals(_cut(taken[card.id], window), space),
        )
        for card in cards
    ]


def _cut(periods: Sequence[Period], window: Period) -> list[Period]:
    """What of the periods lies in the window."""
    return [part for period in periods if (part := period.clipped_to(window)) is not None]
