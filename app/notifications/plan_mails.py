"""The mails about memberships' terms: that newer ones are offered, and that they are agreed."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from app.identity.queries import people
from app.kernel.refusals import marked
from app.kernel.wall_time import local_day
from app.network.queries import the_network
from app.notifications.post_office import Letter, PostOffice
from app.plans.announcing import ChangeOffer, offer_by_id
from app.plans.place_names import reader_of
from app.plans.terms_said import Reader, lines_of, name_of, price_said
from app.platform.language import Speaker, speaker
from app.platform.mail import Mailbox

_ZONE = ZoneInfo("Europe/Berlin")


async def tell_change_offered(office: PostOffice, key: int, now: datetime) -> None:
    """Says what would change, and that nothing does without an answer; not where nobody asks any more."""
    offer = await offer_by_id(key)
    if offer is None or not offer.is_open:
        return
    await _to_member(
        office,
        offer,
        "offered",
        marked("Neue Bedingungen für {name}?"),
        marked("Neue Bedingungen für {name}: Sie entscheiden"),
        [
            marked("Bisher: {before}. Ab {day} wären es {after}."),
            marked("Ohne Ihre Zustimmung ändert sich nichts. Was genau anders wäre, steht auf der Seite."),
        ],
        marked("Ansehen und entscheiden"),
        now,
    )


async def tell_change_accepted(office: PostOffice, key: int, now: datetime) -> None:
    """Says all that is agreed now, to be kept."""
    offer = await offer_by_id(key)
    if offer is None or not offer.is_accepted:
        return
    await _to_member(
        office,
        offer,
        "accepted",
        marked("Neue Bedingungen vereinbart: {name}"),
        marked("Sie haben den neuen Bedingungen für {name} zugestimmt"),
        [marked("Das gilt jetzt für Ihren Vertrag:")],
        marked("Mitgliedschaft ansehen"),
        now,
        with_terms=True,
    )


async def _to_member(
    office: PostOffice,
    offer: ChangeOffer,
    news: str,
    subject: str,
    first: str,
    paragraphs: list[str],
    action: str,
    now: datetime,
    *,
    with_terms: bool = False,
) -> None:
    person = (await people([offer.card.person]))[offer.card.person]
    network = await the_network()
    if person.email is None or network is None or not network.charges:
        return
    says = speaker(person.language)
    reader = await reader_of(person.language, local_day(now, _ZONE))
    facts = {
        "name": name_of(offer.terms, person.language),
        "before": price_said(offer.agreed_before.priced_for(offer.price_class), reader),
        "after": price_said(offer.terms.priced_for(offer.price_class), reader),
        "day": says.day_of_year(offer.begins(local_day(now, _ZONE))),
    }
    said = [says.say(each, facts) for each in paragraphs]
    letter = Letter(
        key=f"change-{news}-{offer.public_id}",
        to=Mailbox(person.name, person.email),
        person=person.id,
        language=person.language,
        subject=says.say(subject, facts),
        template="news",
        context={
            "first": says.say(first, facts),
            "paragraphs": [*said, *(_terms(offer, reader, says) if with_terms else [])],
            "actions": [(f"{office.address}/mitgliedschaft/angebote/{offer.public_id}", says.say(action))],
        },
    )
    await office.send(letter, now)


def _terms(offer: ChangeOffer, reader: Reader, says: Speaker) -> list[str]:
    """Each line of the terms as a paragraph."""
    lines = lines_of(offer.terms.priced_for(offer.price_class), replace(reader, has_agreed=True))
    return [f"{says.gettext(line.label)}: {says.listed(says.word(each) for each in line.said)}" for line in lines]
