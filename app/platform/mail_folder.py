"""Mails kept in a folder instead of being sent, and read there: a fresh machine has no mail server."""

import asyncio
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from pathlib import Path
from urllib.parse import quote

from app.kernel.refusals import NotFound
from app.platform.mail import Envelope

_NAME = re.compile(r"\d{8}T\d{6}Z-[A-Za-z0-9@%._~-]{1,230}\.eml")


@dataclass(frozen=True, slots=True)
class KeptMail:
    """A mail in the folder, by its headers."""

    name: str
    subject: str
    sender: str
    to: str
    date: datetime


@dataclass(frozen=True, slots=True)
class KeptMailContent:
    """A mail in the folder with its parts; `html` is as it would be sent and not made safe for a page."""

    mail: KeptMail
    text: str
    html: str
    calendar: str | None
    calendar_method: str | None


@dataclass(frozen=True, slots=True)
class FolderTransport:
    """Keeps each mail as `<time>-<message id>.eml`, readable by the app's own user alone."""

    folder: Path

    async def send(self, message: EmailMessage, _envelope: Envelope, /) -> None:
        """Keeps the message whole or not at all. A second one of the same Message-ID takes its place."""
        await asyncio.to_thread(_keep, self.folder, message)


def _keep(folder: Path, message: EmailMessage) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    identity = f"-{quote(message['Message-ID'].strip('<>'), safe='@')}.eml"
    earlier = [name for name in _names(folder) if name.endswith(identity)]
    name = earlier[0] if earlier else f"{message['Date'].datetime.astimezone(UTC):%Y%m%dT%H%M%SZ}{identity}"
    unfinished = folder / f".{name}.{os.getpid()}"
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(message.as_bytes())
    unfinished.replace(folder / name)


def list_mails(folder: Path, limit: int) -> list[KeptMail]:
    """The newest mails, the newest first; none where there is no folder yet. Reads files, so it may block."""
    return [_summary(name, _parsed(folder / name, headers_only=True)) for name in _names(folder)[:limit]]


def read_mail(folder: Path, name: str) -> KeptMailContent:
    """The mail of that name, as `list_mails` gives it. Raises NotFound. Reads a file, so it may block."""
    if name not in _names(folder):
        raise NotFound
    message = _parsed(folder / name, headers_only=False)
    parts = {part.get_content_type(): part for part in message.walk() if not part.is_attachment()}
    calendar = parts.get("text/calendar")
    return KeptMailContent(
        mail=_summary(name, message),
        text=parts["text/plain"].get_content(),
        html=parts["text/html"].get_content(),
        calendar=None if calendar is None else calendar.get_content(),
        calendar_method=None if calendar is None else str(calendar.get_param("method")),
    )


def _names(folder: Path) -> list[str]:
    """The names of finished mails, the newest first."""
    if not folder.is_dir():
        return []
    return sorted(filter(_NAME.fullmatch, os.listdir(folder)), reverse=True)


def _parsed(path: Path, *, headers_only: bool) -> EmailMessage:
    with path.open("rb") as file:
        return BytesParser(EmailMessage, policy=SMTP).parse(file, headersonly=headers_only)


def _summary(name: str, message: EmailMessage) -> KeptMail:
    return KeptMail(
        name=name,
        subject=message["Subject"],
        sender=message["From"],
        to=message["To"],
        date=message["Date"].datetime,
    )
