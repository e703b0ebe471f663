"""Groups of people whom an operator lets book what others may not, and the organisations that book at its spaces."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from app.identity.merging import Merge, on_merge
from app.platform.database import execute, fetch, fetch_row


@dataclass(frozen=True, slots=True)
class Belonging:
    """A group that somebody belongs to; `operator` is whose own members they are, if they are."""

    group: int
    operator: int | None


async def groups_of(person: int) -> Sequence[Belonging]:
    """The groups in use that the person belongs to."""
    rows = await fetch(
        "SELECT g.id, CASE WHEN g.are_own_members THEN g.operator END AS operator"
        " FROM person_group_member m JOIN person_group g ON g.id = m.person_group"
        " WHERE m.person = $1 AND g.retired_at IS NULL",
        person,
    )
    return [Belonging(row["id"], row["operator"]) for row in rows]


async def names_of_groups(groups: Collection[int]) -> Mapping[int, str]:
    """The names of groups in use by their key; asks nothing where there are none."""
    if not groups:
        return {}
    rows = await fetch(
        "SELECT id, name FROM person_group WHERE id = ANY($1::bigint[]) AND retired_at IS NULL", list(groups)
    )
    return {row["id"]: row["name"] for row in rows}


@dataclass(frozen=True, slots=True)
class OrganisationCard:
    """An organisation in use; `responsible` is the person who answers for its bookings."""

    id: int
    public_id: str
    operator: int
    name: str
    responsible: int
    version: int


_ORGANISATION = "SELECT id, public_id, operator, name, responsible, version FROM organisation"


async def organisation_named(public_id: str) -> OrganisationCard | None:
    """The organisation in use with this public id."""
    row = await fetch_row(f"{_ORGANISATION} WHERE public_id = $1 AND retired_at IS NULL", public_id)
    return OrganisationCard(**row) if row else None


async def organisation_by_id(organisation: int) -> OrganisationCard | None:
    """The organisation in use with this key, for jobs."""
    row = await fetch_row(f"{_ORGANISATION} WHERE id = $1 AND retired_at IS NULL", organisation)
    return OrganisationCard(**row) if row else None


async def organisations_of(responsible: int) -> list[OrganisationCard]:
    """The organisations for which the person answers, by name."""
    rows = await fetch(f"{_ORGANISATION} WHERE responsible = $1 AND retired_at IS NULL ORDER BY name", responsible)
    return [OrganisationCard(**row) for row in rows]


@on_merge("person_group_member.person")
async def _move_memberships(merge: Merge) -> None:
    await execute(
        "DELETE FROM person_group_member WHERE person = $2"
        " AND person_group IN (SELECT person_group FROM person_group_member WHERE person = $1)",
        merge.kept,
        merge.gone,
    )
    await execute("UPDATE person_group_member SET person = $1 WHERE person = $2", merge.kept, merge.gone)


@on_merge("organisation.responsible")
async def _move_responsibility(merge: Merge) -> None:
    await execute("UPDATE organisation SET responsible = $1 WHERE responsible = $2", merge.kept, merge.gone)
