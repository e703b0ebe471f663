"""Other terms of a running membership as an order: what the member agreed to and stated, and the document of it."""

from datetime import date, datetime
from functools import partial
from typing import Final

import msgspec

from app.billing.payers import PayerKind, payer_by_id
from app.billing.queries import law_values
from app.identity.queries import people
from app.kernel.refusals import marked
from app.network.queries import legal_document
from app.plans.changing import OtherTerms, stretch_now
from app.plans.contract_words import facts_of_change
from app.plans.ending import last_day_to_withdraw
from app.plans.order_documents import Paper, Placed, write_confirmation
from app.plans.ordering import ADULT, Statements
from app.plans.orders import next_number
from app.plans.queries import MembershipCard
from app.plans.sellers import seller_of
from app.plans.terms import Audience
from app.plans.withdrawal import is_working_day
from app.plans.withdrawal_notices import withdrawal_notice
from app.platform.database import execute, fetch_value
from app.platform.new_rows import NewRow, insert_together
from app.platform.outbox import emit
from app.platform.random_ids import new_public_id

BEGINS_AT_ONCE: Final = marked(
    "Der neue Tarif soll sofort beginnen. Widerrufe ich den Wechsel, zahle ich, was ich bis dahin genutzt habe."
)
OTHER_PLAN: Final = marked("Bestätigung Ihres Tarifwechsels")
NEWER_TERMS: Final = marked("Bestätigung neuer Bedingungen")


async def enter_change(
    card: MembershipCard,
    other: OtherTerms,
    title: str,
    paper: Paper,
    stated: Statements,
    now: datetime,
    today: date,
    *,
    placed_by: int | None = None,
) -> None:
    """The order of these terms by the member, with its confirmation. Call it in the transaction in which the membership
    gets them, and before it does.

    What staff enters (`placed_by`) was ordered by telephone or in writing: it can be withdrawn from like the rest.
    """
    await execute("SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE", card.person)
    payer, seller = await payer_by_id(card.payer), await seller_of(card.seller, today)
    assert payer is not None, "somebody pays"
    before = stretch_now(card, today)
    costs_more = other.difference.amount > 0 or other.price.amount > before.terms.price_for(before.price_class)
    until, notice = None, None
    if costs_more and payer.details.kind is PayerKind.PERSON:
        days = (await law_values(today))["withdrawal_days"]
        until = last_day_to_withdraw(today, days, is_working_day, informed=True)
        notice = withdrawal_notice(seller, paper.language, today, "").valid_from
    terms = await legal_document("terms", paper.language, now)
    key: int = await fetch_value("SELECT nextval(pg_get_serial_sequence('contract_order', 'id'))")
    public_id = new_public_id()
    await insert_together(
        NewRow(
            "contract_order",
            {
                "id": key,
                "public_id": public_id,
                "person": card.person,
                "number": await next_number(card.person),
                "payer": payer.id,
                "seller": card.seller,
                "product_version": other.version,
                "membership": card.id,
                "terms": msgspec.to_builtins(other.terms, str_keys=True),
                "price_class": other.price_class,
                "audience": Audience.CONSUMER if payer.details.kind is PayerKind.PERSON else Audience.BUSINESS,
                "amount": other.price.amount,
                "difference": other.difference.amount,
                "currency": other.price.currency,
                "starts_on": other.valid_from,
                "shown": f"{other.valid_from} {other.price.amount} {other.difference.amount}",
                "adult_at": now if stated.is_adult else None,
                "early_start_at": now if stated.asks_early_start else None,
                "terms_valid_from": terms.valid_from if terms else None,
                "notice_valid_from": notice,
                "withdrawal_until": until,
                "placed_by": placed_by,
                "placed_at": now,
            },
        )
    )
    placed = Placed(
        key,
        public_id,
        card.person,
        (await people([card.person]))[card.person].name,
        payer.details,
        seller,
        other.terms,
        partial(facts_of_change, card, before, other, seller),
        bool(other.price.amount),
        until,
        [text for text, is_said in ((ADULT, stated.is_adult), (BEGINS_AT_ONCE, stated.asks_early_start)) if is_said],
        now,
        title,
    )
    await write_confirmation(paper, placed, now)
    await emit("contract_order.placed", "contract_order", key, now)


async def has_stated_age(person: int) -> bool:
    """Whether the person has said with an order to be of age."""
    found = "SELECT true FROM contract_order WHERE person = $1 AND adult_at IS NOT NULL LIMIT 1"
    return await fetch_value(found, person) is not None
