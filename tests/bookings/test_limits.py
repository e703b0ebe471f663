"""What a team's limits do to the bookings of one person, and to several at the same moment."""

from datetime import date, timedelta

import pytest

from app.bookings.cancellation import cancel
from app.bookings.moving import MoveBooking, move
from app.bookings.operations import BookDesk, book
from app.bookings.quoting import quote
from app.bookings.series_making import MakeSeries, make_series
from app.bookings.series_planning import OnConflict
from app.plans.accounts import NewAccount, accounts_out_of_balance, open_account
from app.plans.limits import Amounts, LimitShape
from app.plans.nothing_pays import LimitReached
from app.plans.purse_limits import give_extra, own_limits_of, set_limits_for_all, set_own_limits
from app.plans.rules import Source
from app.plans.uses import Unit
from app.platform.database import execute
from app.teams.queries import TeamCard
from tests.bookings.test_payment import balance
from tests.selling import a_charging_world
from tests.teams.founding import a_team
from tests.worlds import NOW, World, at

CLIENTS = 5
MONTH = date(2026, 12, 1)
LAST = date(2026, 12, 31)
DAYS = [day for day in (date(2026, 12, 2) + timedelta(n) for n in range(20)) if day.weekday() < 5]


async def a_limited_team(world: World, limits: LimitShape, units: int | None = 400) -> tuple[TeamCard, int]:
    """Mia belongs to it, with a pool."""
    team = await a_team(world, world.mia, world.otto)
    assert team.purse is not None
    await set_limits_for_all(team.purse, limits)
    pool = NewAccount(None, Unit.DESK_DAY, Source.TEAM, units, MONTH, None, "Becker", "Becker", purse=team.purse)
    return team, await open_account(pool, NOW)


def on(world: World, day: date, name: str = "1", **more: object) -> BookDesk:
    return BookDesk(world.polch[name].public_id, at(day, 8), at(day, 17), **more)  # type: ignore[arg-type]


async def spent_by(world: World, team: TeamCard, month: date = MONTH) -> Amounts:
    assert team.purse is not None
    own = await own_limits_of(world.mia.id, team.purse, month, month)
    assert own is not None
    return own.spent.get(month, Amounts())


@pytest.fixture
async def world(undone: None) -> World:
    return await a_charging_world()


async def test_beyond_the_limit_the_person_is_told_which_one_and_nothing_is_written(world: World) -> None:
    team, pool = await a_limited_team(world, LimitShape(desk_halves=4))
    for day in DAYS[:2]:
        assert (await book(world.mia.actor(), on(world, day), NOW)).paid_by == "team"
    with pytest.raises(LimitReached):
        await book(world.mia.actor(), on(world, DAYS[2]), NOW)
    assert (await balance(pool), await spent_by(world, team)) == ((396, 4), Amounts(desk_halves=4))
    assert (await book(world.otto.actor(), on(world, DAYS[2]), NOW)).paid_by == "team"


async def test_what_is_given_back_can_be_booked_again(world: World) -> None:
    team, _ = await a_limited_team(world, LimitShape(desk_halves=2))
    first = await book(world.mia.actor(), on(world, DAYS[0]), NOW)
    moved = await move(
        world.mia.actor(), first.public_id, MoveBooking(starts_at=at(DAYS[1], 8), ends_at=at(DAYS[1], 17)), NOW
    )
    assert await spent_by(world, team) == Amounts(desk_halves=2)
    await cancel(world.mia.actor(), moved.public_id, NOW)
    assert await spent_by(world, team) == Amounts()
    assert (await book(world.mia.actor(), on(world, DAYS[2]), NOW)).paid_by == "team"


async def test_a_quote_says_which_limit_and_what_pays_instead(world: World) -> None:
    await a_limited_team(world, LimitShape(desk_halves=0))
    own = NewAccount(world.mia.id, Unit.DESK_DAY, Source.PASS, 20, NOW.date(), None, "Zehnerkarte", "Pass of ten")
    await open_account(own, NOW)
    answer = await quote(on(world, DAYS[0]), NOW, person=world.mia.id)
    assert [way.entitlement and way.entitlement.label for way in answer.ways] == ["Zehnerkarte"]
    assert [(limited.label, limited.most) for limited in answer.limits] == [("Becker", 0)]


async def test_own_limits_stand_in_for_those_of_all_and_more_for_a_month_adds_to_them(world: World) -> None:
    team, _ = await a_limited_team(world, LimitShape(desk_halves=0))
    assert team.purse is not None
    await set_own_limits(team.purse, world.mia.id, LimitShape(desk_halves=2))
    await give_extra(team.purse, world.mia.id, MONTH, Amounts(desk_halves=2), NOW)
    for day in DAYS[:2]:
        await book(world.mia.actor(), on(world, day), NOW)
    with pytest.raises(LimitReached):
        await book(world.mia.actor(), on(world, DAYS[2]), NOW)
    with pytest.raises(LimitReached):
        await book(world.otto.actor(), on(world, DAYS[2]), NOW)


async def test_a_series_keeps_to_the_limit_date_by_date(world: World) -> None:
    team, _ = await a_limited_team(world, LimitShape(desk_halves=6))
    daily = MakeSeries(on(world, DAYS[0]), "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;COUNT=7", OnConflict.SKIP)
    made = await make_series(world.mia.actor(), daily, NOW)
    assert len(made.bookings) == 3
    assert await spent_by(world, team) == Amounts(desk_halves=6)


async def test_a_seat_without_limit_counts_against_the_days_too(world: World) -> None:
    team, _ = await a_limited_team(world, LimitShape(desk_halves=2), units=0)
    seat = NewAccount(world.mia.id, Unit.DESK_DAY, Source.TEAM, None, MONTH, LAST, "Platz", "Seat", purse=team.purse)
    account = await open_account(seat, NOW)
    first = await book(world.mia.actor(), on(world, DAYS[0]), NOW)
    with pytest.raises(LimitReached):
        await book(world.mia.actor(), on(world, DAYS[1]), NOW)
    assert await balance(account) == (None, 2)
    await cancel(world.mia.actor(), first.public_id, NOW)
    assert await balance(account) == (None, 0)
    assert (await book(world.mia.actor(), on(world, DAYS[1]), NOW)).paid_by == "team"
    assert await accounts_out_of_balance() == []


async def test_where_nothing_costs_anything_nothing_is_limited(world: World) -> None:
    await a_limited_team(world, LimitShape(desk_halves=0))
    await execute("UPDATE network SET charges = false")
    assert (await book(world.mia.actor(), on(world, DAYS[0]), NOW)).paid_by == "free"
