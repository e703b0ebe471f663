"""What an open page of a space hears at once, and no page of another space: bookings, and what staff sets there."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from app.bookings.block_plan import Block, CloseDays
from app.bookings.blocking import block, lift_block, plan_block
from app.bookings.held import HeldDesk
from app.bookings.holds import HELD_FOR, Newcomer, book_held, hold_desk
from app.bookings.hours_changing import change_hours, plan_hours
from app.bookings.lapsing import lapse_holds
from app.bookings.news import space_news
from app.bookings.operations import BookDesk, book
from app.bookings.operator_ends import end_operator, plan_end, settle_ends
from app.bookings.retiring import plan_retiring, retire_resource
from app.identity.mailed_links import link_to_mail
from app.inventory.blockers import closing_on
from app.inventory.booking_rules import BookingRules
from app.inventory.floor_setting import FloorName, add_floor, floors_of, remove_floor
from app.inventory.floor_sheets import empty_floor
from app.inventory.hours_setting import DropDay, Of, SetDay, set_staffed, stated_hours
from app.inventory.linking import set_parts
from app.inventory.resource_setting import (
    ResourceFacts,
    add_resource,
    bring_back,
    change_resource,
    kept_resource,
    kept_resources,
    order_resource,
)
from app.inventory.rule_setting import RulesFor, drop_rules, set_rules, stated_rules
from app.inventory.rules import Kind
from app.kernel.wall_time import Opening
from app.network.first_visit_setting import WrittenCard, set_first_visit
from app.network.managing import managed_space
from app.network.operators import resume_operator, suspend_operator
from app.network.queries import SpaceCard
from app.network.rules import Measures
from app.network.space_setting import SpaceDetails, change_space
from app.network.whereabouts import Address
from app.platform.live import Live, LivePace, latest_event
from tests.identity.conftest import KEY
from tests.worlds import NOW, TOMORROW, World, a_world, tomorrow

SOON = 3.0
TODAY = NOW.date()
ONE_DESK = ResourceFacts(Kind.DESK, "7")


@dataclass
class Desk:
    """Where pages are open, and the last that was held there."""

    world: World
    live: Live
    held: HeldDesk | None = None

    async def polch(self) -> SpaceCard:
        return await managed_space(self.world.otto.actor(), self.world.polch.slug)

    async def resource(self, name: str) -> str:
        kept = await kept_resources(self.world.polch.id)
        return next(each.public_id for each in kept if each.facts.name == name)


@pytest.fixture(scope="module")
async def desk(database: str) -> AsyncIterator[Desk]:
    """For good and for all tests here, in order: a page hears only of what has been committed.

    Each act commits once, so that no page hears of the one before.
    """
    live = Live(database, space_news, LivePace(look=30, linger=10))
    yield Desk(await a_world(), live)
    live.end()


async def books(desk: Desk) -> None:
    world = desk.world
    await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(9)), NOW)


async def blocks(desk: Desk) -> None:
    otto, polch = desk.world.otto.actor(), await desk.polch()
    command = Block((desk.world.polch["1"].public_id,), tomorrow(9), tomorrow(10), "Heizung")
    await block(otto, polch, command, (await plan_block(otto, polch, command, NOW)).state, {}, NOW)


async def closes_a_day(desk: Desk) -> None:
    otto, polch = desk.world.otto.actor(), await desk.polch()
    command = CloseDays((TOMORROW + timedelta(days=7),), "Fest")
    await block(otto, polch, command, (await plan_block(otto, polch, command, NOW)).state, {}, NOW)


async def opens_it_again(desk: Desk) -> None:
    closing = await closing_on(desk.world.polch.id, TOMORROW + timedelta(days=7))
    assert closing is not None
    await lift_block(desk.world.otto.actor(), await desk.polch(), closing.public_id, NOW)


async def sets_hours(desk: Desk) -> None:
    otto, polch = desk.world.otto.actor(), await desk.polch()
    command = SetDay(TOMORROW, (Opening(480, 1140),))
    await change_hours(otto, polch, command, (await plan_hours(otto, polch, command, TODAY, NOW)).state, (), TODAY, NOW)


async def sets_staffed_hours(desk: Desk) -> None:
    polch = await desk.polch()
    state = (await stated_hours(polch.id, Of.STAFF, TODAY)).state
    await set_staffed(desk.world.otto.actor(), polch, DropDay(TOMORROW), state, TODAY, NOW)


async def says_rules(desk: Desk) -> None:
    await set_rules(desk.world.otto.actor(), RulesFor(await desk.polch(), Kind.DESK), BookingRules(), 0, NOW)


async def drops_rules(desk: Desk) -> None:
    polch = await desk.polch()
    [stated] = await stated_rules(polch.id)
    await drop_rules(desk.world.otto.actor(), RulesFor(polch, Kind.DESK), stated.version, NOW)


async def adds_a_desk(desk: Desk) -> None:
    await add_resource(desk.world.otto.actor(), await desk.polch(), ONE_DESK, TODAY, NOW)


async def renames_a_desk(desk: Desk) -> None:
    polch = await desk.polch()
    kept = await kept_resource(polch.id, await desk.resource("7"))
    wanted = replace(kept.facts, name="8")
    await change_resource(desk.world.otto.actor(), polch, kept.public_id, wanted, kept.version, TODAY, NOW)


async def puts_a_desk_first(desk: Desk) -> None:
    await order_resource(desk.world.otto.actor(), await desk.polch(), await desk.resource("8"), up=True, now=NOW)


async def gives_a_room_parts(desk: Desk) -> None:
    nette = desk.world.polch["Nette"].public_id
    await set_parts(desk.world.otto.actor(), await desk.polch(), nette, [await desk.resource("K1")], NOW)


async def retires_a_desk(desk: Desk) -> None:
    otto, polch, place = desk.world.otto.actor(), await desk.polch(), await desk.resource("8")
    await retire_resource(otto, polch, place, (await plan_retiring(otto, polch, place, NOW)).state, {}, NOW)


async def brings_a_desk_back(desk: Desk) -> None:
    await bring_back(desk.world.otto.actor(), await desk.polch(), await desk.resource("8"), NOW)


async def draws_a_floor(desk: Desk) -> None:
    await add_floor(desk.world.otto.actor(), await desk.polch(), FloorName("Oben", ""), empty_floor(1200, 900), NOW)


async def removes_a_floor(desk: Desk) -> None:
    polch = await desk.polch()
    [floor] = await floors_of(polch.id)
    await remove_floor(desk.world.otto.actor(), polch, floor.public_id, NOW)


async def renames_the_space(desk: Desk) -> None:
    polch, none = await desk.polch(), ("", "")
    details = SpaceDetails(
        "Hub am Bahnhof", polch.slug, Address("Bahnhofstraße 1", "56751", "Polch"), none, none, none, "", "",
        frozenset(), frozenset(), Measures(),
    )  # fmt: skip
    await change_space(desk.world.otto.actor(), polch, details, 1, TODAY, NOW)


async def says_the_wifi(desk: Desk) -> None:
    await set_first_visit(desk.world.otto.actor(), await desk.polch(), WrittenCard(wifi_name="Hub"), 0, NOW)


async def holds_a_desk(desk: Desk) -> None:
    wish = BookDesk(desk.world.polch["3"].public_id, tomorrow(9), tomorrow(10))
    desk.held = await hold_desk(wish, Newcomer("Nina Neu", "nina@example.org", "de"), NOW, key=KEY, address="::1")


async def lets_a_hold_lapse(desk: Desk) -> None:
    assert await lapse_holds(NOW + HELD_FOR) == 1


async def opens_the_link_too_late(desk: Desk) -> None:
    assert desk.held is not None
    link = await link_to_mail(desk.held.link, NOW, key=KEY)
    assert link is not None
    assert (await book_held(link.token, NOW + HELD_FOR)).booking is None


async def is_suspended(desk: Desk) -> None:
    await suspend_operator(desk.world.nadja.actor(), "polch", NOW)


async def is_resumed(desk: Desk) -> None:
    await resume_operator(desk.world.nadja.actor(), "polch", NOW)


async def has_ended(desk: Desk) -> None:
    nadja = desk.world.nadja.actor()
    last = TOMORROW + timedelta(days=1)
    await end_operator(nadja, "polch", last, (await plan_end(nadja, "polch", last, NOW)).state, NOW)
    assert await settle_ends(NOW + timedelta(days=3)) == 1


IN_ORDER = (
    books,
    closes_a_day,
    opens_it_again,
    blocks,
    sets_hours,
    sets_staffed_hours,
    says_rules,
    drops_rules,
    adds_a_desk,
    renames_a_desk,
    puts_a_desk_first,
    gives_a_room_parts,
    retires_a_desk,
    brings_a_desk_back,
    draws_a_floor,
    removes_a_floor,
    renames_the_space,
    says_the_wifi,
    holds_a_desk,
    lets_a_hold_lapse,
    holds_a_desk,
    opens_the_link_too_late,
    is_suspended,
    is_resumed,
    has_ended,
)


@pytest.mark.parametrize("happens", IN_ORDER, ids=[each.__name__ for each in IN_ORDER])
async def test_the_pages_of_that_space_hear_of_it(desk: Desk, happens: Callable[[Desk], Awaitable[None]]) -> None:
    with desk.live.board(desk.world.polch.id, 1) as here, desk.live.board(desk.world.andernach.id, 2) as elsewhere:
        assert not await desk.live.is_behind(here, await latest_event())
        await happens(desk)
        assert await here.changed(within=SOON)
        assert not await elsewhere.changed(within=0)
