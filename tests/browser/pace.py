"""A person's pace: how long somebody needs who knows what to press, on a line that is slow.

The Keystroke-Level Model (Card, Moran and Newell, Communications of the ACM 23, 1980) gives seconds to acts; what the
pages take to come is measured and stands beside it.
"""

import time

from playwright.async_api import Locator, Page

from tests.browser.hands import Mouse

KEY = 0.28
"""One key of somebody who types 40 words a minute."""

POINT = 1.1
"""To a target, and pressing there."""

THINK = 1.35
"""Before each act that has to be decided on."""

_SLOW_3G = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
"""Chromium's own 'Slow 3G': 400 kbit/s, 400 ms; throughput in bytes a second."""


class Pace(Mouse):
    """A mouse that adds up what a person needs: `acting` by the model, `waiting` as it was seen; in seconds."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.acting = 0.0
        self.waiting = 0.0
        self.presses = 0

    async def press(self, target: Locator) -> None:
        """Decides, points, presses, and waits until what follows is there."""
        self.acting += THINK + POINT
        self.presses += 1
        started = time.perf_counter()
        await target.click()
        await self.page.wait_for_load_state("domcontentloaded")
        self.waiting += time.perf_counter() - started

    async def tick(self, target: Locator) -> None:
        await self.press(target)

    async def write(self, target: Locator, text: str) -> None:
        """Decides, points, and types."""
        self.acting += THINK + POINT + len(text) * KEY
        await target.fill(text)

    async def open(self, address: str) -> None:
        self.acting += THINK + POINT
        started = time.perf_counter()
        await self.page.goto(address, wait_until="domcontentloaded")
        self.waiting += time.perf_counter() - started


async def on_a_slow_line(page: Page) -> None:
    """Everything that this page loads from now on comes slowly."""
    wire = await page.context.new_cdp_session(page)
    await wire.send("Network.enable")
    await wire.send("Network.emulateNetworkConditions", _SLOW_3G)
