"""Plans and passes as they are written: the form of a new one and of a draft, for the network and for operators."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.billing.rules import TAX_CODE_NAMES
from app.identity.authentication import Visitor
from app.kernel.refusals import Refusal, marked
from app.kernel.wall_time import local_day
from app.plans.assortment import ProductCard
from app.plans.product_versions import DraftChangedMeanwhile, new_product, write_draft, wrong_in
from app.plans.terms import PRICE_CLASS_NAMES, TeamUse
from app.plans.terms_said import name_of
from app.web.forms import NO_ERRORS, show_again
from app.web.home import FormData
from app.web.hours_form import WEEKDAY_NAMES
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE
from app.web.tariff_form import (
    AMOUNT_OF,
    CONCESSIONS,
    MOST_TIERS,
    NEW_PASS,
    NEW_PLAN,
    in_order,
    read_terms,
    shown_extras,
    typed_of,
    unfolded,
)
from app.web.tariffs import NETWORK, OPERATOR, Shop, product_at, shop_of

TEAM_USES: Final[Mapping[TeamUse, str]] = {
    TeamUse.SEAT: marked("Teams, als Plätze"),
    TeamUse.POOL: marked("Teams, als Kontingent"),
}


@get([f"{NETWORK}/neu", f"{OPERATOR}/neu"])
async def new_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    shop, is_plan = await shop_of(request, visitor), request.query_params.get("art") != "karte"
    context = await _form(shop, NEW_PLAN if is_plan else NEW_PASS, visitor, is_plan=is_plan)
    return await pages.show(request, visitor, "tariffs/form.html", context | {"errors": NO_ERRORS})


@post([f"{NETWORK}/neu", f"{OPERATOR}/neu"])
async def make_product(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], data: FormData
) -> Response[str] | Redirect:
    """A product with a first draft, or the form again with all that is wrong."""
    shop, is_plan = await shop_of(request, visitor), data.get("art") != "karte"
    terms, refused = read_terms(data, await shop.places(), is_plan=is_plan)
    today = local_day(visitor.now, ZONE)
    refused += await wrong_in(terms, today)
    if refused:
        return await _again(request, visitor, pages, shop, data, refused, is_plan=is_plan)
    public_id = await new_product(visitor.signed_in, shop.seller, terms, visitor.now, today)
    return go(f"{shop.address}/{public_id}?getan=entwurf")


@get([f"{NETWORK}/{{product:str}}/entwurf", f"{OPERATOR}/{{product:str}}/entwurf"])
async def draft_page(
    request: PageRequest, product: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """The form with the draft, else with the terms that were written last."""
    shop, card = await product_at(request, product, visitor)
    typed = typed_of(card.latest, await shop.places()) | {"stand": _stand(card)}
    context = await _form(shop, typed, visitor, is_plan=card.is_plan, card=card)
    return await pages.show(request, visitor, "tariffs/form.html", context | {"errors": NO_ERRORS})


@post([f"{NETWORK}/{{product:str}}/entwurf", f"{OPERATOR}/{{product:str}}/entwurf"])
async def keep_draft(
    request: PageRequest,
    product: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    shop, card = await product_at(request, product, visitor)
    terms, refused = read_terms(data, await shop.places(), is_plan=card.is_plan)
    today = local_day(visitor.now, ZONE)
    refused += await wrong_in(terms, today)
    if not refused:
        try:
            seen = card.written_at if data.get("stand") == _stand(card) else _NEVER
            await write_draft(visitor.signed_in, card.public_id, terms, visitor.now, today, seen=seen)
        except DraftChangedMeanwhile as refusal:
            refused = [refusal]
    if refused:
        data = {**data, "stand": _stand(card)}
        return await _again(request, visitor, pages, shop, data, refused, is_plan=card.is_plan, card=card)
    return go(f"{shop.address}/{card.public_id}?getan=entwurf")


_NEVER: Final = datetime.min.replace(tzinfo=UTC)


def _stand(card: ProductCard) -> str:
    """By which a form knows whether somebody else has written since it was shown."""
    return card.written_at.isoformat()


async def _again(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    shop: Shop,
    data: Mapping[str, str],
    refused: Sequence[Refusal],
    *,
    is_plan: bool,
    card: ProductCard | None = None,
) -> Response[str]:
    refused = in_order(refused)
    fields = [refusal.field or "" for refusal in refused]
    context = await _form(shop, data, visitor, is_plan=is_plan, card=card, wrong=fields)
    return await show_again(request, visitor, pages, "tariffs/form.html", context, refused)


async def _form(
    shop: Shop,
    typed: Mapping[str, str],
    visitor: Visitor,
    *,
    is_plan: bool,
    card: ProductCard | None = None,
    wrong: Sequence[str] = (),
) -> dict[str, Any]:
    say = visitor.speaker.gettext
    places, uses = await shop.places(), [TeamUse.SEAT, TeamUse.POOL] if is_plan else [TeamUse.POOL]
    return shop.frame | {
        "card": card,
        "name": name_of(card.latest, visitor.language) if card else "",
        "is_plan": is_plan,
        "typed": dict.fromkeys((*NEW_PLAN, *NEW_PASS), "") | dict(typed),
        "unfolded": unfolded(typed, wrong),
        "tax_codes": [(code.value, say(text)) for code, text in TAX_CODE_NAMES.items()],
        "units": [(unit.value, say(text)) for unit, text in AMOUNT_OF.items()],
        "team_uses": [("", say(marked("Personen"))), *((use.value, say(TEAM_USES[use])) for use in uses)],
        "tiers": range(1, MOST_TIERS + 1),
        "concessions": [(f"concession_{each}", say(PRICE_CLASS_NAMES[each])) for each in CONCESSIONS],
        "extras": range(1, shown_extras(typed) + 1),
        "operators": [(place.box, place.name) for place in places if place.operator is not None],
        "spaces": [(place.box, place.name) for place in places if place.space is not None],
        "weekdays": [(f"tag-{day}", say(text)) for day, text in enumerate(WEEKDAY_NAMES)],
        "action": f"{shop.address}/{card.public_id}/entwurf" if card else f"{shop.address}/neu",
    }


HANDLERS = [new_page, make_product, draft_page, keep_draft]
