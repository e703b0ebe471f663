"""Groups and organisations of the operator of a space, for who manages it."""

from collections.abc import Mapping
from typing import Annotated

import msgspec
from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import PathParameter, RequestBody
from msgspec import Meta

from app.api.access import SIGNED_IN
from app.api.managed import managed, only_managers
from app.api.parameters import PersonInPath, SlugInPath, known_id
from app.api.problem_shapes import refusals
from app.api.strict_json import LARGEST_BODY, StrictJson
from app.bookings.front_desk import guest
from app.bookings.organisations import change_responsible
from app.identity.authentication import Visitor
from app.identity.queries import KnownPerson, people
from app.network.grouping import (
    GroupCard,
    add_to_group,
    group_at,
    groups_at,
    make_group,
    make_organisation,
    organisation_at,
    organisations_at,
    people_in,
    retire_group,
    retire_organisation,
    take_from_group,
)
from app.network.groups import OrganisationCard

Name = Annotated[str, Meta(max_length=300)]
GroupInPath = Annotated[str, PathParameter(description="The group's id.")]
OrganisationInPath = Annotated[str, PathParameter(description="The organisation's id.")]


class PersonShape(msgspec.Struct, frozen=True):
    """Somebody by id and name."""

    id: str
    name: str


class GroupWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A group; an operator has one of own members."""

    name: Name
    are_own_members: bool = False


class GroupShape(msgspec.Struct, frozen=True):
    """A group of the operator's."""

    id: str
    name: str
    are_own_members: bool
    count: int


class GroupWithPeople(msgspec.Struct, frozen=True):
    """A group with everybody in it."""

    id: str
    name: str
    are_own_members: bool
    people: list[PersonShape]


class Groups(msgspec.Struct, frozen=True):
    """The groups of an operator."""

    items: list[GroupShape]


class OrganisationWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An organisation and who answers for it."""

    name: Name
    responsible: Annotated[str, Meta(max_length=100, description="The person's id.")]


class ResponsibleWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who answers for the organisation from now on."""

    responsible: Annotated[str, Meta(max_length=100, description="The person's id.")]


class OrganisationShape(msgspec.Struct, frozen=True):
    """An organisation that books at the operator's spaces."""

    id: str
    name: str
    responsible: PersonShape


class Organisations(msgspec.Struct, frozen=True):
    """The organisations of an operator."""

    items: list[OrganisationShape]


@get(
    "/api/v1/spaces/{slug:str}/groups",
    operation_id="list_groups",
    response_description="The list.",
    summary="The groups of the space's operator",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    responses=refusals(403, 404),
)
async def list_groups(visitor: NamedDependency[Visitor], slug: SlugInPath) -> Groups:
    space = await managed(slug, visitor)
    return Groups([_group(group) for group in await groups_at(space.operator.id)])


@post(
    "/api/v1/spaces/{slug:str}/groups",
    operation_id="make_group",
    response_description="The group.",
    summary="Make a group",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    dto=StrictJson[GroupWanted],
    return_dto=None,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, 409, body=True),
)
async def new_group(visitor: NamedDependency[Visitor], slug: SlugInPath, data: RequestBody[GroupWanted]) -> GroupShape:
    space = await managed(slug, visitor)
    made = await make_group(
        visitor.signed_in, space.operator.id, data.name, visitor.now, own_members=data.are_own_members
    )
    return _group(made)


@get(
    "/api/v1/spaces/{slug:str}/groups/{group_id:str}",
    operation_id="show_group",
    response_description="The group.",
    summary="A group and who belongs to it",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    responses=refusals(403, 404),
)
async def show_group(visitor: NamedDependency[Visitor], slug: SlugInPath, group_id: GroupInPath) -> GroupWithPeople:
    group = await _found(slug, group_id, visitor)
    members = sorted((await people(await people_in(group.id))).values(), key=lambda person: person.name)
    return GroupWithPeople(group.public_id, group.name, group.are_own_members, [_person(one) for one in members])


@delete(
    "/api/v1/spaces/{slug:str}/groups/{group_id:str}",
    operation_id="retire_group",
    response_description="Nothing more to say.",
    summary="Dissolve a group",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    responses=refusals(403, 404),
)
async def end_group(visitor: NamedDependency[Visitor], slug: SlugInPath, group_id: GroupInPath) -> None:
    await retire_group(visitor.signed_in, await _found(slug, group_id, visitor), visitor.now)


@put(
    "/api/v1/spaces/{slug:str}/groups/{group_id:str}/people/{person_id:str}",
    operation_id="add_to_group",
    response_description="Nothing more to say.",
    summary="Take somebody into a group",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    status_code=204,
    responses=refusals(403, 404),
)
async def join_group(
    visitor: NamedDependency[Visitor], slug: SlugInPath, group_id: GroupInPath, person_id: PersonInPath
) -> None:
    group = await _found(slug, group_id, visitor)
    person = await guest(visitor.signed_in, known_id(person_id), visitor.now)
    await add_to_group(visitor.signed_in, group, person.id, visitor.now)


@delete(
    "/api/v1/spaces/{slug:str}/groups/{group_id:str}/people/{person_id:str}",
    operation_id="take_from_group",
    response_description="Nothing more to say.",
    summary="Take somebody out of a group",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    responses=refusals(403, 404),
)
async def leave_group(
    visitor: NamedDependency[Visitor], slug: SlugInPath, group_id: GroupInPath, person_id: PersonInPath
) -> None:
    group = await _found(slug, group_id, visitor)
    person = await guest(visitor.signed_in, known_id(person_id), visitor.now)
    await take_from_group(visitor.signed_in, group, person.id, visitor.now)


@get(
    "/api/v1/spaces/{slug:str}/organisations",
    operation_id="list_organisations",
    response_description="The list.",
    summary="The organisations that book at the operator's spaces",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    responses=refusals(403, 404),
)
async def list_organisations(visitor: NamedDependency[Visitor], slug: SlugInPath) -> Organisations:
    space = await managed(slug, visitor)
    found = await organisations_at(space.operator.id)
    known = await people({each.responsible for each in found})
    return Organisations([_organisation(each, known) for each in found])


@post(
    "/api/v1/spaces/{slug:str}/organisations",
    operation_id="make_organisation",
    response_description="The organisation.",
    summary="Enter an organisation",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    dto=StrictJson[OrganisationWanted],
    return_dto=None,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, 409, body=True),
)
async def new_organisation(
    visitor: NamedDependency[Visitor], slug: SlugInPath, data: RequestBody[OrganisationWanted]
) -> OrganisationShape:
    space = await managed(slug, visitor)
    person = await guest(visitor.signed_in, known_id(data.responsible), visitor.now)
    made = await make_organisation(visitor.signed_in, space.operator.id, data.name, person.id, visitor.now)
    return _organisation(made, await people([made.responsible]))


@put(
    "/api/v1/spaces/{slug:str}/organisations/{organisation_id:str}/responsible",
    operation_id="change_responsible",
    response_description="The organisation.",
    summary="Change who answers for an organisation",
    description="What it has booked goes along.",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    dto=StrictJson[ResponsibleWanted],
    return_dto=None,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, body=True),
)
async def new_responsible(
    visitor: NamedDependency[Visitor],
    slug: SlugInPath,
    organisation_id: OrganisationInPath,
    data: RequestBody[ResponsibleWanted],
) -> OrganisationShape:
    space = await managed(slug, visitor)
    organisation = await organisation_at(space.operator.id, known_id(organisation_id))
    person = await guest(visitor.signed_in, known_id(data.responsible), visitor.now)
    await change_responsible(visitor.signed_in, organisation.public_id, person.id, visitor.now)
    changed = await organisation_at(space.operator.id, organisation.public_id)
    return _organisation(changed, await people([changed.responsible]))


@delete(
    "/api/v1/spaces/{slug:str}/organisations/{organisation_id:str}",
    operation_id="retire_organisation",
    response_description="Nothing more to say.",
    summary="Dissolve an organisation",
    description="Nothing is booked for it any more; what is booked stays.",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    responses=refusals(403, 404),
)
async def end_organisation(
    visitor: NamedDependency[Visitor], slug: SlugInPath, organisation_id: OrganisationInPath
) -> None:
    space = await managed(slug, visitor)
    organisation = await organisation_at(space.operator.id, known_id(organisation_id))
    await retire_organisation(visitor.signed_in, organisation, visitor.now)


HANDLERS = [
    list_groups,
    new_group,
    show_group,
    end_group,
    join_group,
    leave_group,
    list_organisations,
    new_organisation,
    new_responsible,
    end_organisation,
]


async def _found(slug: str, group_id: str, visitor: Visitor) -> GroupCard:
    space = await managed(slug, visitor)
    return await group_at(space.operator.id, known_id(group_id))


def _group(group: GroupCard) -> GroupShape:
    return GroupShape(group.public_id, group.name, group.are_own_members, group.people)


def _person(person: KnownPerson) -> PersonShape:
    return PersonShape(person.public_id, person.name)


def _organisation(card: OrganisationCard, known: Mapping[int, KnownPerson]) -> OrganisationShape:
    return OrganisationShape(card.public_id, card.name, _person(known[card.responsible]))
