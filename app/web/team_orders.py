"""A team's quotes and orders: made, read again as they were sent, and ordered as they were written."""

from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.billing.open_charges import open_charges_of
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.kernel.refusals import NotFound, Phrase, Refusal, marked
from app.kernel.wall_time import local_day
from app.plans.products import team_offer_on_sale
from app.plans.shown_prices import dues_said, taxes_on
from app.plans.team_contracts import TeamContractCard, team_contract_by_id
from app.plans.terms import Audience, PlanTerms
from app.plans.terms_said import name_of
from app.platform.rate_limits import TooMany
from app.platform.settings import Settings
from app.teams.buying_queries import (
    QuoteCard,
    TeamOrderCard,
    document_of_team_order,
    pdf_of,
    quote_of,
    quotes_of,
    team_order_of,
)
from app.teams.ordering import QuoteOver, TeamWish, may_buy, place_team_order
from app.teams.purchase_terms import prepared_for_team
from app.teams.queries import TeamCard
from app.teams.quotes import make_quote
from app.web.figures import read_number
from app.web.forms import NO_ERRORS, checked_id, notice, read_day, show_again
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE
from app.web.team_setup import next_step
from app.web.team_shop import agreed_context, buying_team, paper_of, purse_and_payer, sent_number

_READS = (Action.MANAGE_TEAM, Action.SEE_TEAM)
NOTICES = {
    "angebot": marked("Das Angebot ist fertig. Sie können es als PDF weitergeben und hier so bestellen."),
    "bestellt": marked("Bestellt. Die Bestätigung ist unterwegs per E-Mail und bleibt hier stehen."),
}


@get("/team/{team:str}/angebote")
async def quotes_page(
    request: PageRequest, team: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    found = await buying_team(visitor, team, *_READS)
    today = local_day(visitor.now, ZONE)
    rows = [
        (quote, name_of(quote.terms, visitor.language), quote.is_open(today)) for quote in await quotes_of(found.id)
    ]
    return await pages.show(request, visitor, "team/quotes.html", {"team": found, "rows": rows})


@post("/team/{team:str}/angebote")
async def make_quote_form(
    team: FromPath[str],
    visitor: NamedDependency[Visitor],
    settings: NamedDependency[Settings],
    data: FormData,
) -> Redirect:
    """A quote of so many pieces; a quantity that was not shown leads back to where it is chosen."""
    found = await buying_team(visitor, team)
    product = checked_id(data.get("angebot", ""))
    offer = await team_offer_on_sale(product, visitor.now)
    if offer is None:
        raise NotFound
    here = f"/team/{found.public_id}/angebote"
    try:
        quantity = read_number({"menge": data.get("menge", "")[:20]}, "menge") or 0
        quote = await make_quote(
            visitor.signed_in,
            found,
            offer,
            quantity,
            f"{settings.address}{here}",
            visitor.language,
            visitor.now,
            local_day(visitor.now, ZONE),
        )
    except (NotFound, TooMany):
        raise
    except Refusal:
        return go(f"/team/{found.public_id}/tarife/{product}?{urlencode({'menge': data.get('menge', '')[:20]})}")
    return go(f"{here}/{quote.public_id}?getan=angebot")


@get("/team/{team:str}/angebote/{quote:str}")
async def quote_page(
    request: PageRequest,
    team: FromPath[str],
    quote: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    found = await buying_team(visitor, team, *_READS)
    card = await _quote(found, quote)
    context = await _context(found, card, visitor) | {"errors": NO_ERRORS, "notice": notice(request, NOTICES)}
    return await pages.show(request, visitor, "team/quote.html", context)


@get("/team/{team:str}/angebote/{quote:str}/pdf")
async def quote_file(
    team: FromPath[str],
    quote: FromPath[str],
    visitor: NamedDependency[Visitor],
) -> Response[bytes]:
    """The quote as it was written."""
    card = await _quote(await buying_team(visitor, team, *_READS), quote)
    headers = {
        "Content-Disposition": f'attachment; filename="angebot-{card.number}.pdf"',
        "Cache-Control": "private, no-store",
    }
    return Response(await pdf_of(card), media_type="application/pdf", status_code=200, headers=headers)


@post("/team/{team:str}/angebote/{quote:str}")
async def order_quote(
    request: PageRequest,
    team: FromPath[str],
    quote: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
    data: FormData,
) -> Response[str] | Redirect:
    """Orders it as it was written."""
    found = await buying_team(visitor, team)
    card, today = await _quote(found, quote), local_day(visitor.now, ZONE)
    try:
        starts_on = read_day(data.get("stichtag", "")[:20], "beginn")
        wish = TeamWish(
            card.product,
            card.quantity,
            starts_on,
            sent_number(data),
            data.get("stand", ""),
            data.get("bestellnummer", "")[:400],
            card.public_id,
        )
        paper = paper_of(pages, settings, visitor)
        order = await place_team_order(visitor.signed_in, found, wish, paper, visitor.now, today)
    except NotFound:
        raise
    except Refusal as refusal:
        again = await _context(found, await _quote(found, quote), visitor)
        return await show_again(request, visitor, pages, "team/quote.html", again, [refusal])
    return go(f"/team/{found.public_id}/bestellungen/{order.public_id}?getan=bestellt")


@get("/team/{team:str}/bestellungen/{team_order:str}")
async def order_page(
    request: PageRequest,
    team: FromPath[str],
    team_order: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """What was ordered, and the confirmation to keep."""
    found = await buying_team(visitor, team, *_READS)
    order = await team_order_of(found.id, checked_id(team_order))
    if order is None:
        raise NotFound
    contract = await team_contract_by_id(order.contract)
    assert contract is not None, "it is deleted with its orders"
    _, payer = purse_and_payer(found)
    charges = await open_charges_of(payer, f"team_contract:{contract.id}", visitor.language)
    context = {
        "team": found,
        "order": order,
        "every": order.terms.billed if isinstance(order.terms, PlanTerms) else "once",
        "price": await _price(order, contract),
        "charges_due": await dues_said(charges, Audience.BUSINESS),
        "name": name_of(order.terms, visitor.language),
        "is_seat": order.terms.for_teams == "seat",
        "notice": (done := notice(request, NOTICES)),
        "next": await next_step(found) if done else None,
    }
    return await pages.show(request, visitor, "team/ordered.html", context)


@get("/team/{team:str}/bestellungen/{team_order:str}/bestaetigung")
async def document_file(
    team: FromPath[str], team_order: FromPath[str], visitor: NamedDependency[Visitor]
) -> Response[bytes]:
    """The confirmation as it was sent, to be kept."""
    found = await buying_team(visitor, team, *_READS)
    order = await team_order_of(found.id, checked_id(team_order))
    document = await document_of_team_order(order.id) if order is not None else None
    if order is None or document is None:
        raise NotFound
    headers = {
        "Content-Disposition": f'attachment; filename="bestellung-{order.public_id}.html"',
        "Cache-Control": "private, no-store",
    }
    return Response(document.content.encode(), media_type="text/html; charset=utf-8", status_code=200, headers=headers)


async def _price(order: TeamOrderCard, contract: TeamContractCard) -> Phrase | None:
    """What a period of all the pieces costs, with the tax of the day of the order; None where it costs nothing."""
    if not order.price.amount:
        return None
    taxes = await taxes_on(local_day(order.placed_at, ZONE))
    return taxes.whole(order.price, contract.seller, order.terms.tax_code, Audience.BUSINESS)


async def _quote(team: TeamCard, public_id: str) -> QuoteCard:
    card = await quote_of(team.id, checked_id(public_id))
    if card is None:
        raise NotFound
    return card


async def _context(team: TeamCard, card: QuoteCard, visitor: Visitor) -> dict[str, object]:
    today = local_day(visitor.now, ZONE)
    agreed = await prepared_for_team(card.offer, card.quantity, today, today)
    is_open = card.is_open(today)
    return await agreed_context(team, agreed, visitor) | {
        "quote": card,
        "against": None if is_open or card.order else QuoteOver(),
        "may_buy": may_buy(visitor.signed_in, team) and not team.has_ended and is_open,
    }


HANDLERS = [quotes_page, make_quote_form, quote_page, quote_file, order_quote, order_page, document_file]
