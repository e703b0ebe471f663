"""What programs of an operator set, and what everybody reads of it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from litestar.types import ASGIApp

from app.bookings.operations import BookDesk, book
from app.bookings.queries import booking_by_id
from app.platform.database import execute, fetch_value
from tests.api.conftest import Now, calling
from tests.worlds import NOW, TOMORROW, World, at, tomorrow

SPACE = "/api/v1/spaces/regiohub-polch"


@pytest.fixture
async def otto(application: ASGIApp, world: World) -> AsyncIterator[httpx.AsyncClient]:
    """The program of the manager of Polch."""
    async with calling(application, **world.otto.bearer) as client:
        yield client


async def put(client: httpx.AsyncClient, path: str, **body: Any) -> httpx.Response:
    return await client.put(path, json=body)


async def test_rules_are_set_by_the_operator_and_read_by_everybody(
    otto: httpx.AsyncClient, anyone: httpx.AsyncClient, world: World
) -> None:
    answer = await put(otto, f"{SPACE}/rules/room", shortest=60, cancel_before=120, version=0)
    assert answer.status_code == 200, answer.text
    assert answer.json()["version"] == 1
    [rules] = (await anyone.get(f"{SPACE}/rules", headers={"Accept-Language": "en"})).json()["items"]
    assert (rules["kind"], rules["resource_id"], rules["shortest"]) == ("room", None, 60)
    assert rules["words"] == ["at least 1 hour", "cancel until 2 hours before"]
    stale = await put(otto, f"{SPACE}/rules/room", shortest=30)
    assert (stale.status_code, stale.json()["code"]) == (409, "rules_changed_meanwhile")
    wrong = await put(otto, f"{SPACE}/rules/room", shortest=30, longest=15, version=1)
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "longest")
    room = world.polch["Nette"].public_id
    own = await put(otto, f"/api/v1/resources/{room}/rules", day_parts=[{"opens": "08:00", "closes": "12:00"}])
    assert own.json()["resource_id"] == room
    assert (await otto.delete(f"/api/v1/resources/{room}/rules?version=1")).status_code == 204
    assert (await otto.delete(f"{SPACE}/rules/room?version=1")).status_code == 204
    assert (await anyone.get(f"{SPACE}/rules")).json() == {"items": []}


async def test_a_quote_says_which_rule_refuses_and_what_would_be_allowed(
    otto: httpx.AsyncClient, mia: httpx.AsyncClient, world: World
) -> None:
    await put(otto, f"{SPACE}/rules/room", shortest=120, needs_approval=True, cancel_before=60)
    body = {"resource_id": world.polch["Nette"].public_id, "starts_at": tomorrow(9).isoformat()}
    short = (await mia.post("/api/v1/quotes", json=body | {"ends_at": tomorrow(10).isoformat()})).json()
    assert short["refusals"] == [
        {
            "code": "too_short",
            "detail": "Hier bucht man mindestens 2 Stunden.",
            "instead": {"ends_at": "2026-11-25T11:00:00+01:00"},
        }
    ]
    long = (await mia.post("/api/v1/quotes", json=body | {"ends_at": tomorrow(12).isoformat()})).json()
    assert (long["bookable"], long["needs_approval"]) == (True, True)
    assert "mindestens 2 Stunden" in long["rules"]
    assert long["cancel_until"] == "2026-11-25T08:00:00+01:00"


async def test_availability_ends_where_one_may_not_book_yet(
    otto: httpx.AsyncClient, anyone: httpx.AsyncClient, world: World
) -> None:
    await put(otto, f"{SPACE}/rules/room", days_ahead=1, buffer_after=60)
    room = world.polch["Nette"]
    await book(world.mia.actor(), BookDesk(room.public_id, tomorrow(9), tomorrow(10)), NOW)
    times = {"from": tomorrow(0).isoformat(), "to": at(TOMORROW + timedelta(days=3), 0).isoformat()}
    found = (await anyone.get(f"/api/v1/resources/{room.public_id}/availability", params=times)).json()
    assert found["free"] == [{"starts_at": "2026-11-25T11:00:00+01:00", "ends_at": "2026-11-25T18:00:00+01:00"}], (
        "an hour after the booking stays free, and so does one before it, after what would come then"
    )


async def test_availability_is_round_the_clock_but_for_closed_days(
    otto: httpx.AsyncClient, anyone: httpx.AsyncClient, world: World, now: Now
) -> None:
    await put(otto, f"{SPACE}/rules/booth", outside_hours="everyone")
    closing = {"days": [(TOMORROW + timedelta(days=1)).isoformat()], "reason": "Inventur"}
    state = (await otto.post(f"{SPACE}/blockers/preview", json=closing)).json()["state"]
    assert (await otto.post(f"{SPACE}/blockers", json=closing | {"state": state})).status_code == 201
    times = {"from": tomorrow(0).isoformat(), "to": at(TOMORROW + timedelta(days=3), 0).isoformat()}
    path = f"/api/v1/resources/{world.polch['K1'].public_id}/availability"
    free = (await anyone.get(path, params=times)).json()["free"]
    assert [(one["starts_at"][5:16], one["ends_at"][5:16]) for one in free] == [
        ("11-25T00:00", "11-26T00:00"),
        ("11-27T00:00", "11-28T00:00"),
    ]


async def test_blocking_by_program_moves_and_cancels(otto: httpx.AsyncClient, world: World) -> None:
    first = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(9), tomorrow(10)), NOW)
    second = await book(world.mia.actor(), BookDesk(world.polch["2"].public_id, tomorrow(9), tomorrow(10)), NOW)
    body = {
        "resource_ids": [world.polch["1"].public_id, world.polch["2"].public_id],
        "starts_at": tomorrow(8).isoformat(),
        "ends_at": tomorrow(18).isoformat(),
        "reason": "Maler",
    }
    plan = (await otto.post(f"{SPACE}/blockers/preview", json=body)).json()
    assert [(one["booking_id"], one["suggested"], one["place_name"]) for one in plan["affected"]] == [
        (first.public_id, "move", "3"),
        (second.public_id, "cancel", None),
    ]
    conflict = await otto.post(f"{SPACE}/blockers", json=body)
    assert (conflict.status_code, conflict.json()["code"]) == (409, "affected_changed")
    choices = {first.public_id: "cancel"}
    made = await otto.post(f"{SPACE}/blockers", json=body | {"state": plan["state"], "choices": choices})
    assert made.status_code == 201, made.text
    [listed] = (await otto.get(f"{SPACE}/blockers")).json()["items"]
    assert (listed["reason"], listed["closes"]) == ("Maler", None)
    for booking in (first, second):
        card = await booking_by_id(booking.id)
        assert card is not None
        assert (card.status, card.reason) == ("cancelled", "blocked")
    assert (await otto.delete(f"{SPACE}/blockers/{listed['id']}")).status_code == 204
    assert (await otto.get(f"{SPACE}/blockers")).json() == {"items": []}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"reason": "x"}, "starts_at"),
        ({"reason": "x", "days": ["2026-11-25"], "weekdays": [1]}, "days"),
        ({"reason": "x", "days": ["2026-02-31"]}, "days"),
        ({"reason": "", "days": ["2026-11-25"]}, "reason_de"),
        ({"reason": "x", "starts_at": "2026-11-25T08:00:00Z", "ends_at": "2026-11-25T09:00:00Z", "weekdays": [1]},
         "until"),
    ],
)  # fmt: skip
async def test_what_cannot_be_blocked_names_the_field(
    otto: httpx.AsyncClient, body: dict[str, Any], field: str
) -> None:
    answer = await otto.post(f"{SPACE}/blockers/preview", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


async def test_parts_and_equipment_by_program(otto: httpx.AsyncClient, world: World) -> None:
    made = await otto.post(f"{SPACE}/equipment", json={"name": "Beamer"})
    assert made.status_code == 201
    room = world.polch["Nette"].public_id
    parts = (await put(otto, f"/api/v1/resources/{room}/parts", parts=[made.json()["id"]])).json()
    assert (parts["held_with_it"], parts["words"]) == ([made.json()["id"]], ["mit Beamer"])
    circle = await put(otto, f"/api/v1/resources/{room}/parts", parts=[room])
    assert (circle.status_code, circle.json()["code"]) == (422, "part_of_itself")
    assert (await otto.delete(f"{SPACE}/equipment/{made.json()['id']}")).status_code == 409
    assert [one["name"] for one in (await otto.get(f"{SPACE}/equipment")).json()["items"]] == ["Beamer"]
    assert "Beamer" not in (await otto.get(SPACE)).text


async def test_groups_and_clubs_by_program(otto: httpx.AsyncClient, world: World) -> None:
    await execute("UPDATE person SET entered_by_operator = $1 WHERE id = $2", world.operator, world.mia.id)
    group = (await otto.post(f"{SPACE}/groups", json={"name": "Eigene", "are_own_members": True})).json()
    path = f"{SPACE}/groups/{group['id']}"
    assert (await otto.put(f"{path}/people/{world.mia.public_id}")).status_code == 204
    assert (await otto.put(f"{path}/people/{world.gundula.public_id}")).status_code == 404, "beyond reach"
    assert [one["name"] for one in (await otto.get(path)).json()["people"]] == ["Mia Hammes"]
    assert (await otto.delete(f"{path}/people/{world.mia.public_id}")).status_code == 204
    assert (await otto.delete(path)).status_code == 204
    club = await otto.post(f"{SPACE}/organisations", json={"name": "TV", "responsible": world.mia.public_id})
    assert club.json()["responsible"]["name"] == "Mia Hammes"
    other = f"{SPACE}/organisations/{club.json()['id']}/responsible"
    assert (await put(otto, other, responsible=world.gundula.public_id)).status_code == 404
    assert (await put(otto, other, responsible=world.mia.public_id)).status_code == 200
    assert (await otto.delete(f"{SPACE}/organisations/{club.json()['id']}")).status_code == 204


async def test_a_rival_finds_nothing_and_changes_nothing(rolf: httpx.AsyncClient, world: World) -> None:
    room = world.polch["Nette"].public_id
    for method, path in (
        ("PUT", f"{SPACE}/rules/room"),
        ("PUT", f"/api/v1/resources/{room}/parts"),
        ("POST", f"{SPACE}/blockers"),
        ("GET", f"{SPACE}/groups"),
        ("GET", f"{SPACE}/organisations"),
        ("PUT", f"{SPACE}/publication"),
        ("DELETE", f"{SPACE}/publication"),
        ("PUT", f"{SPACE}/evening-mail"),
        ("POST", f"{SPACE}/photos"),
        ("POST", f"/api/v1/resources/{room}/photos"),
        ("GET", f"{SPACE}/reports"),
        ("GET", f"{SPACE}/people/{world.mia.public_id}/notes"),
        ("POST", "/api/v1/operators/polch/bars"),
        ("GET", f"/api/v1/operators/polch/people/{world.mia.public_id}/bookings"),
    ):
        assert (await rolf.request(method, path, json={})).status_code == 404, path
    assert await fetch_value("SELECT count(*) FROM booking_rules") == 0
