"""A few handlers served as the application serves them, for tests that need no whole application."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import httpx
from litestar import Litestar, Request, Response
from litestar.di import Provide
from litestar.middleware import DefineMiddleware
from litestar.types import ControllerRouterHandler

from app.identity.authentication import Authentication, Visitor, provide_visitor
from app.platform.cookies import CookieJar
from app.platform.http import Edge
from app.platform.language import speaker
from app.platform.problems import problem_of
from app.platform.settings import Settings

ADDRESS = "https://nahwerk.example"


def client_of(
    handlers: Sequence[ControllerRouterHandler],
    settings: Settings,
    now: datetime,
    dependencies: dict[str, object] | None = None,
) -> httpx.AsyncClient:
    """A client of these handlers; it is always `now` there. Refusals are answered as problem+json."""

    def refused(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        visitor: Visitor | None = request.scope.get("visitor")
        return problem_of(error, visitor.speaker if visitor else speaker("de")).as_response()

    known = {"settings": settings, **(dependencies or {})}
    app = Litestar(
        route_handlers=list(handlers),
        dependencies={
            "visitor": Provide(provide_visitor),
            **{name: _same_for_all(value) for name, value in known.items()},
        },
        middleware=[DefineMiddleware(Authentication, clock=lambda: now, jar=CookieJar(https=True))],
        exception_handlers={Exception: refused},
        openapi_config=None,
    )
    transport = httpx.ASGITransport(app=Edge(app, https=True))  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url=ADDRESS)


def _same_for_all(value: object) -> Provide:
    return Provide(lambda: value, sync_to_thread=False)
