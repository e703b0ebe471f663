"""Large letters: nothing runs out of the page, nothing is cut off. test_every_page.py has all pages on a phone."""

import pytest
from playwright.async_api import Page

from tests.browser.addresses import EVERYBODY, MEMBER, TOMORROW, Site, addresses
from tests.browser.reflow import amiss, cut_off, overlapping, too_wide
from tests.browser.visitors import PHONE, WIDE, Visitors


async def in_large_print(page: Page, address: str, width: int) -> list[str]:
    """What does not fit at this width, with all that folds opened."""
    await page.set_viewport_size({"width": width, "height": 900})
    await page.goto(address)
    await page.evaluate(
        "() => document.querySelectorAll('.nw-fold, .nw-groups').forEach((fold) => { fold.open = true; })"
    )
    return [f"{address} at {width}: {what}" for what in await amiss(page)]


@pytest.mark.parametrize("width", [PHONE, WIDE])
async def test_searching_choosing_and_the_week_are_complete_in_large_print(
    site: Site, large_print: Visitors, width: int
) -> None:
    """Letters of twice the size, set in the browser."""
    found: list[str] = []
    async with large_print.visitor(MEMBER) as (page, _):
        for address in (
            f"/plaetze?ort=56751+Polch&tag={TOMORROW}&zeit=eigen&von=08:00&bis=12:00",
            f"/standorte/regiohub-polch?tag={TOMORROW}&zeit=ganz",
            f"/buchungen/{site.ids['booking']}",
            "/woche",
        ):
            found += await in_large_print(page, address, width)
        assert await page.evaluate("() => getComputedStyle(document.documentElement).fontSize") == "32px"
    assert not found, "\n".join(found)


@pytest.mark.long
@pytest.mark.parametrize("who", EVERYBODY)
async def test_every_page_is_complete_in_large_print(
    site: Site, visitors: Visitors, large_print: Visitors, who: str | None
) -> None:
    """Letters of twice the size, and the whole page at twice its size, which leaves 640 of 1280 pixels."""
    found: list[str] = []
    async with large_print.visitor(who) as (large, _), visitors.visitor(who) as (zoomed, _):
        for address in addresses(site):
            for page, width in ((large, PHONE), (large, WIDE), (zoomed, WIDE // 2)):
                found += await in_large_print(page, address, width)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("style", "finding"),
    [
        ("width: 2000px", too_wide),
        ("width: 3rem; overflow: hidden; white-space: nowrap", cut_off),
        ("margin-bottom: -2rem", overlapping),
    ],
)
async def test_what_does_not_fit_would_be_noticed(visitors: Visitors, style: str, finding: object) -> None:
    async with visitors.visitor(width=PHONE) as (page, _):
        await page.goto("/anmelden")
        await page.evaluate("(style) => { document.querySelector('h1').style = style }", style)
        assert await finding(page)  # type: ignore[operator]
