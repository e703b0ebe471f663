"""Passes and day tickets that staff sells on the spot: to a person who stands there, so nothing can be withdrawn."""

from dataclasses import replace
from datetime import date, datetime
from typing import Final

from app.billing.operations import own_payer
from app.billing.payers import PayerCard, PayerDetails, PayerKind
from app.identity.queries import people
from app.identity.rules import Action, Actor
from app.kernel.refusals import NotFound
from app.network.queries import SpaceCard, the_network
from app.plans.agreements import Agreement, Choice
from app.plans.order_documents import Paper
from app.plans.ordering import OrderedMeanwhile, Wish, enter_order, prepared
from app.plans.orders import OrderCard, has_used_trial, next_number, order_by_number, proven_classes
from app.plans.products import Offer, offers_on_sale
from app.plans.purses import ScopeShape
from app.plans.terms import Audience, PassTerms, PriceClass
from app.platform.database import execute, fetch_row, retried, transaction

DAY_TICKET: Final = "tageskarte"
"""Names the operator's own day at its listed price, which is no product."""


async def offers_at(space: SpaceCard, person: int, now: datetime, today: date) -> list[Offer]:
    """What staff can sell there: today's ticket at the operator's price, the operator's and the network's passes."""
    network = await the_network()
    if network is None or not network.charges:
        return []
    had_trial = await has_used_trial(person)
    passes = [
        offer
        for offer in await offers_on_sale(now)
        if isinstance(offer.terms, PassTerms)
        and offer.seller in (None, space.operator.id)
        and _is_valid_at(offer.terms.scope, space)
        and not (offer.terms.is_trial and had_trial)
    ]
    ticket = await _day_ticket(space, person, today)
    return [ticket, *passes] if ticket else passes


async def agreement_at_counter(offer: Offer, person: int, language: str, now: datetime, today: date) -> Agreement:
    """What is agreed on across the counter: from today on, at the best price that the person has shown a proof of."""
    proven = await proven_classes(person, offer.seller, today)
    classes = [PriceClass.NORMAL, *(one for one in offer.terms.concessions if one in proven)]
    cheapest = min(classes, key=offer.terms.price_for)
    agreed = await prepared(offer, Choice(today, Audience.CONSUMER, price_class=cheapest), language, now, today)
    ends_on = today if offer.public_id == DAY_TICKET else agreed.ends_on
    legal = replace(agreed.legal, notice=None)
    return replace(agreed, withdrawal_until=None, ends_on=ends_on, first_until=ends_on, legal=legal)


@retried
async def sell_at_counter(
    actor: Actor, space: SpaceCard, person: int, product: str, number: int, paper: Paper, now: datetime, today: date
) -> OrderCard:
    """Sells it to the person; sent twice it is sold once. Raises NotFound to who may not sell there and for what is
    not sold there (a trial is not to who had one), OrderedMeanwhile."""
    if not actor.may(Action.SELL, operator=space.operator.id, space=space.id):
        raise NotFound
    async with transaction():
        await execute("SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE", person)
        before = await order_by_number(person, number)
        if before is not None and (before.product or DAY_TICKET) == product and before.is_of_counter:
            return before
        if number != await next_number(person):
            raise OrderedMeanwhile
        offer = next((one for one in await offers_at(space, person, now, today) if one.public_id == product), None)
        if offer is None:
            raise NotFound
        agreed = await agreement_at_counter(offer, person, paper.language, now, today)
        whom = (await people([person]))[person]
        payer = PayerCard(
            await own_payer(person, now), PayerDetails(PayerKind.PERSON, whom.name, email=whom.email or "")
        )
        wish = Wish(product, agreed.choice, number, agreed.mark)
        return await enter_order(actor, person, payer, agreed, wish, paper, now, today, is_of_counter=True)


def _is_valid_at(scope: ScopeShape, space: SpaceCard) -> bool:
    return not (scope.operators or scope.spaces) or space.operator.id in scope.operators or space.id in scope.spaces


_LISTED: Final = """
    SELECT space IS NULL AS is_wide, price_class, per_day, currency, tax_code FROM (
        SELECT DISTINCT ON (space, price_class) space, price_class, per_day, currency, tax_code FROM price_list_entry
         WHERE operator = $1 AND kind = 'desk' AND (space IS NULL OR space = $2) AND resource IS NULL
           AND valid_from <= $3 AND price_class = ANY($4)
         ORDER BY space, price_class, valid_from DESC, id DESC
    ) listed WHERE per_day IS NOT NULL ORDER BY is_wide, per_day LIMIT 1
"""


async def _day_ticket(space: SpaceCard, person: int, today: date) -> Offer | None:
    """A desk for today, at this space and at the price of the operator's list; None where it lists none."""
    operator = await fetch_row(
        "SELECT charges, suspended_at IS NULL AS is_running FROM operator WHERE id = $1", space.operator.id
    )
    if operator is None or not operator["charges"] or not operator["is_running"]:
        return None
    classes = [PriceClass.NORMAL, *await proven_classes(person, space.operator.id, today)]
    row = await fetch_row(_LISTED, space.operator.id, space.id, today, classes)
    if row is None:
        return None
    terms = PassTerms(
        name_de="Tageskarte",
        name_en="Day ticket",
        amount=1,
        price=row["per_day"],
        currency=row["currency"],
        tax_code=row["tax_code"],
        scope=ScopeShape(spaces=[space.id]),
    )
    return Offer(0, DAY_TICKET, space.operator.id, space.operator.name, space.operator.slug, 0, 0, terms)
