"""Who comes back on a phone, on a bad line: the usual desk in two taps, and out of it again from the mail."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.addresses import Site
from tests.browser.pace import on_a_slow_line
from tests.browser.visitors import PHONE, Visitors

COMMUTER = "commuter"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no script"])
async def test_the_usual_desk_takes_two_taps(visitors: Visitors, scripts: bool) -> None:
    async with visitors.visitor(COMMUTER, width=PHONE, scripts=scripts) as (page, seen):
        await on_a_slow_line(page)
        await page.goto("/woche")
        usual = page.locator(".nw-usual")
        await expect(usual).to_contain_text(re.compile(r"Platz \d+ in Polch, Donnerstag, 26\. November, 8–16 Uhr"))
        await usual.get_by_role("link", name=re.compile("buchen$")).click()
        await page.get_by_role("button", name="Platz buchen").click()
        await expect(page.get_by_role("status").first).to_contain_text("Gebucht")
        await page.get_by_role("link", name="Absagen").click()
        await page.get_by_role("button", name="Absagen").click()
        await expect(page.get_by_role("status").first).to_contain_text("Abgesagt")
    assert not seen.complaints


async def test_every_week_is_one_step_from_there(visitors: Visitors) -> None:
    async with visitors.visitor(COMMUTER, width=PHONE) as (page, seen):
        await page.goto("/woche")
        await page.locator(".nw-usual").get_by_role("link", name="Jeden Mittwoch und Freitag wiederholen").click()
        await expect(page.get_by_role("checkbox", name="Mittwoch")).to_be_checked()
        await expect(page.get_by_role("checkbox", name="Donnerstag")).not_to_be_checked()
        await expect(page.locator("#termine .nw-lines li")).to_have_count(8)
    assert not seen.complaints


async def test_a_mails_link_opens_for_somebody_who_is_not_signed_in(site: Site, visitors: Visitors) -> None:
    async with visitors.visitor(width=PHONE, scripts=False) as (page, seen):
        await page.goto(f"/absagen/{site.ids['link']}")
        await expect(page.get_by_role("button", name="Absagen")).to_be_visible()
        await page.get_by_role("link", name="Verschieben").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Buchung verschieben")
        await page.get_by_role("link", name="Zurück zur Buchung").click()
        await expect(page.get_by_role("button", name="Absagen")).to_be_visible()
    assert not seen.complaints
