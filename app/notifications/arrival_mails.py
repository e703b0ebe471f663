"""The mails about what happens to a booking by itself or by its space: requests, no-shows, late releases."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from app.bookings.approval import DECLINED, DECLINED_WITH
from app.bookings.due import NEVER_ASKED, RELEASED_BY_DESK, released_at
from app.bookings.facts import free_resources
from app.bookings.queries import BookingCard, booking_by_id, bookings_of_group
from app.bookings.rules import Status
from app.identity.queries import KnownPerson, people
from app.inventory.rules import label
from app.kernel.refusals import marked
from app.network.queries import published_space, space_by_id
from app.notifications.booking_mails import short_day, when
from app.notifications.invitations import part_of_booking
from app.notifications.post_office import Letter, PostOffice
from app.plans.accounts import has_come_back
from app.platform.language import Speaker, speaker
from app.platform.mail import Mailbox

_MOST_OTHERS = 5
_STAFF_READS: Final = "de"


@dataclass(frozen=True, slots=True)
class News:
    """What a mail says: its subject, the line above, paragraphs, and (address, word) of what can be done.

    `key` tells the news of one booking apart; with `for_calendar` the booking and those `along` go along for calendars.
    """

    key: str
    subject: str
    first: str
    paragraphs: Sequence[str]
    actions: Sequence[tuple[str, str]]
    for_calendar: bool = False
    along: Sequence[BookingCard] = ()


@dataclass(frozen=True, slots=True)
class _Told:
    """What each of these mails is written from."""

    office: PostOffice
    booking: BookingCard
    says: Speaker
    now: datetime

    @property
    def facts(self) -> Mapping[str, object]:
        booking, says = self.booking, self.says
        return {
            "day": short_day(booking.starts_at.date(), says),
            "place": booking.space.place,
            "what": label(booking.resource.kind, booking.resource.name),
            "when": when(booking, says, self.now),
            "space": booking.space.name,
            "starts": booking.starts_at.time(),
        }

    def say(self, text: str, **more: object) -> str:
        return self.says.say(text, self.facts, **more)

    @property
    def page(self) -> str:
        return f"{self.office.address}/buchungen/{self.booking.public_id}"

    @property
    def link(self) -> str:
        return self.office.booking_link(self.booking.public_id)

    @property
    def elsewhere(self) -> str:
        """The space at the same time, with what is free then."""
        booking = self.booking
        starts, ends = booking.starts_at, booking.ends_at
        query = {"tag": starts.date(), "art": booking.resource.kind} | (
            {"zeit": "eigen", "von": f"{starts:%H:%M}", "bis": f"{ends:%H:%M}" if ends.hour or ends.minute else "24:00"}
        )
        return f"{self.office.address}/standorte/{booking.space.slug}?{urlencode(query)}"

    @property
    def nearby(self) -> str:
        """That day around the space, where the space has no page any more."""
        space = self.booking.space
        query = {"ort": f"{space.postcode} {space.place}", "tag": self.booking.starts_at.date()}
        return f"{self.office.address}/plaetze?{urlencode(query)}"


async def tell_requested(office: PostOffice, key: int, now: datetime) -> None:
    """Says to the person until when the request is decided."""
    await _tell(office, key, now, Status.REQUESTED, _requested)


async def _requested(told: _Told) -> News:
    until = told.booking.decided_until
    return News(
        "request",
        told.say(marked("Angefragt: {day}, {place}, {what}")),
        told.say(marked("Angefragt: {when}")),
        [
            told.say(marked("{space}, {what}")),
            told.say(
                marked("Der Standort entscheidet bis {until}. Bis dahin ist der Platz für Sie freigehalten."),
                until=until,
            ),
            told.say(marked("Sie hören in jedem Fall von uns. Zurückziehen können Sie die Anfrage jederzeit.")),
        ],
        [
            (told.page, told.say(marked("Anfrage ansehen"))),
            (told.link, told.say(marked("Anfrage zurückziehen, ohne Anmeldung"))),
        ],
        for_calendar=True,
    )


async def ask_to_decide(office: PostOffice, key: int, now: datetime) -> None:
    """Says to the staff of the space that somebody waits for a decision."""
    booking = await booking_by_id(key)
    space = await space_by_id(booking.space.id) if booking else None
    if booking is None or space is None or booking.status is not Status.REQUESTED:
        return
    person = (await people([booking.person]))[booking.person]
    told = _Told(office, booking, speaker(_STAFF_READS), now)
    email = space.email or space.operator.email
    if not email:
        return
    paragraphs = [
        told.say(marked("{name} wartet auf Ihre Entscheidung: {space}, {what}."), name=person.name),
        told.say(marked("Entscheiden Sie bis {until}. Danach wird die Anfrage abgesagt."), until=booking.decided_until),
    ]
    if booking.note:
        paragraphs.append(told.say(marked("Notiz: {note}"), note=booking.note))
    news = News(
        "decide",
        told.say(marked("Anfrage: {day}, {what}, {name}"), name=person.name),
        told.say(marked("Anfrage für {when}")),
        paragraphs,
        [(f"{office.address}/theke/anfragen", told.say(marked("Anfrage entscheiden")))],
    )
    await office.send(await _letter(told, news, Mailbox(space.name, email), None), now)


async def tell_declined(office: PostOffice, key: int, now: datetime) -> None:
    """Says that a request was declined, or that nobody decided in time, why, and what is free instead.

    What was booked with it and went with it is told in the same mail.
    """
    booking = await booking_by_id(key)
    if booking is not None and booking.reason == DECLINED_WITH:
        return
    await _tell(office, key, now, Status.CANCELLED, _declined)


async def _declined(told: _Told) -> News:
    booking = told.booking
    if booking.reason == "not_decided":
        why = told.say(
            marked("{space} hat bis {until} nicht entschieden. Ihre Anfrage gilt deshalb nicht mehr."),
            until=booking.decided_until,
        )
        subject = told.say(marked("Nicht entschieden: {day}, {place}, {what}"))
        first = told.say(marked("Nicht entschieden: {when}"))
    else:
        why = told.say(marked("{space} hat Ihre Anfrage abgelehnt."))
        subject = told.say(marked("Abgelehnt: {day}, {place}, {what}"))
        first = told.say(marked("Abgelehnt: {when}"))
    paragraphs = [told.say(marked("{space}, {what}")), why]
    along = await _gone_with(booking)
    if along:
        names = [told.says.word(label(other.resource.kind, other.resource.name)) for other in along]
        paragraphs.append(
            told.say(marked("Abgesagt ist damit auch, was Sie zusammen damit gebucht haben: {names}."), names=names)
        )
    if booking.answer:
        paragraphs.append(told.say(marked("Die Antwort: {answer}"), answer=booking.answer))
    paragraphs.append(await _what_is_free(told))
    is_shown = await published_space(told.booking.space.id, told.now) is not None
    return News(
        "declined",
        subject,
        first,
        paragraphs,
        [(told.elsewhere if is_shown else told.nearby, told.say(marked("Anderen Platz finden")))],
        for_calendar=True,
        along=along,
    )


async def _gone_with(booking: BookingCard) -> list[BookingCard]:
    """What was booked in one act with a request and ended with it."""
    if booking.reason not in (DECLINED, "not_decided") or booking.group is None:
        return []
    together = await bookings_of_group(booking.person, booking.group)
    return [one for one in together if one.reason == DECLINED_WITH and one.updated_at == booking.updated_at]


async def _what_is_free(told: _Told) -> str:
    booking = told.booking
    free = await free_resources(booking.space.id, booking.resource.kind, booking.period)
    names = [label(each.kind, each.name) for each in free if each.id != booking.resource.id][:_MOST_OTHERS]
    if not names:
        return told.say(marked("Dort ist zu dieser Zeit sonst nichts frei."))
    return told.say(
        marked("Zu dieser Zeit ist dort noch frei: {names}."), names=[told.says.word(each) for each in names]
    )


async def tell_released(office: PostOffice, key: int, now: datetime) -> None:
    """Says what it means that a place was given back after its deadline."""
    await _tell(office, key, now, Status.RELEASED, _released)


async def _released(told: _Told) -> News:
    return News(
        "released",
        told.say(marked("Zurückgegeben: {day}, {place}, {what}")),
        told.say(marked("Zurückgegeben: {when}")),
        [
            told.say(marked("{space}, {what}")),
            told.say(marked("Der Platz ist wieder frei für andere.")),
            told.say(
                marked(
                    "Absagen ging bis {until}. Deshalb zählt die Buchung trotzdem,"
                    " außer jemand anderes nimmt den Platz. Dann schreiben wir Ihnen."
                ),
                until=told.booking.is_free_to_cancel_until,
            ),
        ],
        [(f"{told.office.address}/plaetze", told.say(marked("Anderen Platz finden")))],
        for_calendar=True,
    )


async def tell_taken_over(office: PostOffice, key: int, now: datetime) -> None:
    """Says that somebody else has taken the place that was given back too late."""
    await _tell(office, key, now, Status.RELEASED, _taken_over)


async def _taken_over(told: _Told) -> News:
    return News(
        "taken-over",
        told.say(marked("Ihr Tag zählt nicht: {day}, {place}, {what}")),
        told.say(marked("Ihr Tag zählt nicht: {when}")),
        [
            told.say(marked("{space}, {what}")),
            told.say(marked("Jemand anderes hat den Platz genommen, den Sie zurückgegeben haben.")),
        ],
        [(told.page, told.say(marked("Buchung ansehen")))],
    )


async def ask_whether_coming(office: PostOffice, key: int, now: datetime) -> None:
    """Asks who has not arrived; not where the answer has come already."""
    booking = await booking_by_id(key)
    if booking is not None and booking.asked_at is not None and booking.coming_later_at is None:
        await _tell(office, key, now, Status.CONFIRMED, _asked)


async def _asked(told: _Told) -> News:
    booking = told.booking
    until = (booking.due_at or released_at(booking, told.now)).astimezone(booking.space.zone)
    return News(
        "asked",
        told.say(marked("Kommen Sie noch? {day}, {place}, {what}")),
        told.say(marked("Kommen Sie noch?")),
        [
            told.say(marked("{space}, {what}, {when}")),
            told.say(
                marked("Sie sind noch nicht angekommen. Ohne Antwort geben wir den Platz um {until} für andere frei."),
                until=until.time(),
            ),
        ],
        [
            (f"{told.link}/spaeter", told.say(marked("Komme später oder bin schon da"))),
            (told.link, told.say(marked("Ich komme nicht"))),
        ],
    )


async def tell_no_show(office: PostOffice, key: int, now: datetime) -> None:
    """Says that the place went to the others, and how it is taken back."""
    await _tell(office, key, now, Status.NO_SHOW, _no_show)


async def _no_show(told: _Told) -> News:
    paragraphs = [
        told.say(marked("{space}, {what}")),
        told.say(marked("Sie sind nicht angekommen, deshalb ist der Platz jetzt für andere frei.")),
        told.say(marked("Kommen Sie doch noch, und er ist noch frei, gehört er mit „Ich bin da“ wieder Ihnen.")),
    ]
    if told.booking.reason == NEVER_ASKED:
        paragraphs.append(told.say(marked("Wir konnten Sie vorher nicht fragen: Es zählt nicht als „nicht gekommen“.")))
    if told.booking.reason == RELEASED_BY_DESK:
        paragraphs.append(told.say(marked("Die Theke hat ihn freigegeben. Als „nicht gekommen“ zählt es nicht.")))
    booking = told.booking
    if booking.entitlement is not None and await has_come_back(booking.entitlement, booking.id):
        paragraphs.append(told.say(marked("Was dafür vorgemerkt war, ist wieder in Ihrem Guthaben.")))
    return News(
        "no-show",
        told.say(marked("Freigegeben: {day}, {place}, {what}")),
        told.say(marked("Freigegeben: {when}")),
        paragraphs,
        [(f"{told.link}/spaeter", told.say(marked("Ich komme doch")))],
    )


async def _tell(
    office: PostOffice, key: int, now: datetime, status: Status, write: Callable[[_Told], Awaitable[News]]
) -> None:
    """Writes to the booking's person as long as the booking stands so."""
    booking = await booking_by_id(key)
    if booking is None or booking.status is not status:
        return
    person: KnownPerson = (await people([booking.person]))[booking.person]
    if person.email is None:
        return
    told = _Told(office, booking, speaker(person.language), now)
    await office.send(await _letter(told, await write(told), Mailbox(person.name, person.email), person.id), now)


async def _letter(told: _Told, news: News, to: Mailbox, person: int | None) -> Letter:
    booking = told.booking
    for_calendar = [booking, *news.along] if news.for_calendar else []
    calendars = [await part_of_booking(told.office, one, told.says) for one in for_calendar]
    return Letter(
        key=f"{news.key}-{booking.public_id}-{booking.sequence}",
        to=to,
        person=person,
        language=told.says.language,
        subject=news.subject,
        template="news",
        context={"first": news.first, "paragraphs": news.paragraphs, "actions": news.actions},
        calendar=calendars[0] if calendars else None,
        further_calendars=calendars[1:],
    )
