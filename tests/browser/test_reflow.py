"""Narrow screens and large letters: nothing runs out of the page, nothing is cut off (WCAG 1.4.4, 1.4.10)."""

import pytest
from playwright.async_api import Page

from tests.browser.addresses import EVERYBODY, MEMBER, NETWORK, OF_STAFF, TOMORROW, Site, addresses
from tests.browser.visitors import NARROW, PHONE, WIDE, Visitors

_TOO_WIDE = """() => {
  const room = document.documentElement.clientWidth;
  const needed = document.documentElement.scrollWidth;
  if (needed <= room) return [];
  const outside = [...document.querySelectorAll('body *')]
    .filter((element) => element.getBoundingClientRect().right > room + 1 && !element.closest('svg *'))
    .map((element) => element.outerHTML.slice(0, 120)).slice(-3);
  return [`${needed} pixels wide`, ...outside];
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


_OVERLAPPING = """() => {
  const boxes = [];
  const put = (owner, name, rect, shrink) => {
    const by = rect.height * shrink;
    if (rect.width > 2 && rect.height > 2) {
      boxes.push({ owner, name, left: rect.left, right: rect.right, top: rect.top + by, bottom: rect.bottom - by });
    }
  };
  const aside = '.kern-sr-only, .nw-skip, svg, .nw-confirm, [hidden]';
  const seen = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const parent = words.currentNode.parentElement;
    if (!words.currentNode.data.trim() || parent.closest(aside) || !seen(parent)) continue;
    const range = document.createRange();
    range.selectNodeContents(words.currentNode);
    for (const line of range.getClientRects()) put(parent, words.currentNode.data.trim().slice(0, 40), line, 0.2);
  }
  for (const control of document.querySelectorAll('input, select, textarea, button, .kern-btn, .nw-state, img')) {
    if (control.closest(aside) || !seen(control)) continue;
    put(control, control.outerHTML.slice(0, 60), control.getBoundingClientRect(), 0);
  }
  boxes.sort((one, other) => one.top - other.top);
  const found = [];
  for (let i = 0; i < boxes.length; i += 1) {
    for (let j = i + 1; j < boxes.length && boxes[j].top < boxes[i].bottom; j += 1) {
      const [one, other] = [boxes[i], boxes[j]];
      if (one.owner.contains(other.owner) || other.owner.contains(one.owner)) continue;
      const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const along = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      if (across > 2 && along > 2) found.push(`${one.name} lies on ${other.name}`);
    }
  }
  return found;
}"""


async def too_wide(page: Page) -> list[str]:
    """What makes the page scroll sideways."""
    found: list[str] = await page.evaluate(_TOO_WIDE)
    return found


async def cut_off(page: Page) -> list[str]:
    """Words that are hidden by the box around them."""
    found: list[str] = await page.evaluate(_CUT_OFF)
    return found


async def overlapping(page: Page) -> list[str]:
    """Words and controls that lie on each other."""
    found: list[str] = await page.evaluate(_OVERLAPPING)
    return found


async def amiss(page: Page) -> list[str]:
    return await too_wide(page) + await cut_off(page) + await overlapping(page)


async def test_every_page_fits_on_a_phone_and_takes_large_letters(site: Site, visitors: Visitors) -> None:
    found: list[str] = []
    async with visitors.visitor(MEMBER) as (member, _), visitors.visitor(NETWORK) as (network, _):
        for address in addresses(site):
            page = network if address.startswith(OF_STAFF) else member
            await page.goto(address)
            for width in (PHONE, NARROW):
                await page.set_viewport_size({"width": width, "height": 900})
                found += [f"{address} at {width}: {what}" for what in await amiss(page)]
            await page.set_viewport_size({"width": WIDE, "height": 900})
            await page.evaluate("() => { document.documentElement.style.fontSize = '200%' }")
            found += [f"{address} in large letters: {what}" for what in await amiss(page)]
    assert not found, "\n".join(found)


async def in_large_print(page: Page, address: str, width: int) -> list[str]:
    """What does not fit at this width, with all that folds opened."""
    await page.set_viewport_size({"width": width, "height": 900})
    await page.goto(address)
    await page.evaluate("() => document.querySelectorAll('.nw-fold').forEach((fold) => { fold.open = true; })")
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
