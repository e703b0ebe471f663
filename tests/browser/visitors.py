"""People at a browser: signed in or not, with a wide screen or a phone, with or without scripts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.async_api import Browser, ConsoleMessage, Page, Request, StorageState

from app.demo.cast import PASSWORD

WIDE, PHONE, NARROW = 1280, 390, 320
_HEIGHT = 900
_TALL = 844
"""Of a telephone."""
PATIENCE = 15_000  # milliseconds; a machine may be busy

_NOTE_VIOLATIONS = """
document.addEventListener('securitypolicyviolation', (event) => {
  console.error(`policy: ${event.violatedDirective} refuses ${event.blockedURI} ${event.sample}`);
});
"""
_IN_THE_MARKUP = """() => [
  ...document.querySelectorAll('[style]'), ...document.querySelectorAll('style, script:not([src])'),
  ...[...document.querySelectorAll('*')].filter((e) => [...e.attributes].some((a) => /^(on|hx-on)/.test(a.name))),
].map((element) => element.outerHTML.slice(0, 200))"""


@dataclass
class Seen:
    """What a page did that no page may do."""

    address: str
    complaints: list[str] = field(default_factory=list)

    def console(self, message: ConsoleMessage) -> None:
        """A page that answers with 404 is itself an error to the console; that is its good right."""
        its_own_status = "Failed to load resource" in message.text and message.location["url"] == message.page.url
        if message.type in ("error", "warning") and not its_own_status:
            self.complaints.append(message.text)

    def request(self, request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(self.address).netloc:
            self.complaints.append(f"asks {request.url}")


class Visitors:
    """Makes visitors; whoever has signed in once stays so for all tests."""

    def __init__(self, chromium: Browser, address: str) -> None:
        self._chromium = chromium
        self._address = address
        self._signed_in: dict[str, StorageState] = {}

    def reached_at(self, address: str) -> "Visitors":
        """The same people over another line."""
        return Visitors(self._chromium, address)

    @asynccontextmanager
    async def visitor(
        self, who: str | None = None, *, width: int = WIDE, scripts: bool = True, touch: bool = False
    ) -> AsyncIterator[tuple[Page, Seen]]:
        """A page of the person with this demo account, or of nobody, and what is seen there; `touch` is a telephone."""
        if who is not None and who not in self._signed_in:
            self._signed_in[who] = await self._sign_in(who)
        context = await self._chromium.new_context(
            base_url=self._address,
            locale="de-DE",
            viewport={"width": width, "height": _TALL if touch else _HEIGHT},
            has_touch=touch,
            is_mobile=touch,
            java_script_enabled=scripts,
            storage_state=self._signed_in[who] if who else None,
        )
        context.set_default_timeout(PATIENCE)
        seen = Seen(self._address)
        context.on("console", seen.console)
        context.on("request", seen.request)
        context.on("weberror", lambda error: seen.complaints.append(str(error.error)))
        await context.add_init_script(_NOTE_VIOLATIONS)
        try:
            yield await context.new_page(), seen
        finally:
            await context.close()

    async def _sign_in(self, who: str) -> StorageState:
        async with self.visitor() as (page, _):
            await page.goto("/anmelden")
            await page.get_by_label("E-Mail-Adresse").fill(f"{who}@demo.example")
            await page.get_by_label("Passwort", exact=True).fill(PASSWORD)
            await page.locator("form.nw-form").get_by_role("button", name="Anmelden").click()
            await page.wait_for_url(lambda url: "/anmelden" not in url)
            return await page.context.storage_state()


async def inline_parts(page: Page) -> list[str]:
    """Styles and scripts in the page's own markup."""
    found: list[str] = await page.evaluate(_IN_THE_MARKUP)
    return found
