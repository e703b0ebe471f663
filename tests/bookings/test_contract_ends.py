"""A contract ends: what is booked behind it, what is owed, and what every account says then."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import msgspec
import pytest

from app.bookings.arrivals import check_in
from app.bookings.clearing import CONTRACT_ENDED, AffectedChanged
from app.bookings.contract_ends import EndWish, end_contract, plan_end
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard, booking_by_id
from app.kernel.wall_time import local_day
from app.plans.accounts import accounts_out_of_balance, expire_past
from app.plans.contracts import ContractCard
from app.plans.declarations import DeclarationKind
from app.plans.ending import EndedAlready, EndedBecause, FullyUsed, NoConsumer, Stated, WithdrawalOver
from app.plans.memberships import AlreadyEnding
from app.plans.notice import take_notice_back
from app.plans.terms import PlanTerms
from app.plans.upkeep import settle_running
from app.plans.uses import Unit
from app.platform.database import execute, fetch, fetch_row, fetch_value
from tests.bookings.test_payment import a_price
from tests.contracts import EIGHT, TEN, a_bought_pass, a_membership, again, charged
from tests.selling import a_charging_world
from tests.worlds import HERE, NOW, World, at

ORDINARY = EndWish(DeclarationKind.ORDINARY)
FOR_CAUSE = EndWish(DeclarationKind.FOR_CAUSE)
WITHDRAWAL = EndWish(DeclarationKind.WITHDRAWAL)
EARLY = Stated(asked_for_early_start=True, knows_of_loss=True)
LAST = date(2026, 12, 24)
"""Thirty days after NOW's."""


@pytest.fixture
async def world(undone: None) -> World:
    return await a_charging_world()


async def booked(world: World, day: date, desk: str = "1", now: datetime = NOW, hours: int = 4) -> BookingCard:
    return await book(world.mia.actor(), BookDesk(world.polch[desk].public_id, at(day, 8), at(day, 8 + hours)), now)


async def now_of(booking: BookingCard) -> BookingCard:
    card = await booking_by_id(booking.id)
    assert card is not None
    return card


async def left_on(contract: ContractCard, day: date) -> int:
    """What the contract can pay with on this day, held days included."""
    left: int = await fetch_value(
        f"SELECT coalesce(sum(left_units + held_units), 0)::int FROM entitlement WHERE {contract.kind} = $1"
        " AND starts_on <= $2 AND ends_on >= $2 AND expired_at IS NULL",
        contract.id,
        day,
    )
    return left


async def test_notice_ends_after_term_and_time_and_cancels_what_is_booked_later(world: World) -> None:
    membership = await a_membership(world, world.mia)
    before, after = await booked(world, date(2026, 12, 23)), await booked(world, date(2026, 12, 28))
    plan = await plan_end(membership, ORDINARY, NOW)
    assert plan.last_day == LAST
    assert [(each.booking.id, each.payment) for each in plan.behind] == [(after.id, None)]
    await end_contract(world.mia.actor(), membership, ORDINARY, plan.state, NOW)
    assert (await again(membership)).last_day == LAST
    gone = await now_of(after)
    assert (gone.status, gone.reason) == ("cancelled", CONTRACT_ENDED)
    assert (await now_of(before)).status == "confirmed"
    assert await fetch_value("SELECT count(*) FROM claim WHERE holder = $1", after.id) == 0
    assert await left_on(membership, LAST) > 0
    assert await left_on(membership, LAST + timedelta(1)) == 0
    assert await accounts_out_of_balance() == []


async def test_a_later_day_is_kept_and_an_earlier_one_is_not_possible(world: World) -> None:
    membership = await a_membership(world, world.mia)
    for wished, last in ((date(2026, 11, 30), LAST), (date(2027, 1, 31), date(2027, 1, 31))):
        assert (await plan_end(membership, replace(ORDINARY, day=wished), NOW)).last_day == last
    agreed = EndWish(DeclarationKind.ORDINARY, date(2026, 11, 30), is_agreed=True)
    assert (await plan_end(membership, agreed, NOW)).last_day == date(2026, 11, 30)


async def test_what_another_account_covers_is_kept_in_the_order_of_paying_and_never_by_money(world: World) -> None:
    membership = await a_membership(world, world.mia)
    await execute(
        "INSERT INTO price_list_entry (operator, kind, per_day, valid_from, entered_at)"
        " VALUES ($1, 'desk', 1900, '2026-01-01', $2)",
        world.operator,
        NOW,
    )
    days = [date(2026, 12, 28), date(2026, 12, 29), date(2026, 12, 30)]
    bookings = [await booked(world, day) for day in days]
    second = await booked(world, days[0], desk="2")
    two_days = msgspec.structs.replace(TEN, amount=2)
    bought = await a_bought_pass(world, world.mia, two_days)
    plan = await plan_end(membership, ORDINARY, NOW)
    assert [each.payment is not None for each in plan.behind] == [True, True, True, False]
    await end_contract(world.mia.actor(), membership, ORDINARY, plan.state, NOW)
    states = [(await now_of(booking)).status.value for booking in (*bookings, second)]
    assert states == ["confirmed", "confirmed", "cancelled", "confirmed"]
    account = await fetch_row("SELECT id, left_units, held_units FROM entitlement WHERE pass = $1", bought.id)
    assert account is not None
    assert (account["left_units"], account["held_units"]) == (0, 4)
    assert {(await now_of(booking)).entitlement for booking in (*bookings[:2], second)} == {account["id"]}
    assert await charged() == [2800, 15000]
    assert await accounts_out_of_balance() == []


async def test_who_books_meanwhile_is_shown_the_list_again(world: World) -> None:
    membership = await a_membership(world, world.mia)
    plan = await plan_end(membership, ORDINARY, NOW)
    await booked(world, date(2026, 12, 28))
    with pytest.raises(AffectedChanged):
        await end_contract(world.mia.actor(), membership, ORDINARY, plan.state, NOW)
    assert (await again(membership)).last_day is None


async def test_notice_is_given_once_and_can_be_taken_back(world: World) -> None:
    membership = await a_membership(world, world.mia)
    await end_contract(world.mia.actor(), membership, ORDINARY, None, NOW)
    with pytest.raises(AlreadyEnding):
        await end_contract(world.mia.actor(), membership, ORDINARY, None, NOW)
    noticed = await again(membership)
    await take_notice_back(world.nadja.actor(), noticed, NOW, NOW.date())
    assert (await again(membership)).last_day is None
    assert await left_on(membership, date(2027, 1, 15)) == 16
    with pytest.raises(EndedAlready):
        await take_notice_back(world.nadja.actor(), await again(membership), NOW, NOW.date())


async def test_a_yearly_plan_costs_the_days_up_to_its_end(world: World) -> None:
    yearly = msgspec.structs.replace(EIGHT, billed="year", price=120000, first_term_months=1)
    membership = await a_membership(world, world.mia, yearly)
    assert await charged() == [120000]
    await end_contract(world.mia.actor(), membership, ORDINARY, None, NOW)
    assert await charged() == [120000, -120000, round(120000 * 31 / 365)]


async def test_nothing_granted_outlasts_the_contract_not_even_what_rolls_over(world: World) -> None:
    rolling = msgspec.structs.replace(EIGHT, rolls_over_months=3)
    membership = await a_membership(world, world.mia, rolling)
    assert await left_on(membership, date(2027, 1, 31)) > 16
    await end_contract(world.mia.actor(), membership, FOR_CAUSE, None, NOW)
    assert await left_on(membership, NOW.date()) > 0
    assert await left_on(membership, NOW.date() + timedelta(1)) == 0


class TestWithdrawal:
    async def test_after_three_days_used_every_balance_and_charge(self, world: World) -> None:
        """Ordered on 24 November to begin at once, used on three days, withdrawn on the fourth."""
        twenty = msgspec.structs.replace(EIGHT, desk_days=20, price=24000)
        membership = replace(await a_membership(world, world.mia, twenty), stated=EARLY)
        assert await charged() == [5600]
        for day in (25, 26, 27):
            visit = await booked(world, date(2026, 11, day))
            await check_in(world.mia.actor(), visit.public_id, at(date(2026, 11, day), 8))
        later = await booked(world, date(2026, 12, 2), now=at(date(2026, 11, 27), 9))
        withdrawn_at = at(date(2026, 11, 27), 18)
        plan = await plan_end(membership, WITHDRAWAL, withdrawn_at)
        assert plan.withdrawal is not None
        assert plan.withdrawal.refusal is None
        assert (plan.withdrawal.charged.amount, plan.withdrawal.owed.amount) == (5600, 3200)
        await end_contract(world.mia.actor(), membership, WITHDRAWAL, plan.state, withdrawn_at)
        assert await charged() == [5600, -5600, 3200]
        assert (await now_of(later)).status == "cancelled"
        for offset in range(40):
            day = date(2026, 11, 27) + timedelta(offset)
            noon = at(day, 12)
            await settle_running(noon, day)
            await expire_past(noon, day)
            assert await accounts_out_of_balance() == []
            assert await left_on(membership, day) == 0, "three days are what four of thirty have granted"
        assert await charged() == [5600, -5600, 3200]

    async def test_who_did_not_ask_for_an_early_start_owes_nothing(self, world: World) -> None:
        for stated in (Stated(), replace(EARLY, was_informed=False)):
            membership = replace(await a_membership(world, world.mia), stated=stated)
            before = await charged()
            await end_contract(world.mia.actor(), membership, WITHDRAWAL, None, at(date(2026, 11, 27), 18))
            await settle_running(at(date(2026, 12, 3), 12), date(2026, 12, 3))
            assert sum(await charged()) == 0
            assert len(await charged()) == len(before) + 1

    async def test_before_the_first_day(self, world: World) -> None:
        starts = date(2026, 12, 1)
        membership = replace(await a_membership(world, world.mia, starts_on=starts), stated=EARLY)
        booking = await booked(world, date(2026, 12, 2))
        await end_contract(world.mia.actor(), membership, WITHDRAWAL, None, NOW)
        assert (await now_of(booking)).status == "cancelled"
        await settle_running(at(starts, 12), starts)
        assert await charged() == []
        assert await left_on(membership, starts) == 0
        assert (await again(membership)).ended_because is EndedBecause.WITHDRAWN_FREE

    async def test_a_pass_costs_the_days_that_were_used(self, world: World) -> None:
        bought = replace(await a_bought_pass(world, world.mia), stated=EARLY)
        visit = await booked(world, date(2026, 11, 25))
        later = await booked(world, date(2026, 12, 2))
        await check_in(world.mia.actor(), visit.public_id, at(date(2026, 11, 25), 8))
        await end_contract(world.mia.actor(), bought, WITHDRAWAL, None, at(date(2026, 11, 25), 18))
        assert await charged() == [15000, -15000, 1500]
        assert (await now_of(later)).status == "cancelled"
        row = await fetch_row("SELECT left_units, held_units, ends_on FROM entitlement WHERE pass = $1", bought.id)
        assert row is not None
        assert tuple(row.values()) == (0, 0, date(2026, 11, 25))
        with pytest.raises(EndedAlready):
            await end_contract(world.mia.actor(), await again(bought), WITHDRAWAL, None, at(date(2026, 11, 25), 19))
        assert await accounts_out_of_balance() == []

    async def test_a_pass_of_money_costs_the_days_that_it_has_bought(self, world: World) -> None:
        await a_price(world, day=1900)
        euros = msgspec.structs.replace(TEN, unit=Unit.MONEY, amount=5000, price=5000)
        bought = replace(await a_bought_pass(world, world.mia, euros), stated=EARLY)
        visit = await booked(world, date(2026, 11, 25))
        later = [await booked(world, date(2026, 12, 2), desk) for desk in ("1", "2")]
        await check_in(world.mia.actor(), visit.public_id, at(date(2026, 11, 25), 8))
        await end_contract(world.mia.actor(), bought, WITHDRAWAL, None, at(date(2026, 11, 25), 18))
        assert await charged() == [5000, -5000, 1900]
        assert [(await now_of(booking)).status for booking in later] == ["cancelled", "cancelled"]
        row = await fetch_row("SELECT left_units, held_units FROM entitlement WHERE pass = $1", bought.id)
        assert row is not None
        assert tuple(row.values()) == (0, 0)
        assert await accounts_out_of_balance() == []

    async def test_what_stands_in_the_way(self, world: World) -> None:
        day_pass = msgspec.structs.replace(TEN, amount=1)
        used = replace(await a_bought_pass(world, world.mia, day_pass), stated=EARLY)
        await booked(world, date(2026, 11, 25))
        too_late = at(date(2026, 12, 9), 8)
        for contract, now, refusal in (
            (used, at(date(2026, 11, 25), 18), FullyUsed),
            (replace(used, stated=Stated()), at(date(2026, 11, 25), 18), type(None)),
            (used, too_late, WithdrawalOver),
            (replace(used, is_consumer=False), NOW, NoConsumer),
        ):
            plan = await plan_end(contract, WITHDRAWAL, now)
            assert plan.withdrawal is not None
            assert isinstance(plan.withdrawal.refusal, refusal), refusal

    async def test_the_last_day_is_the_fourteenth_after_the_order(self, world: World) -> None:
        membership = await a_membership(world, world.mia)
        for now, may in ((at(date(2026, 12, 8), 23), True), (at(date(2026, 12, 9), 0, 5), False)):
            plan = await plan_end(membership, WITHDRAWAL, now)
            assert plan.withdrawal is not None
            assert (plan.withdrawal.refusal is None) is may


async def test_a_pass_under_notice_keeps_its_days_and_for_cause_the_rest_is_paid_back(world: World) -> None:
    bought = await a_bought_pass(world, world.mia)
    await booked(world, date(2026, 11, 25))
    await end_contract(world.mia.actor(), bought, ORDINARY, None, NOW)
    assert (await again(bought)).last_day == bought.last_day
    assert await charged() == [15000]
    await end_contract(world.nadja.actor(), await again(bought), FOR_CAUSE, None, at(date(2026, 11, 25), 18))
    assert await charged() == [15000, -15000, 1500]
    assert (await again(bought)).last_day == date(2026, 11, 25)


async def test_the_trail_says_who_has_ended_what(world: World) -> None:
    membership = await a_membership(world, world.mia, PlanTerms(name_de="A", name_en="A", price=1000, desk_days=1))
    await end_contract(world.tilda.actor(), membership, ORDINARY, None, NOW)
    rows = await fetch("SELECT actor, subject_id FROM audit_entry WHERE action = 'membership.ended'")
    assert [tuple(row.values()) for row in rows] == [(world.tilda.id, membership.id)]
    assert local_day(NOW, HERE) == NOW.date()
