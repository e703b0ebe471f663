"""Requests to addresses that others have typed in: https alone, to hosts of the open internet alone.

A host's name is looked up here, once for each request, and the connection goes to an address that was looked at: who
answers differently the second time is not asked a second time. Nothing is followed, little is read, and it ends soon.
"""

import asyncio
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import httpx

from app.platform.outgoing_rules import Target, TargetRefused, is_open_internet, is_own_machine, target_of

CONNECT_SECONDS: Final = 5.0
WHOLE_SECONDS: Final = 15.0
MOST_READ: Final = 2_000
"""Bytes of an answer that are read at all."""

MOST_FETCHED: Final = 256 * 1024
"""Bytes of an answer that was asked for its content; a longer one is refused."""

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: a status and the answer's beginning, or in words why nothing did. `ms` is how long it took."""

    status: int | None
    ms: int
    excerpt: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole answer."""

    status: int
    body: bytes


class FetchFailed(Exception):
    """No whole answer came; `why` is a stable word."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Outgoing:
    """Sends. With `own_machine` http to this machine is allowed too, for tests and demos."""

    def __init__(
        self, *, own_machine: bool = False, resolve: Resolve | None = None, trust: ssl.SSLContext | None = None
    ) -> None:
        self._own_machine = own_machine
        self._resolve = resolve or look_up
        self._trust = trust or ssl.create_default_context()

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """The answer to this body; whatever goes wrong on the way is an answer too."""
        began = time.perf_counter()

        def took() -> int:
            return round((time.perf_counter() - began) * 1000)

        try:
            status, read = await self._asked("POST", url, body, headers, MOST_READ)
        except FetchFailed as failed:
            return Answer(None, took(), error=failed.why)
        return Answer(status, took(), _readable(read))

    async def fetch(self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Fetched:
        """The whole answer. Raises FetchFailed, also for one that is too long."""
        status, read = await self._asked(method, url, body, headers, MOST_FETCHED + 1)
        if len(read) > MOST_FETCHED:
            raise FetchFailed("too_long")
        return Fetched(status, read)

    async def _asked(
        self, method: str, url: str, body: bytes, headers: Mapping[str, str], most: int
    ) -> tuple[int, bytes]:
        """The status, and so many bytes of the answer at most. Raises FetchFailed."""
        try:
            async with asyncio.timeout(WHOLE_SECONDS):
                target = target_of(url, own_machine=self._own_machine)
                return await self._send(method, target, await self._address(target), body, headers, most)
        except TargetRefused as refused:
            raise FetchFailed(refused.why) from refused
        except TimeoutError as late:
            raise FetchFailed("timeout") from late
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ssl.SSLError) as error:
            raise FetchFailed(_in_short(error)) from error

    async def _address(self, target: Target) -> str:
        """One of the host's addresses. Raises TargetRefused where any of them is not of the open internet."""
        try:
            found = await self._resolve(target.host, target.port)
        except OSError as error:
            raise TargetRefused("host_unknown") from error
        if not found:
            raise TargetRefused("host_unknown")
        for address in found:
            fits = is_own_machine(address) if target.is_own_machine else is_open_internet(address)
            if not fits:
                raise TargetRefused("address_refused")
        return found[0]

    async def _send(
        self, method: str, target: Target, address: str, body: bytes, headers: Mapping[str, str], most: int
    ) -> tuple[int, bytes]:
        literal = f"[{address}]" if ":" in address else address
        url = httpx.URL(f"{target.scheme}://{literal}:{target.port}{target.path}")
        request_headers = {**headers, "Host": target.host_header, "Accept-Encoding": "identity"}
        async with (
            httpx.AsyncClient(
                verify=self._trust,
                timeout=httpx.Timeout(WHOLE_SECONDS, connect=CONNECT_SECONDS),
                follow_redirects=False,
                trust_env=False,
            ) as client,
            client.stream(
                method, url, content=body, headers=request_headers, extensions={"sni_hostname": target.host}
            ) as answer,
        ):
            return answer.status_code, await _beginning(answer, most)


async def look_up(host: str, port: int) -> Sequence[str]:
    """All addresses of a host. Raises OSError for one that there is not."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


async def _beginning(answer: httpx.Response, most: int) -> bytes:
    read = b""
    async for chunk in answer.aiter_raw():
        read += chunk[: most - len(read)]
        if len(read) >= most:
            break
    return read


def _readable(read: bytes) -> str:
    """What an answer says, without control characters."""
    text = read.decode("utf-8", "replace")
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()


def _in_short(error: Exception) -> str:
    """What went wrong, without anything of this side's."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "tls_failed"
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.TimeoutException):
        return "timeout"
    return "connection_refused" if isinstance(error, httpx.ConnectError) else "connection_broken"
