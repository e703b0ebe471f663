"""GET /calendars/{token}.ics for calendar programs, and robots.txt, which keeps none of them away."""

import gzip
from asyncio import to_thread
from email.utils import format_datetime
from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.background_tasks import BackgroundTask
from litestar.di import NamedDependency
from litestar.enums import MediaType
from litestar.params import PathParameter, QueryParameter

from app.calendars.feed_answers import Condition, FeedAnswer, feed_answer
from app.calendars.operations import note_fetch
from app.identity.authentication import Visitor
from app.kernel.refusals import NotFound
from app.platform.settings import Settings
from app.platform.static_files import accepts_gzip

_SUFFIX = ".ics"
_FASTEST = 1

ROBOTS = """\
User-agent: *
Disallow: /konto
Disallow: /dev/
"""
"""Feeds are not named: Google's calendar obeys this file. They ask not to be found by X-Robots-Tag."""


@get("/calendars/{name:str}", include_in_schema=False)
async def read_feed(
    request: Request[Any, Any, Any],
    visitor: NamedDependency[Visitor],
    settings: NamedDependency[Settings],
    name: Annotated[str, PathParameter()],
    format: Annotated[str, QueryParameter()] = "",
) -> Response[bytes]:
    if not name.endswith(_SUFFIX):
        raise NotFound
    headers = request.headers
    answer = await feed_answer(
        name.removesuffix(_SUFFIX),
        settings.address,
        visitor.now,
        Condition(headers.get("if-none-match", ""), headers.get("if-modified-since", "")),
        free_busy=format == "freebusy",
    )
    response = await _response(answer, packed=accepts_gzip(headers.get("accept-encoding", "")))
    if answer.is_first_in_a_minute:
        response.background = BackgroundTask(note_fetch, answer.feed, headers.get("user-agent", ""), visitor.now)
    return response


async def _response(answer: FeedAnswer, *, packed: bool) -> Response[bytes]:
    """With the headers that calendars need: RFC 9110, 8.8 and 12.5.5; RFC 9111, 5.2; RFC 6266."""
    headers = {
        "ETag": answer.gzip_etag if packed else answer.etag,
        "Last-Modified": format_datetime(answer.changed_at, usegmt=True),
        "Cache-Control": "private, max-age=900",
        "Vary": "Accept-Encoding",
        "X-Robots-Tag": "noindex",
    }
    if answer.content is None:
        return Response(b"", status_code=304, headers=headers)
    content = answer.content
    if packed:
        content = await to_thread(gzip.compress, content, _FASTEST, mtime=0)
        headers["Content-Encoding"] = "gzip"
    headers["Content-Disposition"] = 'inline; filename="nahwerk.ics"'
    return Response(content, media_type="text/calendar", headers=headers)


@get("/robots.txt", media_type=MediaType.TEXT, include_in_schema=False, cache=False)
async def robots() -> str:
    return ROBOTS


HANDLERS = [read_feed, robots]
