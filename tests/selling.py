"""What is sold in the tests' network, and who has bought it."""

from datetime import date, datetime

from app.billing.operations import own_payer
from app.plans.memberships import Begun, begin
from app.plans.product_versions import new_product, put_on_sale
from app.plans.products import Offer, offer_on_sale, plan_of
from app.plans.queries import MembershipCard
from app.plans.terms import Extra, Overage, PassTerms, PlanTerms, PriceClass, Terms, agreed
from app.plans.uses import Unit
from app.platform.database import execute
from tests.worlds import NOW, APerson, World, a_world

TODAY = date(2026, 11, 24)
TEN = PassTerms(name_de="Zehnerkarte", name_en="Pass of ten", amount=10, price=15000)
EIGHT = PlanTerms(
    name_de="Acht Tage",
    name_en="Eight days",
    price=11900,
    desk_days=8,
    overage={Unit.DESK_DAY: Overage(day=1200)},
    extras=(Extra("Schließfach", "Locker", 900), Extra("Kaffee", "Coffee")),
)


async def it_charges() -> None:
    """The network is not free of charge."""
    await execute("UPDATE network SET charges = true")


async def a_charging_world() -> World:
    """The tests' network, not free of charge."""
    world = await a_world()
    await it_charges()
    return world


async def on_sale(terms: Terms, now: datetime = NOW, seller: int | None = None) -> Offer:
    """The terms as a product that can be bought."""
    public_id = await new_product(None, seller, terms, now, now.date())
    await put_on_sale(None, public_id, now, now)
    offer = await offer_on_sale(public_id, now)
    assert offer is not None, "it is on sale, unless the network is free of charge"
    return offer


async def a_member(
    person: APerson,
    offer: Offer,
    *,
    extras: frozenset[int] = frozenset(),
    price_class: PriceClass = PriceClass.NORMAL,
    starts_on: date = TODAY,
) -> MembershipCard:
    """The person has this plan since that day."""
    begun = Begun(
        person.id,
        await own_payer(person.id, NOW),
        offer.seller,
        offer.version,
        agreed(plan_of(offer), extras),
        price_class,
        starts_on,
    )
    return await begin(None, begun, NOW, TODAY)
