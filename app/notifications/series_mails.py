"""The mails about a series: made, changed, cancelled in part or as a whole. One tells all of its dates together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from app.bookings.first_visit import card_to_take_along
from app.bookings.queries import BookingCard, bookings_by_id
from app.bookings.rules import HOLDING, Status
from app.bookings.series_changes import CHANGED
from app.bookings.series_queries import series_by_id
from app.calendars.entries import CalendarSeries
from app.calendars.kept_series import calendar_series
from app.identity.queries import KnownPerson, actor_of_person, people
from app.inventory.rules import label
from app.kernel.refusals import marked
from app.network.queries import SpaceCard, space_by_id
from app.notifications.booking_mails import short_day, when
from app.notifications.invitations import part_of_series
from app.notifications.left_out import dates_left_out
from app.notifications.paid_lines import paid_lines, right_to_withdraw
from app.notifications.post_office import Letter, PostOffice
from app.platform.language import Speaker, speaker
from app.platform.mail import Mailbox
from app.platform.outbox import Event

_DONE_BY: Final = {
    "made": marked("{who} hat das für Sie gebucht."),
    "requested": marked("{who} hat das für Sie angefragt."),
    "changed": marked("{who} hat das für Sie geändert."),
    "cancelled": marked("{who} hat das für Sie abgesagt."),
}
"""What a mail says where staff has acted for whose series it is."""

_SUBJECTS: Final = {
    "made": (marked("Gebucht: {day}, {place}"), marked("Gebucht: {count} Termine in {place}, {first} bis {last}")),
    "requested": (
        marked("Angefragt: {day}, {place}"),
        marked("Angefragt: {count} Termine in {place}, {first} bis {last}"),
    ),
    "changed": (marked("Geändert: {day}, {place}"), marked("Geändert: {count} Termine in {place}, {first} bis {last}")),
    "cancelled": (
        marked("Abgesagt: {day}, {place}"),
        marked("Abgesagt: {count} Termine in {place}, {first} bis {last}"),
    ),
}
"""What a mail is headed with that tells of one date, and of several."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What each of these mails is written from: whom it goes to, of which series, and why."""

    office: PostOffice
    event: Event
    person: KnownPerson
    space: SpaceCard | None
    series: CalendarSeries
    now: datetime

    @property
    def says(self) -> Speaker:
        return speaker(self.person.language)

    @property
    def url(self) -> str:
        return f"{self.office.address}/woche/serien/{self.series.public_id}"


async def tell_series_made(office: PostOffice, event: Event, now: datetime) -> None:
    """Confirms the dates that still stand, where they are now, and says which the rule has beside them."""
    standing = [booking for booking in await bookings_by_id(event.ids["bookings"]) if booking.status in HOLDING]
    told = await _told(office, event, standing, now)
    if told is not None:
        are_asked_for = all(booking.status is Status.REQUESTED for booking in standing)
        await _tell(told, "requested" if are_asked_for else "made", standing, [])


async def tell_series_changed(office: PostOffice, event: Event, now: datetime) -> None:
    """Says where the changed dates are now, and which are gone by it; an earlier part that stays is told by itself."""
    bookings = await bookings_by_id(event.ids["bookings"])
    standing = [booking for booking in bookings if booking.status in HOLDING]
    gone = [booking for booking in bookings if booking.status not in HOLDING and booking.reason == CHANGED]
    told = await _told(office, event, standing or bookings, now)
    if told is None:
        return
    if standing or gone:
        await _tell(told, "changed" if standing else "cancelled", standing, gone)
    if (before := event.ids.get("split_from")) is not None:
        for earlier in await calendar_series([before], told.person.id, told.person.language):
            await _tell_end(replace(told, series=earlier), bookings[0].space.place)


async def tell_series_cancelled(office: PostOffice, event: Event, now: datetime) -> None:
    """Says which dates are no more, and which of them count because it was too late."""
    gone = [booking for booking in await bookings_by_id(event.ids["bookings"]) if booking.status not in HOLDING]
    told = await _told(office, event, gone, now)
    if told is not None:
        await _tell(told, "cancelled", [], gone)


async def _told(office: PostOffice, event: Event, bookings: Sequence[BookingCard], now: datetime) -> _Told | None:
    """None where there is nothing to tell any more, or nobody to write to."""
    if not bookings:
        return None
    first = bookings[0]
    person = (await people([first.person])).get(first.person)
    if person is None or person.email is None:
        return None
    space = await space_by_id(first.space.id)
    series = await calendar_series([event.aggregate_id], first.person, person.language)
    return _Told(office, event, person, space, series[0], now) if series else None


async def _tell(told: _Told, news: str, standing: Sequence[BookingCard], gone: Sequence[BookingCard]) -> None:
    told_of = standing or gone
    first, says, language = told_of[0], told.says, told.person.language
    card = await series_by_id(told.series.id)
    left_out = await dates_left_out(card, told.space, says) if standing and card and told.space else []
    stays = any(booking.status in HOLDING and booking.period.ends_at > told.now for booking in told.series.bookings)
    context: dict[str, object] = {
        "news": news,
        "count": len(told_of),
        "space": first.space,
        "done_by": await _done_by(told, news),
        "standing": [_line(booking, told) for booking in standing],
        "gone": [_line(booking, told) for booking in gone],
        "left_out": [(_day(slot.day, says, told.now), why) for slot, why in left_out],
        "paid": await paid_lines(standing, says),
        "withdrawal": await right_to_withdraw(standing, told.office.address, says, told.now),
        "others_stay": news == "cancelled" and stays,
        "card": await card_to_take_along(first, says, told.now) if standing else None,
        "access": told.space.access[language] if told.space and standing else "",
        "directions": told.space.directions[language] if told.space else "",
        "url": told.url,
    }
    await _send(told, _subject(news, told_of, says), "series", context, str(told.event.id))


async def _done_by(told: _Told, news: str) -> str:
    """Who of the staff did it: the space, or for staff of all spaces the network; empty where the person did."""
    staff = told.event.ids.get("staff")
    if staff is None:
        return ""
    actor, space = await actor_of_person(staff), told.space
    is_of_the_space = space is not None and any(
        grant.scope_kind != "network" and grant.covers(space.operator.id, space.id, None) for grant in actor.grants
    )
    who = space.name if space and is_of_the_space else (await told.office.network()).name
    return told.says.say(_DONE_BY[news], who=who)


def _line(booking: BookingCard, told: _Told) -> Mapping[str, object]:
    """A date as the mail lists it: when, what, where to change it, and whether it counts though it is gone."""
    return {
        "when": when(booking, told.says, told.now),
        "what": told.says.word(label(booking.resource.kind, booking.resource.name)),
        "link": told.office.booking_link(booking.public_id),
        "is_asked_for": booking.status is Status.REQUESTED,
        "counts": booking.is_late,
    }


def _day(day: date, says: Speaker, now: datetime) -> str:
    return says.day(day) if day.year == now.year else f"{says.day(day)} {day.year}"


async def _tell_end(told: _Told, place: str) -> None:
    """Says that the earlier part is a series of its own now, so that calendars cut it too."""
    shown = [booking.slot for booking in told.series.shown if booking.slot is not None]
    last = max(shown).astimezone(told.series.zone)
    facts = {
        "what": label(told.series.kind, told.series.resource_name),
        "last": last.date(),
        "day": short_day(last.date(), told.says),
        "place": place,
    }
    context = {
        "first": told.says.say(marked("{what}: Die Serie endet jetzt am {last}"), facts),
        "paragraphs": [
            told.says.say(marked("Ihre Termine bis dahin bleiben, wie sie sind.")),
            told.says.say(marked("Was danach kommt, ist eine neue Serie. Darüber haben wir Ihnen eigens geschrieben.")),
        ],
        "action": told.says.gettext(marked("Serie ansehen")),
        "action_last": True,
        "url": told.url,
    }
    subject = told.says.say(marked("Serie endet {day}: {place}, {what}"), facts)
    await _send(told, subject, "account", context, f"{told.event.id}-end")


async def _send(told: _Told, subject: str, template: str, context: Mapping[str, object], key: str) -> None:
    letter = Letter(
        key=f"series-{told.series.public_id}-{key}",
        to=Mailbox(told.person.name, told.person.email or ""),
        person=told.person.id,
        language=told.person.language,
        subject=subject,
        template=template,
        context=context,
        calendar=await part_of_series(told.office, told.series, told.person.id, told.says),
    )
    await told.office.send(letter, told.now)


def _subject(news: str, bookings: Sequence[BookingCard], says: Speaker) -> str:
    first, last = (short_day(bookings[index].starts_at.date(), says) for index in (0, -1))
    place, (of_one, of_several) = bookings[0].space.place, _SUBJECTS[news]
    if len(bookings) == 1:
        return says.say(of_one, day=first, place=place)
    return says.say(of_several, count=len(bookings), place=place, first=first, last=last)
