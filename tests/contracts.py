"""Somebody's contracts in a network that charges: a plan of eight days, and a pass of ten."""

from datetime import date, datetime

from app.billing.operations import own_payer
from app.kernel.wall_time import local_day
from app.plans.contracts import ContractCard, ContractKind, contract_by_id
from app.plans.memberships import Begun, begin
from app.plans.passes import sell_pass
from app.plans.terms import PassTerms, PlanTerms, PriceClass
from app.platform.database import fetch
from tests.selling import on_sale
from tests.worlds import HERE, NOW, APerson, World

EIGHT = PlanTerms(name_de="Acht Tage", name_en="Eight days", price=12000, desk_days=8)
TEN = PassTerms(name_de="Zehnerkarte", name_en="Pass of ten", amount=10, price=15000)


async def a_membership(
    world: World, person: APerson, terms: PlanTerms = EIGHT, at: datetime = NOW, starts_on: date | None = None
) -> ContractCard:
    """Ordered then, and begun on that day if no other is said."""
    offer, today = await on_sale(terms, at), local_day(at, HERE)
    payer = await own_payer(person.id, at)
    begun = Begun(person.id, payer, None, offer.version, terms, PriceClass.NORMAL, starts_on or today)
    return await contract(ContractKind.MEMBERSHIP, (await begin(person.actor(), begun, at, today)).id)


async def a_bought_pass(world: World, person: APerson, terms: PassTerms = TEN, at: datetime = NOW) -> ContractCard:
    offer, today = await on_sale(terms, at), local_day(at, HERE)
    payer = await own_payer(person.id, at)
    sold = await sell_pass(person.actor(), person.id, payer, offer, PriceClass.NORMAL, at, today)
    return await contract(ContractKind.PASS, sold.id)


async def contract(kind: ContractKind, key: int) -> ContractCard:
    """As it stands now."""
    found = await contract_by_id(kind, key)
    assert found is not None
    return found


async def again(one: ContractCard) -> ContractCard:
    return await contract(one.kind, one.id)


async def charged() -> list[int]:
    """All charges and corrections, in their order."""
    return [row["amount"] for row in await fetch("SELECT amount FROM charge ORDER BY id")]
