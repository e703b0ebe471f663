"""The interface over the tests' network, called in-process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import httpx
import pytest
from litestar.types import ASGIApp

from app.main import create_app
from app.platform.settings import Environment, Settings
from tests.worlds import NOW, World, a_world


class Now:
    """The application's clock, which a test may set."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(
        environment=Environment.TEST, data_dir=tmp_path_factory.mktemp("var"), public_url="http://nahwerk.example"
    )


@pytest.fixture(scope="session")
def clock() -> Now:
    return Now()


@pytest.fixture(scope="session")
def application(settings: Settings, clock: Now) -> ASGIApp:
    """The whole application; it asks the database whose pool the test has opened."""
    return create_app(settings, "postgresql://the-tests-open-the-pool", clock)


@pytest.fixture
def now(clock: Now) -> Now:
    """The clock, at NOW when the test begins."""
    clock.at = NOW
    return clock


@asynccontextmanager
async def calling(app: ASGIApp, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application in this process."""
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://nahwerk.example", headers=headers) as client:
        yield client


@pytest.fixture
async def world(undone: None, now: Now) -> World:
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
async def frida(application: ASGIApp, world: World) -> AsyncIterator[httpx.AsyncClient]:
    """Frida's program, who stands at the front desk of Polch."""
    async with calling(application, **world.frida.bearer) as client:
        yield client


@pytest.fixture
async def rolf(application: ASGIApp, world: World) -> AsyncIterator[httpx.AsyncClient]:
    """Rolf's program, who manages another operator."""
    async with calling(application, **world.rolf.bearer) as client:
        yield client
