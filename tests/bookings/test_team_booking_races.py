"""A hundred desks at once from twenty clients, with real connections; and the same with the guards off, which proves
the test."""

import asyncio
from collections.abc import Sequence

import asyncpg

from app.bookings.operations import BookDesk, book
from app.bookings.rules import AlreadyTaken, DayPart, NothingFree
from app.bookings.search import Wanted
from app.bookings.team_acts import act_of
from app.bookings.team_booking import BookForTeam, book_for_team
from app.inventory.rules import Kind
from app.plans.accounts import NewAccount, accounts_out_of_balance, open_account
from app.plans.rules import Source
from app.plans.uses import Unit
from app.platform.database import DB, execute, fetch, fetch_value
from app.teams.queries import MemberCard, TeamCard, members_of
from tests.conftest import copied
from tests.selling import TODAY, a_charging_world
from tests.teams.founding import a_team, acting, joined
from tests.worlds import NOW, TOMORROW, APerson, ASpace, World, a_person, a_space, tomorrow

CLIENTS, DESKS = 20, 100


async def a_hall(world: World, desks: int = DESKS) -> ASpace:
    wanted = [(Kind.DESK, str(number), []) for number in range(1, desks + 1)]
    return await a_space(world.operator, f"halle-{desks}", "Halle", resources=wanted)


async def a_big_team(world: World, people: int) -> tuple[TeamCard, list[APerson], Sequence[MemberCard]]:
    team = await a_team(world)
    found = [await a_person(f"Person {number:03}", f"p{number}@example.org") for number in range(people)]
    for person in found:
        await joined(team, person)
    return team, found, await members_of(team.id)


async def a_pool(team: TeamCard, days: int) -> int:
    account = NewAccount(None, Unit.DESK_DAY, Source.TEAM, 2 * days, TODAY, None, "B", "B", purse=team.purse)
    return await open_account(account, NOW)


async def test_twenty_clients_book_a_hundred_desks_at_once(database: str) -> None:
    """Each for five people, while others book by themselves: nobody is refused for anything but desks, each desk is
    booked once, and the pool is what its rows say."""
    world = await a_charging_world()
    hall = await a_hall(world)
    team, people, members = await a_big_team(world, DESKS)
    pool = await a_pool(team, 150)
    await execute(
        "INSERT INTO price_list_entry (operator, kind, per_day, valid_from, entered_at)"
        " VALUES ($1, 'desk', 1900, '2026-01-01', $2)",
        world.operator,
        NOW,
    )
    manager = await acting(world.gundula)

    async def for_five(number: int) -> tuple[int, int]:
        five = members[5 * number : 5 * number + 5]
        command = BookForTeam(five, (hall.slug,), Wanted(TOMORROW, DayPart.WHOLE_DAY))
        act = await act_of(world.gundula.id, team.id, await book_for_team(manager, team, command, NOW))
        return len(act.booked), len(act.rest)

    async def alone(number: int) -> int:
        actor = await acting(people[number])
        try:
            await book(actor, BookDesk(hall[str(number + 1)].public_id, tomorrow(8), tomorrow(18)), NOW)
        except (AlreadyTaken, NothingFree):
            return 0
        return 1

    found = await asyncio.gather(*(for_five(number) for number in range(CLIENTS)), *(alone(n) for n in range(10)))
    acts, singles = found[:CLIENTS], found[CLIENTS:]
    assert sum(done for done, _ in acts) + sum(singles) == DESKS
    assert sum(done + rest for done, rest in acts) == DESKS
    overlaps = await fetch_value("SELECT count(*) FROM (SELECT resource FROM claim GROUP BY 1 HAVING count(*) > 1) x")
    assert overlaps == 0
    assert await accounts_out_of_balance() == []
    assert await fetch_value("SELECT left_units FROM entitlement WHERE id = $1", pool) == 300 - 2 * DESKS
    assert await fetch_value("SELECT coalesce(sum(amount), 0) FROM charge") == 0


async def paid_by_money(admin_dsn: str, template: str, database: str, unguarded: str = "") -> tuple[int, list[int]]:
    """How many of twenty clients have to pay, each of whom wants a desk at another space out of a pool of five days;
    and the accounts that are out of balance or overdrawn."""
    await DB.close_pool()
    try:
        async with copied(admin_dsn, template, f"{template}_team_pool") as dsn:
            if unguarded:
                admin = await asyncpg.connect(dsn)
                await admin.execute(unguarded)
                await admin.close()
            await DB.open_pool(dsn, size=8)
            try:
                await five_days_for_twenty(await a_charging_world())
                overdrawn = await fetch("SELECT id FROM entitlement WHERE left_units < 0")
                wrong = [*await accounts_out_of_balance(), *(row["id"] for row in overdrawn)]
                return len(await fetch("SELECT FROM charge")), wrong
            finally:
                await DB.close_pool()
    finally:
        await DB.open_pool(database, size=8)


async def five_days_for_twenty(world: World) -> None:
    await execute(
        "INSERT INTO price_list_entry (operator, kind, per_day, valid_from, entered_at)"
        " VALUES ($1, 'desk', 1900, '2026-01-01', $2)",
        world.operator,
        NOW,
    )
    spaces = [
        await a_space(world.operator, f"ort-{number}", f"Ort {number}", resources=[(Kind.DESK, "1", [])])
        for number in range(CLIENTS)
    ]
    team, _, members = await a_big_team(world, CLIENTS)
    await a_pool(team, 5)
    manager = await acting(world.gundula)

    async def one(member: MemberCard, space: ASpace) -> None:
        command = BookForTeam([member], (space.slug,), Wanted(TOMORROW, DayPart.WHOLE_DAY))
        await book_for_team(manager, team, command, NOW)

    await asyncio.gather(*(one(member, space) for member, space in zip(members, spaces, strict=True)))


async def test_the_last_days_of_a_pool_are_given_once(admin_dsn: str, template: str, database: str) -> None:
    assert await paid_by_money(admin_dsn, template, database) == (CLIENTS - 5, [])


async def test_without_the_guard_they_are_given_twice(admin_dsn: str, template: str, database: str) -> None:
    """The negative control: a pool that may fall below zero. Each lingers between deciding and writing, so that those
    who have a connection have all read the same pool, however slow the machine is."""
    unguarded = """
        ALTER TABLE entitlement DROP CONSTRAINT entitlement_never_below_zero;
        CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END';
        CREATE TRIGGER linger BEFORE INSERT ON claim FOR EACH STATEMENT EXECUTE FUNCTION linger();
    """
    paid, wrong = await paid_by_money(admin_dsn, template, database, unguarded)
    assert paid < CLIENTS - 5
    assert wrong
