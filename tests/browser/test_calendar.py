"""The calendar of a space: bookings are made, moved, made longer, cancelled: by mouse, by key, without scripts."""

import re

from playwright.async_api import Locator, Page, expect

from tests.browser.addresses import TOMORROW
from tests.browser.visitors import Visitors

CALENDAR = "/theke/regiohub-polch/kalender"
THAT_DAY = f"{CALENDAR}?tag={TOMORROW}&art=parking"
"""Nobody else's test books parking places."""


async def booked(page: Page, place: int, opens: str, closes: str) -> None:
    """A parking place for somebody at the desk, by the forms that the calendar leads to."""
    free = page.get_by_role("link", name=f"Parkplatz {place}, ")
    address = await free.first.get_attribute("href")
    assert address is not None
    await page.goto(re.sub(r"von=[\d:]+&bis=[\d:]+", f"von={opens}&bis={closes}", address))
    await page.get_by_label("Name oder Telefon").fill("schmitz")
    await page.get_by_role("button", name="Person suchen").click()
    await page.locator(".nw-lines a").first.click()
    if await page.get_by_label("Hausordnung vorgelesen").count():
        await page.get_by_label("Hausordnung vorgelesen").check()
    await page.get_by_role("button", name="Platz buchen").click()
    await expect(page.get_by_role("status")).to_contain_text("Gebucht")
    await page.goto(THAT_DAY)


def bar(page: Page, place: int) -> Locator:
    return page.locator(f'.nw-grid tr[data-said="Parkplatz {place}"] .nw-bar')


async def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    await page.mouse.move(*start)
    await page.mouse.down()
    await page.mouse.move(start[0] + 8, start[1])
    await page.mouse.move(*end, steps=4)
    await page.mouse.up()


async def middle(of: Locator) -> tuple[float, float]:
    left, top, width, height = await box(of)
    return left + width / 2, top + height / 2


async def box(of: Locator) -> tuple[float, float, float, float]:
    """Where it lies once nothing moves any more: left, top, width, height."""
    await of.page.wait_for_load_state("load")
    await of.page.evaluate("document.fonts.ready")
    found = await of.bounding_box()
    assert found is not None
    return found["x"], found["y"], found["width"], found["height"]


async def test_by_drag_and_by_key(visitors: Visitors) -> None:
    async with visitors.visitor("operator") as (page, seen):
        await page.goto(THAT_DAY)
        await drag(
            page,
            await middle(page.get_by_label("Parkplatz 1, 8–8:30 Uhr, frei")),
            await middle(page.get_by_label("Parkplatz 1, 9:30–10 Uhr, frei")),
        )
        await expect(page.get_by_label("Von")).to_have_value("08:00")
        await expect(page.get_by_label("Bis")).to_have_value("10:00")
        await page.goto(THAT_DAY)
        await booked(page, 1, "08:00", "10:00")

        start = await middle(bar(page, 1))
        down = await middle(page.get_by_label("Parkplatz 2, 8–8:30 Uhr, frei"))
        await drag(page, start, (start[0], down[1]))
        await expect(page.locator("#frage")).to_contain_text("jetzt Parkplatz 2, Mi., 25. November, 8–10 Uhr")
        await page.keyboard.press("Escape")
        await expect(page.locator("#ablegen")).to_be_hidden()
        await drag(page, start, (start[0], down[1]))
        await page.get_by_role("button", name="Verschieben").click()
        await expect(page.get_by_role("status").first).to_contain_text("Verschoben.")

        await page.goto(THAT_DAY)
        left, top, width, height = await box(bar(page, 2))
        end = (left + width - 5, top + height / 2)
        await drag(page, end, (await middle(page.get_by_label("Parkplatz 2, 10:30–11 Uhr, frei")))[:1] + end[1:])
        await expect(page.locator("#frage")).to_contain_text("jetzt Parkplatz 2, Mi., 25. November, 8–11 Uhr")
        await page.get_by_role("button", name="Verschieben").click()

        await bar(page, 2).focus()
        for key in ("Space", "ArrowRight", "ArrowUp"):
            await page.keyboard.press(key)
        await expect(page.locator("#ansage")).to_contain_text("Parkplatz 1, Mi., 25. November, 8:30–11:30 Uhr")
        for key in ("Shift+ArrowLeft", "Enter", "Enter"):
            await page.keyboard.press(key)
        await expect(bar(page, 1)).to_contain_text("8:30–11 Uhr")

        await bar(page, 1).focus()
        await page.keyboard.press("ArrowRight")
        for key in ("Space", "ArrowRight", "Enter"):
            await page.keyboard.press(key)
        await expect(page.get_by_label("Von")).to_have_value("11:00")
        await expect(page.get_by_label("Bis")).to_have_value("12:00")

        await page.goto(THAT_DAY)
        await drag(page, await middle(bar(page, 1)), (640, 890))
        await expect(page).to_have_url(re.compile("/kalender/buchungen/.*#absagen"))
        await page.get_by_role("button", name="Absagen").click()
        await expect(page.get_by_role("status").first).to_contain_text("Abgesagt.")
        await expect(bar(page, 1)).to_have_count(0)
        assert not seen.complaints


async def test_without_scripts(visitors: Visitors) -> None:
    async with visitors.visitor("frontdesk", scripts=False) as (page, seen):
        await page.goto(THAT_DAY)
        await booked(page, 3, "13:00", "15:00")
        await bar(page, 3).click()
        await page.get_by_role("link", name="Verschieben").click()
        await page.get_by_label("Von", exact=True).fill("14:00")
        await page.get_by_label("Bis", exact=True).fill("16:00")
        await page.get_by_role("button", name="Verschieben").click()
        await page.goto(THAT_DAY)
        await expect(bar(page, 3)).to_contain_text("14–16 Uhr")
        await bar(page, 3).click()
        await page.get_by_role("button", name="Absagen").click()
        await expect(bar(page, 3)).to_have_count(0)
        await page.get_by_role("link", name="Woche", exact=True).click()
        await expect(
            page.get_by_role("link", name=re.compile("Parkplatz 3, Mi 25. November, 13–.*frei"))
        ).to_be_visible()
        assert not seen.complaints
