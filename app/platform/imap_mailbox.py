"""A mailbox that is read by IMAP (RFC 3501), always encrypted: what is unread, its content, and what becomes of it.

Python's own imaplib waits, so each step runs in a thread. Reading changes nothing; only `remove` and `mark_read` do.
"""

import asyncio
import imaplib
import re
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from urllib.parse import unquote, urlsplit

T = TypeVar("T")

LARGEST: Final = 256 * 1024
"""So much of a message is read at most, in bytes: what came back says so at its beginning."""

_PORTS: Final = {"imaps": 993, "imap+starttls": 143}
_PLAIN: Final = re.compile(r"[\x20-\x7e]*")


class MailboxUnreadable(Exception):
    """The server is away or refuses us. What was read before stands."""


@dataclass(frozen=True, slots=True)
class ImapAccess:
    """Which folder of which server. `context` says whose certificates are believed; by default the system's."""

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    starttls: bool = False
    timeout: float = 20
    context: ssl.SSLContext | None = field(default=None, repr=False)


def imap_access(url: str) -> ImapAccess:
    """What imaps://user:password@host:port/folder says, percent-encoded where needed. ValueError for what is none."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or not parts.username:
        raise ValueError("BOUNCE_IMAP_URL is neither imaps:// nor imap+starttls:// with user, password and host")
    words = unquote(parts.username), unquote(parts.password or ""), unquote(parts.path.strip("/")) or "INBOX"
    if not all(_PLAIN.fullmatch(word) for word in words):
        raise ValueError("BOUNCE_IMAP_URL has characters beyond ASCII in user, password or folder")
    return ImapAccess(
        parts.hostname, parts.port or _PORTS[parts.scheme], *words, starttls=parts.scheme == "imap+starttls"
    )


class ImapMailbox:
    """An open folder. Messages are named by their UIDs. Everything raises MailboxUnreadable."""

    def __init__(self, connection: imaplib.IMAP4, *, removes_one: bool) -> None:
        self._connection = connection
        self._removes_one = removes_one

    async def unread(self, most: int) -> list[str]:
        """The oldest messages that nobody has read."""
        found = await self._asked("SEARCH", "UNSEEN UNDELETED")
        return [uid.decode() for uid in (found[0] or b"").split()][:most]

    async def content(self, uid: str) -> bytes:
        """The message, or its beginning; empty where it is gone."""
        answer = await self._asked("FETCH", uid, f"(BODY.PEEK[]<0.{LARGEST}>)")
        return next((part[1] for part in answer if isinstance(part, tuple)), b"")

    async def mark_read(self, uid: str) -> None:
        """Leaves it to people."""
        await self._asked("STORE", uid, "+FLAGS.SILENT", r"(\Seen)")

    async def remove(self, uid: str) -> None:
        """For good. Where the server cannot remove one alone (RFC 4315), all that are marked so go."""
        await self._asked("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)")
        if self._removes_one:
            await self._asked("EXPUNGE", uid)
        else:
            await _in_thread(self._connection.expunge)

    async def _asked(self, command: str, *words: str) -> list[Any]:
        status, answer = await _in_thread(lambda: self._connection.uid(command, *words))
        if status != "OK":
            raise MailboxUnreadable(f"{command}: {status}")
        return list(answer)


@asynccontextmanager
async def opened(access: ImapAccess) -> AsyncIterator[ImapMailbox]:
    """The folder, signed in over TLS. Raises MailboxUnreadable."""
    connection, removes_one = await _in_thread(lambda: _connected(access))
    try:
        yield ImapMailbox(connection, removes_one=removes_one)
    finally:
        with suppress(MailboxUnreadable):
            await _in_thread(connection.logout)


def _connected(access: ImapAccess) -> tuple[imaplib.IMAP4, bool]:
    """The connection, and whether one message can be removed alone."""
    context = access.context or ssl.create_default_context()
    if access.starttls:
        connection = imaplib.IMAP4(access.host, access.port, timeout=access.timeout)
    else:
        connection = imaplib.IMAP4_SSL(access.host, access.port, ssl_context=context, timeout=access.timeout)
    try:
        if access.starttls:
            connection.starttls(context)
        connection.login(_quoted(access.username), access.password)
        status, answer = connection.select(_quoted(access.folder))
        if status != "OK":
            raise imaplib.IMAP4.error(str(answer))
        _, capabilities = connection.capability()
    except BaseException:
        with suppress(OSError, imaplib.IMAP4.error):
            connection.shutdown()
        raise
    return connection, b"UIDPLUS" in b" ".join(capabilities).split()


def _quoted(text: str) -> str:
    """As imaplib does it with passwords alone."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


async def _in_thread(run: Callable[[], T]) -> T:
    try:
        return await asyncio.to_thread(run)
    except (imaplib.IMAP4.error, OSError) as failure:
        raise MailboxUnreadable(str(failure) or type(failure).__name__) from failure
