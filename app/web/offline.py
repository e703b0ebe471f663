"""What is readable without a connection: the worker that keeps it, and the page for everything else (decision 17)."""

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency

from app.identity.authentication import Visitor
from app.platform.static_files import StaticFiles
from app.web.pages import PageRequest, Pages

_ICONS = ("account-circle", "add", "arrow-back", "dehaze", "info", "search", "warning")
_FILES = (
    "vendor/kern/kern.css",
    "theme.css",
    "parts.css",
    "member.css",
    "booking.css",
    "slip.css",
    "nahwerk.js",
    "print.js",
    "vendor/htmx/htmx.min.js",
    *(f"vendor/fira-sans/fira-sans-latin-{weight}.woff2" for weight in (400, 500, 600)),
    *(f"vendor/kern/icons/{name}.svg" for name in _ICONS),
)
"""What the pages load that are kept."""


def keep_with_the_week(booking: str | None) -> dict[str, str]:
    """The header by which the week names the pages that are kept with it: the next booking, by its id, and its slip."""
    return {"Nahwerk-Keep": f"/buchungen/{booking} /buchungen/{booking}/zettel"} if booking else {}


@get("/sw.js", media_type="text/javascript")
async def worker(static: NamedDependency[StaticFiles]) -> Response[str]:
    """The script lies at the root because a worker answers for addresses beside and below it only."""
    files = msgspec.json.encode([static.url(name) for name in _FILES]).decode()
    return Response(
        f"const FILES = {files};\n{static.file('offline.js').body.decode()}",
        media_type="text/javascript",
        headers={"Cache-Control": "no-cache"},
    )


@get("/offline")
async def offline_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """Shown by the worker at whatever address was asked for in vain."""
    return await pages.show(request, visitor, "offline.html")


HANDLERS = [worker, offline_page]
