"""Narrow screens and large letters: nothing runs out of the page, nothing is cut off (WCAG 1.4.4, 1.4.10)."""

import pytest
from playwright.async_api import Page

from tests.browser.addresses import MEMBER, NETWORK, OF_STAFF, Site, addresses
from tests.browser.visitors import NARROW, PHONE, WIDE, Visitors

_TOO_WIDE = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  return [...document.querySelectorAll('body *')]
    .filter((element) => element.getBoundingClientRect().right > room + 1 && !element.closest('svg *'))
    .map((element) => element.outerHTML.slice(0, 120)).slice(-3);
}"""

_CUT_OFF = """() => {
  const cut = [];
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const text = words.currentNode;
    const parent = text.parentElement;
    if (!text.data.trim() || !parent.checkVisibility() || parent.closest('.kern-sr-only, .nw-skip, svg')) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const box = range.getBoundingClientRect();
    for (let around = parent; around && around !== document.body; around = around.parentElement) {
      const style = getComputedStyle(around);
      const frame = around.getBoundingClientRect();
      const hides = (axis) => ['hidden', 'clip'].includes(style[`overflow${axis}`]);
      if (['auto', 'scroll'].includes(style.overflowX)) break;
      if ((hides('X') && (box.right > frame.right + 1 || box.left < frame.left - 1))
        || (hides('Y') && (box.bottom > frame.bottom + 1 || box.top < frame.top - 1))) {
        cut.push(`${text.data.trim().slice(0, 60)} in ${around.className}`);
        break;
      }
    }
  }
  for (const element of document.querySelectorAll('button, .kern-btn, .nw-seg :is(label, a), .nw-nav a, summary')) {
    const overflows = element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1;
    if (overflows && element.checkVisibility()) cut.push(`${element.textContent.trim().slice(0, 60)} leaves its box`);
  }
  return cut;
}"""


async def too_wide(page: Page) -> list[str]:
    """What makes the page scroll sideways."""
    found: list[str] = await page.evaluate(_TOO_WIDE)
    return found


async def cut_off(page: Page) -> list[str]:
    """Words that are hidden by the box around them."""
    found: list[str] = await page.evaluate(_CUT_OFF)
    return found


async def test_every_page_fits_on_a_phone_and_takes_large_letters(site: Site, visitors: Visitors) -> None:
    found: list[str] = []
    async with visitors.visitor(MEMBER) as (member, _), visitors.visitor(NETWORK) as (network, _):
        for address in addresses(site):
            page = network if address.startswith(OF_STAFF) else member
            await page.goto(address)
            for width in (PHONE, NARROW):
                await page.set_viewport_size({"width": width, "height": 900})
                found += [f"{address} at {width}: {what}" for what in await too_wide(page) + await cut_off(page)]
            await page.set_viewport_size({"width": WIDE, "height": 900})
            await page.evaluate("() => { document.documentElement.style.fontSize = '200%' }")
            found += [f"{address} in large letters: {what}" for what in await too_wide(page) + await cut_off(page)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("style", "finding"),
    [
        ("width: 2000px", too_wide),
        ("width: 3rem; overflow: hidden; white-space: nowrap", cut_off),
    ],
)
async def test_what_does_not_fit_would_be_noticed(visitors: Visitors, style: str, finding: object) -> None:
    async with visitors.visitor(width=PHONE) as (page, _):
        await page.goto("/anmelden")
        await page.evaluate("(style) => { document.querySelector('h1').style = style }", style)
        assert await finding(page)  # type: ignore[operator]
