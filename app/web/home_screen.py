"""The pages as an app on the home screen: name, icons and colours."""

from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency

from app.identity.authentication import Visitor
from app.kernel.refusals import marked
from app.network.queries import the_network
from app.platform.language import LANGUAGES, speaker
from app.platform.static_files import StaticFiles
from app.web.pages import PageRequest

BAND, PAGE = "#17323f", "#f6f4ef"
"""--nw-band and --nw-page of the light scheme; a manifest has no dark one."""

_ICONS = (
    ("icons/favicon.svg", "any", "any"),
    ("icons/icon-192.png", "192x192", "any"),
    ("icons/icon-512.png", "512x512", "any"),
    ("icons/maskable-192.png", "192x192", "maskable"),
    ("icons/maskable-512.png", "512x512", "maskable"),
)


@get("/manifest.webmanifest", media_type="application/manifest+json")
async def manifest(
    request: PageRequest, visitor: NamedDependency[Visitor], static: NamedDependency[StaticFiles]
) -> Response[bytes]:
    """In the language that its address names, since browsers ask for it without cookies."""
    asked = request.query_params.get("sprache", "")
    say = speaker(asked if asked in LANGUAGES else visitor.language)
    network = await the_network()
    content: dict[str, Any] = {
        "id": "/woche",
        "name": network.name if network else "Nahwerk",
        "short_name": network.name if network else "Nahwerk",
        "description": network.tagline[say.language] if network else "",
        "lang": say.language,
        "dir": "ltr",
        "start_url": "/woche",
        "scope": "/",
        "display": "standalone",
        "theme_color": BAND,
        "background_color": PAGE,
        "icons": [
            {
                "src": static.url(name),
                "sizes": sizes,
                "type": static.file(name).media_type.partition(";")[0],
                "purpose": purpose,
            }
            for name, sizes, purpose in _ICONS
        ],
        "shortcuts": [
            {"name": say.gettext(marked("Meine Woche")), "url": "/woche"},
            {"name": say.gettext(marked("Plätze finden")), "url": "/plaetze"},
        ],
    }
    return Response(
        msgspec.json.encode(content), media_type="application/manifest+json", headers={"Cache-Control": "no-cache"}
    )


HANDLERS = [manifest]
