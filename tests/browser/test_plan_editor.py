"""The floor plan editor in front of Chromium: by pointer and by keyboard, and without a script."""

import json
import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.addresses import TOMORROW
from tests.browser.examination import findings, under_examination
from tests.browser.visitors import PHONE, WIDE, Visitors

SPACE = "ratsstube-rhens"
FLOORS = f"/betrieb/{SPACE}/grundriss"
LAST = ("1", "2", "3")


async def new_floor(page: Page, name: str) -> str:
    """An empty floor of its own, so that nobody else's plan changes; the address of its editor."""
    await page.goto(FLOORS)
    await page.get_by_label("Name", exact=True).fill(name)
    await page.get_by_text("Mit leerer Fläche").click()
    await page.get_by_role("button", name="Etage anlegen").click()
    await page.wait_for_url("**getan=angelegt")
    return page.url.partition("?")[0]


_AT = """(svg, [x, y]) => {
  svg.scrollIntoView({ block: 'center', behavior: 'instant' });
  const matrix = svg.getScreenCTM();
  return [matrix.a * x + matrix.e, matrix.d * y + matrix.f];
}"""


async def at(page: Page, x: int, y: int) -> tuple[float, float]:
    """Where a point of the drawing is on the screen."""
    found: list[float] = await page.locator("#flaeche").evaluate(_AT, [x, y])
    return found[0], found[1]


async def drag(page: Page, start: tuple[int, int], end: tuple[int, int]) -> None:
    first, last = await at(page, *start), await at(page, *end)
    await page.mouse.move(*first)
    await page.mouse.down()
    await page.mouse.move(*last, steps=5)
    await page.mouse.up()


async def sheet(page: Page) -> dict[str, object]:
    """What would be saved now."""
    found: dict[str, object] = json.loads(await page.evaluate("JSON.stringify(sheet)"))
    return found


async def stands(page: Page, name: str) -> str:
    """What the list says of the place."""
    return await page.locator("#liste-plaetze li").filter(has=page.get_by_text(name, exact=True)).inner_text()


async def test_desks_by_pointer_and_keyboard_and_a_room_with_undo(visitors: Visitors) -> None:
    async with visitors.visitor("network") as (page, seen):
        url = await new_floor(page, "Dachgeschoss")
        await page.get_by_role("button", name="Platz setzen").click()
        await page.locator("#naechster").select_option(label="Platz 1")
        await page.mouse.click(*await at(page, 142, 131))
        assert "150 cm von links, 150 cm von oben" in await stands(page, "Platz 1")
        await page.locator("#naechster").select_option(label="Platz 2")
        await page.mouse.click(*await at(page, 400, 400))
        await page.get_by_role("button", name="Auswählen").click()
        await drag(page, (400, 400), (240, 135))
        words = await stands(page, "Platz 2")
        assert "150 cm von oben" in words, "drawn near to its neighbour's line it stands on it"

        await page.get_by_role("button", name="Platz setzen").focus()
        await page.keyboard.press("Enter")
        await page.locator("#naechster").select_option(label="Platz 3")
        await page.get_by_role("button", name="An eine freie Stelle setzen").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("#ansage")).to_contain_text("Platz 3 steht jetzt im Plan")
        await page.locator("#flaeche").focus()
        before = re.findall(r"\d+", await stands(page, "Platz 3"))
        await page.keyboard.press("ArrowRight")
        await page.keyboard.press("Shift+ArrowDown")
        after = re.findall(r"\d+", await stands(page, "Platz 3"))
        moved = [int(new) - int(old) for old, new in zip(before, after, strict=True)]
        assert (moved[1] in (7, 8), moved[2] in (37, 38)) == (True, True), "a step, and with Shift five"
        await page.keyboard.press("r")
        await expect(page.get_by_label("Drehung").last).to_have_value("90")

        await page.get_by_role("button", name="Bereich").click()
        await drag(page, (500, 300), (700, 500))
        await page.locator("#name").fill("Werkraum")
        await page.keyboard.press("Tab")
        await expect(page.locator("#liste-formen")).to_contain_text("Werkraum")
        await page.locator("#flaeche").focus()
        await page.keyboard.press("Delete")
        await expect(page.locator("#liste-formen")).not_to_contain_text("Werkraum")
        await page.get_by_role("button", name="Rückgängig").click()
        await expect(page.locator("#liste-formen")).to_contain_text("Werkraum")

        await page.get_by_role("button", name="Grundriss speichern").click()
        await page.wait_for_url("**getan=gespeichert")
        await expect(page.locator("main")).to_contain_text("Gäste sehen es ab sofort so")
        await page.goto(f"/standorte/{SPACE}?tag={TOMORROW}&zeit=ganz")
        await expect(page.locator("svg.nw-plan").nth(1)).to_contain_text("Werkraum")
        for name in LAST:
            desk = page.locator(f'svg.nw-plan >> nth=1 >> [aria-label^="Platz {name},"]')
            await expect(desk).to_have_count(1)
        await page.goto(url)
        assert not seen.complaints


async def test_what_was_not_saved_is_back_after_a_reload(visitors: Visitors) -> None:
    async with visitors.visitor("network") as (page, _):
        await new_floor(page, "Keller")
        page.on("dialog", lambda dialog: dialog.accept())
        await page.get_by_role("button", name="Bereich").focus()
        await page.keyboard.press("Enter")
        drawn = await sheet(page)
        await page.reload()
        await expect(page.locator("#ansage")).to_contain_text("Ungespeicherte Änderungen")
        assert await sheet(page) == drawn


async def test_without_a_script_a_click_sets_a_desk(visitors: Visitors) -> None:
    async with visitors.visitor("network", scripts=False) as (page, _):
        url = await new_floor(page, "Anbau")
        await page.locator("#setz-platz").select_option(label="Platz 4 (steht auf einer anderen Etage)")
        await page.get_by_role("button", name="Hier hinsetzen").click(position={"x": 300, "y": 231})
        await page.wait_for_url("**getan=gespeichert**")
        assert "390 cm von links, 300 cm von oben" in await stands(page, "Platz 4")
        await page.get_by_role("link", name="Platz 4").click()
        await page.locator("#x").fill("450")
        await page.get_by_role("button", name="Angaben speichern").click()
        assert "450 cm von links" in await stands(page, "Platz 4")
        await page.get_by_role("link", name="Bereich zeichnen").click()
        await page.locator("#name").fill("Lager")
        await page.get_by_role("button", name="Zeichnen", exact=True).click()
        await page.goto(f"{url}/vorschau")
        await expect(page.locator("svg.nw-plan")).to_contain_text("Lager")


@pytest.mark.parametrize(("width", "scheme"), [(WIDE, "light"), (PHONE, "dark")])
async def test_the_editor_at_work_is_accessible(visitors: Visitors, width: int, scheme: str) -> None:
    """With something selected and each fold of the tools open; the page at rest is among all pages."""
    async with under_examination(visitors, "network") as (page, _):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        await page.goto(FLOORS)
        await page.locator(".nw-lines a.nw-strong").first.click()
        for tool in ("Platz setzen", "Maßstab"):
            await page.get_by_role("button", name=tool, exact=True).click()
            assert await findings(page) == []
        for part in ("#liste-plaetze a", "#liste-formen a"):
            await page.locator(part).first.click()
            assert await findings(page) == []
