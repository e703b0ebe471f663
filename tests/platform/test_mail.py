"""Mails arrive whole, with their calendar where programs look for it, whatever people typed into them."""

import asyncio
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from hypothesis import given, settings
from hypothesis import strategies as st

from app.kernel.refusals import NotFound
from app.platform.mail import CalendarPart, Envelope, Mail, Mailbox, MailNotSent, SmtpTransport, to_mime
from app.platform.mail_folder import FolderTransport, list_mails, read_mail

DATE = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
CALENDAR = CalendarPart("PUBLISH", "BEGIN:VCALENDAR\r\nX-A:Grüße\r\nEND:VCALENDAR\r\n".encode())
MAIL = Mail(
    sender=Mailbox("Nahwerk", "post@nahwerk.example"),
    to=Mailbox("Änne Müller, Polch", "aenne@example.org"),
    subject="Gebucht: Schreibtisch 4 in Münstermaifeld",
    text="Guten Tag,\n.\nIhr Platz wartet, gehört Ihnen bis 17 Uhr.\n",
    html="<p>Ihr Platz wartet, gehört Ihnen bis 17&nbsp;Uhr.</p>\n",
    language="de",
    message_id="<booking-7f3c-2@nahwerk.example>",
    calendar=CALENDAR,
)
BACK = Envelope("bounces+abc@nahwerk.example", "abc")
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200)


def received(message: EmailMessage) -> EmailMessage:
    """What the other side makes of the bytes that leave."""
    return BytesParser(EmailMessage, policy=default).parsebytes(message.as_bytes())


def structure(message: EmailMessage) -> list[str]:
    return [part.get_content_type() for part in message.walk()]


def test_the_calendar_stands_beside_text_and_html_and_is_attached_as_well() -> None:
    mail = received(to_mime(MAIL, DATE))
    assert structure(mail) == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    text, html, calendar, attached = (part for part in mail.walk() if not part.is_multipart())
    assert text.get_content().splitlines() == MAIL.text.splitlines()
    assert html.get_content().splitlines() == MAIL.html.splitlines()
    assert calendar.get_param("method") == "PUBLISH"
    assert calendar.get_content_charset() == "utf-8"
    assert calendar.get_payload(decode=True) == CALENDAR.content
    assert attached.get_payload(decode=True) == CALENDAR.content
    assert attached.get_filename() == "invite.ics"


def test_a_mail_without_calendar_is_text_and_html() -> None:
    assert structure(to_mime(replace(MAIL, calendar=None), DATE)) == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


def test_headers_say_who_when_in_which_language_and_that_a_machine_wrote() -> None:
    mail = received(to_mime(MAIL, DATE))
    (sender,), (to,) = mail["From"].addresses, mail["To"].addresses
    assert (sender.display_name, sender.addr_spec) == ("Nahwerk", "post@nahwerk.example")
    assert (to.display_name, to.addr_spec) == ("Änne Müller, Polch", "aenne@example.org")
    assert mail["Subject"] == MAIL.subject
    assert mail["Date"].datetime == DATE
    assert mail["Message-ID"] == MAIL.message_id
    assert mail["Content-Language"] == "de"
    assert mail["Auto-Submitted"] == "auto-generated"


@settings(deadline=None, max_examples=40)
@given(text=ANY_TEXT)
def test_no_text_adds_a_header_an_address_or_a_line_of_more_than_998_octets(text: str) -> None:
    hostile = text + "\r\nBcc: thief@example.org\r\n\r\n" + text
    calendar = CalendarPart("PUBLISH", CALENDAR.content)
    changed = replace(
        MAIL,
        sender=Mailbox(hostile, MAIL.sender.email),
        to=Mailbox(hostile, MAIL.to.email),
        subject=hostile,
        text=hostile,
        html=hostile,
        calendar=calendar,
    )
    message = to_mime(changed, DATE)
    mail = received(message)
    assert mail.keys() == received(to_mime(MAIL, DATE)).keys()
    assert structure(mail) == structure(to_mime(MAIL, DATE))
    assert [address.addr_spec for address in mail["To"].addresses] == [MAIL.to.email]
    assert [address.addr_spec for address in mail["From"].addresses] == [MAIL.sender.email]
    assert message.as_bytes().isascii()
    assert all(len(line) <= 998 for line in message.as_bytes().split(b"\r\n"))


@pytest.mark.parametrize(
    "email",
    [
        "a@example.org\r\nBcc: thief@example.org",
        "a@example.org, thief@example.org",
        "a@example.org>",
        "änne@example.org",
        "a@exämple.org",
        "a",
        "",
    ],
)
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(ValueError, match="header"):
        to_mime(replace(MAIL, to=Mailbox("", email)), DATE)


@pytest.mark.parametrize("message_id", ["", "x@y", "<x>", "<x@y>\r\nBcc: thief@example.org", "<x/../y@z>"])
def test_what_is_no_message_id_is_refused(message_id: str) -> None:
    with pytest.raises(ValueError, match="header"):
        to_mime(replace(MAIL, message_id=message_id), DATE)


def test_a_subject_of_a_novels_length_is_cut() -> None:
    mail = received(to_mime(replace(MAIL, subject="Grüße " * 10_000), DATE))
    assert mail["Subject"] == ("Grüße " * 34)[:200].strip()


class Inbox:
    """What an SMTP server was given; it refuses whatever a test tells it to."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.senders: list[str] = []
        self.answer_to_recipient = "250 OK"
        self.answer_to_content = "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        envelope.rcpt_tos.append(address)
        return self.answer_to_recipient

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(BytesParser(EmailMessage, policy=default).parsebytes(envelope.original_content))
        self.recipients.append(envelope.rcpt_tos)
        self.senders.append(envelope.mail_from)
        return self.answer_to_content


def allowing(server: Any, session: Any, envelope: Any, mechanism: str, login: Any) -> AuthResult:
    return AuthResult(success=login.password == b"right", handled=False)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
async def transport(inbox: Inbox) -> AsyncIterator[SmtpTransport]:
    def session() -> SMTP:
        return SMTP(inbox, hostname="localhost", authenticator=allowing, auth_require_tls=False)

    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield SmtpTransport("127.0.0.1", port, encryption="none", timeout=5)


async def test_a_mail_arrives_by_smtp_as_it_was_written(inbox: Inbox, transport: SmtpTransport) -> None:
    await transport.send(to_mime(MAIL, DATE), BACK)
    (mail,) = inbox.mails
    assert inbox.recipients == [["aenne@example.org"]]
    assert inbox.senders == ["bounces+abc@nahwerk.example"], "there it comes back to"
    assert mail["From"] == "Nahwerk <post@nahwerk.example>"
    assert mail["Subject"] == MAIL.subject
    assert mail.get_body(("plain",)).get_content().splitlines() == MAIL.text.splitlines()
    assert mail["Message-ID"] == MAIL.message_id


async def test_a_server_that_can_is_asked_to_report_failures_with_the_headers_and_the_tag() -> None:
    told: list[str] = []
    answers = {"EHLO": b"250-localhost\r\n250 DSN\r\n", "DATA": b"354 go on\r\n"}

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")
        while line := (await reader.readline()).decode():
            told.append(line.strip())
            writer.write(answers.get(line[:4], b"250 ok\r\n"))
            if line.startswith("DATA"):
                await reader.readuntil(b"\r\n.\r\n")
                writer.write(b"250 taken\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        await SmtpTransport("127.0.0.1", port, encryption="none", timeout=5).send(to_mime(MAIL, DATE), BACK)
    assert told[1:3] == [
        "MAIL FROM:<bounces+abc@nahwerk.example> RET=HDRS ENVID=abc",
        "RCPT TO:<aenne@example.org> NOTIFY=FAILURE",
    ]


async def test_the_server_knows_us_by_name_and_password(inbox: Inbox, transport: SmtpTransport) -> None:
    await replace(transport, username="nahwerk", password="right").send(to_mime(MAIL, DATE), BACK)
    assert len(inbox.mails) == 1


async def test_a_wrong_password_is_our_fault_and_the_mail_may_leave_later(
    inbox: Inbox, transport: SmtpTransport
) -> None:
    with pytest.raises(MailNotSent, match="535") as caught:
        await replace(transport, username="nahwerk", password="wrong").send(to_mime(MAIL, DATE), BACK)
    assert not caught.value.permanent
    assert inbox.mails == []
    assert "wrong" not in repr(replace(transport, password="wrong"))


@pytest.mark.parametrize(("answer", "permanent"), [("550 No such user", True), ("450 Try again later", False)])
async def test_a_refused_recipient_is_final_only_with_a_five(
    inbox: Inbox, transport: SmtpTransport, answer: str, permanent: bool
) -> None:
    inbox.answer_to_recipient = answer
    with pytest.raises(MailNotSent, match=answer[4:]) as caught:
        await transport.send(to_mime(MAIL, DATE), BACK)
    assert caught.value.permanent is permanent


@pytest.mark.parametrize(("answer", "permanent"), [("554 Looks like spam", True), ("452 Disk full", False)])
async def test_refused_content_is_final_only_with_a_five(
    inbox: Inbox, transport: SmtpTransport, answer: str, permanent: bool
) -> None:
    inbox.answer_to_content = answer
    with pytest.raises(MailNotSent, match=answer[4:]) as caught:
        await transport.send(to_mime(MAIL, DATE), BACK)
    assert caught.value.permanent is permanent


async def test_without_the_encryption_we_insist_on_nothing_leaves(inbox: Inbox, transport: SmtpTransport) -> None:
    with pytest.raises(MailNotSent, match="STARTTLS") as caught:
        await replace(transport, encryption="starttls").send(to_mime(MAIL, DATE), BACK)
    assert not caught.value.permanent
    assert inbox.mails == []


@asynccontextmanager
async def server_that_says(*words: bytes, pause: float = 0) -> AsyncIterator[int]:
    """A server that speaks without listening, with a pause after each word, and then is silent."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for word in words:
            writer.write(word)
            await asyncio.sleep(pause)
        await reader.read()
        writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_nobody_listening_means_later() -> None:
    async with server_that_says() as port:
        pass
    with pytest.raises(MailNotSent) as caught:
        await SmtpTransport("127.0.0.1", port, encryption="none").send(to_mime(MAIL, DATE), BACK)
    assert not caught.value.permanent


@pytest.mark.parametrize("words", [[], [b"220"] + [b"-welcome\r\n220"] * 100, [b"220 hello\r\n"]])
async def test_a_silent_or_slow_server_is_left_after_the_timeout_and_means_later(words: list[bytes]) -> None:
    async with server_that_says(*words, pause=0.05) as port:
        started = asyncio.get_running_loop().time()
        with pytest.raises(MailNotSent) as caught:
            await SmtpTransport("127.0.0.1", port, encryption="none", timeout=0.3).send(to_mime(MAIL, DATE), BACK)
        assert asyncio.get_running_loop().time() - started < 2
    assert not caught.value.permanent


async def test_a_kept_mail_is_read_as_it_was_written(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    await FolderTransport(folder).send(to_mime(MAIL, DATE), BACK)
    (listed,) = list_mails(folder, 10)
    assert listed.name == "20260701T093000Z-booking-7f3c-2@nahwerk.example.eml"
    assert (listed.subject, listed.date) == (MAIL.subject, DATE)
    assert listed.sender == "Nahwerk <post@nahwerk.example>"
    assert listed.to == '"Änne Müller, Polch" <aenne@example.org>'
    read = read_mail(folder, listed.name)
    assert read.mail == listed
    assert (read.text, read.html) == (MAIL.text, MAIL.html)
    assert read.calendar_method == "PUBLISH"
    assert read.calendar is not None
    assert "X-A:Grüße" in read.calendar


async def test_a_kept_mail_without_calendar_has_none(tmp_path: Path) -> None:
    await FolderTransport(tmp_path).send(to_mime(replace(MAIL, calendar=None), DATE), BACK)
    read = read_mail(tmp_path, list_mails(tmp_path, 1)[0].name)
    assert (read.calendar, read.calendar_method) == (None, None)


async def test_the_same_mail_kept_twice_is_there_once(tmp_path: Path) -> None:
    await FolderTransport(tmp_path).send(to_mime(MAIL, DATE), BACK)
    await FolderTransport(tmp_path).send(to_mime(replace(MAIL, subject="Neu"), DATE + timedelta(hours=1)), BACK)
    assert [mail.subject for mail in list_mails(tmp_path, 10)] == ["Neu"]


async def test_the_newest_mails_come_first(tmp_path: Path) -> None:
    for number in (1, 3, 2):
        mail = replace(MAIL, message_id=f"<{number}@nahwerk.example>", subject=str(number))
        await FolderTransport(tmp_path).send(to_mime(mail, DATE + timedelta(minutes=number)), BACK)
    assert [mail.subject for mail in list_mails(tmp_path, 2)] == ["3", "2"]


def test_a_folder_that_is_not_there_yet_holds_no_mail(tmp_path: Path) -> None:
    assert list_mails(tmp_path / "mail", 10) == []


async def test_other_users_of_the_machine_cannot_read_kept_mails(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    folder.mkdir(mode=0o755)
    await FolderTransport(folder).send(to_mime(MAIL, DATE), BACK)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()] == [0o600]


@pytest.mark.parametrize(
    "name",
    [
        "../secret.eml",
        "20260701T093000Z-../../secret.eml",
        "/etc/passwd",
        "",
        ".",
        "secret.eml",
        "20260701T093000Z-\x00.eml",
        "20260701T093000Z-nobody@nahwerk.example.eml",
    ],
)
async def test_only_mails_of_the_folder_are_read(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "mail"
    await FolderTransport(folder).send(to_mime(MAIL, DATE), BACK)
    for secret in (tmp_path / "secret.eml", folder / "secret.eml"):
        secret.write_text("Subject: secret\n\nsecret")
    with pytest.raises(NotFound):
        read_mail(folder, name)
