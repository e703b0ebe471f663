"""Stories of months: what somebody can spend on every day, and what is due for it. Desk days are counted in halves."""

from datetime import date

import pytest

from app.billing.payers import PayerDetails, PayerKind, keep_payer
from app.plans.ending import EndedBecause
from app.plans.grants import Days
from app.plans.memberships import end, pause
from app.plans.nothing_pays import NothingPays
from app.plans.terms import Billed, PassTerms, PlanTerms
from app.platform.database import execute, fetch_value
from tests.orders import ordered
from tests.plans.months import Life, due
from tests.selling import on_sale
from tests.worlds import a_world, at

EIGHT = PlanTerms(name_de="Acht Tage", name_en="Eight days", price=12000, desk_days=8)
TWENTY = PlanTerms(name_de="Zwanzig Tage", name_en="Twenty days", price=24000, desk_days=20)
FOUR = PlanTerms(name_de="Vier Tage", name_en="Four days", price=7000, desk_days=4)
FIXED = PlanTerms(
    name_de="Fester Platz", name_en="Own desk", price=30000, fixed_desk=True, desk_days=4, first_term_months=3
)
WITH_DEPOSIT = PlanTerms(
    name_de="Mit Kaution", name_en="With deposit", price=12000, deposit=5000, desk_days=8, first_term_months=3
)
YEAR = PlanTerms(name_de="Jahr", name_en="Year", price=120000, billed=Billed.YEARLY, desk_days=8, first_term_months=12)
TEN = PassTerms(name_de="Zehnerkarte", name_en="Pass of ten", amount=10, price=15000)


@pytest.fixture
async def life(undone: None) -> Life:
    world = await a_world()
    await execute("UPDATE network SET charges = true")
    return Life(world)


async def test_joins_in_the_middle_of_a_month_and_changes_twice(life: Life) -> None:
    monday = date(2026, 11, 16)
    card = await life.joins(EIGHT, monday)
    assert await due() == [(monday, 6000)]

    async def upgrades() -> None:
        await life.changes(card.id, TWENTY, date(2026, 11, 21), date(2026, 11, 21))
        assert await due() == [(monday, 10000)], "5 days of 120 and 10 of 240 euros, of 30"

    async def downgrades_from_december() -> None:
        await life.changes(card.id, FOUR, date(2026, 12, 1), date(2026, 11, 25))
        await life.books(date(2026, 12, 3), date(2026, 11, 25))

    await life.lives(
        date(2026, 11, 14),
        date(2027, 1, 2),
        {
            date(2026, 11, 17): lambda: life.comes(date(2026, 11, 17)),
            date(2026, 11, 18): lambda: life.books(date(2026, 11, 24), date(2026, 11, 18)),
            date(2026, 11, 21): upgrades,
            date(2026, 11, 24): lambda: life.comes(date(2026, 11, 24)),
            date(2026, 11, 25): downgrades_from_december,
            date(2026, 12, 3): lambda: life.comes(date(2026, 12, 3)),
        },
    )
    assert life.seen == {
        date(2026, 11, 14): (0, 0),
        date(2026, 11, 16): (8, 0),  # half a month of eight days
        date(2026, 11, 17): (6, 0),
        date(2026, 11, 18): (4, 2),
        date(2026, 11, 21): (12, 2),  # a third of it with eight days, two thirds with twenty: eight days
        date(2026, 11, 24): (12, 0),
        date(2026, 12, 1): (6, 2),
        date(2026, 12, 3): (6, 0),
        date(2027, 1, 1): (8, 0),
    }
    assert await due() == [(monday, 10000), (date(2026, 12, 1), 7000), (date(2027, 1, 1), 7000)]


async def test_a_pass_of_ten_over_the_years_end(life: Life) -> None:
    """Bought before Christmas, it ends with the third calendar year; who never comes has spent the day all the same."""
    friday = date(2026, 12, 18)
    await life.buys(TEN, friday)

    async def books_for_january() -> None:
        for day in (date(2027, 1, 4), date(2027, 1, 5)):
            await life.books(day, date(2026, 12, 30))

    await life.lives(
        friday,
        date(2027, 1, 8),
        {
            date(2026, 12, 21): lambda: life.comes(date(2026, 12, 21)),
            date(2026, 12, 28): lambda: life.books(date(2026, 12, 29), date(2026, 12, 28)),
            date(2026, 12, 30): books_for_january,
            date(2027, 1, 3): lambda: life.gives_back(date(2027, 1, 5), date(2027, 1, 3)),
            date(2027, 1, 4): lambda: life.comes(date(2027, 1, 4)),
        },
    )
    assert life.seen == {
        friday: (20, 0),
        date(2026, 12, 21): (18, 0),
        date(2026, 12, 28): (16, 2),
        date(2026, 12, 30): (12, 4),  # the 29th is spent in the night, and two more are held
        date(2027, 1, 3): (14, 2),
        date(2027, 1, 4): (14, 0),
    }
    await life.books(date(2029, 12, 31), date(2029, 12, 28))
    await life.lives(date(2029, 12, 28), date(2030, 1, 2))
    assert list(life.seen.items())[-2:] == [(date(2029, 12, 28), (12, 2)), (date(2030, 1, 1), (0, 0))]
    lapsed = await fetch_value("SELECT sum(left_change) FROM entitlement_entry WHERE change = 'expire'")
    assert (lapsed, await due()) == (-12, [(friday, 15000)])
    with pytest.raises(NothingPays):
        await life.books(date(2030, 1, 3), date(2030, 1, 2))


async def test_a_pause_over_a_fixed_desks_term(life: Life) -> None:
    """February rests: it grants and costs nothing, what was booked stays paid, and the term ends a month later."""
    first = date(2027, 1, 1)
    card = await life.joins(FIXED, first)
    assert card.first_term_ends_on == date(2027, 3, 31)

    async def pauses() -> None:
        await life.books(date(2027, 2, 10), date(2027, 1, 15))
        february = Days(date(2027, 2, 1), date(2027, 2, 28))
        paused = await pause(None, card.id, february, at(date(2027, 1, 15), 13), date(2027, 1, 15))
        assert paused.first_term_ends_on == date(2027, 4, 28)
        assert paused.earliest_end(date(2027, 3, 15)) == date(2027, 4, 28)

    async def gives_notice() -> None:
        await end(None, card.id, date(2027, 4, 28), EndedBecause.NOTICE, at(date(2027, 3, 15), 9), date(2027, 3, 15))

    await life.lives(
        first,
        date(2027, 5, 1),
        {
            date(2027, 1, 12): lambda: life.comes(date(2027, 1, 12)),
            date(2027, 1, 15): pauses,
            date(2027, 2, 10): lambda: life.comes(date(2027, 2, 10)),
            date(2027, 3, 15): gives_notice,
        },
    )
    assert life.seen == {
        first: (8, 0),
        date(2027, 1, 12): (6, 0),
        date(2027, 2, 1): (0, 2),
        date(2027, 2, 10): (0, 0),
        date(2027, 3, 1): (8, 0),
        date(2027, 4, 29): (0, 0),
    }
    assert await due() == [(first, 30000), (date(2027, 3, 1), 30000), (date(2027, 4, 1), 28000)]


async def test_a_consumer_who_withdraws_after_three_days_used(life: Life) -> None:
    """What was had is owed in proportion; nothing of what comes is left."""
    first = date(2026, 11, 2)
    card = await life.joins(EIGHT, first)
    assert await due() == [(first, 11600)]

    async def withdraws() -> None:
        today = date(2026, 11, 9)
        await end(None, card.id, today, EndedBecause.WITHDRAWN, at(today, 9), today)

    days = [date(2026, 11, day) for day in (3, 4, 5)]
    await life.lives(
        first,
        date(2026, 12, 3),
        {**{day: (lambda day=day: life.comes(day)) for day in days}, date(2026, 11, 9): withdraws},
    )
    assert life.seen == {
        first: (16, 0),
        date(2026, 11, 3): (14, 0),
        date(2026, 11, 4): (12, 0),
        date(2026, 11, 5): (10, 0),
        date(2026, 11, 9): (0, 0),  # eight of 30 days are worth three of eight desk days
    }
    assert await due() == [(first, 3200)]
    assert await fetch_value("SELECT count(*) FROM entitlement WHERE starts_on > $1 AND left_units > 0", first) == 0


async def test_a_deposit_comes_back_once_when_the_last_day_is_over(life: Life) -> None:
    first, last, mia = date(2026, 11, 1), date(2027, 1, 31), life.world.mia
    home = PayerDetails(PayerKind.PERSON, "Mia Hammes", "", "Markt 1", "56751", "Polch", "mia@example.org")
    await keep_payer(mia.id, home, at(first, 9))
    placed = await ordered(mia.actor(), await on_sale(WITH_DEPOSIT, at(first, 9)), at(first, 9))
    assert placed.membership is not None
    membership, owed = placed.membership, []

    async def gives_notice() -> None:
        await end(mia.actor(), membership, last, EndedBecause.NOTICE, at(date(2026, 12, 1), 9), date(2026, 12, 1))

    async def looks() -> None:
        owed.append(await fetch_value("SELECT sum(amount) FROM charge WHERE key LIKE '%:deposit%'"))

    seen_on = (date(2026, 11, 2), last, date(2027, 2, 1), date(2027, 2, 3))
    await life.lives(first, date(2027, 2, 3), {date(2026, 12, 1): gives_notice, **dict.fromkeys(seen_on, looks)})
    assert owed == [5000, 5000, 0, 0]
    assert await fetch_value("SELECT count(*) FROM charge WHERE key LIKE '%:deposit%'") == 2
    assert await due() == [(first, 12000), (date(2026, 12, 1), 12000), (date(2027, 1, 1), 12000)]


async def test_29_february(life: Life) -> None:
    """A year from 29 February ends on 28 February, and the next one begins on 1 March."""
    leap_day = date(2028, 2, 29)
    card = await life.joins(YEAR, leap_day)
    assert card.first_term_ends_on == date(2029, 2, 28)
    await life.lives(
        date(2028, 2, 28),
        date(2028, 3, 6),
        {
            leap_day: lambda: life.comes(leap_day),
            date(2028, 3, 1): lambda: life.books(date(2028, 3, 3), date(2028, 3, 1)),
        },
    )
    assert life.seen == {
        date(2028, 2, 28): (0, 0),  # one of its 29 days is worth one of eight desk days, and was used
        date(2028, 3, 1): (14, 2),
        date(2028, 3, 4): (14, 0),
    }
    assert await due() == [(leap_day, 120000)]
    life.seen.clear()
    await life.lives(date(2029, 2, 26), date(2029, 3, 2))
    assert life.seen == {date(2029, 2, 26): (16, 0)}
    assert await due() == [(leap_day, 120000), (date(2029, 3, 1), 120000)]
