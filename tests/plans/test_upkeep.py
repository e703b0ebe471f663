"""What the worker does for memberships and accounts each night, and after nights on which nobody did."""

from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

from app.billing.operations import own_payer
from app.jobs import make_worker
from app.plans.accounts import accounts_out_of_balance
from app.plans.memberships import Begun, begin, change_terms
from app.plans.terms import PlanTerms, PriceClass
from app.plans.upkeep import settle_running
from app.platform.database import execute, fetch, fetch_value
from app.platform.settings import Environment, Settings
from tests.worlds import HERE, APerson, World, a_world

EIGHT = PlanTerms(name_de="Acht Tage", name_en="Eight days", price=12000, desk_days=8)
NIGHTLY = ("use_up_past_days", "expire_entitlements", "settle_memberships")


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


async def joined(person: APerson, day: date) -> int:
    noon = datetime(day.year, day.month, day.day, 11, tzinfo=UTC)
    version = await fetch_value(
        "WITH p AS (INSERT INTO product (public_id, kind, created_at) VALUES (md5(random()::text), 'plan', now())"
        " RETURNING id) INSERT INTO product_version (product, number, terms, made_at)"
        " SELECT id, 1, '{}', now() FROM p RETURNING id"
    )
    begun = Begun(person.id, await own_payer(person.id, noon), None, version, EIGHT, PriceClass.NORMAL, day)
    return (await begin(person.actor(), begun, noon, day)).id


async def test_nights_that_were_missed_are_caught_up_once(world: World, tmp_path: Path) -> None:
    """Nobody worked from November to February: each month is charged once, past months have lapsed."""
    await joined(world.mia, date(2026, 11, 1))
    jobs = make_worker(Settings(environment=Environment.TEST, data_dir=tmp_path))._periodic
    for _ in range(2):
        for name in NIGHTLY:
            await jobs[name].run(datetime(2027, 2, 3, 0, 10, tzinfo=HERE))
    due = await fetch("SELECT supply_from, count(*) AS times, sum(amount) AS due FROM charge GROUP BY 1 ORDER BY 1")
    months = [date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1)]
    assert [(row["supply_from"], row["times"], row["due"]) for row in due] == [(month, 1, 12000) for month in months]
    lapsed = await fetch("SELECT starts_on, left_units FROM entitlement WHERE expired_at IS NOT NULL ORDER BY 1")
    assert [(row["starts_on"], row["left_units"]) for row in lapsed] == [(month, 0) for month in months[:3]]
    assert await accounts_out_of_balance() == []


def test_the_day_of_contracts_begins_at_midnight_by_the_wall_clock(tmp_path: Path) -> None:
    """Ten past twelve, in both nights of the time change too, so that a month's first day is charged on it."""
    jobs = make_worker(Settings(environment=Environment.TEST, data_dir=tmp_path))._periodic
    for name in NIGHTLY:
        for day in (date(2026, 12, 1), date(2027, 3, 28), date(2027, 10, 31)):
            evening = datetime(day.year, day.month, day.day, 0, tzinfo=HERE)
            assert jobs[name].schedule.next_after(evening) == datetime(day.year, day.month, day.day, 0, 10, tzinfo=HERE)


async def test_one_that_cannot_be_settled_keeps_no_other_waiting(world: World) -> None:
    broken = await joined(world.gundula, date(2026, 11, 1))
    await joined(world.mia, date(2026, 11, 1))
    await execute("UPDATE membership_terms SET terms = '{}' WHERE membership = $1", broken)
    with pytest.raises(ExceptionGroup, match=rf"memberships \[{broken}\]"):
        await settle_running(datetime(2026, 12, 1, tzinfo=UTC), date(2026, 12, 1))
    assert await fetch_value("SELECT count(*) FROM charge WHERE supply_from = '2026-12-01'") == 1


async def test_what_the_terms_say_of_who_does_not_come_stands_in_each_months_account(world: World) -> None:
    day = date(2026, 11, 1)
    key = await joined(world.mia, day)
    lenient = msgspec.structs.replace(EIGHT, no_show_spends=False)
    version = await fetch_value("SELECT max(product_version) FROM membership_terms")
    december, now = date(2026, 12, 1), datetime(2026, 11, 5, tzinfo=UTC)
    await change_terms(None, key, version, lenient, PriceClass.NORMAL, december, now, now.date())
    rows = await fetch("SELECT starts_on, no_show_spends FROM entitlement ORDER BY starts_on LIMIT 3")
    assert [row["no_show_spends"] for row in rows] == [True, False, False]
