"""The rows of a workbench: they fit on a desk without scrolling, and on a phone everything is reached by keys alone."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.addresses import MEMBER, NETWORK, Site
from tests.browser.visitors import PHONE, WIDE, Visitors

_HIDDEN = """() => [...document.querySelectorAll('.nw-sections ul')]
  .filter((row) => row.checkVisibility() && row.scrollWidth > row.clientWidth).map((row) => row.innerText)"""


@pytest.mark.parametrize("who", [MEMBER, NETWORK])
async def test_no_row_scrolls_sideways_on_a_desk(site: Site, visitors: Visitors, who: str) -> None:
    start = "/netzwerk/heute" if who == NETWORK else f"/team/{site.ids['team']}"
    async with visitors.visitor(who, width=WIDE) as (page, _):
        await page.goto(start)
        pages = await page.locator(".nw-groups a").evaluate_all("(links) => links.map((link) => link.pathname)")
        assert len(pages) > 10
        for address in pages:
            await page.goto(address)
            assert await page.evaluate(_HIDDEN) == [], address


async def test_on_a_phone_every_page_of_a_team_is_two_presses_away(site: Site, visitors: Visitors) -> None:
    """Without scripts, by keys."""
    async with visitors.visitor(MEMBER, width=PHONE, scripts=False) as (page, _):
        await page.goto(f"/team/{site.ids['team']}/tarife")
        fold = page.locator(".nw-groups")
        await expect(fold.locator("summary")).to_have_text("Pässe: Tarife")
        await expect(fold.get_by_role("link", name="Verwaltung")).to_be_hidden()
        await until_focus_is_on(page, "summary:has-text('Pässe: Tarife')")
        await page.keyboard.press("Enter")
        await until_focus_is_on(page, ".nw-groups a:has-text('Verwaltung')")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Verwaltung")
        await expect(page.locator(".nw-groups summary")).to_have_text("Firma: Verwaltung")


async def until_focus_is_on(page: Page, selector: str) -> None:
    for _ in range(40):
        await page.keyboard.press("Tab")
        if await page.locator(f"{selector} >> nth=0").and_(page.locator(":focus")).count():
            return
    raise AssertionError(f"the keys do not reach {selector}")
