"""The floor plan editor with as many desks as a large hall has: what a move of one costs does not grow with them."""

from playwright.async_api import Page

from tests.browser.test_plan_editor import at, drag, new_floor, sheet
from tests.browser.visitors import Visitors

DESKS = 150

_FILL = """(count) => {
  sheet.drawing.width = 2400;
  sheet.drawing.height = 1600;
  for (let n = 0; n < count; n += 1) {
    about.resources[`halle-${n}`] = { name: `H${n}`, kind: 'desk', elsewhere: 0 };
    sheet.places[`halle-${n}`] = {
      x: 60 + (n % 15) * 150, y: 60 + Math.floor(n / 15) * 140, width: 93, height: 47, rotation: 0,
    };
  }
  draw();
}"""
_WATCH = """() => {
  window.touched = 0;
  window.watch = new MutationObserver((changes) => { window.touched += changes.length; });
  window.watch.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
}"""
_STEPS = 40


async def touched(page: Page, start: tuple[int, int], end: tuple[int, int]) -> int:
    """How many things on the page change for each step of a drag."""
    first, last = await at(page, *start), await at(page, *end)
    await page.mouse.move(*first)
    await page.mouse.down()
    await page.mouse.move(first[0] + 2, first[1] + 2)
    await page.evaluate(_WATCH)
    await page.mouse.move(*last, steps=_STEPS)
    count: int = await page.evaluate("window.touched")
    await page.mouse.up()
    return count // _STEPS


async def test_a_drag_touches_no_more_with_150_desks_than_with_three(visitors: Visitors) -> None:
    async with visitors.visitor("network") as (page, seen):
        counts = []
        for desks in (3, DESKS):
            await new_floor(page, f"Halle {desks}")
            await page.evaluate(_FILL, desks)
            await page.get_by_role("button", name="Auswählen").click()
            counts.append(await touched(page, (100, 80), (240, 170)))
        places = (await sheet(page))["places"]
        assert isinstance(places, dict)
        assert len(places) == DESKS
        assert places["halle-0"] != {"x": 60, "y": 60, "width": 93, "height": 47, "rotation": 0}
        assert counts[1] <= counts[0] + 2, counts
        await drag(page, (240, 170), (100, 80))
        assert not seen.complaints
