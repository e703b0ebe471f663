"""The first page, the texts that the law wants, how results are ordered, and the switches of language and colours."""

from typing import Annotated

from litestar import Response, get, post, route
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect

from app.identity.authentication import LANGUAGE_COOKIE, SCHEME_COOKIE, SCHEMES, Visitor
from app.identity.rules import local_path
from app.inventory.queries import is_resource_photo
from app.kernel.refusals import NotFound, marked
from app.kernel.wall_time import local_day
from app.network.queries import (
    LegalDocument,
    NetworkCard,
    is_public_file,
    legal_document,
    published_spaces,
    the_network,
)
from app.platform.files import Files
from app.platform.language import LANGUAGES
from app.web.maps import MapSpace, network_map
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE, empty_search

YEAR = 365 * 24 * 3600

FormData = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]

LEGAL_PAGES = {
    "impressum": ("imprint", marked("Impressum")),
    "datenschutz": ("privacy", marked("Datenschutz")),
    "nutzungsbedingungen": ("terms", marked("Nutzungsbedingungen")),
    "barrierefreiheit": ("accessibility", marked("Barrierefreiheit")),
}


@get("/")
async def home(request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]) -> Response[str]:
    spaces = await published_spaces(visitor.now)
    view = network_map(
        [
            MapSpace(number, space.name, space.lat, space.lng, href=f"/standorte/{space.slug}")
            for number, space in enumerate(spaces, 1)
        ]
    )
    return await pages.show(
        request, visitor, "home.html", {"search": empty_search(visitor), "map_view": view, "spaces": spaces}
    )


@get([f"/{address}" for address in LEGAL_PAGES])
async def legal_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    kind, title = LEGAL_PAGES[request.url.path.strip("/")]
    document = await legal_document(kind, visitor.language, visitor.now)
    if document is None:
        raise NotFound
    context = {
        "title": visitor.speaker.gettext(title),
        "document": document,
        "provider": await _provider_unsaid(document) if kind == "imprint" else None,
        "versions": f"{request.url.path.rstrip('/')}/{local_day(document.valid_from, ZONE).isoformat()}",
    }
    return await pages.show(request, visitor, "legal.html", context)


async def _provider_unsaid(document: LegalDocument) -> NetworkCard | None:
    """The network with its address, where the imprint does not name it."""
    network = await the_network()
    said = "\n".join(paragraph for section in document.sections for paragraph in section.paragraphs)
    return network if network is not None and network.street and network.street not in said else None


@get("/so-wird-sortiert")
async def ranking(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    return await pages.show(request, visitor, "search/ranking.html")


@post("/sprache")
async def choose_language(pages: NamedDependency[Pages], data: FormData) -> Redirect:
    """Remembers the language in a cookie; it goes before the account's and the browser's."""
    answer = go(local_path(data.get("zurueck", "/")))
    if data.get("sprache") in LANGUAGES:
        answer.cookies.append(pages.jar.cookie(LANGUAGE_COOKIE, data["sprache"], max_age=YEAR))
    return answer


@post("/farbschema")
async def choose_scheme(pages: NamedDependency[Pages], data: FormData) -> Redirect:
    answer = go(local_path(data.get("zurueck", "/")))
    if data.get("farbschema") in SCHEMES:
        answer.cookies.append(pages.jar.cookie(SCHEME_COOKIE, data["farbschema"], max_age=YEAR))
    return answer


@get("/bilder/{name:str}")
async def picture(name: FromPath[str], files: NamedDependency[Files]) -> Response[bytes]:
    """A space's picture; its name is its content, so it may be kept for ever."""
    if not (await is_public_file(name) or await is_resource_photo(name)):
        raise NotFound
    stored = await files.get(name)
    if stored is None:
        raise NotFound
    content, media_type = stored
    return Response(
        content,
        media_type=media_type,
        headers={"Cache-Control": "public, max-age=31536000, immutable", "ETag": f'"{name}"'},
    )


@route("/{path:path}", http_method=["GET", "POST", "PUT", "PATCH", "DELETE"])
async def nowhere(path: FromPath[str]) -> None:  # noqa: ARG001
    """Every address that nothing else answers; so that its refusal is a page like any other."""
    raise NotFound


HANDLERS = [
    nowhere,
    home,
    legal_page,
    ranking,
    choose_language,
    choose_scheme,
    picture,
]
