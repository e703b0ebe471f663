"""The mails by which newer terms are offered and confirmed."""

from datetime import date, timedelta

import msgspec

from app.plans.announcing import ChangeOffer, announce, answer, open_offers_of
from app.plans.product_versions import put_on_sale, write_draft
from app.platform.database import fetch
from tests.notifications.conftest import ADDRESS, Happen, Postman, text_of
from tests.orders import PAPER
from tests.selling import EIGHT, TODAY, a_member, it_charges, on_sale
from tests.worlds import NOW, World


async def asked(world: World) -> ChangeOffer:
    await it_charges()
    offer = await on_sale(EIGHT)
    await a_member(world.mia, offer)
    await write_draft(None, offer.public_id, msgspec.structs.replace(EIGHT, price=12900), NOW, TODAY)
    await put_on_sale(None, offer.public_id, NOW + timedelta(seconds=1), NOW)
    await announce(None, offer.public_id, date(2027, 2, 1), NOW, TODAY)
    [question] = await open_offers_of(world.mia.id)
    return question


async def test_a_member_hears_what_would_change_once(world: World, happens: Happen, postman: Postman) -> None:
    question = await asked(world)
    await happens("change_offer.made", question.id)
    await happens("change_offer.made", question.id)
    [mail] = postman.mails
    text = mail.get_body(("plain",)).get_content().replace("\xa0", " ")  # type: ignore[union-attr]
    assert mail["to"] == "Mia Hammes <mia@example.org>"
    assert "Bisher: 119,00 € im Monat. Ab 1. Februar 2027 wären es 129,00 € im Monat." in text
    assert f"{ADDRESS}/mitgliedschaft/angebote/{question.public_id}" in text


async def test_who_has_answered_is_not_asked_by_a_late_mail(world: World, happens: Happen, postman: Postman) -> None:
    question = await asked(world)
    await answer(world.mia.actor(), question.public_id, PAPER, NOW, TODAY, accepts=False)
    await happens("change_offer.made", question.id)
    assert postman.mails == []


async def test_what_was_agreed_comes_as_one_mail_with_its_document(
    world: World, happens: Happen, postman: Postman
) -> None:
    question = await asked(world)
    await answer(world.mia.actor(), question.public_id, PAPER, NOW, TODAY, accepts=True)
    [event] = await fetch("SELECT id, aggregate_id FROM outbox_event WHERE name = 'contract_order.placed'")
    await happens("contract_order.placed", event["aggregate_id"])
    await happens("membership.changed", question.card.id, told=True)
    [mail] = postman.mails
    assert mail["Subject"] == "Ihr Tarif: Acht Tage"
    assert "Er gilt ab 1. Februar 2027." in text_of(mail)
    [file] = [part for part in mail.iter_attachments() if part.get_content_type() == "text/html"]
    content = " ".join(file.get_content().split())
    for words in ("Bestätigung neuer Bedingungen", "Acht Tage, 119,00 € im Monat", "129,00 € im Monat"):
        assert words in content
