"""At the front desk: a telephone booking from name to slip, with the keyboard alone and without scripts."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import expect

from tests.browser.addresses import TOMORROW, Site
from tests.browser.hands import Keyboard, Mouse
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
        await expect(page.get_by_role("alert")).to_contain_text(re.compile(r"Das kostet 19,00\s€"))
        await expect(page.get_by_label("Hausordnung vorgelesen")).to_be_checked()
        await at.press(page.get_by_role("button", name=re.compile(r"Platz buchen – 19,00\s€")))
        await expect(page.get_by_role("status")).to_contain_text(
            re.compile(r"Gebucht: Mi 25. November, 8–18 Uhr, Platz \d+")
        )
        await at.press(page.get_by_role("link", name="Zettel drucken"))
        await expect(page.locator("main")).to_contain_text(f"Klara Neu {hand.__name__}")
        assert not seen.complaints


async def test_an_open_day_shows_what_others_book_and_leaves_the_focus_where_it_was(
    site: Site, visitors: Visitors
) -> None:
    day = f"/theke/regiohub-polch?tag={TOMORROW + timedelta(days=1)}"
    async with visitors.visitor("frontdesk") as (page, seen), visitors.visitor("operator") as (other, _):
        async with page.expect_response(lambda answer: "/aenderungen" in answer.url):
            await page.goto(day)
        link = page.locator(".nw-arr .who > a").first
        await link.focus()
        name, before = await link.inner_text(), await page.locator(".nw-arr li").count()
        await other.goto(f"/theke/regiohub-polch/leute/{site.ids['guest']}")
        await other.get_by_label("Tag", exact=True).fill(str(TOMORROW + timedelta(days=1)))
        await other.get_by_role("button", name="Platz buchen").click()
        await expect(page.locator(".nw-arr li")).to_have_count(before + 1)
        await expect(page.locator("#neues")).to_contain_text("Neue Buchung: 8:00")
        assert await page.evaluate("document.activeElement.innerText") == name
        assert not seen.complaints
