"""Many at once, with every write committed: scenarios 1 and 9 of the reliability notes."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest
from litestar.types import ASGIApp

from app.kernel.periods import Period
from app.platform.database import fetch_value
from tests.api.conftest import Now, calling
from tests.api.requests import wish
from tests.worlds import AResource, World, a_world, tomorrow

BOOKINGS = "/api/v1/bookings"
CLIENTS = 200


@pytest.fixture(scope="module")
async def committed(database: str) -> World:
    """The tests' network, there for the whole module."""
    return await a_world()


@pytest.fixture
async def mia(application: ASGIApp, committed: World, now: Now) -> AsyncIterator[httpx.AsyncClient]:
    async with calling(application, **committed.mia.bearer) as client:
        yield client


async def rush(client: httpx.AsyncClient, desk: AResource, hour: int) -> Counter[int]:
    """How often each status was answered when CLIENTS want the desk from that hour at the same time."""
    body = wish(desk, Period(tomorrow(hour), tomorrow(hour + 1)))
    answers = await asyncio.gather(*(client.post(BOOKINGS, json=body) for _ in range(CLIENTS)))
    return Counter(answer.status_code for answer in answers)


async def claims_of(desk: AResource) -> int:
    count: int = await fetch_value("SELECT count(*) FROM claim WHERE resource = $1", desk.id)
    return count


async def test_of_200_for_one_desk_one_gets_it_and_199_are_refused(mia: httpx.AsyncClient, committed: World) -> None:
    desk = committed.polch["1"]

    assert await rush(mia, desk, 8) == {201: 1, 409: 199}
    assert await claims_of(desk) == 1


async def test_without_the_constraint_more_than_one_gets_it(
    mia: httpx.AsyncClient, committed: World, database: str
) -> None:
    desk = committed.polch["2"]
    owner = await asyncpg.connect(database)
    try:
        await owner.execute("ALTER TABLE claim DROP CONSTRAINT claim_no_overlap")
        await owner.execute(
            "ALTER TABLE claim ADD CONSTRAINT claim_no_overlap EXCLUDE USING gist (int8range(id, id, '[]') WITH &&)"
        )
        await rush(mia, desk, 8)
        assert await claims_of(desk) > 1, "the rush proves nothing if it is safe without the constraint"
        await owner.execute("TRUNCATE claim")
        await owner.execute("ALTER TABLE claim DROP CONSTRAINT claim_no_overlap")
        await owner.execute(
            "ALTER TABLE claim ADD CONSTRAINT claim_no_overlap EXCLUDE USING gist"
            " (int8range(resource, resource, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&)"
        )
    finally:
        await owner.close()


async def test_one_key_50_times_is_one_booking_and_50_identical_answers(
    mia: httpx.AsyncClient, committed: World
) -> None:
    desk = committed.polch["3"]
    body, key = wish(desk, Period(tomorrow(8), tomorrow(9))), {"Idempotency-Key": "3f0c9a52-once"}

    answers = await asyncio.gather(*(mia.post(BOOKINGS, json=body, headers=key) for _ in range(50)))
    other = await mia.post(BOOKINGS, json={**body, "note": "anders"}, headers=key)

    assert {(answer.status_code, answer.content, answer.headers["content-type"]) for answer in answers} == {
        (201, answers[0].content, "application/json")
    }
    assert await claims_of(desk) == 1
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_refusal_is_repeated_too(mia: httpx.AsyncClient, committed: World) -> None:
    desk = committed.andernach["A1"]
    body, key = wish(desk, Period(tomorrow(8), tomorrow(9))), {"Idempotency-Key": "taken"}
    first = (await mia.post(BOOKINGS, json=body)).json()

    refused = await mia.post(BOOKINGS, json=body, headers=key)
    await mia.post(f"{BOOKINGS}/{first['id']}/cancel")
    again = await mia.post(BOOKINGS, json=body, headers=key)

    assert (refused.status_code, refused.headers["content-type"]) == (409, "application/problem+json")
    assert (again.status_code, again.content) == (409, refused.content)


async def test_a_key_belongs_to_one_person_and_every_write_takes_one(
    mia: httpx.AsyncClient, application: ASGIApp, committed: World
) -> None:
    key = {"Idempotency-Key": "same-word"}
    hers = await mia.post(BOOKINGS, json=wish(committed.andernach["A2"]), headers=key)
    async with calling(application, **committed.gundula.bearer) as gundula:
        others = await gundula.post(BOOKINGS, json=wish(committed.andernach["P1"]), headers=key)
    cancel = f"{BOOKINGS}/{hers.json()['id']}/cancel"
    cancelled = [await mia.post(cancel, headers={"Idempotency-Key": "cancel-it"}) for _ in range(2)]

    assert (hers.status_code, others.status_code) == (201, 201)
    assert [answer.status_code for answer in cancelled] == [200, 200]
    assert cancelled[0].content == cancelled[1].content


@pytest.mark.parametrize("key", ["", "x" * 256, "mit Leerzeichen", "schlüssel"])
async def test_keys_that_cannot_be_used_are_refused(mia: httpx.AsyncClient, committed: World, key: str) -> None:
    headers = {b"Idempotency-Key": key.encode("latin-1")}

    answer = await mia.post(BOOKINGS, json=wish(committed.polch["3"]), headers=headers)  # type: ignore[arg-type]

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_unusable")
