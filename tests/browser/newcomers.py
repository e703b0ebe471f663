"""Whoever comes to a page for the first time: reads it as a whole, and takes the way that it offers."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Locator, Page, expect

from tests.browser.pace import POINT, THINK, Pace

WORD = 0.25
"""One read silently, 238 a minute (Brysbaert, Journal of Memory and Language 109, 2019)."""


class Newcomer(Pace):
    """The pace of somebody at a desk; `is_new` reads whatever was never seen before."""

    def __init__(self, page: Page, *, is_new: bool = False) -> None:
        super().__init__(page)
        self.reading = 0.0
        self._is_new = is_new
        self._read: set[str] = set()

    async def press(self, target: Locator) -> None:
        await expect(target).to_be_visible(timeout=60_000)
        if self._is_new:
            await self._read_once()
        self.acting += THINK + POINT
        self.presses += 1
        await self._touch(target)

    async def _touch(self, target: Locator) -> None:
        await target.click()

    async def _read_once(self) -> None:
        """The whole main part of a page, at whatever state it is first seen."""
        path = urlsplit(self.page.url).path
        if path not in self._read:
            self._read.add(path)
            self.reading += len((await self.page.get_by_role("main").inner_text()).split()) * WORD

    async def choose_photo(self, target: Locator, photo: Path) -> None:
        """Presses the field, the album and the picture."""
        self.acting += 3 * (THINK + POINT)
        await target.set_input_files(photo)
        if await self.page.evaluate("() => matchMedia('(scripting: enabled)').matches"):
            await expect(target).to_have_js_property("value", r"C:\fakepath\bild.jpg")  # made smaller

    async def on(self, step: str) -> None:
        """Takes the way on that the page offers, which has to be this one."""
        await self.press(self.page.get_by_role("main").get_by_role("link", name=re.compile(f"^{step}$")))

    async def send(self, button: str) -> None:
        await self.press(self.page.get_by_role("main").get_by_role("button", name=button, exact=True))

    async def fill(self, **fields: str) -> None:
        """Types into the fields with these ids."""
        for name, text in fields.items():
            await self.write(self.page.locator(f"#{name}"), text)


class Thumb(Newcomer):
    """The same with a phone in the hand."""

    async def _touch(self, target: Locator) -> None:
        await target.tap()


async def open_mail(page: Page, to: str) -> None:
    """The newest mail to this address, once the worker has sent it."""
    mail = page.locator("li", has_text=to).get_by_role("link").first
    for _ in range(100):
        await page.goto("/dev/mail")
        if await mail.count():
            return await mail.click()
        await page.wait_for_timeout(50)
    raise AssertionError(f"no mail to {to}")
