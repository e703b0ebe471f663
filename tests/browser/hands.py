"""How somebody works a page: by mouse or by keyboard alone; and what is done where a booking has its price."""

import re

from playwright.async_api import Locator, Page, expect


class Mouse:
    """Points and clicks."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def press(self, target: Locator) -> None:
        await target.click()

    async def tick(self, target: Locator) -> None:
        await target.check()

    async def write(self, target: Locator, text: str) -> None:
        await target.fill(text)

    async def open(self, address: str) -> None:
        """Follows a link that stands elsewhere: a bookmark, a mail."""
        await self.page.goto(address)


class Keyboard(Mouse):
    """Tab, Enter, space and letters; never a pointer."""

    async def press(self, target: Locator) -> None:
        await self._reach(target)
        await self.page.keyboard.press("Enter")

    async def tick(self, target: Locator) -> None:
        await self._reach(target)
        await self.page.keyboard.press("Space")

    async def write(self, target: Locator, text: str) -> None:
        await self._reach(target)
        await self.page.keyboard.press("ControlOrMeta+A")
        await self.page.keyboard.type(text)

    async def _reach(self, target: Locator) -> None:
        """Presses Tab until the target has the focus, which has to be seen."""
        await expect(target).to_be_visible()
        for _ in range(150):
            if await target.evaluate("(element) => element === document.activeElement"):
                assert await target.evaluate("(element) => element.matches(':focus-visible')"), target
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"no Tab leads to {target}")


async def agree_and_pay(page: Page, hand: Mouse, price: str) -> None:
    """Reads the price, makes the two statements of a consumer, and books."""
    form = page.locator("form", has=page.get_by_role("button", name="Zahlungspflichtig buchen"))
    await expect(form).to_contain_text(re.compile(rf"{price}\s+(inkl\. MwSt\.|umsatzsteuerfrei)"))
    for statement in ("bevor die Widerrufsfrist von 14 Tagen vorbei ist", "mein Widerrufsrecht erlischt"):
        await hand.tick(form.get_by_role("checkbox", name=re.compile(statement)))
    await hand.press(form.get_by_role("button", name="Zahlungspflichtig buchen"))
