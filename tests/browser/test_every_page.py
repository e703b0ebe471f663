"""Every page, seen once by somebody who may see it, and in the long tests by everybody.

Nothing that the Content-Security-Policy refuses and nothing from elsewhere; nothing that axe-core finds, in one of four
looks; nothing that does not fit on a phone or in large letters.
"""

from itertools import cycle

import pytest
from playwright.async_api import Page, Response

from tests.browser.addresses import EVERYBODY, MEMBER, NETWORK, OF_STAFF, Site, addresses
from tests.browser.examination import LOOKS, findings, look_at, under_examination
from tests.browser.reflow import amiss_at_any_width
from tests.browser.visitors import Seen, Visitors, inline_parts

PARTS = 3


@pytest.mark.parametrize("part", range(PARTS))
async def test_every_page_is_safe_accessible_and_fits(site: Site, visitors: Visitors, part: int) -> None:
    found: list[str] = []
    in_turn = list(zip(addresses(site), cycle(LOOKS), strict=False))[part::PARTS]
    async with under_examination(visitors, MEMBER) as member, under_examination(visitors, NETWORK) as network:
        for address, look in in_turn:
            page, seen = network if address.startswith(OF_STAFF) else member
            answer = await look_at(page, address, *look)
            found += [f"{address}: {what}" for what in await against_the_policy(page, seen, answer)]
            found += [f"{address} {look}: {finding}" for finding in await findings(page)]
            found += [f"{address} {what}" for what in await amiss_at_any_width(page)]
    assert not found, "\n".join(found)


async def against_the_policy(page: Page, seen: Seen, answer: Response) -> list[str]:
    """What the page loads, holds or lacks against the policy; and an answer that is no page of ours."""
    policy = answer.headers.get("content-security-policy", "")
    found = [*await inline_parts(page), *seen.complaints]
    seen.complaints.clear()
    if "default-src 'none'" not in policy or "unsafe" in policy:
        found.append(f"the policy is {policy!r}")
    if not answer.headers.get("content-type", "").startswith("text/html") or answer.status >= 500:
        found.append(f"is no page but {answer.status} {answer.headers.get('content-type')}")
    return found


@pytest.mark.long
@pytest.mark.parametrize("who", EVERYBODY)
async def test_every_page_keeps_to_the_policy_for_everybody(site: Site, visitors: Visitors, who: str | None) -> None:
    found: list[str] = []
    async with visitors.visitor(who) as (page, seen):
        for address in addresses(site):
            answer = await page.goto(address)
            assert answer is not None
            found += [f"{address}: {what}" for what in await against_the_policy(page, seen, answer)]
    assert not found, "\n".join(found)


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
