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

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: a status and the answer's beginning, or in words why nothing did. `ms` is how long it took."""

    status: int | None
    ms: int
    excerpt: str = ""
    error: str = ""


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
            async with asyncio.timeout(WHOLE_SECONDS):
                target = target_of(url, own_machine=self._own_machine)
                status, excerpt = await self._send(target, await self._address(target), body, headers)
        except TargetRefused as refused:
            return Answer(None, took(), error=refused.why)
        except TimeoutError:
            return Answer(None, took(), error="timeout")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ssl.SSLError) as error:
            return Answer(None, took(), error=_in_short(error))
        return Answer(status, took(), excerpt)

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

    async def _send(self, target: Target, address: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
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
                "POST", url, content=body, headers=request_headers, extensions={"sni_hostname": target.host}
            ) as answer,
        ):
            return answer.status_code, await _beginning(answer)


async def look_up(host: str, port: int) -> Sequence[str]:
    """All addresses of a host. Raises OSError for one that there is not."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


async def _beginning(answer: httpx.Response) -> str:
    """What the answer says at first, without control characters."""
    read = b""
    async for chunk in answer.aiter_raw():
        read += chunk[: MOST_READ - len(read)]
        if len(read) >= MOST_READ:
            break
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
