"""What a door system is told: who may come in when, without a name, and what has changed since it asked."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from litestar.types import ASGIApp

from app.bookings.arrivals import leave
from app.bookings.cancellation import cancel
from app.bookings.moving import MoveBooking, move
from app.bookings.operations import BookDesk, book
from app.inventory.devices import DeviceKind
from app.platform.database import execute
from tests.api.conftest import Now, calling
from tests.bookings.devices import a_device
from tests.worlds import NOW, World, tomorrow

PATH = "/api/v1/spaces/regiohub-polch/access-windows"


@pytest.fixture
async def door(application: ASGIApp, world: World) -> AsyncIterator[httpx.AsyncClient]:
    """Polch's door system."""
    _, token = await a_device(world, DeviceKind.DOOR)
    async with calling(application, Authorization=f"Bearer {token}") as client:
        yield client


async def asked(door: httpx.AsyncClient, **query: str) -> dict[str, Any]:
    answer = await door.get(PATH, params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def booked(world: World, name: str = "1", hour: int = 8) -> str:
    wanted = BookDesk(world.polch[name].public_id, tomorrow(hour), tomorrow(hour + 2))
    return (await book(world.mia.actor(), wanted, NOW)).public_id


async def test_a_window_opens_before_the_booking_and_names_nobody(door: httpx.AsyncClient, world: World) -> None:
    mine = await booked(world)
    await booked(world, "2", 14)
    answer = await asked(door)
    first, second = answer["windows"]
    assert (first["booking_id"], first["resource_id"]) == (mine, world.polch["1"].public_id)
    assert (first["from"], first["until"]) == (tomorrow(7, 45).isoformat(), tomorrow(10).isoformat())
    assert first["holder"] == second["holder"]
    assert len(first["holder"]) == 22
    for personal in ("Mia", "mia@", world.mia.public_id):
        assert personal not in str(answer)
    assert answer["withdrawn"] == []
    hours = {"from": tomorrow(8).isoformat(), "until": tomorrow(18).isoformat()}
    assert hours in answer["opening_hours"]


async def test_the_lead_is_the_devices_own(door: httpx.AsyncClient, world: World) -> None:
    await booked(world)
    await execute("UPDATE device SET opens_before = 0")
    [window] = (await asked(door))["windows"]
    assert window["from"] == window["starts_at"] == tomorrow(8).isoformat()


async def test_a_person_is_another_word_at_another_operator(
    door: httpx.AsyncClient, world: World, application: ASGIApp
) -> None:
    await booked(world)
    await book(world.mia.actor(), BookDesk(world.andernach["A1"].public_id, tomorrow(8), tomorrow(9)), NOW)
    [here] = (await asked(door))["windows"]
    await execute("UPDATE device SET space = $1", world.andernach.id)
    elsewhere = await door.get("/api/v1/spaces/alte-post-andernach/access-windows")
    [there] = elsewhere.json()["windows"]
    assert here["holder"] != there["holder"]


async def test_with_a_cursor_only_what_has_changed(door: httpx.AsyncClient, world: World, now: Now) -> None:
    mia = world.mia.actor()
    stays, goes, moves, leaves = [await booked(world, name) for name in ("1", "2", "3", "Nette")]
    await execute("UPDATE booking SET updated_at = $1, created_at = $1", NOW.replace(hour=9))
    cursor = (await asked(door))["cursor"]
    nothing = await asked(door, cursor=cursor)
    assert (nothing["windows"], nothing["withdrawn"]) == ([], [])
    now.at = NOW.replace(hour=19)
    await cancel(mia, goes, now.at)
    await move(mia, moves, MoveBooking(starts_at=tomorrow(12), ends_at=tomorrow(13)), now.at)
    await move(mia, leaves, MoveBooking(what=world.andernach["A2"].public_id), now.at)
    news = await asked(door, cursor=cursor)
    assert {window["booking_id"]: window["starts_at"] for window in news["windows"]} == {
        moves: tomorrow(12).isoformat()
    }
    assert set(news["withdrawn"]) == {goes, leaves}
    assert stays not in str(news)


async def test_what_comes_into_the_span_with_time_is_told_though_it_is_old(
    door: httpx.AsyncClient, world: World, now: Now
) -> None:
    later = await booked(world, hour=15)
    await execute("UPDATE booking SET updated_at = $1, created_at = $1", NOW.replace(hour=9))
    first = await asked(door, **{"from": tomorrow(6).isoformat(), "to": tomorrow(12).isoformat()})
    assert first["windows"] == []
    now.at = tomorrow(9)
    again = {"from": tomorrow(9).isoformat(), "to": tomorrow(18).isoformat(), "cursor": first["cursor"]}
    assert [window["booking_id"] for window in (await asked(door, **again))["windows"]] == [later]


async def test_who_leaves_early_is_let_in_no_more(door: httpx.AsyncClient, world: World, now: Now) -> None:
    mine = await booked(world)
    cursor = (await asked(door))["cursor"]
    await execute("UPDATE booking SET status = 'checked_in', checked_in_at = $1", tomorrow(8))
    now.at = tomorrow(9)
    await leave(world.mia.actor(), mine, now.at)
    assert (await asked(door, cursor=cursor))["withdrawn"] == [mine]


async def test_only_the_own_space_and_only_what_can_be_asked(door: httpx.AsyncClient, world: World) -> None:
    assert (await door.get("/api/v1/spaces/alte-post-andernach/access-windows")).status_code == 404
    for query in ("cursor=x", "from=gestern", f"to={quote('2027-01-01T00:00:00+01:00')}"):
        assert (await door.get(f"{PATH}?{query}")).status_code == 422, query


async def test_revoked_it_learns_nothing(door: httpx.AsyncClient, world: World) -> None:
    await execute("UPDATE device SET revoked_at = $1, token_hash = NULL", NOW)
    assert (await door.get(PATH)).status_code == 401
