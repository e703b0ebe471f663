"""Series through the interface: made, seen, changed, cancelled, with conflicts date by date."""

from datetime import date
from typing import Any

import httpx
import pytest

from app.bookings.operations import BookDesk, book
from app.kernel.periods import Period
from app.platform.database import execute, fetch_value
from tests.api.requests import wish
from tests.worlds import NOW, World, at

SERIES = "/api/v1/series"
THURSDAY = Period(at(date(2026, 11, 26), 8), at(date(2026, 11, 26), 12))
RULE = "FREQ=WEEKLY;BYDAY=TH;COUNT=3"


async def made(client: httpx.AsyncClient, world: World, **more: Any) -> dict[str, Any]:
    answer = await client.post(SERIES, json=wish(world.polch["1"], THURSDAY, **{"rrule": RULE, **more}))
    assert answer.status_code == 201, answer.text
    series: dict[str, Any] = answer.json()
    return series


async def taken(world: World, day: date = date(2026, 12, 3)) -> None:
    await book(world.gundula.actor(), BookDesk(world.polch["1"].public_id, at(day, 9), at(day, 10)), NOW)


def days(series: dict[str, Any], status: str = "confirmed") -> list[str]:
    return [booking["starts_at"] for booking in series["bookings"] if booking["status"] == status]


async def test_a_series_has_its_fixed_shape(mia: httpx.AsyncClient, world: World) -> None:
    series = await made(mia, world, note="Chorprobe")
    assert (series["rrule"], series["conflicts"], series["organisation"]) == (RULE, [], None)
    assert days(series) == [f"2026-{day}T08:00:00+01:00" for day in ("11-26", "12-03", "12-10")]
    assert {booking["note"] for booking in series["bookings"]} == {"Chorprobe"}
    assert {booking["series_id"] for booking in series["bookings"]} == {series["id"]}
    assert (await mia.get(f"{SERIES}/{series['id']}")).json() == series


async def test_conflicts_are_told_date_by_date_and_nothing_is_booked(mia: httpx.AsyncClient, world: World) -> None:
    await taken(world)
    answer = await mia.post(SERIES, json=wish(world.polch["1"], THURSDAY, rrule=RULE))
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["code"] == "series_conflicts"
    assert problem["conflicts"] == [{"starts_at": "2026-12-03T08:00:00+01:00", "code": "desk_already_taken"}]
    assert await fetch_value("SELECT count(*) FROM booking WHERE person = $1", world.mia.id) == 0


async def test_conflicts_are_skipped_or_another_desk_is_taken(mia: httpx.AsyncClient, world: World) -> None:
    await taken(world)
    skipped = await made(mia, world, on_conflict="skip")
    assert len(skipped["bookings"]) == 2
    assert skipped["conflicts"] == [{"starts_at": "2026-12-03T08:00:00+01:00", "code": "desk_already_taken"}]
    assert (await mia.post(f"{SERIES}/{skipped['id']}/cancel")).status_code == 200
    other = await made(mia, world, on_conflict="another")
    assert [booking["resource"]["name"] for booking in other["bookings"]] == ["1", "2", "1"]
    assert other["conflicts"] == []


async def test_any_desk_of_a_space_will_do(mia: httpx.AsyncClient, world: World) -> None:
    body = {"space": "regiohub-polch", "kind": "desk", "rrule": RULE, "starts_at": THURSDAY.starts_at.isoformat()}
    answer = await mia.post(SERIES, json={**body, "ends_at": THURSDAY.ends_at.isoformat()})
    assert answer.status_code == 201
    assert len(answer.json()["bookings"]) == 3


async def test_all_dates_or_this_and_following_are_changed(mia: httpx.AsyncClient, world: World) -> None:
    series = await made(mia, world)
    later = {"starts_at": "2026-11-26T09:00:00+01:00", "ends_at": "2026-11-26T12:00:00+01:00"}
    changed = (await mia.patch(f"{SERIES}/{series['id']}", json=later)).json()
    assert changed["id"] == series["id"]
    assert days(changed) == [f"2026-{day}T09:00:00+01:00" for day in ("11-26", "12-03", "12-10")]
    split = await mia.patch(
        f"{SERIES}/{series['id']}", json={"from": "2026-12-03", "resource_id": world.polch["2"].public_id}
    )
    assert split.status_code == 200, split.text
    following = split.json()
    assert following["id"] != series["id"]
    assert [booking["id"] for booking in following["bookings"]] == [b["id"] for b in series["bookings"][1:]]
    assert following["rrule"] == "FREQ=WEEKLY;BYDAY=TH;COUNT=2"
    assert days((await mia.get(f"{SERIES}/{series['id']}")).json()) == ["2026-11-26T09:00:00+01:00"]


async def test_one_date_is_moved_by_its_booking_and_stays_in_the_series(mia: httpx.AsyncClient, world: World) -> None:
    series = await made(mia, world)
    first = series["bookings"][0]["id"]
    await mia.patch(f"/api/v1/bookings/{first}", json={"ends_at": "2026-11-26T14:00:00+01:00"})
    seen = (await mia.get(f"{SERIES}/{series['id']}")).json()
    assert seen["bookings"][0]["id"] == first
    assert seen["bookings"][0]["ends_at"] == "2026-11-26T14:00:00+01:00"


@pytest.mark.parametrize(
    ("body", "left"),
    [
        (None, 0),
        ({}, 0),
        ({"from": "2026-12-03"}, 1),
        ({"from": "2026-12-03", "to": "2026-12-09"}, 2),
        ({"to": "2026-12-03"}, 1),
    ],
)
async def test_all_dates_or_some_days_are_cancelled(
    mia: httpx.AsyncClient, world: World, body: dict[str, str] | None, left: int
) -> None:
    series = await made(mia, world)
    sent = {} if body is None else {"json": body}
    answer = await mia.post(f"{SERIES}/{series['id']}/cancel", **sent)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    assert len(days(answer.json())) == left
    assert len(days(answer.json(), "cancelled")) == 3 - left


async def test_the_same_key_books_once(mia: httpx.AsyncClient, world: World) -> None:
    body, key = wish(world.polch["1"], THURSDAY, rrule=RULE), {"Idempotency-Key": "once"}
    first, second = [await mia.post(SERIES, json=body, headers=key) for _ in range(2)]
    assert first.json() == second.json()
    assert await fetch_value("SELECT count(*) FROM series") == 1


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"rrule": "FREQ=SECONDLY;COUNT=3"}, 422, "rrule_unusable"),
        ({"rrule": "FREQ=WEEKLY"}, 422, "series_without_end"),
        ({"rrule": "FREQ=WEEKLY;COUNT=99"}, 422, "series_too_long"),
        ({"on_conflict": "perhaps"}, 422, "not_a_choice"),
        ({"organisation": "nobodysclub"}, 404, "not_found"),
        ({"surprise": 1}, 422, "field_unknown"),
    ],
)
async def test_what_makes_no_series_is_refused(
    mia: httpx.AsyncClient, world: World, more: dict[str, Any], status: int, code: str
) -> None:
    answer = await mia.post(SERIES, json=wish(world.polch["1"], THURSDAY, **{"rrule": RULE, **more}))
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_others_do_not_find_it(mia: httpx.AsyncClient, rolf: httpx.AsyncClient, world: World) -> None:
    series = await made(mia, world)
    path = f"{SERIES}/{series['id']}"
    answers = [await rolf.get(path), await rolf.patch(path, json={"rrule": RULE}), await rolf.post(f"{path}/cancel")]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert (await mia.get(path)).json() == series


async def test_a_club_books_through_the_evening_and_not_in_the_holidays(mia: httpx.AsyncClient, world: World) -> None:
    await execute(
        "INSERT INTO organisation (public_id, operator, name, responsible, created_at)"
        " VALUES ('chor', $1, 'Chor Polch', $2, $3)",
        world.operator,
        world.mia.id,
        NOW,
    )
    await execute(
        "WITH q AS (INSERT INTO booking_rules (space, kind, outside_hours) VALUES ($1, 'room', 'organisations')"
        " RETURNING id) UPDATE resource SET rules = q.id FROM q WHERE space = $1 AND kind = 'room'",
        world.polch.id,
    )
    evening = Period(at(date(2026, 12, 10), 19), at(date(2026, 12, 10), 21))
    body = wish(world.polch["Nette"], evening, rrule="FREQ=WEEKLY;COUNT=7")
    assert (await mia.post(SERIES, json=body)).status_code == 409, "nobody else may"
    answer = await mia.post(SERIES, json={**body, "organisation": "chor", "skips_school_holidays": True})
    assert answer.status_code == 201, answer.text
    assert days(answer.json()) == [
        f"{day}T19:00:00+01:00" for day in ("2026-12-10", "2026-12-17", "2027-01-14", "2027-01-21")
    ]
    assert {booking["purpose"] for booking in answer.json()["bookings"]} == {"club"}
    assert answer.json()["organisation"] == {"id": "chor", "name": "Chor Polch"}


async def test_staff_sees_changes_and_cancels_a_series_at_its_spaces(
    mia: httpx.AsyncClient, frida: httpx.AsyncClient, world: World
) -> None:
    series = await made(mia, world)
    address = f"{SERIES}/{series['id']}"
    assert (await frida.get(address)).json() == series
    moved = await frida.patch(address, json={"from": "2026-12-03", "resource_id": world.polch["2"].public_id})
    assert moved.status_code == 200, moved.text
    assert days(moved.json()) == ["2026-12-03T08:00:00+01:00", "2026-12-10T08:00:00+01:00"]
    holiday = {"from": "2026-12-10", "to": "2026-12-10"}
    left = await frida.post(f"{SERIES}/{moved.json()['id']}/cancel", json=holiday)
    assert days(left.json()) == ["2026-12-03T08:00:00+01:00"]
    assert days((await frida.post(f"{address}/cancel")).json()) == []
    assert await fetch_value("SELECT count(*) FROM audit_entry WHERE details->>'whom' = $1", str(world.mia.id)) == 7


async def test_staff_of_other_operators_finds_no_series(
    mia: httpx.AsyncClient, rolf: httpx.AsyncClient, world: World
) -> None:
    address = f"{SERIES}/{(await made(mia, world))['id']}"
    change = {"resource_id": world.polch["2"].public_id}
    for answer in (
        await rolf.get(address),
        await rolf.patch(address, json=change),
        await rolf.post(f"{address}/cancel"),
    ):
        assert answer.status_code == 404
