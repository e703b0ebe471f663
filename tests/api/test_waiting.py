"""The waiting list through the interface."""

from typing import Any

import httpx
import pytest
from litestar.types import ASGIApp

from app.bookings.cancellation import cancel
from app.identity.operations import NewPerson, create_people
from app.platform.database import fetch_value
from tests.api.conftest import Now, calling
from tests.bookings.lines import all_desks, taken, waits
from tests.worlds import NOW, World, house_rules_at, tomorrow

LIST = "/api/v1/waiting-list"


def wish(**more: object) -> dict[str, object]:
    times = {"starts_at": tomorrow(8).isoformat(), "ends_at": tomorrow(18).isoformat()}
    return {"space": "regiohub-polch", "kind": "desk", **times, **more}


async def joined(client: httpx.AsyncClient, **more: object) -> dict[str, Any]:
    answer = await client.post(LIST, json=wish(**more))
    assert answer.status_code == 201, answer.text
    place: dict[str, Any] = answer.json()
    return place


async def test_joining_being_offered_and_accepting(mia: httpx.AsyncClient, world: World) -> None:
    first, second, _ = await all_desks(world)
    await waits(world.gundula)
    place = await joined(mia, note="Am Fenster")
    assert (place["status"], place["position"], place["kind"], place["resource"]) == ("waiting", 2, "desk", None)
    assert (place["starts_at"], place["offered"]) == ("2026-11-25T08:00:00+01:00", None)
    address = f"{LIST}/{place['id']}"
    early = await mia.post(f"{address}/accept")
    assert (early.status_code, early.json()["code"]) == (409, "offer_over")
    for booking in (first, second):
        await cancel(world.otto.actor(), booking.public_id, NOW)
    shown = (await mia.get(address)).json()
    assert (shown["status"], shown["position"], shown["offered"]["name"]) == ("offered", 2, "2")
    assert shown["offer_expires_at"] == "2026-11-24T20:45:00+01:00"
    booked = await mia.post(f"{address}/accept", headers={"Idempotency-Key": "one"})
    again = await mia.post(f"{address}/accept", headers={"Idempotency-Key": "one"})
    assert (booked.status_code, booked.json()) == (200, again.json())
    assert booked.json()["note"] == "Am Fenster"
    [listed] = (await mia.get(LIST)).json()["items"]
    assert (listed["status"], listed["booking_id"], listed["position"]) == ("booked", booked.json()["id"], 0)


async def test_an_offer_that_is_over_is_refused(mia: httpx.AsyncClient, world: World, now: Now) -> None:
    first, *_ = await all_desks(world)
    place = await joined(mia)
    await cancel(world.otto.actor(), first.public_id, NOW)
    now.at = tomorrow(6, 30)
    late = await mia.post(f"{LIST}/{place['id']}/accept")
    assert (late.status_code, late.json()["code"]) == (409, "offer_over")
    assert (await mia.get(f"{LIST}/{place['id']}")).json()["reason"] == "lapsed"


async def test_leaving_ends_it_and_passes_on_what_was_offered(mia: httpx.AsyncClient, world: World) -> None:
    first, *_ = await all_desks(world)
    place, after = await joined(mia), await waits(world.gundula)
    await cancel(world.otto.actor(), first.public_id, NOW)
    for _ in range(2):
        assert (await mia.delete(f"{LIST}/{place['id']}")).status_code == 204
    assert (await mia.get(f"{LIST}/{place['id']}")).json()["reason"] == "declined"
    assert await fetch_value("SELECT status FROM waiting WHERE id = $1", after.id) == "offered"


async def test_one_resource_a_kind_with_features_or_any_place_to_work(mia: httpx.AsyncClient, world: World) -> None:
    await all_desks(world)
    await taken(world, "Nette", "K1")
    desk = world.polch["1"].public_id
    times = {name: wish()[name] for name in ("starts_at", "ends_at")}
    one = (await mia.post(LIST, json={**times, "resource_id": desk})).json()
    assert (one["resource"]["id"], one["kind"]) == (desk, "desk")
    await mia.delete(f"{LIST}/{one['id']}")
    some = await joined(mia, features=["window"], books_itself=True)
    assert (some["features"], some["books_itself"]) == (["window"], True)
    await mia.delete(f"{LIST}/{some['id']}")
    anything = (await mia.post(LIST, json={**times, "space": "regiohub-polch"})).json()
    assert (anything["kind"], anything["resource"]) == (None, None)
    first = (await mia.get(f"{LIST}?limit=2")).json()
    rest = (await mia.get(f"{LIST}?limit=2&cursor={first['next']}")).json()
    assert [place["id"] for place in first["items"] + rest["items"]] == [anything["id"], some["id"], one["id"]]
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"space": None, "kind": None}, "what_is_unclear"),
        ({"kind": None, "features": ["window"]}, "what_is_unclear"),
        ({"features": ["golden"]}, "feature_unknown"),
        ({"ends_at": tomorrow(7).isoformat()}, "ends_before_start"),
        ({"starts_at": tomorrow(7).isoformat()}, "outside_opening_hours"),
        ({"kind": "parking"}, "not_found"),
    ],
)
async def test_what_cannot_be_waited_for(
    mia: httpx.AsyncClient, world: World, body: dict[str, object], code: str
) -> None:
    await all_desks(world)
    answer = await mia.post(LIST, json=wish(**body))
    assert answer.json()["code"] == code


async def test_what_is_free_is_told_instead(mia: httpx.AsyncClient, world: World) -> None:
    await taken(world, "1", "2")
    answer = await mia.post(LIST, json=wish())
    assert (answer.status_code, answer.json()["code"]) == (409, "still_free")
    assert answer.json()["alternatives"] == [{"resource_id": world.polch["3"].public_id, "name": "3"}]


async def test_house_rules_are_accepted_with_it(mia: httpx.AsyncClient, world: World) -> None:
    await all_desks(world)
    edition = await house_rules_at(world.polch)
    assert (await mia.post(LIST, json=wish())).json()["code"] == "house_rules_not_accepted"
    assert await joined(mia, house_rules=edition)


async def test_a_cursor_of_somebody_else_is_unknown(mia: httpx.AsyncClient, world: World) -> None:
    await all_desks(world)
    place = await waits(world.gundula)
    assert (await mia.get(f"{LIST}/{place.public_id}")).status_code == 404
    assert (await mia.get(f"{LIST}?cursor={place.public_id}")).json()["code"] == "cursor_unknown"


async def test_programs_of_staff_put_somebody_in_line_who_has_it_booked(
    application: ASGIApp, world: World, now: Now
) -> None:
    first, *_ = await all_desks(world)
    [erna] = await create_people([NewPerson("Erna Schmitz", operator=world.operator, space=world.polch.id)], NOW)
    public_id = await fetch_value("SELECT public_id FROM person WHERE id = $1", erna)
    async with calling(application, **world.rolf.bearer) as rolf, calling(application, **world.frida.bearer) as frida:
        assert (await rolf.post(LIST, json=wish(person=public_id))).status_code == 404
        place = await joined(frida, person=public_id)
        assert place["books_itself"] is True
        assert (await frida.get(LIST)).json()["items"] == []
    await cancel(world.otto.actor(), first.public_id, NOW)
    assert await fetch_value("SELECT person FROM booking WHERE status = 'confirmed' ORDER BY id DESC LIMIT 1") == erna


async def test_a_room_is_waited_for_with_all_who_come(mia: httpx.AsyncClient, world: World) -> None:
    [room] = await taken(world, "Nette")
    assert (await mia.post(LIST, json=wish(kind="room", people=9))).json()["code"] == "too_many_people"
    place = await joined(mia, kind="room", people=4, guests=["Jo", "Kim"], books_itself=True)
    await cancel(world.otto.actor(), room.public_id, NOW)
    shown = (await mia.get(f"{LIST}/{place['id']}")).json()
    booking = (await mia.get(f"/api/v1/bookings/{shown['booking_id']}")).json()
    assert (booking["people"], booking["guests"]) == (4, ["Jo", "Kim"])
