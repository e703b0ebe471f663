"""The mail on the evening before: true, in time, once, and with the one button that frees the desk."""

from datetime import datetime, timedelta

import pytest

from app.bookings.arrivals import check_in
from app.bookings.cancellation import cancel
from app.bookings.mail_links import link_token
from app.bookings.moving import MoveBooking, move
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard
from app.identity.reminders import choose_reminders
from app.notifications.reactions import notification_reactions
from app.platform.database import execute
from app.platform.mail import Mailbox
from app.platform.outbox import Event
from app.platform.settings import ROOT
from app.platform.templates import Templates
from tests.notifications.conftest import ADDRESS, KEY, Postman, text_of
from tests.welcomes import DOOR_CODE, HOST_PHONE, a_first_visit
from tests.worlds import NOW, World, at, tomorrow

EVENT = "booking.reminder_came_due"


@pytest.fixture
async def booking(world: World) -> BookingCard:
    await choose_reminders(world.mia.actor(), True, NOW)
    return await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(12)), NOW)


async def remind(postman: Postman, booking: BookingCard, now: datetime = NOW) -> None:
    sender = Mailbox("Nahwerk", "post@nahwerk.example")
    reactions = notification_reactions(postman, Templates(ROOT / "templates", lambda name: name), sender, ADDRESS, KEY)
    for reaction in reactions[EVENT]:
        await reaction.run(Event(1, EVENT, 1, "booking", booking.id, {}, now), now)


async def test_it_says_when_and_where_and_frees_the_desk_by_one_link(booking: BookingCard, postman: Postman) -> None:
    await remind(postman, booking)
    (mail,) = postman.mails
    assert mail["Subject"] == "Morgen: Mi 25.11., Polch, Platz 1"
    text, link = text_of(mail), f"{ADDRESS}/absagen/{link_token(booking.public_id, KEY)}"
    assert text.startswith("Morgen: Mi 25. November, 8–12 Uhr\r\nRegioHub Polch, Platz 1".replace("\r", ""))
    assert f"Komme nicht:\n{link}" in text
    assert f"{ADDRESS}/konto/erinnerungen" in text
    html = text_of(mail, "html")
    assert f'href="{link}">Komme nicht</a>' in html
    assert f'href="{ADDRESS}/konto/erinnerungen"' in html
    assert "Klingeln bei Nahwerk." in text
    assert not list(mail.iter_attachments()), "the calendar knows it already"


async def test_it_says_how_to_get_in(world: World, booking: BookingCard, postman: Postman) -> None:
    await a_first_visit(world.polch)
    await remind(postman, booking)
    (mail,) = postman.mails
    for body in (text_of(mail), text_of(mail, "html")):
        assert DOOR_CODE in body
        assert HOST_PHONE in body
    assert DOOR_CODE not in mail["Subject"]


async def test_it_comes_once_for_each_day_of_the_booking(world: World, booking: BookingCard, postman: Postman) -> None:
    await remind(postman, booking)
    await remind(postman, booking, NOW + timedelta(hours=1))
    assert len(postman.mails) == 1
    change = MoveBooking(starts_at=tomorrow(8) + timedelta(days=1), ends_at=tomorrow(9) + timedelta(days=1))
    await move(world.mia.actor(), booking.public_id, change, NOW)
    await remind(postman, booking, NOW + timedelta(days=1))
    assert [mail["Subject"] for mail in postman.mails[1:]] == ["Morgen: Do 26.11., Polch, Platz 1"]


async def test_it_is_not_sent_when_it_is_not_true(world: World, booking: BookingCard, postman: Postman) -> None:
    await remind(postman, booking, at(NOW.date(), 22))
    await remind(postman, booking, NOW - timedelta(days=1))
    await choose_reminders(world.mia.actor(), False, NOW)
    await remind(postman, booking)
    await choose_reminders(world.mia.actor(), True, NOW)
    await cancel(world.mia.actor(), booking.public_id, NOW)
    await remind(postman, booking)
    assert postman.mails == []


async def test_whoever_has_arrived_needs_none(world: World, postman: Postman) -> None:
    """A night's booking begins tomorrow and can be checked in to this evening."""
    await choose_reminders(world.mia.actor(), True, NOW)
    await execute("UPDATE weekly_hours SET opens = 0, closes = 1440")
    booking = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(0), tomorrow(1)), NOW)
    await check_in(world.mia.actor(), booking.public_id, tomorrow(0) - timedelta(minutes=10))
    await remind(postman, booking)
    assert postman.mails == []


async def test_it_speaks_the_persons_language(world: World, booking: BookingCard, postman: Postman) -> None:
    await execute("UPDATE person SET language = 'en' WHERE id = $1", world.mia.id)
    await remind(postman, booking)
    (mail,) = postman.mails
    assert mail["Subject"].startswith("Tomorrow: Wed 25 Nov")
    assert "Not coming:" in text_of(mail)
