"""The first-visit card stands as text in the mails about a booking, so that it works without signal."""

from datetime import timedelta

import pytest

from app.bookings.cancellation import cancel
from app.bookings.mail_links import link_token
from app.bookings.moving import MoveBooking, move
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard
from app.platform.database import execute
from tests.notifications.conftest import ADDRESS, KEY, Happen, Postman, text_of
from tests.welcomes import DOOR_CODE, HOST_PHONE, SECRETS, WIFI_PASSWORD, a_first_visit
from tests.worlds import NOW, World, tomorrow


@pytest.fixture
async def booking(world: World) -> BookingCard:
    await a_first_visit(world.polch)
    return await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(12)), NOW)


async def test_the_confirmation_says_the_code_and_all_that_one_needs_there(
    booking: BookingCard, postman: Postman, happens: Happen
) -> None:
    await happens("booking.confirmed", booking.id)
    (mail,) = postman.mails
    expected = f"""\
Mi 25. November, 8–12 Uhr
RegioHub Polch, Platz 1

Code am Schlüsselkasten: {DOOR_CODE}
So kommen Sie hinein: Der Schlüssel liegt in einem Kasten mit Code. Links neben dem Briefkasten.

Ansehen, verschieben oder absagen:
{ADDRESS}/buchungen/{booking.public_id}

Absagen oder verschieben, ohne Anmeldung:
{ADDRESS}/absagen/{link_token(booking.public_id, KEY)}

Adresse: Bahnhofstraße 1, 56751 Polch
Anfahrt: Vom Bahnhof links.
Betreiber: Genossenschaft Maifeld

Wenn Sie da sind
Licht: Schalter rechts.
Heizung: Auf 3 drehen.
WLAN: Nahwerk-Gast
WLAN-Passwort: {WIFI_PASSWORD}
Toilette: Hinten links.
Ruhig arbeiten: Im Saal ist es leise.
Telefonieren: In der Kabine.
Wen Sie anrufen: {HOST_PHONE}, Hilde Hüterin, werktags 8–18 Uhr
Notruf 112: Sagen Sie diese Adresse: Bahnhofstraße 1, 56751 Polch, Hintereingang

Zettel drucken:
{ADDRESS}/buchungen/{booking.public_id}/zettel

Fragen? 02651 123, Mo–Fr 9–17 Uhr
Testnetz – Arbeiten nahe am Zuhause"""
    assert text_of(mail).replace("\r\n", "\n").strip() == expected
    html = text_of(mail, "html")
    facts = ("Mi 25. November, 8–12 Uhr", DOOR_CODE, "Ansehen, verschieben", WIFI_PASSWORD, HOST_PHONE, "Hintereingang")
    assert [html.index(fact) for fact in facts] == sorted(html.index(fact) for fact in facts)
    assert not any(secret in mail["Subject"] for secret in SECRETS)


async def test_a_move_says_the_codes_of_the_new_space(
    world: World, booking: BookingCard, postman: Postman, happens: Happen
) -> None:
    await a_first_visit(world.andernach)
    await execute("UPDATE first_visit SET door_code = '22 22' WHERE space = $1", world.andernach.id)
    await move(world.mia.actor(), booking.public_id, MoveBooking(world.andernach["A1"].public_id), NOW)
    await happens("booking.moved", booking.id)
    (mail,) = postman.mails
    for kind in ("plain", "html"):
        assert "22 22" in text_of(mail, kind)
        assert DOOR_CODE not in text_of(mail, kind)


async def test_a_cancellation_says_no_code(
    world: World, booking: BookingCard, postman: Postman, happens: Happen
) -> None:
    await cancel(world.mia.actor(), booking.public_id, NOW)
    await happens("booking.cancelled", booking.id)
    (mail,) = postman.mails
    assert not any(secret in mail.as_string() or secret in text_of(mail, "html") for secret in SECRETS)


async def test_a_mail_that_comes_after_the_booking_says_no_code(
    booking: BookingCard, postman: Postman, happens: Happen
) -> None:
    over = NOW - timedelta(days=1)
    await execute("UPDATE booking SET starts_at = $2, ends_at = $3 WHERE id = $1", booking.id, over, NOW)
    await happens("booking.confirmed", booking.id)
    (mail,) = postman.mails
    assert "Licht: Schalter rechts." in text_of(mail)
    assert not any(secret in text_of(mail, kind) for secret in SECRETS for kind in ("plain", "html"))


async def test_mails_of_a_demo_network_say_that_they_are_examples(
    booking: BookingCard, postman: Postman, happens: Happen
) -> None:
    await execute("UPDATE network SET is_demo = true")
    await happens("booking.confirmed", booking.id)
    (mail,) = postman.mails
    for kind in ("plain", "html"):
        assert "Demo-Netzwerk: alle Daten sind Beispiele" in text_of(mail, kind)
