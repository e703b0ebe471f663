"""Every page, for everybody: nothing that the Content-Security-Policy refuses, nothing from elsewhere."""

import pytest

from tests.browser.addresses import EVERYBODY, Site, addresses
from tests.browser.visitors import Visitors, inline_parts


@pytest.mark.parametrize("who", EVERYBODY)
async def test_every_page_keeps_to_the_policy(site: Site, visitors: Visitors, who: str | None) -> None:
    async with visitors.visitor(who) as (page, seen):
        for address in addresses(site):
            answer = await page.goto(address)
            assert answer is not None
            assert answer.headers["content-type"].startswith("text/html"), f"{address} is no page"
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy, address
            assert "unsafe" not in policy, address
            assert not await inline_parts(page), address
            assert not seen.complaints, address
            assert answer.status < 500, address


async def test_scripts_and_styles_from_elsewhere_would_be_noticed(visitors: Visitors) -> None:
    """The watch sees what it is there for."""
    async with visitors.visitor() as (page, seen):
        await page.goto("/")
        await page.evaluate(
            """() => {
              const image = document.body.appendChild(new Image());
              image.src = 'http://elsewhere.invalid/pixel.png';
              document.body.insertAdjacentHTML('beforeend', '<p style="color: red">red</p>');
            }"""
        )
        await page.wait_for_function("() => document.querySelector('p[style]')")
        await page.wait_for_timeout(100)
        assert await inline_parts(page)
        assert any("policy: img-src" in complaint for complaint in seen.complaints)
        assert any("policy: style-src" in complaint for complaint in seen.complaints)
