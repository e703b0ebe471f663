"""The mail that confirms an order, or other terms that were agreed on, with the document."""

from datetime import datetime
from typing import Any, Final

from app.billing.open_charges import open_charges_of
from app.identity.queries import people
from app.kernel.money import Money
from app.kernel.refusals import marked
from app.notifications.post_office import Letter, PostOffice
from app.plans.orders import OrderCard, document_of_order, order_by_id
from app.plans.shown_prices import dues_said
from app.plans.terms import Billed, PlanTerms
from app.plans.terms_said import name_of
from app.platform.language import Speaker, speaker
from app.platform.mail import Attachment, Mailbox

_PRICES: Final = {Billed.MONTHLY: marked("{price} im Monat"), Billed.YEARLY: marked("{price} im Jahr")}
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
    url = f"{office.address}/mitgliedschaft/dokumente/{document.public_id}"
    if order.is_change:
        subject, template, context = _of_change(order, what, url, says)
    else:
        subject, template = says.say(marked("Bestellt: {what}"), what=what), "order"
        charges = await open_charges_of(order.payer, order.contract, document.language)
        due = await dues_said(charges, order.audience)
        context = {"order": order, "what": what, "charges_due": due, "url": url}
    letter = Letter(
        key=f"order-{order.public_id}",
        to=Mailbox(person.name, person.email),
        person=person.id,
        language=document.language,
        subject=subject,
        template=template,
        context=context,
        documents=[Attachment(f"{_FILE[document.language]}-{order.public_id}.html", document.content)],
    )
    await office.send(letter, now)


def _of_change(order: OrderCard, what: str, url: str, says: Speaker) -> tuple[str, str, dict[str, Any]]:
    """Subject, template and context of the mail that confirms other terms."""
    terms = order.terms
    assert isinstance(terms, PlanTerms), "a membership is in a plan"
    paragraphs = [
        says.say(marked("Er gilt ab {day}."), day=says.day_of_year(order.starts_on)),
        says.say(marked("Er kostet {price}."), price=says.say(_PRICES[terms.billed], price=order.price)),
    ]
    if order.difference:
        text = (
            marked("Für den laufenden Zeitraum kommen {price} dazu; eine Rechnung folgt.")
            if order.difference > 0
            else marked("Für den laufenden Zeitraum bekommen Sie {price} zurück.")
        )
        paragraphs.append(says.say(text, price=Money(abs(order.difference), order.price.currency)))
    kept = marked("Alles, was vereinbart ist, steht in der angehängten Datei. Bitte heben Sie sie auf.")
    context = {
        "first": says.say(marked("Ihr Tarif ist {name}"), name=what),
        "paragraphs": [*paragraphs, says.gettext(kept)],
        "actions": [(url, says.gettext(marked("Bestätigung lesen")))],
    }
    return says.say(marked("Ihr Tarif: {name}"), name=what), "news", context
