"""Whatever is sent: a clear refusal of its own, and nothing written."""

from datetime import date
from typing import Any

import httpx
import pytest

from app.kernel.periods import Period
from app.platform.database import execute, fetch_row
from tests.api.requests import window, wish
from tests.worlds import TOMORROW_MORNING, World, at, tomorrow

BOOKINGS = "/api/v1/bookings"
JSON = {"Content-Type": "application/json"}


async def written() -> dict[str, int]:
    """How many rows stand wherever a booking writes."""
    row = await fetch_row(
        "SELECT (SELECT count(*) FROM booking) AS bookings, (SELECT count(*) FROM claim) AS claims,"
        " (SELECT count(*) FROM outbox_event) AS events, (SELECT count(*) FROM audit_entry) AS entries,"
        " (SELECT count(*) FROM idempotent_answer) AS answers"
    )
    assert row is not None
    return dict(row)


async def refused(client: httpx.AsyncClient, body: Any) -> tuple[int, str, list[str]]:
    """Status, code and fields of a refused booking, after making sure that nothing was written."""
    before = await written()
    answer = await client.post(BOOKINGS, json=body)
    assert await written() == before
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["title"]
    assert problem["detail"]
    return answer.status_code, problem["code"], [error["field"] for error in problem.get("errors", [])]


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "code", "field"),
    [
        ("2026-11-25T12:00:00+01:00", "2026-11-25T08:00:00+01:00", "ends_before_start", "ends_at"),
        ("2026-11-25T08:00:00+01:00", "2026-11-25T08:00:00+01:00", "ends_before_start", "ends_at"),
        ("2026-11-24T08:00:00+01:00", "2026-11-24T12:00:00+01:00", "in_the_past", "starts_at"),
        ("2026-11-25T08:05:00+01:00", "2026-11-25T12:00:00+01:00", "off_grid", "starts_at"),
        ("2026-11-25T08:00:00+01:00", "2026-11-25T12:00:01+01:00", "off_grid", "ends_at"),
        ("2026-11-25T08:00:00+01:00", "2026-11-26T12:00:00+01:00", "too_long", "ends_at"),
        ("2028-01-10T08:00:00+01:00", "2028-01-10T12:00:00+01:00", "too_far_ahead", "starts_at"),
        ("2199-01-10T08:00:00+01:00", "2199-01-10T12:00:00+01:00", "too_far_ahead", "starts_at"),
        ("2026-11-25T07:00:00+01:00", "2026-11-25T09:00:00+01:00", "outside_opening_hours", None),
        ("2026-11-25T17:00:00+01:00", "2026-11-25T18:15:00+01:00", "outside_opening_hours", None),
        ("2026-11-28T10:00:00+01:00", "2026-11-28T11:00:00+01:00", "closed_that_day", None),
        ("2026-12-24T10:00:00+01:00", "2026-12-24T11:00:00+01:00", "closed_that_day", None),
        ("2026-12-25T10:00:00+01:00", "2026-12-25T11:00:00+01:00", "closed_that_day", None),
        ("2027-03-28T02:30:00+01:00", "2027-03-28T03:30:00+02:00", "ends_before_start", "ends_at"),
        ("2027-03-28T02:30:00+01:00", "2027-03-28T04:30:00+02:00", "closed_that_day", None),
        ("2027-10-31T02:30:00+02:00", "2027-10-31T02:30:00+01:00", "closed_that_day", None),
        ("2027-02-29T08:00:00+01:00", "2027-02-29T09:00:00+01:00", "time_unreadable", "starts_at"),
        ("2026-11-25T08:00:00", "2026-11-25T09:00:00+01:00", "time_without_offset", "starts_at"),
        ("2026-11-25", "2026-11-25T09:00:00+01:00", "time_unreadable", "starts_at"),
        ("2026-11-25T24:30:00Z", "2026-11-25T09:00:00+01:00", "time_unreadable", "starts_at"),
        ("0001-01-01T00:00:00+14:00", "2026-11-25T09:00:00+01:00", "time_out_of_reach", "starts_at"),
        ("2026-11-25T08:00:00Z", "9999-12-31T23:45:00-14:00", "time_out_of_reach", "ends_at"),
        ("' OR 1=1 --", "2026-11-25T09:00:00+01:00", "time_unreadable", "starts_at"),
        (1_795_000_000, "2026-11-25T09:00:00+01:00", "time_unreadable", "starts_at"),
        (None, "2026-11-25T09:00:00+01:00", "time_unreadable", "starts_at"),
        ([], "2026-11-25T09:00:00+01:00", "time_unreadable", "starts_at"),
    ],
)
async def test_times(
    mia: httpx.AsyncClient, world: World, starts_at: Any, ends_at: Any, code: str, field: str | None
) -> None:
    body = {"resource_id": world.polch["1"].public_id, "starts_at": starts_at, "ends_at": ends_at}

    assert await refused(mia, body) == (422, code, [field] if field else [])


async def test_the_29th_of_february_of_a_leap_year_is_a_day_like_any_other(
    mia: httpx.AsyncClient, world: World
) -> None:
    leap_day = date(2028, 2, 29)
    body = wish(world.polch["1"], Period(at(leap_day, 8), at(leap_day, 9)))

    assert await refused(mia, body) == (422, "too_far_ahead", ["starts_at"]), "known, but over 400 days away"


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"resource_id": None}, "what_is_unclear", "resource_id"),
        ({"space": "regiohub-polch"}, "what_is_unclear", "resource_id"),
        ({"resource_id": None, "space": "regiohub-polch"}, "what_is_unclear", "kind"),
        ({"resource_id": None, "kind": "desk"}, "what_is_unclear", "space"),
        ({"resource_id": None, "space": "regiohub-polch", "kind": "bed"}, "not_a_choice", "kind"),
        ({"resource_id": 7}, "wrong_type", "resource_id"),
        ({"resource_id": ["a"]}, "wrong_type", "resource_id"),
        ({"resource_id": "x" * 101}, "wrong_length", "resource_id"),
        ({"note": 7}, "wrong_type", "note"),
        ({"note": "x" * 501}, "note_too_long", "note"),
        ({"note": "x" * 2001}, "wrong_length", "note"),
        ({"status": "checked_in"}, "field_unknown", "status"),
        ({"whom": "somebody"}, "field_unknown", "whom"),
        ({"price": {"amount": -100, "currency": "EUR"}}, "field_unknown", "price"),
    ],
)
async def test_fields(mia: httpx.AsyncClient, world: World, change: dict[str, Any], code: str, field: str) -> None:
    assert await refused(mia, {**wish(world.polch["1"]), **change}) == (422, code, [field])


@pytest.mark.parametrize("missing", ["starts_at", "ends_at", "resource_id"])
async def test_missing_fields(mia: httpx.AsyncClient, world: World, missing: str) -> None:
    body = wish(world.polch["1"])
    del body[missing]

    status, _, fields = await refused(mia, body)

    assert (status, fields) == (422, [missing])


@pytest.mark.parametrize("unknown", ["aaaaaaaaaaaaaaaa", "1", "'; DROP TABLE booking; --", "a\x00b", "😀", ""])
async def test_unknown_ids(mia: httpx.AsyncClient, unknown: str) -> None:
    times = window(tomorrow(8), tomorrow(12))

    assert await refused(mia, {"resource_id": unknown, **times}) == (404, "not_found", [])
    assert await refused(mia, {"space": unknown, "kind": "desk", **times}) == (404, "not_found", [])


async def test_what_nobody_offers_any_more_cannot_be_booked(mia: httpx.AsyncClient, world: World) -> None:
    await execute("UPDATE resource SET retired_at = now() WHERE id = $1", world.polch["1"].id)

    assert (await refused(mia, wish(world.polch["1"])))[:2] == (404, "not_found")


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"", JSON, 422),
        (b"{", JSON, 400),
        (b"null", JSON, 422),
        (b"[]", JSON, 422),
        (b'"text"', JSON, 422),
        (b"\xff\xfe", JSON, 400),
        (b'{"starts_at": NaN}', JSON, 400),
        (b"[" * 30_000, JSON, 422),
        (b'{"note": "\xff"}', JSON, 400),
        (b'{"note": "\\ud800"}', JSON, 400),
        (b'{"note": "' + b"x" * 70_000 + b'"}', JSON, 413),
        (b"starts_at=now", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
        (b"{}", {"Content-Type": "text/plain"}, 415),
        (b"{}", {}, 415),
    ],
)
async def test_bodies(mia: httpx.AsyncClient, content: bytes, headers: dict[str, str], status: int) -> None:
    before = await written()

    for method, path in (("POST", BOOKINGS), ("POST", "/api/v1/quotes"), ("PATCH", f"{BOOKINGS}/aaaaaaaaaaaaaaaa")):
        answer = await mia.request(method, path, content=content, headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        assert "Traceback" not in answer.text
    assert await written() == before


async def test_text_is_kept_as_text(mia: httpx.AsyncClient, world: World) -> None:
    nasty = "<script>alert('x')</script> '; DROP TABLE booking; -- \N{PILE OF POO}"

    answer = await mia.post(BOOKINGS, json=wish(world.polch["1"], note=nasty + "\x00\x1b\u202e"))

    assert answer.status_code == 201
    assert answer.json()["note"] == nasty


async def test_a_refusal_speaks_the_language_of_the_request(anyone: httpx.AsyncClient, world: World) -> None:
    said = {
        language: (await anyone.get("/api/v1/spaces/nowhere", headers={"Accept-Language": language})).json()
        for language in ("de", "fr, de;q=0.5")
    }

    assert said["de"]["detail"] == "Das gibt es hier nicht (mehr)."
    assert said["fr, de;q=0.5"] == said["de"]


async def test_addresses_and_methods_that_do_not_exist(mia: httpx.AsyncClient) -> None:
    nowhere = await mia.get("/api/v1/desks")
    delete = await mia.delete(BOOKINGS)

    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "not_found")
    assert (delete.status_code, delete.json()["code"]) == (405, "method_not_allowed")
    assert "POST" in delete.headers["allow"]


async def test_a_head_request_is_a_get_without_its_body(anyone: httpx.AsyncClient) -> None:
    answer = await anyone.head("/api/v1/places", params={"q": "Polch"})

    assert (answer.status_code, answer.content) == (200, b"")


async def test_a_move_is_checked_like_a_booking(mia: httpx.AsyncClient, world: World) -> None:
    booking = (await mia.post(BOOKINGS, json=wish(world.polch["1"], TOMORROW_MORNING))).json()
    before = await written()

    for change, field in (
        ({"starts_at": "2026-11-25T08:00:00"}, "starts_at"),
        ({"starts_at": "0001-01-01T00:00:00Z"}, "starts_at"),
        ({"starts_at": tomorrow(12).isoformat()}, "ends_at"),
        ({"kind": "room"}, "space"),
        ({"status": "completed"}, "status"),
    ):
        answer = await mia.patch(f"{BOOKINGS}/{booking['id']}", json=change)
        assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, [field])
    assert await written() == before
