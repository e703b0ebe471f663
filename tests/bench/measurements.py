"""The measurements of `make bench`, each bounded in count and in time."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import cycle
from urllib.parse import urlencode

import asyncpg

from app.platform.installation import DatabaseAddress
from tests.bench.installation import Installation, StatementLog
from tests.bench.load import Client, Taken, all_at_once, by_clients, one_after_the_other, request_bytes
from tests.bench.world import FEED_EVENTS, HALL, LAT, LNG, Slot, add_feed, free_slots, hour_of, take_some, working_day

CLIENTS = 8
RUSH = 200
_LOGGED_REQUESTS = 15
_SEARCHED_DAYS_AHEAD = 10


@dataclass(frozen=True, slots=True)
class Booked:
    """What bookings cost; processor time in ms for each."""

    alone: Taken
    together: Taken
    web_ms: float
    postgres_ms: float
    worker_ms: float


@dataclass(frozen=True, slots=True)
class Read:
    """What reading a page or an answer costs."""

    taken: Taken
    database_ms: float
    statements: float
    web_ms: float
    size: int


def _booking(slot: Slot, token: str) -> bytes:
    return request_bytes("POST", "/api/v1/bookings", token=token, body=slot.body())


async def book(installation: Installation, tokens: Sequence[str], count: int) -> Booked:
    """So many bookings by one client, and three times as many by 8, on different desks."""
    warm_up, alone = 60, count
    slots = await free_slots(warm_up + alone + 3 * count)
    requests = [_booking(slot, token) for slot, token in zip(slots, cycle(tokens), strict=False)]
    await one_after_the_other(installation.port, requests[:warm_up])
    by_one = await one_after_the_other(installation.port, requests[warm_up : warm_up + alone])
    before = installation.cpu()
    by_eight = await by_clients(installation.port, requests[warm_up + alone :], clients=CLIENTS)
    used = installation.cpu() - before
    for taken in (by_one, by_eight):
        assert set(taken.statuses) == {201}, taken.statuses
    each = 1000 / by_eight.count
    return Booked(by_one, by_eight, used.web * each, used.postgres * each, used.worker * each)


_BARE = """
    INSERT INTO booking (public_id, resource, space, person, status, starts_at, ends_at, note, paid_by, price_amount,
                         price_currency, sequence, created_at, updated_at)
    VALUES ($1, $2, $3, $4, 'confirmed', $5, $6, '', 'free', 0, 'EUR', 0, $7, $7)
"""


async def bare_inserts(address: DatabaseAddress, count: int) -> tuple[Taken, Taken]:
    """The row of a booking alone, prepared, each its own transaction: by one connection and by 8. Takes them back."""
    pool = await asyncpg.create_pool(address.app, min_size=CLIENTS, max_size=CLIENTS, reset=_nothing)
    rows = await pool.fetch("SELECT resource, space, person, starts_at, ends_at FROM booking ORDER BY id DESC LIMIT 99")
    results = []
    for clients, wanted in ((1, count), (CLIENTS, 4 * count)):
        taken, numbers, started = Taken(), iter(range(wanted)), time.perf_counter()

        async def insert(taken: Taken = taken, numbers: Iterator[int] = numbers, clients: int = clients) -> None:
            async with pool.acquire() as connection:
                statement = await connection.prepare(_BARE)
                for n in numbers:
                    row = rows[n % len(rows)]
                    at = time.perf_counter()
                    await statement.fetch(f"bare-{clients}-{n}", *row, row["starts_at"])
                    taken.milliseconds.append((time.perf_counter() - at) * 1000)

        await asyncio.gather(*(insert() for _ in range(clients)))
        taken.seconds = time.perf_counter() - started
        results.append(taken)
    await pool.execute("DELETE FROM booking WHERE public_id LIKE 'bare-%'")
    await pool.close()
    return results[0], results[1]


async def _nothing(_connection: object) -> None:
    """asyncpg's own reset of a connection costs a round trip, which is not part of the bare insert."""


async def rush(installation: Installation, tokens: Sequence[str]) -> Taken:
    """200 clients want one desk at one time."""
    [slot] = await free_slots(1)
    requests = [_booking(slot, token) for token, _ in zip(cycle(tokens), range(RUSH), strict=False)]
    return await all_at_once(installation.port, requests)


def search_path() -> str:
    """The search for a desk on a morning near the 30 spaces."""
    day = working_day(_SEARCHED_DAYS_AHEAD)
    window = {"starts_at": hour_of(day, 9).isoformat(), "ends_at": hour_of(day, 12).isoformat()}
    return "/api/v1/spaces?" + urlencode({"lat": LAT, "lng": LNG, "radius_km": 20, "kind": "desk", **window})


def search_page_path() -> str:
    """The same as a page, with its week strip."""
    when = {"tag": working_day(_SEARCHED_DAYS_AHEAD).isoformat(), "zeit": "vormittag", "art": "desk"}
    return "/plaetze?" + urlencode({"lat": LAT, "lng": LNG, **when})


def day_path() -> str:
    """A day of the hall with its 50 desks, for a program."""
    day = working_day(_SEARCHED_DAYS_AHEAD)
    window = {"starts_at": hour_of(day, 9).isoformat(), "ends_at": hour_of(day, 12).isoformat()}
    return f"/api/v1/spaces/{HALL}/availability?" + urlencode(window)


def day_page_path() -> str:
    """A day of the hall with its 50 desks, as a page."""
    return f"/standorte/{HALL}?" + urlencode({"tag": working_day(_SEARCHED_DAYS_AHEAD).isoformat(), "zeit": "ganz"})


async def prepare_search() -> None:
    await take_some(working_day(_SEARCHED_DAYS_AHEAD))


async def read(
    installation: Installation, address: DatabaseAddress, path: str, token: str = "", count: int = 150, cookie: str = ""
) -> Read:
    """One client reads so often; a few times more with PostgreSQL writing down how long its statements take."""
    accept = "application/json" if path.startswith("/api/") else "text/html"
    headers = {"Accept": accept} | ({"Cookie": cookie} if cookie else {})
    request = request_bytes("GET", path, token=token, headers=headers)
    await one_after_the_other(installation.port, [request] * min(20, count))
    before = installation.cpu()
    taken = await one_after_the_other(installation.port, [request] * count)
    used = installation.cpu() - before
    assert set(taken.statuses) == {200}, taken.statuses
    milliseconds, statements = [], 0
    async with statements_logged(installation, address) as sums:
        client = Client(installation.port)
        for _ in range(_LOGGED_REQUESTS):
            answer = await client.send(request)
            spent, statements = await sums()
            milliseconds.append(spent)
        client.close()
    return Read(taken, statistics.median(milliseconds), statements, used.web * 1000 / taken.count, len(answer.body))


@asynccontextmanager
async def statements_logged(
    installation: Installation, address: DatabaseAddress
) -> AsyncIterator[Callable[[], Awaitable[tuple[float, int]]]]:
    """Gives a function that says what the web process's statements have taken since it was asked before."""
    assert address.server is not None, "the embedded database"
    superuser = await asyncpg.connect(address.server)
    log = StatementLog(installation.folder)

    async def sums() -> tuple[float, int]:
        await asyncio.sleep(0.03)
        backends = await superuser.fetch("SELECT pid FROM pg_stat_activity WHERE application_name = 'nahwerk-web'")
        found = log.milliseconds([row["pid"] for row in backends])
        log.begin()
        return found

    try:
        for command in ("log_min_duration_statement = 0", "log_parameter_max_length = 0"):
            await superuser.execute(f"ALTER SYSTEM SET {command}")
        await superuser.execute("SELECT pg_reload_conf()")
        await asyncio.sleep(0.3)
        log.begin()
        yield sums
    finally:
        await superuser.execute("ALTER SYSTEM RESET ALL")
        await superuser.execute("SELECT pg_reload_conf()")
        await superuser.close()


@dataclass(frozen=True, slots=True)
class FeedRead:
    """What a feed of 1,000 bookings costs its reader."""

    first_ms: float
    second_ms: float
    kept: Taken
    unchanged: Taken
    size: int


async def read_feed(installation: Installation) -> FeedRead:
    """A new feed: its first fetch builds what the worker has not yet, later ones put kept bytes together, then 304."""
    path = await add_feed()
    request = request_bytes("GET", path)
    client = Client(installation.port)
    first = await client.send(request)
    second = await client.send(request)
    client.close()
    assert first.body.count(b"BEGIN:VEVENT") == FEED_EVENTS, (first.status, first.body[:300])
    kept = await one_after_the_other(installation.port, [request] * 50)
    conditional = request_bytes("GET", path, headers={"If-None-Match": second.etag})
    unchanged = await one_after_the_other(installation.port, [conditional] * 100)
    assert set(unchanged.statuses) == {304}, unchanged.statuses
    return FeedRead(first.ms, second.ms, kept, unchanged, len(first.body))
