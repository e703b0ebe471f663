"""Without a connection one's own week and next booking are readable, on this device, until one signs out."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
from playwright.async_api import BrowserContext, Error, Page, expect

from app.demo.cast import PASSWORD
from tests.browser.addresses import MEMBER, OPERATOR, Site
from tests.browser.bad_line import BadLine
from tests.browser.hands import Mouse, agree_and_pay
from tests.browser.visitors import PATIENCE, PHONE, Visitors

_KEPT = """async () => {
  const kept = [];
  for (const name of (await caches.keys()).filter((name) => name.startsWith('kept-'))) {
    kept.push(...(await (await caches.open(name)).keys()).map((request) => new URL(request.url).pathname));
  }
  return kept.sort();
}"""
_LEFT = """async () => [
  ...await caches.keys(), ...(await navigator.serviceWorker.getRegistrations()).map((worker) => worker.scope),
]"""
AS_OF = "Stand Di 24. November, 19:00 Uhr, ohne Verbindung."


@asynccontextmanager
async def signed_in(visitors: Visitors, who: str = MEMBER) -> AsyncIterator[Page]:
    """Somebody on a phone, in a session of one's own, whose week has been kept."""
    async with visitors.visitor(width=PHONE) as (page, _):
        await sign_in(page, who)
        await becomes(page, _KEPT, lambda kept: len(kept) == 4)
        yield page


async def sign_in(page: Page, who: str) -> None:
    await page.goto("/anmelden?weiter=/konto")
    await page.get_by_label("E-Mail-Adresse").fill(f"{who}@demo.example")
    await page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    await page.locator("form.nw-form").get_by_role("button", name="Anmelden").click()
    await page.wait_for_url("**/konto")


async def becomes(page: Page, question: str, wanted: Callable[[list[str]], bool]) -> list[str]:
    """The answer to the question, as soon as it is what is wanted."""
    for _ in range(PATIENCE // 50):
        answer: list[str] = await page.evaluate(question)
        if wanted(answer):
            return answer
        await page.wait_for_timeout(50)
    raise AssertionError(f"it stays at {answer}")


@asynccontextmanager
async def offline(context: BrowserContext) -> AsyncIterator[None]:
    await context.set_offline(True)
    yield
    await context.set_offline(False)


async def test_the_week_and_the_next_booking_are_readable_and_nothing_else_is_kept(visitors: Visitors) -> None:
    async with signed_in(visitors) as page:
        [booking, *more] = await page.evaluate(_KEPT)
        assert booking.startswith("/buchungen/")
        assert more == [f"{booking}/zettel", "/offline", "/woche"]
        missing: list[str] = []
        page.on("requestfailed", lambda request: missing.append(request.url))
        async with offline(page.context):
            await page.goto("/woche")
            await expect(page.get_by_role("heading", level=1)).to_have_text("Meine Woche")
            await expect(page.locator("#ohne-verbindung")).to_contain_text(AS_OF)
            await page.locator(".nw-next h2 a").click()
            await expect(page).to_have_url(re.compile(f"{booking}$"))
            await expect(page.locator("#ohne-verbindung")).to_contain_text(AS_OF)
            await page.goto(f"{booking}/zettel")
            await expect(page.locator("#ohne-verbindung")).to_contain_text(AS_OF)
            await expect(page.get_by_role("main")).to_contain_text("Notruf 112")
            assert not missing, "styles, letters and icons are there as well"


async def test_other_addresses_say_that_there_is_no_connection_and_whom_to_call(visitors: Visitors) -> None:
    async with signed_in(visitors) as page:
        async with offline(page.context):
            await page.goto("/plaetze?ort=Polch")
            await expect(page.get_by_role("heading", level=1)).to_have_text("Keine Verbindung")
            await expect(page.get_by_role("main").get_by_role("link", name="0221 4710 100")).to_be_visible()
            await page.goto("/woche")
            await page.get_by_role("link", name="Nächste Woche").click()
            await expect(page.get_by_role("heading", level=1)).to_have_text("Keine Verbindung")
        await page.get_by_role("link", name="Noch einmal versuchen").click()
        await expect(page).to_have_url(re.compile("woche=2026-W49"))
        await expect(page.get_by_role("heading", level=1)).to_have_text("Meine Woche")


async def test_a_line_on_which_nothing_comes_through_counts_as_none(site: Site, visitors: Visitors) -> None:
    async with BadLine(site.address) as line, signed_in(visitors.reached_at(line.address)) as page:
        line.stall()
        await page.goto("/woche", wait_until="commit")
        await expect(page.locator("#ohne-verbindung")).to_contain_text(AS_OF)
        line.flow()
        await page.goto("/woche")
        await expect(page.locator("#ohne-verbindung")).to_be_hidden()


async def test_signing_out_deletes_everything(visitors: Visitors) -> None:
    async with signed_in(visitors) as page:
        await page.get_by_role("button", name="Abmelden").first.click()
        await page.wait_for_url("**/anmelden**")
        assert await page.evaluate(_LEFT) == []
        async with offline(page.context):
            with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):
                await page.goto("/woche")


async def test_a_session_that_has_ended_takes_its_copies_with_it(visitors: Visitors) -> None:
    async with signed_in(visitors) as page:
        await page.context.clear_cookies(name="session")
        await page.goto("/woche")
        await expect(page).to_have_url(re.compile("/anmelden"))
        await becomes(page, _LEFT, lambda left: not left)


async def test_somebody_else_finds_nothing_of_the_person_before(visitors: Visitors) -> None:
    """Even where the browser never saw that the first one went."""
    async with visitors.visitor(OPERATOR) as (other, _):
        cookies = await other.context.cookies()
    async with signed_in(visitors) as page:
        [booking, *_] = await page.evaluate(_KEPT)
        await page.context.add_cookies([cookie for cookie in cookies if cookie["name"] == "session"])  # type: ignore[misc]
        await page.goto("/konto")
        await becomes(page, _KEPT, lambda kept: booking not in kept and "/offline" in kept)
        async with offline(page.context):
            await page.goto(booking)
            await expect(page.get_by_role("heading", level=1)).to_have_text("Keine Verbindung")


async def test_for_nobody_nothing_is_kept(visitors: Visitors) -> None:
    async with visitors.visitor(width=PHONE) as (page, _):
        await page.goto("/plaetze?ort=Polch")
        await page.goto("/")
        await page.wait_for_timeout(300)
        assert await page.evaluate(_LEFT) == []


async def test_a_booking_that_was_cancelled_is_not_kept_any_longer(visitors: Visitors) -> None:
    """The week is kept anew after every change, without being looked at."""
    async with visitors.visitor(width=PHONE) as (page, _):
        await sign_in(page, "guest")
        await page.goto("/buchen?standort=regiohub-mayen&art=desk&tag=2026-11-25&zeit=vormittag")
        await agree_and_pay(page, Mouse(page), r"10,00\s€")
        await page.wait_for_url("**neu=1")
        booking = urlsplit(page.url).path
        await becomes(page, _KEPT, lambda kept: booking in kept)
        await page.get_by_role("link", name="Absagen").click()
        await page.get_by_role("button", name="Absagen").click()
        await page.wait_for_url("**abgesagt=1")
        await becomes(page, _KEPT, lambda kept: booking not in kept)
