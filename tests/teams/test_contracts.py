"""What teams buy: prices by quantity, seats and pools that are filled, more and fewer pieces, the end."""

from datetime import date, timedelta

import pytest

from app.inventory.rules import Kind
from app.plans.accounts import accounts_out_of_balance
from app.plans.grants import Days
from app.plans.products import offer_on_sale, offers_on_sale, team_offers_on_sale
from app.plans.purses import purse_of
from app.plans.team_contracts import team_contract_by_id
from app.plans.team_purchases import (
    QuantityUnusable,
    TeamContractEnding,
    change_quantity,
    end_team_contract,
    last_day_by_notice,
)
from app.plans.team_upkeep import settle_team_contracts
from app.platform.database import execute, fetch
from tests.selling import TODAY, it_charges
from tests.teams.buying import DAYS, POOL, SEAT, TRIAL, bought, seated, seats, sold_to_teams
from tests.teams.founding import a_team
from tests.worlds import NOW, APerson, World, at

FIRST = date(2026, 12, 1)


async def left_on(world: World, person: APerson, day: date) -> list[int | None]:
    purse = await purse_of(person.id, world.operator, Kind.DESK, Days(day, day), TODAY, "de")
    return [one.left for one in purse.entitlements if one.holds_on(day)]


async def charged() -> list[tuple[date, int]]:
    """What is due, by the first day of what it is for; what was taken back is left out."""
    rows = await fetch(
        "SELECT supply_from, amount FROM charge c WHERE corrects IS NULL"
        " AND NOT EXISTS (SELECT FROM charge b WHERE b.corrects = c.id) ORDER BY supply_from, id"
    )
    return [(row["supply_from"], row["amount"]) for row in rows]


async def test_what_teams_buy_is_sold_to_no_person(world: World) -> None:
    await it_charges()
    offer = await sold_to_teams(SEAT)
    assert await offers_on_sale(NOW) == []
    assert await offer_on_sale(offer.public_id, NOW) is None
    assert [one.public_id for one in await team_offers_on_sale(NOW)] == [offer.public_id]


async def test_a_seat_grants_its_holder_each_month_and_the_team_pays_the_price_by_quantity(world: World) -> None:
    await it_charges()
    team = await a_team(world, world.mia, world.otto)
    await bought(team, SEAT, 5, FIRST)
    await seated(team, world.mia)
    assert await left_on(world, world.mia, FIRST) == [16]
    assert await left_on(world, world.mia, date(2027, 1, 15)) == [16]
    assert await left_on(world, world.otto, FIRST) == []
    assert await charged() == [], "nothing is due before it begins"
    await settle_team_contracts(at(FIRST, 1), FIRST)
    await settle_team_contracts(at(FIRST, 2), FIRST)
    assert await charged() == [(FIRST, 5 * 10900)]


async def test_the_first_month_is_in_proportion_to_its_days(world: World) -> None:
    await it_charges()
    team = await a_team(world, world.mia)
    await bought(team, SEAT, 2, date(2026, 11, 24))
    await seated(team, world.mia)
    assert await left_on(world, world.mia, date(2026, 11, 30)) == [4], "7 of 30 days are two of eight"
    assert await charged() == [(date(2026, 11, 24), round(2 * 11900 * 7 / 30))]


async def test_a_pool_is_filled_each_month_for_everybody_in_the_team(world: World) -> None:
    await it_charges()
    team = await a_team(world, world.mia, world.otto)
    await bought(team, POOL, 20, FIRST)
    for person in (world.mia, world.otto):
        assert await left_on(world, person, date(2026, 12, 31)) == [40]
        assert await left_on(world, person, date(2027, 1, 1)) == [40]
    assert await left_on(world, world.rolf, FIRST) == []


async def test_days_that_are_bought_at_once_last_until_their_end_and_are_paid_once(world: World) -> None:
    await it_charges()
    team = await a_team(world, world.mia)
    await bought(team, DAYS, 3)
    assert await left_on(world, world.mia, TODAY) == [60]
    assert await left_on(world, world.mia, date(2027, 11, 23)) == [60]
    assert await left_on(world, world.mia, date(2027, 11, 24)) == []
    await settle_team_contracts(NOW, TODAY)
    assert await charged() == [(TODAY, 45000)]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (TODAY, date(2026, 12, 23)),
        (date(2026, 11, 30), date(2026, 12, 29)),
        (date(2027, 1, 31), date(2027, 3, 1)),
        (date(2028, 2, 29), date(2028, 3, 29)),
    ],
)
async def test_a_company_tries_for_thirty_days_from_the_first_one_on(world: World, first: date, last: date) -> None:
    await it_charges()
    team = await a_team(world, world.mia)
    await execute("UPDATE purse_member SET first = '2026-01-01'")
    contract = await bought(team, TRIAL, 1, first)
    assert contract.ends_on == last
    assert await left_on(world, world.mia, last) == [20]
    assert await left_on(world, world.mia, last + timedelta(days=1)) == []


async def test_more_pieces_hold_at_once_and_cost_their_share_of_the_month(world: World) -> None:
    await it_charges()
    team = await a_team(world, world.mia)
    contract = await bought(team, POOL, 10, date(2026, 11, 1), at(date(2026, 11, 1), 9))
    await change_quantity(None, contract, 25, at(date(2026, 11, 16), 9), date(2026, 11, 16))
    assert await left_on(world, world.mia, TODAY) == [36], "half a month of 10 days and half of 25, rounded up"
    assert await charged() == [(date(2026, 11, 1), (10 * 1600 + 25 * 1400) // 2)]


async def test_fewer_seats_hold_from_the_next_term_and_the_free_ones_go_first(world: World) -> None:
    await it_charges()
    team = await a_team(world, world.mia, world.otto)
    contract = await bought(team, SEAT, 3)
    await seated(team, world.mia)
    await change_quantity(None, contract, 1, NOW, TODAY)
    last = last_day_by_notice(contract, TODAY)
    assert last == TODAY + timedelta(days=30)
    assert [seat.last for seat in await seats(team)] == [None, last, last]
    assert [seat.holder(TODAY) is not None for seat in await seats(team)] == [True, False, False]
    later = await team_contract_by_id(contract.id)
    assert later is not None
    assert [later.quantity_on(day) for day in (TODAY, last, last + timedelta(days=1))] == [3, 3, 1]


async def test_a_seat_that_was_to_end_stays_its_holders_when_more_are_wanted_again(world: World) -> None:
    await it_charges()
    team = await a_team(world, world.mia, world.otto)
    contract = await bought(team, SEAT, 2)
    await seated(team, world.mia, world.otto)
    await change_quantity(None, contract, 1, NOW, TODAY)
    assert await left_on(world, world.otto, date(2027, 2, 1)) == [0]
    await change_quantity(None, contract, 2, NOW, TODAY)
    assert await left_on(world, world.otto, date(2027, 2, 1)) == [16]
    assert [seat.last for seat in await seats(team)] == [None, None]


async def test_an_ended_contract_grants_and_costs_nothing_behind_its_last_day(world: World) -> None:
    await it_charges()
    team = await a_team(world, world.mia)
    contract = await bought(team, SEAT, 1, date(2026, 11, 1), at(date(2026, 11, 1), 9))
    await seated(team, world.mia)
    await end_team_contract(None, contract, date(2026, 12, 15), NOW, TODAY)
    assert await left_on(world, world.mia, date(2026, 12, 16)) == []
    assert await left_on(world, world.mia, date(2026, 12, 15)) == [8], "15 of 31 days are four of eight"
    await settle_team_contracts(at(date(2027, 2, 1), 1), date(2027, 2, 1))
    assert [amount for _, amount in await charged()] == [11900, round(11900 * 15 / 31)]
    assert await accounts_out_of_balance() == []
    with pytest.raises(TeamContractEnding):
        await change_quantity(None, contract, 2, NOW, TODAY)


@pytest.mark.parametrize("quantity", [0, -1, 1001])
async def test_nobody_buys_no_piece_or_too_many(world: World, quantity: int) -> None:
    await it_charges()
    with pytest.raises(QuantityUnusable):
        await bought(await a_team(world), SEAT, quantity)
