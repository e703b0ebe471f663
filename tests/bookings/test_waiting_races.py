"""Waiting lists with real connections: one after the other in order, nobody between, nothing given away twice."""

import asyncio
import contextvars
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.bookings import offers
from app.bookings.cancellation import cancel
from app.bookings.consistency import disagreements
from app.bookings.lapsing import lapse_offers
from app.bookings.line_keeping import look_after_lines
from app.bookings.offers import OfferOver, accept_offer, leave_line
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard
from app.bookings.rules import AlreadyTaken
from app.bookings.waiting import WaitingCard
from app.bookings.waiting_list import AlreadyWaiting
from app.inventory.operations import TimeWanted, claim_all, release
from app.kernel.periods import Period
from app.kernel.refusals import Refusal
from app.platform.database import execute, fetch, fetch_row, fetch_value
from app.platform.random_ids import new_public_id
from tests.bookings.lines import all_desks, claims_for, taken, waits
from tests.bookings.test_races import OVERLAPS
from tests.worlds import NOW, World, a_world, at, tomorrow

ROUNDS = 10
IN_LINE = 200


@pytest.fixture(scope="module")
async def world(database: str) -> World:
    return await a_world()


@pytest.fixture(autouse=True)
async def emptied(world: World) -> AsyncIterator[None]:
    yield
    await nobody_waits()


async def nobody_waits() -> None:
    for table in ("claim", "waiting", "booking"):
        await execute(f"DELETE FROM {table}")


async def said(work: Awaitable[object]) -> str:
    """What became of it: done, or the code of the refusal."""
    try:
        await work
    except Refusal as refusal:
        return refusal.code
    return "done"


def the_desk(world: World) -> BookDesk:
    return BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(18))


async def offered(world: World, *, to_next: bool = False) -> tuple[WaitingCard, WaitingCard | None]:
    """Desk 1 is offered to Mia, and Gundula stands behind her where `to_next`."""
    [booking] = await taken(world, "1")
    mia = await waits(world.mia, world.polch["1"].public_id)
    gundula = await waits(world.gundula, world.polch["1"].public_id) if to_next else None
    await cancel(world.otto.actor(), booking.public_id, NOW)
    return mia, gundula


async def many_in_line(world: World) -> list[int]:
    """Strangers who wait for desk 1, in their order; each with ids of their own."""
    rows = await fetch(
        "WITH made AS (INSERT INTO person (public_id, name, created_at)"
        " SELECT 'p' || n || $4, 'Nummer ' || n, $3 FROM generate_series(1, $1) n RETURNING id)"
        " INSERT INTO waiting (public_id, person, space, kind, resource, starts_at, ends_at, created_at, updated_at)"
        " SELECT 'w' || id || $4, id, $2, 'desk', $5, $6, $7, $3, $3 FROM made ORDER BY id RETURNING id",
        IN_LINE,
        world.polch.id,
        NOW,
        new_public_id(),
        world.polch["1"].id,
        tomorrow(8),
        tomorrow(18),
    )
    return [row["id"] for row in rows]


async def test_two_hundred_in_line_are_asked_one_after_the_other_in_order(world: World) -> None:
    [booking] = await taken(world, "1")
    line = await many_in_line(world)
    await cancel(world.otto.actor(), booking.public_id, NOW)
    asked = []
    now = NOW
    while (one := await fetch("SELECT id FROM waiting WHERE status = 'offered'")) and len(asked) < 20:
        assert len(one) == 1
        asked.append(one[0]["id"])
        now = await fetch_value("SELECT max(offer_expires_at) FROM waiting WHERE status = 'offered'")
        # several workers and whoever looks after the line at the same moment
        await asyncio.gather(lapse_offers(now), lapse_offers(now), look_after_lines(now))
    assert asked == line[: len(asked)]
    assert len(asked) >= 3, "until the start is too near"
    assert await claims_for("offer") <= 1
    assert await disagreements() == []


async def test_it_passes_down_the_whole_line_until_nobody_is_left(world: World) -> None:
    [booking] = await taken(world, "1")
    line = await many_in_line(world)
    await cancel(world.otto.actor(), booking.public_id, NOW)
    asked = []
    while one := await fetch_row("SELECT id, person, public_id FROM waiting WHERE status = 'offered'"):
        asked.append(one["id"])
        await leave_line(replace(world.mia.actor(), person=one["person"]), one["public_id"], NOW)
    assert asked == line
    assert await fetch_value("SELECT count(*) FROM outbox_event WHERE name = 'waiting.offered'") >= IN_LINE
    assert (await book(world.rolf.actor(), the_desk(world), NOW)).person == world.rolf.id


async def test_several_places_given_back_at_once_go_to_as_many_in_order(world: World) -> None:
    bookings = await all_desks(world)
    line = await many_in_line(world)
    await execute("UPDATE waiting SET resource = NULL")
    await asyncio.gather(*(cancel(world.otto.actor(), each.public_id, NOW) for each in bookings))
    rows = await fetch("SELECT id, offered FROM waiting WHERE status = 'offered' ORDER BY id")
    assert [row["id"] for row in rows] == line[:3]
    assert len({row["offered"] for row in rows}) == 3
    assert await fetch_value(OVERLAPS) == 0


async def test_two_acceptances_make_one_booking(world: World) -> None:
    for _ in range(ROUNDS):
        mia, _ = await offered(world)
        done = await asyncio.gather(*(accept_offer(world.mia.actor(), mia.public_id, NOW) for _ in range(6)))
        assert len({booking.id for booking in done}) == 1
        assert await fetch_value("SELECT count(*) FROM booking WHERE person = $1", world.mia.id) == 1
        await nobody_waits()


async def test_the_last_moment_is_either_accepted_or_passed_on(world: World) -> None:
    """It is accepted in time while the clock of another process is already past the end."""
    late = at(NOW.date(), 20, 45)
    for _ in range(ROUNDS):
        mia, gundula = await offered(world, to_next=True)
        assert gundula is not None
        mine, _, strangers = await asyncio.gather(
            said(accept_offer(world.mia.actor(), mia.public_id, late - timedelta(seconds=1))),
            lapse_offers(late),
            said(book(world.rolf.actor(), the_desk(world), late)),
        )
        await look_after_lines(late)
        next_one = await fetch_value("SELECT status FROM waiting WHERE id = $1", gundula.id)
        assert (mine, next_one) in (("done", "waiting"), (OfferOver.code, "offered"))
        assert strangers == AlreadyTaken.code
        assert await claims_for("booking") + await claims_for("offer") == 1
        assert await disagreements() == []
        await nobody_waits()


async def test_accepting_while_leaving_does_one_of_both(world: World) -> None:
    for _ in range(ROUNDS):
        mia, _ = await offered(world)
        await asyncio.gather(
            said(accept_offer(world.mia.actor(), mia.public_id, NOW)),
            said(leave_line(world.mia.actor(), mia.public_id, NOW)),
        )
        status = await fetch_value("SELECT status FROM waiting")
        assert await claims_for("booking") == (status == "booked")
        assert await claims_for("offer") == 0
        await nobody_waits()


async def test_who_books_all_the_time_never_gets_what_is_given_back_to_a_line(world: World) -> None:
    for _ in range(ROUNDS):
        [booking] = await taken(world, "1")
        await waits(world.mia, world.polch["1"].public_id)
        strangers = await _while_others_try(world, cancel(world.otto.actor(), booking.public_id, NOW))
        assert not strangers
        assert await claims_for("offer") == 1
        await nobody_waits()


async def test_nobody_gets_between_an_offer_and_its_booking(world: World) -> None:
    assert await _snatched(world) == 0


async def test_letting_go_first_and_booking_then_would_let_somebody_between(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the claim is given back and made anew, as two steps that others can see."""

    async def in_two_steps(holder: int, reason: str, booking: int, period: Period) -> bool:
        resource = await fetch_value("SELECT resource FROM claim WHERE holder = $1 AND reason = $2", holder, reason)
        beside_the_transaction = contextvars.Context()
        await asyncio.create_task(release(holder, reason), context=beside_the_transaction)
        await asyncio.sleep(0.02)
        return await claim_all([TimeWanted(resource, period, "booking")], booking)

    monkeypatch.setattr(offers, "hand_over", in_two_steps)
    assert await _snatched(world) > 0


async def _snatched(world: World) -> int:
    """In how many rounds somebody who tries all the time gets the desk while its offer is accepted."""
    lost = 0
    for _ in range(ROUNDS):
        mia, _ = await offered(world)
        lost += await _while_others_try(world, said(accept_offer(world.mia.actor(), mia.public_id, NOW)))
        await nobody_waits()
    return lost


async def _while_others_try(world: World, work: Awaitable[object]) -> bool:
    """Whether somebody who tries all the time gets the desk meanwhile."""
    stop = asyncio.Event()
    trying = asyncio.create_task(_try_until(stop, world))
    await asyncio.sleep(0.01)
    await work
    stop.set()
    return await trying


async def _try_until(stop: asyncio.Event, world: World) -> bool:
    while not stop.is_set():
        if await said(book(world.rolf.actor(), the_desk(world), NOW)) == "done":
            return True
        await asyncio.sleep(0)
    return False


async def test_one_person_who_asks_often_at_once_stands_in_line_once(world: World) -> None:
    await taken(world, "1")
    asked = (said(waits(world.mia, world.polch["1"].public_id)) for _ in range(6))
    assert Counter(await asyncio.gather(*asked)) == {"done": 1, AlreadyWaiting.code: 5}


async def test_joining_while_the_place_is_given_back_leaves_nobody_waiting_beside_a_free_desk(world: World) -> None:
    for _ in range(ROUNDS):
        [booking] = await taken(world, "1")
        await asyncio.gather(
            said(waits(world.mia, world.polch["1"].public_id)),
            said(_given_back(world, booking, NOW)),
        )
        await look_after_lines(NOW)
        assert await fetch_value("SELECT count(*) FROM waiting WHERE status = 'waiting'") == 0
        await nobody_waits()


async def _given_back(world: World, booking: BookingCard, now: datetime) -> None:
    await cancel(world.otto.actor(), booking.public_id, now)
