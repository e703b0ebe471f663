"""Requests, coming later and leaving through the interface."""

from datetime import timedelta

import httpx
import pytest

from app.identity.rules import Scope
from app.inventory.rules import Kind
from app.kernel.periods import Period
from app.platform.random_ids import new_token
from tests.api.conftest import Now, calling
from tests.api.requests import booked, wish
from tests.worlds import NOW, World, add_token, rules_at, tomorrow

BOOKINGS = "/api/v1/bookings"
REQUESTS = "/api/v1/spaces/regiohub-polch/requests"
MORNING = Period(tomorrow(9), tomorrow(12))


@pytest.fixture
async def frida(application: object, world: World) -> httpx.AsyncClient:
    async with calling(application, **world.frida.bearer) as client:  # type: ignore[arg-type]
        yield client


async def test_staff_lists_approves_and_declines(
    mia: httpx.AsyncClient, frida: httpx.AsyncClient, world: World
) -> None:
    await rules_at(world.polch, Kind.ROOM, needs_approval=True, decide_within=600)
    first = (await mia.post(BOOKINGS, json=wish(world.polch["Nette"], MORNING))).json()
    second = (await mia.post(BOOKINGS, json=wish(world.polch["Nette"], Period(tomorrow(13), tomorrow(14))))).json()
    assert (first["status"], first["decide_by"]) == ("requested", "2026-11-25T05:00:00+01:00")
    page = (await frida.get(REQUESTS, params={"limit": 1})).json()
    assert [item["booking"]["id"] for item in page["items"]] == [first["id"]]
    assert page["items"][0]["person"] == "Mia Hammes"
    rest = (await frida.get(REQUESTS, params={"cursor": page["next"]})).json()
    assert ([item["booking"]["id"] for item in rest["items"]], rest["next"]) == ([second["id"]], None)
    approved = await frida.post(f"{BOOKINGS}/{first['id']}/approve")
    assert (approved.status_code, approved.json()["status"], approved.json()["decide_by"]) == (200, "confirmed", None)
    declined = await frida.post(f"{BOOKINGS}/{second['id']}/decline", json={"answer": "Da tagt der Rat."})
    answer = declined.json()
    assert (answer["status"], answer["reason"], answer["answer"]) == ("cancelled", "declined", "Da tagt der Rat.")
    assert answer["counts"] is False
    again = await frida.post(f"{BOOKINGS}/{first['id']}/decline", json={})
    assert (again.status_code, again.json()["code"]) == (409, "already_decided")
    assert (await frida.get(REQUESTS, params={"cursor": "x"})).status_code == 422


async def test_others_find_no_requests_and_decide_nothing(
    mia: httpx.AsyncClient, rolf: httpx.AsyncClient, anyone: httpx.AsyncClient, world: World
) -> None:
    await rules_at(world.polch, Kind.ROOM, needs_approval=True)
    made = (await mia.post(BOOKINGS, json=wish(world.polch["Nette"], MORNING))).json()
    for stranger in (mia, rolf):
        assert (await stranger.get(REQUESTS)).status_code == 404
        assert (await stranger.post(f"{BOOKINGS}/{made['id']}/approve")).status_code == 404
        assert (await stranger.post(f"{BOOKINGS}/{made['id']}/decline", json={})).status_code == 404
    assert (await anyone.get(REQUESTS)).status_code == 401


async def test_a_token_without_the_scope_of_staff_decides_nothing(anyone: httpx.AsyncClient, world: World) -> None:
    token = new_token()
    await add_token(world.frida.id, token, [Scope.READ, Scope.BOOKINGS])
    answer = await anyone.get(REQUESTS, headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


async def test_one_comes_later_arrives_and_leaves(mia: httpx.AsyncClient, world: World, now: Now) -> None:
    made = await booked(world.mia, world.polch["1"], MORNING)
    at = f"{BOOKINGS}/{made.public_id}"
    assert (await mia.post(f"{at}/coming-later")).json()["code"] == "coming_later_not_open"
    now.at = tomorrow(9, 10)
    later = await mia.post(f"{at}/coming-later")
    assert later.json()["coming_later_at"] == "2026-11-25T09:10:00+01:00"
    assert (await mia.post(f"{at}/leave")).json()["code"] == "not_checked_in"
    now.at = tomorrow(9, 30)
    assert (await mia.post(f"{at}/check-in")).json()["checked_in_at"] == "2026-11-25T09:30:00+01:00"
    now.at = tomorrow(10)
    left = (await mia.post(f"{at}/leave")).json()
    assert (left["status"], left["left_at"]) == ("completed", "2026-11-25T10:00:00+01:00")
    assert (await mia.post(f"{at}/leave")).json() == left


async def test_a_booking_says_until_when_it_is_free_to_cancel_and_whether_it_counts(
    mia: httpx.AsyncClient, world: World, now: Now
) -> None:
    await rules_at(world.polch, Kind.DESK, cancel_before=24 * 60)
    made = (await mia.post(BOOKINGS, json=wish(world.polch["1"], MORNING))).json()
    assert made["cancel_until"] == "2026-11-24T19:30:00+01:00"
    now.at = NOW + timedelta(hours=1)
    gone = (await mia.post(f"{BOOKINGS}/{made['id']}/cancel")).json()
    assert (gone["status"], gone["counts"]) == ("released", True)
