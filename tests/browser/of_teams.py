"""Ids for the pages of a company's account."""

from datetime import datetime, timedelta

from app.billing.payers import PayerDetails, PayerKind
from app.bookings.rules import DayPart
from app.bookings.search import Wanted
from app.bookings.team_booking import BookForTeam, book_for_team
from app.identity.queries import actor_of_person
from app.network.charging import network_charges
from app.teams.company import CompanyDetails
from app.teams.cost_centres import add_cost_centre
from app.teams.operations import JoinedBy, found_team, join_team
from app.teams.queries import members_of
from app.teams.team_days import propose_day

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
    actor = await actor_of_person(member)
    tomorrow = now.date() + timedelta(days=1)
    there, days = Wanted(tomorrow, DayPart.WHOLE_DAY), [tomorrow, tomorrow + timedelta(days=1)]
    ids = {
        "team": team.public_id,
        "act": await book_for_team(actor, team, BookForTeam(await members_of(team.id), ["regiohub-mayen"], there), now),
        "team_day": await propose_day(actor, team, "Planung", days, now, now.date()),
    }
    if team.payer is None:
        return ids
    return {**ids, "cost_centre": await add_cost_centre(actor, team, "4711", "Vertrieb", now)}
