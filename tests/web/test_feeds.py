"""What goes over the wire when a calendar program reads a feed."""

import gzip
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime

import httpx
import pytest

from app.calendars.operations import CreateFeed, create_feed
from app.calendars.queries import feeds_of
from app.calendars.subscriptions import FeedAddress, FeedKind
from app.platform.settings import Settings
from app.web.feeds import HANDLERS
from tests.serving import ADDRESS, client_of
from tests.worlds import NOW, APerson, a_world


@pytest.fixture
async def mia(undone: None) -> APerson:
    return (await a_world()).mia


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(HANDLERS, Settings(public_url=ADDRESS), NOW) as client:
        yield client


@pytest.fixture
async def address(mia: APerson) -> str:
    """The address of Mia's feed."""
    _, token = await create_feed(mia.actor(), CreateFeed(FeedKind.PERSON), NOW)
    return FeedAddress.of(token, ADDRESS).https


async def test_a_feed_comes_with_all_that_calendars_need_to_know(client: httpx.AsyncClient, address: str) -> None:
    answer = await client.get(address, headers={"Accept-Encoding": "identity"})
    assert answer.status_code == 200
    assert answer.content.startswith(b"BEGIN:VCALENDAR\r\n")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["content-disposition"] == 'inline; filename="nahwerk.ics"'
    assert answer.headers["cache-control"] == "private, max-age=900"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["etag"].startswith('"')
    assert parsedate_to_datetime(answer.headers["last-modified"]) <= NOW
    assert "set-cookie" not in answer.headers
    assert len(address) <= 256


async def test_a_copy_that_is_still_true_is_not_sent_again(client: httpx.AsyncClient, address: str) -> None:
    first = await client.get(address)
    again = await client.get(address, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    for name in ("etag", "last-modified", "cache-control", "vary"):
        assert again.headers[name] == first.headers[name]
    assert "content-type" not in again.headers
    since = await client.get(address, headers={"If-Modified-Since": first.headers["last-modified"]})
    assert since.status_code == 304


async def test_head_says_the_same_without_the_content(client: httpx.AsyncClient, address: str) -> None:
    get, head = await client.get(address), await client.head(address)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("etag", "last-modified", "content-type", "content-length"):
        assert head.headers[name] == get.headers[name]


async def test_a_feed_is_compressed_for_those_who_can_read_it(client: httpx.AsyncClient, address: str) -> None:
    plain = await client.get(address, headers={"Accept-Encoding": "identity"})
    async with client.stream("GET", address, headers={"Accept-Encoding": "gzip"}) as packed:
        raw = b"".join([chunk async for chunk in packed.aiter_raw()])
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == plain.content
    assert packed.headers["etag"] != plain.headers["etag"]
    again = await client.get(address, headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["etag"]})
    assert (again.status_code, again.headers["etag"]) == (304, packed.headers["etag"])


async def test_a_dead_address_is_not_found_and_leads_nowhere_else(client: httpx.AsyncClient, mia: APerson) -> None:
    for path in (f"/calendars/{'x' * 43}.ics", "/calendars/x", "/calendars/.ics", "/calendars/%00.ics"):
        answer = await client.get(path)
        assert (answer.status_code, answer.headers.get("location")) == (404, None)
        assert "set-cookie" not in answer.headers


async def test_its_owner_sees_which_program_came(client: httpx.AsyncClient, address: str, mia: APerson) -> None:
    await client.get(address, headers={"User-Agent": "macOS/14.5 CalendarAgent/1006"})
    (feed,) = await feeds_of(mia.actor())
    assert (feed.last_fetched_by, feed.last_fetched_at) == ("Apple Kalender", NOW)


async def test_robots_are_welcome_to_feeds(client: httpx.AsyncClient, undone: None) -> None:
    answer = await client.get("/robots.txt")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert "calendars" not in answer.text
    assert "Disallow: /\n" not in answer.text
