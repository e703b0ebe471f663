"""The description of the interface as an OpenAPI 3.1 document."""

import copy
from collections.abc import Mapping
from typing import Any, Final

from litestar import Router
from litestar.connection import Request
from litestar.enums import MediaType
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.openapi.spec import Components, License, SecurityScheme, Server, Tag

from app.identity.authentication import SESSION_COOKIE

VERSION: Final = "1.0.0"

_ABOUT: Final = """\
Find a desk near home, book it, and keep it in your calendar. JSON over HTTP; names are snake_case, ids are opaque
strings, times are RFC 3339 with an offset, money is in minor units. Refusals are problem details (RFC 9457) with a
stable `code`. A write may carry an `Idempotency-Key`. 6,000 calls a minute with a token, 1,200 a minute from an address
without one. Readable documentation stands at /api/docs.
"""

TAGS: Final = (
    Tag("places", "What people may mean by a place they type."),
    Tag("spaces", "Where one can work, and what is free there."),
    Tag("resources", "Desks, rooms, booths and parking places."),
    Tag("plans", "What can be bought, for whom, at what price."),
    Tag("bookings", "A person's own bookings."),
    Tag("series", "Bookings that come back by a rule."),
    Tag("waiting list", "Waiting for what is taken, and accepting what becomes free."),
    Tag("operators", "What operators set for their spaces; others find nothing there."),
    Tag("photos", "Pictures of a space and of its resources, for who manages them."),
    Tag("people", "For the staff of an operator: notes on those who book there, and whom it bars."),
    Tag("reports", "For the staff of a space: damage and questions that were reported there."),
    Tag("requests", "For the staff of a space: bookings that it decides."),
    Tag("doors", "For door systems: who may come in when."),
    Tag("webhooks", "What an operator's own programs are told of its bookings."),
    Tag("teams", "For who manages or assists a team: its people, and booking for them."),
    Tag("me", "The person who asks."),
    Tag("feeds", "Calendar feeds."),
    Tag("health", "For those who run it."),
)


class JsonDocument(OpenAPIRenderPlugin):
    """Serves the document itself; nothing that would load scripts from elsewhere."""

    def __init__(self) -> None:
        super().__init__(path="/openapi.json", media_type=MediaType.JSON)

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return self.render_json(request, tidied(openapi_schema))

    def receive_router(self, router: Router) -> None:
        """Takes out Litestar's own page for unknown addresses, so that all of them are refused alike."""
        router.routes = [route for route in router.routes if "{" not in route.path]


def openapi_config() -> OpenAPIConfig:
    """For the application: the document stands at /api/openapi.json and describes what is marked for it."""
    return OpenAPIConfig(
        title="Nahwerk",
        version=VERSION,
        description=_ABOUT,
        license=License(name="EUPL-1.2", identifier="EUPL-1.2"),
        servers=[Server(url="/")],
        tags=list(TAGS),
        components=Components(
            security_schemes={
                "bearer": SecurityScheme(
                    type="http", scheme="bearer", description="A token of a person, limited by its scopes."
                ),
                "device": SecurityScheme(
                    type="http", scheme="bearer", description="The token of a door system; it opens this route alone."
                ),
                "session": SecurityScheme(
                    type="apiKey",
                    name=SESSION_COOKIE,
                    security_scheme_in="cookie",
                    description="The session of the pages; with https its name starts with `__Host-`. Writes need the "
                    "page's X-CSRFToken too.",
                ),
            }
        ),
        path="/api",
        render_plugins=[JsonDocument()],
    )


MAY_LACK_A_BODY: Final = frozenset({"accept_offer"})
"""Operations that say all of it without a body."""


def tidied(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document as its readers want it.

    A parameter is left out rather than null, bodies take no other fields than those named, and nothing is said twice.
    """
    tidy: dict[str, Any] = copy.deepcopy(dict(document))
    for path in tidy["paths"].values():
        for operation in path.values():
            operation.pop("deprecated", None)
            operation["parameters"] = [_tidied_parameter(parameter) for parameter in operation.get("parameters", ())]
            if operation["operationId"] in MAY_LACK_A_BODY:
                operation["requestBody"].pop("required")
            for content in operation.get("requestBody", {}).get("content", {}).values():
                name = content["schema"].get("$ref", "").rpartition("/")[2]
                if name:
                    tidy["components"]["schemas"][name]["additionalProperties"] = False
    return tidy


def _tidied_parameter(parameter: Mapping[str, Any]) -> dict[str, Any]:
    """Only what says something, and a schema without null."""
    schema = {name: value for name, value in parameter["schema"].items() if name != "description"}
    for combined in ("oneOf", "allOf"):
        kinds = [kind for kind in schema.get(combined, ()) if kind != {"type": "null"}]
        if len(kinds) == 1:
            schema.pop(combined)
            schema = {**kinds[0], **schema}
    said = {name: value for name, value in parameter.items() if value not in (False, None)}
    return {**said, "schema": schema}
