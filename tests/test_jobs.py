"""What follows from events: nothing that happens is forgotten, and mails go where the settings say."""

import ast
from datetime import date, datetime, time
from pathlib import Path

import msgspec
import pytest

from app.jobs import all_reactions, mail_transport, make_worker
from app.platform.imap_mailbox import ImapAccess, imap_access
from app.platform.mail import SmtpTransport
from app.platform.mail_folder import FolderTransport
from app.platform.settings import Environment, Settings
from tests.worlds import HERE

APP = Path(__file__).resolve().parents[1] / "app"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(environment=Environment.TEST, data_dir=tmp_path)


def emitted() -> set[str]:
    """The names of all events that the code emits."""
    return {
        node.args[0].value
        for path in APP.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"emit", "new_event"}
        and isinstance(node.args[0], ast.Constant)
    }


def test_every_event_is_known_to_the_worker(settings: Settings) -> None:
    assert emitted() <= set(all_reactions(settings))


def test_no_reaction_waits_for_an_event_that_never_comes(settings: Settings) -> None:
    names = {part for path in APP.rglob("*.py") for part in path.read_text().split('"') if "." in part}
    assert set(all_reactions(settings)) <= names


def test_a_confirmation_goes_by_mail_and_into_the_calendar(settings: Settings) -> None:
    handlers = {reaction.handler for reaction in all_reactions(settings)["booking.confirmed"]}
    assert handlers == {"mail.booking_confirmed", "calendars.keep_booking", "bookings.take_over", "webhooks.queue"}


def test_without_a_mail_server_mails_stay_in_a_folder(settings: Settings) -> None:
    assert isinstance(mail_transport(settings), FolderTransport)


@pytest.mark.parametrize(
    ("url", "host", "port", "username", "password", "encryption"),
    [
        ("smtp://127.0.0.1:2525", "127.0.0.1", 2525, None, None, "none"),
        ("smtp+starttls://me:p%40ss@mail.example", "mail.example", 587, "me", "p@ss", "starttls"),
        ("smtps://me:secret@mail.example", "mail.example", 465, "me", "secret", "tls"),
    ],
)
def test_a_mail_server_is_read_from_its_address(
    settings: Settings, url: str, host: str, port: int, username: str, password: str, encryption: str
) -> None:
    transport = mail_transport(msgspec.structs.replace(settings, smtp_url=url))
    assert transport == SmtpTransport(host, port, username, password, encryption)  # type: ignore[arg-type]


def test_an_address_that_is_no_mail_server_is_refused(settings: Settings) -> None:
    with pytest.raises(ValueError, match="SMTP_URL"):
        mail_transport(msgspec.structs.replace(settings, smtp_url="http://mail.example"))


def test_what_comes_back_is_read_where_a_mailbox_is_named(settings: Settings) -> None:
    assert "read_returned_mails" not in make_worker(settings)._periodic
    url = "imaps://bounces:p%40ss@mail.example/Zur%C3%BCck"
    named = msgspec.structs.replace(settings, bounce_address="bounces@mail.example", bounce_imap_url=url)
    with pytest.raises(ValueError, match="BOUNCE_IMAP_URL"):
        make_worker(named)
    named = msgspec.structs.replace(named, bounce_imap_url="imaps://bounces:p%40ss@mail.example/Returns")
    assert "read_returned_mails" in make_worker(named)._periodic


@pytest.mark.parametrize(
    ("url", "access"),
    [
        (
            "imaps://bounces:p%40ss@mail.example/Returns",
            ImapAccess("mail.example", 993, "bounces", "p@ss", "Returns"),
        ),
        (
            "imap+starttls://bounces%40mail.example:x@mail.example:1143",
            ImapAccess("mail.example", 1143, "bounces@mail.example", "x", starttls=True),
        ),
    ],
)
def test_a_mailbox_is_read_from_its_address(url: str, access: ImapAccess) -> None:
    assert imap_access(url) == access


@pytest.mark.parametrize("url", ["imap://a:b@mail.example", "imaps://mail.example", "https://a:b@mail.example"])
def test_a_mailbox_without_encryption_or_user_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="BOUNCE_IMAP_URL"):
        imap_access(url)


def test_the_evening_before_is_reminded_at_six_by_the_wall_clock(settings: Settings) -> None:
    job = make_worker(settings)._periodic["remind_of_tomorrow"]
    for day in (date(2026, 11, 24), date(2027, 3, 28), date(2027, 6, 15), date(2027, 10, 31)):
        noon = datetime.combine(day, time(12), HERE)
        assert job.schedule.next_after(noon) == datetime.combine(day, time(18), HERE)
