"""What a team can buy: offers with prices by quantity, quotes, and the order."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.billing.payers import payer_by_id
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.kernel.refusals import NotFound, Refusal
from app.kernel.wall_time import local_day
from app.network.queries import legal_document
from app.plans.agreements import latest_start
from app.plans.order_documents import Paper
from app.plans.place_names import reader_of
from app.plans.products import Offer, team_offer_on_sale, team_offers_on_sale
from app.plans.shown_prices import taxes_on
from app.plans.terms import Audience, PassTerms
from app.plans.terms_said import about_of, included, name_of, price_said, term, tiers_said, until, where
from app.platform.settings import Settings
from app.teams.buying_queries import next_team_number
from app.teams.ordering import TeamWish, may_buy, place_team_order
from app.teams.purchase_terms import PurchaseTerms, check_wish, every, facts_for_team, prepared_for_team, tax_said
from app.teams.queries import TeamCard, team_for
from app.teams.reading import business_reader, net_reader
from app.teams.trials import check_trial
from app.web.figures import NumberUnreadable, read_number
from app.web.forms import NO_ERRORS, checked_id, read_day, show_again
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE

_READS = (Action.MANAGE_TEAM, Action.SEE_TEAM)


async def buying_team(visitor: Visitor, public_id: str, *actions: Action) -> TeamCard:
    """The team for who manages it, or may do one of these there. Raises NotFound, also where it pays nothing."""
    team = await team_for(visitor.signed_in, checked_id(public_id), *(actions or (Action.MANAGE_TEAM,)))
    if team.purse is None or team.payer is None:
        raise NotFound
    return team


def purse_and_payer(team: TeamCard) -> tuple[int, int]:
    """Of a team that buys. Raises NotFound where it does not."""
    if team.purse is None or team.payer is None:
        raise NotFound
    return team.purse, team.payer


@get("/team/{team:str}/tarife")
async def offers_page(
    request: PageRequest, team: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    found = await buying_team(visitor, team, *_READS)
    today = local_day(visitor.now, ZONE)
    context = {"team": found, "rows": await offer_rows(visitor, today), "may_buy": _may_buy(visitor, found)}
    return await pages.show(request, visitor, "team/shop.html", context)


async def offer_rows(visitor: Visitor, today: date) -> list[dict[str, Any]]:
    """All that teams can buy, as businesses read it."""
    taxes, reader = await taxes_on(today), await reader_of(visitor.language, today)
    rows = []
    for offer in await team_offers_on_sale(visitor.now):
        terms = offer.terms
        net = net_reader(reader, taxes, offer.seller, terms)
        rows.append(
            {
                "id": offer.public_id,
                "name": name_of(terms, visitor.language),
                "about": about_of(terms, visitor.language),
                "seller": offer.seller_name,
                "included": list(included(terms, net)),
                "where": list(where(terms.scope, net.names)),
                "price": price_said(terms, net),
                "tax": taxes.word(offer.seller, terms.tax_code, Audience.BUSINESS) if terms.price else "",
                "tiers": list(tiers_said(terms, net)),
                "term": [until(terms, net)] if isinstance(terms, PassTerms) else list(term(terms)),
                "is_trial": isinstance(terms, PassTerms) and terms.is_trial,
            }
        )
    return rows


@get("/team/{team:str}/tarife/{team_product:str}")
async def offer_page(
    request: PageRequest,
    team: FromPath[str],
    team_product: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """An offer with what so many pieces cost; `menge` and `beginn` choose."""
    found = await buying_team(visitor, team)
    offer = await _offer(team_product, visitor)
    context, refused = await _context(found, offer, request.query_params, visitor)
    if refused:
        return await show_again(request, visitor, pages, "team/offer.html", context, refused)
    return await pages.show(request, visitor, "team/offer.html", context | {"errors": NO_ERRORS})


@post("/team/{team:str}/tarife/{team_product:str}")
async def order_form(
    request: PageRequest,
    team: FromPath[str],
    team_product: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
    data: FormData,
) -> Response[str] | Redirect:
    """Orders what was shown, works out another quantity, or shows what is in the way."""
    found = await buying_team(visitor, team)
    if "rechnen" in data:
        return go(f"/team/{found.public_id}/tarife/{checked_id(team_product)}?{_choice(data)}")
    offer, today = await _offer(team_product, visitor), local_day(visitor.now, ZONE)
    context, refused = await _context(found, offer, data, visitor)
    if not refused:
        agreed: PurchaseTerms = context["agreed"]
        wish = TeamWish(
            offer.public_id,
            agreed.quantity,
            agreed.starts_on,
            sent_number(data),
            data.get("stand", ""),
            data.get("bestellnummer", "")[:400],
        )
        try:
            order = await place_team_order(
                visitor.signed_in, found, wish, paper_of(pages, settings, visitor), visitor.now, today
            )
        except NotFound:
            raise
        except Refusal as refusal:
            refused = [refusal]
            context, _ = await _context(found, offer, data, visitor)
        else:
            return go(f"/team/{found.public_id}/bestellungen/{order.public_id}?getan=bestellt")
    return await show_again(request, visitor, pages, "team/offer.html", context, refused)


def _choice(typed: Mapping[str, str]) -> str:
    """What was chosen, for the address of the page that shows it."""
    return urlencode({name: typed[name][:40] for name in ("menge", "beginn", "bestellnummer") if name in typed})


def paper_of(pages: Pages, settings: Settings, visitor: Visitor) -> Paper:
    """What a document is written with."""
    return Paper(pages.templates, settings.address, visitor.language)


def sent_number(data: Mapping[str, str]) -> int:
    """The number of the order that the form had; 0 for what is none."""
    number = data.get("nummer", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 8 else 0


def _may_buy(visitor: Visitor, team: TeamCard) -> bool:
    return may_buy(visitor.signed_in, team) and not team.has_ended


async def _offer(public_id: str, visitor: Visitor) -> Offer:
    offer = await team_offer_on_sale(checked_id(public_id), visitor.now)
    if offer is None:
        raise NotFound
    return offer


async def _context(
    team: TeamCard, offer: Offer, typed: Mapping[str, str], visitor: Visitor
) -> tuple[dict[str, Any], list[Refusal]]:
    """The page with what was chosen as far as it can be read, and what is wrong with it."""
    today, refused = local_day(visitor.now, ZONE), list[Refusal]()
    quantity, starts_on = 1, today
    try:
        if "menge" in typed and (number := read_number({"menge": typed["menge"][:20]}, "menge")) is not None:
            quantity = number
        elif "menge" in typed:
            refused.append(NumberUnreadable(field="menge"))
    except Refusal as refusal:
        refused.append(refusal)
    try:
        starts_on = read_day(typed["beginn"][:20], "beginn") if typed.get("beginn") else today
    except Refusal as refusal:
        refused.append(refusal)
    refused += [one for one in check_wish(quantity, starts_on, today) if one.field not in [r.field for r in refused]]
    if refused:
        quantity, starts_on = 1, today
    agreed = await prepared_for_team(offer, quantity, starts_on, today)
    purse, payer = purse_and_payer(team)
    known = await payer_by_id(payer)
    against = None
    if agreed.is_trial and known is not None and not visitor.signed_in.may(Action.KEEP_CONTRACTS):
        try:
            await check_trial(purse, known.details)
        except Refusal as refusal:
            against = refusal
    return await agreed_context(team, agreed, visitor) | {
        "typed": {
            "menge": typed.get("menge", str(quantity))[:20],
            "beginn": typed.get("beginn", starts_on.isoformat())[:20],
            "bestellnummer": typed.get("bestellnummer", team.order_number)[:80],
        },
        "against": against,
        "may_buy": _may_buy(visitor, team),
        "first_day": today,
        "last_day": latest_start(today),
        "id": offer.public_id,
    }, refused


async def agreed_context(team: TeamCard, agreed: PurchaseTerms, visitor: Visitor) -> dict[str, Any]:
    """What every page says of something that can be ordered."""
    today = local_day(visitor.now, ZONE)
    reader = await business_reader(agreed, visitor.language, today)
    _, payer = purse_and_payer(team)
    return {
        "team": team,
        "agreed": agreed,
        "name": name_of(agreed.offer.terms, visitor.language),
        "about": about_of(agreed.offer.terms, visitor.language),
        "facts": facts_for_team(agreed, reader, visitor.speaker),
        "tiers": list(tiers_said(agreed.offer.terms, reader)),
        "total": every(agreed, agreed.total.first, visitor.speaker),
        "tax": tax_said(agreed, visitor.speaker) if agreed.costs else "",
        "payer": await payer_by_id(payer),
        "number": await next_team_number(team.id),
        "terms_of_use": await legal_document("terms", visitor.language, visitor.now),
    }


HANDLERS = [offers_page, offer_page, order_form]
