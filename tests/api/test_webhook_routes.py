"""Webhooks by the interface, as a program of the operator's sets them up."""

from collections.abc import AsyncIterator

import httpx
import pytest
from litestar.types import ASGIApp

from app.notifications.webhook_delivery import deliver_due
from app.platform.database import fetch_value
from app.platform.outgoing import Answer
from app.platform.settings import Settings
from tests.api.conftest import calling
from tests.worlds import NOW, World, add_token

PATH = "/api/v1/operators/polch/webhooks"
WANTED = {"url": "https://haus.example/nahwerk", "events": ["booking.created"]}


@pytest.fixture
async def otto(application: ASGIApp, world: World) -> AsyncIterator[httpx.AsyncClient]:
    """The program of the manager of Polch."""
    async with calling(application, **world.otto.bearer) as client:
        yield client


async def test_from_the_first_message_to_the_last(otto: httpx.AsyncClient, settings: Settings) -> None:
    made = await otto.post(PATH, json=WANTED)
    assert made.status_code == 201, made.text
    webhook = made.json()["webhook"]
    assert made.json()["secret"].startswith("whsec_")
    assert made.json()["secret"].rstrip("=").endswith(webhook["secret_ends_with"])
    assert (await otto.get(PATH)).json()["items"] == [webhook]
    one = f"{PATH}/{webhook['id']}"
    tried = (await otto.post(f"{one}/test")).json()
    assert tried["state"] == "waiting"

    async def taken(url: str, body: bytes, headers: object) -> Answer:
        return Answer(200, 12, "danke")

    await deliver_due(taken, settings.signing_key, lambda: NOW)
    [message] = (await otto.get(f"{one}/messages")).json()["items"]
    assert (message["state"], message["attempts"][0]["status"], message["attempts"][0]["excerpt"]) == (
        "taken", 200, "danke"
    )  # fmt: skip
    assert (await otto.post(f"{one}/messages/{message['id']}/resend")).json()["state"] == "waiting"
    changed = await otto.put(one, json={**WANTED, "is_active": False})
    assert changed.json()["is_active"] is False
    asleep = await otto.post(f"{one}/test")
    assert (asleep.status_code, asleep.json()["code"]) == (409, "webhook_inactive")
    assert (await otto.delete(one)).status_code == 204
    assert (await otto.get(f"{one}/messages")).status_code == 404


async def test_a_repeated_request_gets_the_same_secret_and_no_table_holds_it(otto: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "einmal"}
    first, again = [(await otto.post(PATH, json=WANTED, headers=headers)).json() for _ in range(2)]
    assert first == again
    kept = await fetch_value("SELECT convert_from(body, 'UTF8') FROM idempotent_answer")
    assert first["secret"].removeprefix("whsec_") not in kept
    new = (await otto.post(f"{PATH}/{first['webhook']['id']}/secret")).json()["secret"]
    assert new != first["secret"]


async def test_the_log_goes_on_behind_its_cursor(otto: httpx.AsyncClient) -> None:
    webhook = (await otto.post(PATH, json=WANTED)).json()["webhook"]["id"]
    sent = [(await otto.post(f"{PATH}/{webhook}/test")).json()["id"] for _ in range(3)]
    first = (await otto.get(f"{PATH}/{webhook}/messages?limit=2")).json()
    rest = (await otto.get(f"{PATH}/{webhook}/messages?limit=2&cursor={first['next']}")).json()
    assert [one["id"] for one in first["items"] + rest["items"]] == sent[::-1]
    assert rest["next"] is None
    assert (await otto.get(f"{PATH}/{webhook}/messages?cursor=abc")).status_code == 422


async def test_what_is_wrong_is_said_at_its_field(otto: httpx.AsyncClient) -> None:
    inside = await otto.post(PATH, json=WANTED | {"url": "https://192.168.0.1/"})
    assert (inside.status_code, inside.json()["code"]) == (422, "webhook_url_unusable")
    assert (await otto.post(PATH, json=WANTED | {"events": []})).json()["errors"][0]["field"] == "events"
    assert (await otto.post(PATH, json=WANTED | {"events": ["alles"]})).status_code == 422


async def test_only_the_operators_managers_and_only_tokens_of_staff(
    application: ASGIApp, world: World, otto: httpx.AsyncClient
) -> None:
    webhook = (await otto.post(PATH, json=WANTED)).json()["webhook"]["id"]
    for stranger in (world.rolf, world.frida, world.mia):
        async with calling(application, **stranger.bearer) as client:
            for path in (PATH, f"{PATH}/{webhook}/messages"):
                assert (await client.get(path)).status_code == 404
    async with calling(application, **world.rolf.bearer) as client:
        own = "/api/v1/operators/andernach/webhooks"
        assert (await client.get(f"{own}/{webhook}/messages")).status_code == 404
        assert (await client.delete(f"{own}/{webhook}")).status_code == 404
    await add_token(world.otto.id, "only-reads", ["read"])
    async with calling(application, Authorization="Bearer only-reads") as client:
        assert (await client.get(PATH)).status_code == 403
