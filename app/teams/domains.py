"""Mail domains that a team has proved to be its own; one belongs to one team."""

from collections.abc import Sequence

from app.platform.database import fetch, fetch_value


async def proven_domains_of(team: int) -> Sequence[str]:
    """The team's domains, in small letters and ASCII, by name."""
    rows = await fetch(
        "SELECT domain FROM mail_domain WHERE team = $1 AND proven_at IS NOT NULL AND ended_at IS NULL ORDER BY domain",
        team,
    )
    return [row["domain"] for row in rows]


async def team_of_domain(domain: str) -> int | None:
    """The key of the team that has proved this domain to be its own."""
    team: int | None = await fetch_value(
        "SELECT team FROM mail_domain WHERE domain = $1 AND proven_at IS NOT NULL AND ended_at IS NULL", domain
    )
    return team
