"""A team with a pool, and what its people used of it."""

from collections.abc import Sequence
from datetime import date, timedelta

from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard
from app.plans.accounts import NewAccount, open_account
from app.plans.rules import Source
from app.plans.uses import Unit
from app.platform.database import execute, fetch_value
from app.teams.queries import TeamCard
from tests.selling import it_charges
from tests.teams.founding import a_team
from tests.worlds import APerson, AResource, World, a_person, at

OCTOBER = date(2026, 10, 1)
IN_OCTOBER = date(2026, 10, 20)
NOVEMBER_IS_OVER = date(2026, 12, 4)


async def colleagues(number: int) -> list[APerson]:
    """So many people with an account."""
    return [await a_person(f"Kollegin {n}", f"kollegin{n}@becker.example") for n in range(number)]


async def a_team_with_a_pool(world: World, people: Sequence[APerson], days: int = 400) -> TeamCard:
    """A team since the summer, whose people share so many days."""
    await it_charges()
    team = await a_team(world, *people)
    await execute("UPDATE team SET founded_at = $2 WHERE id = $1", team.id, at(date(2026, 10, 1), 9))
    await execute("UPDATE team_member SET joined_at = $2 WHERE team = $1", team.id, at(date(2026, 10, 1), 9))
    await execute("UPDATE purse_member SET first = $2 WHERE purse = $1", team.purse, OCTOBER)
    pool = NewAccount(None, Unit.DESK_DAY, Source.TEAM, days * 2, OCTOBER, None, "Becker", "Becker", purse=team.purse)
    await open_account(pool, at(OCTOBER, 8))
    return team


async def works(person: APerson, desk: AResource, day: date) -> BookingCard:
    """The person books this desk for that day, the day before."""
    wanted = BookDesk(desk.public_id, at(day, 8), at(day, 18))
    return await book(person.actor(), wanted, at(day - timedelta(days=1), 12))


async def in_cost_centre(team: TeamCard, code: str, people: Sequence[APerson]) -> str:
    """The key of a new cost centre with these people, as reports name it."""
    key = await fetch_value(
        "INSERT INTO cost_centre (public_id, team, code, made_at) VALUES ($2, $1, $2, $3) RETURNING id",
        team.id,
        code,
        at(OCTOBER, 9),
    )
    for person in people:
        await execute(
            "UPDATE team_member SET cost_centre = $3 WHERE team = $1 AND person = $2", team.id, person.id, key
        )
    return str(key)


def workdays(first: date, number: int) -> list[date]:
    """So many working days from this one on."""
    days = [first + timedelta(days=n) for n in range(2 * number + 3)]
    return [day for day in days if day.isoweekday() < 6][:number]
