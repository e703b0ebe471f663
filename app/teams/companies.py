"""Companies as the network's administrators see them: their accounts and who looks after them, and of their people how
many there are, from five up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.identity.rules import Action, Actor, demand
from app.kernel.refusals import NotFound
from app.platform.database import fetch
from app.teams.doubles import probable_doubles
from app.teams.queries import TeamCard, team_by_public_id, teams_where

FEWEST_COUNTED: Final = 5


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """An account with the names of its managers; `people` is None below five. `doubles` are other accounts that are
    probably of the same company."""

    team: TeamCard
    people: int | None
    managers: Sequence[str]
    doubles: Sequence[TeamCard] = ()


async def companies_of_all(actor: Actor) -> Sequence[CompanyRow]:
    """All accounts: those without a manager first, then by name, those that have ended last. Raises NotAllowed."""
    demand(actor, Action.MANAGE_NETWORK)
    rows = await _rows(await teams_where("true"))
    return sorted(rows, key=lambda row: (row.team.has_ended, bool(row.managers), row.team.name.lower(), row.team.id))


async def company_row(actor: Actor, public_id: str) -> CompanyRow:
    """One of them. Raises NotAllowed, NotFound."""
    demand(actor, Action.MANAGE_NETWORK)
    team = await team_by_public_id(public_id)
    if team is None:
        raise NotFound
    return (await _rows([team]))[0]


async def _rows(teams: Sequence[TeamCard]) -> list[CompanyRow]:
    keys = [team.id for team in teams]
    counted = await fetch(
        "SELECT team, count(*) AS people FROM team_member WHERE left_at IS NULL AND team = ANY($1::bigint[])"
        " GROUP BY team HAVING count(*) >= $2",
        keys,
        FEWEST_COUNTED,
    )
    people = {row["team"]: row["people"] for row in counted}
    managing = await fetch(
        "SELECT g.scope_id AS team, array_agg(p.name ORDER BY p.name, p.id) AS names FROM role_grant g"
        " JOIN person p ON p.id = g.person WHERE g.scope_kind = 'team' AND g.role = 'team_manager'"
        " AND g.revoked_at IS NULL AND p.retired_at IS NULL AND g.scope_id = ANY($1::bigint[]) GROUP BY g.scope_id",
        keys,
    )
    managers = {row["team"]: row["names"] for row in managing}
    doubles = await probable_doubles()
    meant = {key for team in keys for key in doubles.get(team, ())}
    others = {team.id: team for team in await teams_where("t.id = ANY($1::bigint[])", sorted(meant))} if meant else {}
    return [
        CompanyRow(
            team,
            people.get(team.id),
            managers.get(team.id, []),
            [others[key] for key in doubles.get(team.id, ())],
        )
        for team in teams
    ]
