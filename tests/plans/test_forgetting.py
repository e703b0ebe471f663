"""A story of years: an account loses its person twelve months after its end, a contract goes when the law's years are
over, and nothing of either before."""

from dataclasses import replace
from datetime import date, timedelta

import msgspec
import pytest

from app.billing.own_data import BILLING
from app.identity.own_data import own_data
from app.leaving.known_people import KNOWN
from app.plans.accounts import NewAccount, accounts_out_of_balance, open_account
from app.plans.contracts import contracts_where
from app.plans.ending import EndedBecause
from app.plans.forgetting import forget_past
from app.plans.memberships import end
from app.plans.operator_data import PLANS as OF_OPERATORS
from app.plans.own_data import PLANS
from app.plans.paper_cards import carry_paper_cards
from app.plans.rules import Source
from app.plans.terms import PassTerms, PlanTerms, PriceClass
from app.plans.upkeep import settle_running
from app.plans.uses import Unit
from app.platform.database import execute, fetch, fetch_value
from app.platform.exported_tables import ExportedTable
from tests.plans.months import Life
from tests.worlds import a_world, at

EIGHT = PlanTerms(name_de="Acht Tage", name_en="Eight days", price=12000, deposit=5000, desk_days=8)
TEN = PassTerms(name_de="Zehnerkarte", name_en="Pass of ten", amount=10, price=15000)

JOINED, CAME, LAST = date(2007, 3, 1), date(2007, 3, 6), date(2007, 4, 30)
LAST_OF_PASS = date(2010, 12, 31)
A_DAY = timedelta(days=1)


@pytest.fixture
async def life(undone: None) -> Life:
    """Mia joins long ago, so that the database's own clock lets go; comes once, gives notice, and buys a pass."""
    world = await a_world()
    await execute("UPDATE network SET charges = true")
    await execute("UPDATE space SET published_at = '2000-01-01'")
    await execute(
        "INSERT INTO law_value (name, value, valid_from, source, entered_at)"
        " SELECT name, value, '2000-01-01', 'for this story', now() FROM law_value"
        " WHERE name IN ('longest_first_term_months', 'longest_notice_months', 'withdrawal_days')"
    )
    life = Life(world)
    card = await life.joins(EIGHT, JOINED)
    await life.lives(JOINED, CAME, {CAME: lambda: life.comes(CAME)})
    await end(None, card.id, LAST, EndedBecause.NOTICE, at(CAME, 20), CAME)
    await life.lives(CAME + A_DAY, LAST + A_DAY, {LAST: lambda: life.buys(TEN, LAST)})
    await life.lives(LAST_OF_PASS + A_DAY, LAST_OF_PASS + A_DAY)
    return life


async def forgets(day: date) -> None:
    """The night before the morning of this day; nothing that is settled comes back by it."""
    await forget_past(day)
    await settle_running(at(day, 3), day)
    assert await accounts_out_of_balance() == []


async def months_of(person: int) -> list[date]:
    """The first days of the membership's accounts that are known to be the person's."""
    rows = await fetch(
        "SELECT starts_on FROM entitlement WHERE person = $1 AND membership IS NOT NULL AND starts_on <= $2"
        " ORDER BY starts_on",
        person,
        LAST,
    )
    return [row["starts_on"] for row in rows]


async def contracts_left(person: int) -> list[str]:
    return [str(one.kind) for one in await contracts_where("c.person = $1", person)]


async def test_a_day_that_was_bought_out_of_money_is_forgotten_before_the_money(life: Life) -> None:
    mia, day = life.world.mia.id, date(2011, 3, 8)
    await execute(
        "INSERT INTO price_list_entry (operator, kind, per_day, valid_from, entered_at)"
        " VALUES ($1, 'desk', 1900, '2000-01-01', now())",
        life.world.operator,
    )
    credit = NewAccount(mia, Unit.MONEY, Source.CREDIT, 5000, day, None, "Gutschrift", "Credit")
    account = await open_account(credit, at(day, 6))
    await life.lives(day, day + A_DAY, {day: lambda: life.comes(day)})
    bought = await fetch_value("SELECT id FROM entitlement WHERE credit = $1", account)
    await forgets(day + timedelta(400))
    known = await fetch("SELECT id, person FROM entitlement WHERE id = ANY($1) ORDER BY id", [account, bought])
    assert [row["person"] for row in known] == [mia, None]
    later = day + timedelta(413)
    await life.lives(later, later + A_DAY, {later: lambda: life.comes(later)})
    assert await fetch_value("SELECT left_units FROM entitlement WHERE id = $1", account) == 1200


async def test_each_account_loses_its_person_a_year_after_its_own_end(life: Life) -> None:
    mia = life.world.mia.id
    rows = "SELECT count(*), sum(left_change), sum(held_change) FROM entitlement_entry"
    before = [tuple(row.values()) for row in await fetch(rows)]
    await forgets(date(2008, 3, 31))
    assert await months_of(mia) == [date(2007, 3, 1), date(2007, 4, 1)]
    await forgets(date(2008, 4, 1))
    assert await months_of(mia) == [date(2007, 4, 1)]
    await forgets(date(2008, 5, 1))
    assert await months_of(mia) == []
    days = "SELECT count(*) FROM entitlement_entry WHERE day = $1 AND {} IS NULL"
    assert await fetch_value(days.format("person"), CAME) > 0, "the day is still counted, and nobody's"
    assert await fetch_value("SELECT count(*) FROM entitlement_entry WHERE person = $1", mia) == 0
    assert [tuple(row.values()) for row in await fetch(rows)] == before


async def test_the_pass_is_known_until_a_year_after_its_last_day(life: Life) -> None:
    mia = life.world.mia.id
    held = "SELECT count(*) FROM entitlement WHERE person = $1 AND pass IS NOT NULL"
    await forgets(date(2011, 12, 31))
    assert await fetch_value(held, mia) == 1
    await forgets(date(2012, 1, 1))
    assert await fetch_value(held, mia) == 0
    [bought] = await contracts_where("c.person = $1 AND c.kind = 'pass'", mia)
    assert (bought.first_day, bought.last_day) == (LAST, LAST_OF_PASS), "the contract is kept, and when it ended"


async def test_contracts_and_payers_go_when_the_laws_years_are_over(life: Life) -> None:
    mia = life.world.mia.id
    for day in (date(2012, 1, 1), date(2017, 12, 31)):
        await forgets(day)
        assert await contracts_left(mia) == ["membership", "pass"]
    assert await fetch_value("SELECT count(*) FROM charge WHERE payer IS NULL") == 0
    sums = "SELECT count(*), sum(amount) FROM charge"
    before = [tuple(row.values()) for row in await fetch(sums)]
    await forgets(date(2018, 1, 1))
    assert await contracts_left(mia) == ["pass"]
    kept = await fetch("SELECT key FROM charge WHERE payer IS NOT NULL")
    assert {row["key"].split(":")[0] for row in kept} == {"pass"}, "its time of supply ended three years later"
    assert await fetch_value("SELECT count(*) FROM payer WHERE person = $1", mia) == 1
    await forgets(date(2020, 12, 31))
    assert await contracts_left(mia) == ["pass"]
    await forgets(date(2021, 1, 1))
    assert await contracts_left(mia) == []
    assert await fetch_value("SELECT count(*) FROM payer WHERE person = $1", mia) == 0
    assert [tuple(row.values()) for row in await fetch(sums)] == before, "the books keep every amount"


async def test_what_was_declared_about_an_order_goes_with_its_contract(life: Life) -> None:
    order = await fetch_value(
        "INSERT INTO contract_order (public_id, person, number, payer, membership, terms, audience, amount, starts_on,"
        " shown, placed_at) SELECT 'an-order', person, 1, payer, id, '{}', 'consumer', 0, starts_on, '', $1"
        " FROM membership RETURNING id",
        at(JOINED, 9),
    )
    await execute(
        "INSERT INTO declaration (public_id, key, kind, name, contract, email, received_at, outcome, settled_at,"
        " contract_order) VALUES ('declared', 'declared', 'withdrawal', 'Mia', 'Acht', 'mia@example.org', $1,"
        " 'withdrawn', $1, $2)",
        at(CAME, 9),
        order,
    )
    declared = "SELECT count(*) FROM declaration"
    for day in (date(2012, 1, 1), date(2017, 12, 31)):
        await forgets(day)
    assert await fetch_value(declared) == 1
    await forgets(date(2018, 1, 1))
    assert await fetch_value(declared) == 0


async def test_a_later_law_counts(life: Life) -> None:
    await execute(
        "INSERT INTO law_value (name, value, valid_from, source, entered_at)"
        " VALUES ('books_years', 12, '2015-01-01', 'for this story', now())"
    )
    await forgets(date(2008, 6, 1))
    await forgets(date(2019, 12, 31))
    assert await contracts_left(life.world.mia.id) == ["membership", "pass"]
    await forgets(date(2020, 1, 1))
    assert await contracts_left(life.world.mia.id) == ["pass"]


async def test_nobody_can_ask_for_it_before_its_time(life: Life) -> None:
    """The database's clock counts, whatever day the application says."""
    await execute("UPDATE membership SET ends_on = current_date - 1")
    await execute("UPDATE entitlement SET ends_on = current_date - 1")
    await forget_past(date(2090, 1, 1))
    assert await contracts_left(life.world.mia.id) == ["membership", "pass"]
    assert await fetch_value("SELECT count(*) FROM entitlement WHERE person IS NULL") == 0


async def test_what_somebody_takes_along_has_nothing_forgotten_and_the_rest_whole(life: Life) -> None:
    async def sections() -> dict[str, list[dict[str, object]]]:
        taken: dict[str, list[dict[str, object]]] = msgspec.json.decode(
            await own_data(replace(life.world.mia.actor(), via="cli"), (*PLANS, *BILLING), at(LAST_OF_PASS, 9))
        )
        return taken

    assert (await sections())["entitlement_entries"]
    await forgets(date(2012, 1, 1))
    taken = await sections()
    assert (taken["entitlements"], taken["entitlement_entries"]) == ([], [])
    assert [len(taken[name]) for name in ("memberships", "passes", "payers")] == [1, 1, 1]
    due = await fetch_value("SELECT sum(amount) FROM charge")
    assert sum(int(str(row["amount"])) for row in taken["charges"]) == due


async def test_a_paper_card_that_is_over_is_not_carried_again(life: Life) -> None:
    otto, operator = life.world.otto.id, await fetch_value("SELECT min(id) FROM operator")
    await execute(
        "INSERT INTO opening_balance (person, operator, days, as_of) VALUES ($1, $2, 4, '2007-03-01')", otto, operator
    )
    assert await carry_paper_cards(at(JOINED, 9), JOINED) == 1
    await life.lives(LAST_OF_PASS + A_DAY, LAST_OF_PASS + A_DAY)
    await forgets(date(2012, 1, 1))
    assert await contracts_left(otto) == ["pass"]
    assert await carry_paper_cards(at(date(2012, 1, 1), 9), date(2012, 1, 1)) == 0


async def test_a_reduced_price_is_forgotten_with_the_contract_that_it_was_for(life: Life) -> None:
    shown = (
        "INSERT INTO concession (public_id, person, price_class, proof, asked_at, checked_at, ends_on, ended_at,"
        " answer) VALUES ($1, $2, $3, $4, '2007-03-01', $5, $6, $7, $8)"
    )
    mia = life.world.mia.id
    await execute("UPDATE membership_terms SET price_class = 'student'")
    await execute(shown, "seen", mia, PriceClass.STUDENT, "Ausweis", at(JOINED, 9), date(2007, 9, 30), None, "")
    await execute(shown, "declined", mia, PriceClass.CLUB, "", None, None, at(JOINED, 9), "Kein Nachweis")

    async def left() -> list[str]:
        return [row["public_id"] for row in await fetch("SELECT public_id FROM concession ORDER BY id")]

    await forgets(date(2008, 3, 1))
    assert await left() == ["seen", "declined"]
    await forgets(date(2008, 3, 2))
    assert await left() == ["seen"]
    await forgets(date(2017, 12, 31))
    assert await left() == ["seen"]
    await forgets(date(2018, 1, 1))
    assert await left() == []


async def test_an_operator_takes_along_what_it_sold_without_the_person(life: Life) -> None:
    operator = life.world.operator
    await execute("UPDATE pass SET seller = $1", operator)
    accounts = next(table for table in OF_OPERATORS if table.name == "entitlements")
    entries = next(table for table in OF_OPERATORS if table.name == "entitlement_entries")
    before = [await rows_of(table, operator) for table in (accounts, entries)]
    await forgets(date(2012, 1, 1))
    [after] = await rows_of(accounts, operator)
    assert {**before[0][0], "person": None, "pass": None} == after
    assert [one["left_change"] for one in await rows_of(entries, operator)] == [
        one["left_change"] for one in before[1]
    ], "the sum is still what is left"


async def rows_of(table: ExportedTable, operator: int) -> list[dict[str, object]]:
    rows = await fetch(table.sql(KNOWN), operator, at(LAST_OF_PASS, 9))
    return [msgspec.json.decode(row["row"]) for row in rows]
