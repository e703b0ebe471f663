"""Placing an order: what was shown still holds, what has to be stated was stated, and it is placed once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Final

import msgspec

from app.billing.operations import Due, new_charge, own_payer
from app.billing.payers import PayerCard, PayerDetails, PayerKind, payer_of
from app.billing.queries import law_values
from app.billing.rules import TaxCode
from app.identity.audit import record
from app.identity.queries import people
from app.identity.rules import Actor
from app.kernel.money import Money
from app.kernel.refusals import Conflict, NotFound, Refusal, marked
from app.network.queries import legal_document
from app.plans.agreements import Agreement, Choice, LegalVersions, agreement, check_choice, is_trial
from app.plans.contract_words import facts_of
from app.plans.ending import last_day_to_withdraw
from app.plans.memberships import Begun, begin
from app.plans.order_documents import Paper, Placed, write_confirmation
from app.plans.orders import (
    OrderCard,
    has_used_trial,
    next_number,
    order_by_id,
    order_by_number,
    proven_classes,
)
from app.plans.passes import TrialUsed, sell_pass
from app.plans.products import Offer, offer_on_sale
from app.plans.sellers import seller_of
from app.plans.terms import Audience, PlanTerms
from app.plans.upkeep import deposit_key
from app.plans.withdrawal import is_working_day
from app.plans.withdrawal_notices import withdrawal_notice
from app.platform.database import execute, fetch_value, retried, transaction
from app.platform.new_rows import NewRow, insert_together
from app.platform.outbox import emit

PAYERS: Final = {Audience.CONSUMER: PayerKind.PERSON, Audience.BUSINESS: PayerKind.BUSINESS}


class OfferChanged(Conflict):
    """What was shown does not hold any more."""

    code = "offer_changed"
    text = marked("Seit Sie dies gesehen haben, hat sich etwas geändert. Bitte prüfen Sie die neuen Angaben.")


class OrderedMeanwhile(Conflict):
    """The same person has ordered something else since the page was shown."""

    code = "ordered_meanwhile"
    text = marked("Sie haben inzwischen etwas anderes bestellt. Wollen Sie auch dies, bestellen Sie noch einmal.")


class AlreadyMember(Conflict):
    code = "already_member"
    text = marked("Diesen Tarif haben Sie schon.")


class PayerMissing(Refusal):
    code = "payer_missing"
    text = marked("Bitte geben Sie zuerst eine Rechnungsadresse an.")


class AdultNeeded(Refusal):
    """Who is under age cannot enter into a contract that costs something (BGB §§ 106 ff.)."""

    code = "adult_needed"
    text = marked("Bestellen können Sie ab 18 Jahren. Für Jüngere bestellt ein Elternteil mit eigenem Konto.")


class EarlyStartNotAsked(Refusal):
    """A consumer has to ask for a start within the withdrawal period (BGB § 357a Abs. 2)."""

    code = "early_start_not_asked"
    text = marked("Bitte bestätigen, oder einen Beginn ab {day} wählen.")


class EarlyLossNotKnown(Refusal):
    """A consumer has to know when the right to withdraw lapses (BGB § 356 Abs. 4)."""

    code = "early_loss_not_known"
    text = marked("Bitte auch dies bestätigen, oder einen Beginn ab {day} wählen.")


@dataclass(frozen=True, slots=True)
class Statements:
    """What the person stated with the order, each by a tick of its own."""

    is_adult: bool = False
    asks_early_start: bool = False
    knows_early_loss: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """An order as its form sends it: the product's public id, the choice, the number that the order would have, the
    mark of what was shown, and what was stated."""

    product: str
    choice: Choice
    number: int
    mark: str
    statements: Statements = Statements()


async def prepared(offer: Offer, choice: Choice, language: str, now: datetime, today: date) -> Agreement:
    """What an order of this would agree on now."""
    seller = await seller_of(offer.seller, today)
    terms = await legal_document("terms", language, now)
    notice = withdrawal_notice(seller, language, today, "")
    legal = LegalVersions(terms.valid_from if terms else None, notice.valid_from)
    law = await law_values(today)
    until = last_day_to_withdraw(today, law["withdrawal_days"], is_working_day, informed=True)
    return agreement(offer, seller, choice, law["pass_years"], legal, until)


def check_statements(agreed: Agreement, statements: Statements) -> Sequence[Refusal]:
    """What is still to be stated, each by its field. What costs nothing needs no statement."""
    refusals: list[Refusal] = []
    if agreed.costs and not statements.is_adult:
        refusals.append(AdultNeeded(field="volljaehrig"))
    if agreed.starts_early:
        if not statements.asks_early_start:
            refusals.append(EarlyStartNotAsked(field="frueh", day=agreed.first_day_after_withdrawal))
        if not statements.knows_early_loss:
            refusals.append(EarlyLossNotKnown(field="erlischt", day=agreed.first_day_after_withdrawal))
    return refusals


@retried
async def place_order(actor: Actor, wish: Wish, paper: Paper, now: datetime, today: date) -> OrderCard:
    """Orders a plan or a pass for the actor: contract, what is due, and the confirmation, all or nothing.

    Sent twice, also from two windows, it is ordered once: the second gets the order of the first. Raises NotFound,
    OrderedMeanwhile, OfferChanged, AlreadyMember, TrialUsed, PayerMissing, and what `check_choice` and
    `check_statements` find first.
    """
    async with transaction():
        await execute("SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE", actor.person)
        before = await order_by_number(actor.person, wish.number)
        if before is not None and before.shown == wish.mark:
            return before
        if wish.number != await next_number(actor.person):
            raise OrderedMeanwhile
        offer = await offer_on_sale(wish.product, now)
        if offer is None:
            raise NotFound
        proven = await proven_classes(actor.person, offer.seller, today)
        for refusal in check_choice(offer, wish.choice, proven, today):
            raise refusal
        agreed = await prepared(offer, wish.choice, paper.language, now, today)
        if agreed.mark != wish.mark:
            raise OfferChanged
        for refusal in check_statements(agreed, wish.statements):
            raise refusal
        payer = await _payer(actor.person, agreed, now)
        against = await what_is_against(actor.person, offer, today)
        if against is not None:
            raise against
        return await enter_order(actor, actor.person, payer, agreed, wish, paper, now, today)


async def enter_order(
    actor: Actor,
    person: int,
    payer: PayerCard,
    agreed: Agreement,
    wish: Wish,
    paper: Paper,
    now: datetime,
    today: date,
    *,
    is_of_counter: bool = False,
) -> OrderCard:
    """The contract of this agreement, what is due, the order and its confirmation. Call it in a transaction, after all
    that could be against it."""
    membership, bought, public_id = await _contract(actor, person, payer.id, agreed, now, today)
    key: int = await fetch_value("SELECT nextval(pg_get_serial_sequence('contract_order', 'id'))")
    stated = wish.statements
    is_early = agreed.starts_early
    await insert_together(
        NewRow(
            "contract_order",
            {
                "id": key,
                "public_id": public_id,
                "person": person,
                "number": wish.number,
                "payer": payer.id,
                "seller": agreed.offer.seller,
                "product_version": agreed.offer.version or None,
                "membership": membership,
                "pass": bought,
                "terms": msgspec.to_builtins(agreed.terms, str_keys=True),
                "price_class": agreed.choice.price_class,
                "audience": agreed.choice.audience,
                "amount": agreed.price.amount,
                "currency": agreed.price.currency,
                "starts_on": agreed.choice.starts_on,
                "shown": agreed.mark,
                "adult_at": now if agreed.costs and stated.is_adult else None,
                "early_start_at": now if is_early and stated.asks_early_start else None,
                "early_loss_at": now if is_early and stated.knows_early_loss else None,
                "terms_valid_from": agreed.legal.terms,
                "notice_valid_from": agreed.legal.notice,
                "withdrawal_until": agreed.withdrawal_until,
                "placed_by": actor.person if is_of_counter else None,
                "placed_at": now,
            },
        )
    )
    name = (await people([person]))[person].name
    said = [text for text, is_said in _said(agreed, stated) if is_said]
    placed = Placed(
        key,
        public_id,
        person,
        name,
        payer.details,
        agreed.seller,
        agreed.terms,
        partial(facts_of, agreed),
        agreed.costs,
        agreed.withdrawal_until,
        said,
        now,
        is_of_counter=is_of_counter,
    )
    await write_confirmation(paper, placed, now)
    await record("contract_order.placed", "contract_order", key, actor, now, whom=person)
    await emit("contract_order.placed", "contract_order", key, now)
    order = await order_by_id(key)
    assert order is not None, "it was just placed"
    return order


ADULT: Final = marked("Ich bin mindestens 18 Jahre alt.")
EARLY_START: Final = marked("Ich verlange ausdrücklich, dass die Leistung vor dem Ende der Widerrufsfrist beginnt.")
EARLY_LOSS: Final = marked(
    "Mir ist bekannt, dass mein Widerrufsrecht erlischt, wenn der Vertrag vollständig erfüllt ist."
)


def _said(agreed: Agreement, stated: Statements) -> list[tuple[str, bool]]:
    return [
        (ADULT, agreed.costs and stated.is_adult),
        (EARLY_START, agreed.starts_early and stated.asks_early_start),
        (EARLY_LOSS, agreed.starts_early and stated.knows_early_loss),
    ]


async def _payer(person: int, agreed: Agreement, now: datetime) -> PayerCard:
    """Who pays; of what costs nothing whoever it is for. Raises PayerMissing."""
    kind = PAYERS[agreed.choice.audience]
    known = await payer_of(person, kind)
    if known is not None and (known.is_complete or not agreed.costs):
        return known
    if agreed.costs:
        raise PayerMissing
    return PayerCard(await own_payer(person, now), PayerDetails(kind, (await people([person]))[person].name))


async def what_is_against(person: int, offer: Offer, today: date) -> Refusal | None:
    """Why this person cannot have this now, whatever is chosen: the same plan twice at a time, or a second trial."""
    if is_trial(offer.terms):
        return TrialUsed() if await has_used_trial(person) else None
    if offer.is_plan and await fetch_value(
        "SELECT true FROM membership m JOIN membership_terms t ON t.membership = m.id"
        " JOIN product_version v ON v.id = t.product_version"
        " WHERE m.person = $1 AND v.product = $2 AND coalesce(m.ends_on, 'infinity') >= $3 LIMIT 1",
        person,
        offer.product,
        today,
    ):
        return AlreadyMember()
    return None


async def _contract(
    actor: Actor, person: int, payer: int, agreed: Agreement, now: datetime, today: date
) -> tuple[int | None, int | None, str]:
    """The keys of the membership or the pass that it makes, and its number, which the order has, too."""
    offer, choice = agreed.offer, agreed.choice
    if not isinstance(agreed.terms, PlanTerms):
        sold = await sell_pass(
            actor, person, payer, offer, choice.price_class, now, today, choice.starts_on, agreed.ends_on
        )
        return None, sold.id, sold.public_id
    begun = Begun(person, payer, offer.seller, offer.version, agreed.terms, choice.price_class, choice.starts_on)
    card = await begin(actor, begun, now, today)
    for name, key, amount, tax_code in (
        (_SETUP, f"membership:{card.id}:setup", agreed.terms.setup, agreed.terms.tax_code),
        (_DEPOSIT, deposit_key(card.id), agreed.terms.deposit, TaxCode.EXEMPT),
    ):
        if amount:
            await _charge_once(agreed, agreed.terms, name, key, amount, tax_code, payer, now)
    return card.id, None, card.public_id


_SETUP: Final = ("Einrichtung: {}", "Set-up: {}")
_DEPOSIT: Final = ("Kaution: {}", "Deposit: {}")


async def _charge_once(
    agreed: Agreement,
    terms: PlanTerms,
    name: tuple[str, str],
    key: str,
    amount: int,
    tax_code: TaxCode,
    payer: int,
    now: datetime,
) -> None:
    german, english = name
    due = Due(
        key=key,
        payer=payer,
        seller=agreed.offer.seller,
        what_de=german.format(terms.name_de),
        what_en=english.format(terms.name_en),
        price=Money(amount, terms.currency),
        tax_code=tax_code,
        supply_from=agreed.choice.starts_on,
        supply_until=agreed.choice.starts_on,
    )
    await insert_together(await new_charge(due, now))
