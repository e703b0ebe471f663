"""How a pool stands, as who looks after the team sees it, and what runs dry on the 29th."""

from datetime import date, timedelta

import pytest

from app.bookings.operations import BookDesk, book
from app.plans.rules import NothingPays
from app.plans.team_pools import PoolState, pools_of, state_of, told_as_of
from app.plans.uses import Unit
from app.platform.database import fetch
from app.teams.pool_news import announce_pools
from app.teams.queries import TeamCard
from tests.selling import it_charges
from tests.teams.buying import POOL, bought
from tests.teams.founding import a_team
from tests.worlds import APerson, World, at

FIRST = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("left", "half_days", "state"),
    [
        (40, False, PoolState.PLENTY),
        (9, False, PoolState.PLENTY),
        (8, False, PoolState.LOW),
        (2, False, PoolState.LOW),
        (1, False, PoolState.EMPTY),
        (1, True, PoolState.LOW),
        (0, True, PoolState.EMPTY),
    ],
)
def test_the_words_for_what_is_left_of_forty(left: int, half_days: bool, state: PoolState) -> None:
    assert state_of(Unit.DESK_DAY, left, 40, 20, half_days=half_days) is state


def test_below_five_people_the_last_seven_days_are_told_as_they_began() -> None:
    end = date(2026, 12, 31)
    assert told_as_of(date(2026, 12, 24), end, 4) == date(2026, 12, 24)
    assert told_as_of(date(2026, 12, 31), end, 4) == date(2026, 12, 25)
    assert told_as_of(date(2026, 12, 31), end, 5) == date(2026, 12, 31)
    assert told_as_of(date(2026, 12, 31), None, 2) == date(2026, 12, 31)


async def books(world: World, person: APerson, day: date, today: date, desk: str = "1") -> None:
    wanted = BookDesk(world.polch[desk].public_id, at(day, 8), at(day, 16))
    await book(person.actor(), wanted, at(today, 6))


async def stands(team: TeamCard, today: date) -> tuple[int | None, PoolState]:
    assert team.purse is not None, "it pays"
    [account] = (await pools_of(team.purse, today, 20)).accounts
    return account.left, account.state


async def test_from_five_people_on_the_number_of_the_last_midnight_is_told(world: World) -> None:
    await it_charges()
    team = await a_team(world, *world.people[:5])
    await bought(team, POOL, 10, FIRST)
    await books(world, world.mia, date(2026, 12, 3), FIRST)
    assert await stands(team, FIRST) == (20, PoolState.PLENTY), "what was booked since is not told"
    assert await stands(team, date(2026, 12, 2)) == (18, PoolState.PLENTY)


async def test_in_a_team_of_two_no_number_is_told_and_nothing_changes_in_the_last_days(world: World) -> None:
    await it_charges()
    team = await a_team(world, world.mia, world.otto)
    await bought(team, POOL, 1, FIRST)
    assert await stands(team, date(2026, 12, 28)) == (None, PoolState.PLENTY)
    await books(world, world.mia, date(2026, 12, 30), date(2026, 12, 28))
    for day in range(28, 32):
        assert await stands(team, date(2026, 12, day)) == (None, PoolState.PLENTY)


async def told(today: date) -> list[tuple[str, str]]:
    await announce_pools(at(today, 7), today)
    rows = await fetch("SELECT unit, state FROM pool_notice ORDER BY id")
    return [(row["unit"], row["state"]) for row in rows]


async def test_a_pool_runs_dry_on_the_29th(world: World) -> None:
    await it_charges()
    team = await a_team(world, *world.people[:5])
    await bought(team, POOL, 3, FIRST)
    assert await told(date(2026, 12, 2)) == []
    for number, day in enumerate((date(2026, 12, 9), date(2026, 12, 10))):
        await books(world, world.people[number], day, date(2026, 12, 2))
    assert await told(date(2026, 12, 3)) == [], "a third is left"
    dry = date(2026, 12, 29)
    await books(world, world.otto, date(2026, 12, 30), dry)
    assert await told(dry) == [], "as of midnight there was a day"
    with pytest.raises(NothingPays):
        await books(world, world.rolf, date(2026, 12, 30), dry, "2")
    assert await told(dry + timedelta(days=1)) == [("desk_day", "empty")]
    assert await told(dry + timedelta(days=1)) == [("desk_day", "empty")], "told once"
    january = date(2027, 1, 4)
    await books(world, world.rolf, january, dry)
    assert await told(january) == [("desk_day", "empty")], "January has days of its own"


async def test_who_is_told_that_it_runs_low_is_told_again_when_it_is_empty_and_not_the_other_way_round(
    world: World,
) -> None:
    await it_charges()
    team = await a_team(world, *world.people[:5])
    await bought(team, POOL, 5, FIRST)
    for number, day in enumerate((date(2026, 12, 7), date(2026, 12, 8), date(2026, 12, 9), date(2026, 12, 10))):
        await books(world, world.people[number], day, date(2026, 12, 2))
    assert await told(date(2026, 12, 3)) == [("desk_day", "low")]
    await books(world, world.people[4], date(2026, 12, 11), date(2026, 12, 3))
    assert await told(date(2026, 12, 4)) == [("desk_day", "low"), ("desk_day", "empty")]
