"""The mail that confirms an order: at once, once, with all that was agreed as a file."""

from app.plans.orders import OrderCard
from app.platform.database import execute, fetch_value
from tests.notifications.conftest import ADDRESS, Happen, Postman, text_of
from tests.orders import A_GIFT, ordered
from tests.selling import on_sale
from tests.worlds import NOW, World


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
