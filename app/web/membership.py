"""The own membership: contracts, what is left of each account, what is open; and every entry of an account."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.billing.queries import open_charges
from app.bookings.queries import bookings_by_id
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.inventory.rules import label
from app.kernel.money import Money
from app.kernel.refusals import NotFound, marked
from app.kernel.wall_time import local_day
from app.network.charging import demand_charging
from app.network.queries import the_network
from app.plans.change_withdrawals import ChangeOrder, withdrawable_changes
from app.plans.changing import coming_change, stretch_now
from app.plans.concessions import concessions_of
from app.plans.grants import Days
from app.plans.holdings import (
    PassCard,
    Seller,
    account_of,
    accounts_of,
    former_accounts_of,
    lines_of,
    passes_of,
    sellers,
)
from app.plans.orders import DocumentLine, documents_of
from app.plans.pausing import pause_ahead
from app.plans.queries import MembershipCard, memberships_of
from app.plans.terms import PRICE_CLASS_NAMES, PlanTerms, PriceClass
from app.plans.withdrawal import withdrawable
from app.platform.language import Speaker
from app.web.asked_changes import asked_changes
from app.web.forms import checked_id, notice
from app.web.holdings_view import AccountRow, account_rows, line_row, name_of, price_text, tax_note
from app.web.pages import PageRequest, Pages
from app.web.search_form import ZONE

NOTICES = {
    "pause": marked("Die Pause ist eingetragen."),
    "weiter": marked("Die Pause ist beendet."),
    "tarif": marked("Der Wechsel ist bestätigt."),
    "bleibt": marked("Der Wechsel ist zurückgenommen. Ihr Tarif bleibt, wie er ist."),
}


@dataclass(frozen=True, slots=True)
class Contract:
    """A membership as its page shows it. `first` and `last` of a pause are days; `widerrufen` says until when the
    law lets a consumer withdraw."""

    card: MembershipCard
    name: str
    seller: Seller
    price: str
    tax: str
    price_class: str
    terms: PlanTerms
    pause: Days | None
    coming: tuple[str, str, date] | None
    earliest_end: date | None
    withdraw_until: date | None
    accounts: Sequence[AccountRow]
    documents: Sequence[DocumentLine]
    is_over: bool
    rests: bool
    change: ChangeOrder | None = None
    """The last change of plan, where a consumer can still withdraw from it."""


@dataclass(frozen=True, slots=True)
class BoughtPass:
    """A pass with its accounts."""

    card: PassCard
    name: str
    seller: Seller
    withdraw_until: date | None
    accounts: Sequence[AccountRow]
    documents: Sequence[DocumentLine]


@get("/mitgliedschaft")
async def membership_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    person = visitor.allowed(Action.SEE_OWN_BOOKINGS).person
    await demand_charging()
    context = await held_by(person, visitor) | {
        "asked": await asked_changes(person, visitor),
        "notice": notice(request, NOTICES),
    }
    return await pages.show(request, visitor, "membership/show.html", context)


@get("/mitgliedschaft/guthaben/{account:str}")
async def account_page(
    request: PageRequest, account: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """Every entry of one account, the latest first."""
    person = visitor.allowed(Action.SEE_OWN_BOOKINGS).person
    await demand_charging()
    found = await account_of(person, checked_id(account))
    if found is None:
        raise NotFound
    lines = await lines_of(found.id)
    booked = {
        one.id: (
            f"{one.space.name}, {visitor.speaker.word(label(one.resource.kind, one.resource.name))}",
            f"/buchungen/{one.public_id}" if one.person == person else "",
        )
        for one in await bookings_by_id([line.booking for line in lines if line.booking is not None])
    }
    [row] = await account_rows([found], visitor)
    context = {
        "row": row,
        "lines": [line_row(line, found, booked.get(line.booking or 0), visitor) for line in lines],
    }
    return await pages.show(request, visitor, "membership/account.html", context)


async def held_by(person: int, visitor: Visitor) -> dict[str, Any]:
    """All that a person holds, for the own page and for staff's."""
    today = local_day(visitor.now, ZONE)
    cards = await memberships_of(person)
    passes = await passes_of(person)
    charges = await open_charges(person)
    rows = await account_rows(await accounts_of(person, today), visitor)
    selling = {card.seller for card in cards} | {one.seller for one in passes} | {one.seller for one in charges}
    known = await sellers(selling, today)
    last_days = await withdrawable(person, today)
    documents = await documents_of(person)
    contracts = [_contract(card, known, rows, documents, last_days, visitor) for card in cards]
    changes = await withdrawable_changes(person, today)
    contracts = [replace(one, change=changes.get(one.card.id)) for one in contracts]
    bought = [_bought(one, known, rows, documents, last_days, visitor) for one in passes]
    network = await the_network()
    return {
        "today": today,
        "contracts": [one for one in contracts if not one.is_over],
        "former_contracts": [one for one in reversed(contracts) if one.is_over],
        "passes": [one for one in bought if one.accounts],
        "tickets": [row for row in rows if row.account.membership is None and row.account.bought is None],
        "former": await account_rows(await former_accounts_of(person, today), visitor),
        "charges": [
            (one.what[visitor.language], one, known[one.seller], tax_note(known[one.seller], visitor.speaker))
            for one in charges
        ],
        "open_sum": _sum([one.price for one in charges], visitor.speaker),
        "concessions": [one for one in await concessions_of(person) if one.is_open or one.holds_on(today)],
        "price_classes": PRICE_CLASS_NAMES,
        "documents": documents,
        "network_name": network.name if network else "",
    }


def _contract(
    card: MembershipCard,
    known: Mapping[int | None, Seller],
    rows: Sequence[AccountRow],
    documents: Sequence[DocumentLine],
    last_days: Mapping[str, date],
    visitor: Visitor,
) -> Contract:
    today, says = local_day(visitor.now, ZONE), visitor.speaker
    now, coming = stretch_now(card, today), coming_change(card, today)
    seller, pause = known[card.seller], pause_ahead(card, today)
    return Contract(
        card,
        name_of(now.terms, visitor.language),
        seller,
        price_text(now.terms, now.price_class, says),
        tax_note(seller, says),
        "" if now.price_class is PriceClass.NORMAL else says.gettext(PRICE_CLASS_NAMES[now.price_class]),
        now.terms,
        pause,
        (name_of(coming.terms, visitor.language), price_text(coming.terms, coming.price_class, says), coming.days.first)
        if coming
        else None,
        None if card.ends_on else card.earliest_end(today),
        last_days.get(card.public_id) if card.ends_on is None else None,
        [row for row in rows if row.account.membership == card.id],
        [each for each in documents if each.membership == card.id],
        card.ends_on is not None and card.ends_on < today,
        pause is not None and pause.first <= today,
    )


def _bought(
    one: PassCard,
    known: Mapping[int | None, Seller],
    rows: Sequence[AccountRow],
    documents: Sequence[DocumentLine],
    last_days: Mapping[str, date],
    visitor: Visitor,
) -> BoughtPass:
    return BoughtPass(
        one,
        name_of(one.terms, visitor.language),
        known[one.seller],
        last_days.get(one.public_id) if one.is_charged else None,
        [row for row in rows if row.account.bought == one.id],
        [each for each in documents if each.bought == one.id],
    )


def _sum(prices: Sequence[Money], says: Speaker) -> str:
    sums: dict[str, int] = {}
    for price in prices:
        sums[price.currency] = sums.get(price.currency, 0) + price.amount
    return says.listed(says.money(Money(amount, currency)) for currency, amount in sums.items())


HANDLERS = [membership_page, account_page]
