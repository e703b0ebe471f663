"""The calendar of a space: bookings are made, moved, made longer, cancelled and time is blocked.

By mouse, by finger, by key and without scripts; and what one desk does the other sees at once.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from playwright.async_api import Locator, Page, expect

from tests.browser.addresses import TOMORROW
from tests.browser.visitors import PHONE, Visitors

CALENDAR = "/theke/regiohub-polch/kalender"
THAT_DAY = f"{CALENDAR}?tag={TOMORROW}&art=parking"
"""Nobody else's test books parking places; each test here has its own."""


async def booked(page: Page, place: int, opens: str, closes: str) -> None:
    """A parking place for somebody at the desk, by the forms that the calendar leads to."""
    place_id = await row(page, place).get_attribute("data-place")
    await page.goto(f"{CALENDAR}/neu?platz={place_id}&am={TOMORROW}&von={opens}&bis={closes}")
    await found_and_booked(page)


async def found_and_booked(page: Page) -> None:
    """The time that stands in the form, for somebody who is looked for."""
    await page.get_by_label("Name oder Telefon").fill("schmitz")
    await page.get_by_label("Name oder Telefon").press("Enter")
    await page.locator(".nw-lines a").first.press("Enter")
    if await page.get_by_label("Hausordnung vorgelesen").count():
        await page.get_by_label("Hausordnung vorgelesen").press("Space")
    await page.get_by_role("button", name="Platz buchen").press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Gebucht")
    await page.goto(THAT_DAY)


def row(page: Page, place: int) -> Locator:
    return page.locator(f'.nw-grid tr[data-said="Parkplatz {place}"]')


def bar(page: Page, place: int) -> Locator:
    return row(page, place).locator(".nw-bar")


def listed(page: Page, place: int) -> Locator:
    """What a phone shows of the place, in turn."""
    return page.locator(f'.nw-cal-list [data-said="Parkplatz {place}"] li > *')


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
    await of.hover(trial=True)
    found = await of.bounding_box()
    assert found is not None
    return found["x"], found["y"], found["width"], found["height"]


async def confirmed(page: Page, question: str) -> None:
    """Reads what is asked, and says yes."""
    await expect(page.locator("#frage")).to_contain_text(question)
    async with page.expect_event("load"):
        await page.locator("#ablegen").get_by_role("button", name="Verschieben").click()
    await expect(page.get_by_role("status").first).to_contain_text("Verschoben.")


async def test_by_drag_while_another_desk_looks_on(visitors: Visitors) -> None:
    async with visitors.visitor("operator") as (page, seen), visitors.visitor("frontdesk") as (other, seen_there):
        await page.goto(THAT_DAY)
        await other.goto(THAT_DAY)
        await drag(
            page,
            await middle(page.get_by_label("Parkplatz 1, 8–8:30 Uhr, frei")),
            await middle(page.get_by_label("Parkplatz 1, 9:30–10 Uhr, frei")),
        )
        await expect(page.get_by_label("Von")).to_have_value("08:00")
        await expect(page.get_by_label("Bis")).to_have_value("10:00")
        await other.get_by_label("Parkplatz 1, 8:30–9 Uhr, frei").focus()
        await found_and_booked(page)
        await expect(bar(other, 1)).to_be_visible()
        assert await other.evaluate("document.activeElement.closest('tr')?.dataset.said") == "Parkplatz 1"

        start = await middle(bar(page, 1))
        down = await middle(page.get_by_label("Parkplatz 2, 8–8:30 Uhr, frei"))
        await drag(page, start, (start[0], down[1]))
        await expect(page.locator("#frage")).to_contain_text("jetzt Parkplatz 2, Mi., 25. November, 8–10 Uhr")
        await page.keyboard.press("Escape")
        await expect(page.locator("#ablegen")).to_be_hidden()
        await drag(page, start, (start[0], down[1]))
        await page.get_by_role("button", name="später").click()
        await confirmed(page, "jetzt Parkplatz 2, Mi., 25. November, 8:30–10:30 Uhr")
        await expect(bar(other, 2)).to_contain_text("8:30–10:30 Uhr")

        left, top, width, height = await box(bar(page, 2))
        end = (left + width - 5, top + height / 2)
        await drag(page, end, (await middle(page.get_by_label("Parkplatz 2, 11–11:30 Uhr, frei")))[:1] + end[1:])
        await confirmed(page, "jetzt Parkplatz 2, Mi., 25. November, 8:30–11:30 Uhr")
        await drag(page, await middle(bar(page, 2)), (640, 890))
        await expect(page).to_have_url(re.compile("/kalender/buchungen/.*#absagen"))
        await page.get_by_role("button", name="Absagen").click()
        await expect(page.get_by_role("status").first).to_contain_text("Abgesagt.")
        await expect(bar(other, 2)).to_have_count(0)
        assert not seen.complaints
        assert not seen_there.complaints


async def test_by_key(visitors: Visitors) -> None:
    async with visitors.visitor("operator") as (page, seen):

        async def press(*keys: str) -> None:
            for key in keys:
                await page.keyboard.press(key)

        await page.goto(THAT_DAY)
        await page.get_by_label("Parkplatz 3, 8–8:30 Uhr, frei").focus()
        await press("Space", "ArrowRight", "ArrowRight", "ArrowRight", "Enter")
        await expect(page.get_by_label("Von")).to_have_value("08:00")
        await expect(page.get_by_label("Bis")).to_have_value("10:00")
        await found_and_booked(page)
        await bar(page, 3).focus()
        await press("Space", "ArrowRight", "ArrowDown")
        await expect(page.locator("#ansage")).to_contain_text("Parkplatz 4, Mi., 25. November, 8:30–10:30 Uhr")
        await press("Shift+ArrowLeft", "Enter", "Enter")
        await expect(bar(page, 4)).to_contain_text("8:30–10 Uhr")

        await bar(page, 4).focus()
        await press("ArrowRight", "Space", "ArrowRight", "Enter")
        await expect(page.get_by_label("Von")).to_have_value("10:00")
        await expect(page.get_by_label("Bis")).to_have_value("11:00")
        await page.get_by_role("link", name="Diese Zeit sperren").focus()
        await press("Enter")
        await blocked(page)

        await page.goto(THAT_DAY)
        await expect(bar(page, 4).nth(1)).to_contain_text("Gesperrt: Heizung")
        await bar(page, 4).first.focus()
        await press("Delete")
        await expect(page).to_have_url(re.compile("/kalender/buchungen/.*#absagen"))
        await page.get_by_role("button", name="Absagen").focus()
        await press("Enter")
        await expect(bar(page, 4)).to_have_count(1)
        assert not seen.complaints


async def blocked(page: Page) -> None:
    """Says why, looks at what is affected, and blocks."""
    await page.get_by_label("Grund", exact=True).fill("Heizung")
    await page.get_by_label("Grund", exact=True).press("Enter")
    await page.get_by_role("button", name="Zeit sperren").press("Enter")
    await page.wait_for_url(re.compile("getan="))


@asynccontextmanager
async def a_finger(page: Page) -> AsyncIterator[Callable[..., Awaitable[None]]]:
    """What a finger does on the screen: touchStart, touchMove, touchEnd, and where."""
    chromium = await page.context.new_cdp_session(page)

    async def touch(what: str, *where: float) -> None:
        points = [{"x": where[0], "y": where[1]}] if where else []
        await chromium.send("Input.dispatchTouchEvent", {"type": what, "touchPoints": points})

    yield touch
    await chromium.detach()


async def test_by_finger_on_a_phone(visitors: Visitors) -> None:
    async with visitors.visitor("frontdesk", width=PHONE, touch=True) as (page, seen), a_finger(page) as touch:
        await page.goto(THAT_DAY)
        await booked(page, 1, "14:00", "16:00")
        mine = listed(page, 1).filter(has_text="14–16 Uhr")
        lifted = page.locator(".nw-cal-list .nw-cal-lifted")
        await mine.evaluate("bar => bar.scrollIntoView({ block: 'center', behavior: 'instant' })")

        x, y = await middle(mine)
        half_hour = (await box(mine))[2] / await row(page, 1).locator("td").evaluate_all(
            "cells => cells.reduce((columns, cell) => columns + cell.colSpan, 0)"
        )
        await touch("touchStart", x, y)
        await expect(lifted).to_have_count(1)
        await touch("touchMove", x - 2 * half_hour, y)
        await expect(page.locator("#vorschau")).to_have_text("Parkplatz 1, Mi., 25. November, 13–15 Uhr")
        down = (await middle(listed(page, 2).first))[1]
        await touch("touchMove", x - 2 * half_hour, down)
        await expect(page.locator("#vorschau")).to_have_text("Parkplatz 2, Mi., 25. November, 13–15 Uhr")
        await touch("touchEnd")
        await page.locator("#ablegen").get_by_role("button", name="länger").tap()
        await confirmed(page, "jetzt Parkplatz 2, Mi., 25. November, 13–15:30 Uhr")

        mine = listed(page, 2).filter(has_text="13–15:30 Uhr")
        await mine.evaluate("bar => bar.scrollIntoView({ block: 'center', behavior: 'instant' })")
        await touch("touchStart", *await middle(mine))
        await expect(lifted).to_have_count(1)
        await touch("touchEnd")
        await expect(page.locator("#frage")).to_contain_text("Auf die neue freie Zeit tippen.")
        await expect(page.locator("#ablegen").get_by_role("button", name="Verschieben")).to_be_hidden()
        await listed(page, 1).filter(has_text="frei").first.tap()
        await expect(page.locator("#frage")).to_contain_text("jetzt Parkplatz 1, Mi., 25. November, 13–15:30 Uhr")
        await listed(page, 2).filter(has_text="frei").last.tap()
        await confirmed(page, "jetzt Parkplatz 2, Mi., 25. November, 15:30–18 Uhr")
        await listed(page, 2).filter(has_text="15:30–18 Uhr").tap()
        await expect(page).to_have_url(re.compile("/kalender/buchungen/"))
        assert not seen.complaints


async def test_without_scripts(visitors: Visitors) -> None:
    async with visitors.visitor("operator", scripts=False) as (page, seen):
        await page.goto(THAT_DAY)
        await booked(page, 3, "13:00", "15:00")
        await bar(page, 3).click()
        await page.get_by_role("link", name="Verschieben").click()
        await page.get_by_label("Von", exact=True).fill("14:00")
        await page.get_by_label("Bis", exact=True).fill("16:00")
        await page.get_by_role("button", name="Verschieben").click()
        await expect(page.get_by_role("status").first).to_contain_text("Verschoben.")
        await expect(bar(page, 3)).to_contain_text("14–16 Uhr")
        await bar(page, 3).click()
        await page.get_by_role("button", name="Absagen").click()
        await expect(bar(page, 3)).to_have_count(0)
        await page.get_by_role("link", name="Woche", exact=True).click()
        await expect(
            page.get_by_role("link", name=re.compile("Parkplatz 3, Mi 25. November, 13–.*frei"))
        ).to_be_visible()
        await page.goto(THAT_DAY)
        await page.get_by_label("Parkplatz 3, 16–16:30 Uhr, frei").click()
        await page.get_by_role("link", name="Diese Zeit sperren").click()
        await blocked(page)
        await page.goto(THAT_DAY)
        await expect(bar(page, 3)).to_contain_text("Gesperrt: Heizung")
        assert not seen.complaints
