"""What programs learn of a space and its resources: what was checked and measured, who is there, what is heard."""

from typing import Any

import httpx
import pytest

from app.platform.database import execute, fetch_value
from tests.api.requests import booked, window
from tests.worlds import TOMORROW_MORNING, World, tomorrow

MORNING = window(tomorrow(8), tomorrow(12))


@pytest.fixture(autouse=True)
async def facts(world: World) -> None:
    """Polch is measured, its desk 2 for itself, and staffed in the morning; Andernach is not checked at all."""
    await execute(
        "UPDATE space SET features = features || '{toilet}', lacking = '{dogs}', internet_mbit = 40,"
        " internet_measured_on = '2026-10-05', door_width_cm = 95, threshold_cm = 2 WHERE id = $1",
        world.polch.id,
    )
    await execute(
        "UPDATE resource SET lacking = '{quiet}', internet_mbit = 80, internet_measured_on = '2026-11-01'"
        " WHERE id = $1",
        world.polch["2"].id,
    )
    await execute("INSERT INTO staffed_hours (space, weekday, opens, closes) VALUES ($1, 3, 480, 720)", world.polch.id)
    await execute(
        "INSERT INTO noisy_event (space, starts_at, ends_at, what_de, what_en)"
        " VALUES ($1, $2, $3, 'Chorprobe', 'Choir rehearsal')",
        world.polch.id,
        tomorrow(17),
        tomorrow(20),
    )


async def found(client: httpx.AsyncClient, features: str, **query: Any) -> dict[str, Any]:
    """The spaces of a search with these features, by slug."""
    answer = await client.get("/api/v1/spaces", params={"features": features, **query})
    assert answer.status_code == 200, answer.text
    return {space["slug"]: space for space in answer.json()["items"]}


async def test_a_space_says_what_was_checked_and_measured(anyone: httpx.AsyncClient) -> None:
    space = (await anyone.get("/api/v1/spaces/regiohub-polch", headers={"Accept-Language": "en"})).json()

    assert space["lacking"] == ["dogs"]
    assert space["internet"] == {"mbit": 40, "measured_on": "2026-10-05"}
    assert (space["door_width_cm"], space["threshold_cm"]) == (95, 2)
    assert space["staffed_hours"]["week"][2] == {"weekday": 3, "openings": [{"opens": "08:00", "closes": "12:00"}]}
    assert space["staffed_hours"]["week"][1]["openings"] == []
    assert space["noisy_events"] == [
        {
            "what": "Choir rehearsal",
            "starts_at": "2026-11-25T17:00:00+01:00",
            "ends_at": "2026-11-25T20:00:00+01:00",
        }
    ]


async def test_a_resource_without_a_measure_of_its_own_says_that_of_its_space(anyone: httpx.AsyncClient) -> None:
    [first, second, *_] = (await anyone.get("/api/v1/spaces/regiohub-polch")).json()["resources"]

    assert first["internet"] == {"mbit": 40, "measured_on": "2026-10-05"}
    assert second["internet"] == {"mbit": 80, "measured_on": "2026-11-01"}
    assert second["door_width_cm"] == 95
    assert (first["lacking"], second["lacking"]) == ([], ["quiet"])


async def test_what_nobody_measured_is_null(anyone: httpx.AsyncClient) -> None:
    space = (await anyone.get("/api/v1/spaces/alte-post-andernach")).json()

    assert (space["internet"], space["door_width_cm"], space["threshold_cm"]) == (None, None, None)
    assert space["resources"][0]["internet"] is None


@pytest.mark.parametrize(
    ("features", "slugs"),
    [
        ("toilet", {"regiohub-polch"}),
        ("dogs", set()),
        ("door_90,threshold_2", {"regiohub-polch"}),
        ("monitor", {"regiohub-polch"}),
        ("monitor,window", {"regiohub-polch"}),
        ("quiet", set()),
        ("wifi", {"regiohub-polch", "alte-post-andernach"}),
    ],
)
async def test_what_lacks_or_was_not_checked_never_passes(
    anyone: httpx.AsyncClient, features: str, slugs: set[str]
) -> None:
    assert set(await found(anyone, features)) == slugs


async def test_only_resources_that_fit_are_counted(anyone: httpx.AsyncClient, world: World) -> None:
    await booked(world.gundula, world.polch["1"], TOMORROW_MORNING)

    async def count(features: str) -> tuple[int, int]:
        polch = (await found(anyone, features, **MORNING))["regiohub-polch"]
        return polch["free"], polch["total"]

    assert await count("monitor") == (1, 2)
    assert await count("monitor,window") == (0, 1)
    assert await count("internet_50") == (1, 1)
    assert await count("door_90") == (2, 3)


async def test_with_a_window_each_says_who_is_there_and_what_is_heard(anyone: httpx.AsyncClient) -> None:
    async def at(starts: int, ends: int) -> tuple[str, list[str]]:
        polch = (await found(anyone, "", **window(tomorrow(starts), tomorrow(ends))))["regiohub-polch"]
        return polch["staffed"], [event["what"] for event in polch["noisy_events"]]

    assert await at(8, 12) == ("whole", [])
    assert await at(8, 18) == ("part", ["Chorprobe"])
    assert await at(13, 17) == ("none", [])


async def test_staffed_and_without_noise_hold_for_the_whole_window(anyone: httpx.AsyncClient) -> None:
    assert set(await found(anyone, "staffed", **MORNING)) == {"regiohub-polch"}
    assert set(await found(anyone, "staffed", **window(tomorrow(8), tomorrow(13)))) == set()
    assert set(await found(anyone, "no_noise", **window(tomorrow(16), tomorrow(18)))) == {"alte-post-andernach"}
    assert set(await found(anyone, "no_noise", **MORNING)) == {"regiohub-polch", "alte-post-andernach"}


async def test_they_need_a_window(anyone: httpx.AsyncClient) -> None:
    answer = await anyone.get("/api/v1/spaces?features=staffed")

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["starts_at"]


async def test_any_desk_is_the_best_one_that_fits(world: World, anyone: httpx.AsyncClient) -> None:
    any_desk = {"space": "regiohub-polch", "kind": "desk", **MORNING}

    async def ask(path: str, **body: Any) -> httpx.Response:
        return await anyone.post(path, json={**any_desk, **body}, headers=dict(world.mia.bearer))

    quoted = await ask("/api/v1/quotes", features=["internet_50"])
    assert quoted.json()["resource"]["name"] == "2"
    assert (await ask("/api/v1/bookings", features=["internet_50"])).json()["resource"]["name"] == "2"
    again = await ask("/api/v1/bookings", features=["internet_50"])
    assert (again.status_code, again.json()["code"]) == (409, "nothing_free")
    assert "nichts frei, das zu Ihren Filtern passt" in again.json()["detail"]
    assert (await ask("/api/v1/quotes", features=["internet_50"])).json()["bookable"] is False
    assert (await ask("/api/v1/bookings")).json()["resource"]["name"] == "1"
    assert await fetch_value("SELECT count(*) FROM booking") == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [({"features": ["dogs"]}, "features"), ({"features": ["gold"]}, "features")],
)
async def test_a_word_that_says_nothing_of_resources_is_named(
    world: World, anyone: httpx.AsyncClient, body: dict[str, Any], field: str
) -> None:
    wanted = {"space": "regiohub-polch", "kind": "desk", **MORNING, **body}
    answer = await anyone.post("/api/v1/bookings", json=wanted, headers=dict(world.mia.bearer))

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_features_with_a_certain_resource_are_unclear(world: World, anyone: httpx.AsyncClient) -> None:
    wanted = {"resource_id": world.polch["1"].public_id, "features": ["monitor"], **MORNING}
    answer = await anyone.post("/api/v1/bookings", json=wanted, headers=dict(world.mia.bearer))

    assert (answer.status_code, answer.json()["code"]) == (422, "what_is_unclear")
