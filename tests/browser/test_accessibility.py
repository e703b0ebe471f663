"""axe-core finds nothing on any page, wide and narrow, light and dark, with letters of one size and of twice that."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import cycle, product
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.addresses import EVERYBODY, MEMBER, NETWORK, OF_STAFF, TOMORROW, Site, addresses
from tests.browser.visitors import PHONE, WIDE, Visitors

_AXE = Path(__file__).parent / "axe" / "axe.min.js"
_RUN = """() => axe.run({
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'],
})"""
_LOOKS = tuple(product((WIDE, PHONE), ("light", "dark")))
_LETTERS = ("usual letters", "large letters")


@dataclass(frozen=True)
class Readers:
    """People who read letters of the usual size, or of twice that."""

    letters: str
    visitors: Visitors


@pytest.fixture(params=_LETTERS)
def readers(request: pytest.FixtureRequest, visitors: Visitors, large_print: Visitors) -> Readers:
    return Readers(request.param, dict(zip(_LETTERS, (visitors, large_print), strict=True))[request.param])


@asynccontextmanager
async def under_examination(visitors: Visitors, who: str | None = None) -> AsyncIterator[Page]:
    """A page that has axe in it wherever it goes."""
    async with visitors.visitor(who) as (page, _):
        await page.add_init_script(path=_AXE)
        yield page


async def findings(page: Page) -> list[str]:
    """What axe finds on the page, a line for each thing and place."""
    result: dict[str, Any] = await page.evaluate(_RUN)
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


async def _look_at(page: Page, address: str, width: int, scheme: str) -> None:
    """Colours change at once, so that axe sees none on its way."""
    await page.set_viewport_size({"width": width, "height": 900})
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    await page.goto(address)


async def test_every_page_is_accessible(site: Site, readers: Readers) -> None:
    """Each page in one of eight looks, for somebody who can see it; the other looks are in the long tests."""
    found: list[str] = []
    people = readers.visitors
    in_turn = zip(addresses(site), cycle(product(_LOOKS, _LETTERS)), strict=False)
    async with under_examination(people, MEMBER) as member, under_examination(people, NETWORK) as network:
        for address, look in [(address, look) for address, (look, letters) in in_turn if letters == readers.letters]:
            page = network if address.startswith(OF_STAFF) else member
            await _look_at(page, address, *look)
            found += [f"{address} {look}: {finding}" for finding in await findings(page)]
    assert not found, "\n".join(found)


async def test_pages_before_signing_in_are_accessible(visitors: Visitors) -> None:
    found: list[str] = []
    addresses_of_nobody = (
        *("/anmelden", "/anmelden?gesendet=ja", "/registrieren", "/passwort-vergessen", "/passwort-neu"),
        f"/buchen?standort=regiohub-polch&art=room&tag={TOMORROW}&zeit=ganz",
    )
    async with under_examination(visitors) as page:
        for address, look in zip(addresses_of_nobody, cycle(_LOOKS), strict=False):
            await _look_at(page, address, *look)
            found += [f"{address} {look}: {finding}" for finding in await findings(page)]
    assert not found, "\n".join(found)


@pytest.mark.long
@pytest.mark.parametrize("look", _LOOKS, ids=str)
@pytest.mark.parametrize("who", EVERYBODY)
async def test_every_page_is_accessible_in_every_look(
    site: Site, readers: Readers, who: str | None, look: tuple[int, str]
) -> None:
    found: list[str] = []
    async with under_examination(readers.visitors, who) as page:
        for address in addresses(site):
            await _look_at(page, address, *look)
            found += [f"{address}: {finding}" for finding in await findings(page)]
    assert not found, "\n".join(found)


async def test_axe_would_find_what_is_wrong(visitors: Visitors) -> None:
    async with under_examination(visitors) as page:
        await page.goto("/anmelden")
        await page.evaluate("() => document.querySelectorAll('label').forEach((label) => label.remove())")
        assert any(finding.startswith("label: ") for finding in await findings(page))
