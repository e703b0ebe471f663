"""Orders: what was shown holds, what has to be stated is stated and kept, and nothing is ordered twice."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

import app.plans.merging  # noqa: F401  says what a merge of two records does with orders
from app.billing.payers import PayerDetails, PayerKind, keep_payer
from app.identity.merging import merge_people
from app.plans.agreements import Choice, ConcessionMissing, NotSoldToThem, StartUnusable
from app.plans.contracts import ContractKind, contract_by_id
from app.plans.ordering import (
    AdultNeeded,
    AlreadyMember,
    EarlyLossNotKnown,
    EarlyStartNotAsked,
    OfferChanged,
    OrderedMeanwhile,
    PayerMissing,
    Statements,
    Wish,
    place_order,
)
from app.plans.orders import OrderCard, document_of, order_of_membership, order_of_pass
from app.plans.passes import TrialUsed
from app.plans.product_versions import put_on_sale, write_draft
from app.plans.products import Offer
from app.plans.terms import Audience, Extra, PassTerms, PlanTerms, PriceClass
from app.plans.withdrawal import withdrawal_terms
from app.platform.database import execute, fetch, fetch_row, fetch_value
from tests.orders import ALL, PAPER, ordered
from tests.orders import wish_of as form_of
from tests.selling import a_charging_world, on_sale
from tests.worlds import APerson, World

NOW = datetime(2026, 11, 18, 11, tzinfo=UTC)
TODAY = date(2026, 11, 18)
EIGHT = PlanTerms(
    name_de="Acht Tage",
    name_en="Eight days",
    price=12000,
    concessions={PriceClass.STUDENT: 6000},
    setup=2500,
    deposit=5000,
    desk_days=8,
    extras=(Extra("Schließfach", "Locker", 1500), Extra("Postadresse", "Postal address", 2500)),
    first_term_months=3,
)
TEN = PassTerms(name_de="Zehnerkarte", name_en="Pass of ten", amount=10, price=15000)
TRIAL = PassTerms(name_de="Probetag", name_en="Trial day", amount=1, price=0, is_trial=True, valid_months=1)
NOW_AS_CONSUMER = Choice(TODAY, Audience.CONSUMER)


@pytest.fixture
async def world(undone: None) -> World:
    return await a_selling_world()


async def a_selling_world() -> World:
    """Terms of use in a first version, and two people whose addresses are known."""
    world = await a_charging_world()
    await execute(
        "INSERT INTO legal_text (kind, language, sections, valid_from)"
        """ VALUES ('terms', 'de', '[{"heading": "Haftung", "paragraphs": ["Fassung eins."]}]', $1)""",
        NOW - timedelta(days=30),
    )
    for person in (world.mia, world.gundula):
        for kind, company in ((PayerKind.PERSON, ""), (PayerKind.BUSINESS, "Hammes GmbH")):
            details = PayerDetails(kind, person.name, company, "Am Markt 1", "56751", "Polch", person.email)
            await keep_payer(person.id, details, NOW)
    return world


async def wish_of(person: APerson, offer: Offer, choice: Choice = NOW_AS_CONSUMER, stated: Statements = ALL) -> Wish:
    return await form_of(person.id, offer, NOW, choice, stated)


async def order(person: APerson, offer: Offer, choice: Choice = NOW_AS_CONSUMER, stated: Statements = ALL) -> OrderCard:
    return await ordered(person.actor(), offer, NOW, choice, stated)


async def test_a_plan_is_ordered_with_all_that_is_due_and_all_that_was_stated(world: World) -> None:
    choice = replace(NOW_AS_CONSUMER, extras=frozenset({1}))
    placed = await order(world.mia, await on_sale(EIGHT, NOW), choice)
    charges = await fetch("SELECT key, amount FROM charge ORDER BY id")
    # From the 18th to the 30th are 13 of 30 days of 145 euros.
    assert [(row["key"].split(":")[-1], row["amount"]) for row in charges] == [
        ("2026-11-18", 6283),
        ("setup", 2500),
        ("deposit", 5000),
    ]
    assert placed.price.amount == 14500
    assert (placed.adult_at, placed.early_start_at, placed.early_loss_at) == (NOW, NOW, NOW)
    assert (placed.withdrawal_until, placed.notice_valid_from) == (date(2026, 12, 2), date(2026, 6, 19))
    assert placed.terms_valid_from == NOW - timedelta(days=30)
    assert placed.membership is not None
    assert await order_of_membership(placed.membership) == placed


async def test_who_withdraws_pays_for_what_was_had_only_as_stated(world: World) -> None:
    early = await order(world.mia, await on_sale(TEN, NOW))
    assert early.bought is not None
    later = await order(world.mia, await on_sale(TEN, NOW), replace(NOW_AS_CONSUMER, starts_on=date(2026, 12, 3)))
    assert later.bought is not None
    stated = [await contract_by_id(ContractKind.PASS, key) for key in (early.bought, later.bought)]
    assert [one.stated.pays_for_use for one in stated if one] == [True, False]
    assert [one.public_id for one in stated if one] == [early.public_id, later.public_id]
    assert stated[0] is not None
    assert (await withdrawal_terms(stated[0], TODAY)).last_day == early.withdrawal_until


async def test_the_confirmation_is_kept_as_it_was_sent(world: World) -> None:
    placed = await order(world.mia, await on_sale(EIGHT, NOW))
    assert placed.document is not None
    kept = await document_of(world.mia.id, placed.document)
    assert kept is not None
    for said in (
        "Acht Tage",
        "120,00\N{NO-BREAK SPACE}€ im Monat inkl. MwSt.",
        "Mia Hammes, Am Markt 1, 56751 Polch",
        "Verein Testnetz",
        "3 Monate, bis 17. Februar 2027, danach unbefristet",
        "Ich verlange ausdrücklich",
        "18. November 2026 um 12:00 Uhr",
        "Fassung eins.",
        "Muster-Widerrufsformular",
        "http://nahwerk.example/vertrag-widerrufen",
        "offen, Rechnung folgt",
    ):
        assert said in kept.content, said
    assert "<script" not in kept.content
    assert "src=" not in kept.content
    assert "<link" not in kept.content
    await execute("UPDATE payer SET street = 'Woanders 2'")
    await write_draft(None, placed.product or "", replace_price(EIGHT, 99900), NOW, TODAY)
    assert await document_of(world.mia.id, placed.document) == kept
    assert await document_of(world.gundula.id, placed.document) is None


def replace_price(terms: PlanTerms, price: int) -> PlanTerms:
    return PlanTerms(name_de=terms.name_de, name_en=terms.name_en, price=price, desk_days=terms.desk_days)


async def test_sent_twice_it_is_ordered_once(world: World) -> None:
    offer = await on_sale(TEN, NOW)
    wish = await wish_of(world.mia, offer)
    first = await place_order(world.mia.actor(), wish, PAPER, NOW, TODAY)
    again = await place_order(world.mia.actor(), wish, PAPER, NOW + timedelta(minutes=1), TODAY)
    assert first == again
    assert await fetch_value("SELECT count(*) FROM charge") == 1
    assert first.bought is not None
    assert await order_of_pass(first.bought) == first
    second = await order(world.mia, offer)
    assert second.number == 2


async def test_another_window_with_another_choice_is_told_of_the_order(world: World) -> None:
    offer = await on_sale(EIGHT, NOW)
    shown = await wish_of(world.mia, offer, replace(NOW_AS_CONSUMER, extras=frozenset({0})))
    await order(world.mia, offer)
    with pytest.raises(OrderedMeanwhile):
        await place_order(world.mia.actor(), shown, PAPER, NOW, TODAY)


async def test_a_page_from_before_another_order_orders_nothing(world: World) -> None:
    shown_before = await wish_of(world.mia, await on_sale(EIGHT, NOW))
    await order(world.mia, await on_sale(TEN, NOW))
    with pytest.raises(OrderedMeanwhile):
        await place_order(world.mia.actor(), shown_before, PAPER, NOW, TODAY)
    assert await fetch_value("SELECT count(*) FROM membership") == 0


async def test_nobody_orders_for_another_price_than_was_shown(world: World) -> None:
    offer = await on_sale(EIGHT, NOW)
    wish = await wish_of(world.mia, offer)
    await write_draft(None, offer.public_id, replace_price(EIGHT, 13000), NOW, TODAY)
    await put_on_sale(None, offer.public_id, NOW, NOW)
    with pytest.raises(OfferChanged):
        await place_order(world.mia.actor(), wish, PAPER, NOW, TODAY)
    assert await fetch_value("SELECT count(*) FROM contract_order") == 0


@pytest.mark.parametrize(
    ("stated", "refused"),
    [
        (replace(ALL, is_adult=False), AdultNeeded),
        (replace(ALL, asks_early_start=False), EarlyStartNotAsked),
        (replace(ALL, knows_early_loss=False), EarlyLossNotKnown),
    ],
)
async def test_what_has_to_be_stated_is_missed(world: World, stated: Statements, refused: type[Exception]) -> None:
    with pytest.raises(refused):
        await order(world.mia, await on_sale(TEN, NOW), stated=stated)
    assert await fetch_value("SELECT count(*) FROM pass") == 0


async def test_what_begins_after_the_withdrawal_period_needs_no_such_statement(world: World) -> None:
    later = replace(NOW_AS_CONSUMER, starts_on=date(2026, 12, 3))
    placed = await order(world.mia, await on_sale(TEN, NOW), later, Statements(is_adult=True))
    assert placed.early_start_at is None
    row = await fetch_row("SELECT starts_on, ends_on FROM entitlement")
    assert row is not None
    assert (row["starts_on"], row["ends_on"]) == (date(2026, 12, 3), date(2029, 12, 31))


async def test_a_business_has_nothing_to_withdraw(world: World) -> None:
    choice = replace(NOW_AS_CONSUMER, audience=Audience.BUSINESS)
    placed = await order(world.mia, await on_sale(TEN, NOW), choice, Statements(is_adult=True))
    assert (placed.withdrawal_until, placed.notice_valid_from) == (None, None)
    assert "Widerruf" not in await fetch_value("SELECT content FROM contract_document")
    assert await fetch_value("SELECT company FROM payer WHERE id = $1", placed.payer) == "Hammes GmbH"


async def test_a_trial_needs_neither_address_nor_statement_and_is_once_a_person(world: World) -> None:
    offer = await on_sale(TRIAL, NOW)
    placed = await order(world.tilda, offer, stated=Statements())
    assert (placed.price.amount, placed.withdrawal_until, placed.adult_at) == (0, None, None)
    assert await fetch_value("SELECT count(*) FROM charge") == 0
    with pytest.raises(TrialUsed):
        await order(world.tilda, offer, stated=Statements())


async def test_without_an_address_nothing_is_ordered_that_costs(world: World) -> None:
    with pytest.raises(PayerMissing):
        await order(world.tilda, await on_sale(TEN, NOW))


async def test_nobody_has_the_same_plan_twice(world: World) -> None:
    offer = await on_sale(EIGHT, NOW)
    placed = await order(world.mia, offer)
    with pytest.raises(AlreadyMember):
        await order(world.mia, offer)
    await execute("UPDATE membership SET ends_on = $2 WHERE id = $1", placed.membership, TODAY - timedelta(days=1))
    assert (await order(world.mia, offer)).number == 2


async def test_a_lower_price_is_for_who_has_shown_the_proof(world: World) -> None:
    offer, student = await on_sale(EIGHT, NOW), replace(NOW_AS_CONSUMER, price_class=PriceClass.STUDENT)
    with pytest.raises(ConcessionMissing):
        await order(world.mia, offer, student)
    await execute(
        "INSERT INTO concession (public_id, person, price_class, asked_at, checked_at, ends_on)"
        " VALUES ('mias', $1, 'student', $2, $2, $3), ('gundulas', $4, 'student', $2, NULL, $3)",
        world.mia.id,
        NOW,
        TODAY,
        world.gundula.id,
    )
    assert (await order(world.mia, offer, student)).price.amount == 6000
    with pytest.raises(ConcessionMissing):
        await order(world.gundula, offer, student)


@pytest.mark.parametrize(
    ("choice", "refused"),
    [
        (replace(NOW_AS_CONSUMER, starts_on=TODAY - timedelta(days=1)), StartUnusable),
        (replace(NOW_AS_CONSUMER, starts_on=date(2027, 2, 19)), StartUnusable),
        (replace(NOW_AS_CONSUMER, audience=Audience.BUSINESS), NotSoldToThem),
    ],
)
async def test_what_cannot_be_chosen(world: World, choice: Choice, refused: type[Exception]) -> None:
    for_consumers = PassTerms(name_de="A", name_en="A", amount=1, price=100, audiences=(Audience.CONSUMER,))
    with pytest.raises(refused):
        await order(world.mia, await on_sale(for_consumers, NOW), choice)


async def test_who_has_two_records_keeps_the_orders_of_both(world: World) -> None:
    offer = await on_sale(TEN, NOW)
    for person in (world.mia, world.mia, world.gundula):
        await order(person, offer)
    await execute("UPDATE person SET email_confirmed_at = NULL WHERE id = $1", world.gundula.id)
    await merge_people(world.nadja.actor(), world.mia.id, world.gundula.id, NOW)
    rows = await fetch("SELECT person, number FROM contract_order ORDER BY number")
    assert [(row["person"], row["number"]) for row in rows] == [(world.mia.id, number) for number in (1, 2, 3)]


async def test_two_windows_at_the_same_moment_order_once(database: str) -> None:
    """Real connections. What keeps it to one is the number in the form: with two numbers two are placed."""
    world = await a_selling_world()
    offer = await on_sale(TEN, NOW)
    wish = await wish_of(world.mia, offer)
    orders = await asyncio.gather(*(place_order(world.mia.actor(), wish, PAPER, NOW, TODAY) for _ in range(6)))
    assert len({one.id for one in orders}) == 1
    assert await fetch_value("SELECT count(*) FROM pass") == 1
    for number in (2, 3):
        await place_order(world.mia.actor(), replace(wish, number=number), PAPER, NOW, TODAY)
    assert await fetch_value("SELECT count(*) FROM pass") == 3
    trial = await on_sale(TRIAL, NOW)
    first = await wish_of(world.gundula, trial, stated=Statements())
    taken = await asyncio.gather(*(place_order(world.gundula.actor(), first, PAPER, NOW, TODAY) for _ in range(4)))
    assert {one.number for one in taken} == {1}
