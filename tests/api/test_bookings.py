"""Own bookings: make, list, see, change, cancel, arrive; and what a booking would be."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from app.identity.rules import Scope
from app.kernel.periods import Period
from app.platform.database import execute, fetch_value
from app.platform.random_ids import new_token
from tests.api.conftest import Now
from tests.api.requests import booked, window, wish
from tests.worlds import NOW, TOMORROW_MORNING, World, add_token, tomorrow

BOOKINGS = "/api/v1/bookings"
AFTERNOON = Period(tomorrow(13), tomorrow(18))


async def made(client: httpx.AsyncClient, body: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post(BOOKINGS, json=body)
    assert answer.status_code == 201, answer.text
    booking: dict[str, Any] = answer.json()
    return booking


async def test_a_booking_has_its_fixed_shape(mia: httpx.AsyncClient, world: World) -> None:
    booking = await made(mia, wish(world.polch["1"], note="Komme gegen halb neun."))

    assert booking == {
        "id": booking["id"],
        "status": "confirmed",
        "reason": None,
        "resource": {
            "id": world.polch["1"].public_id,
            "kind": "desk",
            "name": "1",
            "space": {"slug": "regiohub-polch", "name": "RegioHub Polch"},
            "capacity": 1,
            "features": ["monitor", "window"],
        },
        "space": {
            "slug": "regiohub-polch",
            "name": "RegioHub Polch",
            "operator": {"name": "Genossenschaft Maifeld"},
            "address": "Bahnhofstraße 1, 56751 Polch",
            "position": {"lat": 50.3003, "lng": 7.3165},
            "time_zone": "Europe/Berlin",
        },
        "starts_at": "2026-11-25T08:00:00+01:00",
        "ends_at": "2026-11-25T12:00:00+01:00",
        "note": "Komme gegen halb neun.",
        "people": 1,
        "guests": [],
        "group_id": None,
        "organisation": None,
        "purpose": "work",
        "commute_to": None,
        "cancel_until": None,
        "decide_by": None,
        "answer": "",
        "counts": True,
        "checked_in_at": None,
        "coming_later_at": None,
        "left_at": None,
        "ical_uid": f"{booking['id']}@nahwerk",
        "paid_by": "free",
        "paid_with": None,
        "price": {"amount": 0, "currency": "EUR"},
        "series_id": None,
        "url": f"http://nahwerk.example/buchungen/{booking['id']}",
        "created_at": "2026-11-24T18:00:00Z",
        "updated_at": "2026-11-24T18:00:00Z",
    }
    assert (await mia.get(f"{BOOKINGS}/{booking['id']}")).json() == booking


async def test_any_desk_is_the_best_free_one(mia: httpx.AsyncClient, world: World) -> None:
    any_desk = {"space": "regiohub-polch", "kind": "desk", **window(tomorrow(8), tomorrow(12))}

    got = [(await made(mia, any_desk))["resource"]["name"] for _ in range(3)]
    full = await mia.post(BOOKINGS, json=any_desk)

    assert got == ["1", "2", "3"], "the one with window and monitor first"
    assert (full.status_code, full.json()["code"]) == (409, "nothing_free")


async def test_a_desk_that_is_taken_is_refused_with_what_is_free_instead(mia: httpx.AsyncClient, world: World) -> None:
    await booked(world.gundula, world.polch["1"], TOMORROW_MORNING)

    answer = await mia.post(BOOKINGS, json=wish(world.polch["1"]))

    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "desk_already_taken"
    assert problem["type"] == "/api/docs#desk_already_taken"
    assert problem["detail"] == "Platz 1 ist in dieser Zeit vergeben. Frei sind noch: 2 und 3."
    assert problem["alternatives"] == [
        {"resource_id": world.polch["2"].public_id, "name": "2"},
        {"resource_id": world.polch["3"].public_id, "name": "3"},
    ]


async def test_adjacent_bookings_do_not_touch(mia: httpx.AsyncClient, world: World) -> None:
    await made(mia, wish(world.polch["1"], Period(tomorrow(8), tomorrow(12))))
    await made(mia, wish(world.polch["1"], Period(tomorrow(12), tomorrow(14))))


async def listed(client: httpx.AsyncClient, **query: Any) -> tuple[Sequence[str], str | None]:
    answer = await client.get(BOOKINGS, params=query)
    assert answer.status_code == 200, answer.text
    return [booking["starts_at"][:13] for booking in answer.json()["items"]], answer.json()["next"]


async def test_the_list_is_ordered_by_start_and_can_be_narrowed(mia: httpx.AsyncClient, world: World) -> None:
    for hour in (14, 8, 11):
        await made(mia, wish(world.polch["1"], Period(tomorrow(hour), tomorrow(hour + 2))))
    cancelled = await made(mia, wish(world.polch["2"], Period(tomorrow(16), tomorrow(17))))
    await mia.post(f"{BOOKINGS}/{cancelled['id']}/cancel")

    everything, _ = await listed(mia)
    noon, _ = await listed(mia, **{"from": tomorrow(12).isoformat(), "to": tomorrow(15).isoformat()})
    standing, _ = await listed(mia, status="confirmed,checked_in")
    ended, _ = await listed(mia, status="cancelled")

    assert everything == ["2026-11-25T08", "2026-11-25T11", "2026-11-25T14", "2026-11-25T16"]
    assert noon == ["2026-11-25T11", "2026-11-25T14"]
    assert standing == everything[:3]
    assert ended == everything[3:]


async def test_a_long_list_comes_in_pages_without_gap_or_repetition(mia: httpx.AsyncClient, world: World) -> None:
    for quarter in range(7):
        start = tomorrow(8) + quarter * timedelta(minutes=15)
        await made(mia, wish(world.polch["1"], Period(start, start + timedelta(minutes=15))))
    await made(mia, wish(world.polch["2"], Period(tomorrow(8), tomorrow(9))))

    ids: list[str] = []
    cursor: str | None = None
    for _ in range(3):
        query = {"limit": 3, **({"cursor": cursor} if cursor else {})}
        page = (await mia.get(BOOKINGS, params=query)).json()
        ids += [booking["id"] for booking in page["items"]]
        cursor = page["next"]

    assert cursor is None
    assert len(ids) == len(set(ids)) == 8


async def test_cursors_of_others_and_nonsense_are_refused(
    mia: httpx.AsyncClient, rolf: httpx.AsyncClient, world: World
) -> None:
    for desk in ("1", "2"):
        await made(mia, wish(world.polch[desk]))
    cursor = (await mia.get(BOOKINGS, params={"limit": 1})).json()["next"]

    for client, wrong in ((rolf, cursor), (mia, "AAAA"), (mia, "%"), (mia, "fA")):
        answer = await client.get(BOOKINGS, params={"cursor": wrong})
        assert (answer.status_code, answer.json()["code"]) == (422, "cursor_unknown")


async def test_moving_changes_time_desk_and_note_in_one_step(mia: httpx.AsyncClient, world: World) -> None:
    booking = await made(mia, wish(world.polch["1"]))
    change = {**wish(world.polch["2"], AFTERNOON), "note": "Nun doch nachmittags."}

    moved = await mia.patch(f"{BOOKINGS}/{booking['id']}", json=change)

    assert moved.status_code == 200
    now = moved.json()
    assert (now["id"], now["ical_uid"]) == (booking["id"], booking["ical_uid"])
    assert (now["resource"]["name"], now["note"]) == ("2", "Nun doch nachmittags.")
    assert (now["starts_at"], now["ends_at"]) == ("2026-11-25T13:00:00+01:00", "2026-11-25T18:00:00+01:00")
    await made(mia, wish(world.polch["1"]))


async def test_what_is_not_named_stays(mia: httpx.AsyncClient, world: World) -> None:
    booking = await made(mia, wish(world.polch["1"], note="Bitte hell."))

    shorter = await mia.patch(f"{BOOKINGS}/{booking['id']}", json={"ends_at": tomorrow(10).isoformat()})
    same = await mia.patch(f"{BOOKINGS}/{booking['id']}", json={})

    assert shorter.json()["starts_at"] == booking["starts_at"]
    assert shorter.json()["note"] == "Bitte hell."
    assert shorter.json()["ends_at"] == "2026-11-25T10:00:00+01:00"
    assert same.json()["ends_at"] == "2026-11-25T10:00:00+01:00"


async def test_a_move_that_is_refused_leaves_everything_as_it_was(mia: httpx.AsyncClient, world: World) -> None:
    await booked(world.gundula, world.polch["2"], AFTERNOON)
    booking = await made(mia, wish(world.polch["1"], note="vorher"))
    url = f"{BOOKINGS}/{booking['id']}"

    taken = await mia.patch(url, json={**wish(world.polch["2"], AFTERNOON), "note": "nachher"})
    closed = await mia.patch(url, json={"ends_at": tomorrow(19).isoformat(), "note": "nachher"})

    assert (taken.status_code, closed.status_code) == (409, 422)
    assert (await mia.get(url)).json() == booking


async def test_cancelling_gives_the_time_back(mia: httpx.AsyncClient, world: World) -> None:
    booking = await made(mia, wish(world.polch["1"]))
    url = f"{BOOKINGS}/{booking['id']}"

    cancelled = await mia.post(f"{url}/cancel")
    again = await mia.post(f"{url}/cancel")
    moved = await mia.patch(url, json={"note": "zu spät"})

    assert cancelled.status_code == 200
    assert (cancelled.json()["status"], cancelled.json()["reason"]) == ("cancelled", "by_member")
    assert (again.status_code, again.json()["code"]) == (409, "booking_not_open")
    assert moved.status_code == 409
    await made(mia, wish(world.polch["1"]))


async def test_arriving_is_possible_from_a_quarter_before_the_start(
    mia: httpx.AsyncClient, world: World, now: Now
) -> None:
    booking = await made(mia, wish(world.polch["1"]))
    url = f"{BOOKINGS}/{booking['id']}/check-in"

    early = await mia.post(url)
    now.at = tomorrow(7, 45)
    arrived = await mia.post(url)
    twice = await mia.post(url)

    assert (early.status_code, early.json()["code"]) == (422, "check_in_not_open")
    assert (arrived.status_code, arrived.json()["status"]) == (200, "checked_in")
    assert twice.json() == arrived.json()


async def test_other_peoples_bookings_are_not_found(
    mia: httpx.AsyncClient, rolf: httpx.AsyncClient, world: World
) -> None:
    booking = await made(mia, wish(world.polch["1"]))

    for unknown in (booking["id"], "aaaaaaaaaaaaaaaa", "1", "a%00b", "x" * 300, "%F0%9F%98%80", "'--"):
        url = f"{BOOKINGS}/{unknown}"
        answers = [
            await rolf.get(url),
            await rolf.patch(url, json={"note": "meins"}),
            await rolf.post(f"{url}/cancel"),
            await rolf.post(f"{url}/check-in"),
        ]
        assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "not_found")] * 4
    assert (await rolf.get(BOOKINGS)).json()["items"] == []
    assert (await mia.get(f"{BOOKINGS}/{booking['id']}")).json() == booking


async def test_nobody_books_without_signing_in(anyone: httpx.AsyncClient, world: World) -> None:
    wrong_token = {"Authorization": f"Bearer {new_token()}"}
    for headers in ({}, wrong_token, {"Authorization": "Basic bWlhOm1pYQ=="}, {"Authorization": "Bearer"}):
        answer = await anyone.post(BOOKINGS, json=wish(world.polch["1"]), headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
        assert answer.headers["www-authenticate"] == "Bearer"
    for method, path in (("GET", ""), ("GET", "/x"), ("PATCH", "/x"), ("POST", "/x/cancel"), ("POST", "/x/check-in")):
        assert (await anyone.request(method, f"{BOOKINGS}{path}")).status_code == 401


@pytest.mark.parametrize(("scope", "reads", "books"), [(Scope.READ, 200, 403), (Scope.BOOKINGS, 403, 201)])
async def test_a_token_does_what_its_scopes_say(
    anyone: httpx.AsyncClient, world: World, scope: Scope, reads: int, books: int
) -> None:
    token = new_token()
    await add_token(world.mia.id, token, [scope])
    headers = {"Authorization": f"Bearer {token}"}

    assert (await anyone.get(BOOKINGS, headers=headers)).status_code == reads
    assert (await anyone.post(BOOKINGS, json=wish(world.polch["1"]), headers=headers)).status_code == books


async def test_a_quote_says_that_it_is_free_of_charge_and_changes_nothing(mia: httpx.AsyncClient, world: World) -> None:
    answer = await mia.post("/api/v1/quotes", json=wish(world.polch["1"]))

    assert answer.status_code == 200
    quote = answer.json()
    assert quote["resource"]["id"] == world.polch["1"].public_id
    assert {name: quote[name] for name in ("bookable", "refusals", "pays", "total")} == {
        "bookable": True,
        "refusals": [],
        "pays": {"kind": "free", "label": "kostenlos"},
        "total": {"amount": 0, "currency": "EUR"},
    }
    assert await fetch_value("SELECT count(*) FROM booking") == 0


async def test_a_quote_names_what_stands_in_the_way(mia: httpx.AsyncClient, world: World) -> None:
    await booked(world.gundula, world.polch["1"], TOMORROW_MORNING)
    late = Period(tomorrow(17), tomorrow(19))

    taken = (await mia.post("/api/v1/quotes", json=wish(world.polch["1"]))).json()
    closed = (await mia.post("/api/v1/quotes", json=wish(world.polch["2"], late))).json()
    unknown = await mia.post("/api/v1/quotes", json={**wish(world.polch["2"]), "resource_id": "nothing"})

    assert (taken["bookable"], [refusal["code"] for refusal in taken["refusals"]]) == (False, ["desk_already_taken"])
    assert [refusal["code"] for refusal in closed["refusals"]] == ["outside_opening_hours"]
    assert unknown.status_code == 404


async def test_me_is_whose_token_it_is(
    mia: httpx.AsyncClient, rolf: httpx.AsyncClient, anyone: httpx.AsyncClient, world: World
) -> None:
    assert (await mia.get("/api/v1/me")).json() == {
        "id": world.mia.public_id,
        "name": "Mia Hammes",
        "email": "mia@example.org",
        "language": "de",
        "roles": [],
        "home_municipality": None,
        "commutes_to": None,
        "no_shows": 0,
        "scopes": ["bookings", "feeds", "read", "staff"],
    }
    assert (await rolf.get("/api/v1/me")).json()["roles"] == [{"role": "operator_manager", "scope": "operator"}]
    assert (await anyone.get("/api/v1/me")).status_code == 401


async def test_me_counts_how_often_one_did_not_come(mia: httpx.AsyncClient, world: World, now: Now) -> None:
    booking = await booked(world.mia, world.polch["1"], TOMORROW_MORNING)
    await execute("UPDATE booking SET status = 'no_show', reason = 'no_show' WHERE id = $1", booking.id)
    now.at = tomorrow(14)
    assert (await mia.get("/api/v1/me")).json()["no_shows"] == 1


async def test_times_are_told_on_the_clock_of_the_space(mia: httpx.AsyncClient, world: World) -> None:
    body = {**wish(world.polch["1"]), "starts_at": "2027-06-01T06:00:00Z", "ends_at": "2027-06-01T01:00:00-07:00"}

    booking = await made(mia, body)

    assert booking["starts_at"] == "2027-06-01T08:00:00+02:00"
    assert datetime.fromisoformat(booking["ends_at"]) == datetime.fromisoformat(body["ends_at"])
    assert datetime.fromisoformat(booking["starts_at"]) > NOW
