"""The first view of the search as a browser loads it: its bytes, and text that is there before the letters are."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Page, Route

from tests.browser.addresses import TOMORROW
from tests.browser.visitors import PHONE, WIDE, Visitors

BUDGET = 200_000
GOOD_LAYOUT_SHIFT = 0.1
"""What Web Vitals call good; a slow line may show a page in pieces."""
SEARCH = f"/plaetze?ort=56751+Polch&tag={TOMORROW}&zeit=ganz&art=desk"

_SHIFTS = """new PerformanceObserver((list) => {
  for (const shift of list.getEntries()) window.shifted = (window.shifted ?? 0) + shift.value;
}).observe({ type: 'layout-shift', buffered: true })"""
_SHIFTED = "() => window.shifted ?? 0"
_PAINTED = "() => performance.getEntriesByName('first-contentful-paint').length > 0"
_LETTERS = "() => ['400', '500', '600'].every((weight) => document.fonts.check(`${weight} 16px 'Fira Sans'`))"


async def transferred(page: Page, address: str) -> dict[str, int]:
    """What comes over the line for the address, headers included."""
    sizes: dict[str, int] = {}
    names: dict[str, str] = {}
    watch = await page.context.new_cdp_session(page)
    watch.on("Network.requestWillBeSent", lambda event: names.update({event["requestId"]: event["request"]["url"]}))

    def done(event: dict[str, Any]) -> None:
        sizes[names[event["requestId"]]] = event["encodedDataLength"]

    watch.on("Network.loadingFinished", done)
    await watch.send("Network.enable")
    await page.goto(address, wait_until="networkidle")
    return sizes


@pytest.mark.parametrize("width", [PHONE, WIDE])
async def test_the_first_view_stays_within_its_budget(visitors: Visitors, width: int) -> None:
    async with visitors.visitor(width=width) as (page, _):
        sizes = await transferred(page, SEARCH)
    assert sum(name.endswith(".woff2") for name in sizes) == 3, sizes
    assert sum(sizes.values()) < BUDGET, sizes


@pytest.mark.parametrize("width", [PHONE, WIDE])
async def test_text_is_there_before_the_letters_and_does_not_move_when_they_come(
    visitors: Visitors, width: int
) -> None:
    async with visitors.visitor(width=width) as (page, _):
        arrived = asyncio.Event()

        async def later(route: Route) -> None:
            await arrived.wait()
            await route.continue_()

        await page.route("**/*.woff2", later)
        await page.add_init_script(_SHIFTS)
        await page.goto(SEARCH, wait_until="commit")
        await page.wait_for_function(_PAINTED)
        assert not await page.evaluate(_LETTERS)
        await page.wait_for_load_state("domcontentloaded")
        await page.wait_for_timeout(200)
        shifted_while_it_came = await page.evaluate(_SHIFTED)
        arrived.set()
        await page.wait_for_function(_LETTERS)
        await page.wait_for_timeout(200)
        assert await page.evaluate(_SHIFTED) - shifted_while_it_came < 0.01
        assert shifted_while_it_came < GOOD_LAYOUT_SHIFT
