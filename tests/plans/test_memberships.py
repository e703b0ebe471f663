"""Memberships through the months: what can be spent on every day, and what is due."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from app.billing.operations import own_payer
from app.inventory.rules import Kind
from app.plans.accounts import accounts_out_of_balance, expire_past
from app.plans.grants import Days
from app.plans.memberships import AlreadyEnding, AlreadyPaused, Begun, begin, change_terms, end, pause, resume
from app.plans.purses import purse_of
from app.plans.queries import MembershipCard
from app.plans.terms import PlanTerms, PriceClass
from app.plans.upkeep import settle_running
from app.plans.uses import Unit
from app.platform.database import fetch, fetch_value
from tests.worlds import World, a_world

EIGHT = PlanTerms(name_de="Acht Tage", name_en="Eight days", price=12000, desk_days=8)
TWENTY = PlanTerms(name_de="Zwanzig Tage", name_en="Twenty days", price=24000, desk_days=20)
FOUR = PlanTerms(name_de="Vier Tage", name_en="Four days", price=7000, desk_days=4)
FIXED = PlanTerms(name_de="Fester Platz", name_en="Own desk", price=30000, fixed_desk=True, first_term_months=6)


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 11, tzinfo=UTC)


async def a_version() -> int:
    key: int = await fetch_value(
        "WITH p AS (INSERT INTO product (public_id, kind, created_at) VALUES (md5(random()::text), 'plan', now())"
        " RETURNING id) INSERT INTO product_version (product, number, terms, made_at)"
        " SELECT id, 1, '{}', now() FROM p RETURNING id"
    )
    return key


async def joined(world: World, day: date, terms: PlanTerms = EIGHT) -> MembershipCard:
    payer = await own_payer(world.mia.id, noon(day))
    begun = Begun(world.mia.id, payer, None, await a_version(), terms, PriceClass.NORMAL, day)
    return await begin(world.mia.actor(), begun, noon(day), day)


async def halves_on(world: World, day: date) -> int:
    """What can be spent on this day."""
    purse = await purse_of(world.mia.id, world.operator, Kind.DESK, Days(day, day), day, "de")
    return sum(one.left or 0 for one in purse.entitlements if one.unit is Unit.DESK_DAY and one.holds_on(day))


async def charges() -> Sequence[tuple[date, int]]:
    """What is due, by the first day of what it is for."""
    rows = await fetch(
        "SELECT supply_from, sum(amount) AS due FROM charge GROUP BY 1 HAVING sum(amount) <> 0 ORDER BY 1"
    )
    return [(row["supply_from"], row["due"]) for row in rows]


async def each_day(world: World, first: date, last: date) -> dict[date, int]:
    """What can be spent on each day, as the night before has settled it; written where it changes."""
    found: dict[date, int] = {}
    day = first
    while day <= last:
        await settle_running(noon(day), day)
        await expire_past(noon(day), day)
        left = await halves_on(world, day)
        if not found or list(found.values())[-1] != left:
            found[day] = left
        day += timedelta(days=1)
    assert await accounts_out_of_balance() == []
    return found


async def test_joins_in_the_middle_of_a_month_and_changes_twice(world: World) -> None:
    card = await joined(world, date(2026, 11, 16))
    assert await each_day(world, date(2026, 11, 14), date(2026, 11, 20)) == {
        date(2026, 11, 14): 0,
        date(2026, 11, 16): 8,
    }
    await change_terms(
        None, card.id, await a_version(), TWENTY, PriceClass.NORMAL, date(2026, 11, 21), noon(date(2026, 11, 21)),
        date(2026, 11, 21),
    )  # fmt: skip
    # 5 of 30 days of eight and 10 of twenty desk days: 8 of them.
    assert await halves_on(world, date(2026, 11, 21)) == 16
    assert await charges() == [(date(2026, 11, 16), 10000)]
    await change_terms(
        None, card.id, await a_version(), FOUR, PriceClass.NORMAL, date(2026, 12, 1), noon(date(2026, 11, 25)),
        date(2026, 11, 25),
    )  # fmt: skip
    seen = await each_day(world, date(2026, 11, 25), date(2027, 1, 2))
    assert seen == {date(2026, 11, 25): 16, date(2026, 12, 1): 8}
    assert await charges() == [(date(2026, 11, 16), 10000), (date(2026, 12, 1), 7000), (date(2027, 1, 1), 7000)]


async def test_each_month_can_be_booked_before_it_comes(world: World) -> None:
    await joined(world, date(2026, 11, 1))
    assert await halves_on(world, date(2027, 11, 30)) == 16
    assert await charges() == [(date(2026, 11, 1), 12000)]


async def test_29_february(world: World) -> None:
    await joined(world, date(2028, 2, 29))
    assert await each_day(world, date(2028, 2, 28), date(2028, 3, 2)) == {
        date(2028, 2, 28): 0, date(2028, 2, 29): 2, date(2028, 3, 1): 16,
    }  # fmt: skip
    assert await charges() == [(date(2028, 2, 29), 414), (date(2028, 3, 1), 12000)]


async def test_a_pause_rests_and_the_first_term_ends_as_much_later(world: World) -> None:
    card = await joined(world, date(2026, 1, 1), FIXED)
    assert card.first_term_ends_on == date(2026, 6, 30)
    paused = await pause(
        None, card.id, Days(date(2026, 3, 1), date(2026, 3, 31)), noon(date(2026, 2, 1)), date(2026, 2, 1)
    )
    assert paused.first_term_ends_on == date(2026, 7, 31)
    with pytest.raises(AlreadyPaused):
        await pause(None, card.id, Days(date(2026, 3, 15)), noon(date(2026, 2, 1)), date(2026, 2, 1))
    await settle_running(noon(date(2026, 4, 1)), date(2026, 4, 1))
    assert await charges() == [
        (date(2026, 1, 1), 30000), (date(2026, 2, 1), 30000), (date(2026, 4, 1), 30000),
    ]  # fmt: skip


async def test_who_pauses_without_an_end_resumes_when_he_likes(world: World) -> None:
    card = await joined(world, date(2026, 11, 1))
    await pause(None, card.id, Days(date(2026, 12, 1)), noon(date(2026, 11, 20)), date(2026, 11, 20))
    assert await each_day(world, date(2026, 11, 29), date(2026, 12, 10)) == {
        date(2026, 11, 29): 16,
        date(2026, 12, 1): 0,
    }
    await resume(None, card.id, date(2026, 12, 17), noon(date(2026, 12, 10)), date(2026, 12, 10))
    assert await each_day(world, date(2026, 12, 17), date(2027, 1, 1)) == {date(2026, 12, 17): 8, date(2027, 1, 1): 16}
    assert await charges() == [(date(2026, 11, 1), 12000), (date(2026, 12, 1), 5806), (date(2027, 1, 1), 12000)]


async def test_what_has_ended_grants_and_costs_nothing_more(world: World) -> None:
    card = await joined(world, date(2026, 11, 1))
    ended = await end(None, card.id, date(2026, 12, 15), "notice", noon(date(2026, 11, 10)), date(2026, 11, 10))
    assert ended.ends_on == date(2026, 12, 15)
    with pytest.raises(AlreadyEnding):
        await end(None, card.id, date(2026, 12, 31), "notice", noon(date(2026, 11, 11)), date(2026, 11, 11))
    seen = await each_day(world, date(2026, 11, 30), date(2027, 1, 3))
    assert seen == {date(2026, 11, 30): 16, date(2026, 12, 1): 8, date(2026, 12, 16): 0}
    assert await charges() == [(date(2026, 11, 1), 12000), (date(2026, 12, 1), 5806)]


async def test_settling_twice_does_nothing_more(world: World) -> None:
    await joined(world, date(2026, 11, 1))
    for _ in range(2):
        await settle_running(noon(date(2026, 12, 1)), date(2026, 12, 1))
        rows = await fetch("SELECT (SELECT count(*) FROM charge) AS c, (SELECT count(*) FROM entitlement_entry) AS e")
        assert (rows[0]["c"], rows[0]["e"]) == (2, 16)
