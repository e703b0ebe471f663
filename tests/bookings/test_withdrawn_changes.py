"""A consumer withdraws from a change of plan: the earlier terms hold again, to the day and to the cent."""

from dataclasses import replace
from datetime import date, datetime

import msgspec
import pytest

from app.bookings.change_withdrawing import change_back, plan_change_back
from app.bookings.clearing import CHANGE_WITHDRAWN, AffectedChanged
from app.bookings.contract_ends import EndWish
from app.bookings.declaration_settling import fitting, settle_by_rule, settle_by_staff, wish_of
from app.bookings.membership_changes import MembersOrder, change_plan
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard, booking_by_id
from app.kernel.refusals import NotFound
from app.plans.accounts import accounts_out_of_balance
from app.plans.change_withdrawals import ChangedSince, ChangeOrder, change_named, changes_where
from app.plans.changing import change_to, stretch_now
from app.plans.declarations import DeclarationCard, DeclarationKind, Declared, Outcome, declaration_by_id, declare
from app.plans.ending import EndedAlready, NoConsumer, WithdrawalOver
from app.plans.ordering import Statements
from app.plans.queries import MembershipCard, membership_by_id
from app.plans.upkeep import settle_running
from app.platform.database import fetch_value
from tests.contracts import EIGHT, a_membership
from tests.identity.conftest import HOME
from tests.orders import PAPER
from tests.selling import a_charging_world, on_sale
from tests.worlds import NOW, World, at

JOINED = date(2026, 11, 2)
UNLIMITED = msgspec.structs.replace(EIGHT, name_de="Unbegrenzt", name_en="Unlimited", price=24000, unlimited_desks=True)
FOUR = msgspec.structs.replace(EIGHT, name_de="Vier Tage", name_en="Four days", price=6000, desk_days=4)
FOURTH_DAY = date(2026, 11, 27)


@pytest.fixture
async def world(undone: None) -> World:
    return await a_charging_world()


async def card_of(membership: int) -> MembershipCard:
    card = await membership_by_id(membership)
    assert card is not None
    return card


async def upgraded(
    world: World, *, early: bool = True, before: msgspec.Struct = FOUR, now: datetime = NOW
) -> tuple[MembershipCard, ChangeOrder]:
    """Mia has had the first plan since the second, and has changed to the second one on the 24th of November."""
    joined = at(JOINED, 9)
    contract = await a_membership(world, world.mia, before, joined, JOINED)
    offer = await on_sale(UNLIMITED, joined)
    card = await card_of(contract.id)
    change = change_to(card, offer, frozenset(), [], now.date())
    order = MembersOrder(PAPER, Statements(is_adult=True, asks_early_start=early))
    card = await change_plan(world.mia.actor(), card, change, change.after.amount, now, now.date(), order)
    [made] = await changes_where("o.membership = $1", card.id)
    return card, made


async def booked(world: World, day: date, desk: str = "1", now: datetime = NOW) -> BookingCard:
    return await book(world.mia.actor(), BookDesk(world.polch[desk].public_id, at(day, 8), at(day, 17)), now)


async def again(booking: BookingCard) -> BookingCard:
    card = await booking_by_id(booking.id)
    assert card is not None
    return card


async def due() -> int:
    amount: int = await fetch_value("SELECT sum(amount)::int FROM charge")
    return amount


async def test_who_asked_for_a_start_at_once_pays_the_days_that_were_had(world: World) -> None:
    card, order = await upgraded(world)
    four, both = 5800, 7 * 800 - 7 * 200
    assert await due() == four + both
    plan = await plan_change_back(order, FOURTH_DAY, at(FOURTH_DAY, 18))
    assert plan.withdrawal.refusal is None
    assert plan.withdrawal.last_day == date(2026, 12, 8)
    assert (plan.withdrawal.charged.amount, plan.withdrawal.owed.amount) == (both, 4 * 600)
    assert (plan.since, plan.terms.name_de) == (date(2026, 11, 28), "Vier Tage")
    assert (await card_of(card.id)).latest.name_de == "Unbegrenzt", "looking changes nothing"
    await change_back(world.mia.actor(), order, FOURTH_DAY, plan.state, at(FOURTH_DAY, 18))
    assert await due() == four + 4 * 600
    assert stretch_now(await card_of(card.id), FOURTH_DAY).terms.name_de == "Unbegrenzt"
    assert (await card_of(card.id)).latest.name_de == "Vier Tage"
    assert await accounts_out_of_balance() == []


async def test_who_did_not_ask_for_it_pays_as_if_there_had_been_no_change(world: World) -> None:
    card, order = await upgraded(world, early=False)
    plan = await plan_change_back(order, FOURTH_DAY, at(FOURTH_DAY, 18))
    assert (plan.withdrawal.charged.amount, plan.withdrawal.owed.amount) == (4200, 0)
    await change_back(None, order, FOURTH_DAY, plan.state, at(FOURTH_DAY, 18))
    assert await due() == 5800
    assert [one.terms.name_de for one in (await card_of(card.id)).timeline.stretches] == ["Vier Tage", "Vier Tage"]


async def test_what_was_charged_for_the_next_month_meanwhile_comes_back_whole(world: World) -> None:
    _, order = await upgraded(world)
    in_december = at(date(2026, 12, 2), 9)
    await settle_running(in_december, in_december.date())
    assert await due() == 5800 + 4200 + 24000
    plan = await plan_change_back(order, date(2026, 12, 1), in_december)
    assert plan.withdrawal.charged.amount == 4200 + 18000
    await change_back(None, order, date(2026, 12, 1), plan.state, in_december)
    owed = await due() - 5800 - 6000
    assert owed == plan.withdrawal.owed.amount
    assert owed == 4200 + (24000 - 6000) // 31 + 1, "a day of December, rounded with its month"


async def test_bookings_that_the_earlier_plan_holds_stay_and_the_others_are_cancelled_in_order(world: World) -> None:
    card, order = await upgraded(world)
    kept = [await booked(world, date(2026, 12, day)) for day in (2, 3, 4, 7)]
    beyond = await booked(world, date(2026, 12, 9))
    now = at(FOURTH_DAY, 18)
    plan = await plan_change_back(order, FOURTH_DAY, now)
    assert [(each.booking.id, each.payment) for each in plan.behind] == [(beyond.id, None)]
    assert (await again(beyond)).status == "confirmed", "looking changes nothing"
    await change_back(world.mia.actor(), order, FOURTH_DAY, plan.state, now)
    assert [(await again(each)).status.value for each in kept] == ["confirmed"] * 4
    assert {(await again(each)).paid_by for each in kept} == {"entitlement"}
    gone = await again(beyond)
    assert (gone.status, gone.reason) == ("cancelled", CHANGE_WITHDRAWN)
    assert await fetch_value("SELECT count(*) FROM claim WHERE holder = $1", beyond.id) == 0
    left = "SELECT left_units, held_units FROM entitlement WHERE membership = $1 AND starts_on = '2026-12-01'"
    row = await fetch_value(f"SELECT ARRAY[left_units, held_units] FROM ({left} AND left_units IS NOT NULL) x", card.id)
    assert row == [0, 8]
    assert await accounts_out_of_balance() == []


async def test_who_books_meanwhile_is_shown_it_again_and_nobody_withdraws_twice(world: World) -> None:
    _, order = await upgraded(world)
    for day in (2, 3, 4, 7):
        await booked(world, date(2026, 12, day))
    plan = await plan_change_back(order, FOURTH_DAY, NOW)
    await booked(world, date(2026, 12, 9))
    with pytest.raises(AffectedChanged):
        await change_back(None, order, FOURTH_DAY, plan.state, NOW)


async def test_a_change_that_was_followed_by_another_waits_for_that(world: World) -> None:
    card, order = await upgraded(world)
    dearer = await on_sale(msgspec.structs.replace(UNLIMITED, name_de="Alles", price=30000))
    later = at(date(2026, 11, 25), 9)
    change = change_to(card, dearer, frozenset(), [], later.date())
    made = MembersOrder(PAPER, Statements(asks_early_start=True))
    await change_plan(world.mia.actor(), card, change, 30000, later, later.date(), made)
    second, first = await changes_where("o.membership = $1", card.id)
    assert first.id == order.id
    with pytest.raises(ChangedSince):
        await plan_change_back(first, FOURTH_DAY, at(FOURTH_DAY, 18))
    card_key = await settled(second, FOURTH_DAY)
    assert (await card_of(card.id)).latest.name_de == "Unbegrenzt"
    found = await change_named(order.public_id)
    assert found is not None
    await settled(found, FOURTH_DAY, "2")
    assert (await card_of(card.id)).latest.name_de == "Vier Tage"
    withdrawn = await change_named(order.public_id)
    assert withdrawn is not None
    with pytest.raises(EndedAlready):
        await plan_change_back(withdrawn, FOURTH_DAY, at(FOURTH_DAY, 18))
    assert card_key.order == second.id


async def settled(order: ChangeOrder, on: date, form: str = "1") -> DeclarationCard:
    """Mia's declaration that names the order's number, after the rule."""
    what = Declared(
        DeclarationKind.WITHDRAWAL, "Mia Hammes", f"Nummer {order.public_id}", "mia@example.org", form_key=form
    )
    card = await declare(what, None, "de", HOME, at(on, 18))
    await settle_by_rule(card.id, at(on, 18))
    found = await declaration_by_id(card.id)
    assert found is not None
    return found


async def test_the_orders_number_settles_it_by_rule_with_its_amounts(world: World) -> None:
    card, order = await upgraded(world)
    declaration = await settled(order, FOURTH_DAY)
    assert (declaration.outcome, declaration.order) == (Outcome.WITHDRAWN, order.id)
    assert (declaration.charged, declaration.owed) == (4200, 2400)
    assert (await card_of(card.id)).ends_on is None
    assert await fetch_value("SELECT count(*) FROM outbox_event WHERE name = 'declaration.withdrawn'") == 1


async def test_the_plans_name_alone_waits_for_staff_who_choose_the_change_in_one_press(world: World) -> None:
    card, order = await upgraded(world)
    what = Declared(DeclarationKind.WITHDRAWAL, "Mia Hammes", "Unbegrenzt", "mia@example.org", form_key="1")
    declared = await declare(what, None, "de", HOME, at(FOURTH_DAY, 18))
    assert not await settle_by_rule(declared.id, at(FOURTH_DAY, 18))
    later = at(date(2026, 11, 30), 9)
    found = await fitting(declared, later)
    assert [each.public_id for each in found.all] == [card.public_id, order.public_id]
    wish = wish_of(declared)
    plan = await plan_change_back(order, FOURTH_DAY, later)
    await settle_by_staff(world.tilda.actor(), declared.public_id, order.public_id, wish, plan.state, later)
    assert await due() == 5800 + 2400, "as of the day on which it came in"
    assert (await fitting(declared, later)).changes == []


async def test_notice_is_never_about_an_order(world: World) -> None:
    _, order = await upgraded(world)
    what = Declared(DeclarationKind.ORDINARY, "Mia Hammes", "Mein Vertrag", "mia@example.org", form_key="1")
    declared = await declare(what, None, "de", HOME, NOW)
    assert (await fitting(declared, NOW)).changes == ()
    with pytest.raises(NotFound):
        wish = EndWish(DeclarationKind.ORDINARY)
        await settle_by_staff(world.tilda.actor(), declared.public_id, order.public_id, wish, None, NOW)


async def test_the_right_ends_after_its_days_and_is_not_a_businesss(world: World) -> None:
    _, order = await upgraded(world)
    late = await plan_change_back(order, date(2026, 12, 9), at(date(2026, 12, 9), 9))
    assert isinstance(late.withdrawal.refusal, WithdrawalOver)
    business = await plan_change_back(replace(order, is_consumer=False), FOURTH_DAY, NOW)
    assert isinstance(business.withdrawal.refusal, NoConsumer)
