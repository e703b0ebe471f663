"""Confirmations of orders, printed by staff for somebody without an e-mail address."""

import pytest

from app.bookings.operations import BookDesk, book
from app.network.queries import space_by_slug
from app.plans.counter_sales import sell_at_counter
from app.plans.orders import OrderCard, next_number
from app.platform.database import execute
from tests.orders import A_GIFT, PAPER, ordered
from tests.selling import TEN, TODAY, it_charges, on_sale
from tests.web.conftest import Site, said
from tests.worlds import NOW, World, tomorrow


async def an_order(world: World, seller: int | None = None) -> OrderCard:
    """Mia's, who comes to Polch tomorrow, so that the counter there knows her."""
    await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(12)), NOW)
    await it_charges()
    return await ordered(world.mia.actor(), await on_sale(A_GIFT, NOW, seller), NOW)


async def test_the_network_opens_it_from_the_members_page_and_saves_the_file(world: World, site: Site) -> None:
    order = await an_order(world)
    await execute("UPDATE person SET email = NULL, email_confirmed_at = NULL WHERE id = $1", world.mia.id)
    tilda = await site.browser(world.tilda)
    address = f"/netzwerk/menschen/{world.mia.public_id}/dokumente/{order.document}"
    listed = await tilda.get(f"/netzwerk/menschen/{world.mia.public_id}/vertraege")
    assert f'href="{address}"' in listed.text
    page = await tilda.get(address)
    assert "Schnuppertag" in said(page.text)
    assert "data-print" in page.text
    file = await tilda.get(f"{address}?datei=ja")
    assert file.headers["content-disposition"].startswith("attachment")
    assert file.text.startswith("<!doctype html>") or file.text.lower().startswith("<!doctype html")


async def test_a_counter_prints_what_its_operator_sells_and_nothing_else(world: World, site: Site) -> None:
    order = await an_order(world, world.operator)
    frida = await site.browser(world.frida)
    here = f"/theke/{world.polch.slug}/leute/{world.mia.public_id}"
    address = f"{here}/dokumente/{order.document}"
    assert f'href="{address}"' in (await frida.get(here)).text
    assert "Schnuppertag" in said((await frida.get(address)).text)
    networks = await ordered(world.mia.actor(), await on_sale(A_GIFT, NOW), NOW)
    address = f"{here}/dokumente/{networks.document}"
    assert address not in (await frida.get(here)).text
    assert (await frida.get(address)).status_code == 404, "what the network sells is the network's"
    polch, offer = await space_by_slug(world.polch.slug, NOW), await on_sale(TEN, NOW)
    assert polch is not None
    number = await next_number(world.mia.id)
    sold = await sell_at_counter(world.frida.actor(), polch, world.mia.id, offer.public_id, number, PAPER, NOW, TODAY)
    address = f"{here}/dokumente/{sold.document}"
    assert address in (await frida.get(here)).text, "unless she has sold it herself"
    assert "Zehnerkarte" in said((await frida.get(address)).text)


@pytest.mark.parametrize("who", ["mia", "rolf", "frida", "ada"])
async def test_nobody_else_opens_it(world: World, site: Site, who: str) -> None:
    order = await an_order(world)
    browser = await site.browser(getattr(world, who))
    for address in (
        f"/netzwerk/menschen/{world.mia.public_id}/dokumente/{order.document}",
        f"/theke/{world.andernach.slug}/leute/{world.mia.public_id}/dokumente/{order.document}",
        f"/theke/{world.polch.slug}/leute/{world.mia.public_id}/dokumente/{order.document}",
    ):
        assert (await browser.get(address)).status_code in (403, 404)


async def test_another_persons_document_is_not_opened_beside_this_one(world: World, site: Site) -> None:
    order = await an_order(world)
    tilda = await site.browser(world.tilda)
    assert (await tilda.get(f"/netzwerk/menschen/{world.otto.public_id}/dokumente/{order.document}")).status_code == 404
