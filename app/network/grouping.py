"""Groups of people and organisations as their operator keeps them. Whoever manages an operator's spaces keeps them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.identity.audit import record
from app.identity.rules import Action, Actor, usable_name
from app.kernel.refusals import Conflict, NotFound, marked
from app.network.groups import OrganisationCard
from app.platform.database import execute, fetch, fetch_row, fetch_value, transaction
from app.platform.random_ids import new_public_id

OWN_MEMBERS: Final = "own_members"


class OwnMembersAreThere(Conflict):
    """An operator has one group of own members."""

    code = "own_members_are_there"
    text = marked("Eigene Mitglieder gibt es schon: {name}.")


class NameTaken(Conflict):
    """Two groups, or two organisations, of one name could not be told apart."""

    code = "name_taken"
    text = marked("Diesen Namen gibt es hier schon.")


@dataclass(frozen=True, slots=True)
class GroupCard:
    """A group in use; `are_own_members` are those who may book earlier than others."""

    id: int
    public_id: str
    operator: int
    name: str
    are_own_members: bool
    people: int


_GROUP = """
    SELECT g.id, g.public_id, g.operator, g.name, g.are_own_members,
           (SELECT count(*) FROM person_group_member m WHERE m.person_group = g.id) AS people
      FROM person_group g WHERE g.retired_at IS NULL
"""


async def groups_at(operator: int) -> list[GroupCard]:
    """The operator's groups, its own members first, then by name."""
    rows = await fetch(f"{_GROUP} AND g.operator = $1 ORDER BY NOT g.are_own_members, g.name, g.id", operator)
    return [GroupCard(**row) for row in rows]


async def group_at(operator: int, public_id: str) -> GroupCard:
    """This operator's group with this id. Raises NotFound."""
    row = await fetch_row(f"{_GROUP} AND g.operator = $1 AND g.public_id = $2", operator, public_id)
    if row is None:
        raise NotFound
    return GroupCard(**row)


async def people_in(group: int) -> Sequence[int]:
    """The keys of those who belong to the group."""
    rows = await fetch("SELECT person FROM person_group_member WHERE person_group = $1", group)
    return [row["person"] for row in rows]


async def make_group(actor: Actor, operator: int, name: str, now: datetime, *, own_members: bool = False) -> GroupCard:
    """A new group without anybody. Raises NotFound, NameUnusable, NameTaken, OwnMembersAreThere."""
    demand_operator(actor, operator)
    name = usable_name(name)
    async with transaction():
        await execute("SELECT FROM operator WHERE id = $1 FOR NO KEY UPDATE", operator)
        for group in await groups_at(operator):
            if group.name.casefold() == name.casefold():
                raise NameTaken(field="name")
            if own_members and group.are_own_members:
                raise OwnMembersAreThere(field=OWN_MEMBERS, name=group.name)
        public_id = new_public_id()
        key: int = await fetch_value(
            "INSERT INTO person_group (public_id, operator, name, are_own_members, created_at)"
            " VALUES ($1, $2, $3, $4, $5) RETURNING id",
            public_id,
            operator,
            name,
            own_members,
            now,
        )
        await record("person_group.made", "person_group", key, actor, now, own_members=own_members)
    return GroupCard(key, public_id, operator, name, own_members, 0)


async def add_to_group(actor: Actor, group: GroupCard, person: int, now: datetime) -> None:
    """From now on the person belongs to the group; twice is once. Raises NotFound."""
    demand_operator(actor, group.operator)
    async with transaction():
        added = await execute(
            "INSERT INTO person_group_member (person_group, person, since) VALUES ($1, $2, $3)"
            " ON CONFLICT ON CONSTRAINT person_group_member_once DO NOTHING",
            group.id,
            person,
            now,
        )
        if added:
            await record("person_group.joined", "person_group", group.id, actor, now, whom=person)


async def take_from_group(actor: Actor, group: GroupCard, person: int, now: datetime) -> None:
    """The person belongs to it no more. What was booked as its member stays booked. Raises NotFound."""
    demand_operator(actor, group.operator)
    async with transaction():
        taken = await execute(
            "DELETE FROM person_group_member WHERE person_group = $1 AND person = $2", group.id, person
        )
        if taken:
            await record("person_group.left", "person_group", group.id, actor, now, whom=person)


async def retire_group(actor: Actor, group: GroupCard, now: datetime) -> None:
    """Nobody books as a member of the group any more. Raises NotFound."""
    demand_operator(actor, group.operator)
    async with transaction():
        await execute("UPDATE person_group SET retired_at = $2 WHERE id = $1 AND retired_at IS NULL", group.id, now)
        await record("person_group.retired", "person_group", group.id, actor, now)


_ORGANISATION = (
    "SELECT id, public_id, operator, name, responsible, version FROM organisation"
    " WHERE operator = $1 AND retired_at IS NULL"
)


async def organisations_at(operator: int) -> list[OrganisationCard]:
    """The organisations that book at the operator's spaces, by name."""
    return [OrganisationCard(**row) for row in await fetch(f"{_ORGANISATION} ORDER BY name, id", operator)]


async def organisation_at(operator: int, public_id: str) -> OrganisationCard:
    """This operator's organisation with this id. Raises NotFound."""
    row = await fetch_row(f"{_ORGANISATION} AND public_id = $2", operator, public_id)
    if row is None:
        raise NotFound
    return OrganisationCard(**row)


async def make_organisation(
    actor: Actor, operator: int, name: str, responsible: int, now: datetime
) -> OrganisationCard:
    """A new organisation for which this person answers. Raises NotFound, NameUnusable, NameTaken."""
    demand_operator(actor, operator)
    name = usable_name(name)
    async with transaction():
        await execute("SELECT FROM operator WHERE id = $1 FOR NO KEY UPDATE", operator)
        if any(each.name.casefold() == name.casefold() for each in await organisations_at(operator)):
            raise NameTaken(field="name")
        public_id = new_public_id()
        key: int = await fetch_value(
            "INSERT INTO organisation (public_id, operator, name, responsible, created_at)"
            " VALUES ($1, $2, $3, $4, $5) RETURNING id",
            public_id,
            operator,
            name,
            responsible,
            now,
        )
        await record("organisation.made", "organisation", key, actor, now, whom=responsible)
    return OrganisationCard(key, public_id, operator, name, responsible, 1)


async def retire_organisation(actor: Actor, organisation: OrganisationCard, now: datetime) -> None:
    """Nothing is booked for it any more; what is booked stays. Raises NotFound."""
    demand_operator(actor, organisation.operator)
    async with transaction():
        await execute(
            "UPDATE organisation SET retired_at = $2, version = version + 1 WHERE id = $1 AND retired_at IS NULL",
            organisation.id,
            now,
        )
        await record("organisation.retired", "organisation", organisation.id, actor, now)


def demand_operator(actor: Actor, operator: int) -> None:
    """Raises NotFound unless the actor manages this operator."""
    if not actor.may(Action.MANAGE_OPERATOR, operator=operator):
        raise NotFound
