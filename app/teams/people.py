"""The people of a team as those see them who look after it: who belongs to it, and nothing of what they use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from app.identity.audit import record
from app.identity.rules import Actor
from app.kernel.refusals import BadInput, marked
from app.platform.database import execute, fetch, fetch_value, transaction
from app.teams.queries import CostCentreCard, MemberCard, TeamCard, cost_centres_of

ON_ONE_PAGE: Final = 100
NO_COST_CENTRE: Final = "-"


class CostCentreUnknown(BadInput):
    code = "cost_centre_unknown"
    text = marked("Diese Kostenstelle gibt es nicht.")


class Seated(StrEnum):
    """Whether somebody has a seat, as a list asks for it."""

    WITH = "mit"
    WITHOUT = "ohne"


@dataclass(frozen=True, slots=True)
class SeatHeld:
    """A seat that somebody has, or has from a later day on."""

    public_id: str
    number: int
    first: date


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody of the team in its list; `cost_centre` is as it is read, empty where there is none."""

    public_id: str
    name: str
    email: str | None
    cost_centre: str
    joined_by: str
    joined_at: datetime
    seats: Sequence[SeatHeld]


@dataclass(frozen=True, slots=True)
class PeopleWanted:
    """Whom the list shows: those with this in their name or address, of this cost centre (its public id, or `-` for
    those without one), with or without a seat, from the page counted from 0 on."""

    text: str = ""
    cost_centre: str = ""
    seated: Seated | None = None
    page: int = 0


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """A page of the list; `number` is how many there are in all that were wanted."""

    rows: Sequence[PersonRow]
    number: int

    def has_more_after(self, page: int) -> bool:
        return (page + 1) * ON_ONE_PAGE < self.number


async def people_of(team: int, wanted: PeopleWanted, today: date) -> PeoplePage:
    """The team's people, by name, with the seats they have today or later."""
    rows = await fetch(
        "SELECT m.public_id, p.name, p.email, m.joined_by, m.joined_at,"
        " coalesce(nullif(concat_ws(' ', c.code, nullif(c.name, '')), ''), '') AS cost_centre,"
        " h.keys, h.numbers, h.firsts, count(*) OVER () AS number"
        " FROM team_member m JOIN team t ON t.id = m.team JOIN person p ON p.id = m.person"
        " LEFT JOIN cost_centre c ON c.id = m.cost_centre"
        " CROSS JOIN LATERAL (SELECT array_agg(s.public_id ORDER BY h.first, s.id) AS keys,"
        " array_agg(s.number ORDER BY h.first, s.id) AS numbers, array_agg(h.first ORDER BY h.first, s.id) AS firsts"
        " FROM seat_holding h JOIN seat s ON s.id = h.seat JOIN team_contract tc ON tc.id = s.team_contract"
        " WHERE h.person = m.person AND tc.purse = t.purse AND coalesce(h.last, 'infinity') >= greatest(h.first, $6)"
        " AND coalesce(s.last, 'infinity') >= $6) h"
        " WHERE m.team = $1 AND m.left_at IS NULL"
        " AND ($2 = '' OR position(lower($2) IN lower(p.name || ' ' || coalesce(p.email, ''))) > 0)"
        " AND ($3 = '' OR c.public_id = $3 OR $3 = '-' AND m.cost_centre IS NULL)"
        " AND ($7::boolean IS NULL OR (h.keys IS NOT NULL) = $7)"
        " ORDER BY p.name, m.id LIMIT $4 OFFSET $5",
        team,
        wanted.text.strip(),
        wanted.cost_centre,
        ON_ONE_PAGE,
        wanted.page * ON_ONE_PAGE,
        today,
        None if wanted.seated is None else wanted.seated is Seated.WITH,
    )
    return PeoplePage([_person(row) for row in rows], rows[0]["number"] if rows else 0)


def _person(row: Mapping[str, Any]) -> PersonRow:
    held = zip(row["keys"] or (), row["numbers"] or (), row["firsts"] or (), strict=True)
    return PersonRow(
        row["public_id"],
        row["name"],
        row["email"],
        row["cost_centre"],
        row["joined_by"],
        row["joined_at"],
        [SeatHeld(*one) for one in held],
    )


async def has_seats(team: TeamCard, today: date) -> bool:
    """Whether the team has seats, today or later."""
    found: bool = await fetch_value(
        "SELECT EXISTS (SELECT FROM seat s JOIN team_contract c ON c.id = s.team_contract"
        " WHERE c.purse = $1 AND coalesce(s.last, 'infinity') >= greatest(s.first, $2))",
        team.purse,
        today,
    )
    return found


async def cost_centre_named(team: int, public_id: str) -> CostCentreCard | None:
    """The team's cost centre in use; None for no one. Raises CostCentreUnknown."""
    if public_id in ("", NO_COST_CENTRE):
        return None
    for one in await cost_centres_of(team):
        if one.public_id == public_id:
            return one
    raise CostCentreUnknown(field="cost_centre")


async def book_on(
    actor: Actor, team: TeamCard, member: MemberCard, cost_centre: CostCentreCard | None, now: datetime
) -> None:
    """The member is booked on this cost centre from now on; quietly where that is so already."""
    key = cost_centre.id if cost_centre else None
    async with transaction():
        changed = await execute(
            "UPDATE team_member SET cost_centre = $2 WHERE id = $1 AND left_at IS NULL"
            " AND cost_centre IS DISTINCT FROM $2",
            member.id,
            key,
        )
        if changed:
            code = cost_centre.code if cost_centre else ""
            await record(
                "team_member.cost_centre_set", "team", team.id, actor, now, whom=member.person, cost_centre=code
            )
