"""Mail domains that are a team's."""

from collections.abc import Sequence

from app.platform.database import fetch, fetch_value
from app.teams.queries import TeamCard, team_by_id


async def proven_domains_of(team: int) -> Sequence[str]:
    """The domains that are the team's, by name."""
    rows = await fetch(
        "SELECT domain FROM mail_domain WHERE team = $1 AND proven_at IS NOT NULL AND removed_at IS NULL"
        " ORDER BY domain",
        team,
    )
    return [row["domain"] for row in rows]


async def team_of_domain(domain: str) -> TeamCard | None:
    """The team whose domain this is; None where nobody has proven it, or the team has ended."""
    key = await fetch_value(
        "SELECT team FROM mail_domain WHERE domain = $1 AND proven_at IS NOT NULL AND removed_at IS NULL",
        domain.lower(),
    )
    team = await team_by_id(key) if key is not None else None
    return team if team is not None and not team.has_ended else None
