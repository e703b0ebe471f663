"""What is sold: plans and passes of the network and of an operator, written, compared, put on sale and announced.

The same pages serve both; an operator's hold at its own spaces alone.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.identity.rules import Action, Actor
from app.kernel.refusals import NotFound, Refusal, marked
from app.kernel.wall_time import first_instant, local_day
from app.network.charging import demand_charging
from app.network.queries import OperatorCard, spaces_of_all
from app.plans.announcing import announce, waiting_for_news
from app.plans.assortment import ProductCard, product_of, products_of
from app.plans.place_names import reader_of
from app.plans.product_order import order_product
from app.plans.product_versions import (
    call_off_sale,
    put_on_sale,
    take_off_sale,
)
from app.plans.products import VersionCard
from app.plans.sellers import seller_of
from app.plans.terms_said import Reader, lines_of, name_of, price_said
from app.web.forms import NO_ERRORS, checked_id, notice, read_day, show_again
from app.web.home import FormData
from app.web.managing import managed_operator_of
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE
from app.web.staff import staff
from app.web.tariff_form import (
    Place,
    places_of,
)

NETWORK: Final = "/netzwerk/tarife"
OPERATOR: Final = "/betreiber/{slug:str}/tarife"
NOTICES = {
    "entwurf": marked("Der Entwurf ist gespeichert. Verkauft wird er erst, wenn Sie ihn in den Verkauf geben."),
    "verkauf": marked("Im Verkauf. Wer schon Mitglied ist, behält, was vereinbart ist."),
    "angesetzt": marked("Die neue Fassung geht an diesem Tag in den Verkauf."),
    "zurueck": marked("Die Fassung ist wieder ein Entwurf."),
    "beendet": marked("Nicht mehr im Verkauf. Wer schon gekauft hat, behält es."),
    "angekuendigt": marked("Die Mitglieder bekommen eine E-Mail. Ohne ihre Zustimmung ändert sich für sie nichts."),
    "niemand": marked("Alle, die ältere Bedingungen haben, sind schon gefragt."),
}


@dataclass(frozen=True, slots=True)
class Shop:
    """Whose offers these pages are about: the network's (no operator) or an operator's."""

    actor: Actor
    operator: OperatorCard | None
    seller_name: str

    @property
    def seller(self) -> int | None:
        return self.operator.id if self.operator else None

    @property
    def address(self) -> str:
        return f"/betreiber/{self.operator.slug}/tarife" if self.operator else NETWORK

    @property
    def frame(self) -> dict[str, Any]:
        """What every page of it needs."""
        base = "operator/of_operator.html" if self.operator else "network/base.html"
        shared = {"base": base, "address": self.address, "seller_name": self.seller_name}
        return shared | ({"operator": self.operator} if self.operator else {})

    async def places(self) -> list[Place]:
        """Where what is sold here can hold."""
        spaces = await spaces_of_all()
        if self.operator is None:
            return places_of(spaces, with_operators=True)
        return places_of([each for each in spaces if each.operator.id == self.operator.id], with_operators=False)


async def shop_of(request: PageRequest, visitor: Visitor) -> Shop:
    """The shop that this address is about, for who looks after it. Raises NotFound, also where nothing costs."""
    slug = request.path_params.get("slug")
    if slug is not None:
        operator = await managed_operator_of(slug, visitor)
        await demand_charging(operator.id)
        return Shop(visitor.signed_in, operator, (await seller_of(operator.id, visitor.now.date())).name)
    actor = staff(visitor, Action.MANAGE_NETWORK)
    await demand_charging()
    return Shop(actor, None, (await seller_of(None, visitor.now.date())).name)


@get([NETWORK, OPERATOR])
async def offers_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """All that is sold, drafted, or no longer sold."""
    shop = await shop_of(request, visitor)
    reader = await reader_of(visitor.language, local_day(visitor.now, ZONE))
    rows = [_row(card, reader, visitor) for card in await products_of(shop.seller, visitor.now)]
    context = {"rows": rows, "notice": notice(request, NOTICES)}
    return await pages.show(request, visitor, "tariffs/list.html", shop.frame | context)


def _row(card: ProductCard, reader: Reader, visitor: Visitor) -> dict[str, Any]:
    sold, coming = card.on_sale(visitor.now), card.coming(visitor.now)
    shown = sold.terms if sold else card.latest
    return {
        "card": card,
        "name": name_of(shown, visitor.language),
        "price": price_said(shown, reader),
        "state": ("free", marked("im Verkauf")) if sold else ("not", marked("nicht im Verkauf")),
        "coming": _day_of(coming),
        "has_draft": card.draft is not None,
    }


def _day_of(version: VersionCard | None) -> Any:
    return local_day(version.valid_from, ZONE) if version and version.valid_from else None


@post([f"{NETWORK}/{{product:str}}/verschieben", f"{OPERATOR}/{{product:str}}/verschieben"])
async def order_it(
    request: PageRequest, product: FromPath[str], visitor: NamedDependency[Visitor], data: FormData
) -> Redirect:
    """`richtung` is hoch or runter."""
    shop, card = await product_at(request, product, visitor)
    await order_product(visitor.signed_in, card.public_id, up=data.get("richtung") == "hoch", now=visitor.now)
    return go(f"{shop.address}#{card.public_id}")


@get([f"{NETWORK}/{{product:str}}", f"{OPERATOR}/{{product:str}}"])
async def product_page(
    request: PageRequest, product: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """The draft beside what is on sale, and what can be done with it."""
    shop, card = await product_at(request, product, visitor)
    context = await _product(shop, card, visitor) | {"errors": NO_ERRORS, "notice": notice(request, NOTICES)}
    return await pages.show(request, visitor, "tariffs/product.html", context)


async def product_at(request: PageRequest, product: str, visitor: Visitor) -> tuple[Shop, ProductCard]:
    """The product of this address in its shop. Raises NotFound for everything else."""
    shop = await shop_of(request, visitor)
    return shop, await product_of(shop.seller, checked_id(product), visitor.now)


async def _product(shop: Shop, card: ProductCard, visitor: Visitor) -> dict[str, Any]:
    today = local_day(visitor.now, ZONE)
    reader = await reader_of(visitor.language, today)
    sold, coming = card.on_sale(visitor.now), card.coming(visitor.now)
    columns = [
        (heading, version)
        for heading, version in (
            (marked("Im Verkauf"), sold),
            (marked("Angesetzt"), coming),
            (marked("Entwurf"), card.draft),
        )
        if version is not None
    ] or [(marked("Zuletzt verkauft"), card.versions[0])]
    return shop.frame | {
        "card": card,
        "name": name_of(columns[0][1].terms, visitor.language),
        "sold": sold,
        "coming_day": _day_of(coming),
        "headings": [heading for heading, _ in columns],
        "rows": compared([version for _, version in columns], reader),
        "asks": await waiting_for_news(card.id, today) if card.is_plan else 0,
        "older": [
            (version.number, _day_of(version), price_said(version.terms, reader))
            for version in card.versions
            if version.valid_from is not None
        ],
        "today": today,
        "typed": {"valid_from": today.isoformat(), "change_from": ""},
    }


def compared(versions: Sequence[VersionCard], reader: Reader) -> list[tuple[str, list[list[Any]], bool]]:
    """What each version says of each thing, and whether they say different things of it."""
    said = [{line.label: list(line.said) for line in lines_of(version.terms, reader)} for version in versions]
    labels = list(dict.fromkeys(label for lines in said for label in lines))
    rows = [(label, [lines.get(label, []) for lines in said]) for label in labels]
    return [(label, cells, any(cell != cells[0] for cell in cells)) for label, cells in rows]


@post([f"{NETWORK}/{{product:str}}/verkauf", f"{OPERATOR}/{{product:str}}/verkauf"])
async def sell_draft(
    request: PageRequest,
    product: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """The draft is sold from the day on; today means at once."""
    shop, card = await product_at(request, product, visitor)
    today = local_day(visitor.now, ZONE)
    try:
        day = read_day(data.get("valid_from", "").strip(), "valid_from")
        begins = visitor.now if day == today else first_instant(day, time(), ZONE)
        await put_on_sale(visitor.signed_in, card.public_id, begins, visitor.now)
    except NotFound:
        raise
    except Refusal as refusal:
        return await _refused(request, visitor, pages, shop, card, data, refusal)
    return go(f"{shop.address}/{card.public_id}?getan={'verkauf' if day == today else 'angesetzt'}")


async def _refused(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    shop: Shop,
    card: ProductCard,
    data: Mapping[str, str],
    refusal: Refusal,
) -> Response[str]:
    context = await _product(shop, card, visitor)
    typed = {**context["typed"], **{name: data[name][:20] for name in context["typed"] if name in data}}
    context = {**context, "typed": typed, "notice": ""}
    return await show_again(request, visitor, pages, "tariffs/product.html", context, [refusal])


@post([f"{NETWORK}/{{product:str}}/zurueckziehen", f"{OPERATOR}/{{product:str}}/zurueckziehen"])
async def call_off(
    request: PageRequest, product: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str] | Redirect:
    """What is to be sold from a later day on is the draft again."""
    return await _done(request, product, visitor, pages, call_off_sale, "zurueck")


@post([f"{NETWORK}/{{product:str}}/vom-verkauf", f"{OPERATOR}/{{product:str}}/vom-verkauf"])
async def end_sale(
    request: PageRequest, product: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str] | Redirect:
    return await _done(request, product, visitor, pages, take_off_sale, "beendet")


async def _done(
    request: PageRequest,
    product: str,
    visitor: Visitor,
    pages: Pages,
    act: Callable[[Actor, str, datetime], Awaitable[None]],
    what: str,
) -> Response[str] | Redirect:
    """Does it with a product of this shop, and shows the product again with what was done or refused."""
    shop, card = await product_at(request, product, visitor)
    try:
        await act(visitor.signed_in, card.public_id, visitor.now)
    except NotFound:
        raise
    except Refusal as refusal:
        return await _refused(request, visitor, pages, shop, card, {}, refusal)
    return go(f"{shop.address}/{card.public_id}?getan={what}")


@post([f"{NETWORK}/{{product:str}}/ankuendigen", f"{OPERATOR}/{{product:str}}/ankuendigen"])
async def ask_members(
    request: PageRequest,
    product: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """Asks all who have older terms whether the newer ones shall hold from a day on."""
    shop, card = await product_at(request, product, visitor)
    try:
        day = read_day(data.get("change_from", "").strip(), "change_from")
        asked = await announce(visitor.signed_in, card.public_id, day, visitor.now, local_day(visitor.now, ZONE))
    except NotFound:
        raise
    except Refusal as refusal:
        return await _refused(request, visitor, pages, shop, card, data, refusal)
    return go(f"{shop.address}/{card.public_id}?getan={'angekuendigt' if asked else 'niemand'}")


HANDLERS = [
    offers_page,
    order_it,
    product_page,
    sell_draft,
    call_off,
    end_sale,
    ask_members,
]
