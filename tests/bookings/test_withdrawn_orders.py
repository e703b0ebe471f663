"""A withdrawal reads from its order what was told and asked for."""

from datetime import date

import msgspec
import pytest

from app.billing.payers import PayerDetails, PayerKind, keep_payer
from app.bookings.contract_ends import EndWish, end_contract, plan_end
from app.kernel.wall_time import local_day
from app.network.queries import space_by_slug
from app.plans.agreements import Choice
from app.plans.contracts import ContractCard, ContractKind
from app.plans.counter_sales import sell_at_counter
from app.plans.declarations import DeclarationKind
from app.plans.ending import BoughtOnTheSpot, NoConsumer, Stated
from app.plans.orders import next_number
from app.plans.terms import Audience
from app.platform.database import fetch_value
from tests.contracts import EIGHT, TEN, contract
from tests.orders import ALL, PAPER, ordered
from tests.selling import a_charging_world, on_sale
from tests.worlds import HERE, NOW, World, at

WITHDRAWAL = EndWish(DeclarationKind.WITHDRAWAL)
TODAY = local_day(NOW, HERE)
WITH_ALL = msgspec.structs.replace(EIGHT, setup=2500, deposit=5000)


@pytest.fixture
async def world(undone: None) -> World:
    world = await a_charging_world()
    for kind, company in ((PayerKind.PERSON, ""), (PayerKind.BUSINESS, "Hammes GmbH")):
        details = PayerDetails(kind, "Mia Hammes", company, "Am Markt 1", "56751", "Polch", "mia@example.org")
        await keep_payer(world.mia.id, details, NOW)
    return world


async def a_contract(world: World, audience: Audience = Audience.CONSUMER) -> ContractCard:
    offer = await on_sale(WITH_ALL, NOW)
    placed = await ordered(world.mia.actor(), offer, NOW, Choice(TODAY, audience), ALL)
    assert placed.membership is not None
    return await contract(ContractKind.MEMBERSHIP, placed.membership)


async def test_who_asked_for_an_early_start_pays_the_days_and_no_set_up_and_no_deposit(world: World) -> None:
    membership = await a_contract(world)
    assert membership.stated == Stated(asked_for_early_start=True, knows_of_loss=True)
    plan = await plan_end(membership, WITHDRAWAL, at(date(2026, 11, 27), 18))
    assert plan.withdrawal is not None
    assert (plan.withdrawal.charged.amount, plan.withdrawal.owed.amount) == (2800 + 2500 + 5000, 1600)
    await end_contract(world.mia.actor(), membership, WITHDRAWAL, plan.state, at(date(2026, 11, 27), 18))
    assert await fetch_value("SELECT sum(amount) FROM charge") == 1600


async def test_a_business_and_who_bought_at_a_counter_cannot_withdraw(world: World) -> None:
    business = await a_contract(world, Audience.BUSINESS)
    plan = await plan_end(business, WITHDRAWAL, NOW)
    assert plan.withdrawal is not None
    assert isinstance(plan.withdrawal.refusal, NoConsumer)
    polch, offer = await space_by_slug(world.polch.slug, NOW), await on_sale(TEN, NOW)
    assert polch is not None
    sold = await sell_at_counter(
        world.frida.actor(),
        polch,
        world.gundula.id,
        offer.public_id,
        await next_number(world.gundula.id),
        PAPER,
        NOW,
        TODAY,
    )
    bought = await plan_end(await contract(ContractKind.PASS, sold.bought or 0), WITHDRAWAL, NOW)
    assert bought.withdrawal is not None
    assert isinstance(bought.withdrawal.refusal, BoughtOnTheSpot)
