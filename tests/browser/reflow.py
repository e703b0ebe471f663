"""What does not fit on a page: runs out of it, is cut off, or lies on something else (WCAG 1.4.4, 1.4.10)."""

from playwright.async_api import Page

from tests.browser.visitors import NARROW, PHONE, WIDE

_TOO_WIDE = """() => {
  const room = document.documentElement.clientWidth;
  const needed = document.documentElement.scrollWidth;
  if (needed <= room) return [];
  const outside = [...document.querySelectorAll('body *')]
    .filter((element) => element.getBoundingClientRect().right > room + 1 && !element.closest('svg *'))
    .map((element) => element.outerHTML.slice(0, 120)).slice(-3);
  return [`${needed} pixels wide`, ...outside];
}"""

_FOR_EARS_ALONE = "(element) => getComputedStyle(element).clipPath === 'inset(50%)'"
_CUT_OFF = (
    f"""() => {{
  const isForEars = {_FOR_EARS_ALONE};"""
    + """
  const cut = [];
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const text = words.currentNode;
    const parent = text.parentElement;
    if (!text.data.trim() || !parent.checkVisibility() || parent.closest('.kern-sr-only, .nw-skip, svg')) continue;
    if (isForEars(parent)) continue;
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
)


_OVERLAPPING = (
    f"""() => {{
  const isForEars = {_FOR_EARS_ALONE};"""
    + """
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
    if (!words.currentNode.data.trim() || parent.closest(aside) || !seen(parent) || isForEars(parent)) continue;
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
)


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
    """All of the three, asked in one go."""
    found: list[str] = await page.evaluate(f"() => [{_TOO_WIDE}, {_CUT_OFF}, {_OVERLAPPING}].flatMap((ask) => ask())")
    return found


async def amiss_at_any_width(page: Page) -> list[str]:
    """The page as it stands, on phones and with letters of twice the size on a wide screen."""
    found: list[str] = []
    for width in (PHONE, NARROW):
        await page.set_viewport_size({"width": width, "height": 900})
        found += [f"at {width}: {what}" for what in await amiss(page)]
    await page.set_viewport_size({"width": WIDE, "height": 900})
    await page.evaluate("() => { document.documentElement.style.fontSize = '200%' }")
    return found + [f"in large letters: {what}" for what in await amiss(page)]
