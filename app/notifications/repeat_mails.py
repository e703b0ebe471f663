"""The mail about bookings that were made in one act: one for all of them."""

from collections.abc import Sequence
from datetime import datetime

from app.bookings.first_visit import card_to_take_along
from app.bookings.queries import BookingCard, bookings_by_id
from app.bookings.rules import HOLDING, Status
from app.identity.queries import people
from app.inventory.rules import label
from app.kernel.refusals import marked
from app.network.queries import space_by_id
from app.notifications.booking_mails import short_day, when
from app.notifications.post_office import Letter, PostOffice
from app.platform.language import Speaker, speaker
from app.platform.mail import Mailbox


async def tell_bookings_repeated(office: PostOffice, keys: Sequence[int], now: datetime) -> None:
    """Confirms those of the bookings that still stand, where they are now; nothing where none does.

    Requests among them are told by themselves.
    """
    standing = [booking for booking in await bookings_by_id(keys) if booking.status in HOLDING - {Status.REQUESTED}]
    if not standing:
        return
    first = standing[0]
    person = (await people([first.person])).get(first.person)
    if person is None or person.email is None:
        return
    says = speaker(person.language)
    space = await space_by_id(first.space.id, now)
    letter = Letter(
        key=f"repeat-{min(keys)}",
        to=Mailbox(person.name, person.email),
        person=person.id,
        language=person.language,
        subject=_subject(standing, says),
        template="repeat",
        context={
            "count": len(standing),
            "space": first.space,
            "lines": [
                (
                    when(booking, says, now),
                    says.word(label(booking.resource.kind, booking.resource.name)),
                    office.booking_link(booking.public_id),
                )
                for booking in standing
            ],
            "card": await card_to_take_along(first, says, now),
            "access": space.access[person.language] if space else "",
            "directions": space.directions[person.language] if space else "",
            "url": f"{office.address}/woche/alle",
        },
    )
    await office.send(letter, now)


def _subject(bookings: Sequence[BookingCard], says: Speaker) -> str:
    first, last = (short_day(bookings[index].starts_at.date(), says) for index in (0, -1))
    if len(bookings) == 1:
        return says.say(marked("Gebucht: {day}, {place}"), day=first, place=bookings[0].space.place)
    return says.say(
        marked("Gebucht: {count} Termine in {place}, {first} bis {last}"),
        count=len(bookings),
        place=bookings[0].space.place,
        first=first,
        last=last,
    )
