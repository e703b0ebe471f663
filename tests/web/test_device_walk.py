"""Every route of the application, asked with a device's token as cookie and as bearer: only its own pages answer."""

import httpx
import pytest

from app.inventory.devices import DeviceKind
from tests.bookings.devices import a_device
from tests.web.conftest import Site
from tests.web.test_access import NOT_A_PERSONS_OWN, OF_DEVICES, PUBLIC, Way, ways
from tests.worlds import World

NAMES = {"slug": "regiohub-polch", "kind": "desk", "what": "x", "path": "nichts"}
OWN = {
    DeviceKind.DISPLAY: {"GET /geraet", "GET /geraet/aenderungen", "POST /geraet/belegen"},
    DeviceKind.KIOSK: {"GET /geraet", "GET /geraet/aenderungen", "GET /geraet/ankommen", "POST /geraet/ankommen"},
    DeviceKind.DOOR: {"GET /api/v1/spaces/{slug}/access-windows"},
}
ASIDE = {"GET /geraet/koppeln", "POST /geraet/koppeln", "GET /geraet", "POST /geraet/da"}
"""What asks for a code of anybody, and what is only found for a booking (test_device_pages.py)."""


def filled(way: Way) -> str:
    return way.to({name: NAMES.get(name, "zzzzzzzzzzzzzzzz") for name in way.names})


async def asked(site: Site, way: Way, token: str, how: str) -> httpx.Response:
    """The answer to the token, sent to every path and in every way that any token or session goes."""
    browser = await site.browser()
    if how == "bearer":
        headers = {"Authorization": f"Bearer {token}"}
        return await browser.client.request(way.method, filled(way), headers=headers)
    for name in ("geraet", "session"):
        browser.client.cookies.set(name, token, domain="nahwerk.example", path="/")
    return await (browser.get(filled(way)) if way.method == "GET" else browser.post(filled(way)))


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
async def test_a_device_reaches_its_own_pages_alone(site: Site, world: World, kind: DeviceKind, how: str) -> None:
    _, token = await a_device(world, kind, "Nette" if kind is DeviceKind.DISPLAY else None)
    private = [way for way in ways() if way.path not in PUBLIC | NOT_A_PERSONS_OWN]
    assert len(private) > 100
    for way in private:
        assert is_closed(way, await asked(site, way, token, how)), way
    for way in (way for way in ways() if way.path in OF_DEVICES and str(way) not in ASIDE):
        is_own = str(way) in OWN[kind] and (how == "bearer") == (kind is DeviceKind.DOOR)
        answer = await asked(site, way, token, how)
        if is_own:
            assert answer.status_code not in (401, 403, 404), way
        else:
            assert is_closed(way, answer) or answer.headers.get("location") == "/geraet", way


async def test_what_anybody_may_see_shows_a_device_nothing_more(site: Site, world: World) -> None:
    """Public pages are the same as for nobody: no name, no account, no way into the workbench."""
    _, token = await a_device(world, DeviceKind.KIOSK)
    for path in ("/", "/plaetze", "/standorte/regiohub-polch", "/hier/regiohub-polch"):
        page = await asked(site, Way("GET", path), token, "cookie")
        assert page.status_code == 200
        assert page.headers["nahwerk-person"] == "nobody"
        assert "/konto" not in page.text


async def test_a_persons_token_opens_no_door(site: Site, world: World) -> None:
    for person in (world.otto, world.nadja):
        answer = await site.program(person).get("/api/v1/spaces/regiohub-polch/access-windows")
        assert answer.status_code == 401
