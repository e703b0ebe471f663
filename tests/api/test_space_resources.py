"""What programs of a space's manager do with resources and hours."""

from collections.abc import AsyncIterator

import httpx
import pytest
from litestar.types import ASGIApp

from app.bookings.operations import BookDesk, book
from app.bookings.queries import booking_by_id
from app.bookings.rules import Status
from tests.api.conftest import calling
from tests.worlds import NOW, World, tomorrow

SPACE = "/api/v1/spaces/regiohub-polch"
MORNINGS = [{"weekday": day, "openings": [{"opens": "08:00", "closes": "12:00"}]} for day in range(1, 6)]


@pytest.fixture
async def otto(application: ASGIApp, world: World) -> AsyncIterator[httpx.AsyncClient]:
    """The program of the manager of Polch."""
    async with calling(application, **world.otto.bearer) as client:
        yield client


async def test_a_desk_is_added_changed_retired_and_brought_back(
    otto: httpx.AsyncClient, mia: httpx.AsyncClient, world: World
) -> None:
    made = await otto.post(f"{SPACE}/resources", json={"kind": "desk", "name": "A1", "features": ["plug"]})
    assert made.status_code == 201, made.text
    desk = made.json()
    wanted = {"kind": "desk", "name": "A2", "lacking": ["window"], "version": desk["version"]}
    changed = (await otto.put(f"/api/v1/resources/{desk['id']}", json=wanted)).json()
    assert (changed["name"], changed["features"], changed["lacking"]) == ("A2", [], ["window"])
    stale = await otto.put(f"/api/v1/resources/{desk['id']}", json=wanted)
    assert (stale.status_code, stale.json()["code"]) == (409, "resource_changed_meanwhile")
    taken = await otto.post(f"{SPACE}/resources", json={"kind": "desk", "name": "a2"})
    assert (taken.status_code, taken.json()["code"]) == (409, "resource_name_taken")

    body = {"resource_id": desk["id"], "starts_at": tomorrow(8).isoformat(), "ends_at": tomorrow(9).isoformat()}
    booked = (await mia.post("/api/v1/bookings", json=body)).json()
    plan = (await otto.get(f"/api/v1/resources/{desk['id']}/retirement")).json()
    assert [(each["booking_id"], each["suggested"]) for each in plan["affected"]] == [(booked["id"], "move")]
    old = await otto.post(f"/api/v1/resources/{desk['id']}/retirement", json={"state": "old"})
    assert old.status_code == 409
    gone = await otto.post(f"/api/v1/resources/{desk['id']}/retirement", json={"state": plan["state"]})
    assert gone.json()["retired_at"] is not None
    assert (await mia.get(f"/api/v1/bookings/{booked['id']}")).json()["resource"]["name"] == "1"
    assert (await otto.get(f"/api/v1/resources/{desk['id']}/retirement")).status_code == 404
    back = await otto.post(f"{SPACE}/resources/{desk['id']}/return")
    assert (back.status_code, back.json()["retired_at"]) == (200, None)
    listed = (await otto.get(f"{SPACE}/resources")).json()["items"]
    assert [each["name"] for each in listed] == ["1", "2", "3", "A2", "Nette", "K1"]


async def test_hours_are_set_with_what_is_booked_outside(otto: httpx.AsyncClient, world: World) -> None:
    late = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(14), tomorrow(15)), NOW)
    kept = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(16), tomorrow(17)), NOW)
    plan = (await otto.post(f"{SPACE}/hours/preview", json={"week": MORNINGS})).json()
    assert [each["booking_id"] for each in plan["outside"]] == [late.public_id, kept.public_id]
    assert (await otto.put(f"{SPACE}/hours", json={"week": MORNINGS})).status_code == 409
    body = {"week": MORNINGS, "state": plan["state"], "keep": [kept.public_id]}
    done = await otto.put(f"{SPACE}/hours", json=body)
    assert done.json()["week"][2] == {"weekday": 3, "openings": [{"opens": "08:00", "closes": "12:00"}]}
    states = [card.status for each in (late, kept) if (card := await booking_by_id(each.id))]
    assert states == [Status.CANCELLED, Status.CONFIRMED]
    for wrong in ([{"weekday": 9, "openings": []}], [{"weekday": 1, "openings": [{"opens": "8", "closes": "12:00"}]}]):
        assert (await otto.post(f"{SPACE}/hours/preview", json={"week": wrong})).status_code == 422


async def test_a_rival_finds_nothing(rolf: httpx.AsyncClient, world: World) -> None:
    desk = world.polch["1"].public_id
    for method, path in (
        ("GET", f"{SPACE}/resources"),
        ("POST", f"{SPACE}/resources"),
        ("PUT", f"/api/v1/resources/{desk}"),
        ("POST", f"/api/v1/resources/{desk}/retirement"),
        ("POST", f"/api/v1/spaces/alte-post-andernach/resources/{desk}/return"),
        ("PUT", f"{SPACE}/hours"),
    ):
        assert (await rolf.request(method, path, json={})).status_code == 404, path
