"""What hangs at the door and stands at the entrance, on the screens that it hangs there on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.addresses import Site
from tests.browser.examination import findings, under_examination
from tests.browser.visitors import Visitors

_SCREENS = ((1024, 768), (800, 1280), (1280, 800), (390, 844))
_STATES = ("free", "busy", "closed")
_WIDER = "() => document.documentElement.scrollWidth > innerWidth"
_TALLER = "() => document.documentElement.scrollHeight > innerHeight"


@asynccontextmanager
async def a_tablet(site: Site, visitors: Visitors, kind: str) -> AsyncIterator[Page]:
    """A browser that holds the token of a device of this kind, and nothing else."""
    async with under_examination(visitors) as (page, _):
        token = site.ids[f"{kind}_token"]
        await page.context.add_cookies(
            [{"name": "geraet", "value": token, "domain": "127.0.0.1", "path": "/geraet", "httpOnly": True}]
        )
        yield page


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_display_is_read_on_every_screen_and_in_every_state(
    site: Site, visitors: Visitors, scheme: str
) -> None:
    found = []
    async with a_tablet(site, visitors, "display") as page:
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        for width, height in _SCREENS:
            await page.set_viewport_size({"width": width, "height": height})
            await page.goto("/geraet")
            await expect(page.get_by_role("heading", level=1)).to_be_visible()
            assert not await page.evaluate(_WIDER), width
            assert not await page.evaluate(_TALLER), width
            letters = await page.evaluate("() => parseFloat(getComputedStyle(document.querySelector('h1')).fontSize)")
            assert letters >= min(width, height) * 0.1, "to be read from three metres"
        for state in _STATES:
            await page.evaluate("state => document.querySelector('main').className = 'nw-dev nw-dev--' + state", state)
            found += [f"{state}: {finding}" for finding in await findings(page)]
    assert not found, "\n".join(found)


async def test_the_kiosk_is_found_in_order_and_goes_back_to_its_start(site: Site, visitors: Visitors) -> None:
    found = []
    async with a_tablet(site, visitors, "kiosk") as page:
        for width, height in _SCREENS:
            await page.set_viewport_size({"width": width, "height": height})
            for address in ("/geraet", "/geraet/ankommen"):
                await page.goto(address)
                assert not await page.evaluate(_WIDER), (address, width)
                found += [f"{address} {width}: {finding}" for finding in await findings(page)]
        assert not found, "\n".join(found)
        await page.clock.install()
        await page.goto("/geraet/ankommen")
        await page.get_by_label("Code vom Zettel").fill("9999")
        await page.clock.fast_forward(121_000)
        await expect(page.get_by_role("heading", name="Willkommen")).to_be_visible()
        assert "9999" not in await page.content()


async def test_the_display_asks_anew_and_keeps_what_it_has_while_nobody_answers(site: Site, visitors: Visitors) -> None:
    async with a_tablet(site, visitors, "display") as page:
        await page.clock.install()
        await page.goto("/geraet")
        state = await page.get_by_role("heading", level=1).inner_text()

        async def broken(route: Route) -> None:
            await route.fulfill(status=503, content_type="text/html", body="<main id='geraet'><h1>Fehler</h1></main>")

        async def changed(route: Route) -> None:
            answer = await route.fetch()
            body = (await answer.text()).replace("</h1>", " neu</h1>")
            await route.fulfill(response=answer, body=body)

        await page.route("**/geraet", broken)
        async with page.expect_response("**/geraet"):
            await page.clock.fast_forward(31_000)
        await expect(page.get_by_role("heading", level=1)).to_have_text(state)
        await page.unroute("**/geraet", broken)
        await page.route("**/geraet", changed)
        await page.clock.fast_forward(31_000)
        await expect(page.get_by_role("heading", level=1)).to_have_text(f"{state} neu")
