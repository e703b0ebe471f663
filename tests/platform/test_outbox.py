"""An event is written with its cause or not at all, and handed on once to everybody who reacts to it."""

import pytest

from app.platform.database import execute, fetch, fetch_value, transaction
from app.platform.outbox import Event, Reaction, dispatch, emit
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("undone")


async def do_nothing(event: Event, now: object) -> None: ...


REACTIONS = {
    "booking.confirmed": [Reaction("mail", do_nothing), Reaction("calendar", do_nothing)],
    "booking.moved": [Reaction("mail", do_nothing)],
    "booking.viewed": [],
}


async def jobs() -> list[tuple[str, int]]:
    rows = await fetch("SELECT handler, job.aggregate_id FROM job ORDER BY id")
    return [(row["handler"], row["aggregate_id"]) for row in rows]


async def test_an_event_whose_cause_fails_never_was() -> None:
    with pytest.raises(ValueError, match="cause"):
        async with transaction():
            await emit("booking.confirmed", "booking", 1, NOW)
            raise ValueError("cause")
    assert await dispatch(REACTIONS, NOW) == 0


async def test_each_event_becomes_one_job_for_each_reaction_in_order_and_once() -> None:
    await emit("booking.confirmed", "booking", 1, NOW)
    await emit("booking.viewed", "booking", 1, NOW)
    await emit("booking.moved", "booking", 2, NOW)
    assert await dispatch(REACTIONS, NOW) == 3
    assert await dispatch(REACTIONS, NOW) == 0
    assert sorted(await jobs()) == [("calendar", 1), ("mail", 1), ("mail", 2)]
    assert [handler for handler in await jobs() if handler[0] == "mail"] == [("mail", 1), ("mail", 2)]


async def test_no_job_is_made_of_what_nobody_wants() -> None:
    async def nobody() -> bool:
        return False

    unwanted = Reaction("webhook", do_nothing, wanted=nobody)
    await emit("booking.moved", "booking", 2, NOW)
    assert await dispatch({"booking.moved": [*REACTIONS["booking.moved"], unwanted]}, NOW) == 1
    assert await jobs() == [("mail", 2)]


async def test_events_are_handed_on_oldest_first_where_there_are_many() -> None:
    for booking in range(5):
        await emit("booking.moved", "booking", booking, NOW)
    assert await dispatch(REACTIONS, NOW, limit=2) == 2
    assert await jobs() == [("mail", 0), ("mail", 1)]
    assert [await dispatch(REACTIONS, NOW, limit=2) for _ in range(3)] == [2, 1, 0]
    assert await jobs() == [("mail", booking) for booking in range(5)]


async def test_an_event_of_a_newer_version_waits_for_a_worker_that_knows_it() -> None:
    await emit("waiting_list.offered", "offer", 1, NOW)
    assert await dispatch(REACTIONS, NOW) == 0
    assert await dispatch({"waiting_list.offered": [Reaction("mail", do_nothing)]}, NOW) == 1
    assert await jobs() == [("mail", 1)]


async def test_an_event_carries_its_ids() -> None:
    await emit("booking.moved", "booking", 7, NOW, version=2, person=3, spaces=[1, 2])
    row = (await fetch("SELECT name, version, payload, occurred_at FROM outbox_event"))[0]
    assert dict(row) == {
        "name": "booking.moved",
        "version": 2,
        "payload": '{"person": 3, "spaces": [1, 2]}',
        "occurred_at": NOW,
    }
    assert await execute("DELETE FROM outbox_event") == 1
    assert await fetch_value("SELECT count(*) FROM outbox_event") == 0
