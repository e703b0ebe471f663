"""The mails about a booking: made, moved, cancelled, and coming up tomorrow. Each state of a booking is told once."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from babel.dates import format_date

from app.bookings.clearing import BY_OPERATOR, CLOSED, called_off_because
from app.bookings.first_visit import card_to_take_along
from app.bookings.held import HeldDesk
from app.bookings.queries import BookingCard, booking_by_id, bookings_of_group
from app.bookings.reminders import is_time_to_remind
from app.bookings.rules import HOLDING, Status
from app.bookings.short_notice import is_on_call_list
from app.bookings.team_acts import team_that_booked
from app.bookings.waiting import WaitingCard
from app.identity.queries import KnownPerson, people
from app.identity.reminders import wants_reminders
from app.inventory.blockers import blocked_because, reason_of_blocker
from app.inventory.rules import Kind, label
from app.kernel.refusals import marked
from app.kernel.wall_time import local_day
from app.network.queries import SpaceCard, space_by_id
from app.notifications.invitations import part_of_booking
from app.notifications.paid_lines import paid_lines, right_to_withdraw
from app.notifications.post_office import Letter, PostOffice
from app.platform.language import Speaker, speaker
from app.platform.mail import Mailbox

_SUBJECTS: Final = {
    "confirmed": marked("Gebucht: {day}, {place}, {what}"),
    "moved": marked("Verschoben auf {day}, {place}, {what}"),
    "cancelled": marked("Abgesagt: {day}, {place}, {what}"),
    "reminder": marked("Morgen: {day}, {place}, {what}"),
}


async def tell_booking_confirmed(office: PostOffice, booking: int, now: datetime) -> None:
    """Confirms the booking, unless it was given back meanwhile: then the cancellation alone says so.

    Of bookings that were made in one act one mail tells together; so it does when they are given back.
    """
    await _tell(office, booking, "confirmed", now)


async def tell_booking_moved(
    office: PostOffice, booking: int, now: datetime, blocker: int | None = None, place_is_gone: bool = False
) -> None:
    """Says when and where the booking is now; after several moves at once, or a late confirmation, just once.

    Where the operator has blocked the place before (`blocker`), or taken it out of use, it says so.
    """
    await _tell(office, booking, "moved", now, blocker, place_is_gone)


async def tell_booking_cancelled(office: PostOffice, booking: int, now: datetime) -> None:
    """Says that the booking is no more."""
    await _tell(office, booking, "cancelled", now)


async def remind_of_booking(office: PostOffice, key: int, now: datetime) -> None:
    """Reminds of tomorrow's booking, once for each day that it has been moved to, and never at night."""
    booking = await booking_by_id(key)
    if booking is None or not is_time_to_remind(now, booking.space.zone):
        return
    is_tomorrow = booking.starts_at.date() == local_day(now, booking.space.zone) + timedelta(days=1)
    if is_tomorrow and await wants_reminders(booking.person):
        await _tell(office, key, "reminder", now)


async def _tell(
    office: PostOffice,
    key: int,
    news: str,
    now: datetime,
    blocker: int | None = None,
    place_is_gone: bool = False,
) -> None:
    booking = await booking_by_id(key)
    if booking is None or not _is_true(news, booking):
        return
    along = await bookings_of_group(booking.person, booking.group) if booking.group else []
    if _is_told_by_another(news, booking, along):
        return
    person = (await people([booking.person])).get(booking.person)
    if person is None or person.email is None:
        return
    space = await space_by_id(booking.space.id)
    why = await _why(booking, news, person.language, blocker)
    with_it = [other for other in along if other.id != booking.id and _is_told_with(news, booking, other)]
    letter = await _letter(office, booking, news, person, person.email, space, now, why, with_it, place_is_gone)
    await office.send(letter, now)


def _is_told_by_another(news: str, booking: BookingCard, along: Sequence[BookingCard]) -> bool:
    """Of what was booked in one act the first that the same is true of tells it."""
    return any(other.id < booking.id and _is_told_with(news, booking, other) for other in along)


def _is_told_with(news: str, booking: BookingCard, other: BookingCard) -> bool:
    """Whether one mail says the news of both; each move is told by itself."""
    is_same_act = news != "cancelled" or other.updated_at == booking.updated_at
    return (
        news != "moved"
        and is_same_act
        and _is_true(news, other)
        and (other.decided_by is None) == (booking.decided_by is None)
    )


async def _why(booking: BookingCard, news: str, language: str, blocker: int | None) -> str:
    """Why the operator needs the place or the day, in his own words; empty where that is not the cause."""
    if news == "moved" and blocker is not None:
        return await reason_of_blocker(blocker, language) or ""
    if news == "cancelled" and booking.reason in BY_OPERATOR:
        return await blocked_because(booking.resource.claims, booking.period, language) or ""
    return ""


def _is_true(news: str, booking: BookingCard) -> bool:
    """Whether the news still describes the booking and is told by itself; older news must not follow newer ones."""
    match news:
        case "confirmed" | "moved" if booking.status is Status.REQUESTED:
            return False
        case "cancelled":
            return booking.status is Status.CANCELLED
        case "reminder":
            return booking.status is Status.CONFIRMED
        case _:
            return booking.status in HOLDING


async def _letter(
    office: PostOffice,
    booking: BookingCard,
    news: str,
    person: KnownPerson,
    email: str,
    space: SpaceCard | None,
    now: datetime,
    why: str,
    with_it: Sequence[BookingCard],
    place_is_gone: bool,
) -> Letter:
    says = speaker(person.language)
    what = label(booking.resource.kind, booking.resource.name)
    day = short_day(booking.starts_at.date(), says)
    told = [booking, *with_it] if news != "cancelled" else []
    return Letter(
        key=_key(news, booking),
        to=Mailbox(person.name, email),
        person=person.id,
        language=person.language,
        subject=says.say(_SUBJECTS[news], day=day, place=booking.space.place, what=what),
        template="booking",
        context={
            "news": news,
            "booking": booking,
            "what": what,
            "when": when(booking, says, now),
            "access": space.access[person.language] if space else "",
            "card": await card_to_take_along(booking, says, now),
            "directions": space.directions[person.language] if space else "",
            "url": f"{office.address}/buchungen/{booking.public_id}",
            "slip": f"{office.address}/buchungen/{booking.public_id}/zettel",
            "link": office.booking_link(booking.public_id),
            "why": why,
            "read_link": office.read_link(booking.public_id) if await _asks_to_confirm(booking, news) else "",
            "place_is_gone": place_is_gone,
            "team": await team_that_booked(booking.id) if news == "confirmed" else None,
            "house_rules": f"{office.address}/standorte/{booking.space.slug}/hausordnung",
            "called_off": called_off_because(booking.reason, booking.space.operator) if news == "cancelled" else None,
            "paid": await paid_lines(told, says),
            "withdrawal": await right_to_withdraw(told, office.address, says, now) if news != "reminder" else "",
            "along": [label(other.resource.kind, other.resource.name) for other in with_it],
            "free_places": free_then(office, booking, booking.resource.kind),
        },
        calendar=None if news == "reminder" else await part_of_booking(office, booking, says),
    )


async def _asks_to_confirm(booking: BookingCard, news: str) -> bool:
    return news == "cancelled" and booking.reason == CLOSED and await is_on_call_list(booking.id)


def free_then(office: PostOffice, booking: BookingCard | WaitingCard, kind: Kind) -> str:
    """The search for this kind at the same time near the space."""
    starts, ends = booking.starts_at, booking.ends_at
    search = {
        "ort": f"{booking.space.postcode} {booking.space.place}",
        "tag": starts.date().isoformat(),
        "zeit": "eigen",
        "von": f"{starts:%H:%M}",
        "bis": f"{ends:%H:%M}" if ends.date() == starts.date() else "24:00",
        "art": kind.value,
    }
    return f"{office.address}/plaetze?{urlencode(search)}"


def _key(news: str, booking: BookingCard) -> str:
    if news == "reminder":
        return f"reminder-{booking.public_id}-{booking.starts_at:%Y%m%d}"
    return f"booking-{booking.public_id}-{booking.sequence}"


def when(booking: BookingCard | HeldDesk | WaitingCard, says: Speaker, now: datetime) -> str:
    """Mi 25. November, 8–18 Uhr; with the year where it is not this one, with both days where it ends on another."""
    starts_at, ends_at = booking.starts_at, booking.ends_at
    opens, closes = (at.hour * 60 + at.minute for at in (starts_at, ends_at))
    first, last = (_day(at.date(), says, now) for at in (starts_at, ends_at))
    if starts_at.date() == ends_at.date() and closes > opens:
        return f"{first}, {says.span(opens, closes)}"
    return f"{first}, {says.time(starts_at.time())} – {last}, {says.time(ends_at.time())}"


def _day(day: date, says: Speaker, now: datetime) -> str:
    return says.day(day) if day.year == now.year else f"{says.day(day)} {day.year}"


def short_day(day: date, says: Speaker) -> str:
    """Mi 25.11.; Wed 25 Nov."""
    return format_date(day, "ccc d.M." if says.language == "de" else "ccc d MMM", locale=says.locale)
