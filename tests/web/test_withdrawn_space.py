"""A space that was taken off the pages while people have booked there: no page leads them to one that is not there."""

import re

import pytest

from app.bookings.closing_down import unpublish
from app.bookings.mail_links import link_token
from app.bookings.operations import BookDesk, book
from app.network.queries import space_by_slug
from tests.identity.conftest import KEY
from tests.web.conftest import Browser, Site, said
from tests.worlds import NOW, World, tomorrow


async def links_that_end_nowhere(browser: Browser, address: str) -> list[str]:
    """Those in the page's main part that answer with anything but a page or the way to one."""
    page = await browser.get(address)
    assert page.status_code == 200
    main = page.text.split("<main", maxsplit=1)[1].split("</main>", maxsplit=1)[0]
    found = {link.replace("&amp;", "&") for link in re.findall(r'href="(/[^"#]*)', main)}
    assert found
    return [link for link in sorted(found) if (await browser.get(link)).status_code >= 400]


@pytest.mark.parametrize("is_published", [True, False])
async def test_a_booking_leads_only_where_somebody_can_go(site: Site, world: World, is_published: bool) -> None:
    booking = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(12)), NOW)
    polch = await space_by_slug("regiohub-polch", NOW)
    assert polch
    if not is_published:
        await unpublish(world.otto.actor(), polch, NOW)
    mia, link = await site.browser(world.mia), link_token(booking.public_id, KEY)
    of_the_space, moving = "/standorte/regiohub-polch", "/verschieben"
    for address, leads_there in (
        (f"/buchungen/{booking.public_id}", of_the_space),
        ("/woche", of_the_space),
        (f"/absagen/{link}", moving),
    ):
        assert await links_that_end_nowhere(mia, address) == []
        page = (await mia.get(address)).text
        assert (leads_there in page, moving in page) == (is_published, is_published), address
    shown = said((await mia.get(f"/buchungen/{booking.public_id}")).text)
    assert ("Der Standort nimmt zurzeit keine neuen Buchungen an. Ihre gilt weiter" in shown) is not is_published
