"""Ids for the pages of a company's account."""

from datetime import datetime

from app.billing.payers import PayerDetails, PayerKind
from app.identity.queries import actor_of_person
from app.network.charging import network_charges
from app.teams.company import CompanyDetails
from app.teams.cost_centres import add_cost_centre
from app.teams.operations import JoinedBy, found_team, join_team

_PAYER = PayerDetails(
    PayerKind.TEAM, "Berta Becker", "Becker GmbH", "Industriestraße 5", "56727", "Mayen", "rechnung@becker.example"
)


async def team_of(member: int, now: datetime) -> dict[str, str]:
    """A team that the member manages and belongs to, with a cost centre; without a payer where nothing costs
    anything."""
    actor = await actor_of_person(member)
    details = CompanyDetails("Becker", _PAYER if await network_charges() else None)
    team = await found_team(actor, details, now)
    await join_team(None, team, member, JoinedBy.MANAGER, now, now.date())
    if team.payer is None:
        return {"team": team.public_id}
    return {"team": team.public_id, "cost_centre": await add_cost_centre(actor, team, "4711", "Vertrieb", now)}
