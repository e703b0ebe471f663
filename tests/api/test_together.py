"""Several resources in one act, guests and organisations, as programs ask for them."""

from typing import Any

import httpx
from litestar.types import ASGIApp

from app.platform.database import execute, fetch_value
from app.platform.random_ids import new_public_id
from tests.api.conftest import Now, calling
from tests.api.requests import wish
from tests.worlds import NOW, World, rules_at, tomorrow

TOGETHER = "/api/v1/bookings/together"
BOOKINGS = "/api/v1/bookings"


async def test_a_room_and_a_desk_come_with_one_group(mia: httpx.AsyncClient, world: World) -> None:
    answer = await mia.post(TOGETHER, json={"bookings": [wish(world.polch["Nette"]), wish(world.polch["1"])]})
    assert answer.status_code == 201, answer.text
    booked = answer.json()
    assert [one["resource"]["name"] for one in booked["bookings"]] == ["Nette", "1"]
    assert {one["group_id"] for one in booked["bookings"]} == {booked["group_id"]}


async def test_if_one_is_taken_the_answer_says_which_and_nothing_is_booked(
    mia: httpx.AsyncClient, world: World
) -> None:
    assert (await mia.post(BOOKINGS, json=wish(world.polch["1"]))).status_code == 201
    answer = await mia.post(TOGETHER, json={"bookings": [wish(world.polch["Nette"]), wish(world.polch["1"])]})
    assert (answer.status_code, answer.json()["code"]) == (409, "desk_already_taken")
    assert "Platz 1" in answer.json()["detail"]
    assert await fetch_value("SELECT count(*) FROM booking") == 1


async def test_one_booking_is_not_several(mia: httpx.AsyncClient, world: World) -> None:
    answer = await mia.post(TOGETHER, json={"bookings": [wish(world.polch["1"])]})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "bookings")


async def test_guests_are_named_and_shown(mia: httpx.AsyncClient, world: World) -> None:
    made = (await mia.post(BOOKINGS, json=wish(world.polch["Nette"], guests=["Ada", " Karl "], people=4))).json()
    assert (made["people"], made["guests"]) == (4, ["Ada", "Karl"])
    listed = (await mia.get(BOOKINGS)).json()["items"]
    assert [one["guests"] for one in listed] == [["Ada", "Karl"]]
    changed = (await mia.patch(f"{BOOKINGS}/{made['id']}", json={"guests": [], "people": 2})).json()
    assert (changed["people"], changed["guests"]) == (2, [])


async def test_a_refusal_says_which_rule_and_what_would_be_allowed(mia: httpx.AsyncClient, world: World) -> None:
    await rules_at(world.polch, world.polch["Nette"].kind, shortest=300, most_guests=2)
    body: dict[str, Any] = wish(world.polch["Nette"])
    answer = (await mia.post(BOOKINGS, json=body)).json()
    assert (answer["code"], answer["instead"]) == ("too_short", {"ends_at": "2026-11-25T13:00:00+01:00"})
    quoted = (await mia.post("/api/v1/quotes", json=body | {"guests": ["A", "B", "C"]})).json()
    assert [one["code"] for one in quoted["refusals"]] == ["too_short", "too_many_guests"]
    assert quoted["refusals"][1]["instead"] == {"most_guests": 2}
    assert (await mia.post(BOOKINGS, json=body | answer["instead"])).status_code == 201


async def test_for_an_organisation_books_who_answers_for_it(mia: httpx.AsyncClient, world: World) -> None:
    club = new_public_id()
    await execute(
        "INSERT INTO organisation (public_id, operator, name, responsible, created_at)"
        " VALUES ($1, $2, 'TV Polch', $3, $4)",
        club,
        world.operator,
        world.mia.id,
        NOW,
    )
    await rules_at(world.polch, world.polch["Nette"].kind, outside_hours="organisations")
    evening = {"starts_at": "2026-11-25T19:00:00+01:00", "ends_at": "2026-11-25T21:00:00+01:00"}
    body = wish(world.polch["Nette"]) | evening
    assert (await mia.post(BOOKINGS, json=body)).json()["code"] == "outside_opening_hours"
    made = (await mia.post(BOOKINGS, json=body | {"organisation": club})).json()
    assert (made["organisation"], made["purpose"]) == ("TV Polch", "club")
    elsewhere = wish(world.andernach["A1"]) | {"organisation": club}
    assert (await mia.post(BOOKINGS, json=elsewhere)).status_code == 404
    await execute("UPDATE organisation SET responsible = $1", world.gundula.id)
    assert (await mia.post(BOOKINGS, json=body | {"organisation": club})).status_code == 404


async def test_staff_book_move_and_cancel_for_somebody_and_nobody_else_does(application: ASGIApp, world: World) -> None:
    mine = wish(world.polch["1"]) | {"person": world.mia.public_id}
    frida_s, gundula_s = (calling(application, **who.bearer) for who in (world.frida, world.gundula))
    async with frida_s as frida, gundula_s as gundula:
        assert (await gundula.post(BOOKINGS, json=mine)).status_code == 404
        assert (await frida.post(BOOKINGS, json=mine)).status_code == 404, "Mia has never been there"
        async with calling(application, **world.mia.bearer) as mia:
            await mia.post(BOOKINGS, json=wish(world.polch["2"]))
        made = (await frida.post(BOOKINGS, json=mine)).json()
        address = f"{BOOKINGS}/{made['id']}"
        assert await fetch_value("SELECT person FROM booking WHERE public_id = $1", made["id"]) == world.mia.id
        change = {"resource_id": world.polch["3"].public_id}
        assert (await gundula.patch(address, json=change)).status_code == 404
        assert (await frida.patch(address, json=change)).json()["resource"]["name"] == "3"
        assert (await gundula.post(f"{address}/cancel")).status_code == 404
        assert (await frida.post(f"{address}/cancel")).json()["status"] == "cancelled"


async def test_every_answer_about_a_booking_names_its_guests(application: ASGIApp, world: World, now: Now) -> None:
    room = world.polch["Nette"]
    await rules_at(world.polch, room.kind, needs_approval=True)
    async with (
        calling(application, **world.mia.bearer) as mia,
        calling(application, **world.otto.bearer) as otto,
    ):
        made = (await mia.post(BOOKINGS, json=wish(room, guests=["Ada"]))).json()
        address = f"{BOOKINGS}/{made['id']}"
        approved = (await otto.post(f"{address}/approve")).json()
        now.at = tomorrow(8, 5)
        later = (await mia.post(f"{address}/coming-later")).json()
        await mia.post(f"{address}/check-in")
        left = (await mia.post(f"{address}/leave")).json()
    assert [answer["guests"] for answer in (made, approved, later, left)] == [["Ada"]] * 4
