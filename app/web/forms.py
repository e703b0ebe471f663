"""Forms: the way back with what was refused, the way on, and the notice on the page after one that went through."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode

from litestar import Response

from app.identity.authentication import Visitor
from app.identity.rules import local_path
from app.kernel.refusals import BadInput, NotFound, Refusal, marked
from app.platform.idempotency import Answer, once
from app.platform.problems import status_of
from app.platform.rate_limits import TooMany
from app.web.pages import PageRequest, Pages
from app.web.search_form import ZONE

NO_ERRORS: Mapping[str, str] = {}
_LONGEST_KEY = 18


def refusals_of(*checks: Callable[[], object]) -> list[Refusal]:
    """What the checks refuse, in their order, so that a form shows all of it at once."""
    found = []
    for check in checks:
        try:
            check()
        except Refusal as refusal:
            found.append(refusal)
    return found


async def done_once(
    person: int, form: str, data: Mapping[str, str], now: datetime, run: Callable[[], Awaitable[str]]
) -> str | Refusal:
    """What `run` answers, or the refusal that it raises; the same form sent twice is done once.

    A refusal is not kept: another choice may follow from the same page.
    """
    refused: list[Refusal] = []

    async def answered() -> Answer:
        return Answer(201, (await run()).encode())

    def note(refusal: Refusal) -> Answer:
        refused.append(refusal)
        return Answer(429, b"")

    key = f"{form}-{data.get('schluessel', '')[:40] or token_urlsafe(8)}"
    sent = repr(sorted((name, value) for name, value in data.items() if name != "_csrf_token")).encode()
    answer = await once(person, key, sent, now, answered, refused=note)
    return refused[0] if refused else answer.body.decode()


async def show_again(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    template: str,
    context: Mapping[str, Any],
    refusals: Sequence[Refusal],
) -> Response[str]:
    """The form once more, each refusal beside its field; the status is that of the first one."""
    first = refusals[0]
    errors = {refusal.field or "": visitor.speaker.refusal(refusal) for refusal in refusals}
    headers = {"Retry-After": str(first.retry_after)} if isinstance(first, TooMany) else {}
    return await pages.show(
        request, visitor, template, {**context, "errors": errors}, status=status_of(first), headers=headers
    )


def way_on(fields: Mapping[str, str]) -> str:
    """Where `weiter` leads, if that is a path of this host; else the first page."""
    return local_path(fields.get("weiter", "/"))


def with_way_on(path: str, next_url: str, **more: str) -> str:
    """The address of a page that leads on to `next_url`."""
    query = more | ({"weiter": next_url} if next_url != "/" else {})
    return f"{path}?{urlencode(query)}" if query else path


def notice(request: PageRequest, texts: Mapping[str, str]) -> str:
    """What the form before has done: the text of the flag `getan` in the address, or nothing."""
    return texts.get(request.query_params.get("getan", ""), "")


class DayUnreadable(BadInput):
    """Neither 2026-11-25 nor 25.11.2026."""

    code = "day_unreadable"
    text = marked("Bitte ein Datum eintragen, etwa 25.11.2026.")


def read_day(text: str, field: str) -> date:
    """2026-11-25, or 25.11.2026 as people type it where the browser has no date field. Raises DayUnreadable."""
    try:
        if "." in text:
            day, month, year = (int(part) for part in text.split("."))
            return date(year, month, day)
        return date.fromisoformat(text)
    except ValueError as error:
        raise DayUnreadable(field=field) from error


def checked_id(text: str) -> str:
    """A public id out of an address. Raises NotFound for what cannot be one."""
    if not (text.isascii() and text.isalnum()):
        raise NotFound
    return text


def checked_key(text: str) -> int:
    """A row's key out of an address. Raises NotFound for what cannot be one."""
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_KEY):
        raise NotFound
    return int(text)


def network_time(at: datetime) -> datetime:
    """The instant on the network's wall clock."""
    return at.astimezone(ZONE)
