"""One desk for two members at once, or for a member and a booking, with real connections and the guards off."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from datetime import datetime

import asyncpg
import pytest

from app.bookings import fixed_desks
from app.bookings.consistency import disagreements
from app.bookings.desk_endings import settle_desk
from app.bookings.fixed_desks import BookedAhead, assign_desk
from app.bookings.operations import BookDesk, book
from app.bookings.retiring import IsFixedDesk, plan_retiring, retire_resource
from app.bookings.rules import AlreadyTaken
from app.kernel.refusals import Refusal
from app.network.managing import managed_space
from app.plans.fixed_desks import FixedAlready, FixedDesk
from app.plans.queries import MembershipCard
from app.platform.database import DB, execute, fetch_value
from tests.bookings.test_races import OVERLAPS
from tests.conftest import copied
from tests.plans.desks import TODAY, a_member
from tests.selling import it_charges
from tests.worlds import NOW, World, a_world, tomorrow

ROUNDS = 5


async def a_rushed_world() -> World:
    """The network charges, Polch does not, so that whoever books there needs no plan."""
    world = await a_world()
    await it_charges()
    await execute("UPDATE operator SET charges = false WHERE id = $1", world.operator)
    return world


@pytest.fixture(scope="module")
async def world(database: str) -> World:
    return await a_rushed_world()


@pytest.fixture(scope="module")
async def members(world: World) -> list[MembershipCard]:
    return [await a_member(person) for person in (world.mia, world.gundula, world.rolf)]


@pytest.fixture(autouse=True)
async def emptied(world: World) -> AsyncIterator[None]:
    yield
    await everything_given_back()


async def everything_given_back() -> None:
    for table in ("claim", "fixed_desk", "booking"):
        await execute(f"DELETE FROM {table}")
    await execute("UPDATE resource SET retired_at = NULL")


async def said(work: Awaitable[object]) -> str:
    try:
        await work
    except Refusal as refusal:
        return refusal.code
    return "done"


async def assigned(world: World, members: list[MembershipCard]) -> Counter[str]:
    one = world.polch["1"].public_id
    return Counter(
        await asyncio.gather(
            *(said(assign_desk(world.otto.actor(), card.public_id, one, TODAY, NOW)) for card in members)
        )
    )


async def test_one_of_several_members_gets_the_desk(world: World, members: list[MembershipCard]) -> None:
    for _ in range(ROUNDS):
        assert await assigned(world, members) == {"done": 1, FixedAlready.code: len(members) - 1}
        assert await fetch_value("SELECT count(DISTINCT holder) FROM claim") == 1
        assert await fetch_value(OVERLAPS) == 0
        await everything_given_back()


async def test_without_the_constraint_and_the_last_look_the_desk_is_everybodys(
    admin_dsn: str, template: str, world: World, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    monkeypatch.setattr(fixed_desks, "_demand_cleared", never_looks)
    await DB.close_pool()
    try:
        async with copied(admin_dsn, template, f"{template}_unfixed") as dsn:
            admin = await asyncpg.connect(dsn)
            await admin.execute("ALTER TABLE fixed_desk DROP CONSTRAINT fixed_desk_of_one")
            await admin.close()
            await DB.open_pool(dsn, size=8)
            unguarded = await a_rushed_world()
            members = [await a_member(person) for person in (unguarded.mia, unguarded.gundula, unguarded.rolf)]
            done = 0
            for _ in range(ROUNDS):
                await assigned(unguarded, members)
                done = max(done, await fetch_value("SELECT count(*) FROM fixed_desk"))
                await everything_given_back()
            await DB.close_pool()
        assert done > 1
    finally:
        with contextlib.suppress(RuntimeError):
            await DB.open_pool(database, size=8)


async def assigned_while_booked(world: World, card: MembershipCard) -> tuple[str, str]:
    one = world.polch["1"].public_id
    mine, others = await asyncio.gather(
        said(assign_desk(world.otto.actor(), card.public_id, one, TODAY, NOW)),
        said(book(world.tilda.actor(), BookDesk(one, tomorrow(9), tomorrow(12)), NOW)),
    )
    return mine, others


async def test_whoever_books_and_whoever_is_assigned_the_desk_never_both_have_it(
    world: World, members: list[MembershipCard]
) -> None:
    outcomes = Counter[tuple[str, str]]()
    for _ in range(2 * ROUNDS):
        outcomes[await assigned_while_booked(world, members[0])] += 1
        assert await disagreements() == []
        assert await fetch_value(OVERLAPS) == 0
        await everything_given_back()
    assert outcomes.keys() <= {("done", AlreadyTaken.code), (BookedAhead.code, "done")}, outcomes


async def test_who_looks_only_before_assigns_what_somebody_has_just_booked(
    world: World, members: list[MembershipCard], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody books between the first look and the claims; as the negative control once more without the last look."""

    looked, booked = asyncio.Event(), asyncio.Event()

    async def when_booked(desk: int, now: datetime) -> None:
        looked.set()
        await booked.wait()
        await settle_desk(desk, now)

    async def books_meanwhile() -> None:
        await looked.wait()
        await book(world.tilda.actor(), BookDesk(one, tomorrow(9), tomorrow(12)), NOW)
        booked.set()

    one = world.polch["1"].public_id
    monkeypatch.setattr(fixed_desks, "settle_desk", when_booked)
    both = (said(assign_desk(world.otto.actor(), members[0].public_id, one, TODAY, NOW)), said(books_meanwhile()))
    assert await asyncio.gather(*both) == [BookedAhead.code, "done"]
    await everything_given_back()
    looked.clear()
    booked.clear()
    monkeypatch.setattr(fixed_desks, "_demand_cleared", never_looks)
    both = (said(assign_desk(world.otto.actor(), members[0].public_id, one, TODAY, NOW)), said(books_meanwhile()))
    assert await asyncio.gather(*both) == ["done", "done"]


async def never_looks(desk: FixedDesk, now: datetime) -> None:
    """Instead of the last look of whoever assigns."""


async def test_a_desk_is_not_assigned_while_it_is_taken_out_of_use(world: World, members: list[MembershipCard]) -> None:
    otto, one = world.otto.actor(), world.polch["1"].public_id
    space = await managed_space(otto, world.polch.slug)
    for _ in range(ROUNDS):
        plan = await plan_retiring(otto, space, one, NOW)
        mine, gone = await asyncio.gather(
            said(assign_desk(otto, members[0].public_id, one, TODAY, NOW)),
            said(retire_resource(otto, space, one, plan.state, {}, NOW)),
        )
        assert (mine == "done") != (gone == "done"), (mine, gone)
        assert gone in {"done", "affected_changed", IsFixedDesk.code}
        await everything_given_back()
