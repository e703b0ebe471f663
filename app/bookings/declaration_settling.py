"""What becomes of a declaration: settled by rule where there is no doubt, else by the network's staff.

By rule means that mail address, name and contract are all named and lead to one contract that runs. It happens after
the declaration was confirmed, so that neither the answer nor its time says whether there is such a contract.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.bookings.change_withdrawing import ChangeBack, change_back, plan_change_back
from app.bookings.contract_ends import EndPlan, EndWish, end_contract, plan_end
from app.bookings.sale_withdrawing import (
    LOOKED_BACK,
    Sale,
    SaleBack,
    plan_sale_back,
    sale_back,
    sale_named,
    sales_where,
)
from app.identity.rules import Actor
from app.kernel.plain_text import one_line
from app.kernel.refusals import NotFound, Refusal
from app.kernel.wall_time import local_day
from app.plans.change_withdrawals import ChangeOrder, change_named, changes_where
from app.plans.contracts import ContractCard, contract_named, contracts_where
from app.plans.declarations import (
    DeclarationCard,
    DeclarationKind,
    Declared,
    Outcome,
    Settled,
    SettledAlready,
    declaration_by_id,
    declaration_for_staff,
    demand_open,
    enter_outcome,
    take_in,
)
from app.plans.withdrawal import WithdrawalTerms
from app.platform.database import retried, transaction
from app.platform.outbox import Event, Reaction, Reactions, emit

_ZONE: Final = ZoneInfo("Europe/Berlin")
_MOST_SHOWN: Final = 10
_SHORTEST_NAME: Final = 3
"""A contract's name with fewer letters is in many texts."""


Meant = ContractCard | ChangeOrder | Sale
"""What a declaration may be about: a contract, other terms of a running one, or what was bought by booking."""


@dataclass(frozen=True, slots=True)
class Fitting:
    """What staff may have to look at. Of changes and what was bought there are some for a withdrawal alone."""

    contracts: Sequence[ContractCard]
    changes: Sequence[ChangeOrder] = ()
    sales: Sequence[Sale] = ()

    @property
    def all(self) -> list[Meant]:
        return [*self.contracts, *self.changes, *self.sales]


async def settle_by_rule(key: int, now: datetime) -> bool:
    """Ends the contract that this declaration names without doubt; False where staff has to look.

    For cause is always looked at, and so is a withdrawal that there is no right to. A change of plan and what was
    bought by booking are named by their numbers alone; who can withdraw from a change may have meant that.
    """
    declaration = await declaration_by_id(key)
    if declaration is None or declaration.outcome is not None or declaration.kind is DeclarationKind.FOR_CAUSE:
        return False
    meant = await _without_doubt(declaration, now)
    if meant is None:
        return False
    try:
        plan = await plan_settling(meant, wish_of(declaration), now)
        if plan.withdrawal is not None and plan.withdrawal.refusal is not None:
            return False
        if isinstance(plan, EndPlan) and plan.withdrawal is None and plan.contract.ends_anyway(plan.last_day):
            settled = Settled.of(plan.contract, Outcome.ENDED)
            await enter_outcome(None, declaration, settled, now)
        else:
            await _settle(None, declaration, meant, wish_of(declaration), None, now)
    except SettledAlready:
        return True
    except Refusal:
        return False
    return True


async def plan_settling(meant: Meant, wish: EndWish, now: datetime) -> EndPlan | ChangeBack | SaleBack:
    """What would follow, and changes nothing. Raises what stands in the way of it."""
    if isinstance(meant, ContractCard):
        return await plan_end(meant, wish, now)
    if isinstance(meant, ChangeOrder):
        return await plan_change_back(meant, wish.declared_on or local_day(now, _ZONE), now)
    return await plan_sale_back(meant, wish.declared_at or now, now)


async def declare_and_end(
    actor: Actor, contract: ContractCard, declared: Declared, shown_state: str, now: datetime
) -> DeclarationCard:
    """The person's own contract, ended on its page: declared, confirmed by mail and settled in one act.

    Raises the withdrawal's refusal where there is no right to it, and what `end_contract` raises.
    """
    async with transaction():
        wish = EndWish(declared.kind, declared.wished_end)
        plan = await plan_end(contract, wish, now)
        if plan.withdrawal is not None and plan.withdrawal.refusal is not None:
            raise plan.withdrawal.refusal
        declaration = await take_in(declared, actor.person, actor.language, now)
        if declaration.outcome is None:
            await _settle(actor, declaration, contract, wish, shown_state, now)
        return declaration


async def settle_by_staff(
    actor: Actor, public_id: str, number: str, wish: EndWish, shown_state: str | None, now: datetime
) -> None:
    """Ends what has this number as staff has decided. Raises NotFound, SettledAlready and what the end raises."""
    declaration = await declaration_for_staff(actor, public_id)
    meant: Meant | None = await contract_named(number)
    if meant is None and declaration.is_withdrawal:
        meant = await change_named(number) or await sale_named(number)
    if meant is None:
        raise NotFound
    await _settle(actor, declaration, meant, wish, shown_state, now)


async def fitting(declaration: DeclarationCard, now: datetime) -> Fitting:
    """What staff may have to look at: by who was signed in, mail address, name, or number."""
    numbers = _possible_numbers(declaration.contract)
    by_person = "p.id = $1 OR lower(p.email) = $2 OR lower(y.email) = $2 OR lower(p.name) = $3"
    who = (declaration.person, declaration.email, declaration.name.lower())
    contracts = await contracts_where(f"({by_person} OR c.public_id = ANY($4))", *who, numbers)
    if not declaration.is_withdrawal:
        return Fitting(contracts[:_MOST_SHOWN])
    changes = await changes_where(
        f"(o.withdrawal_until IS NOT NULL AND o.placed_at > $5 AND ({by_person})) OR o.public_id = ANY($4)",
        *who,
        numbers,
        now - LOOKED_BACK,
    )
    sales = await sales_where(
        f"b.created_at > $5 AND ({by_person} OR b.public_id = ANY($4))", *who, numbers, now - LOOKED_BACK
    )
    return Fitting(
        contracts[:_MOST_SHOWN], [each for each in changes if not each.is_withdrawn][:_MOST_SHOWN], sales[:_MOST_SHOWN]
    )


def wish_of(declaration: DeclarationCard) -> EndWish:
    """As it was declared: what is settled later counts from the day on which it came in."""
    at = declaration.received_at
    return EndWish(declaration.kind, declaration.wished_end, declared_on=local_day(at, _ZONE), declared_at=at)


def names_contract(said: str, contract: ContractCard) -> bool:
    """Whether these words name the contract: its number, or its name in either language."""
    text = one_line(said).casefold()
    names = (contract.terms.name_de.casefold(), contract.terms.name_en.casefold())
    return contract.public_id in _possible_numbers(said) or any(
        len(name) >= _SHORTEST_NAME and name in text for name in names
    )


def declaration_reactions() -> Reactions:
    """What follows from a declaration that has come in."""

    async def run(event: Event, now: datetime) -> None:
        await settle_by_rule(event.aggregate_id, now)

    return {"declaration.received": [Reaction("bookings.settle_declaration", run)]}


@retried
async def _settle(
    actor: Actor | None,
    declaration: DeclarationCard,
    meant: Meant,
    wish: EndWish,
    shown_state: str | None,
    now: datetime,
) -> None:
    async with transaction():
        await demand_open(declaration)
        if isinstance(meant, ContractCard):
            await _end_contract(actor, declaration, meant, wish, shown_state, now)
            return
        withdrawn: SaleBack | ChangeBack
        if isinstance(meant, ChangeOrder):
            withdrawn = await change_back(actor, meant, wish.declared_on or local_day(now, _ZONE), shown_state, now)
            settled = Settled(Outcome.WITHDRAWN, meant.person, membership=meant.membership, order=meant.id)
        else:
            at = wish.declared_at or now
            withdrawn = await sale_back(actor, meant, at, declaration.id, shown_state, now)
            settled = Settled(Outcome.WITHDRAWN, meant.person)
        await enter_outcome(actor, declaration, _with_amounts(settled, withdrawn.withdrawal), now)
        await emit("declaration.withdrawn", "declaration", declaration.id, now)


async def _end_contract(
    actor: Actor | None,
    declaration: DeclarationCard,
    contract: ContractCard,
    wish: EndWish,
    shown_state: str | None,
    now: datetime,
) -> None:
    is_withdrawal = wish.kind is DeclarationKind.WITHDRAWAL
    settled = Settled.of(contract, Outcome.WITHDRAWN if is_withdrawal else Outcome.ENDED)
    plan = await end_contract(actor, contract, wish, shown_state, now)
    await enter_outcome(actor, declaration, _with_amounts(settled, plan.withdrawal), now)


def _with_amounts(settled: Settled, withdrawal: WithdrawalTerms | None) -> Settled:
    if withdrawal is None:
        return settled
    return replace(settled, charged=withdrawal.charged.amount, owed=withdrawal.owed.amount)


async def _without_doubt(declaration: DeclarationCard, now: datetime) -> Meant | None:
    """The one thing that is named so that nothing else can be meant."""
    meant: list[Meant] = [
        each for each in await _its_declarers(declaration, now) if names_contract(declaration.contract, each)
    ]
    if declaration.is_withdrawal:
        numbered, withdrawable = await _its_orders(declaration, now)
        if numbered:
            meant = numbered
        elif any(each.id in withdrawable for each in meant if isinstance(each, ContractCard) and not each.is_pass):
            return None
    return meant[0] if len(meant) == 1 else None


async def _its_orders(declaration: DeclarationCard, now: datetime) -> tuple[list[Meant], set[int]]:
    """What the declarers have ordered that is named by its number, and the memberships with a change that could be
    withdrawn from."""
    found = await fitting(declaration, now)
    orders: list[ChangeOrder | Sale] = [*found.changes, *found.sales]
    own = [each for each in orders if _is_of_declarer(declaration, each)]
    numbers = _possible_numbers(declaration.contract)
    today = local_day(declaration.received_at, _ZONE)
    withdrawable = {
        each.membership
        for each in own
        if isinstance(each, ChangeOrder) and each.withdrawal_until is not None and each.withdrawal_until >= today
    }
    return [each for each in own if each.public_id in numbers], withdrawable


def _is_of_declarer(declaration: DeclarationCard, order: ChangeOrder | Sale) -> bool:
    """By who was signed in, else by mail address and name together."""
    if declaration.person is not None:
        return order.person == declaration.person
    is_named = one_line(declaration.name).casefold() == one_line(order.person_name).casefold()
    return is_named and order.email.lower() == declaration.email


async def _its_declarers(declaration: DeclarationCard, now: datetime) -> list[ContractCard]:
    """The running contracts of who has declared it: of the person who was signed in, else by mail address and name."""
    if declaration.person is not None:
        found = await contracts_where("c.person = $1", declaration.person)
    else:
        found = await contracts_where("(lower(p.email) = $1 OR lower(y.email) = $1)", declaration.email)
        found = [each for each in found if _is_named(declaration.name, each)]
    today: date = local_day(now, _ZONE)
    return [each for each in found if not each.is_over(today)]


def _is_named(name: str, contract: ContractCard) -> bool:
    known = (contract.person_name, contract.payer_name, contract.payer_company)
    return one_line(name).casefold() in {one_line(each).casefold() for each in known if each}


def _possible_numbers(said: str) -> list[str]:
    """The words that could be a contract's number, as people copy them."""
    words = one_line(said).lower().replace(",", " ").replace(";", " ").split()
    return [word.strip(".()\"'„“:") for word in words]
