"""The demo network's employer: a company's account with who looks after it, its cost centres and its people.

Emil manages it, somebody assists him, the works council has its seat, and Mia belongs to it with colleagues of the
crowd who work in Polch and Mayen. What it has bought is in team_buying.py, what goes on in it in team_life.py.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import chain, repeat
from typing import Final
from zoneinfo import ZoneInfo

from app.billing.payers import PayerDetails, PayerKind
from app.demo.cast import ASSISTANT, COMMUTER, COUNCIL, EMPLOYER, Account
from app.demo.rows import make_ids_steady, steady_id
from app.identity.queries import actor_of_person
from app.identity.roles import grant_role
from app.identity.rules import Actor, Grant, Role
from app.inventory.rules import wall_instant
from app.platform.database import execute, fetch
from app.teams.company import CompanyDetails
from app.teams.cost_centres import add_cost_centre
from app.teams.operations import JoinedBy, found_team, join_team
from app.teams.queries import MemberCard, TeamCard, cost_centres_of, members_of

ZONE: Final = ZoneInfo("Europe/Berlin")
NAME: Final = "Becker Maschinenbau"
PAYER: Final = PayerDetails(
    PayerKind.TEAM,
    "Emil Hoffmann",
    "Becker Maschinenbau GmbH",
    "Robert-Bosch-Straße 12",
    "56751",
    "Polch",
    "rechnung@becker.example",
)
COST_CENTRES: Final = (
    ("4100", "Konstruktion", 6),
    ("4200", "Vertrieb", 5),
    ("4300", "Montage", 3),
    ("4900", "Geschäftsführung", 2),
)
"""Each with how many people it has; Mia is in the first. Of the first two a report tells, of the others only together:
she comes since this month alone, and five of each have used something in every month."""

COLLEAGUES: Final = 15
COLLEAGUES_AT: Final[Mapping[str, int]] = {"regiohub-polch": 8, "regiohub-mayen": 7}
"""How many of them work most at a space, as far as so many do; the others are from anywhere."""


@dataclass(frozen=True, slots=True)
class DemoTeam:
    """The team as it was founded: who manages it, Mia's place in it, and her colleagues' by how often they come."""

    team: TeamCard
    emil: Actor
    mia: MemberCard
    colleagues: Sequence[MemberCard]

    @property
    def members(self) -> Sequence[MemberCard]:
        return [self.mia, *self.colleagues]


async def enter_team(accounts: Mapping[Account, int], since: date, *, free_of_charge: bool) -> DemoTeam:
    """Founds it on this day with all who belong to it; where nothing costs anything nobody pays for it."""
    founded = wall_instant(since, 8 * 60, ZONE)
    company = CompanyDetails(NAME) if free_of_charge else CompanyDetails(NAME, PAYER, legal_form="GmbH")
    team = await found_team(await actor_of_person(accounts[EMPLOYER]), company, founded)
    await execute("UPDATE team SET public_id = $2 WHERE id = $1", team.id, steady_id("team", 1))
    team = replace(team, public_id=steady_id("team", 1))
    for account, role in ((ASSISTANT, Role.TEAM_ASSISTANT), (COUNCIL, Role.WORKS_COUNCIL)):
        await grant_role(None, accounts[account], Grant(role, "team", team.id), founded)
    emil = await actor_of_person(accounts[EMPLOYER])
    people = [accounts[COMMUTER], *await _colleagues()]
    centres = await _cost_centres(emil, team, founded) if not free_of_charge else repeat(None)
    for person, cost_centre in zip(people, centres, strict=False):
        await join_team(emil, team, person, JoinedBy.INVITATION, founded, since, cost_centre=cost_centre)
    await make_ids_steady("team_member")
    by_person = {member.person: member for member in await members_of(team.id)}
    mia, *colleagues = [by_person[person] for person in people]
    return DemoTeam(team, emil, mia, colleagues)


async def _cost_centres(emil: Actor, team: TeamCard, now: datetime) -> Iterator[int]:
    """For one person after the other the key of the cost centre."""
    for code, name, _ in COST_CENTRES:
        await add_cost_centre(emil, team, code, name, now)
    await make_ids_steady("cost_centre")
    cards = await cost_centres_of(team.id)
    return chain.from_iterable(repeat(card.id, size) for card, (*_, size) in zip(cards, COST_CENTRES, strict=True))


_OFTEN_THERE: Final = """
    WITH visit AS (
        SELECT b.person, s.slug, count(*) AS days
          FROM booking b JOIN space s ON s.id = b.space JOIN resource r ON r.id = b.resource
          JOIN person p ON p.id = b.person
         WHERE r.kind = 'desk' AND b.status <> 'cancelled' AND p.email IS NULL AND p.entered_by_operator IS NULL
         GROUP BY 1, 2
    ), home AS (
        SELECT DISTINCT ON (person) person, slug, days FROM visit ORDER BY person, days DESC, slug
    )
    SELECT person, slug, row_number() OVER (PARTITION BY slug ORDER BY days DESC, person) AS place FROM home
     ORDER BY place, slug, person
"""


async def _colleagues() -> Sequence[int]:
    """Some of the crowd who come often, always the same: of each space those first who are there most."""
    rows = await fetch(_OFTEN_THERE)
    preferred = [row["person"] for row in rows if row["place"] <= COLLEAGUES_AT.get(row["slug"], 0)]
    others = [row["person"] for row in rows if row["slug"] not in COLLEAGUES_AT]
    return [*preferred, *others][:COLLEAGUES]
