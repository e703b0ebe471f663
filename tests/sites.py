"""The whole application, called in-process as browsers and programs call it."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from app.identity.sessions import open_session
from app.main import create_app
from app.platform.http import Edge
from app.platform.settings import Environment, Settings
from tests.worlds import NOW, APerson

HTML = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"
_FORM_TOKEN = re.compile(r'name="_csrf_token" value="([0-9a-f]+)"')


@dataclass
class SetClock:
    """A clock that shows what the test sets."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Site:
    """The application with a clock of its own; `browser` and `program` make visitors."""

    app: Edge
    settings: Settings
    clock: SetClock = field(default_factory=SetClock)

    async def browser(self, person: APerson | None = None, language: str = "de") -> "Browser":
        """A browser, signed in as the person."""
        cookies = {}
        if person is not None:
            cookies["session"] = await open_session(person.id, "Test", self.clock())
        return Browser(self._client(cookies, {"Accept": HTML, "Accept-Language": language}))

    def program(self, person: APerson | None = None) -> httpx.AsyncClient:
        """A program with the person's token."""
        return self._client({}, dict(person.bearer) if person else {})

    def _client(self, cookies: Mapping[str, str], headers: Mapping[str, str]) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)  # type: ignore[arg-type]
        return httpx.AsyncClient(
            transport=transport, base_url="http://testserver", cookies=dict(cookies), headers=dict(headers)
        )


@dataclass
class Browser:
    """Sends forms with the token that the page carried, as a browser without JavaScript does."""

    client: httpx.AsyncClient

    async def get(self, url: str, **more: Any) -> httpx.Response:
        return await self.client.get(url, **more)

    async def send(self, url: str, fields: Mapping[str, str] | None = None, page: str = "/") -> httpx.Response:
        """Posts the fields with the form token of `page`."""
        shown = await self.client.get(page)
        token = _FORM_TOKEN.search(shown.text)
        assert token, f"{page} has no form"
        return await self.client.post(url, data={**(fields or {}), "_csrf_token": token[1]})


@asynccontextmanager
async def a_site(dsn: str, data_dir: Path, **changes: Any) -> AsyncIterator[Site]:
    """The application over a database whose pool is open already."""
    settings = Settings(_env_file=None, environment=Environment.TEST, data_dir=data_dir, **changes)
    clock = SetClock()
    yield Site(create_app(settings, dsn, clock), settings, clock)
