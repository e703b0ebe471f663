"""A small load generator: HTTP/1.1 over asyncio streams with connections that stay open.

It shares the machine's cores with what it measures, so it does as little as it can: requests are bytes made beforehand,
and of an answer only the status, the ETag and the body are read.
"""

import asyncio
import statistics
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

PATIENCE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and how long it took from the first byte sent to the last one read."""

    status: int
    etag: str
    body: bytes
    ms: float


@dataclass(slots=True)
class Taken:
    """What a measurement saw."""

    milliseconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0

    def add(self, answer: Answer) -> None:
        self.milliseconds.append(answer.ms)
        self.statuses[answer.status] += 1

    @property
    def count(self) -> int:
        return len(self.milliseconds)

    @property
    def p50(self) -> float:
        return statistics.median(self.milliseconds)

    @property
    def p95(self) -> float:
        return sorted(self.milliseconds)[int(0.95 * (self.count - 1))]

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.count / self.seconds


def request_bytes(
    method: str, path: str, *, token: str = "", body: bytes = b"", headers: Mapping[str, str] | None = None
) -> bytes:
    """A whole request, ready to be sent."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Client:
    """One connection."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter | None = None

    async def open(self) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 22)

    async def send(self, request: bytes) -> Answer:
        """Sends and reads the whole answer, which must have a length. Raises TimeoutError and OSError."""
        if self._writer is None:
            await self.open()
        assert self._writer is not None
        started = time.perf_counter()
        self._writer.write(request)
        async with asyncio.timeout(PATIENCE_SECONDS):
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            status_line, *lines = head.split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            body = await self._reader.readexactly(int(headers.get("content-length", 0)))
        milliseconds = (time.perf_counter() - started) * 1000
        if headers.get("connection") == "close":
            self.close()
        return Answer(int(status_line.split(" ", 2)[1]), headers.get("etag", ""), body, milliseconds)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer = None


async def one_after_the_other(port: int, requests: Sequence[bytes], *, most_seconds: float = 20) -> Taken:
    """One client sends them in their order, until all are answered or the time is over."""
    return await by_clients(port, requests, clients=1, most_seconds=most_seconds)


async def by_clients(port: int, requests: Sequence[bytes], *, clients: int, most_seconds: float = 20) -> Taken:
    """So many clients take the next request as soon as they have an answer."""
    taken, waiting = Taken(), iter(requests)
    connections = [Client(port) for _ in range(clients)]
    for connection in connections:
        await connection.open()
    started = time.perf_counter()

    async def work(connection: Client) -> None:
        for request in waiting:
            taken.add(await connection.send(request))
            if time.perf_counter() - started > most_seconds:
                return

    await asyncio.gather(*map(work, connections))
    taken.seconds = time.perf_counter() - started
    for connection in connections:
        connection.close()
    return taken


async def all_at_once(port: int, requests: Sequence[bytes]) -> Taken:
    """One client for each request: all connections stand first, then all requests are sent in one moment."""
    taken, start = Taken(), asyncio.Event()
    connections = [Client(port) for _ in requests]
    for connection in connections:
        await connection.open()

    async def work(connection: Client, request: bytes) -> None:
        await start.wait()
        taken.add(await connection.send(request))

    tasks = [asyncio.create_task(work(*pair)) for pair in zip(connections, requests, strict=True)]
    await asyncio.sleep(0.1)
    started = time.perf_counter()
    start.set()
    await asyncio.gather(*tasks)
    taken.seconds = time.perf_counter() - started
    for connection in connections:
        connection.close()
    return taken
