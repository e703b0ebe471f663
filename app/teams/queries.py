"""Reads of teams: the account, who belongs to it, and where somebody belongs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from app.identity.rules import Action, Actor
from app.kernel.refusals import NotFound
from app.platform.database import fetch, fetch_row


@dataclass(frozen=True, slots=True)
class TeamCard:
    """An employer's account. One that `has_ended` is only read; without a payer it provides nothing that costs."""

    id: int
    public_id: str
    name: str
    payer: int | None
    purse: int | None
    leitweg_id: str
    order_number: str
    legal_form: str
    founded_at: datetime
    ends_on: date | None
    ended_at: datetime | None
    version: int

    @property
    def has_ended(self) -> bool:
        return self.ended_at is not None


@dataclass(frozen=True, slots=True)
class MemberCard:
    """A person's place in a team; `cost_centre` is its key."""

    id: int
    public_id: str
    team: int
    person: int
    name: str
    email: str | None
    cost_centre: int | None
    joined_by: str
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class CostCentreCard:
    """A cost centre in use."""

    id: int
    public_id: str
    code: str
    name: str
    version: int


async def team_for(actor: Actor, public_id: str, *actions: Action) -> TeamCard:
    """The team with this public id, for who may do one of these there. Raises NotFound for everybody else."""
    team = await team_by_public_id(public_id)
    if team is None or not any(actor.may(action, team=team.id) for action in actions):
        raise NotFound
    return team


async def own_team(person: int, public_id: str) -> TeamCard:
    """The team with this public id, for who belongs to it. Raises NotFound for everybody else."""
    for team in await teams_of(person):
        if team.public_id == public_id:
            return team
    raise NotFound


async def team_by_public_id(public_id: str) -> TeamCard | None:
    return _team(await fetch_row(f"{_TEAM} WHERE t.public_id = $1", public_id))


async def team_by_id(team: int) -> TeamCard | None:
    return _team(await fetch_row(f"{_TEAM} WHERE t.id = $1", team))


async def team_of_purse(purse: int) -> TeamCard | None:
    """Whose purse this is."""
    return _team(await fetch_row(f"{_TEAM} WHERE t.purse = $1", purse))


async def managers_of(team: int) -> Sequence[int]:
    """The keys of the people who manage the team."""
    rows = await fetch(
        "SELECT DISTINCT person FROM role_grant WHERE role = 'team_manager' AND scope_kind = 'team' AND scope_id = $1"
        " AND revoked_at IS NULL ORDER BY person",
        team,
    )
    return [row["person"] for row in rows]


async def teams_where(condition: str, *facts: object) -> Sequence[TeamCard]:
    """The teams t for which this SQL holds."""
    return [TeamCard(**row) for row in await fetch(f"{_TEAM} WHERE {condition} ORDER BY t.name, t.id", *facts)]


async def teams_of(person: int) -> Sequence[TeamCard]:
    """The teams that the person belongs to, by name."""
    rows = await fetch(
        f"{_TEAM} JOIN team_member m ON m.team = t.id AND m.person = $1 AND m.left_at IS NULL ORDER BY t.name, t.id",
        person,
    )
    return [TeamCard(**row) for row in rows]


async def teams_reached(actor: Actor) -> Sequence[TeamCard]:
    """The teams for which the actor has a role, by name; who has it for the whole network is not meant."""
    reached = actor.reach(Action.MANAGE_TEAM).teams | actor.reach(Action.SEE_TEAM).teams
    keys = list(reached | actor.reach(Action.BOOK_FOR_TEAM).teams)
    if not keys:
        return []
    rows = await fetch(f"{_TEAM} WHERE t.id = ANY($1::bigint[]) ORDER BY t.name, t.id", keys)
    return [TeamCard(**row) for row in rows]


async def teams_of_purses(purses: Iterable[int]) -> Mapping[int, str]:
    """The public ids of the teams that these purses belong to, by purse."""
    rows = await fetch("SELECT purse, public_id FROM team WHERE purse = ANY($1::bigint[])", list(purses))
    return {row["purse"]: row["public_id"] for row in rows}


async def team_names(purses: Iterable[int]) -> Mapping[int, str]:
    """The names of the teams that these purses belong to, by purse."""
    rows = await fetch("SELECT purse, name FROM team WHERE purse = ANY($1::bigint[])", list(purses))
    return {row["purse"]: row["name"] for row in rows}


async def members_of(team: int) -> Sequence[MemberCard]:
    """Who belongs to the team, by name."""
    rows = await fetch(f"{_MEMBER} WHERE m.team = $1 AND m.left_at IS NULL ORDER BY p.name, m.id", team)
    return [MemberCard(**row) for row in rows]


@dataclass(frozen=True, slots=True)
class MembersWanted:
    """Whose names contain this, of one cost centre, behind the place with this public id; nothing means all."""

    name: str = ""
    cost_centre: int | None = None
    after: str | None = None


async def members_listed(team: int, wanted: MembersWanted, *, limit: int) -> Sequence[MemberCard] | None:
    """So many of them by name; None where `after` was never a place in this team."""
    after = None
    if wanted.after is not None:
        after = await fetch_row(
            "SELECT p.name, m.id FROM team_member m JOIN person p ON p.id = m.person"
            " WHERE m.team = $1 AND m.public_id = $2",
            team,
            wanted.after,
        )
        if after is None:
            return None
    rows = await fetch(
        f"{_MEMBER} WHERE m.team = $1 AND m.left_at IS NULL AND strpos(lower(p.name), lower($2)) > 0"
        " AND ($3::bigint IS NULL OR m.cost_centre = $3) AND ($4::text IS NULL OR (p.name, m.id) > ($4, $5::bigint))"
        " ORDER BY p.name, m.id LIMIT $6",
        team,
        wanted.name,
        wanted.cost_centre,
        after and after["name"],
        after and after["id"],
        limit,
    )
    return [MemberCard(**row) for row in rows]


async def member_of(team: int, person: int) -> MemberCard | None:
    """The person's place in this team."""
    row = await fetch_row(f"{_MEMBER} WHERE m.team = $1 AND m.person = $2 AND m.left_at IS NULL", team, person)
    return MemberCard(**row) if row is not None else None


async def member_by_id(member: int) -> MemberCard | None:
    """The place with this key while the person belongs to the team."""
    row = await fetch_row(f"{_MEMBER} WHERE m.id = $1 AND m.left_at IS NULL", member)
    return MemberCard(**row) if row is not None else None


async def member_by_public_id(team: int, public_id: str) -> MemberCard:
    """The place in this team with this public id. Raises NotFound."""
    row = await fetch_row(f"{_MEMBER} WHERE m.team = $1 AND m.public_id = $2 AND m.left_at IS NULL", team, public_id)
    if row is None:
        raise NotFound
    return MemberCard(**row)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a team that somebody has or had."""

    team: TeamCard
    person: int
    left_at: datetime | None


async def place_by_id(member: int) -> Place | None:
    """The place with this key, also one that was left; for mails."""
    row = await fetch_row("SELECT team, person, left_at FROM team_member WHERE id = $1", member)
    team = await team_by_id(row["team"]) if row is not None else None
    return Place(team, row["person"], row["left_at"]) if row is not None and team is not None else None


async def cost_centres_of(team: int) -> Sequence[CostCentreCard]:
    """The team's cost centres in use, by code."""
    rows = await fetch(
        "SELECT id, public_id, code, name, version FROM cost_centre WHERE team = $1 AND retired_at IS NULL"
        " ORDER BY code, id",
        team,
    )
    return [CostCentreCard(**row) for row in rows]


async def cost_centre_names(team: int) -> Mapping[str, str]:
    """Code and name of each cost centre that the team has or had, by its key as text."""
    rows = await fetch("SELECT id, code, name FROM cost_centre WHERE team = $1", team)
    return {str(row["id"]): f"{row['code']} {row['name']}".strip() for row in rows}


_TEAM: Final = (
    "SELECT t.id, t.public_id, t.name, t.payer, t.purse, t.leitweg_id, t.order_number, t.legal_form, t.founded_at,"
    " t.ends_on, t.ended_at, t.version FROM team t"
)
_MEMBER: Final = (
    "SELECT m.id, m.public_id, m.team, m.person, p.name, p.email, m.cost_centre, m.joined_by, m.joined_at"
    " FROM team_member m JOIN person p ON p.id = m.person"
)


def _team(row: Mapping[str, Any] | None) -> TeamCard | None:
    return TeamCard(**row) if row is not None else None
