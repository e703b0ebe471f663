"""The mails to who waits in line: what is kept for the first and until when, and that there is no line any more."""

from datetime import datetime
from typing import Final

from app.bookings.serving import has_booked
from app.bookings.waiting import Ending, waiting_by_id
from app.identity.queries import people
from app.inventory.rules import Kind, label
from app.kernel.refusals import marked
from app.notifications.booking_mails import free_then, short_day, when
from app.notifications.post_office import Letter, PostOffice
from app.platform.language import speaker
from app.platform.mail import Mailbox

_SUBJECT: Final = marked("Frei für Sie bis {until}: {day}, {place}, {what}")
_FIRST: Final = marked("{what} in {place} ist frei geworden: {when}")
_PARAGRAPHS: Final = (
    marked("Bis {deadline} ist der Platz nur für Sie da. Gebucht ist er, wenn Sie ihn auf der Seite annehmen."),
    marked("{space}, {address}"),
    marked("Sie brauchen ihn nicht mehr? Sagen Sie es auf derselben Seite, dann bekommt ihn gleich der Nächste."),
    marked("Ohne Antwort geht er danach von selbst an den Nächsten auf der Warteliste."),
)


async def tell_offered(office: PostOffice, key: int, now: datetime) -> None:
    """Tells of the offer while it may be accepted, and only who has not booked something else meanwhile."""
    place = await waiting_by_id(key)
    if place is None or place.offered is None or place.until is None or not place.is_offered_at(now):
        return
    person = (await people([place.person])).get(place.person)
    if person is None or person.email is None or await has_booked(place.person, place.kinds, place.period):
        return
    says = speaker(person.language)
    facts = {
        "what": label(place.offered.kind, place.offered.name),
        "until": place.until.time(),
        "deadline": place.until,
        "day": short_day(place.starts_at.date(), says),
        "place": place.space.place,
        "space": place.space.name,
        "address": place.space.address,
        "when": when(place, says, now),
    }
    letter = Letter(
        key=f"offer-{place.public_id}",
        to=Mailbox(person.name, person.email),
        person=person.id,
        language=person.language,
        subject=says.say(_SUBJECT, facts),
        template="account",
        context={
            "first": says.say(_FIRST, facts),
            "paragraphs": [says.say(text, facts) for text in _PARAGRAPHS],
            "action": says.gettext(marked("Ansehen und annehmen")),
            "action_last": False,
            "url": office.offer_link(place.public_id),
        },
    )
    await office.send(letter, now)


async def tell_wait_ended(office: PostOffice, key: int, now: datetime) -> None:
    """Says to who waited that the space leaves the network. Of every other end nobody is told: it was no surprise."""
    place = await waiting_by_id(key)
    if place is None or place.reason != Ending.OPERATOR_ENDED or place.period.ends_at <= now:
        return
    person = (await people([place.person])).get(place.person)
    if person is None or person.email is None:
        return
    says = speaker(person.language)
    facts = {
        "day": short_day(place.starts_at.date(), says),
        "place": place.space.place,
        "space": place.space.name,
        "operator": place.space.operator,
        "when": when(place, says, now),
    }
    letter = Letter(
        key=f"wait-ended-{place.public_id}",
        to=Mailbox(person.name, person.email),
        person=person.id,
        language=person.language,
        subject=says.say(marked("Warteliste zu Ende: {day}, {place}"), facts),
        template="news",
        context={
            "first": says.say(marked("{space} gehört dann nicht mehr zum Netzwerk"), facts),
            "paragraphs": [
                says.say(marked("Sie standen auf der Warteliste: {when}."), facts),
                says.say(marked("{operator} verlässt das Netzwerk vorher, deshalb endet die Warteliste."), facts),
            ],
            "actions": [
                (free_then(office, place, place.kind or Kind.DESK), says.gettext(marked("Andere Plätze ansehen")))
            ],
        },
    )
    await office.send(letter, now)
