"""A space's resources and its hours, as programs of who manages it keep them."""

from collections.abc import Mapping
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec
from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import RequestBody
from msgspec import Meta

from app.api.access import SIGNED_IN
from app.api.blockers import AffectedShape, Day, FixedDeskHeldShape, affected_shapes, day_of, fixed_shapes
from app.api.managed import managed, managed_resource, only_managers
from app.api.parameters import ResourceInPath, SlugInPath, known_id
from app.api.problem_shapes import refusals
from app.api.shapes import Moment, WeekdayShape
from app.api.space_details import opening_shapes
from app.api.strict_json import LARGEST_BODY, StrictJson
from app.bookings.block_plan import Fate
from app.bookings.hours_changing import HoursPlan, change_hours, plan_hours
from app.bookings.retiring import plan_retiring, retire_resource
from app.identity.authentication import Visitor
from app.inventory.hours_setting import WEEKDAYS, HoursUnusable, Of, SetWeek, StatedHours, stated_hours
from app.inventory.resource_setting import (
    KeptResource,
    ResourceFacts,
    add_resource,
    bring_back,
    change_resource,
    kept_resource,
    kept_resources,
)
from app.inventory.rules import FEATURES, Kind
from app.kernel.wall_time import Opening, local_day
from app.network.rules import Measures

Feature = Annotated[str, Meta(max_length=40, description=f"One of: {', '.join(FEATURES)}.")]
Measure = Annotated[int, Meta(ge=0, le=1_000_000)]
State = Annotated[str, Meta(max_length=64, description="That of the preview.")]


class ResourceWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said of a resource. A feature in neither list was not checked, a measure left out was not taken."""

    kind: Kind
    name: Annotated[str, Meta(max_length=200)]
    capacity: Annotated[int, Meta(ge=1, le=1000)] = 1
    features: Annotated[list[Feature], Meta(max_length=40)] = []
    lacking: Annotated[list[Feature], Meta(max_length=40)] = []
    internet_mbit: Measure | None = None
    internet_measured_on: Day | None = None
    door_width_cm: Measure | None = None
    threshold_cm: Measure | None = None
    version: Annotated[int, Meta(ge=0, le=2**31 - 1, description="That of the resource that you have read.")] = 0

    def facts(self) -> ResourceFacts:
        """Raises TimeUnreadable."""
        measured = day_of("internet_measured_on", self.internet_measured_on) if self.internet_measured_on else None
        return ResourceFacts(
            self.kind,
            self.name,
            self.capacity,
            frozenset(self.features),
            frozenset(self.lacking),
            Measures(self.internet_mbit, measured, self.door_width_cm, self.threshold_cm),
        )


class KeptResourceShape(msgspec.Struct, frozen=True):
    """A resource as its manager keeps it; `retired_at` says since when it is out of use."""

    id: str
    kind: Kind
    name: str
    capacity: int
    features: list[str]
    lacking: list[str]
    internet_mbit: int | None
    internet_measured_on: str | None
    door_width_cm: int | None
    threshold_cm: int | None
    version: int
    retired_at: Moment | None


class KeptResourceList(msgspec.Struct, frozen=True):
    """All that a space has or ever had, in use first."""

    items: list[KeptResourceShape]


class RetirementShape(msgspec.Struct, frozen=True):
    """What taking a resource out of use would do; send `state` along to do it."""

    state: str
    affected: list[AffectedShape]
    fixed_desks: list[FixedDeskHeldShape]


class RetirementWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The preview's `state`, and by their ids what becomes of bookings otherwise than suggested."""

    state: State
    choices: dict[str, Literal["move", "cancel"]] = {}
    end_fixed_desks: Annotated[
        bool, Meta(description="Needed where the preview names `fixed_desks`: from today on it is nobody's own.")
    ] = False


def _shape(kept: KeptResource, zone: ZoneInfo) -> KeptResourceShape:
    facts, measures = kept.facts, kept.facts.measures
    measured = measures.internet_measured_on
    return KeptResourceShape(
        id=kept.public_id,
        kind=facts.kind,
        name=facts.name,
        capacity=facts.capacity,
        features=[name for name in FEATURES if name in facts.features],
        lacking=[name for name in FEATURES if name in facts.lacking],
        internet_mbit=measures.internet_mbit,
        internet_measured_on=measured.isoformat() if measured else None,
        door_width_cm=measures.door_width_cm,
        threshold_cm=measures.threshold_cm,
        version=kept.version,
        retired_at=kept.retired_at.astimezone(zone) if kept.retired_at else None,
    )


@get(
    "/api/v1/spaces/{slug:str}/resources",
    operation_id="list_resources",
    response_description="The list.",
    summary="All resources of a space, as its manager keeps them",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    responses=refusals(403, 404),
)
async def list_resources(visitor: NamedDependency[Visitor], slug: SlugInPath) -> KeptResourceList:
    space = await managed(slug, visitor)
    zone = ZoneInfo(space.time_zone)
    return KeptResourceList([_shape(kept, zone) for kept in await kept_resources(space.id)])


@post(
    "/api/v1/spaces/{slug:str}/resources",
    operation_id="add_resource",
    response_description="The resource.",
    summary="Add a resource",
    description="It can be booked at once where the space is published; what is blocked ahead blocks it, too. "
    "`version` is not looked at.",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    dto=StrictJson[ResourceWanted],
    return_dto=None,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, 409, body=True),
)
async def add(
    visitor: NamedDependency[Visitor], slug: SlugInPath, data: RequestBody[ResourceWanted]
) -> KeptResourceShape:
    space = await managed(slug, visitor)
    zone = ZoneInfo(space.time_zone)
    today = local_day(visitor.now, zone)
    made = await add_resource(visitor.signed_in, space, data.facts(), today, visitor.now)
    return _shape(await kept_resource(space.id, made), zone)


@put(
    "/api/v1/resources/{resource_id:str}",
    operation_id="change_resource",
    response_description="The resource as it is now.",
    summary="Say what a resource is and has",
    description="All of it anew: what is left out is as if nobody had said it. 409 where somebody else has changed it "
    "since `version` was read. What is booked stays.",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    dto=StrictJson[ResourceWanted],
    return_dto=None,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, 409, body=True),
)
async def change(
    visitor: NamedDependency[Visitor], resource_id: ResourceInPath, data: RequestBody[ResourceWanted]
) -> KeptResourceShape:
    space, card = await managed_resource(resource_id, visitor)
    zone = ZoneInfo(space.time_zone)
    today, actor = local_day(visitor.now, zone), visitor.signed_in
    await change_resource(actor, space, card.public_id, data.facts(), data.version, today, visitor.now)
    return _shape(await kept_resource(space.id, card.public_id), zone)


@get(
    "/api/v1/resources/{resource_id:str}/retirement",
    operation_id="preview_retirement",
    response_description="What would happen.",
    summary="See what taking a resource out of use would do",
    description="Every booking of it ahead with what would become of it; nothing is changed.",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    responses=refusals(403, 404, 409),
)
async def preview_retirement(visitor: NamedDependency[Visitor], resource_id: ResourceInPath) -> RetirementShape:
    space, card = await managed_resource(resource_id, visitor)
    plan = await plan_retiring(visitor.signed_in, space, card.public_id, visitor.now)
    return RetirementShape(plan.state, affected_shapes(plan), fixed_shapes(plan))


@post(
    "/api/v1/resources/{resource_id:str}/retirement",
    operation_id="retire_resource",
    response_description="The resource, out of use.",
    summary="Take a resource out of use",
    description="Moves or cancels what is booked of it ahead, each with its mail: all of it or nothing. 409 where "
    "since the preview somebody has booked, cancelled or moved, where it is part of another resource, or "
    "somebody's fixed desk that shall not end.",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    dto=StrictJson[RetirementWanted],
    return_dto=None,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, 409, body=True),
)
async def retire(
    visitor: NamedDependency[Visitor], resource_id: ResourceInPath, data: RequestBody[RetirementWanted]
) -> KeptResourceShape:
    space, card = await managed_resource(resource_id, visitor)
    choices = {booking: Fate(fate) for booking, fate in data.choices.items()}
    await retire_resource(
        visitor.signed_in,
        space,
        card.public_id,
        data.state,
        choices,
        visitor.now,
        ends_fixed=data.end_fixed_desks,
    )
    return _shape(await kept_resource(space.id, card.public_id), ZoneInfo(space.time_zone))


@post(
    "/api/v1/spaces/{slug:str}/resources/{resource_id:str}/return",
    operation_id="bring_back_resource",
    response_description="The resource, in use again.",
    summary="Bring back a resource that was taken out of use",
    tags=["operators"],
    guards=only_managers(by_space=True),
    security=SIGNED_IN,
    status_code=200,
    responses=refusals(403, 404, 409),
)
async def bring_it_back(
    visitor: NamedDependency[Visitor], slug: SlugInPath, resource_id: ResourceInPath
) -> KeptResourceShape:
    space, public_id = await managed(slug, visitor), known_id(resource_id)
    await bring_back(visitor.signed_in, space, public_id, visitor.now)
    return _shape(await kept_resource(space.id, public_id), ZoneInfo(space.time_zone))


class WeekWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The hours of every week, each weekday at most once; one that is left out is closed.

    `state` and `keep` belong to doing it: the state that the preview answered, and the ids of bookings outside the new
    hours that stand on purpose.
    """

    week: Annotated[list[WeekdayShape], Meta(max_length=7)]
    open_on_holidays: bool = False
    state: State = ""
    keep: Annotated[list[str], Meta(max_length=1000)] = []

    def command(self) -> SetWeek:
        """Raises HoursUnusable."""
        week: dict[int, list[Opening]] = {weekday: [] for weekday in WEEKDAYS}
        for day in self.week:
            openings = [
                Opening(_minute(each.opens, day.weekday), _minute(each.closes, day.weekday)) for each in day.openings
            ]
            week[day.weekday] = week.get(day.weekday, []) + openings
        return SetWeek(week, self.open_on_holidays)


def _minute(clock: str, weekday: int) -> int:
    """A minute of the day from HH:MM. Raises HoursUnusable."""
    hour, _, minute = clock.partition(":")
    if not (len(clock) == 5 and clock.isascii() and hour.isdigit() and minute.isdigit() and int(minute) < 60):
        raise HoursUnusable(field=f"day_{weekday}")
    return int(hour) * 60 + int(minute)


class WeekShape(msgspec.Struct, frozen=True):
    """The hours of every week as they stand."""

    week: list[WeekdayShape]
    open_on_holidays: bool


class OutsideShape(msgspec.Struct, frozen=True):
    """A booking that lies in the hours of today and not in the new ones."""

    booking_id: str
    person: str
    resource_id: str
    starts_at: Moment
    ends_at: Moment


class HoursPlanShape(msgspec.Struct, frozen=True):
    """What new hours would do; send `state` along to do it."""

    state: str
    outside: list[OutsideShape]


def _plan_shape(plan: HoursPlan) -> HoursPlanShape:
    return HoursPlanShape(
        plan.state,
        [
            OutsideShape(card.public_id, person, card.resource.public_id, card.starts_at, card.ends_at)
            for card, person in plan.outside
        ],
    )


def _week_shape(stands: StatedHours) -> WeekShape:
    week: Mapping[int, tuple[Opening, ...]] = stands.week
    days = [WeekdayShape(weekday, opening_shapes(week.get(weekday, ()))) for weekday in WEEKDAYS]
    return WeekShape(days, stands.open_on_holidays)


@post(
    "/api/v1/spaces/{slug:str}/hours/preview",
    operation_id="preview_hours",
    response_description="What would happen.",
    summary="See what new opening hours would be in the way of",
    description="Every booking that would lie outside of them; nothing is changed.",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    dto=StrictJson[WeekWanted],
    return_dto=None,
    status_code=200,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, body=True),
)
async def preview_hours(
    visitor: NamedDependency[Visitor], slug: SlugInPath, data: RequestBody[WeekWanted]
) -> HoursPlanShape:
    space = await managed(slug, visitor)
    today = local_day(visitor.now, ZoneInfo(space.time_zone))
    return _plan_shape(await plan_hours(visitor.signed_in, space, data.command(), today, visitor.now))


@put(
    "/api/v1/spaces/{slug:str}/hours",
    operation_id="set_hours",
    response_description="The hours as they are now.",
    summary="Set the opening hours of every week",
    description="Cancels what lies outside of them, each with its mail, but for `keep`: all of it or nothing. 409 "
    "where since the preview somebody has booked, cancelled or moved, or has set other hours.",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    dto=StrictJson[WeekWanted],
    return_dto=None,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, 409, body=True),
)
async def set_hours(visitor: NamedDependency[Visitor], slug: SlugInPath, data: RequestBody[WeekWanted]) -> WeekShape:
    space = await managed(slug, visitor)
    today = local_day(visitor.now, ZoneInfo(space.time_zone))
    await change_hours(visitor.signed_in, space, data.command(), data.state, data.keep, today, visitor.now)
    return _week_shape(await stated_hours(space.id, Of.SPACE, today))


HANDLERS = [
    list_resources,
    add,
    change,
    preview_retirement,
    retire,
    bring_it_back,
    preview_hours,
    set_hours,
]
