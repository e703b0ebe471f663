"""The mail about an offer: while it lives, once, to who still needs it, with a link that no scanner accepts."""

from datetime import timedelta

from app.bookings.cancellation import cancel
from app.bookings.offer_links import offer_token
from app.bookings.offers import accept_offer, leave_line
from app.bookings.operations import BookDesk, book
from app.bookings.operator_ends import end_operator, plan_end
from app.bookings.waiting import WaitingCard
from app.platform.database import execute
from tests.bookings.lines import all_desks, waits
from tests.notifications.conftest import KEY, Happen, Postman, text_of
from tests.worlds import NOW, APerson, World, tomorrow


async def offered(world: World, person: APerson | None = None) -> WaitingCard:
    first, *_ = await all_desks(world)
    place = await waits(person or world.mia)
    await cancel(world.otto.actor(), first.public_id, NOW)
    return place


async def test_it_says_what_is_free_until_when_and_where_to_accept_it(
    world: World, postman: Postman, happens: Happen
) -> None:
    place = await offered(world)
    await happens("waiting.offered", place.id)
    await happens("waiting.offered", place.id)
    [mail] = postman.mails
    assert mail["To"] == "Mia Hammes <mia@example.org>"
    assert mail["Subject"] == "Frei für Sie bis 20:45 Uhr: Mi 25.11., Polch, Platz 1"
    address = f"https://nahwerk.example/angebot/{offer_token(place.public_id, KEY)}"
    for text in (text_of(mail), text_of(mail, "html")):
        assert "Platz 1 in Polch ist frei geworden: Mi 25. November, 8–18 Uhr" in text
        assert "Bis Di 24. November, 20:45 Uhr ist der Platz nur für Sie da." in text
        assert text.count(address) == 1


async def test_it_is_written_in_the_persons_language(world: World, postman: Postman, happens: Happen) -> None:
    await execute("UPDATE person SET language = 'en' WHERE id = $1", world.mia.id)
    await happens("waiting.offered", (await offered(world)).id)
    [mail] = postman.mails
    assert mail["Subject"] == "Free for you until 20:45: Wed 25 Nov, Polch, Desk 1"


async def test_nobody_is_mailed_in_vain(world: World, postman: Postman, happens: Happen) -> None:
    place = await offered(world)
    await book(world.mia.actor(), BookDesk(world.andernach["A1"].public_id, tomorrow(8), tomorrow(9)), NOW)
    await happens("waiting.offered", place.id)
    assert postman.mails == [], "she has booked elsewhere meanwhile"


async def test_no_mail_tells_of_an_offer_that_is_over(world: World, postman: Postman, happens: Happen) -> None:
    place = await offered(world)
    await execute("UPDATE waiting SET offer_expires_at = $1", NOW - timedelta(seconds=1))
    await happens("waiting.offered", place.id)
    assert postman.mails == []


async def test_no_mail_tells_of_an_offer_that_was_declined(world: World, postman: Postman, happens: Happen) -> None:
    place = await offered(world)
    await leave_line(world.mia.actor(), place.public_id, NOW)
    await happens("waiting.offered", place.id)
    assert postman.mails == []


async def test_what_was_accepted_is_confirmed_like_any_booking(world: World, postman: Postman, happens: Happen) -> None:
    place = await offered(world)
    booking = await accept_offer(world.mia.actor(), place.public_id, NOW)
    await happens("waiting.offered", place.id)
    await happens("booking.confirmed", booking.id)
    [mail] = postman.mails
    assert mail["Subject"] == "Gebucht: Mi 25.11., Polch, Platz 1"


async def test_who_waits_at_a_space_that_leaves_the_network_hears_of_it_with_the_way_to_others(
    world: World, postman: Postman, happens: Happen
) -> None:
    await all_desks(world)
    place = await waits(world.mia)
    nadja, today = world.nadja.actor(), NOW.date()
    await end_operator(nadja, "polch", today, (await plan_end(nadja, "polch", today, NOW)).state, NOW)
    await happens("waiting.ended", place.id)
    await happens("waiting.ended", place.id)
    [mail] = postman.mails
    assert (mail["To"], mail["Subject"]) == ("Mia Hammes <mia@example.org>", "Warteliste zu Ende: Mi 25.11., Polch")
    for text in (text_of(mail), text_of(mail, "html")):
        assert "RegioHub Polch gehört dann nicht mehr zum Netzwerk" in text
        assert "Sie standen auf der Warteliste: Mi 25. November, 8–18 Uhr." in text
        assert "https://nahwerk.example/plaetze?ort=56751+Polch" in text


async def test_nobody_is_mailed_about_a_line_that_he_left(world: World, postman: Postman, happens: Happen) -> None:
    await all_desks(world)
    place = await waits(world.mia)
    await leave_line(world.mia.actor(), place.public_id, NOW)
    await happens("waiting.ended", place.id)
    assert postman.mails == []
