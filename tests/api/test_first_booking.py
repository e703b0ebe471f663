"""House rules, purpose, commute and the guest's number through the interface."""

import httpx
import pytest

from app.platform.database import execute, fetch_row, fetch_value
from tests.worlds import NOW, World, house_rules_at, tomorrow

BOOKINGS, QUOTES = "/api/v1/bookings", "/api/v1/quotes"


def wish(world: World, desk: str = "1", **more: object) -> dict[str, object]:
    times = {"starts_at": tomorrow(8).isoformat(), "ends_at": tomorrow(12).isoformat()}
    return {"resource_id": world.polch[desk].public_id, **times, **more}


async def test_house_rules_are_told_asked_for_and_accepted_once(mia: httpx.AsyncClient, world: World) -> None:
    assert (await mia.get("/api/v1/spaces/regiohub-polch")).json()["house_rules"] is None
    await house_rules_at(world.polch)
    rules = (await mia.get("/api/v1/spaces/regiohub-polch")).json()["house_rules"]
    assert rules == {"edition": 1, "url": "http://nahwerk.example/standorte/regiohub-polch/hausordnung"}
    quoted = (await mia.post(QUOTES, json=wish(world))).json()
    assert (quoted["bookable"], [refusal["code"] for refusal in quoted["refusals"]]) == (
        False,
        ["house_rules_not_accepted"],
    )
    refused = await mia.post(BOOKINGS, json=wish(world))
    assert (refused.status_code, refused.json()["code"]) == (422, "house_rules_not_accepted")
    assert (await mia.post(QUOTES, json=wish(world, house_rules=1))).json()["bookable"]
    assert (await mia.post(BOOKINGS, json=wish(world, house_rules=1))).status_code == 201
    assert (await mia.post(BOOKINGS, json=wish(world, "2"))).status_code == 201
    assert await fetch_value("SELECT count(*) FROM house_rules_acceptance") == 1


async def test_a_move_to_another_space_accepts_its_house_rules(mia: httpx.AsyncClient, world: World) -> None:
    booking = (await mia.post(BOOKINGS, json=wish(world))).json()["id"]
    await house_rules_at(world.andernach)
    change = {"resource_id": world.andernach["A1"].public_id}
    refused = await mia.patch(f"{BOOKINGS}/{booking}", json=change)
    assert (refused.status_code, refused.json()["code"]) == (422, "house_rules_not_accepted")
    moved = await mia.patch(f"{BOOKINGS}/{booking}", json=change | {"house_rules": 1})
    assert moved.json()["resource"]["name"] == "A1"


async def test_purpose_commute_and_number_are_kept(mia: httpx.AsyncClient, world: World) -> None:
    answer = await mia.post(
        BOOKINGS, json=wish(world, purpose="club", commute_to="07111000", guest_phone="+49 2654 1234")
    )
    assert answer.status_code == 201, answer.text
    assert (answer.json()["purpose"], answer.json()["commute_to"]) == ("club", "07111000")
    assert "guest_phone" not in answer.json()
    row = await fetch_row("SELECT guest_phone FROM booking")
    assert row is not None
    assert row["guest_phone"] == "+49 2654 1234"


async def test_the_usual_commute_counts_where_nothing_is_said(mia: httpx.AsyncClient, world: World) -> None:
    await execute(
        "UPDATE person SET home_municipality = '07137068', commutes_to = '05314000' WHERE id = $1", world.mia.id
    )
    me = (await mia.get("/api/v1/me")).json()
    assert (me["home_municipality"], me["commutes_to"]) == ("07137068", "05314000")
    assert (await mia.post(BOOKINGS, json=wish(world))).json()["commute_to"] == "05314000"
    assert (await mia.post(BOOKINGS, json=wish(world, "2", commute_to=""))).json()["commute_to"] is None


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"purpose": "party"}, "purpose"),
        ({"commute_to": "02000000"}, "commute_to"),
        ({"commute_to": "071110000000"}, "commute_to"),
        ({"guest_phone": "ruf an"}, "guest_phone"),
        ({"house_rules": 0}, "house_rules"),
        ({"house_rules": 2**40}, "house_rules"),
    ],
)
@pytest.mark.parametrize("path", [BOOKINGS, QUOTES])
async def test_what_cannot_be_is_refused_by_its_field(
    mia: httpx.AsyncClient, world: World, path: str, more: dict[str, object], field: str
) -> None:
    answer = await mia.post(path, json=wish(world, **more))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


async def test_a_quote_tells_of_a_hold(mia: httpx.AsyncClient, world: World) -> None:
    hold = await fetch_value(
        "INSERT INTO desk_hold (public_id, link, resource, starts_at, ends_at, choice, created_at, expires_at)"
        " VALUES ('hold', 1, $1, $2, $3, '{}', $4, $5) RETURNING id",
        world.polch["1"].id,
        tomorrow(8),
        tomorrow(18),
        NOW,
        tomorrow(0),
    )
    await execute(
        "INSERT INTO claim (resource, starts_at, ends_at, reason, holder) VALUES ($1, $2, $3, 'hold', $4)",
        world.polch["1"].id,
        tomorrow(8),
        tomorrow(18),
        hold,
    )
    [refusal] = (await mia.post(QUOTES, json=wish(world))).json()["refusals"]
    assert refusal["code"] == "desk_already_taken"
    assert "vorgemerkt" in refusal["detail"]
