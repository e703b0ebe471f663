"""Newer terms reach who has older ones only with their consent."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from app.kernel.refusals import NotFound
from app.plans.announcing import (
    ChangeTooEarly,
    NothingNewer,
    OfferGone,
    announce,
    answer,
    offer_of,
    open_offers_of,
    waiting_for_news,
)
from app.plans.memberships import end
from app.plans.product_versions import SaleIsAnnounced, call_off_sale, new_product, put_on_sale, write_draft
from app.plans.products import Offer
from app.plans.queries import memberships_of
from app.plans.terms import PlanTerms, PriceClass
from app.platform.database import fetch_value
from tests.orders import PAPER
from tests.selling import EIGHT, TODAY, a_member, it_charges, on_sale
from tests.worlds import NOW, APerson, World, a_world

FEBRUARY = date(2027, 2, 1)
DEARER = msgspec.structs.replace(EIGHT, price=12900, desk_days=9, concessions={PriceClass.STUDENT: 9900})


@pytest.fixture
async def world(undone: None) -> World:
    world = await a_world()
    await it_charges()
    return world


async def a_dearer_version(offer: Offer) -> None:
    await write_draft(None, offer.public_id, DEARER, NOW, TODAY)
    await put_on_sale(None, offer.public_id, NOW + timedelta(seconds=1), NOW)


async def price_on(person: APerson, day: date) -> int:
    [card] = await memberships_of(person.id)
    stretch = card.timeline.on(day)
    assert stretch is not None
    return stretch.terms.price_for(stretch.price_class)


async def test_without_an_answer_nothing_changes(world: World) -> None:
    offer = await on_sale(EIGHT)
    await a_member(world.mia, offer)
    await a_dearer_version(offer)
    assert await waiting_for_news(offer.product, TODAY) == 1
    assert await announce(None, offer.public_id, FEBRUARY, NOW, TODAY) == 1
    assert await waiting_for_news(offer.product, TODAY) == 0
    assert await price_on(world.mia, date(2027, 6, 1)) == 11900
    [asked] = await open_offers_of(world.mia.id)
    assert (asked.agreed_before.price, asked.terms.price, asked.valid_from) == (11900, 12900, FEBRUARY)


async def test_who_agrees_has_the_new_terms_from_the_day_on_with_the_extras_chosen_before(world: World) -> None:
    offer = await on_sale(EIGHT)
    await a_member(world.mia, offer, extras=frozenset({0}))
    await a_dearer_version(offer)
    await announce(None, offer.public_id, FEBRUARY, NOW, TODAY)
    [asked] = await open_offers_of(world.mia.id)
    answered = await answer(world.mia.actor(), asked.public_id, PAPER, NOW, TODAY, accepts=True)
    assert answered.is_accepted
    assert answered.agreed_before.price == 12800, "what was agreed before stays readable"
    assert [await price_on(world.mia, day) for day in (date(2027, 1, 31), FEBRUARY)] == [12800, 13800]
    assert await waiting_for_news(offer.product, TODAY) == 0
    again = await answer(world.mia.actor(), asked.public_id, PAPER, NOW, TODAY, accepts=True)
    assert again.is_accepted, "a second press changes nothing"
    assert await fetch_value("SELECT count(*) FROM membership_terms") == 2


async def test_a_late_consent_changes_no_day_that_has_begun(world: World) -> None:
    offer = await on_sale(EIGHT)
    await a_member(world.mia, offer)
    await a_dearer_version(offer)
    await announce(None, offer.public_id, FEBRUARY, NOW, TODAY)
    [asked] = await open_offers_of(world.mia.id)
    march = date(2027, 3, 10)
    await answer(world.mia.actor(), asked.public_id, PAPER, datetime(2027, 3, 10, 9, tzinfo=UTC), march, accepts=True)
    assert [await price_on(world.mia, day) for day in (march, date(2027, 3, 11))] == [11900, 12900]


async def test_who_declines_keeps_the_terms_and_is_not_asked_about_this_version_again(world: World) -> None:
    offer = await on_sale(EIGHT)
    await a_member(world.mia, offer)
    await a_dearer_version(offer)
    await announce(None, offer.public_id, FEBRUARY, NOW, TODAY)
    [asked] = await open_offers_of(world.mia.id)
    await answer(world.mia.actor(), asked.public_id, PAPER, NOW, TODAY, accepts=False)
    assert await announce(None, offer.public_id, FEBRUARY, NOW, TODAY) == 0
    assert await price_on(world.mia, FEBRUARY) == 11900
    with pytest.raises(OfferGone):
        await answer(world.mia.actor(), asked.public_id, PAPER, NOW, TODAY, accepts=True)


async def test_a_newer_question_takes_the_place_of_one_without_an_answer(world: World) -> None:
    offer = await on_sale(EIGHT)
    await a_member(world.mia, offer)
    await a_dearer_version(offer)
    await announce(None, offer.public_id, FEBRUARY, NOW, TODAY)
    [first] = await open_offers_of(world.mia.id)
    await write_draft(None, offer.public_id, msgspec.structs.replace(DEARER, price=12500), NOW, TODAY)
    await put_on_sale(None, offer.public_id, NOW + timedelta(seconds=2), NOW)
    await announce(None, offer.public_id, FEBRUARY, NOW, TODAY)
    assert [asked.terms.price for asked in await open_offers_of(world.mia.id)] == [12500]
    with pytest.raises(OfferGone):
        await answer(world.mia.actor(), first.public_id, PAPER, NOW, TODAY, accepts=True)


async def test_a_class_with_a_proof_is_asked_about_its_own_price(world: World) -> None:
    offer = await on_sale(EIGHT)
    await a_member(world.mia, offer, price_class=PriceClass.STUDENT)
    await a_dearer_version(offer)
    await announce(None, offer.public_id, FEBRUARY, NOW, TODAY)
    [asked] = await open_offers_of(world.mia.id)
    await answer(world.mia.actor(), asked.public_id, PAPER, NOW, TODAY, accepts=True)
    assert await price_on(world.mia, FEBRUARY) == 9900


async def test_a_contract_that_ends_before_is_asked_nothing(world: World) -> None:
    offer = await on_sale(EIGHT)
    card = await a_member(world.mia, offer)
    await a_dearer_version(offer)
    await announce(None, offer.public_id, FEBRUARY, NOW, TODAY)
    await end(None, card.id, date(2027, 1, 31), "notice", NOW, TODAY)
    assert await open_offers_of(world.mia.id) == []


async def test_nobody_sees_or_answers_what_somebody_else_is_asked(world: World) -> None:
    offer = await on_sale(EIGHT)
    await a_member(world.mia, offer)
    await a_dearer_version(offer)
    await announce(None, offer.public_id, FEBRUARY, NOW, TODAY)
    [asked] = await open_offers_of(world.mia.id)
    with pytest.raises(NotFound):
        await offer_of(world.gundula.id, asked.public_id)
    with pytest.raises(NotFound):
        await answer(world.gundula.actor(), asked.public_id, PAPER, NOW, TODAY, accepts=True)
    with pytest.raises(NotFound):
        await announce(world.otto.actor(), offer.public_id, FEBRUARY, NOW, TODAY)


async def test_a_change_begins_after_today_and_not_before_its_version(world: World) -> None:
    offer = await on_sale(EIGHT)
    await a_member(world.mia, offer)
    await write_draft(None, offer.public_id, DEARER, NOW, TODAY)
    january = datetime(2026, 12, 31, 23, tzinfo=UTC)
    await put_on_sale(None, offer.public_id, january, NOW)
    for day in (TODAY, date(2026, 12, 31)):
        with pytest.raises(ChangeTooEarly):
            await announce(None, offer.public_id, day, NOW, TODAY)
    assert await announce(None, offer.public_id, date(2027, 1, 1), NOW, TODAY) == 1
    with pytest.raises(SaleIsAnnounced):
        await call_off_sale(None, offer.public_id, NOW)


async def test_a_draft_is_announced_to_nobody(world: World) -> None:
    public_id = await new_product(None, None, PlanTerms(name_de="A", name_en="A", price=1, desk_days=1), NOW, TODAY)
    with pytest.raises(NothingNewer):
        await announce(None, public_id, FEBRUARY, NOW, TODAY)
