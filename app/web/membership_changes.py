"""Changing the own membership: a pause and its end, another plan with what it means before it is ordered."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from secrets import token_urlsafe
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.billing.payers import LONGEST, PayerDetails, change_payer, checked, payer_by_id
from app.billing.queries import is_business
from app.bookings.membership_changes import MembersOrder, change_plan, let_rest, take_back_change
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.kernel.money import Money
from app.kernel.refusals import BadInput, NotFound, Refusal, marked
from app.kernel.wall_time import local_day
from app.network.charging import demand_charging
from app.plans.change_orders import BEGINS_AT_ONCE, has_stated_age
from app.plans.changing import Change, OtherPriceMeanwhile, change_to, coming_change, possible_changes, stretch_now
from app.plans.concessions import price_classes_of
from app.plans.holdings import product_on, sellers
from app.plans.memberships import resume
from app.plans.order_documents import Paper
from app.plans.ordering import ADULT, AdultNeeded, Statements
from app.plans.pausing import MOST_MONTHS_A_YEAR, first_months, pause_ahead, pause_asked, runs_again_from
from app.plans.products import Offer, offers_on_sale
from app.plans.queries import MembershipCard, memberships_of
from app.plans.terms import Audience, PlanTerms, PriceClass
from app.plans.uses import Unit
from app.platform.settings import Settings
from app.web.forms import NO_ERRORS, done_once, show_again
from app.web.holdings_view import UNIT_NAMES, amount_text, month_text, name_of, price_text, tax_note
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE

_CHANGE_FORM = "membership-change"


class BeginNotAskedFor(BadInput):
    """A consumer who wants more at once says so, because the right to withdraw then costs what was used."""

    code = "begin_not_asked_for"
    text = marked("Bitte bestätigen, dass der neue Tarif sofort beginnen soll.")


async def own_membership(visitor: Visitor, public_id: str) -> MembershipCard:
    """The visitor's membership with this id. Raises NotFound."""
    person = visitor.allowed(Action.MANAGE_OWN_ACCOUNT).person
    await demand_charging()
    found = next((card for card in await memberships_of(person) if card.public_id == public_id), None)
    if found is None:
        raise NotFound
    return found


@get("/mitgliedschaft/{membership:str}/pause")
async def pause_page(
    request: PageRequest, membership: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    card = await own_membership(visitor, membership)
    context = pause_context(card, visitor) | {"errors": NO_ERRORS}
    return await pages.show(request, visitor, "membership/pause.html", context)


@post("/mitgliedschaft/{membership:str}/pause")
async def pause_form(
    request: PageRequest,
    membership: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """Enters a pause, or by the other button ends the one that is or comes."""
    card, today = await own_membership(visitor, membership), local_day(visitor.now, ZONE)
    if data.get("was") == "beenden":
        await end_pause(card, visitor)
        return go("/mitgliedschaft?getan=weiter")
    try:
        days = pause_asked(card, first_of(data), months_of_form(data), today)
        await let_rest(visitor.signed_in, card, days, visitor.now, today)
    except NotFound:
        raise
    except Refusal as refusal:
        context = pause_context(card, visitor, data)
        return await show_again(request, visitor, pages, "membership/pause.html", context, [refusal])
    return go("/mitgliedschaft?getan=pause")


async def end_pause(card: MembershipCard, visitor: Visitor) -> None:
    """The membership runs again: at once where the pause has not begun, else from the next month on."""
    today = local_day(visitor.now, ZONE)
    pause = pause_ahead(card, today)
    if pause is not None:
        await resume(visitor.signed_in, card.id, runs_again_from(pause, today), visitor.now, today)


def pause_context(card: MembershipCard, visitor: Visitor, typed: Mapping[str, str] | None = None) -> dict[str, Any]:
    today = local_day(visitor.now, ZONE)
    pause = pause_ahead(card, today)
    return {
        "card": card,
        "name": name_of(stretch_now(card, today).terms, visitor.language),
        "pause": pause,
        "again": runs_again_from(pause, today) if pause else None,
        "firsts": [(first.isoformat(), month_text(first, visitor.speaker)) for first in first_months(card, today)],
        "most": MOST_MONTHS_A_YEAR,
        "typed": typed or {},
    }


def first_of(data: Mapping[str, str]) -> date:
    """The first day that was chosen; one that cannot be chosen where it is no day."""
    try:
        return date.fromisoformat(data.get("first", ""))
    except ValueError:
        return date.min


def months_of_form(data: Mapping[str, str]) -> int:
    """How many months were chosen."""
    text = data.get("months", "")
    return int(text) if text in {"1", "2", "3"} else 1


@get("/mitgliedschaft/{membership:str}/tarif")
async def change_page(
    request: PageRequest, membership: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """The plans to choose from, or, with `tarif`, what the change would mean."""
    card = await own_membership(visitor, membership)
    query = {name: values[-1] for name, values in request.query_params.dict().items() if values}
    context = await change_context(card, visitor, query, request.query_params.getall("dazu", [])) | {
        "errors": NO_ERRORS,
        "at": f"/mitgliedschaft/{card.public_id}",
        "back": "/mitgliedschaft",
    }
    return await pages.show(request, visitor, "membership/change.html", context)


@post("/mitgliedschaft/{membership:str}/tarif")
async def change_form(
    request: PageRequest,
    membership: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
    data: FormData,
) -> Response[str] | Redirect:
    """Orders the change that was shown, or takes back the one that is agreed for later."""
    card, actor = await own_membership(visitor, membership), visitor.signed_in
    today = local_day(visitor.now, ZONE)
    if data.get("was") == "bleiben":
        await take_back_change(actor, card, visitor.now, today)
        return go("/mitgliedschaft?getan=bleibt")

    async def run() -> str:
        paper = Paper(pages.templates, settings.address, visitor.language)
        await order_change(card, visitor, data, paper)
        return "/mitgliedschaft?getan=tarif"

    done = await done_once(actor.person, _CHANGE_FORM, data, visitor.now, run)
    if isinstance(done, Refusal):
        if isinstance(done, NotFound):
            raise done
        context = await change_context(card, visitor, data, list(map(str, extras_of(data)))) | {
            "at": f"/mitgliedschaft/{card.public_id}",
            "back": "/mitgliedschaft",
        }
        wrong = await all_wrong(card, visitor, data, done)
        return await show_again(request, visitor, pages, "membership/change.html", context, wrong)
    return go(done)


async def asked_change(card: MembershipCard, visitor: Visitor, product: str, extras: frozenset[int]) -> Change:
    """What changing to the plan with this id would mean. Raises NotFound where it cannot be chosen."""
    today = local_day(visitor.now, ZONE)
    offer = next((one for one in await plans_to_choose(card, visitor) if one.public_id == product), None)
    if offer is None:
        raise NotFound
    classes = await price_classes_of(card.person, card.seller, today)
    return change_to(card, offer, extras, classes, today)


async def plans_to_choose(card: MembershipCard, visitor: Visitor) -> list[Offer]:
    today = local_day(visitor.now, ZONE)
    audience = Audience.BUSINESS if await is_business(card.payer) else Audience.CONSUMER
    _, product = await product_on(card.id, today)
    return possible_changes(card, await offers_on_sale(visitor.now), audience, product)


async def change_context(
    card: MembershipCard, visitor: Visitor, query: Mapping[str, str], chosen: list[str]
) -> dict[str, Any]:
    """What the page of a change shows: the plans, or one of them with all that follows."""
    today, says = local_day(visitor.now, ZONE), visitor.speaker
    offers = await plans_to_choose(card, visitor)
    classes = await price_classes_of(card.person, card.seller, today)
    seller = (await sellers({card.seller}, today))[card.seller]
    now, coming = stretch_now(card, today), coming_change(card, today)
    context: dict[str, Any] = {
        "card": card,
        "name": name_of(now.terms, visitor.language),
        "price": price_text(now.terms, now.price_class, says),
        "coming": (name_of(coming.terms, visitor.language), coming.days.first) if coming else None,
        "seller": seller,
        "tax": tax_note(seller, says),
        "options": [_option(offer, classes, visitor) for offer in offers],
        "change": None,
    }
    offer = next((one for one in offers if one.public_id == query.get("tarif")), None)
    if offer is None or card.ends_on is not None:
        return context
    extras = frozenset(int(text) for text in chosen if text.isascii() and text.isdigit())
    change = change_to(card, offer, extras, classes, today)
    terms = offer.terms
    assert isinstance(terms, PlanTerms), "only plans can be chosen"
    grants = change.granted_before, change.granted_after
    needs_age, needs_consent = await _needed(card, change)
    address = await _address_needed(card, change)
    return context | {
        "change": change,
        "new_name": name_of(change.terms, visitor.language),
        "new_price": price_text(change.terms, change.price_class, says),
        "grants": [
            (UNIT_NAMES[unit], *(_granted(each, unit, visitor) for each in grants))
            for unit in (Unit.DESK_DAY, Unit.ROOM_MINUTE)
            if unit in change.granted_before or unit in change.granted_after
        ],
        "month": month_text(change.valid_from, says),
        "extras": [
            (number, name_of(extra, visitor.language), Money(extra.price, terms.currency), number in extras)
            for number, extra in enumerate(terms.extras)
            if extra.price
        ],
        "needs_address": address is not None,
        "address": address and _typed_address(address, query),
        "is_business": await is_business(card.payer),
        "needs_age": needs_age,
        "needs_consent": needs_consent,
        "adult": says.gettext(ADULT),
        "begins_at_once": says.gettext(BEGINS_AT_ONCE),
        "key": token_urlsafe(16),
    }


async def order_change(
    card: MembershipCard, visitor: Visitor, data: Mapping[str, str], paper: Paper, *, by_staff: bool = False
) -> None:
    """Orders the change as the form says it. By staff the start at once need not be asked for: then a withdrawal costs
    nothing. Raises what is missing or no longer so, with its field."""
    today, actor = local_day(visitor.now, ZONE), visitor.signed_in
    change = await asked_change(card, visitor, data.get("tarif", ""), extras_of(data))
    needs_age, needs_consent = await _needed(card, change)
    asks = needs_consent and data.get("sofort") == "ja"
    if needs_age and data.get("volljaehrig") != "ja":
        raise AdultNeeded(field="volljaehrig")
    if needs_consent and not asks and not by_staff:
        raise BeginNotAskedFor(field="sofort")
    if data.get("faellig", "") != str(change.due_now.amount):
        raise OtherPriceMeanwhile
    address = await _address_needed(card, change)
    if address is not None:
        await change_payer(card.payer, _typed_address(address, data))
    stated = Statements(is_adult=needs_age, asks_early_start=asks)
    order = MembersOrder(paper, stated, actor.person if by_staff else None)
    await change_plan(actor, card, change, shown_price(data), visitor.now, today, order)


async def _address_needed(card: MembershipCard, change: Change) -> PayerDetails | None:
    """What is known of who pays, where more is to be paid than before and that is not enough for an invoice."""
    payer = await payer_by_id(card.payer) if change.costs else None
    return payer.details if payer is not None and not payer.is_complete else None


def _typed_address(known: PayerDetails, data: Mapping[str, str]) -> PayerDetails:
    names = (field.name for field in fields(PayerDetails) if field.name != "kind")
    return replace(known, **{name: data.get(name, getattr(known, name))[: 2 * LONGEST] for name in names})


async def all_wrong(card: MembershipCard, visitor: Visitor, data: Mapping[str, str], refusal: Refusal) -> list[Refusal]:
    """All that is wrong with an address at once; else the refusal alone."""
    try:
        change = await asked_change(card, visitor, data.get("tarif", ""), extras_of(data))
    except Refusal:
        return [refusal]
    address = await _address_needed(card, change)
    wrong = checked(_typed_address(address, data))[1] if address is not None else []
    return wrong if refusal.field in {each.field for each in wrong} else [refusal]


def shown_price(data: Mapping[str, str]) -> int:
    """The price for a period that the page showed; one that fits nothing where it is none."""
    text = data.get("preis", "")
    return int(text) if text.isascii() and text.isdigit() else -1


def extras_of(data: Mapping[str, str]) -> frozenset[int]:
    """Fields dazu-0, dazu-1, ... of the form that orders."""
    numbers = (name.partition("-")[2] for name, value in data.items() if name.startswith("dazu-") and value == "ja")
    return frozenset(int(number) for number in numbers if number.isascii() and number.isdigit())


def _option(offer: Offer, classes: list[PriceClass], visitor: Visitor) -> tuple[str, str, str, str]:
    """Id, name, price and what it is about."""
    terms = offer.terms
    assert isinstance(terms, PlanTerms), "only plans can be chosen"
    best = min([PriceClass.NORMAL, *classes], key=terms.price_for)
    about = terms.about_en if visitor.language == "en" else terms.about_de
    return offer.public_id, name_of(terms, visitor.language), price_text(terms, best, visitor.speaker), about


def _granted(granted: Mapping[Unit, int | None], unit: Unit, visitor: Visitor) -> str:
    units = granted.get(unit, 0)
    if units is None:
        return visitor.speaker.gettext(marked("unbegrenzt"))
    return amount_text(unit, units, visitor.speaker)


async def _needed(card: MembershipCard, change: Change) -> tuple[bool, bool]:
    """Whether the person has to say to be of age, and to ask for a start at once."""
    if not change.costs:
        return False, False
    is_first_price = not change.before.amount
    needs_age = is_first_price and not await has_stated_age(card.person)
    return needs_age, change.is_at_once and not await is_business(card.payer)


HANDLERS = [pause_page, pause_form, change_page, change_form]
