"""The mail that offers newer terms to who has older ones. What is agreed then is confirmed like an order."""

from datetime import datetime
from zoneinfo import ZoneInfo

from app.identity.queries import people
from app.kernel.refusals import marked
from app.kernel.wall_time import local_day
from app.network.queries import the_network
from app.notifications.post_office import Letter, PostOffice
from app.plans.announcing import offer_by_id
from app.plans.place_names import reader_of
from app.plans.terms_said import name_of, price_said
from app.platform.language import speaker
from app.platform.mail import Mailbox

_ZONE = ZoneInfo("Europe/Berlin")


async def tell_change_offered(office: PostOffice, key: int, now: datetime) -> None:
    """Says what would change, and that nothing does without an answer; not where nobody asks any more."""
    offer, network = await offer_by_id(key), await the_network()
    if offer is None or not offer.is_open or network is None or not network.charges:
        return
    person = (await people([offer.card.person]))[offer.card.person]
    if person.email is None:
        return
    says = speaker(person.language)
    reader = await reader_of(person.language, local_day(now, _ZONE))
    name = name_of(offer.terms, person.language)
    changes = says.say(
        marked("Bisher: {before}. Ab {day} wären es {after}."),
        before=price_said(offer.agreed_before.priced_for(offer.price_class), reader),
        after=price_said(offer.terms.priced_for(offer.price_class), reader),
        day=says.day_of_year(offer.begins(local_day(now, _ZONE))),
    )
    nothing = marked("Ohne Ihre Zustimmung ändert sich nichts. Was genau anders wäre, steht auf der Seite.")
    page = f"{office.address}/mitgliedschaft/angebote/{offer.public_id}"
    letter = Letter(
        key=f"change-offered-{offer.public_id}",
        to=Mailbox(person.name, person.email),
        person=person.id,
        language=person.language,
        subject=says.say(marked("Neue Bedingungen für {name}?"), name=name),
        template="news",
        context={
            "first": says.say(marked("Neue Bedingungen für {name}: Sie entscheiden"), name=name),
            "paragraphs": [changes, says.gettext(nothing)],
            "actions": [(page, says.gettext(marked("Ansehen und entscheiden")))],
        },
    )
    await office.send(letter, now)
