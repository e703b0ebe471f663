"""Spaces: the search, one space, and what of it is free."""

from datetime import date, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.inventory.rules import Kind
from app.network.rules import FEATURES
from app.platform.database import execute, queries_run
from tests.api.conftest import Now
from tests.api.requests import booked, window
from tests.worlds import HERE, NOW, TOMORROW_MORNING, World, a_resource, at, rules_at, tomorrow

MORNING = window(tomorrow(8), tomorrow(12))


async def names(client: httpx.AsyncClient, **query: Any) -> list[str]:
    answer = await client.get("/api/v1/spaces", params=query)
    assert answer.status_code == 200, answer.text
    return [space["name"] for space in answer.json()["items"]]


async def free(client: httpx.AsyncClient, starts_at: datetime, ends_at: datetime, **query: Any) -> dict[str, Any]:
    """(free, total) of each space by its name."""
    answer = await client.get("/api/v1/spaces", params={**window(starts_at, ends_at), **query})
    assert answer.status_code == 200, answer.text
    return {space["slug"]: (space["free"], space["total"]) for space in answer.json()["items"]}


async def test_without_a_position_all_are_listed_by_name(anyone: httpx.AsyncClient) -> None:
    answer = await anyone.get("/api/v1/spaces")

    assert [space["name"] for space in answer.json()["items"]] == ["Alte Post Andernach", "RegioHub Polch"]
    assert answer.json()["next"] is None
    assert answer.json()["items"][1] == {
        "slug": "regiohub-polch",
        "name": "RegioHub Polch",
        "operator": {"name": "Genossenschaft Maifeld"},
        "municipality": "Polch",
        "address": "Bahnhofstraße 1, 56751 Polch",
        "position": {"lat": 50.3003, "lng": 7.3165},
        "distance_km": None,
        "features": ["wifi", "parking", "step_free"],
        "lacking": [],
        "internet": None,
        "door_width_cm": None,
        "threshold_cm": None,
        "url": "http://nahwerk.example/standorte/regiohub-polch",
    }


async def test_near_takes_a_postcode_or_a_place_and_orders_by_distance(anyone: httpx.AsyncClient) -> None:
    assert await names(anyone, near="56751") == ["RegioHub Polch", "Alte Post Andernach"]
    assert await names(anyone, near="Andernach") == ["Alte Post Andernach", "RegioHub Polch"]
    assert await names(anyone, lat=50.44, lng=7.4) == ["Alte Post Andernach", "RegioHub Polch"]


async def test_the_radius_leaves_out_what_is_further_away(anyone: httpx.AsyncClient) -> None:
    assert await names(anyone, near="Polch", radius_km=5) == ["RegioHub Polch"]
    assert await names(anyone, near="Polch", radius_km=100) == ["RegioHub Polch", "Alte Post Andernach"]


async def test_all_wanted_features_must_be_there(anyone: httpx.AsyncClient) -> None:
    assert await names(anyone, features="wifi,parking") == ["RegioHub Polch"]
    assert await names(anyone, features=["wifi", "kitchen"]) == ["Alte Post Andernach"]
    assert await names(anyone, features="parking,kitchen") == []


async def test_with_a_window_each_says_what_is_free_and_what_it_costs(anyone: httpx.AsyncClient, world: World) -> None:
    await booked(world.gundula, world.polch["1"], TOMORROW_MORNING)

    answer = await anyone.get("/api/v1/spaces", params={**MORNING, "near": "Polch"})

    [polch, _] = answer.json()["items"]
    assert (polch["free"], polch["total"]) == (2, 3)
    assert polch["lowest_price"] == {"amount": 0, "currency": "EUR"}


async def test_only_the_wanted_kind_counts(anyone: httpx.AsyncClient) -> None:
    assert await free(anyone, tomorrow(8), tomorrow(9), kind="room") == {
        "regiohub-polch": (1, 1),
        "alte-post-andernach": (0, 0),
    }


async def test_free_counts_only_what_could_be_booked_now(anyone: httpx.AsyncClient) -> None:
    sunday, christmas_eve = date(2026, 11, 29), date(2026, 12, 24)
    nothing = {"regiohub-polch": (0, 3), "alte-post-andernach": (0, 2)}

    assert await free(anyone, tomorrow(7), tomorrow(9)) == nothing, "before the opening"
    assert await free(anyone, at(sunday, 10), at(sunday, 11)) == nothing, "on a Sunday"
    assert await free(anyone, tomorrow(8) - timedelta(days=1), tomorrow(12) - timedelta(days=1)) == nothing, "past"
    assert await free(anyone, tomorrow(8) + timedelta(days=406), tomorrow(9) + timedelta(days=406)) == nothing, (
        "too far"
    )
    closed_in_polch = await free(anyone, at(christmas_eve, 10), at(christmas_eve, 11))
    assert closed_in_polch == {"regiohub-polch": (0, 3), "alte-post-andernach": (2, 2)}


async def test_a_plus_that_was_not_escaped_is_understood(anyone: httpx.AsyncClient) -> None:
    answer = await anyone.get("/api/v1/spaces?starts_at=2026-11-25T08:00:00+01:00&ends_at=2026-11-25T12:00:00+01:00")

    assert [space["free"] for space in answer.json()["items"]] == [2, 3]


async def test_a_list_goes_on_behind_its_cursor(anyone: httpx.AsyncClient) -> None:
    first = (await anyone.get("/api/v1/spaces", params={"limit": 1, "near": "Polch"})).json()
    second = (await anyone.get("/api/v1/spaces", params={"limit": 1, "near": "Polch", "cursor": first["next"]})).json()

    assert [space["slug"] for space in first["items"] + second["items"]] == ["regiohub-polch", "alte-post-andernach"]
    assert second["next"] is None


async def test_spaces_that_are_not_published_are_not_there(anyone: httpx.AsyncClient, world: World) -> None:
    await execute("UPDATE space SET published_at = NULL WHERE id = $1", world.polch.id)

    assert await names(anyone) == ["Alte Post Andernach"]
    assert (await anyone.get("/api/v1/spaces/regiohub-polch")).status_code == 404


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("near=Nirgendwo", "near", "place_unknown"),
        ("near=Polch&lat=50&lng=7", "near", "position_unclear"),
        ("lat=50", "lng", "position_unclear"),
        ("lng=7", "lat", "position_unclear"),
        ("lat=nan&lng=7", "lat", "bad_input"),
        ("lat=91&lng=7", "lat", "bad_input"),
        ("lat=fifty&lng=7", "lat", "bad_input"),
        ("near=Polch&radius_km=0.9", "radius_km", "bad_input"),
        ("near=Polch&radius_km=101", "radius_km", "bad_input"),
        ("features=sauna", "features", "feature_unknown"),
        ("kind=bed", "kind", "bad_input"),
        ("starts_at=2026-11-25T08:00:00Z", "ends_at", "field_missing"),
        ("starts_at=2026-11-25T08:00:00Z&ends_at=2026-11-25T07:00:00Z", "ends_at", "ends_before_start"),
        ("starts_at=2026-11-25T08:00:00&ends_at=2026-11-25T09:00:00Z", "starts_at", "time_without_offset"),
        ("starts_at=tomorrow&ends_at=2026-11-25T09:00:00Z", "starts_at", "time_unreadable"),
        ("starts_at=2027-02-29T08:00:00Z&ends_at=2027-02-29T09:00:00Z", "starts_at", "time_unreadable"),
        ("starts_at=0001-01-01T00:00:00Z&ends_at=0001-01-01T01:00:00Z", "starts_at", "time_out_of_reach"),
        ("starts_at=9999-12-31T23:00:00Z&ends_at=9999-12-31T23:30:00-05:00", "starts_at", "time_out_of_reach"),
        ("limit=201", "limit", "bad_input"),
        ("cursor=nonsense", "cursor", "cursor_unknown"),
        ("cursor=%FF", "cursor", "cursor_unknown"),
    ],
)
async def test_bad_input_is_named(anyone: httpx.AsyncClient, query: str, field: str, code: str) -> None:
    answer = await anyone.get(f"/api/v1/spaces?{query}")

    assert answer.status_code == 422
    assert answer.json()["code"] == code
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_one_space_says_everything(anyone: httpx.AsyncClient, world: World) -> None:
    space = (await anyone.get("/api/v1/spaces/regiohub-polch", headers={"Accept-Language": "en"})).json()

    assert space["operator"] == {"name": "Genossenschaft Maifeld"}
    assert space["position"] == {"lat": 50.3003, "lng": 7.3165}
    assert space["description"] == "Quiet and bright."
    assert set(space["features"]) <= FEATURES.keys()
    hours = space["opening_hours"]
    assert hours["time_zone"] == "Europe/Berlin"
    assert hours["week"][0] == {"weekday": 1, "openings": [{"opens": "08:00", "closes": "18:00"}]}
    assert hours["week"][6] == {"weekday": 7, "openings": []}
    assert {
        "date": "2026-12-01",
        "openings": [{"opens": "12:00", "closes": "18:00"}],
        "reason": "Builders",
    } in hours["exceptions"]
    assert {"date": "2026-12-24", "openings": [], "reason": "Christmas Eve"} in hours["exceptions"]
    assert {"date": "2026-12-25", "openings": [], "reason": "Christmas Day"} in hours["exceptions"]
    assert space["stations"][0]["distance_km"] < 10
    assert [resource["name"] for resource in space["resources"]] == ["1", "2", "3", "Nette", "K1"]
    assert space["resources"][0] == {
        "id": world.polch["1"].public_id,
        "kind": "desk",
        "name": "1",
        "space": {"slug": "regiohub-polch", "name": "RegioHub Polch"},
        "capacity": 1,
        "features": ["monitor", "window"],
        "lacking": [],
        "internet": None,
        "door_width_cm": None,
        "threshold_cm": None,
    }


async def test_pictures_come_with_what_is_to_be_seen(anyone: httpx.AsyncClient, world: World) -> None:
    await execute("INSERT INTO space_photo (space, file, alt_de) VALUES ($1, 'ab12.webp', 'Der Saal')", world.polch.id)

    space = (await anyone.get("/api/v1/spaces/regiohub-polch")).json()

    assert space["photos"] == [{"url": "http://nahwerk.example/bilder/ab12.webp", "alt": "Der Saal"}]


async def test_availability_says_of_each_resource_whether_it_is_free(anyone: httpx.AsyncClient, world: World) -> None:
    await booked(world.gundula, world.polch["2"], TOMORROW_MORNING)

    answer = (await anyone.get("/api/v1/spaces/regiohub-polch/availability", params={**MORNING, "kind": "desk"})).json()
    of_all_kinds = (await anyone.get("/api/v1/spaces/regiohub-polch/availability", params=MORNING)).json()

    assert {item["name"]: item["free"] for item in answer["items"]} == {"1": True, "2": False, "3": True}
    assert (answer["free"], answer["total"], answer["refusal"]) == (2, 3, None)
    assert {item["kind"] for item in of_all_kinds["items"]} == {"desk", "room", "booth"}


async def test_in_closed_hours_nothing_is_free_and_the_answer_says_why(anyone: httpx.AsyncClient) -> None:
    evening = window(tomorrow(17), tomorrow(19))

    answer = (await anyone.get("/api/v1/spaces/regiohub-polch/availability", params=evening)).json()

    assert answer["refusal"] == "outside_opening_hours"
    assert [item["free"] for item in answer["items"]] == [False] * 5


async def test_availability_wants_a_whole_window_and_a_known_space(anyone: httpx.AsyncClient) -> None:
    for query in (
        {},
        {"starts_at": MORNING["starts_at"]},
        {**MORNING, "kind": "bed"},
        window(tomorrow(9), tomorrow(9)),
    ):
        assert (await anyone.get("/api/v1/spaces/regiohub-polch/availability", params=query)).status_code == 422
    for slug in ("nowhere", "x'--", "%00", "a" * 500):
        assert (await anyone.get(f"/api/v1/spaces/{slug}/availability", params=MORNING)).status_code == 404


async def test_the_running_quarter_of_an_hour_is_free(anyone: httpx.AsyncClient, now: Now) -> None:
    now.at = tomorrow(9, 10)

    assert (await free(anyone, tomorrow(9), tomorrow(10)))["regiohub-polch"] == (3, 3)
    assert (await free(anyone, tomorrow(8, 45), tomorrow(10)))["regiohub-polch"] == (0, 3)


async def test_intervals_of_a_resource_are_open_time_without_what_is_taken(
    anyone: httpx.AsyncClient, world: World
) -> None:
    await booked(world.gundula, world.polch["1"], TOMORROW_MORNING)
    query = {"from": NOW.isoformat(), "to": at(date(2026, 11, 27), 0).isoformat()}

    answer = await anyone.get(f"/api/v1/resources/{world.polch['1'].public_id}/availability", params=query)

    assert answer.json() == {
        "free": [
            {"starts_at": "2026-11-25T12:00:00+01:00", "ends_at": "2026-11-25T18:00:00+01:00"},
            {"starts_at": "2026-11-26T08:00:00+01:00", "ends_at": "2026-11-26T18:00:00+01:00"},
        ],
        "taken": [{"starts_at": "2026-11-25T08:00:00+01:00", "ends_at": "2026-11-25T12:00:00+01:00"}],
    }


async def test_intervals_are_cut_at_the_window_and_at_now(anyone: httpx.AsyncClient, world: World, now: Now) -> None:
    now.at = tomorrow(10)
    await booked(world.gundula, world.polch["1"], TOMORROW_MORNING, now.at - timedelta(hours=4))
    url = f"/api/v1/resources/{world.polch['1'].public_id}/availability"

    answer = (await anyone.get(url, params={"from": "2026-11-25T08:00Z", "to": "2026-11-25T12:00Z"})).json()
    past = (await anyone.get(url, params={"from": "2026-11-23T00:00Z", "to": "2026-11-24T00:00Z"})).json()

    assert answer["taken"] == [{"starts_at": "2026-11-25T09:00:00+01:00", "ends_at": "2026-11-25T12:00:00+01:00"}]
    assert answer["free"] == [{"starts_at": "2026-11-25T12:00:00+01:00", "ends_at": "2026-11-25T13:00:00+01:00"}]
    assert past == {"free": [], "taken": []}


async def test_intervals_over_the_night_of_a_time_change_keep_their_wall_time(
    anyone: httpx.AsyncClient, world: World
) -> None:
    hall = await a_resource(world.polch.id, Kind.ROOM, "Saal")
    await execute("UPDATE weekly_hours SET opens = 0, closes = 1440 WHERE space = $1", world.polch.id)
    await execute("INSERT INTO weekly_hours (space, weekday, opens, closes) VALUES ($1, 7, 0, 1440)", world.polch.id)
    sunday = date(2027, 3, 28)
    query = {"from": at(sunday, 0).isoformat(), "to": at(sunday + timedelta(days=1), 0).isoformat()}

    [free] = (await anyone.get(f"/api/v1/resources/{hall.public_id}/availability", params=query)).json()["free"]

    assert free == {"starts_at": "2027-03-28T00:00:00+01:00", "ends_at": "2027-03-29T00:00:00+02:00"}
    assert datetime.fromisoformat(free["ends_at"]) - datetime.fromisoformat(free["starts_at"]) == timedelta(hours=23)
    assert datetime.fromisoformat(free["starts_at"]).astimezone(HERE).hour == 0


async def test_intervals_refuse_spans_that_make_no_sense(anyone: httpx.AsyncClient, world: World) -> None:
    url = f"/api/v1/resources/{world.polch['1'].public_id}/availability"
    for query, code in (
        ({"from": "2026-11-25T00:00Z", "to": "2026-11-25T00:00Z"}, "ends_before_start"),
        ({"from": "2026-01-01T00:00Z", "to": "2026-04-04T00:00Z"}, "span_too_long"),
        ({"from": "2026-11-25T00:00Z"}, "bad_input"),
    ):
        answer = await anyone.get(url, params=query)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    for unknown in ("aaaaaaaaaaaaaaaa", "1", "x%27--"):
        query = {"from": "2026-11-25T00:00Z", "to": "2026-11-26T00:00Z"}
        assert (await anyone.get(f"/api/v1/resources/{unknown}/availability", params=query)).status_code == 404


async def test_a_month_of_a_whole_space_is_one_answer_in_as_many_queries_as_a_day(
    mia: httpx.AsyncClient, world: World
) -> None:
    await booked(world.mia, world.polch["1"], TOMORROW_MORNING)
    await booked(world.mia, world.polch["Nette"], TOMORROW_MORNING)

    async def asked(days: int, kind: str = "") -> tuple[list[dict[str, Any]], int]:
        window = {"from": tomorrow(0).isoformat(), "to": (tomorrow(0) + timedelta(days=days)).isoformat()}
        noted: list[str] = []
        queries_run.set(noted)
        answer = await mia.get("/api/v1/spaces/regiohub-polch/times", params=window | ({"kind": kind} if kind else {}))
        queries_run.set(None)
        assert answer.status_code == 200, answer.text
        return answer.json()["items"], len(noted)

    day, few = await asked(1, "room")
    month, many = await asked(31)
    assert few == many
    assert [one["name"] for one in day] == ["Nette"]
    assert [one["name"] for one in month] == ["1", "2", "3", "Nette", "K1"]
    assert day[0]["taken"] == [{"starts_at": "2026-11-25T08:00:00+01:00", "ends_at": "2026-11-25T12:00:00+01:00"}]
    assert day[0]["free"] == [{"starts_at": "2026-11-25T12:00:00+01:00", "ends_at": "2026-11-25T18:00:00+01:00"}]
    alone = await mia.get(
        f"/api/v1/resources/{world.polch['Nette'].public_id}/availability",
        params={"from": tomorrow(0).isoformat(), "to": (tomorrow(0) + timedelta(days=1)).isoformat()},
    )
    assert alone.json() == {"free": day[0]["free"], "taken": day[0]["taken"]}


async def test_what_is_booked_round_the_clock_is_found_outside_the_hours(
    anyone: httpx.AsyncClient, world: World
) -> None:
    assert (await free(anyone, tomorrow(19), tomorrow(21), kind="room"))["regiohub-polch"] == (0, 1)
    await rules_at(world.polch, Kind.ROOM, outside_hours="everyone")

    assert (await free(anyone, tomorrow(19), tomorrow(21), kind="room"))["regiohub-polch"] == (1, 1)
    assert (await free(anyone, tomorrow(19), tomorrow(21), kind="desk"))["regiohub-polch"] == (0, 3)
