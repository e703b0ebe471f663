"""On paper: black on white whatever the scheme, whose page it is and of when, and nothing to press."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.addresses import MEMBER, NETWORK, OF_STAFF, TOMORROW, Site, addresses
from tests.browser.visitors import Visitors

_COLOURED = """() => {
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (words.nextNode()) {
    const around = words.currentNode.parentElement;
    const unseen = !words.currentNode.data.trim() || !around.checkVisibility();
    if (unseen || around.closest('.kern-sr-only, .nw-skip')) continue;
    const style = getComputedStyle(around);
    const colour = around.closest('svg') ? style.fill : style.color;
    if (colour !== 'rgb(0, 0, 0)') found.push(`${words.currentNode.data.trim().slice(0, 40)} is ${colour}`);
  }
  for (const element of document.querySelectorAll('body *')) {
    const ground = getComputedStyle(element).backgroundColor;
    if (['rgba(0, 0, 0, 0)', 'rgb(255, 255, 255)'].includes(ground) || !element.checkVisibility()) continue;
    if (element.innerText?.trim()) found.push(`${element.className} on ${ground}`);
  }
  return found;
}"""
_TO_PRESS = "button, .kern-btn, .nw-nav, .nw-menu, .nw-searchbar, .nw-confirm, .nw-back, .nw-pager"


async def _on_paper(page: Page, address: str) -> list[str]:
    """What is wrong with the page when it is printed."""
    await page.goto(address)
    await page.emulate_media(media="print", color_scheme="dark")
    coloured: list[str] = await page.evaluate(_COLOURED)
    pressed = [await part.inner_text() for part in await page.locator(_TO_PRESS).all() if await part.is_visible()]
    await page.emulate_media(media="screen")
    return [f"{address}: {what}" for what in coloured + pressed]


async def test_results_and_a_booking_print_black_on_white(site: Site, visitors: Visitors) -> None:
    found: list[str] = []
    booking = f"/buchungen/{site.ids['booking']}"
    async with visitors.visitor(MEMBER) as (page, _):
        for address in (f"/plaetze?ort=56751+Polch&tag={TOMORROW}&zeit=ganz", booking, "/woche"):
            found += await _on_paper(page, address)
    assert not found, "\n".join(found)


async def test_paper_says_whose_page_it_is_whom_to_call_and_of_when(site: Site, visitors: Visitors) -> None:
    async with visitors.visitor(MEMBER) as (page, _):
        await page.goto(f"/buchungen/{site.ids['booking']}")
        await page.emulate_media(media="print")
        await expect(page.locator(".nw-brand")).to_be_visible()
        await expect(page.get_by_role("link", name="0221 4710 100")).to_be_visible()
        await expect(page.locator(".nw-printed")).to_have_text(f"Stand Di 24. November, 19:00 Uhr · {site.address[7:]}")


@pytest.mark.long
async def test_every_page_prints_black_on_white(site: Site, visitors: Visitors) -> None:
    found: list[str] = []
    async with visitors.visitor(MEMBER) as (member, _), visitors.visitor(NETWORK) as (network, _):
        for address in addresses(site):
            found += await _on_paper(network if address.startswith(OF_STAFF) else member, address)
    assert not found, "\n".join(found)
