"""What is still to be done for a team, as who manages it sees it step by step."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.identity.rules import Role
from app.kernel.refusals import marked
from app.network.charging import network_charges
from app.plans.shared_purses import purse_facts
from app.teams.invitations import open_invitations
from app.teams.managing import holders_of
from app.teams.queries import TeamCard, cost_centres_of, members_of


@dataclass(frozen=True, slots=True)
class Step:
    """One step; one that `can_wait` is asked for by nobody."""

    title: str
    why: str
    url: str
    is_done: bool
    can_wait: bool = False


async def next_step(team: TeamCard) -> Step | None:
    """What who manages it does next; None where nothing is left that cannot wait."""
    if team.ends_on is not None:
        return None
    return first_open(await steps_of(team, charges=await network_charges()))


def first_open(steps: Sequence[Step]) -> Step | None:
    """The first that is still to be done and cannot wait."""
    return next((step for step in steps if not step.is_done and not step.can_wait), None)


async def steps_of(team: TeamCard, *, charges: bool) -> Sequence[Step]:
    """The steps in their order; where nothing costs anything none of money."""
    start = f"/team/{team.public_id}"
    managers = [each for each in await holders_of(team) if each.role is Role.TEAM_MANAGER]
    people, centres = await members_of(team.id), await cost_centres_of(team.id)
    steps = [
        Step(
            marked("Leute einladen"),
            marked("Per Link, E-Mail, Datei oder mit der Adresse Ihrer Firma."),
            f"{start}/personen/einladen",
            bool(people) or bool(await open_invitations(team.id)),
        )
    ]
    if charges and (team.payer is None or team.purse is None):
        steps.insert(
            0, Step(marked("Firmendaten"), marked("An wen die Rechnung geht."), f"{start}/firma", is_done=False)
        )
    elif charges and team.purse is not None:
        facts = await purse_facts(team.purse)
        steps += [
            Step(
                marked("Plätze oder Kontingent"),
                marked("Womit Ihre Leute buchen: jede Person mit eigenem Teamplatz, oder alle aus einem Kontingent."),
                f"{start}/tarife",
                facts.is_filled,
            ),
            Step(
                marked("Grenzen"),
                marked("Wie viele Tage im Monat, an welchen Standorten und Wochentagen."),
                f"{start}/grenzen",
                facts.has_limits,
                can_wait=True,
            ),
        ]
    if charges:
        steps.append(
            Step(
                marked("Kostenstellen"),
                marked("Wenn Ihre Buchhaltung die Kosten aufteilt."),
                f"{start}/kostenstellen",
                bool(centres),
                can_wait=True,
            )
        )
    steps.append(
        Step(
            marked("Zweite Person für die Verwaltung"),
            marked("Damit jemand da ist, wenn Sie es nicht sind."),
            f"{start}/verwaltung",
            len(managers) > 1,
            can_wait=True,
        )
    )
    return steps
