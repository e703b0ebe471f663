"""A reported desk blocked for the rest of the day, also by the front desk, and nothing else."""

from datetime import timedelta

import pytest

from app.bookings.block_plan import Fate
from app.bookings.clearing import AffectedChanged
from app.bookings.consistency import disagreements
from app.bookings.operations import BookDesk, book
from app.bookings.queries import booking_by_id
from app.bookings.report_blocks import block_reported, plan_report_block
from app.inventory.reports import NewReport, State, report, report_at, set_state
from app.kernel.refusals import NotFound
from app.network.queries import SpaceCard, any_space
from tests.worlds import World, a_world, tomorrow

TEN = tomorrow(10)


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


@pytest.fixture
async def polch(world: World) -> SpaceCard:
    space = await any_space(world.polch.slug)
    assert space is not None
    return space


async def a_report(space: SpaceCard, resource: str = "") -> str:
    return await report(space, NewReport("broken", "Das Netzteil raucht.", resource), "de", "192.0.2.7", TEN)


async def test_the_front_desk_blocks_to_midnight_and_who_sits_there_gets_another_desk(
    world: World, polch: SpaceCard
) -> None:
    desk, frida = world.polch["1"].public_id, world.frida.actor()
    sits = await book(world.mia.actor(), BookDesk(desk, tomorrow(9), tomorrow(12)), tomorrow(8))
    after = await book(
        world.mia.actor(),
        BookDesk(desk, tomorrow(9) + timedelta(days=1), tomorrow(12) + timedelta(days=1)),
        tomorrow(8),
    )
    made = await a_report(polch, desk)
    plan = await plan_report_block(frida, polch, made, TEN)
    assert [(each.person, each.suggested) for each in plan.affected] == [("Mia Hammes", Fate.MOVE)]
    await block_reported(frida, polch, made, plan.state, TEN)
    moved, kept = await booking_by_id(sits.id), await booking_by_id(after.id)
    assert moved is not None
    assert kept is not None
    assert moved.resource.name == "2"
    assert kept.resource.name == "1", "tomorrow it may be mended"
    assert (await report_at(polch.id, made, TEN)).is_blocked
    assert not (await report_at(polch.id, made, TEN + timedelta(hours=14))).is_blocked
    assert await disagreements() == []


async def test_who_was_not_shown_is_not_moved(world: World, polch: SpaceCard) -> None:
    desk, frida = world.polch["1"].public_id, world.frida.actor()
    made = await a_report(polch, desk)
    shown = await plan_report_block(frida, polch, made, TEN)
    sits = await book(world.mia.actor(), BookDesk(desk, tomorrow(11), tomorrow(12)), TEN)
    with pytest.raises(AffectedChanged):
        await block_reported(frida, polch, made, shown.state, TEN)
    still = await booking_by_id(sits.id)
    assert still is not None
    assert still.resource.name == "1"


async def test_what_cannot_be_blocked_is_not_offered(world: World, polch: SpaceCard) -> None:
    frida, desk = world.frida.actor(), world.polch["1"].public_id
    whole, done, blocked = await a_report(polch), await a_report(polch, desk), await a_report(polch, desk)
    await set_state(frida, polch, done, State.DONE, TEN)
    await block_reported(frida, polch, blocked, (await plan_report_block(frida, polch, blocked, TEN)).state, TEN)
    for made in (whole, done, blocked):
        with pytest.raises(NotFound):
            await plan_report_block(frida, polch, made, TEN)


async def test_strangers_block_nothing(world: World, polch: SpaceCard) -> None:
    made = await a_report(polch, world.polch["1"].public_id)
    for stranger in (world.mia, world.tilda, world.ada, world.rolf):
        with pytest.raises(NotFound):
            await block_reported(stranger.actor(), polch, made, "", TEN)
