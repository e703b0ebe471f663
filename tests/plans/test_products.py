"""What is sold: drafts, versions on sale, and passes with what they hold."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from app.billing.operations import own_payer
from app.billing.rules import Voucher
from app.kernel.refusals import NotFound
from app.plans.passes import TrialUsed, last_day_of, sell_pass, voucher_class
from app.plans.product_versions import (
    DraftChangedMeanwhile,
    NoDraft,
    NotOwnSpace,
    SaleIsComing,
    call_off_sale,
    new_product,
    put_on_sale,
    take_off_sale,
    write_draft,
)
from app.plans.products import offer_on_sale, offers_on_sale, versions_of
from app.plans.purses import ScopeShape
from app.plans.term_checks import NoticeTooLong, TermTooLong
from app.plans.terms import Extra, PassTerms, PlanTerms, PriceClass, agreed
from app.platform.database import execute, fetch, fetch_row
from tests.selling import TODAY, a_charging_world, on_sale
from tests.worlds import NOW, World

TEN = PassTerms(name_de="Zehnerkarte", name_en="Pass of ten", amount=10, price=15000)
EIGHT = PlanTerms(name_de="Acht Tage", name_en="Eight days", price=12000, desk_days=8)


@pytest.fixture
async def world(undone: None) -> World:
    return await a_charging_world()


async def test_a_draft_is_sold_by_nobody_until_it_is_put_on_sale(world: World) -> None:
    public_id = await new_product(None, None, TEN, NOW, TODAY)
    assert await offers_on_sale(NOW) == []
    await put_on_sale(None, public_id, NOW + timedelta(days=1), NOW)
    assert await offers_on_sale(NOW) == []
    assert [offer.public_id for offer in await offers_on_sale(NOW + timedelta(days=1))] == [public_id]


async def test_a_new_version_is_sold_from_its_day_on_and_the_old_one_stays_readable(world: World) -> None:
    first = await on_sale(EIGHT)
    dearer = PlanTerms(name_de="Acht Tage", name_en="Eight days", price=13000, desk_days=8)
    await write_draft(None, first.public_id, dearer, NOW, TODAY)
    january = datetime(2026, 12, 31, 23, tzinfo=UTC)
    await put_on_sale(None, first.public_id, january, NOW)
    prices = [
        offer.terms.price for at in (NOW, january) if (offer := await offer_on_sale(first.public_id, at)) is not None
    ]
    assert prices == [12000, 13000]
    assert [version.terms.price for version in await versions_of(first.product)] == [13000, 12000]
    with pytest.raises(NoDraft):
        await put_on_sale(None, first.public_id, january, NOW)


async def test_what_is_taken_off_sale_is_gone_from_the_list(world: World) -> None:
    offer = await on_sale(TEN)
    await take_off_sale(None, offer.public_id, NOW)
    assert await offer_on_sale(offer.public_id, NOW) is None


async def test_what_is_free_of_charge_sells_nothing(world: World) -> None:
    await on_sale(TEN, seller=world.operator)
    await on_sale(TEN)
    await execute("UPDATE operator SET charges = false WHERE id = $1", world.operator)
    assert [offer.seller for offer in await offers_on_sale(NOW)] == [None]
    await execute("UPDATE network SET charges = false")
    assert await offers_on_sale(NOW) == []


async def test_an_operators_manager_sells_for_that_operator_alone(world: World) -> None:
    with pytest.raises(NotFound):
        await new_product(world.mia.actor(), world.operator, TEN, NOW, TODAY)
    with pytest.raises(NotFound):
        await new_product(world.mia.actor(), None, TEN, NOW, TODAY)


async def test_consumers_are_not_bound_longer_than_the_law_allows(world: World) -> None:
    with pytest.raises(TermTooLong):
        await new_product(
            None, None, PlanTerms(name_de="A", name_en="A", price=1, desk_days=1, first_term_months=25), NOW, TODAY
        )
    with pytest.raises(NoticeTooLong):
        await new_product(
            None, None, PlanTerms(name_de="A", name_en="A", price=1, desk_days=1, notice_days=60), NOW, TODAY
        )


async def test_an_operator_sells_for_its_own_spaces_alone(world: World) -> None:
    offer = await on_sale(EIGHT, seller=world.operator)
    assert offer.terms.scope.operators == [world.operator], "that name no place hold at all of its own"
    assert offer.holds_at(world.operator, world.polch.id)
    assert not offer.holds_at(world.rival_operator, world.andernach.id)
    for scope in (ScopeShape(operators=[world.rival_operator]), ScopeShape(spaces=[world.andernach.id])):
        with pytest.raises(NotOwnSpace):
            await new_product(None, world.operator, msgspec.structs.replace(EIGHT, scope=scope), NOW, TODAY)


async def test_what_was_written_meanwhile_is_not_overwritten_unseen(world: World) -> None:
    public_id = await new_product(None, None, EIGHT, NOW, TODAY)
    later = NOW + timedelta(minutes=1)
    await write_draft(None, public_id, EIGHT, later, TODAY, seen=NOW)
    with pytest.raises(DraftChangedMeanwhile):
        await write_draft(None, public_id, EIGHT, later, TODAY, seen=NOW)


async def test_a_version_to_come_is_called_off_and_is_the_draft_again(world: World) -> None:
    offer = await on_sale(EIGHT)
    await write_draft(None, offer.public_id, msgspec.structs.replace(EIGHT, price=1), NOW, TODAY)
    tomorrow = NOW + timedelta(days=1)
    await put_on_sale(None, offer.public_id, tomorrow, NOW)
    with pytest.raises(SaleIsComing):
        await take_off_sale(None, offer.public_id, NOW)
    await call_off_sale(None, offer.public_id, NOW)
    await take_off_sale(None, offer.public_id, NOW)
    assert await offer_on_sale(offer.public_id, tomorrow) is None
    await put_on_sale(None, offer.public_id, tomorrow, NOW)
    assert await offer_on_sale(offer.public_id, NOW) is None, "off sale until the new version begins"
    again = await offer_on_sale(offer.public_id, tomorrow)
    assert again is not None
    assert again.terms.price == 1


async def test_a_pass_fills_an_account_and_is_charged_once(world: World) -> None:
    offer = await on_sale(TEN)
    payer = await own_payer(world.mia.id, NOW)
    sold = await sell_pass(world.mia.actor(), world.mia.id, payer, offer, PriceClass.NORMAL, NOW, TODAY)
    account = await fetch_row("SELECT left_units, ends_on FROM entitlement WHERE id = $1", sold.entitlement)
    charges = await fetch("SELECT amount, seller FROM charge")
    assert account is not None
    assert (account["left_units"], account["ends_on"]) == (20, date(2029, 12, 31))
    assert [(charge["amount"], charge["seller"]) for charge in charges] == [(15000, None)]


async def test_a_trial_is_once_a_person_and_costs_nothing(world: World) -> None:
    trial = PassTerms(name_de="Probetag", name_en="Trial day", amount=1, price=0, is_trial=True, valid_months=1)
    offer = await on_sale(trial)
    payer = await own_payer(world.mia.id, NOW)
    sold = await sell_pass(world.mia.actor(), world.mia.id, payer, offer, PriceClass.NORMAL, NOW, TODAY)
    assert not sold.is_charged
    with pytest.raises(TrialUsed):
        await sell_pass(world.mia.actor(), world.mia.id, payer, offer, PriceClass.NORMAL, NOW, TODAY)


def test_a_pass_ends_when_its_terms_say_or_with_the_third_calendar_year() -> None:
    assert last_day_of(TEN, TODAY, 3) == date(2029, 12, 31)
    half_a_year = PassTerms(name_de="A", name_en="A", amount=1, price=1, valid_months=6)
    assert last_day_of(half_a_year, date(2026, 8, 31), 3) == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 11, 24), date(2026, 12, 23)),
        (date(2026, 1, 31), date(2026, 3, 1)),
        (date(2026, 12, 31), date(2027, 1, 29)),
        (date(2028, 1, 31), date(2028, 2, 29)),
        (date(2028, 2, 29), date(2028, 3, 29)),
        (date(2027, 2, 28), date(2027, 3, 29)),
    ],
)
def test_what_is_counted_in_days_lasts_so_many_whatever_the_month(first: date, last: date) -> None:
    thirty = PassTerms(name_de="A", name_en="A", amount=1, price=0, valid_days=30, is_trial=True)
    assert last_day_of(thirty, first, 3) == last
    assert (last - first).days == 29, "thirty days with the first one"


@pytest.mark.parametrize(
    ("seller", "accepting", "found"),
    [
        (7, ["standard"], Voucher.ADVANCE),
        (None, ["standard", "standard"], Voucher.SINGLE_PURPOSE),
        (None, ["standard", "small_business"], Voucher.MULTI_PURPOSE),
        (None, ["standard", None], Voucher.MULTI_PURPOSE),
        (None, [], Voucher.MULTI_PURPOSE),
    ],
)
def test_what_a_pass_is_for_the_tax_follows_from_who_accepts_it(
    seller: int | None, accepting: list[str | None], found: Voucher
) -> None:
    assert voucher_class(seller, accepting) is found


def test_a_contract_copies_the_extras_that_were_chosen_with_their_prices() -> None:
    locker, post = Extra("Schließfach", "Locker", 1500), Extra("Postadresse", "Postal address", 2500)
    coffee = Extra("Kaffee", "Coffee")
    offered = PlanTerms(
        name_de="A",
        name_en="A",
        price=12000,
        concessions={PriceClass.STUDENT: 8000},
        extras=(locker, post, coffee),
        scope=ScopeShape(),
    )
    contract = agreed(offered, frozenset({1}))
    assert contract.extras == (post, coffee)
    assert contract.price_for(PriceClass.NORMAL) == 14500
    assert contract.price_for(PriceClass.STUDENT) == 10500
