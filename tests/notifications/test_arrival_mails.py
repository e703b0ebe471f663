"""What people are told when a request is decided, when they have not come, and when they gave a place back too late."""

from datetime import timedelta
from email.message import EmailMessage

import icalendar
import pytest

from app.bookings.approval import approve, decline
from app.bookings.arrivals import come_later
from app.bookings.cancellation import cancel
from app.bookings.mail_links import link_token
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard
from app.bookings.settling import settle_due
from app.bookings.taking_over import take_over
from app.bookings.together import book_together
from app.inventory.rules import Kind
from app.platform.database import execute
from tests.notifications.conftest import ADDRESS, KEY, Happen, Postman, text_of
from tests.worlds import NOW, World, rules_at, staffed_at, tomorrow


async def requested(world: World) -> BookingCard:
    await rules_at(world.polch, Kind.ROOM, needs_approval=True, decide_within=600)
    return await book(
        world.mia.actor(), BookDesk(world.polch["Nette"].public_id, tomorrow(9), tomorrow(12), "Mit Beamer?"), NOW
    )


async def expected(world: World) -> BookingCard:
    await rules_at(world.polch, Kind.DESK, no_show_after=30)
    await staffed_at(world.polch)
    return await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(9), tomorrow(12)), NOW)


def link(booking: BookingCard) -> str:
    return f"{ADDRESS}/absagen/{link_token(booking.public_id, KEY)}"


def event_in(mail: EmailMessage) -> icalendar.Event:
    (part,) = mail.iter_attachments()
    (event,) = icalendar.Calendar.from_ical(part.get_content()).walk("VEVENT")
    return event


async def test_a_request_is_told_to_the_member_and_to_the_space(
    world: World, postman: Postman, happens: Happen
) -> None:
    booking = await requested(world)
    await happens("booking.requested", booking.id)
    member, space = postman.mails
    assert member["To"] == "Mia Hammes <mia@example.org>"
    assert member["Subject"] == "Angefragt: Mi 25.11., Polch, Raum Nette"
    text = text_of(member)
    assert "Der Standort entscheidet bis Mi 25. November, 5:00 Uhr." in text
    assert f"{ADDRESS}/buchungen/{booking.public_id}" in text
    assert link(booking) in text
    assert space["To"] == "RegioHub Polch <polch@example.org>"
    assert space["Subject"] == "Anfrage: Mi 25.11., Raum Nette, Mia Hammes"
    text = text_of(space)
    assert "Mia Hammes wartet auf Ihre Entscheidung: RegioHub Polch, Raum Nette." in text
    assert "Entscheiden Sie bis Mi 25. November, 5:00 Uhr." in text
    assert "Notiz: Mit Beamer?" in text
    assert f"{ADDRESS}/theke/anfragen" in text
    assert "/absagen/" not in text
    assert "mia@" not in text


async def test_an_approved_request_is_confirmed_by_mail_even_where_it_was_booked_with_others(
    world: World, postman: Postman, happens: Happen
) -> None:
    booking = await requested(world)
    await execute("UPDATE booking SET group_id = 'together' WHERE id = $1", booking.id)
    await happens("booking.confirmed", booking.id)
    assert postman.mails == []  # the request has not been decided
    await approve(world.frida.actor(), booking.public_id, NOW)
    await happens("booking.requested", booking.id)
    assert postman.mails == []  # no longer true
    await happens("booking.confirmed", booking.id)
    assert [mail["Subject"] for mail in postman.mails] == ["Gebucht: Mi 25.11., Polch, Raum Nette"]


async def test_a_declined_request_says_why_and_what_is_free_instead(
    world: World, postman: Postman, happens: Happen
) -> None:
    booking = await requested(world)
    await decline(world.frida.actor(), booking.public_id, "Da tagt der Rat.", NOW)
    await happens("booking.declined", booking.id)
    [mail] = postman.mails
    assert mail["Subject"] == "Abgelehnt: Mi 25.11., Polch, Raum Nette"
    text = text_of(mail)
    assert "RegioHub Polch hat Ihre Anfrage abgelehnt." in text
    assert "Die Antwort: Da tagt der Rat." in text
    assert "Dort ist zu dieser Zeit sonst nichts frei." in text
    assert f"{ADDRESS}/standorte/regiohub-polch?tag=2026-11-25&art=room&zeit=eigen&von=09%3A00&bis=12%3A00" in text
    assert event_in(mail)["status"] == "CANCELLED"


async def test_a_passed_deadline_says_so(world: World, postman: Postman, happens: Happen) -> None:
    await rules_at(world.polch, Kind.DESK, needs_approval=True, decide_within=600)
    booking = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(9), tomorrow(12)), NOW)
    await settle_due(NOW + timedelta(hours=10))
    await happens("booking.declined", booking.id)
    [mail] = postman.mails
    assert mail["Subject"] == "Nicht entschieden: Mi 25.11., Polch, Platz 1"
    text = text_of(mail)
    assert "RegioHub Polch hat bis Mi 25. November, 5:00 Uhr nicht entschieden." in text
    assert "Zu dieser Zeit ist dort noch frei: Platz 2 und Platz 3." in text


async def test_who_does_not_come_is_asked_once_and_told_of_the_release(
    world: World, postman: Postman, happens: Happen
) -> None:
    booking = await expected(world)
    await settle_due(tomorrow(9, 15))
    await happens("booking.asked", booking.id)
    await happens("booking.asked", booking.id)
    await execute("UPDATE outbox_event SET dispatched_at = $1", NOW)
    await settle_due(tomorrow(9, 30))
    await happens("booking.no_show", booking.id)
    asked, gone = postman.mails
    assert asked["Subject"] == "Kommen Sie noch? Mi 25.11., Polch, Platz 1"
    text = text_of(asked)
    assert "geben wir den Platz um 9:30 Uhr für andere frei" in text
    assert f"{link(booking)}/spaeter\n" in text.replace("\r\n", "\n")
    assert f"Ich komme nicht:\n{link(booking)}\n" in text.replace("\r\n", "\n")
    assert gone["Subject"] == "Freigegeben: Mi 25.11., Polch, Platz 1"
    assert "Es zählt nicht als" not in text_of(gone)
    assert f"{link(booking)}/spaeter" in text_of(gone)


async def test_who_has_answered_is_not_asked(world: World, postman: Postman, happens: Happen) -> None:
    booking = await expected(world)
    await settle_due(tomorrow(9, 15))
    await come_later(world.mia.actor(), booking.public_id, tomorrow(9, 16))
    await happens("booking.asked", booking.id)
    assert postman.mails == []


async def test_who_could_not_be_asked_hears_that_it_does_not_count(
    world: World, postman: Postman, happens: Happen
) -> None:
    booking = await expected(world)
    await settle_due(tomorrow(9, 15))
    await settle_due(tomorrow(9, 30))
    await happens("booking.no_show", booking.id)
    assert "Es zählt nicht als „nicht gekommen“." in text_of(postman.mails[0])


async def test_a_late_release_says_that_it_counts_and_later_that_it_does_not(
    world: World, postman: Postman, happens: Happen
) -> None:
    await rules_at(world.polch, Kind.DESK, cancel_before=24 * 60)
    booking = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(9), tomorrow(12)), NOW)
    await cancel(world.mia.actor(), booking.public_id, NOW + timedelta(hours=1))
    await happens("booking.released", booking.id)
    taker = await book(world.rolf.actor(), BookDesk(world.polch["1"].public_id, tomorrow(9), tomorrow(12)), tomorrow(7))
    await take_over(taker.id, tomorrow(7))
    await happens("booking.taken_over", booking.id)
    released, taken = postman.mails
    assert released["Subject"] == "Zurückgegeben: Mi 25.11., Polch, Platz 1"
    assert "Deshalb zählt die Buchung trotzdem, außer jemand anderes nimmt den Platz." in text_of(released)
    assert event_in(released)["status"] == "CANCELLED"
    assert taken["Subject"] == "Ihr Tag zählt nicht: Mi 25.11., Polch, Platz 1"
    assert "Rolf" not in text_of(taken)


@pytest.mark.parametrize("event", ["booking.requested", "booking.declined", "booking.asked", "booking.no_show"])
async def test_news_that_are_no_longer_true_are_not_told(
    world: World, postman: Postman, happens: Happen, event: str
) -> None:
    booking = await expected(world)
    await happens(event, booking.id)
    assert postman.mails == []


async def test_they_are_written_in_the_readers_language(world: World, postman: Postman, happens: Happen) -> None:
    await execute("UPDATE person SET language = 'en' WHERE id = $1", world.mia.id)
    booking = await expected(world)
    await settle_due(tomorrow(9, 15))
    await happens("booking.asked", booking.id)
    assert postman.mails[0]["Subject"] == "Are you still coming? Wed 25 Nov, Polch, Desk 1"


async def test_one_mail_tells_all_that_went_with_a_declined_request_and_takes_it_out_of_calendars(
    world: World, postman: Postman, happens: Happen
) -> None:
    await rules_at(world.polch, Kind.ROOM, needs_approval=True, decide_within=600)
    wanted = [BookDesk(world.polch[name].public_id, tomorrow(9), tomorrow(12)) for name in ("K1", "Nette", "1")]
    booth, hall, desk = await book_together(world.mia.actor(), wanted, NOW)
    await decline(world.frida.actor(), hall.public_id, "Da tagt der Rat.", NOW)
    for number, booking in enumerate((booth, hall, desk)):
        await happens("booking.declined", booking.id, number + 1)
    [mail] = postman.mails
    assert mail["Subject"] == "Abgelehnt: Mi 25.11., Polch, Raum Nette"
    said = "Abgesagt ist damit auch, was Sie zusammen damit gebucht haben: Kabine K1 und Platz 1."
    assert said in text_of(mail).replace("\n", " ")
    assert said in text_of(mail, "html")
    calendars = [icalendar.Calendar.from_ical(part.get_content()) for part in mail.iter_attachments()]
    assert [calendar["method"] for calendar in calendars] == ["CANCEL"] * 3
    assert [calendar.walk("VEVENT")[0]["uid"] for calendar in calendars] == [
        f"{one.public_id}@nahwerk" for one in (hall, booth, desk)
    ]
    names = [part.get_filename() for part in mail.iter_attachments()]
    assert names == ["invite.ics", "invite-2.ics", "invite-3.ics"]
