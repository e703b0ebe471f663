"""The mails about the own membership: what holds now, in writing, and what ends soon."""

from datetime import date

import pytest

from app.billing.operations import own_payer
from app.plans.concessions import ask_for_concession, check_concession, concessions_of, decline_concession
from app.plans.grants import Days
from app.plans.memberships import Begun, begin, change_terms, pause, resume
from app.plans.passes import sell_pass
from app.plans.product_versions import new_product, put_on_sale
from app.plans.products import Offer, offer_on_sale
from app.plans.queries import MembershipCard
from app.plans.terms import PassTerms, PlanTerms, PriceClass
from app.platform.database import execute
from tests.notifications.conftest import ADDRESS, Happen, Postman, text_of
from tests.worlds import NOW, World

TODAY = NOW.date()
FOUR = PlanTerms(name_de="Vier Tage", name_en="Four days", price=7000, desk_days=4)
EIGHT = PlanTerms(name_de="Acht Tage", name_en="Eight days", price=12000, desk_days=8)
TEN = PassTerms(name_de="Zehnerkarte", name_en="Pass of ten", amount=10, price=15000)


async def on_sale(terms: PlanTerms | PassTerms) -> Offer:
    await execute("UPDATE network SET charges = true")
    public_id = await new_product(None, None, terms, NOW, TODAY)
    await put_on_sale(None, public_id, NOW, NOW)
    offer = await offer_on_sale(public_id, NOW)
    assert offer is not None
    return offer


@pytest.fixture
async def four(world: World) -> MembershipCard:
    payer, offer = await own_payer(world.mia.id, NOW), await on_sale(FOUR)
    begun = Begun(world.mia.id, payer, None, offer.version, FOUR, PriceClass.NORMAL, date(2026, 11, 1))
    return await begin(None, begun, NOW, TODAY)


async def test_a_change_is_confirmed_with_price_and_day(
    world: World, four: MembershipCard, postman: Postman, happens: Happen
) -> None:
    offer = await on_sale(EIGHT)
    first = date(2026, 12, 1)
    await change_terms(None, four.id, offer.version, EIGHT, PriceClass.NORMAL, first, NOW, TODAY)
    await happens("membership.changed", four.id)
    [mail] = postman.mails
    assert (mail["To"], mail["Subject"]) == ("Mia Hammes <mia@example.org>", "Ihr Tarif: Acht Tage")
    text = text_of(mail)
    assert "Er gilt ab 1. Dezember 2026." in text
    assert "Er kostet 120,00\xa0€ im Monat." in text
    assert f"{ADDRESS}/mitgliedschaft" in text


async def test_a_pause_and_its_end_are_confirmed(four: MembershipCard, postman: Postman, happens: Happen) -> None:
    rests = Days(date(2026, 12, 1), date(2027, 1, 31))
    await pause(None, four.id, rests, NOW, TODAY)
    await happens("membership.paused", four.id)
    await resume(None, four.id, rests.first, NOW, TODAY)
    await happens("membership.paused", four.id)
    await happens("membership.resumed", four.id)
    assert [mail["Subject"] for mail in postman.mails] == ["Pause ab 1. Dezember 2026", "Ihre Pause ist beendet"]
    assert "ruht vom 1. Dezember 2026 bis 31. Januar 2027" in text_of(postman.mails[0])


async def test_who_has_something_left_on_a_pass_that_ends_hears_of_it(
    world: World, postman: Postman, happens: Happen
) -> None:
    offer, payer = await on_sale(TEN), await own_payer(world.mia.id, NOW)
    sold = await sell_pass(None, world.mia.id, payer, offer, PriceClass.NORMAL, NOW, TODAY)
    await execute("UPDATE person SET language = 'en' WHERE id = $1", world.mia.id)
    await happens("entitlement.ending", sold.entitlement)
    [mail] = postman.mails
    assert mail["Subject"] == "Pass of ten is valid until 31 December 2029"
    assert "10 days are left." in text_of(mail)


async def test_whoever_asked_for_a_price_class_hears_what_became_of_it(
    world: World, postman: Postman, happens: Happen
) -> None:
    tilda = world.tilda.actor()
    for price_class in ("student", "resident"):
        await ask_for_concession(world.mia.actor(), price_class, "Ausweis", NOW)
    resident, student = await concessions_of(world.mia.id)
    await check_concession(tilda, student.public_id, date(2027, 7, 31), NOW, TODAY)
    await decline_concession(tilda, resident.public_id, "Wohnt nicht hier.", NOW)
    await happens("concession.checked", student.id)
    await happens("concession.declined", resident.id)
    checked, declined = map(text_of, postman.mails)
    assert "Sie gilt bis 31. Juli 2027." in checked
    assert "Der Grund: Wohnt nicht hier." in declined
