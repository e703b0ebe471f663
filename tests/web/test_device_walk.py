"""Every route of the application, asked with a device's token as cookie and as bearer: only its own pages answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import httpx
import pytest
from litestar.types import ASGIApp

from app.inventory.devices import DeviceKind
from app.platform.settings import Settings
from tests.bookings.devices import a_device
from tests.web.conftest import Browser, Now, an_application
from tests.web.test_access import OF_DEVICES, PRIVATE, WAYS, Way
from tests.worlds import World, a_world

NAMES = {"slug": "regiohub-polch", "kind": "desk", "what": "x", "path": "nichts"}
OWN = {
    DeviceKind.DISPLAY: {"GET /geraet", "GET /geraet/aenderungen", "POST /geraet/belegen"},
    DeviceKind.KIOSK: {"GET /geraet", "GET /geraet/aenderungen", "GET /geraet/ankommen", "POST /geraet/ankommen"},
    DeviceKind.DOOR: {"GET /api/v1/spaces/{slug}/access-windows"},
}
ASIDE = {"GET /geraet/koppeln", "POST /geraet/koppeln", "GET /geraet", "POST /geraet/da"}
"""What asks for a code of anybody, and what is only found for a booking (test_device_pages.py)."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The network of this file, with a device of each kind and its token."""

    app: ASGIApp
    world: World
    tokens: Mapping[DeviceKind, str]


@pytest.fixture(scope="module")
async def standing(settings: Settings, database: str) -> Standing:
    """Made once for the file: what its tests write is rolled back."""
    world = await a_world()
    tokens = {
        kind: (await a_device(world, kind, "Nette" if kind is DeviceKind.DISPLAY else None))[1] for kind in DeviceKind
    }
    return Standing(an_application(settings, database, Now()), world, tokens)


def filled(way: Way) -> str:
    return way.to({name: NAMES.get(name, "zzzzzzzzzzzzzzzz") for name in way.names})


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody at a browser of his own, with a token that is sent to every path."""

    browser: Browser
    csrf: str

    @classmethod
    async def of(cls, standing: Standing) -> Self:
        browser = Browser(standing.app)
        await browser.get("/anmelden")
        return cls(browser, browser.client.cookies["csrf"])

    async def ask(self, way: Way, token: str, how: str) -> httpx.Response:
        """The answer to the token, in every way that any token or session goes; of answers before nothing is left."""
        client = self.browser.client
        client.cookies.clear()
        if how == "bearer":
            return await client.request(way.method, filled(way), headers={"Authorization": f"Bearer {token}"})
        for name, value in (("csrf", self.csrf), ("geraet", token), ("session", token)):
            client.cookies.set(name, value, domain="nahwerk.example", path="/")
        return await (self.browser.get(filled(way)) if way.method == "GET" else self.browser.post(filled(way)))


def is_closed(way: Way, answer: httpx.Response) -> bool:
    """Whether it answers as to nobody."""
    to_sign_in = answer.status_code == 303 and answer.headers["location"].startswith("/anmelden")
    return answer.status_code in (401, 403, 404, 405) or to_sign_in


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        (DeviceKind.DISPLAY, "cookie"),
        (DeviceKind.KIOSK, "cookie"),
        (DeviceKind.KIOSK, "bearer"),
        (DeviceKind.DOOR, "cookie"),
        (DeviceKind.DOOR, "bearer"),
    ],
)
async def test_a_device_reaches_its_own_pages_alone(
    standing: Standing, undone: None, kind: DeviceKind, how: str
) -> None:
    token, asking = standing.tokens[kind], await Asking.of(standing)
    assert len(PRIVATE) > 100
    for way in PRIVATE:
        assert is_closed(way, await asking.ask(way, token, how)), way
    for way in (way for way in WAYS if way.path in OF_DEVICES and str(way) not in ASIDE):
        is_own = str(way) in OWN[kind] and (how == "bearer") == (kind is DeviceKind.DOOR)
        answer = await asking.ask(way, token, how)
        if is_own:
            assert answer.status_code not in (401, 403, 404), way
        else:
            assert is_closed(way, answer) or answer.headers.get("location") == "/geraet", way


async def test_what_anybody_may_see_shows_a_device_nothing_more(standing: Standing, undone: None) -> None:
    """Public pages are the same as for nobody: no name, no account, no way into the workbench."""
    asking = await Asking.of(standing)
    for path in ("/", "/plaetze", "/standorte/regiohub-polch", "/hier/regiohub-polch"):
        page = await asking.ask(Way("GET", path), standing.tokens[DeviceKind.KIOSK], "cookie")
        assert page.status_code == 200
        assert page.headers["nahwerk-person"] == "nobody"
        assert "/konto" not in page.text


async def test_a_persons_token_opens_no_door(standing: Standing, undone: None) -> None:
    asking = await Asking.of(standing)
    for person in (standing.world.otto, standing.world.nadja):
        way = Way("GET", "/api/v1/spaces/regiohub-polch/access-windows")
        assert (await asking.ask(way, person.token, "bearer")).status_code == 401
