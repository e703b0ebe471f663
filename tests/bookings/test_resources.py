"""What a manager does with desks and rooms, and what guests can book of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.bookings.block_plan import CloseDays
from app.bookings.blocking import block, plan_block
from app.bookings.operations import BookDesk, book
from app.bookings.queries import booking_by_id
from app.bookings.retiring import PartOfAnother, plan_retiring, retire_resource
from app.bookings.rules import Status
from app.inventory.linking import set_parts
from app.inventory.queries import resources_of, taken_periods
from app.inventory.resource_setting import (
    KindWhileBooked,
    ResourceChangedMeanwhile,
    ResourceFacts,
    ResourceNameTaken,
    add_many,
    add_resource,
    bring_back,
    change_resource,
    copy_resource,
    kept_resource,
    kept_resources,
    order_resource,
)
from app.inventory.rules import Kind
from app.kernel.periods import Period
from app.kernel.refusals import NotFound, Refusal
from app.network.managing import managed_space
from app.network.queries import SpaceCard
from app.platform.database import fetch_value
from tests.worlds import NOW, TOMORROW, World, a_world, rules_at, tomorrow


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


@pytest.fixture
async def polch(world: World) -> SpaceCard:
    return await managed_space(world.otto.actor(), world.polch.slug)


async def test_many_desks_come_at_once_and_can_be_booked(world: World, polch: SpaceCard) -> None:
    await rules_at(world.polch, Kind.DESK, shortest=60)
    like = ResourceFacts(Kind.DESK, "1", features=frozenset({"monitor"}), lacking=frozenset({"window"}))
    made = await add_many(world.otto.actor(), polch, ["3", "4", "5"], like, TOMORROW, NOW)
    desks = await resources_of(polch.id, Kind.DESK)
    assert [desk.name for desk in desks] == ["1", "2", "3", "4", "5"], "3 was there already"
    assert (desks[4].features, desks[4].lacking) == (("monitor",), ("window",))
    assert desks[4].rules == desks[0].rules != 0, "new desks obey what was said of desks"
    booked = await book(world.mia.actor(), BookDesk(made[0], tomorrow(8), tomorrow(9)), NOW)
    assert booked.resource.name == "4"


async def test_a_new_desk_is_closed_on_a_closing_day_ahead(world: World, polch: SpaceCard) -> None:
    otto, closing = world.otto.actor(), CloseDays((TOMORROW,), "Umbau")
    await block(otto, polch, closing, (await plan_block(otto, polch, closing, NOW)).state, {}, NOW)
    made = await add_resource(otto, polch, ResourceFacts(Kind.DESK, "4"), TOMORROW, NOW)
    key = (await kept_resource(polch.id, made)).id
    assert (await taken_periods([key], Period(tomorrow(0), tomorrow(23))))[key]


async def test_a_resource_is_changed_unless_somebody_else_did_meanwhile(world: World, polch: SpaceCard) -> None:
    otto, room = world.otto.actor(), world.polch["Nette"].public_id
    kept = await kept_resource(polch.id, room)
    wanted = replace(kept.facts, name="Nettetal", capacity=6)
    await change_resource(otto, polch, room, wanted, kept.version, TOMORROW, NOW)
    assert (await kept_resource(polch.id, room)).facts == wanted
    with pytest.raises(ResourceChangedMeanwhile):
        await change_resource(otto, polch, room, kept.facts, kept.version, TOMORROW, NOW)
    assert await fetch_value("SELECT count(*) FROM audit_entry WHERE action = 'resource.changed'") == 1


async def test_two_desks_cannot_have_one_name(world: World, polch: SpaceCard) -> None:
    otto, desk = world.otto.actor(), await kept_resource(polch.id, world.polch["1"].public_id)
    with pytest.raises(ResourceNameTaken):
        await change_resource(otto, polch, desk.public_id, replace(desk.facts, name="2"), desk.version, TOMORROW, NOW)
    with pytest.raises(ResourceNameTaken):
        await add_resource(otto, polch, ResourceFacts(Kind.DESK, "1"), TOMORROW, NOW)
    await add_resource(otto, polch, ResourceFacts(Kind.PARKING, "1"), TOMORROW, NOW)


async def test_who_has_booked_a_desk_does_not_find_a_booth(world: World, polch: SpaceCard) -> None:
    otto, desk = world.otto.actor(), await kept_resource(polch.id, world.polch["1"].public_id)
    await book(world.mia.actor(), BookDesk(desk.public_id, tomorrow(8), tomorrow(9)), NOW)
    booth = replace(desk.facts, kind=Kind.BOOTH)
    with pytest.raises(KindWhileBooked):
        await change_resource(otto, polch, desk.public_id, booth, desk.version, TOMORROW, NOW)
    await change_resource(otto, polch, desk.public_id, booth, desk.version, TOMORROW, NOW + timedelta(days=2))


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        (ResourceFacts(Kind.DESK, " "), "name"),
        (ResourceFacts(Kind.DESK, "9", capacity=0), "capacity"),
        (ResourceFacts(Kind.DESK, "9", features=frozenset({"jacuzzi"})), "features"),
        (ResourceFacts(Kind.DESK, "9", features=frozenset({"plug"}), lacking=frozenset({"plug"})), "features"),
    ],
)
async def test_what_cannot_be_is_refused(world: World, polch: SpaceCard, facts: ResourceFacts, field: str) -> None:
    with pytest.raises(Refusal) as refused:
        await add_resource(world.otto.actor(), polch, facts, TOMORROW, NOW)
    assert refused.value.field == field


async def test_a_copy_has_the_next_name_and_stands_behind(world: World, polch: SpaceCard) -> None:
    await copy_resource(world.otto.actor(), polch, world.polch["1"].public_id, TOMORROW, NOW)
    desks = await resources_of(polch.id, Kind.DESK)
    assert [desk.name for desk in desks] == ["1", "2", "3", "4"]
    assert set(desks[3].features) == {"window", "monitor"}


async def test_the_order_is_the_managers(world: World, polch: SpaceCard) -> None:
    otto, third = world.otto.actor(), world.polch["3"].public_id
    for _ in range(3):
        await order_resource(otto, polch, third, up=True, now=NOW)
    assert [desk.name for desk in await resources_of(polch.id, Kind.DESK)] == ["3", "1", "2"]
    await order_resource(otto, polch, third, up=False, now=NOW)
    assert [desk.name for desk in await resources_of(polch.id, Kind.DESK)] == ["1", "3", "2"]


async def test_what_is_booked_of_a_desk_moves_when_it_goes(world: World, polch: SpaceCard) -> None:
    otto, desk = world.otto.actor(), world.polch["1"].public_id
    booked = await book(world.mia.actor(), BookDesk(desk, tomorrow(8), tomorrow(9)), NOW)
    plan = await plan_retiring(otto, polch, desk, NOW)
    assert [(each.person, each.place.name if each.place else "") for each in plan.affected] == [("Mia Hammes", "2")]
    await retire_resource(otto, polch, desk, plan.state, {}, NOW)
    moved = await booking_by_id(booked.id)
    assert moved
    assert (moved.resource.name, moved.status) == ("2", Status.CONFIRMED)
    assert "1" not in [each.name for each in await resources_of(polch.id, Kind.DESK)]
    with pytest.raises(NotFound):
        await plan_retiring(otto, polch, desk, NOW)


async def test_what_has_no_equal_place_is_called_off_and_the_past_stays(world: World, polch: SpaceCard) -> None:
    otto, booth = world.otto.actor(), world.polch["K1"].public_id
    booked = await book(world.mia.actor(), BookDesk(booth, tomorrow(8), tomorrow(9)), NOW)
    plan = await plan_retiring(otto, polch, booth, NOW)
    await retire_resource(otto, polch, booth, plan.state, {}, NOW)
    gone = await booking_by_id(booked.id)
    assert gone
    assert (gone.status, gone.reason, gone.resource.name) == (Status.CANCELLED, "retired", "K1")


async def test_what_went_comes_back_under_its_name(world: World, polch: SpaceCard) -> None:
    otto, desk = world.otto.actor(), world.polch["2"].public_id
    await retire_resource(otto, polch, desk, (await plan_retiring(otto, polch, desk, NOW)).state, {}, NOW)
    assert [each.facts.name for each in await kept_resources(polch.id) if each.retired_at] == ["2"]
    await bring_back(otto, polch, desk, NOW)
    assert (await book(world.mia.actor(), BookDesk(desk, tomorrow(8), tomorrow(9)), NOW)).resource.name == "2"


async def test_a_name_that_was_given_away_does_not_come_back(world: World, polch: SpaceCard) -> None:
    otto, desk = world.otto.actor(), world.polch["2"].public_id
    await retire_resource(otto, polch, desk, (await plan_retiring(otto, polch, desk, NOW)).state, {}, NOW)
    await add_resource(otto, polch, ResourceFacts(Kind.DESK, "2"), TOMORROW, NOW)
    with pytest.raises(ResourceNameTaken):
        await bring_back(otto, polch, desk, NOW)


async def test_a_half_stays_while_there_is_a_whole(world: World, polch: SpaceCard) -> None:
    otto, half = world.otto.actor(), world.polch["K1"].public_id
    await set_parts(otto, polch, world.polch["Nette"].public_id, {half}, NOW)
    with pytest.raises(PartOfAnother):
        await plan_retiring(otto, polch, half, NOW)


async def test_a_rival_keeps_nothing_of_others(world: World, polch: SpaceCard) -> None:
    rolf, desk = world.rolf.actor(), world.polch["1"].public_id
    for attempt in (
        add_resource(rolf, polch, ResourceFacts(Kind.DESK, "9"), TOMORROW, NOW),
        copy_resource(rolf, polch, desk, TOMORROW, NOW),
        retire_resource(rolf, polch, desk, "", {}, NOW),
        bring_back(rolf, polch, desk, NOW),
    ):
        with pytest.raises(NotFound):
            await attempt
    alte_post = await managed_space(rolf, world.andernach.slug)
    with pytest.raises(NotFound):
        await copy_resource(rolf, alte_post, desk, TOMORROW, NOW)
