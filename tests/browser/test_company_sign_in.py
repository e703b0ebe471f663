"""Signing in through a company, in Chromium: each page on the way is safe, accessible and fits."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time
from itertools import cycle

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.addresses import MEMBER, TUESDAY, Site
from tests.browser.examination import LOOKS, findings, under_examination
from tests.browser.newcomers import open_mail
from tests.browser.reflow import amiss_at_any_width
from tests.browser.visitors import Seen, Visitors, inline_parts
from tests.teams.companies import CLIENT, SECRET, Company, a_company

ANNA = {"sub": "u-1", "email": "anna@demo.example", "email_verified": True, "name": "Anna Alt"}


@pytest.fixture
async def company() -> AsyncIterator[Company]:
    """Its provider, on the evening of the tests."""
    async with a_company(lambda: datetime.combine(TUESDAY, time(18), UTC)) as company:
        yield company


class Examiner:
    """Looks at one page after the other, each in another look."""

    def __init__(self, page: Page, seen: Seen) -> None:
        self.page, self._seen, self._looks, self.found = page, seen, cycle(LOOKS), []

    async def examine(self, heading: str) -> None:
        await expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)
        width, scheme = next(self._looks)
        size = self.page.viewport_size
        await self.page.set_viewport_size({"width": width, "height": 900})
        await self.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        found = [*await findings(self.page), *await inline_parts(self.page), *await amiss_at_any_width(self.page)]
        self.found += [f"{heading}: {what}" for what in found]
        assert size is not None
        await self.page.set_viewport_size(size)

    async def come_back(self, company: Company, **claims: object) -> None:
        """From the page that leads to the provider, as somebody of whom it says this."""
        url = (
            await self.page.get_by_role("link", name="anmelden", exact=False)
            .filter(has_text="Bei ")
            .get_attribute("href")
        )
        assert url is not None
        await self.page.goto(company.let_in(url, **claims))


async def stays(page: Page, company: Company) -> None:
    """The page that leads on by itself stays, so that it can be looked at."""

    async def refuse(route: Route) -> None:
        await route.fulfill(status=204)

    await page.route(f"{company.issuer}/**", refuse)


async def the_keeper_agrees(visitors: Visitors) -> None:
    """Who keeps the domain lets the provider speak for its addresses."""
    async with under_examination(visitors) as (page, seen):
        keeper = Examiner(page, seen)
        await open_mail(page, "postmaster@demo.example")
        await page.frame_locator(".nw-frame").get_by_role("link", name="Ansehen und zustimmen").click()
        await keeper.examine("Darf der Anbieter für demo.example sprechen?")
        await page.get_by_role("button", name="Ja, das ist unser Anbieter").click()
        await keeper.examine("Domain bestätigt")
        assert not keeper.found


async def test_the_pages_of_a_company_that_signs_its_people_in(
    site: Site, visitors: Visitors, company: Company
) -> None:
    async with under_examination(visitors, MEMBER) as (page, seen):
        manager = Examiner(page, seen)
        await stays(page, company)
        await page.goto(f"/team/{site.ids['open_team']}/anmeldung")
        await page.get_by_label("Adresse des Anbieters (Issuer)").fill("https://127.0.0.1:1/")
        await page.get_by_label("Kennung (Client ID)").fill(CLIENT)
        await page.get_by_label("Geheimnis (Client Secret)").fill(SECRET)
        await page.get_by_role("button", name="Anbieter speichern").click()
        await manager.examine("Anmeldung über die Firma")
        await page.get_by_label("Adresse des Anbieters (Issuer)").fill(company.issuer)
        await page.get_by_label("Geheimnis (Client Secret)").fill(SECRET)
        await page.get_by_role("button", name="Anbieter speichern").click()
        await the_keeper_agrees(visitors)
        for claims in (ANNA | {"email": "anna@elsewhere.example"}, ANNA):
            await page.goto(f"/team/{site.ids['open_team']}/anmeldung")
            await page.get_by_role("button", name="Probe-Anmeldung machen").click()
            await manager.examine("Zur Anmeldung von Becker")
            await manager.come_back(company, **claims)
            await manager.examine("Probe-Anmeldung")
        await page.goto(f"/team/{site.ids['open_team']}/anmeldung")
        await manager.examine("Anmeldung über die Firma")
    async with under_examination(visitors) as (page, seen):
        anna = Examiner(page, seen)
        await stays(page, company)
        await page.goto("/anmelden/firma?nur=ja")
        await anna.examine("Über die Firma anmelden")
        for claims in (ANNA | {"email_verified": False}, ANNA):
            await page.goto("/anmelden/firma")
            await page.get_by_label("E-Mail-Adresse bei der Arbeit").fill("anna@demo.example")
            await page.get_by_role("button", name="Zur Anmeldung der Firma").click()
            await anna.examine("Zur Anmeldung von Becker")
            await anna.come_back(company, **claims)
            await anna.examine("Konto anlegen" if claims is ANNA else "Anmeldung nicht gelungen")
        await page.get_by_label("Name").fill("Anna Alt")
        await page.get_by_role("button", name="Konto anlegen und dem Team beitreten").click()
        await page.goto(f"/team/{site.ids['open_team']}")
        await anna.examine("Becker")
    assert not manager.found + anna.found, "\n".join(manager.found + anna.found)
