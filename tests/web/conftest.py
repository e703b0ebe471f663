"""The pages over the tests' network, visited in-process by browsers that keep cookies and send forms."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from html import unescape
from types import TracebackType
from typing import Any, Self

import httpx
import pytest
from litestar.types import ASGIApp

from app.bookings.news import space_news
from app.identity.hashing import hash_password
from app.identity.queries import actor_of_person
from app.identity.rules import Actor
from app.identity.sessions import open_session
from app.main import create_app
from app.platform.database import execute
from app.platform.live import Live, LivePace
from app.platform.settings import Environment, Secret, Settings
from tests.conftest import in_database
from tests.identity.conftest import KEY, PASSWORD
from tests.worlds import NOW, APerson, World, a_world

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"


SAID_AT_ONCE = LivePace(longest=0)
"""Streams end when they have begun: these browsers read a whole answer. tests/web/test_live.py has a real server."""


class Now:
    """The application's clock, which a test may set."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


def said(html: str) -> str:
    """What a page's main part says, without its markup."""
    main = html.split("<main", maxsplit=1)[1].split("</main>", maxsplit=1)[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


class Browser:
    """Somebody at a browser: keeps cookies, sends each form with the token of its page, follows no redirect."""

    def __init__(self, app: ASGIApp, address: str = "192.0.2.1", origin: str = "http://nahwerk.example") -> None:
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app, client=(address, 1)),  # type: ignore[arg-type]
            base_url=origin,
            headers={"Accept": "text/html", "User-Agent": FIREFOX, "Accept-Language": "de"},
        )
        self._prefix = "__Host-" if origin.startswith("https") else ""

    async def __aenter__(self) -> Self:
        await self.client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.client.__aexit__(kind, error, traceback)

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.client.get(path, **more)

    async def post(self, path: str, **fields: str) -> httpx.Response:
        if f"{self._prefix}csrf" not in self.client.cookies:
            await self.client.get("/anmelden")
        fields["_csrf_token"] = self.client.cookies[f"{self._prefix}csrf"]
        return await self.client.post(path, data=fields)

    @property
    def session(self) -> str | None:
        return self.client.cookies.get(f"{self._prefix}session")

    @session.setter
    def session(self, token: str) -> None:
        self.client.cookies.set(f"{self._prefix}session", token, domain="nahwerk.example", path="/")

    async def signed_in(self, person: APerson, at: datetime = NOW) -> Self:
        """This browser, in a session that the person opened then."""
        self.session = await open_session(person.id, FIREFOX, at)
        return self


@pytest.fixture(scope="session")
def the_clock() -> Now:
    return Now()


@pytest.fixture
def now(the_clock: Now) -> Now:
    """The application's clock, at NOW when the test begins."""
    the_clock.at = NOW
    return the_clock


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(
        environment=Environment.TEST,
        data_dir=tmp_path_factory.mktemp("var"),
        public_url="http://nahwerk.example",
        secret_key=Secret(KEY.decode()),
    )


@pytest.fixture(scope="session")
def served(settings: Settings, the_clock: Now, admin_dsn: str, database_name: str) -> ASGIApp:
    return an_application(settings, in_database(admin_dsn, database_name), the_clock)


@pytest.fixture
def application(served: ASGIApp, now: Now, database: str) -> ASGIApp:
    """The whole application over the test's database; put together once, which takes longer than most tests."""
    return served


def an_application(settings: Settings, database: str, now: Now) -> ASGIApp:
    """What is served, but for streams that end as soon as they have begun: here nobody could hang up."""
    return create_app(settings, database, now, live=Live(database, space_news, SAID_AT_ONCE))


@pytest.fixture
async def world(undone: None) -> World:
    """The tests' network, gone after the test; everybody's password is PASSWORD."""
    made = await a_world()
    await execute("UPDATE person SET password_hash = $1", await _password_hash())
    return made


@dataclass(frozen=True, slots=True)
class Site:
    """The application as the people of the tests' network reach it."""

    app: ASGIApp
    clock: Now

    async def browser(self, person: APerson | None = None, language: str = "de") -> Browser:
        """A new browser, signed in as the person."""
        browser = Browser(self.app)
        browser.client.headers["Accept-Language"] = language
        return browser if person is None else await browser.signed_in(person, self.clock())

    def program(self, person: APerson) -> httpx.AsyncClient:
        """A program with the person's token."""
        transport = httpx.ASGITransport(app=self.app)  # type: ignore[arg-type]
        return httpx.AsyncClient(transport=transport, base_url="http://nahwerk.example", headers=dict(person.bearer))


@pytest.fixture
def site(application: ASGIApp, now: Now) -> Site:
    return Site(application, now)


@pytest.fixture
def browser(application: ASGIApp) -> Callable[[], Browser]:
    """A new browser at each call."""
    return lambda: Browser(application)


_hashes: list[str] = []


async def _password_hash() -> str:
    """Of PASSWORD; made once, because it is meant to be slow."""
    if not _hashes:
        _hashes.append(await hash_password(PASSWORD))
    return _hashes[0]


async def fresh(person: APerson, at: datetime = NOW) -> Actor:
    """The person as an actor who has just signed in."""
    return replace(await actor_of_person(person.id, "page"), authenticated_at=at)
