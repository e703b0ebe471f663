"""What a resource consists of or brings along, as its operator says it; equipment that rooms bring along."""

from typing import Annotated

import msgspec
from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import PathParameter, RequestBody
from msgspec import Meta

from app.api.access import SIGNED_IN
from app.api.managed import managed, managed_resource, only_managers
from app.api.parameters import ResourceInPath, SlugInPath, known_id
from app.api.problem_shapes import refusals
from app.api.strict_json import LARGEST_BODY, StrictJson
from app.bookings.rule_words import words_of_links
from app.identity.authentication import Visitor
from app.inventory.linking import add_equipment, linked_at, retire_equipment, set_parts
from app.network.queries import SpaceCard

EquipmentInPath = Annotated[str, PathParameter(description="The equipment's id.")]


class PartsWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ids of all that the resource consists of or brings along."""

    parts: Annotated[list[str], Meta(max_length=200)]


class PartsShape(msgspec.Struct, frozen=True):
    """What a resource was said to consist of, and what is held with it: these and their own parts."""

    resource_id: str
    parts: list[str]
    held_with_it: list[str]
    words: list[str]


class EquipmentWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A piece of equipment by its name."""

    name: Annotated[str, Meta(max_length=200)]


class EquipmentShape(msgspec.Struct, frozen=True):
    """A piece of equipment; nobody books it alone."""

    id: str
    name: str


class EquipmentList(msgspec.Struct, frozen=True):
    """The equipment of a space."""

    items: list[EquipmentShape]


@get(
    "/api/v1/resources/{resource_id:str}/parts",
    operation_id="show_parts",
    response_description="Its parts.",
    summary="What a resource consists of",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    responses=refusals(403, 404),
)
async def show_parts(visitor: NamedDependency[Visitor], resource_id: ResourceInPath) -> PartsShape:
    space, _ = await managed_resource(resource_id, visitor)
    return await _parts(space, resource_id, visitor)


@put(
    "/api/v1/resources/{resource_id:str}/parts",
    operation_id="set_parts",
    response_description="Its parts as they are now.",
    summary="Say what a resource consists of",
    description="Booking it holds its parts as well, what is booked already included. Nothing is part of itself.",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    dto=StrictJson[PartsWanted],
    return_dto=None,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, 409, body=True),
)
async def change_parts(
    visitor: NamedDependency[Visitor], resource_id: ResourceInPath, data: RequestBody[PartsWanted]
) -> PartsShape:
    space, _ = await managed_resource(resource_id, visitor)
    await set_parts(visitor.signed_in, space, resource_id, data.parts, visitor.now)
    return await _parts(space, resource_id, visitor)


@get(
    "/api/v1/spaces/{slug:str}/equipment",
    operation_id="list_equipment",
    response_description="The list.",
    summary="The equipment of a space",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    responses=refusals(403, 404),
)
async def list_equipment(visitor: NamedDependency[Visitor], slug: SlugInPath) -> EquipmentList:
    there = await linked_at((await managed(slug, visitor)).id)
    return EquipmentList([EquipmentShape(each.public_id, each.name) for each in there if each.kind is None])


@post(
    "/api/v1/spaces/{slug:str}/equipment",
    operation_id="add_equipment",
    response_description="The equipment.",
    summary="Add equipment",
    description="It can be brought along by rooms, is never booked alone and in no list.",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    dto=StrictJson[EquipmentWanted],
    return_dto=None,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, body=True),
)
async def new_equipment(
    visitor: NamedDependency[Visitor], slug: SlugInPath, data: RequestBody[EquipmentWanted]
) -> EquipmentShape:
    made = await add_equipment(visitor.signed_in, await managed(slug, visitor), data.name, visitor.now)
    return EquipmentShape(made.public_id, made.name)


@delete(
    "/api/v1/spaces/{slug:str}/equipment/{equipment_id:str}",
    operation_id="remove_equipment",
    response_description="Nothing more to say.",
    summary="Remove equipment",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    responses=refusals(403, 404, 409),
)
async def remove_equipment(visitor: NamedDependency[Visitor], slug: SlugInPath, equipment_id: EquipmentInPath) -> None:
    await retire_equipment(visitor.signed_in, await managed(slug, visitor), known_id(equipment_id), visitor.now)


HANDLERS = [show_parts, change_parts, list_equipment, new_equipment, remove_equipment]


async def _parts(space: SpaceCard, resource_id: str, visitor: Visitor) -> PartsShape:
    there = await linked_at(space.id)
    ids = {each.id: each.public_id for each in there}
    whole = next(each for each in there if each.public_id == resource_id)
    return PartsShape(
        resource_id,
        [ids[part] for part in whole.direct_parts if part in ids],
        [ids[part] for part in whole.parts if part in ids],
        [visitor.speaker.word(word) for word in words_of_links(whole.id, there)],
    )
