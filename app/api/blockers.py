"""Blockers and closing days, for who manages a space: see what is in the way, then block all in one step."""

from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec
from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter, RequestBody
from msgspec import Meta

from app.api.access import SIGNED_IN
from app.api.managed import managed, only_managers
from app.api.parameters import SlugInPath, known_id, within_reach
from app.api.problem_shapes import refusals
from app.api.shapes import IntervalShape, Moment, intervals
from app.api.strict_json import LARGEST_BODY, StrictJson
from app.bookings.block_plan import Block, CloseDays, Fate, Plan
from app.bookings.blocking import block, lift_block, plan_block
from app.identity.authentication import Visitor
from app.inventory.blockers import BlockerCard, Repetition, blockers_at
from app.inventory.linking import linked_at
from app.kernel.refusals import BadInput, marked
from app.network.queries import SpaceCard
from app.platform.bad_fields import TimeUnreadable

Weekday = Annotated[int, Meta(ge=1, le=7, description="1 is Monday.")]
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d$", description="YYYY-MM-DD.")]
Reason = Annotated[str, Meta(max_length=200, description="Stands in pages and mails.")]


class WhatToBlock(BadInput):
    code = "what_to_block"
    text = marked("Gebraucht werden entweder days oder starts_at zusammen mit ends_at.")


class BlockWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Either whole `days` that are closed, or the time of some resources, or of the whole space without `resource_ids`.

    With `weekdays` and `until` the time comes back every week. `state` and `choices` belong to doing it: the state
    that the preview answered, and what becomes of bookings otherwise than suggested, by their ids.
    """

    reason: Reason
    reason_en: Reason = ""
    days: Annotated[list[Day], Meta(max_length=100)] = []
    resource_ids: Annotated[list[str], Meta(max_length=500)] = []
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    weekdays: Annotated[list[Weekday], Meta(max_length=7)] = []
    until: Day | None = None
    state: Annotated[str, Meta(max_length=64)] = ""
    choices: dict[str, Literal["move", "cancel"]] = {}

    def command(self) -> Block | CloseDays:
        """Raises WhatToBlock, TimeUnreadable, TimeOutOfReach."""
        if self.days:
            if self.starts_at or self.ends_at or self.resource_ids or self.weekdays or self.until:
                raise WhatToBlock(field="days")
            return CloseDays(tuple(day_of("days", text) for text in self.days), self.reason, self.reason_en)
        if self.starts_at is None or self.ends_at is None:
            raise WhatToBlock(field="starts_at" if self.starts_at is None else "ends_at")
        if bool(self.weekdays) != (self.until is not None):
            raise WhatToBlock(field="until")
        repetition = Repetition(frozenset(self.weekdays), day_of("until", self.until)) if self.until else None
        return Block(
            tuple(self.resource_ids),
            within_reach("starts_at", self.starts_at),
            within_reach("ends_at", self.ends_at),
            self.reason,
            self.reason_en,
            repetition,
        )


def day_of(field: str, text: str) -> date:
    """The day that a field says. Raises TimeUnreadable."""
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise TimeUnreadable(field=field) from error
    if not 2000 <= found.year < 2200:
        raise TimeUnreadable(field=field)
    return found


class AffectedShape(msgspec.Struct, frozen=True):
    """A booking in the way. It can be moved to `place_id` at its time, or nothing equal is free and it is cancelled."""

    booking_id: str
    person: str
    resource_id: str
    starts_at: Moment
    ends_at: Moment
    suggested: Literal["move", "cancel"]
    place_id: str | None
    place_name: str | None


class FixedDeskHeldShape(msgspec.Struct, frozen=True):
    """A fixed desk that is concerned, and whose it is."""

    person: str
    resource_id: str
    first_day: date
    last_day: date | None


def fixed_shapes(plan: Plan) -> list[FixedDeskHeldShape]:
    """The fixed desks that are concerned."""
    return [
        FixedDeskHeldShape(person, desk.resource_public_id, desk.days.first, desk.last_day)
        for desk, person in plan.fixed
    ]


def affected_shapes(plan: Plan) -> list[AffectedShape]:
    """The bookings in the way, with what is suggested for each."""
    return [
        AffectedShape(
            each.booking.public_id,
            each.person,
            each.booking.resource.public_id,
            each.booking.starts_at,
            each.booking.ends_at,
            each.suggested.value,
            each.place.public_id if each.place else None,
            each.place.name if each.place else None,
        )
        for each in plan.affected
    ]


class BlockPlanShape(msgspec.Struct, frozen=True):
    """What blocking would do; send `state` along to do it."""

    state: str
    times: list[IntervalShape]
    affected: list[AffectedShape]
    fixed_desks: list[FixedDeskHeldShape]


class BlockerShape(msgspec.Struct, frozen=True):
    """A blocker. Without `resource_ids` it is of the whole space; `closes` is the day that it closes."""

    id: str
    resource_ids: list[str]
    starts_at: Moment
    ends_at: Moment
    rrule: str | None
    reason: str
    closes: str | None


class BlockerList(msgspec.Struct, frozen=True):
    """Blockers and closing days ahead, by start."""

    items: list[BlockerShape]


@get(
    "/api/v1/spaces/{slug:str}/blockers",
    operation_id="list_blockers",
    response_description="The list.",
    summary="Blockers and closing days ahead",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    responses=refusals(403, 404),
)
async def list_blockers(visitor: NamedDependency[Visitor], slug: SlugInPath) -> BlockerList:
    space = await managed(slug, visitor)
    return await _list(space, await blockers_at(space.id, ZoneInfo(space.time_zone), visitor.now), visitor)


@post(
    "/api/v1/spaces/{slug:str}/blockers/preview",
    operation_id="preview_blocker",
    response_description="What would happen.",
    summary="See what a blocker would be in the way of",
    description="Every booking in that time with what would become of it; nothing is changed.",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    dto=StrictJson[BlockWanted],
    return_dto=None,
    status_code=200,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, body=True),
)
async def preview_blocker(
    visitor: NamedDependency[Visitor], slug: SlugInPath, data: RequestBody[BlockWanted]
) -> BlockPlanShape:
    space = await managed(slug, visitor)
    plan = await plan_block(visitor.signed_in, space, data.command(), visitor.now)
    return BlockPlanShape(
        plan.state,
        intervals([time for blocking in plan.blockings for time in blocking.times], space),
        affected_shapes(plan),
        fixed_shapes(plan),
    )


@post(
    "/api/v1/spaces/{slug:str}/blockers",
    operation_id="make_blocker",
    response_description="The blockers, one for each closed day.",
    summary="Block time or close days",
    description="Moves or cancels what is in the way, each with its mail, and blocks: all of it or nothing. 409 where "
    "since the preview somebody has booked, cancelled or moved.",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    dto=StrictJson[BlockWanted],
    return_dto=None,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, 409, body=True),
)
async def make_blocker(
    visitor: NamedDependency[Visitor], slug: SlugInPath, data: RequestBody[BlockWanted]
) -> BlockerList:
    space = await managed(slug, visitor)
    choices = {booking: Fate(fate) for booking, fate in data.choices.items()}
    cards = await block(visitor.signed_in, space, data.command(), data.state, choices, visitor.now)
    return await _list(space, cards, visitor)


@delete(
    "/api/v1/spaces/{slug:str}/blockers/{blocker_id:str}",
    operation_id="lift_blocker",
    response_description="Nothing more to say.",
    summary="Lift a blocker or open a closed day again",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    responses=refusals(403, 404),
)
async def lift_blocker(
    visitor: NamedDependency[Visitor],
    slug: SlugInPath,
    blocker_id: Annotated[str, PathParameter(description="The blocker's id.")],
) -> None:
    space = await managed(slug, visitor)
    await lift_block(visitor.signed_in, space, known_id(blocker_id), visitor.now)


HANDLERS = [list_blockers, preview_blocker, make_blocker, lift_blocker]


async def _list(space: SpaceCard, cards: list[BlockerCard], visitor: Visitor) -> BlockerList:
    ids = {each.id: each.public_id for each in await linked_at(space.id)}
    zone = ZoneInfo(space.time_zone)
    return BlockerList(
        [
            BlockerShape(
                card.public_id,
                [ids[key] for key in card.resources if key in ids],
                card.period.starts_at.astimezone(zone),
                card.period.ends_at.astimezone(zone),
                card.rrule,
                card.reason(visitor.language),
                card.closes.isoformat() if card.closes else None,
            )
            for card in cards
        ]
    )
