"""axe-core finds nothing on any page, wide and narrow, light and dark, with letters of one size and of twice that.

test_every_page.py has every page once, with letters of the usual size.
"""

from itertools import cycle

import pytest

from tests.browser.addresses import EVERYBODY, MEMBER, NETWORK, OF_STAFF, TOMORROW, Site, addresses
from tests.browser.examination import LOOKS, findings, look_at, under_examination
from tests.browser.visitors import Visitors


async def test_pages_are_accessible_in_large_letters(site: Site, large_print: Visitors) -> None:
    """Every tenth page in one of four looks; all of them in all looks are in the long tests."""
    found: list[str] = []
    async with (
        under_examination(large_print, MEMBER) as (member, _),
        under_examination(large_print, NETWORK) as (network, _),
    ):
        for address, look in zip(addresses(site)[::10], cycle(LOOKS), strict=False):
            page = network if address.startswith(OF_STAFF) else member
            await look_at(page, address, *look)
            found += [f"{address} {look}: {finding}" for finding in await findings(page)]
    assert not found, "\n".join(found)


async def test_pages_before_signing_in_are_accessible(visitors: Visitors) -> None:
    found: list[str] = []
    addresses_of_nobody = (
        *("/anmelden", "/anmelden?gesendet=ja", "/registrieren", "/passwort-vergessen", "/passwort-neu"),
        f"/buchen?standort=regiohub-polch&art=room&tag={TOMORROW}&zeit=ganz",
    )
    async with under_examination(visitors) as (page, _):
        for address, look in zip(addresses_of_nobody, cycle(LOOKS), strict=False):
            await look_at(page, address, *look)
            found += [f"{address} {look}: {finding}" for finding in await findings(page)]
    assert not found, "\n".join(found)


@pytest.mark.long
@pytest.mark.parametrize("letters", ["usual", "large"])
@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("who", EVERYBODY)
async def test_every_page_is_accessible_in_every_look(
    visitors: Visitors, large_print: Visitors, site: Site, who: str | None, look: tuple[int, str], letters: str
) -> None:
    found: list[str] = []
    async with under_examination(large_print if letters == "large" else visitors, who) as (page, _):
        for address in addresses(site):
            await look_at(page, address, *look)
            found += [f"{address}: {finding}" for finding in await findings(page)]
    assert not found, "\n".join(found)


async def test_axe_would_find_what_is_wrong(visitors: Visitors) -> None:
    async with under_examination(visitors) as (page, _):
        await page.goto("/anmelden")
        await page.evaluate("() => document.querySelectorAll('label').forEach((label) => label.remove())")
        assert any(finding.startswith("label: ") for finding in await findings(page))
