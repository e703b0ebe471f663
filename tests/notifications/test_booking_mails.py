"""What people are told by mail when they book, move and cancel, and that they are told once."""

from datetime import date
from email.message import EmailMessage

import icalendar
import pytest

from app.bookings.arrivals import check_in
from app.bookings.cancellation import cancel
from app.bookings.mail_links import link_token
from app.bookings.moving import MoveBooking, move
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard
from app.calendars.feed_answers import feed_answer
from app.calendars.operations import CreateFeed, create_feed
from app.calendars.subscriptions import FeedKind
from app.notifications.queries import recent_mails
from app.platform.database import execute
from app.platform.mail import MailNotSent
from app.platform.outbox import Permanent
from tests.notifications.conftest import ADDRESS, KEY, Happen, Postman, text_of
from tests.worlds import NOW, World, at, tomorrow


async def a_booking(world: World, hour: int = 8) -> BookingCard:
    return await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(hour), tomorrow(hour + 4)), NOW)


async def test_a_confirmation_says_first_what_and_when_then_how_to_get_in(
    world: World, postman: Postman, happens: Happen
) -> None:
    booking = await a_booking(world)
    await happens("booking.confirmed", booking.id)
    (mail,) = postman.mails
    assert mail["Subject"] == "Gebucht: Mi 25.11., Polch, Platz 1"
    assert mail["To"] == "Mia Hammes <mia@example.org>"
    assert mail["From"] == "Nahwerk <post@nahwerk.example>"
    url = f"{ADDRESS}/buchungen/{booking.public_id}"
    expected = f"""\
Mi 25. November, 8–12 Uhr
RegioHub Polch, Platz 1

So kommen Sie hinein: Klingeln bei Nahwerk.

Ansehen, verschieben oder absagen:
{url}

Absagen oder verschieben, ohne Anmeldung:
{ADDRESS}/absagen/{link_token(booking.public_id, KEY)}

Adresse: Bahnhofstraße 1, 56751 Polch
Anfahrt: Vom Bahnhof links.
Betreiber: Genossenschaft Maifeld

Fragen? 02651 123, Mo–Fr 9–17 Uhr
Testnetz – Arbeiten nahe am Zuhause"""
    assert text_of(mail).replace("\r\n", "\n").strip() == expected
    html = text_of(mail, "html")
    facts = (
        "Mi 25. November, 8–12 Uhr",
        "RegioHub Polch, Platz 1",
        "Klingeln bei Nahwerk.",
        f'href="{url}"',
        "02651 123",
    )
    assert [html.index(fact) for fact in facts] == sorted(html.index(fact) for fact in facts)
    assert "€" not in html  # free of charge: no word of a price
    assert "http://" not in html
    assert "src=" not in html


async def test_text_html_and_calendar_stand_side_by_side_and_the_calendar_is_attached_too(
    world: World, postman: Postman, happens: Happen
) -> None:
    booking = await a_booking(world)
    await happens("booking.confirmed", booking.id)
    (mail,) = postman.mails
    alternative, attached = mail.iter_parts()
    assert (mail.get_content_type(), alternative.get_content_type()) == ("multipart/mixed", "multipart/alternative")
    kinds = [part.get_content_type() for part in alternative.iter_parts()]
    assert kinds == ["text/plain", "text/html", "text/calendar"]
    *_, calendar = alternative.iter_parts()
    assert calendar.get_param("method") == "PUBLISH"
    assert attached.get_filename() == "invite.ics"
    event = event_in(attached.get_content())
    assert (event["uid"], event.get("attendee")) == (booking.ical_uid, None)
    assert event["organizer"] == "mailto:post@nahwerk.example"
    assert "/absagen/" not in attached.get_content().decode().replace("\r\n ", "")


def attached_to(mail: EmailMessage) -> EmailMessage:
    (part,) = mail.iter_attachments()
    return part


def event_in(content: bytes | str) -> icalendar.Event:
    (event,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
    return event


async def test_a_move_and_a_cancellation_change_the_same_entry(world: World, postman: Postman, happens: Happen) -> None:
    booking = await a_booking(world)
    await happens("booking.confirmed", booking.id)
    await move(world.mia.actor(), booking.public_id, MoveBooking(world.polch["2"].public_id), NOW)
    await happens("booking.moved", booking.id)
    await cancel(world.mia.actor(), booking.public_id, NOW)
    await happens("booking.cancelled", booking.id)
    subjects = [mail["Subject"] for mail in postman.mails]
    assert subjects == [
        "Gebucht: Mi 25.11., Polch, Platz 1",
        "Verschoben auf Mi 25.11., Polch, Platz 2",
        "Abgesagt: Mi 25.11., Polch, Platz 2",
    ]
    calendars = [attached_to(mail).get_content() for mail in postman.mails]
    said = [(event_in(c)["uid"], event_in(c)["sequence"], event_in(c)["status"]) for c in calendars]
    uid = booking.ical_uid
    assert said == [(uid, 0, "CONFIRMED"), (uid, 1, "CONFIRMED"), (uid, 2, "CANCELLED")]
    assert [icalendar.Calendar.from_ical(c)["method"] for c in calendars] == ["PUBLISH", "PUBLISH", "CANCEL"]
    last = text_of(postman.mails[-1])
    assert last.startswith("Abgesagt: Mi 25. November, 8–12 Uhr")
    assert "Klingeln" not in last
    assert f"{ADDRESS}/plaetze" in last


async def test_mail_and_feed_name_the_same_entry(world: World, postman: Postman, happens: Happen) -> None:
    _, token = await create_feed(world.mia.actor(), CreateFeed(FeedKind.PERSON), NOW)
    booking = await a_booking(world)
    await happens("booking.confirmed", booking.id)
    mailed = event_in(attached_to(postman.mails[0]).get_content())
    fed = event_in((await feed_answer(token, ADDRESS, NOW)).content or b"")
    del mailed["organizer"]
    assert mailed.to_ical() == fed.to_ical()


async def test_english_people_get_english_mails(world: World, postman: Postman, happens: Happen) -> None:
    await execute("UPDATE person SET language = 'en' WHERE id = $1", world.mia.id)
    booking = await a_booking(world)
    await happens("booking.confirmed", booking.id)
    (mail,) = postman.mails
    assert "Wed 25 Nov" in mail["Subject"]
    assert "Wed 25 November, 8:00–12:00" in text_of(mail)
    assert "Ring at Nahwerk." in text_of(mail)
    assert '<html lang="en">' in text_of(mail, "html")
    assert mail["Content-Language"] == "en"


async def test_a_job_that_runs_twice_sends_one_mail(world: World, postman: Postman, happens: Happen) -> None:
    booking = await a_booking(world)
    await happens("booking.confirmed", booking.id)
    await happens("booking.confirmed", booking.id)
    assert len(postman.mails) == 1


async def test_a_mail_that_did_not_leave_leaves_when_tried_again(
    world: World, postman: Postman, happens: Happen
) -> None:
    booking = await a_booking(world)
    postman.failure = MailNotSent("greylisted", permanent=False)
    with pytest.raises(MailNotSent):
        await happens("booking.confirmed", booking.id)
    assert await recent_mails(world.mia.id, 5) == []
    postman.failure = None
    await happens("booking.confirmed", booking.id)
    assert len(postman.mails) == 1


async def test_a_mail_that_nobody_will_ever_take_is_given_up(world: World, postman: Postman, happens: Happen) -> None:
    booking = await a_booking(world)
    postman.failure = MailNotSent("no such user", permanent=True)
    with pytest.raises(Permanent):
        await happens("booking.confirmed", booking.id)
    postman.failure = None
    await execute("UPDATE person SET email = 'none at all' WHERE id = $1", world.mia.id)
    with pytest.raises(Permanent):
        await happens("booking.confirmed", booking.id)
    assert postman.mails == []


async def test_late_news_confuse_nobody(world: World, postman: Postman, happens: Happen) -> None:
    booking, mia = await a_booking(world), world.mia.actor()
    await move(mia, booking.public_id, MoveBooking(starts_at=tomorrow(9)), NOW)
    await happens("booking.confirmed", booking.id)  # late: says at once where the booking is now
    await happens("booking.moved", booking.id)  # nothing that was not said
    assert ["9–12 Uhr" in text_of(mail) for mail in postman.mails] == [True]
    await move(mia, booking.public_id, MoveBooking(starts_at=tomorrow(10)), NOW)
    await cancel(mia, booking.public_id, NOW)
    await happens("booking.moved", booking.id)  # given back meanwhile
    await happens("booking.cancelled", booking.id)
    assert [mail["Subject"].split(":")[0] for mail in postman.mails[1:]] == ["Abgesagt"]


async def test_somebody_who_has_arrived_still_gets_a_late_confirmation(
    world: World, postman: Postman, happens: Happen
) -> None:
    booking = await a_booking(world)
    await check_in(world.mia.actor(), booking.public_id, tomorrow(8))
    await happens("booking.confirmed", booking.id)
    assert len(postman.mails) == 1


async def test_nobody_without_address_is_written_to(world: World, postman: Postman, happens: Happen) -> None:
    await execute("UPDATE person SET email = NULL WHERE id = $1", world.mia.id)
    booking = await a_booking(world)
    await happens("booking.confirmed", booking.id)
    assert postman.mails == []


async def test_a_person_sees_which_mails_went_out_last(world: World, postman: Postman, happens: Happen) -> None:
    first, second = await a_booking(world), await a_booking(world, 13)
    await happens("booking.confirmed", first.id)
    await happens("booking.confirmed", second.id)
    await cancel(world.mia.actor(), first.public_id, NOW)
    await happens("booking.cancelled", first.id)
    seen = [(mail.subject, mail.sent_at) for mail in await recent_mails(world.mia.id, 2)]
    assert seen == [("Abgesagt: Mi 25.11., Polch, Platz 1", NOW), ("Gebucht: Mi 25.11., Polch, Platz 1", NOW)]
    assert await recent_mails(world.rolf.id, 2) == []


async def test_another_year_is_named(world: World, postman: Postman, happens: Happen) -> None:
    day = date(2027, 2, 3)
    wanted = BookDesk(world.polch["1"].public_id, at(day, 9), at(day, 10))
    booking = await book(world.mia.actor(), wanted, NOW)
    await happens("booking.confirmed", booking.id)
    assert text_of(postman.mails[0]).startswith("Mi 3. Februar 2027, 9–10 Uhr")


async def test_names_cannot_add_headers_or_markup(world: World, postman: Postman, happens: Happen) -> None:
    await execute("UPDATE space SET name = $1, place = $1", "<b>Polch</b>\r\nBcc: all@example.org")
    booking = await a_booking(world)
    await happens("booking.confirmed", booking.id)
    (mail,) = postman.mails
    assert mail["Bcc"] is None
    assert "<b>" not in text_of(mail, "html")
