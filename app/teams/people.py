"""The people of a team as those see them who look after it: who belongs to it, and nothing of what they use."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.identity.audit import record
from app.identity.rules import Actor
from app.kernel.refusals import BadInput, marked
from app.platform.database import execute, fetch, transaction
from app.teams.queries import CostCentreCard, MemberCard, TeamCard, cost_centres_of

ON_ONE_PAGE: Final = 100
NO_COST_CENTRE: Final = "-"


class CostCentreUnknown(BadInput):
    code = "cost_centre_unknown"
    text = marked("Diese Kostenstelle gibt es nicht.")


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody of the team in its list; `cost_centre` is as it is read, empty where there is none."""

    public_id: str
    name: str
    email: str | None
    cost_centre: str
    joined_by: str
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class PeopleWanted:
    """Whom the list shows: those with this in their name or address, of this cost centre (its public id, or `-` for
    those without one), from the page counted from 0 on."""

    text: str = ""
    cost_centre: str = ""
    page: int = 0


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """A page of the list; `number` is how many there are in all that were wanted."""

    rows: Sequence[PersonRow]
    number: int

    def has_more_after(self, page: int) -> bool:
        return (page + 1) * ON_ONE_PAGE < self.number


async def people_of(team: int, wanted: PeopleWanted) -> PeoplePage:
    """The team's people, by name."""
    rows = await fetch(
        "SELECT m.public_id, p.name, p.email, m.joined_by, m.joined_at,"
        " coalesce(nullif(concat_ws(' ', c.code, nullif(c.name, '')), ''), '') AS cost_centre,"
        " count(*) OVER () AS number FROM team_member m JOIN person p ON p.id = m.person"
        " LEFT JOIN cost_centre c ON c.id = m.cost_centre"
        " WHERE m.team = $1 AND m.left_at IS NULL"
        " AND ($2 = '' OR position(lower($2) IN lower(p.name || ' ' || coalesce(p.email, ''))) > 0)"
        " AND ($3 = '' OR c.public_id = $3 OR $3 = '-' AND m.cost_centre IS NULL)"
        " ORDER BY p.name, m.id LIMIT $4 OFFSET $5",
        team,
        wanted.text.strip(),
        wanted.cost_centre,
        ON_ONE_PAGE,
        wanted.page * ON_ONE_PAGE,
    )
    number = rows[0]["number"] if rows else 0
    return PeoplePage(
        [PersonRow(**{name: value for name, value in row.items() if name != "number"}) for row in rows], number
    )


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
