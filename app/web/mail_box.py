"""/dev/mail: the mails of a demo network that has no mail server, so that every journey can be followed to its end."""

from asyncio import to_thread
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.enums import MediaType
from litestar.params import PathParameter

from app.identity.authentication import Visitor
from app.kernel.refusals import NotFound
from app.network.queries import the_network
from app.platform.http import CONTENT_SECURITY_POLICY
from app.platform.mail_folder import KeptMail, KeptMailContent, list_mails, read_mail
from app.platform.settings import Settings
from app.web.pages import PageRequest, Pages

_MOST: Final = 100
_CLOCK: Final = ZoneInfo("Europe/Berlin")

_WITH_FRAME: Final = {"Content-Security-Policy": f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"}

_IN_FRAME: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self';"
    " sandbox allow-top-navigation-by-user-activation",
    "X-Frame-Options": "SAMEORIGIN",
    "Cache-Control": "no-store",
}
"""A mail as a program would show it: its own styles, nothing loaded, no script, and its links lead out of the frame."""

_OUT_OF_THE_FRAME: Final = '<head><base target="_top">'

NameInPath = Annotated[str, PathParameter()]


@dataclass(frozen=True, slots=True)
class MailRow:
    """A mail in the list or above its content."""

    url: str
    subject: str
    sender: str
    to: str
    sent: str


@get("/dev/mail")
async def mail_list(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
) -> Response[str]:
    mails = await to_thread(list_mails, await _folder(settings), _MOST)
    rows = [_row(mail, visitor) for mail in mails]
    return await pages.show(request, visitor, "dev/mails.html", {"mails": rows})


@get("/dev/mail/{name:str}")
async def mail_page(
    request: PageRequest,
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
    name: NameInPath,
) -> Response[str]:
    content = await _mail(settings, name)
    context = {
        "mail": _row(content.mail, visitor),
        "lines": content.text.splitlines(),
        "calendar": content.calendar,
        "method": content.calendar_method,
    }
    return await pages.show(request, visitor, "dev/mail.html", context, headers=_WITH_FRAME)


@get("/dev/mail/{name:str}/html")
async def mail_html(settings: NamedDependency[Settings], name: NameInPath) -> Response[str]:
    html = (await _mail(settings, name)).html.replace("<head>", _OUT_OF_THE_FRAME, 1)
    return Response(html, media_type=MediaType.HTML, headers=_IN_FRAME)


@get("/dev/mail/{name:str}/invite.ics")
async def mail_calendar(settings: NamedDependency[Settings], name: NameInPath) -> Response[bytes]:
    content = await _mail(settings, name)
    if content.calendar is None:
        raise NotFound
    headers = {"Content-Disposition": 'attachment; filename="invite.ics"', "Cache-Control": "no-store"}
    return Response(content.calendar.encode(), media_type="text/calendar", headers=headers)


async def _folder(settings: Settings) -> Path:
    """Where the mails lie. Raises NotFound where they are sent, or are no examples."""
    network = await the_network()
    if settings.smtp_url is not None or network is None or not network.is_demo:
        raise NotFound
    return settings.data_dir / "mail"


async def _mail(settings: Settings, name: str) -> KeptMailContent:
    return await to_thread(read_mail, await _folder(settings), name)


def _row(mail: KeptMail, visitor: Visitor) -> MailRow:
    sent = visitor.speaker.word(mail.date.astimezone(_CLOCK))
    return MailRow(f"/dev/mail/{quote(mail.name, safe='@')}", mail.subject, mail.sender, mail.to, sent)


HANDLERS = [mail_list, mail_page, mail_html, mail_calendar]
