"""Holds at the edge of their time, with real connections: nobody gets between a hold and its booking."""

import asyncio
import contextvars
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from datetime import timedelta

import pytest

from app.bookings import holds
from app.bookings.held import HeldDesk
from app.bookings.holds import HELD_FOR, Newcomer, book_held, hold_desk
from app.bookings.lapsing import lapse_holds
from app.bookings.operations import BookDesk, book
from app.bookings.rules import AlreadyTaken, AnyOf
from app.identity.mailed_links import LinkNoLongerWorks, link_to_mail
from app.inventory.operations import TimeWanted, claim_all, release
from app.inventory.rules import Kind
from app.kernel.periods import Period
from app.kernel.refusals import Refusal
from app.platform.database import execute, fetch_value
from tests.bookings.test_races import OVERLAPS
from tests.identity.conftest import KEY
from tests.worlds import NOW, World, a_world, tomorrow

ROUNDS = 10


@pytest.fixture(scope="module")
async def world(database: str) -> World:
    return await a_world()


@pytest.fixture(autouse=True)
async def emptied(world: World) -> AsyncIterator[None]:
    yield
    await everything_given_back()


async def everything_given_back() -> None:
    for table in ("claim", "desk_hold", "booking", "mailed_link", "rate_limit"):
        await execute(f"DELETE FROM {table}")


async def held(world: World, email: str = "nina@example.org", desk: str = "1") -> tuple[HeldDesk, str]:
    """A hold of tomorrow, and the token of its link."""
    wish = BookDesk(world.polch[desk].public_id, tomorrow(8), tomorrow(18))
    hold = await hold_desk(wish, Newcomer("Nina Neu", email, "de"), NOW, key=KEY, address=email)
    link = await link_to_mail(hold.link, NOW, key=KEY)
    assert link is not None
    return hold, link.token


async def said(work: Awaitable[object]) -> str:
    """What became of it: done, or the code of the refusal."""
    try:
        done = await work
    except Refusal as refusal:
        return refusal.code
    return "lapsed" if isinstance(done, holds.Confirmation) and done.booking is None else "booked"


async def test_two_who_open_the_same_link_make_one_booking(world: World) -> None:
    for _ in range(ROUNDS):
        _, token = await held(world)
        outcomes = Counter(await asyncio.gather(*(said(book_held(token, NOW)) for _ in range(6))))
        assert outcomes == {"booked": 1, LinkNoLongerWorks.code: 5}
        assert await fetch_value("SELECT count(*) FROM booking") == 1
        assert await fetch_value("SELECT count(*) FROM person WHERE email = 'nina@example.org'") == 1
        await everything_given_back()


async def test_the_last_moment_is_either_booked_or_lapsed_and_never_both(world: World) -> None:
    """The link is opened in time while the clock of another process is already past the end."""
    for _ in range(ROUNDS):
        hold, token = await held(world)
        late = NOW + HELD_FOR
        wish = BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(18))
        mine, _, others = await asyncio.gather(
            said(book_held(token, late - timedelta(seconds=1))),
            lapse_holds(late),
            said(book(world.mia.actor(), wish, late)),
        )
        booked = [mine, others].count("booked")
        assert booked <= 1
        assert await fetch_value("SELECT count(*) FROM claim WHERE reason = 'booking'") == [mine, others].count(
            "booked"
        )
        assert await fetch_value("SELECT count(*) FROM claim WHERE reason = 'hold'") == 0
        assert await fetch_value("SELECT count(*) FROM booking") == booked
        assert await fetch_value("SELECT ended_at IS NOT NULL FROM desk_hold WHERE id = $1", hold.id)
        await everything_given_back()


async def test_of_those_who_hold_and_those_who_book_one_gets_the_desk(world: World) -> None:
    for _ in range(ROUNDS):
        wish = BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(18))
        outcomes = Counter(
            await asyncio.gather(
                *(said(_hold(world, wish, f"n{n}@example.org")) for n in range(4)),
                *(said(book(world.mia.actor(), wish, NOW)) for _ in range(4)),
            )
        )
        assert outcomes == {"booked": 1, AlreadyTaken.code: 7}
        assert await fetch_value("SELECT count(*) FROM claim") == 1
        await everything_given_back()


async def _hold(world: World, wish: BookDesk, email: str) -> HeldDesk:
    return await hold_desk(wish, Newcomer("Nina", email, "de"), NOW, key=KEY, address=email)


async def test_one_address_holds_one_desk_however_often_it_asks_at_once(world: World) -> None:
    wish = BookDesk(AnyOf("regiohub-polch", Kind.DESK), tomorrow(8), tomorrow(18))
    asked = (said(_hold(world, wish, "nina@example.org")) for _ in range(6))
    assert Counter(await asyncio.gather(*asked)) == {"booked": 6}
    assert await fetch_value("SELECT count(*) FROM claim WHERE reason = 'hold'") == 1
    assert await fetch_value("SELECT count(*) FROM desk_hold WHERE ended_at IS NULL") == 1


async def test_many_who_find_the_same_hold_over_give_the_desk_away_once(world: World) -> None:
    for _ in range(ROUNDS):
        await held(world)
        wish = BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(18))
        outcomes = Counter(
            await asyncio.gather(*(said(book(world.mia.actor(), wish, NOW + HELD_FOR)) for _ in range(8)))
        )
        assert outcomes["booked"] == 1, outcomes
        assert await fetch_value(OVERLAPS) == 0
        await everything_given_back()


async def test_nobody_gets_between_a_hold_and_its_booking(world: World) -> None:
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

    monkeypatch.setattr(holds, "hand_over", in_two_steps)
    assert await _snatched(world) > 0


async def _snatched(world: World) -> int:
    """In how many rounds somebody who tries all the time gets the desk while its link is opened."""
    lost = 0
    for _ in range(ROUNDS):
        _, token = await held(world)
        wish = BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(12))
        stop = asyncio.Event()
        snatching = asyncio.create_task(_try_until(stop, world, wish))
        await asyncio.sleep(0.01)
        mine = await said(book_held(token, NOW))
        stop.set()
        lost += await snatching
        assert mine in ("booked", "lapsed")
        await everything_given_back()
    return lost


async def _try_until(stop: asyncio.Event, world: World, wish: BookDesk) -> bool:
    while not stop.is_set():
        if await said(book(world.mia.actor(), wish, NOW)) == "booked":
            return True
        await asyncio.sleep(0)
    return False


async def test_a_claim_that_is_handed_over_is_the_same_row(world: World) -> None:
    hold, token = await held(world)
    before = await fetch_value("SELECT id FROM claim")
    done = await book_held(token, NOW)
    assert done.booking is not None
    assert await fetch_value("SELECT id FROM claim WHERE holder = $1 AND reason = 'booking'", done.booking.id) == before
    assert await release(hold.id, "hold") == 0
