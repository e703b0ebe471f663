"""Own feeds by the interface."""

from collections.abc import AsyncIterator

import httpx
import pytest

from app.api.feeds import HANDLERS
from app.platform.database import fetch, fetch_value
from app.platform.settings import Secret, Settings
from app.web.feeds import HANDLERS as CALENDARS
from tests.serving import ADDRESS, client_of
from tests.worlds import NOW, World, a_world


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(public_url=ADDRESS, secret_key=Secret(KEY))
    async with client_of([*HANDLERS, *CALENDARS], settings, NOW) as client:
        yield client


FEEDS = "/api/v1/me/feeds"
KEY = "a signing key of thirty-two letters"


async def test_a_feed_is_made_read_renewed_and_ended(client: httpx.AsyncClient, world: World) -> None:
    mia = world.mia.bearer
    made = await client.post(FEEDS, json={"kind": "person"}, headers=mia)
    assert made.status_code == 201
    feed = made.json()
    assert feed["webcal_url"] == feed["url"].replace("https://", "webcal://")
    assert (feed["kind"], feed["name"], feed["last_fetched_at"]) == ("person", "Meine Buchungen", None)
    assert (await client.get(feed["url"], headers={"User-Agent": "Thunderbird/140"})).status_code == 200

    (listed,) = (await client.get(FEEDS, headers=mia)).json()["items"]
    assert listed == {**listed, "id": feed["id"], "url": None, "webcal_url": None, "last_fetched_by": "Thunderbird"}

    renewed = await client.post(f"{FEEDS}/{feed['id']}/rotate", headers=mia)
    assert renewed.status_code == 200
    assert (await client.get(feed["url"])).status_code == 404
    assert (await client.get(renewed.json()["url"])).status_code == 200

    assert (await client.delete(f"{FEEDS}/{feed['id']}", headers=mia)).status_code == 204
    assert (await client.get(renewed.json()["url"])).status_code == 404
    assert (await client.get(FEEDS, headers=mia)).json() == {"items": [], "next": None}


async def test_staff_subscribe_to_their_resources_and_spaces(client: httpx.AsyncClient, world: World) -> None:
    desk = {"kind": "resource", "resource_id": world.polch["1"].public_id}
    space = {"kind": "space", "space": world.polch.slug}
    names = [(await client.post(FEEDS, json=body, headers=world.otto.bearer)).json()["name"] for body in (desk, space)]
    assert names == ["Platz 1, RegioHub Polch", "RegioHub Polch"]
    for body in (desk, space):
        for stranger in (world.mia, world.rolf):
            answer = await client.post(FEEDS, json=body, headers=stranger.bearer)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "person", "space": "regiohub-polch"},
        {"kind": "resource"},
        {"kind": "space"},
        {"kind": "space", "space": "a", "resource_id": "b"},
        {"kind": "team"},
        {"kind": "person", "surprise": 1},
        {},
        [],
    ],
)
async def test_what_no_feed_can_be_about_is_refused(client: httpx.AsyncClient, world: World, body: object) -> None:
    answer = await client.post(FEEDS, json=body, headers=world.otto.bearer)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_feeds_need_somebody_and_are_nobody_elses(client: httpx.AsyncClient, world: World) -> None:
    assert (await client.get(FEEDS)).status_code == 401
    feed = (await client.post(FEEDS, json={"kind": "person"}, headers=world.mia.bearer)).json()["id"]
    for name in (feed, "x", "%00"):
        assert (await client.post(f"{FEEDS}/{name}/rotate", headers=world.rolf.bearer)).status_code == 404
        assert (await client.delete(f"{FEEDS}/{name}", headers=world.nadja.bearer)).status_code == 404


async def test_a_repeated_request_gets_the_address_again_which_no_table_holds(
    client: httpx.AsyncClient, world: World
) -> None:
    once = {**world.mia.bearer, "Idempotency-Key": "make-1"}
    made, again = [await client.post(FEEDS, json={"kind": "person"}, headers=once) for _ in range(2)]
    assert (made.status_code, again.status_code, again.content) == (201, 201, made.content)
    assert await fetch_value("SELECT count(*) FROM feed") == 1

    rotate = f"{FEEDS}/{made.json()['id']}/rotate"
    twice = {**world.mia.bearer, "Idempotency-Key": "renew-1"}
    renewed, repeated = [await client.post(rotate, headers=twice) for _ in range(2)]
    assert (renewed.status_code, repeated.status_code, repeated.content) == (200, 200, renewed.content)
    assert (await client.get(repeated.json()["url"])).status_code == 200

    kept = await fetch("SELECT body FROM idempotent_answer")
    assert len(kept) == 2
    for address in (made.json()["url"], renewed.json()["url"]):
        token = address.rpartition("/")[2].removesuffix(".ics")
        assert not any(token.encode() in row["body"] or b"http" in row["body"] for row in kept)


async def test_every_address_is_another_one_whatever_the_key(client: httpx.AsyncClient, world: World) -> None:
    keys = [None, None, "one", "two"]
    headers = [{**world.mia.bearer} | ({"Idempotency-Key": key} if key else {}) for key in keys]
    made = [await client.post(FEEDS, json={"kind": "person"}, headers=each) for each in headers]
    assert len({answer.json()["url"] for answer in made}) == len(keys)


async def test_a_refusal_is_repeated_as_it_was(client: httpx.AsyncClient, world: World) -> None:
    once = {**world.mia.bearer, "Idempotency-Key": "nowhere"}
    answers = [await client.post(FEEDS, json={"kind": "space", "space": "nirgends"}, headers=once) for _ in range(2)]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "not_found")] * 2


async def test_with_another_signing_key_no_wrong_address_is_repeated(client: httpx.AsyncClient, world: World) -> None:
    once = {**world.mia.bearer, "Idempotency-Key": "make-1"}
    made = (await client.post(FEEDS, json={"kind": "person"}, headers=once)).json()
    later = Settings(public_url=ADDRESS, secret_key=Secret(KEY[::-1]))
    async with client_of(HANDLERS, later, NOW) as other:
        again = (await other.post(FEEDS, json={"kind": "person"}, headers=once)).json()
    assert again == made | {"url": None, "webcal_url": None}
