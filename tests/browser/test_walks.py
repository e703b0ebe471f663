"""Timed walks on a slow line: what somebody needs for a first booking, and a front desk on the telephone.

Seconds of clicks and typing follow the Keystroke-Level Model; what the line takes is measured and printed beside them.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Page, expect

from tests.browser.hands import Keyboard, Mouse, agree_and_pay
from tests.browser.pace import Pace, on_a_slow_line
from tests.browser.visitors import PHONE, WIDE, Visitors

FIRST_BOOKING, TELEPHONE_BOOKING = 60, 40
"""Seconds of clicks and typing at most."""


@asynccontextmanager
async def walk(visitors: Visitors, who: str | None, width: int) -> AsyncIterator[tuple[Page, Pace]]:
    """Somebody at a slow line, whose pace is taken and printed."""
    async with visitors.visitor(who, width=width) as (page, seen):
        page.set_default_timeout(60_000)
        await on_a_slow_line(page)
        pace = Pace(page)
        yield page, pace
        print(f"{pace.presses} presses, {pace.acting:.1f} s of clicks and typing, {pace.waiting:.1f} s of waiting")
        assert not seen.complaints


async def link_in_mail(page: Page, to: str) -> str:
    """Where the button of the latest mail to this address leads, as a path."""
    for _ in range(100):
        await page.goto("/dev/mail")
        mail = page.locator("li", has_text=to).get_by_role("link")
        if await mail.count():
            await mail.first.click()
            href = await page.locator(".nw-letter a[href*='/buchen/']").first.get_attribute("href")
            assert href is not None
            return href
        await page.wait_for_timeout(50)
    raise AssertionError(f"no mail to {to}")


async def book_for_the_first_time(page: Page, hand: Mouse, post: Page, name: str) -> None:
    """From the first page to the done page where many desks are free; the mail is read on another device (`post`)."""
    address = f"{name.split(maxsplit=1)[0].lower()}@neu.example"
    await hand.write(page.get_by_label("Ort oder Postleitzahl"), "56727")
    await hand.press(page.get_by_role("button", name="Suchen"))
    await hand.press(page.get_by_role("link", name="RegioHub Mayen", exact=True))
    await hand.press(page.get_by_role("button", name="Auswahl prüfen"))
    await hand.write(page.get_by_label("Name", exact=True), name)
    await hand.write(page.get_by_label("E-Mail-Adresse"), address)
    await hand.tick(page.get_by_role("checkbox", name=re.compile("Hausordnung")))
    await hand.press(page.get_by_role("button", name=re.compile("15 Minuten halten")))
    await expect(page.get_by_role("main")).to_contain_text("für Sie gehalten")
    await hand.open(await link_in_mail(post, address))
    await agree_and_pay(page, hand, r"17,00\s€")
    await expect(page.get_by_role("status").first).to_contain_text("Gebucht")


async def test_a_newcomer_books_for_the_first_time(visitors: Visitors) -> None:
    async with visitors.visitor() as (post, _), walk(visitors, None, PHONE) as (page, pace):
        await pace.open("/")
        await book_for_the_first_time(page, pace, post, "Henrike Neu")
    assert pace.acting < FIRST_BOOKING


@pytest.mark.parametrize(("hand", "scripts"), [(Keyboard, True), (Mouse, False)], ids=["keyboard", "no scripts"])
async def test_a_newcomer_needs_neither_mouse_nor_scripts(visitors: Visitors, hand: type[Mouse], scripts: bool) -> None:
    async with visitors.visitor() as (post, _), visitors.visitor(scripts=scripts) as (page, seen):
        await page.goto("/")
        await book_for_the_first_time(page, hand(page), post, "Tabea Neu" if scripts else "Sina Neu")
    assert not seen.complaints


async def test_a_front_desk_books_for_a_caller(visitors: Visitors) -> None:
    """Somebody without e-mail, never seen before, for tomorrow morning."""
    async with walk(visitors, "frontdesk", WIDE) as (page, pace):
        await page.goto("/theke/regiohub-polch")
        await pace.press(page.get_by_role("link", name="Gäste").first)
        await pace.press(page.get_by_role("link", name="Neue Person").first)
        await pace.write(page.get_by_label("Name", exact=True), "Alwine Thelen")
        await pace.write(page.get_by_role("textbox", name=re.compile("^Telefon")), "02654 8812")
        await pace.press(page.get_by_role("button", name="Person eintragen"))
        await pace.tick(page.get_by_role("checkbox", name=re.compile("Hausordnung")))
        await pace.press(page.get_by_role("button", name="Platz buchen"))
        await expect(page.get_by_role("alert")).to_contain_text(re.compile(r"Das kostet 19,00\s€"))
        await pace.press(page.get_by_role("button", name=re.compile(r"Platz buchen – 19,00\s€")))
        await expect(page.get_by_role("status").first).to_contain_text("Gebucht")
        await expect(page.get_by_role("link", name="Zettel drucken")).to_be_visible()
    assert pace.acting < TELEPHONE_BOOKING
