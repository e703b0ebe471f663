"""A demo network's mails are read where they would otherwise be sent from."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from app.platform.cookies import CookieJar
from app.platform.database import execute
from app.platform.mail import CalendarPart, Envelope, Mail, Mailbox, to_mime
from app.platform.mail_folder import FolderTransport
from app.platform.settings import ROOT, Settings
from app.platform.static_files import StaticFiles
from app.platform.templates import Templates
from app.web.mail_box import HANDLERS
from app.web.pages import Pages
from tests.serving import ADDRESS, client_of
from tests.worlds import NOW, a_world

LINK = f"{ADDRESS}/buchungen/abc"
HTML = f'<html><head><style></style></head><body><a href="{LINK}">Hin</a><script>1</script></body></html>'


@pytest.fixture
async def mails(undone: None, tmp_path: Path) -> Path:
    """The data directory of a demo network with two mails."""
    await a_world()
    await execute("UPDATE network SET is_demo = true")
    calendar = CalendarPart("PUBLISH", b"BEGIN:VCALENDAR\r\nMETHOD:PUBLISH\r\nEND:VCALENDAR\r\n")
    for number, part in ((1, None), (2, calendar)):
        mail = Mail(
            sender=Mailbox("Nahwerk", "post@nahwerk.example"),
            to=Mailbox("Mia", "mia@example.org"),
            subject=f"Gebucht: <Platz> {number}",
            text=f"Mi 25. November\n{LINK}\n<script>",
            html=HTML,
            language="de",
            message_id=f"<booking-{number}@nahwerk.example>",
            calendar=part,
        )
        await FolderTransport(tmp_path / "mail").send(to_mime(mail, NOW), Envelope("", ""))
    return tmp_path


async def client_at(data_dir: Path, smtp_url: str | None = None) -> httpx.AsyncClient:
    settings = Settings(public_url=ADDRESS, data_dir=data_dir, smtp_url=smtp_url)
    templates = Templates(ROOT / "templates", StaticFiles(ROOT / "static").url)
    return client_of(HANDLERS, settings, NOW, {"pages": Pages(templates, settings, CookieJar(https=True))})


@pytest.fixture
async def client(mails: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with await client_at(mails) as client:
        yield client


async def newest(client: httpx.AsyncClient) -> str:
    """The address of the newest mail's page."""
    found = re.search(r'href="(/dev/mail/[^"]+)"', (await client.get("/dev/mail")).text)
    assert found is not None
    return found[1]


async def test_the_list_shows_the_newest_first_and_to_whom(client: httpx.AsyncClient) -> None:
    page = (await client.get("/dev/mail")).text
    assert page.index("Gebucht: &lt;Platz&gt; 2") < page.index("Gebucht: &lt;Platz&gt; 1")
    assert "mia@example.org" in page
    assert "Di 24. November, 19:00 Uhr" in page


async def test_a_mail_is_shown_with_its_text_links_and_calendar(client: httpx.AsyncClient) -> None:
    address = await newest(client)
    page = await client.get(address)
    assert f'<a href="{LINK}"' in page.text
    assert "&lt;script&gt;" in page.text
    assert "METHOD:PUBLISH" in page.text
    assert f'src="{address}/html"' in page.text
    assert "frame-src 'self'" in page.headers["content-security-policy"]
    calendar = await client.get(f"{address}/invite.ics")
    assert calendar.text.startswith("BEGIN:VCALENDAR")


async def test_the_mail_itself_stands_in_a_frame_that_can_do_nothing_but_lead_out(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{await newest(client)}/html")
    policy = answer.headers["content-security-policy"]
    assert {"default-src 'none'", "style-src 'unsafe-inline'", "frame-ancestors 'self'"} <= set(policy.split("; "))
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert '<head><base target="_top"><style>' in answer.text


async def test_a_mail_without_calendar_has_none(client: httpx.AsyncClient) -> None:
    address = (await newest(client)).replace("booking-2", "booking-1")
    assert "METHOD" not in (await client.get(address)).text
    assert (await client.get(f"{address}/invite.ics")).status_code == 404


async def test_nothing_but_mails_is_found_there(client: httpx.AsyncClient) -> None:
    for name in ("nichts", "..%2Fsecret_key", "%2e%2e", "x.eml"):
        assert (await client.get(f"/dev/mail/{name}")).status_code == 404


async def test_a_network_that_is_no_demo_shows_no_mail(client: httpx.AsyncClient) -> None:
    address = await newest(client)
    await execute("UPDATE network SET is_demo = false")
    for path in ("/dev/mail", address, f"{address}/html", f"{address}/invite.ics"):
        assert (await client.get(path)).status_code == 404


async def test_where_mails_are_sent_none_is_shown(mails: Path) -> None:
    async with await client_at(mails, "smtp://localhost:25") as client:
        assert (await client.get("/dev/mail")).status_code == 404
