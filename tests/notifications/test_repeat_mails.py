"""Dates that were booked together are told in one mail."""

from app.bookings.cancellation import cancel
from app.bookings.mail_links import link_token
from app.bookings.operations import MoveBooking, move
from app.bookings.queries import BookingCard, bookings_of_group
from app.bookings.repeat_booking import book_repeat, plan_repeat
from app.bookings.repeats import Repeat
from app.kernel.wall_time import Opening
from app.platform.database import execute, fetch, fetch_row
from tests.notifications.conftest import ADDRESS, KEY, Happen, Postman, text_of
from tests.welcomes import DOOR_CODE, a_first_visit
from tests.worlds import NOW, World


async def repeated(world: World) -> list[BookingCard]:
    """Three Thursdays from 8 to 17."""
    wanted = Repeat(world.polch["1"].public_id, frozenset({4}), Opening(480, 1020), 3)
    shown = (await plan_repeat(world.mia.id, wanted, NOW, "de")).state
    return await bookings_of_group(world.mia.id, await book_repeat(world.mia.actor(), wanted, shown, NOW))


async def all_events(happens: Happen) -> None:
    """What the worker makes of everything that was written down."""
    for event in await fetch("SELECT id, name, aggregate_id FROM outbox_event ORDER BY id"):
        ids = {"bookings": await told_of(event["id"])} if event["name"] == "bookings.repeated" else {}
        await happens(event["name"], event["aggregate_id"], event["id"], **ids)


async def told_of(event: int) -> list[int]:
    row = await fetch_row(
        "SELECT array_agg(key::bigint ORDER BY key::bigint) AS keys"
        " FROM outbox_event, jsonb_array_elements_text(payload -> 'bookings') AS key WHERE id = $1",
        event,
    )
    return list(row["keys"]) if row else []


async def test_three_dates_make_one_mail_with_a_link_for_each(world: World, postman: Postman, happens: Happen) -> None:
    bookings = await repeated(world)
    await all_events(happens)
    (mail,) = postman.mails
    assert mail["Subject"] == "Gebucht: 3 Termine in Polch, Do 26.11. bis Do 10.12."
    text, html = text_of(mail), text_of(mail, "html")
    for booking, day in zip(bookings, ("26. November", "3. Dezember", "10. Dezember"), strict=True):
        link = f"{ADDRESS}/absagen/{link_token(booking.public_id, KEY)}"
        assert f"Do {day}, 8–17 Uhr, Platz 1\n{link}\n" in text
        assert f"Do {day}, 8–17 Uhr" in html
        assert link in html
    assert "Klingeln bei Nahwerk." in text
    await all_events(happens)
    assert len(postman.mails) == 1


async def test_it_says_once_how_to_get_in(world: World, postman: Postman, happens: Happen) -> None:
    await a_first_visit(world.polch)
    await repeated(world)
    await all_events(happens)
    (mail,) = postman.mails
    for body in (text_of(mail), text_of(mail, "html")):
        assert body.count(DOOR_CODE) == 1
        assert "Hintereingang" in body


async def test_later_changes_of_one_date_are_told_by_themselves(
    world: World, postman: Postman, happens: Happen
) -> None:
    first, second, _ = await repeated(world)
    await all_events(happens)
    await cancel(world.mia.actor(), first.public_id, NOW)
    await happens("booking.cancelled", first.id)
    await move(world.mia.actor(), second.public_id, MoveBooking(world.polch["2"].public_id), NOW)
    await happens("booking.moved", second.id)
    assert [mail["Subject"] for mail in postman.mails[1:]] == [
        "Abgesagt: Do 26.11., Polch, Platz 1",
        "Verschoben auf Do 3.12., Polch, Platz 2",
    ]


async def test_what_was_cancelled_before_the_mail_left_is_not_in_it(
    world: World, postman: Postman, happens: Happen
) -> None:
    bookings = await repeated(world)
    for booking in bookings[:2]:
        await cancel(world.mia.actor(), booking.public_id, NOW)
    await happens("bookings.repeated", bookings[0].id, bookings=[booking.id for booking in bookings])
    (mail,) = postman.mails
    assert mail["Subject"] == "Gebucht: Do 10.12., Polch"
    assert "26. November" not in text_of(mail)
    assert "1 Termin gebucht" in text_of(mail)


async def test_english_people_get_an_english_mail(world: World, postman: Postman, happens: Happen) -> None:
    await execute("UPDATE person SET language = 'en' WHERE id = $1", world.mia.id)
    await repeated(world)
    await all_events(happens)
    (mail,) = postman.mails
    assert mail["Subject"] == "Booked: 3 dates in Polch, Thu 26 Nov to Thu 10 Dec"
