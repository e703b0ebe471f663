"""At the front desk: a telephone booking from name to slip, with the keyboard alone and without scripts."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.test_journey import Keyboard, Mouse
from tests.browser.visitors import Visitors


@pytest.mark.parametrize(("hand", "scripts"), [(Keyboard, True), (Mouse, False)], ids=["keyboard", "no scripts"])
async def test_a_newcomer_on_the_telephone_gets_a_desk_and_a_slip(
    visitors: Visitors, hand: type[Mouse], scripts: bool
) -> None:
    async with visitors.visitor("frontdesk", scripts=scripts) as (page, seen):
        at = hand(page)
        await page.goto("/theke/regiohub-polch")
        await at.write(page.get_by_label("Name oder Telefon"), f"Klara Neu {hand.__name__}")
        await at.press(page.get_by_role("button", name="Person suchen"))
        await at.press(page.get_by_role("link", name="Neue Person"))
        await at.press(page.get_by_role("button", name="Person eintragen"))
        await page.get_by_label("Hausordnung vorgelesen").check()
        await at.press(page.get_by_role("button", name="Platz buchen"))
        await expect(page.get_by_role("status")).to_contain_text(
            re.compile(r"Gebucht: Mi 25. November, 8–18 Uhr, Platz \d+")
        )
        await at.press(page.get_by_role("link", name="Zettel drucken"))
        await expect(page.locator("main")).to_contain_text(f"Klara Neu {hand.__name__}")
        assert not seen.complaints
