"""The mail to whoever is in charge of a space that was published during a call."""

from datetime import datetime
from typing import Final

from app.kernel.refusals import marked
from app.network.queries import space_by_id
from app.notifications.post_office import Letter, PostOffice
from app.platform.language import speaker
from app.platform.mail import Mailbox
from app.platform.outbox import Event

_READS: Final = "de"
"""What language an operator reads is not known yet."""


async def tell_published_by_phone(office: PostOffice, event: Event, now: datetime) -> None:
    """Sends the address of the space's page to where it was said that somebody reads, if anywhere."""
    space = await space_by_id(event.ids["space"])
    if space is None or space.published_at is None:
        return
    email = space.email or space.operator.email
    if not email:
        return
    says = speaker(_READS)
    facts = {"space": space.name, "address": space.address, "phone": space.phone or space.operator.phone}
    paragraphs = [
        says.say(marked("{space}, {address}"), facts),
        says.say(marked("Gäste finden den Standort ab sofort und buchen dort kostenlos."), {}),
        says.say(marked("Stimmt etwas nicht, oder möchten Sie Bilder und Hinweise ergänzen? Rufen Sie uns an."), {}),
    ]
    letter = Letter(
        key=f"published-by-phone-{space.slug}",
        to=Mailbox(space.operator.name, email),
        person=None,
        language=_READS,
        subject=says.say(marked("{space} ist veröffentlicht"), facts),
        template="news",
        context={
            "first": says.say(marked("{space} ist veröffentlicht."), facts),
            "paragraphs": paragraphs,
            "actions": [(f"{office.address}/standorte/{space.slug}", says.gettext(marked("Seite ansehen")))],
        },
    )
    await office.send(letter, now)
