"""The workbench's Today: a day of 150 bookings, and changes that 100 open pages hear of."""

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from app.identity.sessions import open_session
from app.kernel.clock import system_clock
from app.platform.database import execute, fetch, fetch_value
from tests.bench.installation import Installation
from tests.bench.load import Client, request_bytes
from tests.bench.world import LAT, LNG, hour_of, member_emails

SPACE, DESKS, BOOKINGS = "tageshaus", 75, 150
BOARDS, CHANGES = 100, 20
_BOARDS_OF_ONE = 10
_PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Heard:
    """From the answer to a booking to the last page's message, and what a change costs the web process, in ms."""

    last: Sequence[float]
    web_ms: float

    @property
    def p50(self) -> float:
        return statistics.median(self.last)


async def add_day() -> list[str]:
    """The space, with its day of 150 bookings; the cookies of ten people of its front desk."""
    now = system_clock()
    space = await fetch_value(
        "INSERT INTO space (slug, operator, name, street, postcode, place, municipality, lat, lng, features,"
        " published_at) SELECT $1, min(id), $1, 'Am Markt', '56751', 'Polch', 'Maifeld', $2::float8 + 3, $3, '{}', $4"
        " FROM operator RETURNING id",
        *(SPACE, LAT, LNG, now - timedelta(days=365)),
    )
    await execute(
        "INSERT INTO weekly_hours (space, weekday, opens, closes) SELECT $1, n, 420, 1200 FROM generate_series(1, 7) n",
        space,
    )
    await execute(
        "INSERT INTO resource (public_id, space, kind, name, position)"
        " SELECT translate(substr(md5('tag' || n), 1, 16), '01', 'gh'), $1, 'desk', n::text, n"
        " FROM generate_series(1, $2::int) n",
        *(space, DESKS),
    )
    people = [await fetch_value("SELECT id FROM person WHERE email = $1", email) for email in member_emails()][:10]
    for opens, closes in ((8, 12), (13, 18)):
        await execute(
            """
            WITH new AS (
                SELECT nextval('booking_id_seq') AS id, r.id AS resource, r.position AS n FROM resource r
                 WHERE r.space = $1
            ), held AS (
                INSERT INTO claim (resource, starts_at, ends_at, reason, holder)
                SELECT resource, $2, $3, 'booking', id FROM new
            )
            INSERT INTO booking (id, public_id, resource, space, person, status, starts_at, ends_at, created_at,
                                 updated_at, checked_in_at)
            SELECT id, translate(substr(md5(concat('tag', id)), 1, 16), '01', 'gh'), resource, $1,
                   ($4::bigint[])[1 + n % 10], CASE WHEN n % 3 = 0 THEN 'confirmed' ELSE 'checked_in' END,
                   $2, $3, $5, $5,
                   CASE WHEN n % 3 = 0 THEN NULL ELSE $2 END
              FROM new
            """,
            *(space, hour_of(now.date(), opens), hour_of(now.date(), closes), people, now),
        )
    for person in people:
        await execute(
            "INSERT INTO role_grant (person, role, scope_kind, scope_id, granted_at)"
            " VALUES ($1, 'front_desk', 'space', $2, $3)",
            *(person, space, now),
        )
    return [f"session={await open_session(person, 'bench', now)}" for person in people]


def page_path() -> str:
    return f"/theke/{SPACE}"


async def hear(installation: Installation, cookies: Sequence[str], token: str) -> Heard:
    """100 pages are open; one booking after the other is made, each when the last page has heard of the one before."""
    event = await fetch_value("SELECT max(id) FROM outbox_event")
    stops = [await _opened(installation.port, cookies[n // _BOARDS_OF_ONE], event) for n in range(BOARDS)]
    await asyncio.sleep(1)
    desks = await fetch(
        "SELECT r.public_id FROM resource r JOIN space s ON s.id = r.space WHERE s.slug = $1 ORDER BY r.id LIMIT $2",
        *(SPACE, CHANGES),
    )
    starts_at = hour_of(system_clock().date() + timedelta(days=7), 9)
    client, last, before = Client(installation.port), [], installation.cpu()
    for desk in desks:
        body = msgspec.json.encode(
            {"resource_id": desk["public_id"], "starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1)}
        )
        answer = await client.send(request_bytes("POST", "/api/v1/bookings", token=token, body=body))
        assert answer.status == 201, answer.body
        committed = time.perf_counter()
        async with asyncio.timeout(_PATIENCE):
            await asyncio.gather(*(reader.readuntil(b"event: changed") for reader, _ in stops))
        last.append((time.perf_counter() - committed) * 1000)
        await asyncio.sleep(0.5)  # what the worker's own events say is heard apart
    used = installation.cpu() - before
    client.close()
    for _, writer in stops:
        writer.close()
    return Heard(last, used.web * 1000 / CHANGES)


async def _opened(port: int, cookie: str, event: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    headers = {"Cookie": cookie, "Accept": "text/event-stream"}
    writer.write(request_bytes("GET", f"/theke/{SPACE}/aenderungen?ab={event}", headers=headers))
    await reader.readuntil(b"retry: 2000")
    return reader, writer
