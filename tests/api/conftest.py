"""The interface over the tests' network, called in-process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import httpx
import pytest
from litestar import Litestar, Request, Response
from litestar.di import Provide
from litestar.middleware import DefineMiddleware
from litestar.types import ASGIApp

from app.api.openapi import openapi_config
from app.api.routes import ROUTER
from app.identity.authentication import Authentication, Visitor, provide_visitor
from app.platform.cookies import CookieJar, FormOriginCheck
from app.platform.http import Edge
from app.platform.language import speaker
from app.platform.problems import problem_of
from app.platform.settings import ROOT, Environment, Settings
from app.platform.static_files import StaticFiles
from app.platform.templates import Templates
from app.web.pages import Pages
from tests.worlds import NOW, World, a_world


class Now:
    """The application's clock, which a test may set."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(
        environment=Environment.TEST, data_dir=tmp_path_factory.mktemp("var"), public_url="http://nahwerk.example"
    )


def composed(settings: Settings, clock: Now) -> ASGIApp:
    """The interface with all its middleware, without the pages."""
    jar = CookieJar(https=settings.is_https)
    pages = Pages(Templates(ROOT / "templates", StaticFiles(ROOT / "static").url), settings, jar)

    def answer(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        visitor: Visitor | None = request.scope.get("visitor")
        if problem_of(error, speaker("de")).status >= 500:
            request.app.state.errors.append(error)
        return problem_of(error, visitor.speaker if visitor else speaker("de")).as_response()

    app = Litestar(
        route_handlers=[ROUTER],
        dependencies={
            "visitor": Provide(provide_visitor),
            "settings": Provide(lambda: settings, sync_to_thread=False),
            "pages": Provide(lambda: pages, sync_to_thread=False),
        },
        middleware=[
            DefineMiddleware(FormOriginCheck, config=jar.csrf_config(settings.signing_key)),
            DefineMiddleware(Authentication, clock=clock, jar=jar),
        ],
        exception_handlers={Exception: answer},
        openapi_config=openapi_config(),
        logging_config=None,
    )
    app.state.errors = []
    return Edge(app, https=settings.is_https)


@asynccontextmanager
async def calling(app: ASGIApp, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application in this process."""
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://nahwerk.example", headers=headers) as client:
        yield client


@pytest.fixture
def application(settings: Settings, now: Now) -> ASGIApp:
    return composed(settings, now)


@pytest.fixture
async def world(undone: None) -> World:
    """The tests' network, gone after the test."""
    return await a_world()


@pytest.fixture
async def anyone(application: ASGIApp, world: World) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who is not signed in."""
    async with calling(application) as client:
        yield client


@pytest.fixture
async def mia(application: ASGIApp, world: World) -> AsyncIterator[httpx.AsyncClient]:
    """Mia's program with her token."""
    async with calling(application, **world.mia.bearer) as client:
        yield client


@pytest.fixture
async def rolf(application: ASGIApp, world: World) -> AsyncIterator[httpx.AsyncClient]:
    """Rolf's program, who manages another operator."""
    async with calling(application, **world.rolf.bearer) as client:
        yield client
