"""A page with axe-core in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import product
from pathlib import Path
from typing import Any

from playwright.async_api import Page, Response

from tests.browser.visitors import PHONE, WIDE, Seen, Visitors

_AXE = Path(__file__).parent / "axe" / "axe.min.js"
_RUN = """() => axe.run({
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'],
})"""
LOOKS = tuple(product((WIDE, PHONE), ("light", "dark")))


@asynccontextmanager
async def under_examination(visitors: Visitors, who: str | None = None) -> AsyncIterator[tuple[Page, Seen]]:
    """A page that has axe in it wherever it goes."""
    async with visitors.visitor(who) as (page, seen):
        await page.add_init_script(path=_AXE)
        yield page, seen


async def findings(page: Page) -> list[str]:
    """What axe finds on the page, a line for each thing and place."""
    result: dict[str, Any] = await page.evaluate(_RUN)
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


async def look_at(page: Page, address: str, width: int, scheme: str) -> Response:
    """Opens it. Colours change at once, so that axe sees none on its way."""
    await page.set_viewport_size({"width": width, "height": 900})
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    answer = await page.goto(address)
    assert answer is not None
    return answer
