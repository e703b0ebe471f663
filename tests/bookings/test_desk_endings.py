"""What a fixed desk stands on goes: the desk itself, its space, its operator. Nothing stays held, somebody is told."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from app.bookings.block_plan import CloseDays
from app.bookings.blocking import block, plan_block
from app.bookings.clearing import AffectedChanged
from app.bookings.closing_down import booked_ahead, retire_space
from app.bookings.consistency import disagreements
from app.bookings.desk_choice import free_to_choose_from, is_any_left
from app.bookings.desk_endings import end_desk, settle_desks
from app.bookings.fixed_desks import NoFixedDeskThen, OwnDeskGoesOn, assign_desk, release_days
from app.bookings.operations import BookDesk, book
from app.bookings.operator_ends import end_operator, plan_end, settle_ends
from app.bookings.release_credits import settle_released
from app.bookings.retiring import IsFixedDesk, plan_retiring, retire_resource
from app.network.managing import managed_space
from app.network.queries import SpaceCard
from app.plans.ending import EndedBecause
from app.plans.fixed_desks import Because, FixedDesk, desk_as_it_was, desks_of_membership
from app.plans.memberships import end
from app.plans.purses import ScopeShape
from app.platform.database import execute, fetch, fetch_value
from tests.plans.desks import FIXED, TODAY, a_member, again, claims_of, held
from tests.selling import a_charging_world
from tests.worlds import NOW, TOMORROW, World, at

A_DAY = timedelta(days=1)
FRIDAY = date(2026, 11, 27)


@pytest.fixture
async def world(undone: None) -> World:
    world = await a_charging_world()
    await execute("UPDATE operator SET charges = false WHERE id = $1", world.operator)
    return world


async def assigned(world: World, first_day: date = TODAY, name: str = "1") -> FixedDesk:
    card = await a_member(world.mia)
    return (await assign_desk(world.otto.actor(), card.public_id, world.polch[name].public_id, first_day, NOW)).desk


async def polch(world: World) -> SpaceCard:
    return await managed_space(world.otto.actor(), world.polch.slug)


async def told(name: str) -> list[int]:
    rows = await fetch("SELECT aggregate_id FROM outbox_event WHERE name = $1 ORDER BY id", name)
    return [row["aggregate_id"] for row in rows]


async def as_it_was(desk: FixedDesk) -> FixedDesk:
    found = await desk_as_it_was(desk.id)
    assert found is not None
    return found


async def test_a_desk_is_taken_out_of_use_with_its_holder_only_where_staff_says_so(world: World) -> None:
    desk = await assigned(world)
    otto, one, space = world.otto.actor(), world.polch["1"].public_id, await polch(world)
    plan = await plan_retiring(otto, space, one, NOW)
    assert [(each.id, person) for each, person in plan.fixed] == [(desk.id, "Mia Hammes")]
    with pytest.raises(IsFixedDesk):
        await retire_resource(otto, space, one, plan.state, {}, NOW)
    assert await held(world.polch["1"], TOMORROW)
    await retire_resource(otto, space, one, plan.state, {}, NOW, ends_fixed=True)
    assert await claims_of(desk) == 0
    assert await told("fixed_desk.ended") == [desk.id]
    assert (await as_it_was(desk)).because is Because.DESK_RETIRED
    assert await desks_of_membership(desk.membership.id) == []
    await settle_desks(NOW)
    assert await claims_of(desk) == 0
    assert await disagreements() == []


async def test_a_desk_that_is_assigned_for_later_than_anything_is_held_is_somebodys_too(world: World) -> None:
    later = TODAY + timedelta(days=600)
    desk = await assigned(world, later)
    assert await claims_of(desk) == 0
    plan = await plan_retiring(world.otto.actor(), await polch(world), world.polch["1"].public_id, NOW)
    assert [each.id for each, _ in plan.fixed] == [desk.id]


async def test_who_is_given_the_desk_while_staff_reads_the_list_is_not_overlooked(world: World) -> None:
    otto, one, space = world.otto.actor(), world.polch["1"].public_id, await polch(world)
    plan, ahead = await plan_retiring(otto, space, one, NOW), await booked_ahead(otto, space, NOW)
    leaving = await plan_end(world.nadja.actor(), "polch", FRIDAY, NOW)
    await assigned(world)
    with pytest.raises(AffectedChanged):
        await retire_resource(otto, space, one, plan.state, {}, NOW, ends_fixed=True)
    with pytest.raises(AffectedChanged):
        await retire_space(otto, space, ahead.state, NOW)
    with pytest.raises(AffectedChanged):
        await end_operator(world.nadja.actor(), "polch", FRIDAY, leaving.state, NOW)


async def test_a_space_that_is_given_up_keeps_nobodys_desk(world: World) -> None:
    later = NOW + 3 * A_DAY
    begun, otto = await assigned(world), world.otto.actor()
    other = await a_member(world.gundula, FRIDAY + A_DAY)
    coming = await assign_desk(otto, other.public_id, world.polch["2"].public_id, FRIDAY + A_DAY, NOW)
    ahead = await booked_ahead(otto, await polch(world), later)
    assert [name for _, name in ahead.fixed] == ["Mia Hammes", "Gundula Gast"]
    await retire_space(otto, await polch(world), ahead.state, later)
    assert (await again(begun)).last_day == FRIDAY - A_DAY
    assert (await as_it_was(coming.desk)).is_withdrawn
    assert [(await as_it_was(each)).because for each in (begun, coming.desk)] == [Because.SPACE_RETIRED] * 2
    assert sorted(await told("fixed_desk.ended")) == sorted([begun.id, coming.desk.id])
    assert not await held(world.polch["1"], FRIDAY)
    assert await disagreements() == []


async def test_an_operator_that_leaves_keeps_its_fixed_desks_until_the_last_day(world: World) -> None:
    desk, nadja = await assigned(world), world.nadja.actor()
    plan = await plan_end(nadja, "polch", FRIDAY, NOW)
    assert [name for _, name in plan.fixed] == ["Mia Hammes"]
    await end_operator(nadja, "polch", FRIDAY, plan.state, NOW)
    assert ((await again(desk)).last_day, (await again(desk)).because) == (FRIDAY, Because.OPERATOR_ENDED)
    assert [await held(world.polch["1"], day) for day in (FRIDAY, FRIDAY + A_DAY)] == [True, False]
    assert await told("fixed_desk.ended") == [desk.id]
    await settle_ends(at(FRIDAY + A_DAY, 1))
    assert await told("fixed_desk.ended") == [desk.id]


async def test_whoever_is_assigned_a_desk_while_the_end_is_set_has_it_until_then(world: World) -> None:
    nadja, otto, one = world.nadja.actor(), world.otto.actor(), world.polch["1"].public_id
    await end_operator(nadja, "polch", FRIDAY, (await plan_end(nadja, "polch", FRIDAY, NOW)).state, NOW)
    card = await a_member(world.mia)
    with pytest.raises(NoFixedDeskThen):
        await assign_desk(otto, card.public_id, one, FRIDAY + A_DAY, NOW)
    made = await assign_desk(otto, card.public_id, one, TODAY, NOW)
    assert made.desk.last_day == FRIDAY
    assert not await held(world.polch["1"], FRIDAY + A_DAY)


async def test_one_that_ends_with_its_membership_before_the_operator_does_is_nobodys_concern(world: World) -> None:
    desk = await assigned(world)
    await end(None, desk.membership.id, TOMORROW, EndedBecause.CAUSE, NOW, TODAY)
    assert (await plan_end(world.nadja.actor(), "polch", FRIDAY, NOW)).fixed == ()


async def test_after_an_end_the_holder_chooses_again_and_not_before_it(world: World) -> None:
    desk = await assigned(world)
    card, mia, today = desk.membership, world.mia.actor(), TODAY
    assert free_to_choose_from(card, await desks_of_membership(card.id), today) is None
    await end_desk(world.otto.actor(), desk.public_id, FRIDAY, NOW)
    assert free_to_choose_from(card, await desks_of_membership(card.id), today) == FRIDAY + A_DAY
    with pytest.raises(OwnDeskGoesOn):
        await assign_desk(mia, card.public_id, world.polch["2"].public_id, FRIDAY, NOW)
    await assign_desk(mia, card.public_id, world.polch["2"].public_id, FRIDAY + A_DAY, NOW)
    assert await held(world.polch["1"], FRIDAY)
    assert await held(world.polch["2"], FRIDAY + A_DAY)
    assert free_to_choose_from(card, await desks_of_membership(card.id), today) is None


async def test_where_a_plan_holds_nowhere_else_nothing_is_left_to_choose(world: World) -> None:
    terms = replace(FIXED, scope=ScopeShape(operators=[world.operator]))
    local, anywhere = await a_member(world.mia, TODAY, terms), await a_member(world.gundula)
    nadja = world.nadja.actor()
    await end_operator(nadja, "polch", FRIDAY, (await plan_end(nadja, "polch", FRIDAY, NOW)).state, NOW)
    assert await is_any_left(local, FRIDAY, NOW)
    assert not await is_any_left(local, FRIDAY + A_DAY, NOW)
    assert await is_any_left(anywhere, FRIDAY + A_DAY, NOW)


async def test_a_desk_that_is_withdrawn_is_free_for_another_member(world: World) -> None:
    desk = await assigned(world, FRIDAY)
    await end_desk(world.otto.actor(), desk.public_id, TODAY, NOW)
    assert (await as_it_was(desk)).is_withdrawn
    other = await a_member(world.gundula)
    await assign_desk(world.otto.actor(), other.public_id, world.polch["1"].public_id, TODAY, NOW)
    assert await held(world.polch["1"], FRIDAY)
    assert await disagreements() == []


async def test_a_day_released_beyond_the_end_brings_nothing(world: World) -> None:
    desk = await assigned(world)
    await release_days(world.mia.actor(), desk.public_id, [FRIDAY], NOW)
    await end_desk(world.otto.actor(), desk.public_id, TOMORROW, NOW)
    await book(world.gundula.actor(), BookDesk(world.polch["1"].public_id, at(FRIDAY, 9), at(FRIDAY, 12)), NOW)
    assert await settle_released(at(FRIDAY + A_DAY, 1)) == 1
    assert await fetch_value("SELECT credit FROM fixed_desk_release") == 0


async def test_a_closing_day_says_whose_fixed_desks_it_concerns_and_tells_them_once(world: World) -> None:
    desk, otto, space = await assigned(world), world.otto.actor(), await polch(world)
    await release_days(world.mia.actor(), desk.public_id, [FRIDAY + 3 * A_DAY], NOW)
    command = CloseDays((TOMORROW, FRIDAY), "Betriebsausflug")
    plan = await plan_block(otto, space, command, NOW)
    assert [name for _, name in plan.fixed] == ["Mia Hammes"]
    await block(otto, space, command, plan.state, {}, NOW)
    assert await told("fixed_desk.blocked") == [desk.id]
    assert (await plan_block(otto, space, CloseDays((FRIDAY + 3 * A_DAY,), "Umbau"), NOW)).fixed == ()
