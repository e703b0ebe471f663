"""Joining: what is chosen, where the invoice goes, the summary, and the order. One flow for plans and passes."""

from datetime import date
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.billing.payers import PayerDetails, checked, keep_payer, payer_of
from app.billing.queries import law_values
from app.identity.authentication import Visitor
from app.kernel.money import Money
from app.kernel.refusals import NotFound, Refusal, marked
from app.kernel.wall_time import local_day
from app.network.queries import legal_document
from app.plans.agreements import Agreement, is_trial, latest_start, net_and_tax
from app.plans.contract_words import facts_of, price_in_words
from app.plans.order_documents import Paper
from app.plans.ordering import (
    ADULT,
    EARLY_LOSS,
    EARLY_START,
    PAYERS,
    Statements,
    Wish,
    check_statements,
    place_order,
    prepared,
    what_is_against,
)
from app.plans.orders import next_number, proven_classes
from app.plans.place_names import reader_of
from app.plans.products import Offer, offer_on_sale
from app.plans.terms import PRICE_CLASS_NAMES, Audience, PlanTerms, PriceClass
from app.plans.terms_said import about_of, name_of
from app.plans.withdrawal_notices import withdrawal_notice
from app.platform.settings import Settings
from app.web.forms import NO_ERRORS, checked_id, show_again, with_way_on
from app.web.home import FormData
from app.web.joining_form import JoinForm, read_join_form
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE

_PAYER_FIELDS = ("name", "company", "street", "postcode", "place", "email", "vat_id")


@get("/beitreten/{product:str}")
async def choose_page(
    request: PageRequest, product: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    offer, form = await _asked(request, product, visitor)
    return await pages.show(request, visitor, "joining/choose.html", await _choosing(offer, form, visitor))


@get("/beitreten/{product:str}/rechnungsadresse")
async def payer_page(
    request: PageRequest, product: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str] | Redirect:
    """Asks who the invoice goes to, unless that is known or nothing is due; before that, who it is at all."""
    offer, form = await _asked(request, product, visitor)
    if form.refusals:
        context = await _choosing(offer, form, visitor)
        return await show_again(request, visitor, pages, "joining/choose.html", context, form.refusals)
    if visitor.actor is None:
        here = form.url(offer, "/rechnungsadresse")
        context = _frame(offer, form, visitor) | {
            "sign_up_url": with_way_on("/registrieren", here),
            "sign_in_url": with_way_on("/anmelden", here),
        }
        return await pages.show(request, visitor, "joining/account.html", context)
    agreed = await prepared(offer, form.choice, visitor.language, visitor.now, _today(visitor))
    known = await payer_of(visitor.actor.person, PAYERS[form.choice.audience])
    if not agreed.costs or (known is not None and known.is_complete and "aendern" not in request.query_params):
        return go(form.url(offer, "/pruefen"))
    kind = PAYERS[form.choice.audience]
    typed = known.details if known else PayerDetails(kind, visitor.actor.name, email=visitor.actor.email or "")
    context = _frame(offer, form, visitor) | {"typed": typed, "errors": NO_ERRORS}
    return await pages.show(request, visitor, "joining/payer.html", context)


@post("/beitreten/{product:str}/rechnungsadresse")
async def payer_form(
    request: PageRequest,
    product: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    offer, form = await _asked(request, product, visitor)
    actor = visitor.signed_in
    kind = PAYERS[form.choice.audience]
    typed = PayerDetails(kind, **{name: data.get(name, "")[:400] for name in _PAYER_FIELDS})
    _, refusals = checked(typed)
    if refusals:
        context = _frame(offer, form, visitor) | {"typed": typed}
        return await show_again(request, visitor, pages, "joining/payer.html", context, refusals)
    await keep_payer(actor.person, typed, visitor.now)
    return go(form.url(offer, "/pruefen"))


@get("/beitreten/{product:str}/pruefen")
async def check_page(
    request: PageRequest,
    product: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
) -> Response[str] | Redirect:
    offer, form = await _asked(request, product, visitor)
    person = visitor.signed_in.person
    if form.refusals:
        return go(form.url(offer, "/rechnungsadresse"))
    context = await _summary(offer, form, visitor, settings)
    if context["agreed"].costs and (context["payer"] is None or not context["payer"].is_complete):
        return go(form.url(offer, "/rechnungsadresse"))
    against = await what_is_against(person, offer, _today(visitor))
    context |= {"against": against, "errors": NO_ERRORS, "stated": Statements()}
    return await pages.show(request, visitor, "joining/check.html", context)


@post("/beitreten/{product:str}/pruefen")
async def order_form(
    request: PageRequest,
    product: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
    data: FormData,
) -> Response[str] | Redirect:
    """Orders what was shown, or shows what is in the way."""
    actor, today = visitor.signed_in, _today(visitor)
    offer, form = await _asked(request, product, visitor)
    stated = Statements("volljaehrig" in data, "frueh" in data, "erlischt" in data)
    number = data.get("nummer", "")
    wish = Wish(
        offer.public_id,
        form.choice,
        int(number) if number.isascii() and number.isdigit() and len(number) < 8 else 0,
        data.get("stand", ""),
        stated,
    )
    paper = Paper(pages.templates, settings.address, visitor.language)
    try:
        if form.refusals:
            raise form.refusals[0]
        order = await place_order(actor, wish, paper, visitor.now, today)
    except NotFound:
        raise
    except Refusal as refusal:
        context = await _summary(offer, form, visitor, settings)
        agreed: Agreement = context["agreed"]
        # All that is still to be stated is said at once, but only where nothing else is in the way.
        missing = check_statements(agreed, stated) if refusal.field in _STATEMENTS else []
        context |= {"against": await what_is_against(actor.person, offer, today), "stated": stated}
        return await show_again(request, visitor, pages, "joining/check.html", context, missing or [refusal])
    return go(with_way_on(f"/mitgliedschaft/bestellt/{order.public_id}", form.next_url))


_STATEMENTS = ("volljaehrig", "frueh", "erlischt")


async def _asked(request: PageRequest, product: str, visitor: Visitor) -> tuple[Offer, JoinForm]:
    """What is on sale under this id, and what was chosen of it. Raises NotFound."""
    offer = await offer_on_sale(checked_id(product), visitor.now)
    if offer is None:
        raise NotFound
    today = _today(visitor)
    proven = await proven_classes(visitor.actor.person, offer.seller, today) if visitor.actor else None
    return offer, read_join_form(request.query_params, offer, proven, today)


def _today(visitor: Visitor) -> date:
    return local_day(visitor.now, ZONE)


def _frame(offer: Offer, form: JoinForm, visitor: Visitor) -> dict[str, Any]:
    """What every step shows."""
    return {
        "offer": offer,
        "form": form,
        "name": name_of(offer.terms, visitor.language),
        "is_business": form.choice.audience is Audience.BUSINESS,
        "this_page": form.url(offer),
        "weiter": form.next_url,
    }


async def _choosing(offer: Offer, form: JoinForm, visitor: Visitor) -> dict[str, Any]:
    today, say = _today(visitor), visitor.speaker
    proven = await proven_classes(visitor.actor.person, offer.seller, today) if visitor.actor else frozenset()
    agreed = await prepared(offer, form.choice, visitor.language, visitor.now, today)
    classes = [PriceClass.NORMAL, *(one for one in offer.terms.concessions if one in proven)]
    extras = offer.terms.extras if isinstance(offer.terms, PlanTerms) else ()
    return _frame(offer, form, visitor) | {
        "agreed": agreed,
        "facts": facts_of(agreed, await reader_of(visitor.language, today), say),
        "about": about_of(offer.terms, visitor.language),
        "audiences": [
            ("privat", say.gettext(marked("Privat"))),
            ("firma", say.gettext(marked("Firma, Verein oder Kommune"))),
        ]
        if len(offer.terms.audiences) > 1 and agreed.costs
        else [],
        "extras": [
            (str(number), extra.name_en if visitor.language == "en" else extra.name_de, Money(extra.price))
            for number, extra in enumerate(extras)
            if extra.price
        ],
        "prices": [
            (one.value, f"{say.gettext(PRICE_CLASS_NAMES[one])}: {say.money(Money(offer.terms.price_for(one)))}")
            for one in classes
        ]
        if len(classes) > 1
        else [],
        "has_concessions": bool(set(offer.terms.concessions) - proven),
        "first_day": today,
        "last_day": latest_start(today),
        "errors": NO_ERRORS,
    }


async def _summary(offer: Offer, form: JoinForm, visitor: Visitor, settings: Settings) -> dict[str, Any]:
    person, today, language = visitor.signed_in.person, _today(visitor), visitor.language
    agreed, law = await prepared(offer, form.choice, language, visitor.now, today), await law_values(today)
    return _frame(offer, form, visitor) | {
        "agreed": agreed,
        "withdrawal_days": law["withdrawal_days"],
        "is_trial": is_trial(offer.terms),
        "facts": facts_of(agreed, await reader_of(language, today), visitor.speaker),
        "price": price_in_words(agreed, visitor.speaker),
        "net": net_and_tax(agreed, law),
        "payer": await payer_of(person, PAYERS[form.choice.audience]),
        "payer_url": form.url(offer, "/rechnungsadresse") + "&aendern=ja",
        "check_url": form.url(offer, "/pruefen"),
        "number": await next_number(person),
        "statements": {"volljaehrig": ADULT, "frueh": EARLY_START, "erlischt": EARLY_LOSS},
        "terms_of_use": await legal_document("terms", language, visitor.now),
        "notice": withdrawal_notice(agreed.seller, language, today, settings.address)
        if agreed.withdrawal_until
        else None,
    }


HANDLERS = [choose_page, payer_page, payer_form, check_page, order_form]
