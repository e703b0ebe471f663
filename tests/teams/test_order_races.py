"""Orders at the same moment, with real connections: a double click, two managers, the trial twice; and the same with
the guards off, which proves the test.

What was ordered lingers before it is committed, so that everybody else has looked by then, however slow the machine is.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import asyncpg
import pytest

from app.kernel.refusals import Refusal
from app.plans.accounts import accounts_out_of_balance
from app.plans.team_contracts import TeamContractCard
from app.plans.team_purchases import TeamTrialUsed
from app.platform.database import DB, fetch_row
from app.teams import ordering
from app.teams.buying_queries import TeamOrderCard
from app.teams.ordering import TeamOrderedMeanwhile, TeamWish, larger, order_more, place_team_order
from app.teams.purchase_terms import prepared_for_team
from app.teams.queries import TeamCard
from tests.conftest import copied
from tests.orders import PAPER
from tests.selling import TODAY, a_charging_world
from tests.teams.buying import POOL, SEAT, TRIAL, bought, sold_to_teams
from tests.teams.founding import a_team, acting
from tests.worlds import NOW, World

LINGER = """
    CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END';
    CREATE TRIGGER linger AFTER INSERT ON team_order FOR EACH STATEMENT EXECUTE FUNCTION linger();
"""
NO_NUMBER = "ALTER TABLE team_order DROP CONSTRAINT team_order_number;"
NO_TRIAL = "ALTER TABLE team_contract DROP CONSTRAINT team_contract_one_trial;"

Outcome = TeamOrderCard | Refusal
Story = Callable[[World], Awaitable[Sequence[Outcome]]]


async def together(*orders: Awaitable[TeamOrderCard]) -> Sequence[Outcome]:
    """What becomes of orders that are placed at the same moment."""

    async def one(order: Awaitable[TeamOrderCard]) -> Outcome:
        try:
            return await order
        except Refusal as refusal:
            return refusal

    return await asyncio.gather(*(one(order) for order in orders))


async def run(
    admin_dsn: str, template: str, database: str, story: Story, unguarded: str = ""
) -> tuple[Sequence[Outcome], tuple[int, int, int]]:
    """The story in a database of its own; what came of it, and how many orders, contracts and charges there are."""
    await DB.close_pool()
    try:
        async with copied(admin_dsn, template, f"{template}_orders") as dsn:
            admin = await asyncpg.connect(dsn)
            await admin.execute(LINGER + unguarded)
            await admin.close()
            await DB.open_pool(dsn, size=8)
            try:
                outcomes = await story(await a_charging_world())
                row = await fetch_row(
                    "SELECT (SELECT count(*) FROM team_order) AS orders, (SELECT count(*) FROM team_contract) AS"
                    " contracts, (SELECT count(*) FROM charge) AS charges"
                )
                assert row is not None
                assert await accounts_out_of_balance() == []
                return outcomes, (row["orders"], row["contracts"], row["charges"])
            finally:
                await DB.close_pool()
    finally:
        await DB.open_pool(database, size=8)


async def places(world: World, team: TeamCard, product: str, quantity: int, shown: str) -> TeamOrderCard:
    wish = TeamWish(product, quantity, TODAY, 1, shown)
    return await place_team_order(await acting(world.gundula), team, wish, PAPER, NOW, TODAY)


async def a_double_click(world: World) -> Sequence[Outcome]:
    """The form is sent four times."""
    team, offer = await a_team(world), await sold_to_teams(SEAT)
    shown = (await prepared_for_team(offer, 3, TODAY, TODAY)).mark
    return await together(*(places(world, team, offer.public_id, 3, shown) for _ in range(4)))


async def two_managers(world: World) -> Sequence[Outcome]:
    """Each wants something else, on pages that were opened before the other one ordered."""
    team, offer = await a_team(world), await sold_to_teams(SEAT)
    shown = [(quantity, (await prepared_for_team(offer, quantity, TODAY, TODAY)).mark) for quantity in (3, 5)]
    return await together(*(places(world, team, offer.public_id, quantity, mark) for quantity, mark in shown))


async def more_of_two_contracts(world: World) -> Sequence[Outcome]:
    """One manager enlarges the seats, the other one the pool."""
    team = await a_team(world)
    contracts = [await bought(team, SEAT, 1), await bought(team, POOL, 10)]

    async def more(contract: TeamContractCard, quantity: int) -> TeamOrderCard:
        mark = (await larger(contract, quantity, TODAY)).mark
        return await order_more(await acting(world.gundula), team, contract, quantity, 1, mark, PAPER, NOW, TODAY)

    return await together(more(contracts[0], 4), more(contracts[1], 30))


async def the_trial_twice(world: World) -> Sequence[Outcome]:
    """Two accounts of one company, founded for the occasion."""
    teams = [await a_team(world, name=f"Becker {number}") for number in (1, 2)]
    offer = await sold_to_teams(TRIAL)
    shown = (await prepared_for_team(offer, 1, TODAY, TODAY)).mark
    return await together(*(places(world, team, offer.public_id, 1, shown) for team in teams))


async def test_a_double_click_is_one_order_and_one_charge(admin_dsn: str, template: str, database: str) -> None:
    outcomes, written = await run(admin_dsn, template, database, a_double_click)
    placed = {one.public_id for one in outcomes if isinstance(one, TeamOrderCard)}
    assert (len(outcomes), len(placed), written) == (4, 1, (1, 1, 1))


async def test_of_two_managers_one_orders_and_the_other_is_asked_again(
    admin_dsn: str, template: str, database: str
) -> None:
    outcomes, written = await run(admin_dsn, template, database, two_managers)
    assert sorted(type(one) is TeamOrderedMeanwhile for one in outcomes) == [False, True]
    assert written == (1, 1, 1)


async def test_who_enlarges_another_contract_meanwhile_is_not_told_that_it_was_the_own_order(
    admin_dsn: str, template: str, database: str
) -> None:
    outcomes, (orders, contracts, _) = await run(admin_dsn, template, database, more_of_two_contracts)
    assert sorted(type(one) is TeamOrderedMeanwhile for one in outcomes) == [False, True]
    assert (orders, contracts) == (1, 2)


async def test_the_trial_is_given_once_to_two_accounts_of_a_company(
    admin_dsn: str, template: str, database: str
) -> None:
    outcomes, written = await run(admin_dsn, template, database, the_trial_twice)
    assert sorted(type(one) is TeamTrialUsed for one in outcomes) == [False, True]
    assert written == (1, 1, 0)


@pytest.mark.parametrize("story", [a_double_click, two_managers])
async def test_without_lock_and_number_there_are_several(
    admin_dsn: str, template: str, database: str, monkeypatch: pytest.MonkeyPatch, story: Story
) -> None:
    """The negative control."""

    async def nothing(*_: object) -> None:
        """Locks nothing."""

    monkeypatch.setattr(ordering, "execute", nothing)
    _, (orders, contracts, charges) = await run(admin_dsn, template, database, story, NO_NUMBER)
    assert orders > 1
    assert contracts > 1
    assert charges > 1


async def test_without_the_mark_both_try(admin_dsn: str, template: str, database: str) -> None:
    """The negative control of the trial."""
    _, written = await run(admin_dsn, template, database, the_trial_twice, NO_TRIAL)
    assert written == (2, 2, 0)
