"""The rules for booking at a space: read by everybody, set by its operator."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

import msgspec
from litestar import delete, get, put
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter, RequestBody
from msgspec import Meta

from app.api.access import SIGNED_IN
from app.api.managed import managed, managed_resource, only_managers
from app.api.parameters import ResourceInPath, SlugInPath, known_slug
from app.api.problem_shapes import refusals
from app.api.shapes import OpeningShape
from app.api.strict_json import LARGEST_BODY, StrictJson
from app.bookings.rules_said import in_words
from app.identity.authentication import Visitor
from app.inventory.booking_rules import BookingRules, OutsideHours, Who
from app.inventory.queries import resources_of
from app.inventory.rule_setting import (
    PartsOfTheDayUnusable,
    RulesFor,
    StatedRules,
    drop_rules,
    set_rules,
    stated_rules,
)
from app.inventory.rules import Kind
from app.kernel.refusals import NotFound
from app.kernel.wall_time import Opening
from app.network.grouping import groups_at
from app.network.groups import names_of_groups
from app.network.queries import space_by_slug
from app.platform.language import Speaker

Minutes = Annotated[int, Meta(ge=0, le=100_000, description="Minutes.")]
Days = Annotated[int, Meta(ge=0, le=400, description="Days.")]
Most = Annotated[int, Meta(ge=0, le=1000)]
_MINUTE = timedelta(minutes=1)
_LENGTHS = ("shortest", "longest", "grid", "notice", "buffer_before", "buffer_after", "cancel_before", "decide_within")


class RulesWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rules in figures; what is left out is as if nobody had said it. Lengths in minutes."""

    shortest: Minutes = 15
    longest: Minutes = 1440
    grid: Annotated[Minutes, Meta(description="15, 30 or 60 minutes, on which bookings begin and end.")] = 15
    day_parts: Annotated[list[OpeningShape], Meta(max_length=20, description="Only these whole parts of a day.")] = []
    days_ahead: Days = 400
    own_members_days: Annotated[Days, Meta(description="So many days earlier the operator's own members may book.")] = 0
    notice: Annotated[Minutes, Meta(description="The last moment for a booking, before its start.")] = 0
    buffer_before: Minutes = 0
    buffer_after: Minutes = 0
    most_open: Most | None = None
    who: Who = Who.EVERYONE
    groups: Annotated[list[str], Meta(max_length=100, description="Ids of groups; staff alone see them.")] = []
    cancel_before: Annotated[Minutes, Meta(description="Until then a booking is given back as if it had not been.")] = 0
    needs_approval: bool = False
    decide_within: Minutes = 2880
    most_guests: Most | None = None
    outside_hours: OutsideHours = OutsideHours.NOBODY
    no_show_after: Minutes | None = None
    version: Annotated[
        int, Meta(ge=0, description="That of the rules that you have read; 0 where there were none.")
    ] = 0


class RulesShape(msgspec.Struct, frozen=True):
    """Rules in words and figures, of a kind or (with `resource_id`) of one resource. Lengths in minutes."""

    kind: Kind
    resource_id: str | None
    words: list[str]
    shortest: int
    longest: int
    grid: int
    day_parts: list[OpeningShape]
    days_ahead: int
    own_members_days: int
    notice: int
    buffer_before: int
    buffer_after: int
    most_open: int | None
    who: Who
    groups: Annotated[list[str], Meta(description="The names of groups that may book.")]
    cancel_before: int
    needs_approval: bool
    decide_within: int
    most_guests: int | None
    outside_hours: OutsideHours
    no_show_after: int | None
    version: int


class SpaceRulesShape(msgspec.Struct, frozen=True):
    """All rules of a space. A resource without own ones obeys those of its kind."""

    items: list[RulesShape]


KindInPath = Annotated[str, PathParameter(description=f"One of: {', '.join(Kind)}.")]
Version = Annotated[int, QueryParameter(ge=0, le=2**31 - 1, description="That of the rules that you have read.")]


@get(
    "/api/v1/spaces/{slug:str}/rules",
    operation_id="show_space_rules",
    response_description="Its rules.",
    summary="By which rules a space is booked",
    description="What its operator has said for kinds and for single resources, in words and in figures.",
    tags=["spaces"],
    responses=refusals(404),
)
async def show_space_rules(visitor: NamedDependency[Visitor], slug: SlugInPath) -> SpaceRulesShape:
    space = await space_by_slug(known_slug(slug), visitor.now)
    if space is None:
        raise NotFound
    said = await stated_rules(space.id)
    names = await names_of_groups({group for one in said for group in one.rules.groups})
    resources = {resource.id: resource.public_id for resource in await resources_of(space.id)}
    return SpaceRulesShape(
        [
            _shape(one, names, resources, visitor.speaker)
            for one in said
            if one.resource is None or one.resource in resources
        ]
    )


@put(
    "/api/v1/spaces/{slug:str}/rules/{kind:str}",
    operation_id="set_rules_of_kind",
    response_description="The rules as they are now.",
    summary="Set the rules of a kind",
    description="For who manages the space. New bookings obey them; what is booked stays.",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    dto=StrictJson[RulesWanted],
    return_dto=None,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, 409, body=True),
)
async def set_rules_of_kind(
    visitor: NamedDependency[Visitor], slug: SlugInPath, kind: KindInPath, data: RequestBody[RulesWanted]
) -> RulesShape:
    return await _set(await _of_kind(slug, kind, visitor), data, visitor)


@delete(
    "/api/v1/spaces/{slug:str}/rules/{kind:str}",
    operation_id="drop_rules_of_kind",
    response_description="Nothing more to say.",
    summary="Drop the rules of a kind",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    responses=refusals(403, 404, 409, 422),
)
async def drop_rules_of_kind(
    visitor: NamedDependency[Visitor], slug: SlugInPath, kind: KindInPath, version: Version
) -> None:
    await drop_rules(visitor.signed_in, await _of_kind(slug, kind, visitor), version, visitor.now)


@put(
    "/api/v1/resources/{resource_id:str}/rules",
    operation_id="set_rules_of_resource",
    response_description="The rules as they are now.",
    summary="Set a resource's own rules",
    description="For who manages its space. They stand instead of those of its kind.",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    dto=StrictJson[RulesWanted],
    return_dto=None,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, 409, body=True),
)
async def set_rules_of_resource(
    visitor: NamedDependency[Visitor], resource_id: ResourceInPath, data: RequestBody[RulesWanted]
) -> RulesShape:
    return await _set(await _of_resource(resource_id, visitor), data, visitor)


@delete(
    "/api/v1/resources/{resource_id:str}/rules",
    operation_id="drop_rules_of_resource",
    response_description="Nothing more to say.",
    summary="Drop a resource's own rules",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    responses=refusals(403, 404, 409, 422),
)
async def drop_rules_of_resource(
    visitor: NamedDependency[Visitor], resource_id: ResourceInPath, version: Version
) -> None:
    await drop_rules(visitor.signed_in, await _of_resource(resource_id, visitor), version, visitor.now)


HANDLERS = [show_space_rules, set_rules_of_kind, drop_rules_of_kind, set_rules_of_resource, drop_rules_of_resource]


async def _of_kind(slug: str, kind: str, visitor: Visitor) -> RulesFor:
    space = await managed(slug, visitor)
    if kind not in set(Kind) or not await resources_of(space.id, Kind(kind)):
        raise NotFound
    return RulesFor(space, Kind(kind))


async def _of_resource(resource_id: str, visitor: Visitor) -> RulesFor:
    space, resource = await managed_resource(resource_id, visitor)
    return RulesFor(space, resource.kind, resource)


async def _set(target: RulesFor, data: RulesWanted, visitor: Visitor) -> RulesShape:
    groups = await groups_at(target.space.operator.id)
    by_id = {group.public_id: group.id for group in groups}
    wanted = BookingRules(
        **{name: getattr(data, name) * _MINUTE for name in _LENGTHS},
        day_parts=tuple(Opening(_minute(part.opens), _minute(part.closes)) for part in data.day_parts),
        days_ahead=data.days_ahead,
        own_members_days=data.own_members_days,
        most_open=data.most_open,
        who=data.who,
        groups=frozenset(by_id.get(group, 0) for group in data.groups),
        needs_approval=data.needs_approval,
        most_guests=data.most_guests,
        outside_hours=data.outside_hours,
        no_show_after=None if data.no_show_after is None else data.no_show_after * _MINUTE,
    )
    stated = await set_rules(visitor.signed_in, target, wanted, data.version, visitor.now)
    resources = {target.resource.id: target.resource.public_id} if target.resource else {}
    return _shape(stated, {group.id: group.name for group in groups}, resources, visitor.speaker)


def _minute(clock: str) -> int:
    """A minute of the day from HH:MM. Raises PartsOfTheDayUnusable."""
    hour, _, minute = clock.partition(":")
    if not (len(clock) == 5 and clock.isascii() and hour.isdigit() and minute.isdigit() and int(minute) < 60):
        raise PartsOfTheDayUnusable(field="day_parts")
    return int(hour) * 60 + int(minute)


def _shape(
    stated: StatedRules, groups: Mapping[int, str], resources: Mapping[int, str], speaker: Speaker
) -> RulesShape:
    rules = stated.rules
    return RulesShape(
        kind=stated.kind,
        resource_id=None if stated.resource is None else resources[stated.resource],
        words=list(in_words(rules, groups, speaker)),
        **{name: int(getattr(rules, name) / _MINUTE) for name in _LENGTHS},
        day_parts=[OpeningShape(_clock(part.opens), _clock(part.closes)) for part in rules.day_parts],
        days_ahead=rules.days_ahead,
        own_members_days=rules.own_members_days,
        most_open=rules.most_open,
        who=rules.who,
        groups=sorted(groups[key] for key in rules.groups if key in groups),
        needs_approval=rules.needs_approval,
        most_guests=rules.most_guests,
        outside_hours=rules.outside_hours,
        no_show_after=None if rules.no_show_after is None else int(rules.no_show_after / _MINUTE),
        version=stated.version,
    )


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
