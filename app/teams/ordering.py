"""A team orders: what was shown still holds, and it is placed once. An employer is a business; nothing is stated."""

from dataclasses import dataclass
from datetime import date, datetime

from app.billing.payers import PayerDetails, payer_by_id
from app.identity.audit import record
from app.identity.merging import Merge, on_merge
from app.identity.rules import Action, Actor
from app.kernel.plain_text import one_line
from app.kernel.refusals import BadInput, Conflict, NotFound, marked
from app.network.queries import legal_document
from app.plans.order_documents import Paper
from app.plans.ordering import OfferChanged
from app.plans.products import Offer, team_offer_on_sale
from app.plans.team_contracts import TeamContractCard, team_contract_by_id
from app.plans.team_purchases import TeamPurchase, begin_team_contract, change_day, change_quantity
from app.platform.database import execute, fetch_value, retried, transaction
from app.platform.outbox import emit
from app.platform.random_ids import new_public_id
from app.teams.buying_queries import (
    QuoteCard,
    TeamOrderCard,
    next_team_number,
    quote_of,
    team_order_by_id,
    team_order_by_number,
)
from app.teams.company import TeamEnded
from app.teams.order_documents import write_team_confirmation
from app.teams.purchase_terms import PurchaseTerms, check_wish, prepared_for_team
from app.teams.queries import TeamCard
from app.teams.trials import check_trial, company_mark

LONGEST_ORDER_NUMBER = 40


class TeamOrderedMeanwhile(Conflict):
    """Somebody of the team has ordered something since the page was shown."""

    code = "team_ordered_meanwhile"
    text = marked(
        "Inzwischen hat jemand für dieses Team etwas anderes bestellt. Wollen Sie auch dies, bestellen Sie noch einmal."
    )


class QuoteOver(Conflict):
    code = "quote_over"
    text = marked("Dieses Angebot gilt nicht mehr. Ein neues bekommen Sie bei den Tarifen.")


class OrderNumberTooLong(BadInput):
    code = "order_number_too_long"
    text = marked("Höchstens {most} Zeichen.")


class PayerOfTeamMissing(Conflict):
    code = "team_payer_missing"
    text = marked("Bitte ergänzen Sie zuerst die Rechnungsadresse der Firma.")


@dataclass(frozen=True, slots=True)
class TeamWish:
    """What is ordered: so many pieces of a product, or a quote as it was written; `number` and `shown` as the page had
    them. `order_number` is the company's own."""

    product: str
    quantity: int
    starts_on: date
    number: int
    shown: str
    order_number: str = ""
    quote: str | None = None


@retried
async def place_team_order(
    actor: Actor, team: TeamCard, wish: TeamWish, paper: Paper, now: datetime, today: date
) -> TeamOrderCard:
    """The order with its contract, its charges and its confirmation; twice the same is one order. Who keeps the
    network's contracts lets a company try again.

    Raises NotFound to who may not and for what is not on sale, TeamEnded, OfferChanged, TeamOrderedMeanwhile,
    QuoteOver, TeamTrialUsed, PayerOfTeamMissing, and what `check_wish` finds first.
    """
    purse, payer = _demand_buyer(actor, team)
    order_number = _usable_order_number(wish.order_number)
    async with transaction():
        await execute("SELECT FROM team WHERE id = $1 FOR UPDATE", team.id)
        placed = await team_order_by_number(team.id, wish.number)
        if placed is not None:
            return await _same(placed, wish)
        quote = await _open_quote(team, wish.quote, today) if wish.quote else None
        offer = quote.offer if quote else await _on_sale(wish.product, now)
        agreed = await prepared_for_team(offer, quote.quantity if quote else wish.quantity, wish.starts_on, today)
        for refusal in check_wish(agreed.quantity, agreed.starts_on, today):
            raise refusal
        if agreed.mark != wish.shown:
            raise OfferChanged
        details = await _details(payer, agreed)
        trial_of = None
        if agreed.is_trial and not actor.may(Action.KEEP_CONTRACTS):
            await check_trial(purse, details)
            trial_of = company_mark(details)
        bought = TeamPurchase(purse, payer, offer, agreed.quantity, agreed.starts_on, trial_of)
        contract = await begin_team_contract(actor, bought, now, today)
        entered = _Entered(contract, agreed, details, wish.number, order_number, quote)
        return await _enter(actor, team, entered, paper, now)


@retried
async def order_more(
    actor: Actor,
    team: TeamCard,
    contract: TeamContractCard,
    quantity: int,
    number: int,
    shown: str,
    paper: Paper,
    now: datetime,
    today: date,
) -> TeamOrderCard:
    """The contract has more pieces from today on, at the prices of its own terms. Raises what `place_team_order` does,
    and what `change_quantity` does."""
    _, payer = _demand_buyer(actor, team)
    async with transaction():
        await execute("SELECT FROM team WHERE id = $1 FOR UPDATE", team.id)
        placed = await team_order_by_number(team.id, number)
        if placed is not None:
            if (placed.contract, placed.quantity) != (contract.id, quantity):
                raise TeamOrderedMeanwhile
            return placed
        agreed = await larger(contract, quantity, today)
        if agreed.mark != shown:
            raise OfferChanged
        changed = await change_quantity(actor, contract, quantity, now, today)
        details = await _details(payer, agreed)
        return await _enter(actor, team, _Entered(changed, agreed, details, number), paper, now)


async def larger(contract: TeamContractCard, quantity: int, today: date) -> PurchaseTerms:
    """What the contract agrees on with so many pieces. Raises what `change_day` does."""
    from_day = change_day(contract, quantity, today)
    return await prepared_for_team(offer_of(contract), quantity, from_day, today)


def offer_of(contract: TeamContractCard) -> Offer:
    """What the contract was made of, as something that can be agreed on again."""
    return Offer(
        0,
        contract.product,
        contract.seller,
        contract.seller_name,
        None,
        contract.product_version,
        0,
        contract.terms,
    )


def may_buy(actor: Actor, team: TeamCard) -> bool:
    """Whether the actor orders for this team."""
    return actor.may(Action.MANAGE_TEAM, team=team.id)


def _demand_buyer(actor: Actor, team: TeamCard) -> tuple[int, int]:
    """The team's purse and payer. Raises NotFound, TeamEnded."""
    if not may_buy(actor, team) or team.purse is None or team.payer is None:
        raise NotFound
    if team.has_ended:
        raise TeamEnded
    return team.purse, team.payer


def _usable_order_number(typed: str) -> str:
    clean = one_line(typed)
    if len(clean) > LONGEST_ORDER_NUMBER:
        raise OrderNumberTooLong(field="bestellnummer", most=LONGEST_ORDER_NUMBER)
    return clean


async def _same(placed: TeamOrderCard, wish: TeamWish) -> TeamOrderCard:
    contract = await team_contract_by_id(placed.contract)
    assert contract is not None, "contracts are never deleted"
    if (contract.product, placed.quantity, placed.starts_on) != (wish.product, wish.quantity, wish.starts_on):
        raise TeamOrderedMeanwhile
    return placed


async def _open_quote(team: TeamCard, public_id: str, today: date) -> QuoteCard:
    quote = await quote_of(team.id, public_id)
    if quote is None:
        raise NotFound
    if not quote.is_open(today):
        raise QuoteOver
    return quote


async def _on_sale(product: str, now: datetime) -> Offer:
    offer = await team_offer_on_sale(product, now)
    if offer is None:
        raise NotFound
    return offer


async def _details(payer: int, agreed: PurchaseTerms) -> PayerDetails:
    known = await payer_by_id(payer)
    assert known is not None, "a team's payer stays"
    if agreed.costs and not known.is_complete:
        raise PayerOfTeamMissing
    return known.details


@dataclass(frozen=True, slots=True)
class _Entered:
    """An order as it is entered: what came of it, and what was agreed."""

    contract: TeamContractCard
    agreed: PurchaseTerms
    payer: PayerDetails
    number: int
    order_number: str = ""
    quote: QuoteCard | None = None


async def _enter(actor: Actor, team: TeamCard, entered: _Entered, paper: Paper, now: datetime) -> TeamOrderCard:
    agreed = entered.agreed
    if entered.number != await next_team_number(team.id):
        raise TeamOrderedMeanwhile
    terms = await legal_document("terms", paper.language, now)
    key: int = await fetch_value(
        "INSERT INTO team_order (public_id, team, number, team_contract, team_quote, quantity, amount, currency,"
        " starts_on, shown, order_number, terms_valid_from, placed_by, placed_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING id",
        new_public_id(),
        team.id,
        entered.number,
        entered.contract.id,
        entered.quote.id if entered.quote else None,
        agreed.quantity,
        agreed.total.gross.amount,
        agreed.total.gross.currency,
        agreed.starts_on,
        agreed.mark,
        entered.order_number or team.order_number,
        terms.valid_from if terms else None,
        actor.person,
        now,
    )
    order = await team_order_by_id(key)
    assert order is not None, "it was just placed"
    await write_team_confirmation(paper, team, order, agreed, entered.payer, now)
    await record("team_order.placed", "team_order", key, actor, now)
    await emit("team_order.placed", "team_order", key, now)
    order = await team_order_by_id(key)
    assert order is not None, "it was just placed"
    return order


@on_merge("team_order.placed_by", "team_quote.made_by")
async def _move_buyers(merge: Merge) -> None:
    await execute("UPDATE team_order SET placed_by = $1 WHERE placed_by = $2", merge.kept, merge.gone)
    await execute("UPDATE team_quote SET made_by = $1 WHERE made_by = $2", merge.kept, merge.gone)
