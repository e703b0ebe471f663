"""GET /api/v1/places."""

import httpx


async def test_a_place_has_its_fixed_shape(anyone: httpx.AsyncClient) -> None:
    answer = await anyone.get("/api/v1/places", params={"q": "Polch"})

    assert answer.status_code == 200
    assert answer.json()["next"] is None
    [polch] = [place for place in answer.json()["items"] if place["name"] == "Polch"]
    assert polch == {
        "name": "Polch",
        "postcode": "56751",
        "municipality": "Polch",
        "position": {"lat": 50.2997, "lng": 7.3132},
        "label": "56751 Polch",
        "area": "Maifeld",
    }


async def test_it_may_be_kept_by_caches_and_sets_no_cookie(anyone: httpx.AsyncClient) -> None:
    answer = await anyone.get("/api/v1/places", params={"q": "565"})

    assert "public" in answer.headers["cache-control"]
    assert "set-cookie" not in answer.headers


async def test_other_spellings_are_understood(anyone: httpx.AsyncClient) -> None:
    answer = await anyone.get("/api/v1/places", params={"q": "muenstermaifeld", "limit": 1})

    assert [place["name"] for place in answer.json()["items"]] == ["Münstermaifeld"]


async def test_what_means_no_place_answers_an_empty_list(anyone: httpx.AsyncClient) -> None:
    for nonsense in ("", "'; DROP TABLE person; --", "<script>alert(1)</script>", "\x00", "999999"):
        answer = await anyone.get("/api/v1/places", params={"q": nonsense})
        assert (answer.status_code, answer.json()["items"]) == (200, []), nonsense


async def test_bad_parameters_are_named(anyone: httpx.AsyncClient) -> None:
    for query, field in (
        ("", "q"),
        ("q=Polch&limit=0", "limit"),
        ("q=Polch&limit=201", "limit"),
        ("q=" + "x" * 81, "q"),
    ):
        answer = await anyone.get(f"/api/v1/places?{query}")
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert [error["field"] for error in answer.json()["errors"]] == [field]
