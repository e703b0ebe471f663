"""Several resources in one act: all or none, in any order without waiting for each other."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.bookings import together
from app.bookings.arrivals import check_in
from app.bookings.cancellation import cancel
from app.bookings.operations import BookDesk, take
from app.bookings.queries import BookingCard
from app.bookings.rules import AlreadyTaken, AnyOf, HouseRulesNotAccepted, NothingFree, NotOpenToChange
from app.bookings.together import NotSeveral, book_together
from app.inventory.rules import Kind
from app.kernel.refusals import Refusal
from app.platform.database import execute, fetch, fetch_value
from tests.bookings.test_races import OVERLAPS
from tests.worlds import NOW, World, a_resource, a_world, house_rules_at, rules_at, tomorrow

ACTS = 300
SECONDS = 10


@pytest.fixture(scope="module")
async def world(database: str) -> World:
    return await a_world()


@pytest.fixture(autouse=True)
async def nothing_booked(world: World) -> AsyncIterator[None]:
    yield
    await execute("UPDATE resource SET rules = NULL")
    for table in ("claim", "booking", "booking_rules", "outbox_event"):
        await execute(f"DELETE FROM {table}")


def wish(what: str | AnyOf, starts: int = 9, ends: int = 11) -> BookDesk:
    return BookDesk(what, tomorrow(starts), tomorrow(ends))


async def test_a_room_and_a_desk_are_booked_in_one_act(world: World) -> None:
    wanted = [wish(world.polch["Nette"].public_id), wish(AnyOf("regiohub-polch", Kind.DESK))]
    made = await book_together(world.mia.actor(), wanted, NOW)
    assert [booking.resource.name for booking in made] == ["Nette", "1"]
    assert made[0].group is not None
    assert made[0].group == made[1].group
    events = [row["name"] for row in await fetch("SELECT name FROM outbox_event ORDER BY id")]
    assert events == ["booking.confirmed", "booking.confirmed"]


async def test_cancelling_one_gives_all_of_them_back(world: World) -> None:
    wanted = [wish(world.polch[name].public_id) for name in ("Nette", "1")]
    room, desk = await book_together(world.mia.actor(), wanted, NOW)
    other = await book_together(world.mia.actor(), [wish(world.polch[name].public_id, 12, 13) for name in "12"], NOW)
    await cancel(world.mia.actor(), desk.public_id, NOW)
    rows = await fetch("SELECT id, status, sequence FROM booking ORDER BY id")
    assert {row["id"]: row["status"] for row in rows} == {
        room.id: "cancelled",
        desk.id: "cancelled",
        other[0].id: "confirmed",
        other[1].id: "confirmed",
    }
    assert await fetch_value("SELECT count(*) FROM claim") == 2
    with pytest.raises(NotOpenToChange):
        await cancel(world.mia.actor(), room.public_id, NOW)


async def test_who_has_arrived_in_one_keeps_it_when_the_other_is_cancelled(world: World) -> None:
    wanted = [wish(world.polch[name].public_id) for name in ("Nette", "1")]
    room, desk = await book_together(world.mia.actor(), wanted, NOW)
    await check_in(world.mia.actor(), room.public_id, tomorrow(9))
    await cancel(world.mia.actor(), desk.public_id, tomorrow(9))
    assert await fetch_value("SELECT status FROM booking WHERE id = $1", room.id) == "checked_in"


async def test_when_one_cannot_be_had_nothing_is_booked(world: World) -> None:
    await book_together(world.gundula.actor(), [wish(AnyOf("regiohub-polch", Kind.DESK))] * 3, NOW)
    for wanted in (
        [wish(world.polch["Nette"].public_id), wish(AnyOf("regiohub-polch", Kind.DESK))],
        [wish(world.polch["1"].public_id), wish(world.polch["Nette"].public_id)],
        [wish(world.polch["K1"].public_id), wish(world.polch["K1"].public_id)],
    ):
        with pytest.raises((AlreadyTaken, NothingFree)):
            await book_together(world.mia.actor(), wanted, NOW)
    assert await fetch_value("SELECT count(*) FROM booking WHERE person = $1", world.mia.id) == 0
    assert await fetch_value("SELECT count(*) FROM claim") == 3


async def test_one_alone_or_too_many_are_not_several(world: World) -> None:
    for count in (0, 1, 21):
        with pytest.raises(NotSeveral):
            await book_together(world.mia.actor(), [wish(AnyOf("regiohub-polch", Kind.DESK))] * count, NOW)


async def test_each_counts_towards_how_many_one_may_hold(world: World) -> None:
    await rules_at(world.polch, Kind.DESK, most_open=2)
    with pytest.raises(Refusal) as refused:
        await book_together(world.mia.actor(), [wish(AnyOf("regiohub-polch", Kind.DESK))] * 3, NOW)
    assert refused.value.code == "too_many_open"
    assert len(await book_together(world.mia.actor(), [wish(AnyOf("regiohub-polch", Kind.DESK))] * 2, NOW)) == 2


async def test_house_rules_are_accepted_once_for_all(world: World) -> None:
    edition = await house_rules_at(world.polch)
    wanted = [wish(world.polch[name].public_id) for name in ("1", "Nette")]
    with pytest.raises(HouseRulesNotAccepted):
        await book_together(world.gundula.actor(), wanted, NOW)
    agreed = [replace(one, house_rules=edition) for one in wanted]
    assert len(await book_together(world.gundula.actor(), agreed, NOW)) == 2
    await execute("DELETE FROM house_rules_acceptance")
    await execute("DELETE FROM house_rules")


async def rush(world: World) -> tuple[Counter[str], float]:
    """300 acts of two or three resources in random order over four hours; what became of them, and how long it took."""
    keys = [world.polch[name].public_id for name in ("1", "2", "3", "Nette", "K1")]
    keys += [(await a_resource(world.polch.id, Kind.DESK, f"R{number}")).public_id for number in range(5)]
    chance = random.Random(4)
    acts = [
        [
            BookDesk(key, tomorrow(8) + timedelta(hours=hour), tomorrow(9) + timedelta(hours=hour))
            for key in chance.sample(keys, chance.choice((2, 3)))
        ]
        for hour in [chance.randrange(4) for _ in range(ACTS)]
    ]

    async def attempt(wanted: list[BookDesk]) -> str:
        try:
            await book_together(world.mia.actor(), wanted, NOW)
        except Refusal as refusal:
            return refusal.code
        except Exception as error:
            return type(error).__name__
        return "booked"

    began = time.perf_counter()
    counted = Counter(await asyncio.gather(*(attempt(wanted) for wanted in acts)))
    return counted, time.perf_counter() - began


async def test_300_acts_in_random_order_neither_overlap_nor_deadlock(world: World) -> None:
    counted, seconds = await rush(world)
    print(f"{ACTS} acts of 2 or 3 resources: {dict(counted)} in {seconds:.2f} s")
    assert set(counted) == {"booked", "desk_already_taken"}
    assert counted["booked"] > 8
    assert await fetch_value(OVERLAPS) == 0
    halves = await fetch("SELECT 1 FROM booking GROUP BY group_id HAVING count(*) NOT BETWEEN 2 AND 3")
    assert halves == []
    assert seconds < SECONDS


async def test_without_the_locks_two_that_cross_wait_for_each_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: each holds what the other one wants next, and the database has to shoot one down."""

    async def no_lock(*_: object) -> None:
        return None

    async def crossing() -> list[str]:
        one, other = (wish(world.polch[name].public_id) for name in ("1", "2"))
        once = getattr(together.book_together, "__wrapped__")  # noqa: B009 - without the retry that would hide it
        acts = [once(world.mia.actor(), wanted, NOW) for wanted in ([one, other], [other, one])]
        done = await asyncio.gather(*acts, return_exceptions=True)
        return sorted(type(one).__name__ for one in done)

    async def slow(*arguments: Any, **columns: Any) -> BookingCard:
        booking = await take(*arguments, **columns)
        await asyncio.sleep(0.05)
        return booking

    monkeypatch.setattr(together, "take", slow)
    assert await crossing() == ["AlreadyTakenOthersFree", "list"]
    await execute("DELETE FROM claim")
    monkeypatch.setattr(together, "_lock_all", no_lock)
    told = await crossing()
    assert set(told) & {"DeadlockDetectedError", "Busy"}, told
