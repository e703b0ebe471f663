"""A mail, its form on the wire (RFC 5322, MIME, RFC 6047 for calendars), and how it is sent by SMTP."""

import asyncio
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from typing import Literal, Protocol

import aiosmtplib

from app.kernel.plain_text import one_line, plain

Encryption = Literal["none", "starttls", "tls"]

_ASCII_ONLY = SMTP.clone(cte_type="7bit")
_HEADER_TEXT = 200
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9.+=_-]{1,160}@[A-Za-z0-9.-]{1,150}>")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name for people, which may be empty, and an address in ASCII (an international domain as xn--)."""

    name: str
    email: str


def mailbox(text: str) -> Mailbox:
    """The mailbox in `Nahwerk <post@nahwerk.example>`, as settings have it. ValueError where there is no address."""
    name, email = parseaddr(text)
    if "@" not in email:
        raise ValueError(f"no mail address in {text!r}")
    return Mailbox(name, email)


@dataclass(frozen=True, slots=True)
class CalendarPart:
    """An iCalendar document whose METHOD is `method`."""

    method: Literal["PUBLISH", "REQUEST", "CANCEL"]
    content: bytes


@dataclass(frozen=True, slots=True)
class Attachment:
    """A self-contained HTML document that goes along, to be kept."""

    filename: str
    html: str


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one person. The same `message_id` marks the same mail, however often it is sent."""

    sender: Mailbox
    to: Mailbox
    subject: str
    text: str
    html: str
    language: str
    message_id: str
    calendar: CalendarPart | None = None
    further_calendars: Sequence[CalendarPart] = ()
    documents: Sequence[Attachment] = ()


class MailNotSent(Exception):
    """The mail did not leave. `permanent` says that this same mail will never be taken."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent


TAG_PLACE = "{tag}"
"""Stands in a sender for what tells the mails apart that come back."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Where a mail that cannot be delivered comes back to, and the tag by which it is known again."""

    sender: str
    tag: str

    @classmethod
    def of(cls, returns_to: str, tag: str) -> "Envelope":
        return cls(returns_to.replace(TAG_PLACE, tag), tag)


def is_address(text: str) -> bool:
    """Whether mails can be sent from and to this, as it stands."""
    return _ADDRESS.fullmatch(text) is not None


class MailTransport(Protocol):
    """A way for mails to leave."""

    async def send(self, message: EmailMessage, envelope: Envelope, /) -> None:
        """Hands the message over for good, or raises MailNotSent."""


def to_mime(mail: Mail, date: datetime) -> EmailMessage:
    """The mail as a message in pure ASCII, `date` aware.

    A calendar stands beside text and HTML, where mail programs look for it, and once more as an attachment
    for those that do not look; further ones, each about another event, are attached. Subject and names are
    put on one line of at most 200 characters. Raises ValueError for an address, message id or language that is
    none; so no text of anybody can add a header.
    """
    message = EmailMessage(policy=_ASCII_ONLY)
    message["From"] = _address(mail.sender)
    message["To"] = _address(mail.to)
    message["Subject"] = _header_text(mail.subject)
    message["Date"] = date
    message["Message-ID"] = _checked(_MESSAGE_ID, mail.message_id)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(plain(mail.text))
    message.add_alternative(plain(mail.html), subtype="html")
    if mail.calendar is not None:
        _add_calendar(message, mail.calendar)
    for number, calendar in enumerate(mail.further_calendars, start=2):
        _attach_calendar(message, calendar, f"invite-{number}.ics")
    for document in mail.documents:
        content = plain(document.html).encode()
        message.add_attachment(
            content, maintype="text", subtype="html", params={"charset": "utf-8"}, filename=document.filename
        )
    message["Content-Language"] = _checked(_LANGUAGE, mail.language)
    return message


def _add_calendar(message: EmailMessage, calendar: CalendarPart) -> None:
    message.add_alternative(
        calendar.content,
        maintype="text",
        subtype="calendar",
        params={"charset": "utf-8", "method": calendar.method},
    )
    _attach_calendar(message, calendar, "invite.ics")


def _attach_calendar(message: EmailMessage, calendar: CalendarPart, filename: str) -> None:
    message.add_attachment(calendar.content, maintype="application", subtype="ics", filename=filename)


def _address(mailbox: Mailbox) -> Address:
    return Address(_header_text(mailbox.name), addr_spec=_checked(_ADDRESS, mailbox.email))


def _header_text(text: str) -> str:
    return one_line(text)[:_HEADER_TEXT].strip()


def _checked(form: re.Pattern[str], text: str) -> str:
    if not form.fullmatch(text):
        raise ValueError(f"{text!r} cannot stand in a mail's header")
    return text


@dataclass(frozen=True, slots=True)
class SmtpTransport:
    """Hands mails to an SMTP server, one connection for each.

    `starttls` insists on encryption; certificates are checked. `timeout` in seconds is for the whole
    exchange, so that a server that answers too slowly cannot hold a worker.
    """

    host: str
    port: int
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    encryption: Encryption = "starttls"
    timeout: float = 30

    async def send(self, message: EmailMessage, envelope: Envelope, /) -> None:
        """Asks the server to send back what it cannot deliver, with the mail's headers alone, where it can (RFC 3461).

        Raises MailNotSent, `permanent` where the server refuses the recipient or the content with 5xx.

        Everything else may be cured without touching the mail, a wrong password of ours included.
        """
        recipient = message["To"].addresses[0].addr_spec
        client = aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            username=self.username,
            password=self.password,
            use_tls=self.encryption == "tls",
            start_tls=self.encryption == "starttls",
            local_hostname=message["From"].addresses[0].domain,
            timeout=self.timeout,
        )
        try:
            async with asyncio.timeout(self.timeout):
                await client.connect()
                if client.is_ehlo_or_helo_needed:
                    with suppress(aiosmtplib.SMTPHeloError):
                        await client.ehlo()
                asks = client.supports_extension("dsn")
                await client.sendmail(
                    envelope.sender,
                    recipient,
                    message.as_bytes(),
                    mail_options=["RET=HDRS", f"ENVID={envelope.tag}"] if asks else [],
                    rcpt_options=["NOTIFY=FAILURE"] if asks else [],
                )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            reasons = refused.recipients
            permanent = all(reason.code >= 500 for reason in reasons)
            raise MailNotSent("; ".join(map(str, reasons)), permanent=permanent) from refused
        except aiosmtplib.SMTPDataError as refused:
            raise MailNotSent(str(refused), permanent=refused.code >= 500) from refused
        except (aiosmtplib.SMTPException, OSError) as failure:
            raise MailNotSent(str(failure) or type(failure).__name__, permanent=False) from failure
        else:
            with suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=1)
        finally:
            client.close()
