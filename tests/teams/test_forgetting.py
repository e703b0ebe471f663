"""A story of years: an employer's contracts, orders, documents and quotes go when their time is over, and not a day
earlier; the sums stay."""

from datetime import date, timedelta

import pytest

from app.bookings.operations import BookDesk, book
from app.plans.accounts import accounts_out_of_balance, expire_past
from app.plans.budgets import settle_budgets
from app.plans.forgetting import forget_past
from app.plans.seats import forget_holders
from app.plans.team_contracts import TeamContractCard, team_contract_by_id
from app.plans.team_purchases import end_team_contract
from app.plans.team_upkeep import settle_team_contracts
from app.plans.terms import Terms
from app.platform.database import execute, fetch, fetch_value
from app.teams.buying_queries import QuoteCard
from app.teams.forgetting import forget_past_purchases
from app.teams.operations import forget_members, leave_team
from app.teams.ordering import TeamWish, place_team_order
from app.teams.purchase_terms import prepared_for_team
from app.teams.queries import TeamCard, members_of
from app.teams.quotes import make_quote
from tests.orders import PAPER
from tests.selling import a_charging_world
from tests.teams.buying import DAYS, SEAT, seated, sold_to_teams
from tests.teams.founding import a_team, acting
from tests.worlds import World, at

BOUGHT = date(2007, 3, 1)
DAYS_END = date(2008, 2, 29)
LAST = date(2010, 12, 31)
A_DAY = timedelta(days=1)


@pytest.fixture
async def world(undone: None) -> World:
    """Long ago, so that the database's own clock lets go."""
    world = await a_charging_world()
    await execute("UPDATE space SET published_at = '2000-01-01'")
    await execute(
        "INSERT INTO law_value (name, value, valid_from, source, entered_at)"
        " SELECT name, value, '2000-01-01', 'for this story', now() FROM law_value"
    )
    await execute(
        "INSERT INTO team_setting (name, value, valid_from, entered_at)"
        " SELECT name, value, '2000-01-01', now() FROM team_setting WHERE name <> 'quote_kept_days'"
    )
    return world


@pytest.fixture
async def team(world: World) -> TeamCard:
    team = await a_team(world, world.mia)
    await execute("UPDATE team SET founded_at = '2007-03-01'")
    await execute("UPDATE payer SET created_at = '2007-03-01'")
    await execute("UPDATE purse_member SET first = '2007-03-01'")
    return team


async def ordered(world: World, team: TeamCard, terms: Terms, number: int) -> TeamContractCard:
    """Out of a quote, with document and charge; beside it a quote that nobody orders."""
    actor, now = await acting(world.gundula), at(BOUGHT, 9)
    offer = await sold_to_teams(terms, now)
    quotes: list[QuoteCard] = [
        await make_quote(actor, team, offer, 1, "http://nahwerk.example", "de", now, BOUGHT) for _ in range(2)
    ]
    agreed = await prepared_for_team(offer, 1, BOUGHT, BOUGHT)
    wish = TeamWish(offer.public_id, 1, BOUGHT, number, agreed.mark, quote=quotes[0].public_id)
    order = await place_team_order(actor, team, wish, PAPER, now, BOUGHT)
    contract = await team_contract_by_id(order.contract)
    assert contract is not None
    return contract


@pytest.fixture
async def life(world: World, team: TeamCard) -> TeamCard:
    """Ten days for a year and a seat for almost four; Mia comes once; then the company ends."""
    days = await ordered(world, team, DAYS, 1)
    seat = await ordered(world, team, SEAT, 2)
    assert days.ends_on == DAYS_END
    await seated(team, world.mia, today=BOUGHT, now=at(BOUGHT, 9))
    came = BOUGHT + 6 * A_DAY
    desk = world.polch["1"].public_id
    await book((await acting(world.mia)), BookDesk(desk, at(came, 8), at(came, 18)), at(BOUGHT, 10))
    await end_team_contract(None, seat, LAST, at(date(2010, 11, 1), 9), date(2010, 11, 1))
    await settle_team_contracts(at(LAST, 20), LAST)
    [mia] = await members_of(team.id)
    await leave_team(None, team, mia, at(LAST, 21), LAST + A_DAY)
    await execute("UPDATE team SET ends_on = $2, ended_at = $3 WHERE id = $1", team.id, LAST, at(LAST, 22))
    return team


async def night(day: date) -> None:
    """All that is done by itself before the morning of this day, twice."""
    now = at(day, 3)
    for _ in range(2):
        await expire_past(now, day)
        await execute(
            "INSERT INTO entitlement_entry (entitlement, change, held_change, person, day, step, at)"
            " SELECT entitlement, 'consume', -sum(held_change), person, day, max(step) + 1, $1 FROM entitlement_entry"
            " WHERE day < $2 GROUP BY entitlement, person, day HAVING sum(held_change) > 0",
            now,
            day,
        )
        await settle_team_contracts(now, day)
        await settle_budgets(now, day)
        await forget_members(now)
        await forget_holders(now, day)
        await forget_past(day)
        await forget_past_purchases(now, day)
    assert await accounts_out_of_balance() == []


async def left() -> dict[str, int]:
    rows = await fetch(
        "SELECT 'contracts' AS what, count(*) AS number FROM team_contract UNION ALL"
        " SELECT 'orders', count(*) FROM team_order UNION ALL SELECT 'documents', count(*) FROM team_document UNION ALL"
        " SELECT 'quotes', count(*) FROM team_quote UNION ALL SELECT 'seats', count(*) FROM seat"
    )
    return {row["what"]: row["number"] for row in rows}


BOTH = {"contracts": 2, "orders": 2, "documents": 2, "quotes": 2, "seats": 1}
SEAT_ALONE = {"contracts": 1, "orders": 1, "documents": 1, "quotes": 1, "seats": 1}
NOTHING = dict.fromkeys(BOTH, 0)


async def test_a_quote_that_nobody_has_ordered_goes_a_year_after_its_last_day(world: World, life: TeamCard) -> None:
    last = BOUGHT + 30 * A_DAY
    await night(last + 365 * A_DAY)
    assert (await left())["quotes"] == 4
    await night(last + 366 * A_DAY)
    assert await left() == BOTH
    assert await fetch_value("SELECT count(*) FROM team_quote q JOIN team_order o ON o.team_quote = q.id") == 2


async def test_a_setting_of_a_later_day_counts_from_that_day_on(world: World, life: TeamCard) -> None:
    await execute(
        "INSERT INTO team_setting (name, value, valid_from, entered_at)"
        " VALUES ('quote_kept_days', 10, '2007-06-01', now())"
    )
    await night(date(2007, 5, 31))
    assert (await left())["quotes"] == 4
    await night(date(2007, 6, 1))
    assert (await left())["quotes"] == 2


async def test_contracts_go_with_all_that_belongs_to_them_when_the_laws_years_are_over(
    world: World, life: TeamCard
) -> None:
    sums = "SELECT count(*), sum(amount) FROM charge"
    units = "SELECT count(*), sum(left_change), sum(held_change) FROM entitlement_entry"
    for day in (date(2012, 1, 2), date(2018, 12, 31)):
        await night(day)
        assert await left() == BOTH
    money = [tuple(row.values()) for row in await fetch(sums)]
    used = [tuple(row.values()) for row in await fetch(units)]
    await night(date(2019, 1, 1))
    assert await left() == SEAT_ALONE, "the days ended in 2008, the seat in 2010"
    await night(date(2020, 12, 31))
    assert await left() == SEAT_ALONE
    assert await fetch_value("SELECT count(*) FROM payer WHERE id = $1", life.payer) == 1
    await night(date(2021, 1, 1))
    assert await left() == NOTHING
    assert await fetch_value("SELECT count(*) FROM payer WHERE id = $1", life.payer) == 0, "nobody needs its address"
    assert await fetch_value("SELECT count(*) FROM charge WHERE payer IS NOT NULL") == 0
    assert [tuple(row.values()) for row in await fetch(sums)] == money, "the books keep every amount"
    assert [tuple(row.values()) for row in await fetch(units)] == used, "and the accounts every day, which is nobody's"
    assert await fetch_value("SELECT count(*) FROM entitlement_entry WHERE person IS NOT NULL") == 0


async def test_a_longer_law_holds_for_what_is_still_kept(world: World, life: TeamCard) -> None:
    await execute(
        "INSERT INTO law_value (name, value, valid_from, source, entered_at)"
        " VALUES ('books_years', 12, '2015-01-01', 'for this story', now())"
    )
    await night(date(2012, 1, 2))
    await night(date(2020, 12, 31))
    assert await left() == BOTH
    await night(date(2021, 1, 1))
    assert await left() == SEAT_ALONE


async def test_nobody_can_ask_for_it_before_its_time(world: World, life: TeamCard) -> None:
    """The database's clock counts, whatever day the application says; and what runs on is never touched."""
    await night(date(2012, 1, 2))
    await execute("UPDATE team_contract SET ends_on = CASE WHEN first_term_ends_on IS NULL THEN current_date - 1 END")
    await execute("UPDATE team SET ended_at = now() - interval '1 day'")
    await forget_past_purchases(at(date(2090, 1, 1), 3), date(2090, 1, 1))
    assert await left() == BOTH
    assert await fetch_value("SELECT payer FROM team WHERE id = $1", life.id) == life.payer
