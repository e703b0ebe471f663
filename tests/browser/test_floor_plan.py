"""The list is no lesser plan: whatever can be learned from the drawing stands in it, for those who cannot see it."""

import re

import pytest
from playwright.async_api import Page

from tests.browser.addresses import TOMORROW
from tests.browser.visitors import Visitors


async def listed(page: Page) -> list[str]:
    """The lines of the list as they are read out."""
    lines = [await line.text_content() or "" for line in await page.locator(".nw-picks li").all()]
    return [re.sub(r"\s+", " ", line) for line in lines]


@pytest.mark.parametrize("slug", ["regiohub-polch", "regiohub-andernach", "dorfbuero-monreal"])
@pytest.mark.parametrize("kind", ["desk", "booth"])
async def test_each_place_in_the_plan_is_in_the_list_with_its_state(visitors: Visitors, slug: str, kind: str) -> None:
    async with visitors.visitor() as (page, _):
        await page.goto(f"/standorte/{slug}?tag={TOMORROW}&zeit=ganz&art={kind}")
        lines = await listed(page)
        drawn = [await place.get_attribute("aria-label") or "" for place in await page.locator(".nw-plan .desk").all()]
        for told in drawn:
            name = f"{told.split(', ')[0]},"
            [line] = [line for line in lines if name in re.split(" neben | Neben ", line)[0]]
            assert all(fact in line for fact in told.split(", ")), told
        free = await page.locator(".nw-plan a.desk").count()
        assert await page.locator(".nw-picks :is(input:not(#p0), a)").count() == free > 0


async def test_the_list_says_who_sits_where(visitors: Visitors) -> None:
    async with visitors.visitor() as (page, _):
        await page.goto(f"/standorte/regiohub-polch?tag={TOMORROW}&zeit=ganz")
        assert "Neben Platz 5, gegenüber von Platz 8, nahe: Teeküche" in (await listed(page))[6]
