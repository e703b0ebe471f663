"""The mail that confirms an order: at once, once, with all that was agreed as a file."""

import pytest

from app.billing.payers import PayerDetails, PayerKind, keep_payer
from app.plans.agreements import Choice
from app.plans.orders import OrderCard
from app.plans.terms import Audience, PlanTerms
from app.platform.database import execute, fetch_value
from tests.notifications.conftest import ADDRESS, Happen, Postman, text_of
from tests.orders import A_GIFT, ordered
from tests.selling import TODAY, on_sale
from tests.worlds import NOW, World

PLAN = PlanTerms(name_de="Acht Tage", name_en="Eight days", price=11900, desk_days=8)


async def an_order(world: World) -> OrderCard:
    await execute("UPDATE network SET charges = true")
    return await ordered(world.mia.actor(), await on_sale(A_GIFT, NOW), NOW)


async def test_the_confirmation_brings_the_document_as_it_is_kept(
    world: World, postman: Postman, happens: Happen
) -> None:
    order = await an_order(world)
    await happens("contract_order.placed", order.id)
    await happens("contract_order.placed", order.id)
    [mail] = postman.mails
    assert (mail["To"], mail["Subject"]) == ("Mia Hammes <mia@example.org>", "Bestellt: Schnuppertag")
    assert f"{ADDRESS}/mitgliedschaft/dokumente/{order.document}" in text_of(mail)
    [file] = [part for part in mail.iter_attachments() if part.get_content_type() == "text/html"]
    assert file.get_filename() == f"bestellung-{order.public_id}.html"
    assert file.get_content().strip() == (await fetch_value("SELECT content FROM contract_document")).strip()


async def test_without_an_address_nothing_is_sent(world: World, postman: Postman, happens: Happen) -> None:
    order = await an_order(world)
    await execute("UPDATE person SET email = NULL, email_confirmed_at = NULL WHERE id = $1", world.mia.id)
    await happens("contract_order.placed", order.id)
    assert postman.mails == []


@pytest.mark.parametrize(
    ("audience", "amount"),
    [
        (Audience.CONSUMER, "27,77 € inkl. MwSt., offen, Rechnung folgt"),
        (Audience.BUSINESS, "23,34 € netto, 4,43 € MwSt. (19 %), zusammen 27,77 €, offen, Rechnung folgt"),
    ],
)
async def test_what_is_due_says_what_it_is(
    world: World, postman: Postman, happens: Happen, audience: Audience, amount: str
) -> None:
    await execute("UPDATE network SET charges = true")
    kind = PayerKind.BUSINESS if audience is Audience.BUSINESS else PayerKind.PERSON
    details = PayerDetails(kind, "Mia Hammes", "Hammes GmbH", "Am Markt 1", "56751", "Polch", "mia@example.org")
    await keep_payer(world.mia.id, details, NOW)
    order = await ordered(world.mia.actor(), await on_sale(PLAN, NOW), NOW, Choice(TODAY, audience))
    await happens("contract_order.placed", order.id)
    [mail] = postman.mails
    for part in ("plain", "html"):
        assert amount in " ".join(text_of(mail, part).split())
