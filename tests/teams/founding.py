"""An employer in the tests' network."""

from app.billing.payers import PayerDetails, PayerKind
from app.identity.queries import actor_of_person
from app.identity.rules import Actor
from app.teams.company import CompanyDetails
from app.teams.operations import JoinedBy, found_team, join_team
from app.teams.queries import MemberCard, TeamCard
from tests.selling import TODAY
from tests.worlds import NOW, APerson, World

BECKER = PayerDetails(
    PayerKind.TEAM,
    "Berta Becker",
    "Becker Maschinenbau GmbH",
    "Industriestraße 5",
    "56727",
    "Mayen",
    "rechnung@becker.example",
)


async def a_team(world: World, *people: APerson, name: str = "Becker Maschinenbau") -> TeamCard:
    """A team that Gundula manages, and these people belong to."""
    team = await found_team(world.gundula.actor(), CompanyDetails(name, BECKER), NOW)
    for person in people:
        await joined(team, person)
    return team


async def joined(team: TeamCard, person: APerson) -> MemberCard:
    """The person's place in the team."""
    return await join_team(None, team, person.id, JoinedBy.MANAGER, NOW, TODAY)


async def acting(person: APerson) -> Actor:
    """The person with the roles that he has by now."""
    found = await actor_of_person(person.id)
    assert found is not None, "the person is known"
    return found
