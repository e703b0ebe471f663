"""What becomes of a declaration: settled by rule where there is no doubt, else by the network's staff.

By rule means that mail address, name and contract are all named and lead to one contract that runs. It happens after
the declaration was confirmed, so that neither the answer nor its time says whether there is such a contract.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.bookings.contract_ends import EndPlan, EndWish, end_contract, plan_end
from app.identity.rules import Actor
from app.kernel.plain_text import one_line
from app.kernel.refusals import NotFound, Refusal
from app.kernel.wall_time import local_day
from app.plans.contracts import ContractCard, contract_named, contracts_where
from app.plans.declarations import (
    DeclarationCard,
    DeclarationKind,
    Declared,
    Outcome,
    SettledAlready,
    declaration_by_id,
    declaration_for_staff,
    enter_outcome,
    take_in,
)
from app.platform.database import retried, transaction
from app.platform.outbox import Event, Reaction, Reactions

_ZONE: Final = ZoneInfo("Europe/Berlin")
_MOST_SHOWN: Final = 10
_SHORTEST_NAME: Final = 3
"""A contract's name with fewer letters is in many texts."""


async def settle_by_rule(key: int, now: datetime) -> bool:
    """Ends the contract that this declaration names without doubt; False where staff has to look.

    For cause is always looked at, and so is a withdrawal that there is no right to.
    """
    declaration = await declaration_by_id(key)
    if declaration is None or declaration.outcome is not None or declaration.kind is DeclarationKind.FOR_CAUSE:
        return False
    meant = [each for each in await _its_declarers(declaration, now) if names_contract(declaration.contract, each)]
    if len(meant) != 1:
        return False
    wish = wish_of(declaration)
    plan = await plan_end(meant[0], wish, now)
    if plan.withdrawal is not None and plan.withdrawal.refusal is not None:
        return False
    try:
        if plan.withdrawal is None and meant[0].ends_anyway(plan.last_day):
            await enter_outcome(None, declaration, meant[0], Outcome.ENDED, now)
        else:
            await _settle(None, declaration, meant[0], wish, None, now)
    except SettledAlready:
        return True
    except Refusal:
        return False
    return True


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
    actor: Actor, public_id: str, contract_id: str, wish: EndWish, shown_state: str | None, now: datetime
) -> EndPlan:
    """Ends the contract as staff has decided. Raises NotFound, SettledAlready and what `end_contract` raises."""
    declaration = await declaration_for_staff(actor, public_id)
    contract = await contract_named(contract_id)
    if contract is None:
        raise NotFound
    return await _settle(actor, declaration, contract, wish, shown_state, now)


async def contracts_that_fit(declaration: DeclarationCard) -> Sequence[ContractCard]:
    """The contracts that staff may have to look at: by who was signed in, mail address, name, or number."""
    numbers = _possible_numbers(declaration.contract)
    found = await contracts_where(
        "(c.person = $1 OR lower(p.email) = $2 OR lower(y.email) = $2 OR lower(p.name) = $3 OR c.public_id = ANY($4))",
        declaration.person,
        declaration.email,
        declaration.name.lower(),
        numbers,
    )
    return found[:_MOST_SHOWN]


def wish_of(declaration: DeclarationCard) -> EndWish:
    """As it was declared: what is settled later counts from the day on which it came in."""
    return EndWish(declaration.kind, declaration.wished_end, declared_on=local_day(declaration.received_at, _ZONE))


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
    contract: ContractCard,
    wish: EndWish,
    shown_state: str | None,
    now: datetime,
) -> EndPlan:
    async with transaction():
        outcome = Outcome.WITHDRAWN if wish.kind is DeclarationKind.WITHDRAWAL else Outcome.ENDED
        await enter_outcome(actor, declaration, contract, outcome, now)
        return await end_contract(actor, contract, wish, shown_state, now)


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
