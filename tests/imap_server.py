"""A small real IMAP server for tests: one mailbox over TLS, with what RFC 3501 demands of a client that reads and
removes. It keeps count of what it was told, and hangs up when a test says so."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

CERTIFICATE = Path(__file__).parent / "platform" / "imap.pem"
"""Of localhost, with its key; believed by nobody but these tests."""


@dataclass
class Stored:
    content: bytes
    flags: set[str] = field(default_factory=set)


@dataclass
class Mailbox:
    """Its messages by UID. `hangs_up_at` names the command at which the connection breaks."""

    messages: dict[int, Stored] = field(default_factory=dict)
    capabilities: str = "IMAP4rev1 UIDPLUS"
    password: str = 'a "right" one'
    hangs_up_at: str = ""
    port: int = 0
    told: list[str] = field(default_factory=list)

    def put(self, content: bytes) -> int:
        uid = max(self.messages, default=100) + 1
        self.messages[uid] = Stored(content)
        return uid


@asynccontextmanager
async def serving(mailbox: Mailbox, *, starttls: bool = False) -> AsyncIterator[ssl.SSLContext]:
    """Serves it at localhost; what a client has to believe."""
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(CERTIFICATE)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _Session(mailbox, reader, writer, own).run()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=None if starttls else own)
    async with server:
        mailbox.port = server.sockets[0].getsockname()[1]
        yield ssl.create_default_context(cafile=CERTIFICATE)


class _Session:
    def __init__(
        self, mailbox: Mailbox, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, own: ssl.SSLContext
    ) -> None:
        self.mailbox, self.reader, self.writer, self.own = mailbox, reader, writer, own

    async def run(self) -> None:
        self._say("* OK ready")
        while line := (await self.reader.readline()).decode().rstrip("\r\n"):
            tag, _, command = line.partition(" ")
            self.mailbox.told.append(command)
            if self.mailbox.hangs_up_at and command.startswith(self.mailbox.hangs_up_at):
                return
            if command == "STARTTLS":
                self._say(f"{tag} OK go on")
                await self.writer.drain()
                await self.writer.start_tls(self.own)
                continue
            self._say(f"{tag} {self._done(command)}")
            await self.writer.drain()

    def _say(self, line: str) -> None:
        self.writer.write(line.encode() + b"\r\n")

    def _done(self, command: str) -> str:
        words = command.split(" ", 3)
        match words:
            case ["CAPABILITY"]:
                self._say(f"* CAPABILITY {self.mailbox.capabilities} STARTTLS")
            case ["LOGIN", *_]:
                said = re.fullmatch(r'LOGIN "bounces" "(.*)"', command)
                right = self.mailbox.password.replace('"', '\\"')
                return "OK hello" if said and said[1] == right else "NO [AUTHENTICATIONFAILED] who are you"
            case ["SELECT", '"INBOX"']:
                self._say(f"* {len(self.mailbox.messages)} EXISTS")
            case ["SELECT", *_]:
                return "NO no such mailbox"
            case ["UID", "SEARCH", *_]:
                unread = [uid for uid, each in sorted(self.mailbox.messages.items()) if not each.flags]
                self._say(" ".join(["* SEARCH", *map(str, unread)]))
            case ["UID", "FETCH", uid, _] if stored := self.mailbox.messages.get(int(uid)):
                self._say(f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(stored.content)}}}")
                self.writer.write(stored.content + b")\r\n")
            case ["UID", "STORE", uid, flags]:
                self.mailbox.messages[int(uid)].flags.update(re.findall(r"\\\w+", flags))
            case ["UID", "EXPUNGE", uid]:
                self._expunge({int(uid)})
            case ["EXPUNGE"]:
                self._expunge(set(self.mailbox.messages))
            case ["LOGOUT"]:
                self._say("* BYE")
            case _:
                return "BAD what"
        return "OK done"

    def _expunge(self, uids: set[int]) -> None:
        for uid in uids:
            if r"\Deleted" in self.mailbox.messages[uid].flags:
                del self.mailbox.messages[uid]
