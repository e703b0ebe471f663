"""What was booked in one act is told in one mail, and so is its end."""

import pytest

from app.bookings.cancellation import cancel
from app.bookings.moving import MoveBooking, move
from app.bookings.operations import BookDesk
from app.bookings.queries import BookingCard
from app.bookings.together import book_together
from tests.notifications.conftest import Happen, Postman, text_of
from tests.worlds import NOW, World, tomorrow


@pytest.fixture
async def booked(world: World) -> list[BookingCard]:
    wanted = [BookDesk(world.polch[name].public_id, tomorrow(9), tomorrow(11)) for name in ("Nette", "1", "2")]
    return await book_together(world.mia.actor(), wanted, NOW)


async def all_happen(happens: Happen, name: str, bookings: list[BookingCard]) -> None:
    for number, booking in enumerate(bookings):
        await happens(name, booking.id, event=number + 1)


async def test_one_mail_confirms_all_and_names_them(
    booked: list[BookingCard], happens: Happen, postman: Postman
) -> None:
    await all_happen(happens, "booking.confirmed", booked)
    [mail] = postman.mails
    assert "Raum Nette" in mail["Subject"]
    assert "Dazu: Platz 1 und Platz 2" in text_of(mail)
    assert "Dazu: Platz 1 und Platz 2" in text_of(mail, "html")


async def test_one_mail_tells_that_all_are_cancelled(
    world: World, booked: list[BookingCard], happens: Happen, postman: Postman
) -> None:
    await cancel(world.mia.actor(), booked[1].public_id, NOW)
    await all_happen(happens, "booking.cancelled", booked)
    [mail] = postman.mails
    assert mail["Subject"].startswith("Abgesagt")
    assert "Dazu: Platz 1 und Platz 2" in text_of(mail)


async def test_one_that_is_moved_is_told_by_itself(
    world: World, booked: list[BookingCard], happens: Happen, postman: Postman
) -> None:
    await move(world.mia.actor(), booked[1].public_id, MoveBooking(world.polch["3"].public_id), NOW)
    await happens("booking.moved", booked[1].id)
    [mail] = postman.mails
    assert "Platz 3" in mail["Subject"]
    assert "Dazu" not in text_of(mail)
