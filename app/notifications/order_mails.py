"""The mail that confirms an order, with its document."""

from datetime import datetime
from typing import Final

from app.billing.open_charges import open_charges_of
from app.identity.queries import people
from app.kernel.refusals import marked
from app.notifications.post_office import Letter, PostOffice
from app.plans.contract_words import name_of
from app.plans.orders import document_of_order, order_by_id
from app.platform.language import speaker
from app.platform.mail import Attachment, Mailbox

_FILE: Final = {"de": "bestellung", "en": "order"}


async def tell_ordered(office: PostOffice, key: int, now: datetime) -> None:
    """Confirms the order at once, with all that was agreed as a file to keep."""
    order, document = await order_by_id(key), await document_of_order(key)
    if order is None or document is None:
        return
    person = (await people([order.person])).get(order.person)
    if person is None or person.email is None:
        return
    says, what = speaker(document.language), name_of(order.terms, document.language)
    subject = says.say(marked("Bestellt: {what}"), what=what)
    letter = Letter(
        key=f"order-{order.public_id}",
        to=Mailbox(person.name, person.email),
        person=person.id,
        language=document.language,
        subject=subject,
        template="order",
        context={
            "order": order,
            "what": what,
            "charges_due": await open_charges_of(order.payer, order.contract, document.language),
            "url": f"{office.address}/mitgliedschaft/dokumente/{document.public_id}",
        },
        documents=[Attachment(f"{_FILE[document.language]}-{order.public_id}.html", document.content)],
    )
    await office.send(letter, now)
