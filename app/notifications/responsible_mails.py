"""The mails when somebody else becomes responsible for an organisation: one to each, with all that changes hands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.bookings.first_visit import card_to_take_along
from app.bookings.queries import BookingCard, bookings_by_id
from app.bookings.rules import HOLDING, Status
from app.bookings.series_queries import SeriesCard, series_by_id
from app.calendars.kept_series import calendar_series
from app.identity.queries import KnownPerson, people
from app.inventory.rules import label
from app.kernel.refusals import marked
from app.network.groups import OrganisationCard, organisation_by_id
from app.network.queries import space_by_id
from app.notifications.booking_mails import when
from app.notifications.invitations import (
    part_of_booking,
    part_of_booking_taken_back,
    part_of_series,
    part_of_series_taken_back,
)
from app.notifications.post_office import Letter, PostOffice
from app.platform.language import Speaker, speaker
from app.platform.mail import CalendarPart, Mailbox
from app.platform.outbox import Event


@dataclass(frozen=True, slots=True)
class _Handed:
    """What has changed hands, as it stands now. `singles` belong to no series; `actor` has entered the change."""

    office: PostOffice
    event: Event
    organisation: OrganisationCard
    before: KnownPerson
    after: KnownPerson
    actor: KnownPerson
    bookings: Sequence[BookingCard]
    series: Sequence[SeriesCard]
    now: datetime

    @property
    def singles(self) -> Sequence[BookingCard]:
        return [booking for booking in self.bookings if booking.series is None]

    def ahead(self, person: int) -> list[BookingCard]:
        """What stands and is this person's now, by time."""
        mine = (one for one in self.bookings if one.person == person and one.status in HOLDING)
        return sorted((one for one in mine if one.period.ends_at > self.now), key=lambda one: one.period.starts_at)


async def tell_responsible_changed(office: PostOffice, event: Event, now: datetime) -> None:
    """Tells who answered for it and who does now, each as long as that is true.

    The one's calendar gives back what is not his any more, the other's gets it.
    """
    ids = event.ids
    organisation = await organisation_by_id(event.aggregate_id)
    known = await people([ids["before"], ids["person"], ids["actor"]])
    if organisation is None or len(known) < len({ids["before"], ids["person"], ids["actor"]}):
        return
    series = [card for key in ids["series"] if (card := await series_by_id(key)) is not None]
    bookings = await bookings_by_id(ids["bookings"])
    before, after, actor = (known[ids[name]] for name in ("before", "person", "actor"))
    handed = _Handed(office, event, organisation, before, after, actor, bookings, series, now)
    if organisation.responsible == after.id:
        await _tell_new(handed)
    if organisation.responsible != before.id:
        await _tell_old(handed)


async def _tell_new(handed: _Handed) -> None:
    person, says = handed.after, speaker(handed.after.language)
    ahead = handed.ahead(person.id)
    series = await calendar_series([one.id for one in handed.series], person.id, person.language)
    calendars = [
        *[await part_of_series(handed.office, one, person.id, says) for one in series],
        *[await part_of_booking(handed.office, one, says) for one in handed.singles if one in ahead],
    ]
    spaces = {booking.space.id for booking in ahead}
    space = await space_by_id(spaces.pop()) if len(spaces) == 1 else None
    paragraphs = [
        _say(handed, says, marked("Bisher war das {before}. {actor} hat den Wechsel eingetragen.")),
        _say(
            handed, says, marked("Diese Termine gehören jetzt zu Ihnen. Ändern und absagen können Sie sie wie eigene.")
        )
        if ahead
        else _say(handed, says, marked("Gebucht ist gerade nichts, was noch kommt.")),
    ]
    context = {
        "first": _say(handed, says, marked("Sie sind jetzt verantwortlich für {organisation}")),
        "paragraphs": paragraphs,
        "parts": _parts(handed, ahead, says, with_links=True),
        "card": await card_to_take_along(ahead[0], says, handed.now) if space else None,
        "access": space.access[person.language] if space else "",
    }
    subject = _say(handed, says, marked("Jetzt verantwortlich: {organisation}"))
    await _send(handed, person, subject, context, calendars)


async def _tell_old(handed: _Handed) -> None:
    person, says = handed.before, speaker(handed.before.language)
    ahead = handed.ahead(handed.after.id)
    calendars = [*await _series_taken_back(handed, says), *await _singles_taken_back(handed, says)]
    paragraphs = [_say(handed, says, marked("{actor} hat den Wechsel eingetragen."))]
    if calendars:
        paragraphs.append(
            _say(
                handed,
                says,
                marked("Was noch kommt, bleibt für {organisation} gebucht, steht aber nicht mehr in Ihrem Kalender."),
            )
        )
    context = {
        "first": _say(handed, says, marked("Für {organisation} ist jetzt {after} verantwortlich")),
        "paragraphs": paragraphs,
        "parts": _parts(handed, ahead, says, with_links=False),
        "card": None,
        "access": "",
    }
    subject = _say(handed, says, marked("Nicht mehr verantwortlich: {organisation}"))
    await _send(handed, person, subject, context, calendars)


async def _series_taken_back(handed: _Handed, says: Speaker) -> list[CalendarPart]:
    before = handed.before.id
    gone = [series for series in handed.series if series.person != before]
    parts = [await part_of_series_taken_back(handed.office, one.id, before, one.person, says) for one in gone]
    return [part for part in parts if part is not None]


async def _singles_taken_back(handed: _Handed, says: Speaker) -> list[CalendarPart]:
    gone = [booking for booking in handed.singles if booking.person != handed.before.id]
    return [await part_of_booking_taken_back(handed.office, one, says) for one in gone]


def _say(handed: _Handed, says: Speaker, text: str) -> str:
    return says.say(
        text,
        organisation=handed.organisation.name,
        before=handed.before.name,
        after=handed.after.name,
        actor=handed.actor.name,
    )


def _parts(
    handed: _Handed, ahead: Sequence[BookingCard], says: Speaker, *, with_links: bool
) -> list[Mapping[str, object]]:
    """The series by themselves and all other bookings, each with its dates that are still to come."""
    office, found = handed.office, list[Mapping[str, object]]()

    def add(title: str, dates: Sequence[BookingCard], url: str) -> None:
        lines = [
            {
                "when": when(one, says, handed.now),
                "what": f"{says.word(label(one.resource.kind, one.resource.name))}, {one.space.name}",
                "is_asked_for": one.status is Status.REQUESTED,
                "link": office.booking_link(one.public_id) if with_links else "",
            }
            for one in dates
        ]
        if lines:
            found.append({"title": title, "url": url if with_links else "", "dates": lines})

    for series in handed.series:
        what = says.word(label(series.resource.kind, series.resource.name))
        add(
            says.say(marked("Serie: {what}, {space}"), what=what, space=series.space.name),
            [one for one in ahead if one.series == series.public_id],
            f"{office.address}/woche/serien/{series.public_id}",
        )
    add(says.gettext(marked("Einzelne Buchungen")), [one for one in ahead if one.series is None], "")
    return found


async def _send(
    handed: _Handed,
    person: KnownPerson,
    subject: str,
    context: Mapping[str, object],
    calendars: Sequence[CalendarPart],
) -> None:
    if person.email is None:
        return
    letter = Letter(
        key=f"responsible-{handed.organisation.public_id}-{handed.event.id}-{person.public_id}",
        to=Mailbox(person.name, person.email),
        person=person.id,
        language=person.language,
        subject=subject,
        template="responsible",
        context=context,
        calendar=calendars[0] if calendars else None,
        further_calendars=calendars[1:],
    )
    await handed.office.send(letter, handed.now)
