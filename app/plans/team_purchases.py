"""Employers' contracts begun, made larger or smaller, and ended. Accounts and charges follow at once.

Whoever calls these has decided that it may be done. What seats pay for behind an end is settled before
(bookings/seat_changes.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from app.billing.operations import Due, new_charge
from app.billing.queries import law_values
from app.identity.audit import record
from app.identity.rules import Actor
from app.kernel.money import Money
from app.kernel.refusals import BadInput, Conflict, NotFound, marked
from app.plans.accounts import NewAccount
from app.plans.passes import last_day_of, units_in, voucher_of
from app.plans.products import Offer
from app.plans.rules import Source
from app.plans.seats import add_seats, close_seats, close_surplus_seats
from app.plans.team_contracts import TeamContractCard, team_contract_by_id
from app.plans.team_upkeep import locked_contract, open_team_account, settle_team_contract
from app.plans.term_checks import MOST_PIECES
from app.plans.terms import PassTerms, PlanTerms, TeamUse
from app.plans.tiers import of_pieces
from app.plans.timeline import earliest_end, first_term_of
from app.platform.database import execute, fetch_value, refuse_constraint, retried, transaction
from app.platform.new_rows import insert_together
from app.platform.outbox import emit
from app.platform.random_ids import new_public_id


class QuantityUnusable(BadInput):
    code = "quantity_unusable"
    text = marked("Bitte eine Anzahl von {least} bis {most} angeben.")


class TeamContractEnding(Conflict):
    code = "team_contract_ending"
    text = marked("Dieser Vertrag ist schon gekündigt.")


class TeamTrialUsed(Conflict):
    """A company tries once."""

    code = "team_trial_used"
    text = marked("Ihre Firma hat das Ausprobieren schon genutzt. Rufen Sie uns an, wenn Sie es noch einmal möchten.")


refuse_constraint("team_contract_one_trial", TeamTrialUsed)


def usable_quantity(quantity: int) -> int:
    """Raises QuantityUnusable."""
    if not 1 <= quantity <= MOST_PIECES:
        raise QuantityUnusable(field="menge", least=1, most=MOST_PIECES)
    return quantity


@dataclass(frozen=True, slots=True)
class TeamPurchase:
    """So many pieces of an offer for a purse, from a day on. A trial says by which mark the company is known."""

    purse: int
    payer: int
    offer: Offer
    quantity: int
    starts_on: date
    trial_of: str | None = None


@retried
async def begin_team_contract(
    actor: Actor | None, bought: TeamPurchase, now: datetime, today: date
) -> TeamContractCard:
    """The contract, with seats to be given or a pool that is filled; what is due is charged. Raises QuantityUnusable,
    TeamTrialUsed."""
    terms, quantity = bought.offer.terms, usable_quantity(bought.quantity)
    ends_on = None
    if isinstance(terms, PassTerms):
        ends_on = last_day_of(terms, bought.starts_on, (await law_values(today))["pass_years"])
    async with transaction():
        key: int = await fetch_value(
            "INSERT INTO team_contract (public_id, purse, payer, seller, product_version, terms, trial_of, ordered_at,"
            " starts_on, first_term_ends_on, ends_on)"
            " VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9, $10, $11) RETURNING id",
            new_public_id(),
            bought.purse,
            bought.payer,
            bought.offer.seller,
            bought.offer.version,
            msgspec.json.encode(terms).decode(),
            bought.trial_of,
            now,
            bought.starts_on,
            first_term_of(bought.starts_on, terms) if isinstance(terms, PlanTerms) else None,
            ends_on,
        )
        await _enter_step(key, quantity, bought.starts_on, now)
        card = await team_contract_by_id(key)
        assert card is not None, "it was just begun"
        if isinstance(terms, PassTerms):
            await _fill_at_once(card, quantity, now, today)
        elif card.use is TeamUse.SEAT:
            await add_seats(card, quantity, bought.starts_on)
        await record("team_contract.begun", "team_contract", key, actor, now, pieces=quantity)
        await emit("team_contract.begun", "team_contract", key, now)
        return await settle_team_contract(key, now, today)


async def _fill_at_once(card: TeamContractCard, quantity: int, now: datetime, today: date) -> None:
    terms = of_pieces(card.bought, quantity)
    assert card.ends_on is not None, "a pass ends"
    account = NewAccount(
        None,
        terms.unit,
        Source.TEAM,
        units_in(terms),
        card.starts_on,
        card.ends_on,
        terms.name_de,
        terms.name_en,
        terms.scope,
        terms.half_days,
        purse=card.purse,
    )
    await open_team_account(account, card.id, None, now)
    if not terms.price:
        return
    due = Due(
        key=f"team_contract:{card.id}",
        payer=card.payer,
        seller=card.seller,
        what_de=f"{quantity} × {terms.name_de}",
        what_en=f"{quantity} × {terms.name_en}",
        price=Money(terms.price, terms.currency),
        tax_code=terms.tax_code,
        supply_from=card.starts_on,
        supply_until=card.ends_on,
        voucher=await voucher_of(card.seller, terms.scope, today),
    )
    await insert_together(await new_charge(due, now))


def change_day(card: TeamContractCard, quantity: int, today: date) -> date:
    """From which day on the contract has so many pieces: more at once, fewer when the term and the notice are over.

    Raises QuantityUnusable, TeamContractEnding.
    """
    usable_quantity(quantity)
    if card.ends_on is not None:
        raise TeamContractEnding
    from_day = max(today, card.starts_on)
    if quantity >= card.quantity_on(from_day):
        return from_day
    return next_term(card, today)


def next_term(card: TeamContractCard, today: date) -> date:
    """The first day after the earliest one with which the contract could end."""
    return date.fromordinal(last_day_by_notice(card, today).toordinal() + 1)


def last_day_by_notice(card: TeamContractCard, today: date) -> date:
    """The earliest last day of a contract of which notice is given today. Raises TypeError for a pass."""
    assert card.first_term_ends_on is not None, "a plan has a first term"
    return earliest_end(today, card.first_term_ends_on, card.plan)


@retried
async def change_quantity(
    actor: Actor | None, contract: TeamContractCard, quantity: int, now: datetime, today: date
) -> TeamContractCard:
    """The contract has so many pieces from `change_day` on. Raises what that raises, NotFound for what has no term."""
    async with transaction():
        card = await _locked(contract)
        if not card.is_plan:
            raise NotFound
        from_day = change_day(card, quantity, today)
        for day in [from_day, *(step.valid_from for step in card.steps if step.valid_from > from_day)]:
            await _enter_step(card.id, quantity, day, now)
        await execute("UPDATE team_contract SET version = version + 1 WHERE id = $1", card.id)
        if card.use is TeamUse.SEAT:
            await close_surplus_seats(card, quantity, from_day)
            await add_seats(card, quantity, from_day)
        await record(
            "team_contract.changed", "team_contract", card.id, actor, now, pieces=quantity, valid_from=from_day
        )
        await emit("team_contract.changed", "team_contract", card.id, now)
        return await settle_team_contract(card.id, now, today)


@retried
async def end_team_contract(
    actor: Actor | None, contract: TeamContractCard, last: date, now: datetime, today: date
) -> TeamContractCard:
    """The contract ends with this day; seats are given back then. Raises TeamContractEnding where it ends by then
    already."""
    async with transaction():
        card = await _locked(contract)
        if card.ends_on is not None and card.ends_on <= last:
            raise TeamContractEnding
        await execute(
            "UPDATE team_contract SET noticed_at = coalesce(noticed_at, $2), ends_on = $3, version = version + 1"
            " WHERE id = $1",
            card.id,
            now,
            last,
        )
        await close_seats(card, last)
        if not card.is_plan:
            await _end_at_once(card, last)
        await record("team_contract.ended", "team_contract", card.id, actor, now, last=last)
        await emit("team_contract.ended", "team_contract", card.id, now)
        return await settle_team_contract(card.id, now, today)


async def _end_at_once(card: TeamContractCard, last: date) -> None:
    """What was bought at once and is paid for can be used until then; nothing of it comes back."""
    await execute(
        "UPDATE entitlement e SET ends_on = greatest(e.starts_on, $2::date) FROM team_account t"
        " WHERE t.entitlement = e.id AND t.team_contract = $1 AND coalesce(e.ends_on, 'infinity') > $2",
        card.id,
        last,
    )


async def _locked(contract: TeamContractCard) -> TeamContractCard:
    await locked_contract(contract.id)
    card = await team_contract_by_id(contract.id)
    assert card is not None, "contracts are never deleted"
    return card


async def _enter_step(contract: int, quantity: int, valid_from: date, now: datetime) -> None:
    await execute(
        "INSERT INTO team_contract_step (team_contract, quantity, valid_from, agreed_at) VALUES ($1, $2, $3, $4)",
        contract,
        quantity,
        valid_from,
        now,
    )


def running(contracts: Sequence[TeamContractCard], today: date) -> list[TeamContractCard]:
    """Those that are not over."""
    return [card for card in contracts if not card.is_over(today)]
